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

impl Unsafe {
    fn bad(self, byte: u8) -> bool {
        match self {
            Self::None => false,
            Self::Header => !(32..127).contains(&byte) || matches!(byte, b'"' | b'#' | b'{' | b'|' | b'}'),
            Self::Url => !(32..127).contains(&byte) || matches!(byte, b'"' | b'#'),
            Self::Http => byte == 127 || byte < 32 && byte != b'\t',
        }
    }
}

/// Appends bytes, escaped as `unsafe` and the E flag ask.
pub(super) fn escaped(out: &mut Vec<u8>, bytes: &[u8], how: Unsafe, flags: Flags) {
    let backslash = |byte: u8| flags.escape && matches!(byte, b'"' | b'\\' | b']');
    if !bytes.iter().any(|byte| how.bad(*byte) || backslash(*byte)) {
        out.extend_from_slice(bytes);
        return;
    }
    for byte in bytes {
        if how.bad(*byte) {
            let sign = if how == Unsafe::Http { b'%' } else { b'#' };
            out.extend_from_slice(&[sign, HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            continue;
        }
        if backslash(*byte) {
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
