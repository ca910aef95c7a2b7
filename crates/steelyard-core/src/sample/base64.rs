//! Base64 as HAProxy reads it: bits that are left over at the end don't count.

use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LOOSE: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);

/// RFC 4648 section 4, with `=` at the end.
pub const PADDED: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LOOSE);

/// RFC 4648 section 5, without.
pub const URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    LOOSE
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);
