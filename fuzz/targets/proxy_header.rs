//! Headers of the PROXY protocol in front of a connection: whatever comes, the answer is within its bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use steelyard_engine::accept::proxy_header::{parse, Parsed};

fuzz_target!(|data: &[u8]| {
    if let Ok(Parsed::Done { used, values, .. }) = parse(data) {
        assert!(used <= data.len() && values <= used);
        // What follows the header changes nothing, and less than the header is not enough.
        assert_eq!(parse(&data[..used]), parse(data));
        assert!(!matches!(parse(&data[..used - 1]), Ok(Parsed::Done { .. })));
    }
});
