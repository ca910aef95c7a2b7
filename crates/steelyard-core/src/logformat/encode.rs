//! How bytes that could be misread are written (manual section 8.6; proved on HAProxy).

use super::{Flags, Style};
use crate::sample::convert::HEX;

/// Which bytes are replaced by a sign and two digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsafe {
    /// Nothing: text of the configuration.
    None,
    /// `#`, in captured headers: also what delimits them.
    Header,
    /// `#`, in request lines.
    Url,
    /// `%`, in header fields and bodies.
    Http,
}

/// Which bytes each of them means, a bit each; and those that the E flag means.
static BAD: [u8; 256] = bad();
const HEADER: u8 = 1;
const URL: u8 = 2;
const HTTP: u8 = 4;
const BACKSLASH: u8 = 8;

const fn bad() -> [u8; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < table.len() {
        let byte = at as u8;
        let control = byte < 32 || byte >= 127;
        if control || matches!(byte, b'"' | b'#' | b'{' | b'|' | b'}') {
            table[at] |= HEADER;
        }
        if control || matches!(byte, b'"' | b'#') {
            table[at] |= URL;
        }
        if byte == 127 || (byte < 32 && byte != b'\t') {
            table[at] |= HTTP;
        }
        if matches!(byte, b'"' | b'\\' | b']') {
            table[at] |= BACKSLASH;
        }
        at += 1;
    }
    table
}

impl Unsafe {
    fn bit(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Header => HEADER,
            Self::Url => URL,
            Self::Http => HTTP,
        }
    }
}

/// Appends bytes, escaped as `unsafe` and the E flag ask.
pub(super) fn escaped(out: &mut Vec<u8>, bytes: &[u8], how: Unsafe, flags: Flags) {
    let hidden = how.bit();
    let marked = if flags.escape { BACKSLASH } else { 0 };
    let class = |byte: u8| BAD[usize::from(byte)];
    if bytes.iter().all(|byte| class(*byte) & (hidden | marked) == 0) {
        out.extend_from_slice(bytes);
        return;
    }
    for byte in bytes {
        if class(*byte) & hidden != 0 {
            let sign = if how == Unsafe::Http { b'%' } else { b'#' };
            out.extend_from_slice(&[sign, HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            continue;
        }
        if class(*byte) & marked != 0 {
            out.push(b'\\');
        }
        out.push(*byte);
    }
}

/// Appends a value with its quotes, or what stands for a missing one.
pub(super) fn value(out: &mut Vec<u8>, bytes: Option<&[u8]>, how: Unsafe, flags: Flags) {
    let bytes = bytes.unwrap_or_default();
    if flags.quote {
        out.push(b'"');
        escaped(out, bytes, how, flags);
        out.push(b'"');
    } else if bytes.is_empty() && flags.mandatory {
        out.push(b'-');
    } else {
        escaped(out, bytes, how, flags);
    }
}

impl Style {
    pub(super) fn unsafe_bytes(self) -> Unsafe {
        match self {
            Self::Http | Self::Body => Unsafe::Http,
            Self::Log | Self::Raw => Unsafe::None,
        }
    }
}
