//! Any bytes as a NetScaler header: no panic, and the same header however the bytes come.
#![no_main]

use steelyard_core::netscaler::{parse, MAX};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((magic, bytes)) = data.split_first_chunk::<4>() else { return };
    // Mostly the bytes start as they should: what comes after is what there is to find.
    let magic = u32::from_be_bytes(*magic);
    let bytes = [&magic.to_be_bytes()[..], bytes].concat();
    let whole = parse(&bytes, magic);
    for end in 0..bytes.len().min(MAX + 1) {
        match parse(&bytes[..end], magic) {
            Ok(None) => {}
            other => return assert_eq!(other, whole),
        }
    }
    if let Ok(Some(header)) = whole {
        assert_eq!(header.used, bytes.len());
    }
});
