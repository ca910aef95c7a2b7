//! `json`: text for the inside of a JSON string.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;

/// How the input is decoded.
#[derive(Clone, Copy, Debug)]
pub struct Json {
    utf8: bool,
    /// Overlong sequences are taken.
    permissive: bool,
    /// What is wrong is left out, rather than no answer at all.
    silent: bool,
}

pub const NAMES: &[&str] = &["json"];

impl Json {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let (utf8, permissive, silent) = match args.opt_str(0)?.unwrap_or("ascii") {
            "ascii" => (false, false, false),
            "utf8" => (true, false, false),
            "utf8s" => (true, false, true),
            "utf8p" => (true, true, false),
            "utf8ps" => (true, true, true),
            _ => return Err(args.wrong(0, "ascii, utf8, utf8s, utf8p or utf8ps")),
        };
        Ok(Some(Self {
            utf8,
            permissive,
            silent,
        }))
    }

    pub fn apply<'e>(self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let text = sample.as_str(view.arena);
        let mut out = bumpalo::collections::Vec::with_capacity_in(text.len() + 16, view.arena);
        let mut rest = text;
        while let [first, after @ ..] = rest {
            let code = if self.utf8 {
                let (length, code) = self.decode(rest);
                rest = &rest[length..];
                match code {
                    // Four digits are all that an escape has.
                    Some(code) if code <= 0xffff => code,
                    _ if self.silent => continue,
                    _ => return None,
                }
            } else {
                rest = after;
                u32::from(*first)
            };
            escape(code, &mut out);
            if out.len() > view.limit() {
                return None;
            }
        }
        Some(Sample::Str(out.into_bump_slice()))
    }

    /// Length and code point of the first character; `None`: not well-formed.
    fn decode(self, text: &[u8]) -> (usize, Option<u32>) {
        let first = text.first().copied().unwrap_or(0);
        let (length, start, least) = match first {
            0..=0x7f => return (1, Some(u32::from(first))),
            0xc0..=0xdf => (2, u32::from(first & 0x1f), 0x80),
            0xe0..=0xef => (3, u32::from(first & 0x0f), 0x800),
            0xf0..=0xf7 => (4, u32::from(first & 0x07), 0x1_0000),
            _ => return (1, None),
        };
        let mut code = start;
        for at in 1..length {
            match text.get(at) {
                Some(byte) if byte & 0xc0 == 0x80 => code = code << 6 | u32::from(byte & 0x3f),
                _ => return (at, None),
            }
        }
        let overlong = code < least && !self.permissive;
        let forbidden = (0xd800..=0xdfff).contains(&code) || code == 0xfffe || code == 0xffff;
        (length, (!overlong && !forbidden).then_some(code))
    }
}

fn escape(code: u32, out: &mut bumpalo::collections::Vec<'_, u8>) {
    let short = match code {
        0x22 => b'"',
        0x5c => b'\\',
        0x2f => b'/',
        0x08 => b'b',
        0x0c => b'f',
        0x0a => b'n',
        0x0d => b'r',
        0x09 => b't',
        0x20..=0x7e => {
            out.push(u8::try_from(code).unwrap_or(b'?'));
            return;
        }
        _ => {
            out.extend_from_slice_copy(b"\\u");
            for shift in [12, 8, 4, 0] {
                out.push(b"0123456789abcdef"[((code >> shift) & 15) as usize]);
            }
            return;
        }
    };
    out.push(b'\\');
    out.push(short);
}
