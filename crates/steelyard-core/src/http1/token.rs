//! Bytes, tokens, lists and numbers of RFC 9110 section 5.6.

/// Byte classes, one bit each.
pub(crate) const TOKEN: u8 = 1;
/// May stand in a request target by default: visible ASCII (RFC 3986 is not enforced further, as HAProxy does not).
pub(crate) const URI: u8 = 2;
/// Bytes over 127.
pub(crate) const HIGH: u8 = 4;
pub(crate) const DIGIT: u8 = 8;
/// May stand in a host name (RFC 3986 section 3.2.2, with some bytes more that do no harm).
pub(crate) const HOST: u8 = 16;

pub(crate) static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut byte = 0usize;
    while byte < 256 {
        let c = byte as u8;
        let mut class = 0;
        if c.is_ascii_alphanumeric()
            || matches!(
                c,
                b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
            )
        {
            class |= TOKEN;
        }
        if c > 32 && c < 127 {
            class |= URI;
        }
        if c > 127 {
            class |= HIGH;
        }
        if c.is_ascii_digit() {
            class |= DIGIT;
        }
        if c > 32
            && c < 127
            && !matches!(c, b'"' | b'#' | b',' | b'/' | b':' | b'<' | b'>' | b'?' | b'@' | b'[' | b'\\'..=b'^' | b'`' | b'{'..=b'}')
        {
            class |= HOST;
        }
        table[byte] = class;
        byte += 1;
    }
    table
}

#[inline]
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&b| CLASS[b as usize] & TOKEN != 0)
}

/// Takes spaces and tabs off both ends.
#[inline]
pub(crate) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Whether two names are the same, ASCII letters compared without case.
#[inline]
#[must_use]
pub fn eq_ignore_case(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// Whether a comma-separated list holds an element, compared without case.
#[must_use]
pub fn list_has(list: &[u8], element: &[u8]) -> bool {
    list.split(|&b| b == b',')
        .any(|part| trim(part).eq_ignore_ascii_case(element))
}

/// A number of decimal digits and nothing else; `None` when empty, when another byte is in it, or over `u64::MAX`.
#[inline]
#[must_use]
pub fn parse_u64(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    let mut number: u64 = 0;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    Some(number)
}
