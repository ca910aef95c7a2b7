//! Searches in texts that are mostly short: a vector search needs longer to begin than a few bytes take.

/// Up to so many bytes are looked at one by one.
const SHORT: usize = 16;

/// Where the first of two bytes is.
#[inline]
pub(crate) fn find2(first: u8, second: u8, text: &[u8]) -> Option<usize> {
    if text.len() <= SHORT {
        text.iter().position(|byte| *byte == first || *byte == second)
    } else {
        memchr::memchr2(first, second, text)
    }
}

/// Where the first of three bytes is.
#[inline]
pub(crate) fn find3(first: u8, second: u8, third: u8, text: &[u8]) -> Option<usize> {
    if text.len() <= SHORT {
        text.iter()
            .position(|byte| *byte == first || *byte == second || *byte == third)
    } else {
        memchr::memchr3(first, second, third, text)
    }
}
