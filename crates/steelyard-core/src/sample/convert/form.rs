//! URL encoding (RFC 3986 section 2).

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;

#[derive(Clone, Copy, Debug)]
pub enum Form {
    Decode { in_form: bool },
    Encode,
}

pub const NAMES: &[&str] = &["url_dec", "url_enc"];

impl Form {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Ok(Some(match args.name {
            "url_dec" => Self::Decode {
                in_form: args.opt_int(0)?.unwrap_or(0) != 0,
            },
            "url_enc" => match args.opt_str(0)? {
                None | Some("" | "query") => Self::Encode,
                Some(_) => return Err(args.wrong(0, "'query'")),
            },
            _ => return Ok(None),
        }))
    }

    pub fn apply<'e>(self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let text = sample.as_str(view.arena);
        match self {
            Self::Decode { in_form } => decode(view, text, in_form).map(Sample::Str),
            Self::Encode => {
                let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
                if text.iter().all(plain) {
                    return Some(Sample::Str(text));
                }
                let mut out = bumpalo::collections::Vec::with_capacity_in(text.len() * 3, view.arena);
                for byte in text {
                    if plain(byte) {
                        out.push(*byte);
                    } else {
                        out.extend_from_slice_copy(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
                    }
                }
                (out.len() <= view.limit()).then(|| Sample::Str(out.into_bump_slice()))
            }
        }
    }
}

pub(crate) static HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Decoded text; `+` is a space in forms and after a question mark. A percent sign without two digits is no answer.
fn decode<'e>(view: &View<'e>, text: &'e [u8], in_form: bool) -> Option<&'e [u8]> {
    if memchr::memchr2(b'%', b'+', text).is_none() {
        return Some(text);
    }
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = bumpalo::collections::Vec::with_capacity_in(text.len(), view.arena);
    let mut form = in_form;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'%' => {
                out.push(u8::try_from(digit(at + 1)? * 16 + digit(at + 2)?).ok()?);
                at += 2;
            }
            b'+' if form => out.push(b' '),
            _ => {
                form |= *byte == b'?';
                out.push(*byte);
            }
        }
        at += 1;
    }
    Some(out.into_bump_slice())
}
