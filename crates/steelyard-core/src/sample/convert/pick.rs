//! Parts of a value: fields, words, bytes, parameters, host and port.

use super::super::args::Args;
use super::super::{Sample, View};
use super::number::Operand;
use crate::error::PlanError;

#[derive(Debug)]
pub enum Pick {
    Field(Part),
    Word(Part),
    Bytes { offset: Operand, length: Option<Operand> },
    Param { name: Box<[u8]>, delimiter: u8 },
    HostOnly,
    PortOnly,
}

/// Which pieces between delimiters.
#[derive(Debug)]
pub struct Part {
    index: i64,
    delimiters: Box<[u8]>,
    /// 0: all that follow (or precede, counted from the end).
    count: usize,
}

pub const NAMES: &[&str] = &["field", "word", "bytes", "param", "host_only", "port_only"];

impl Pick {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let part = || -> Result<Part, PlanError> {
            let index = args.int(0)?;
            if index == 0 {
                return Err(args.wrong(0, "an index other than 0"));
            }
            // As HAProxy: less than nothing is all there is.
            let count = usize::try_from(args.opt_int(2)?.unwrap_or(1)).unwrap_or(0);
            Ok(Part {
                index,
                delimiters: args.str(1)?.as_bytes().into(),
                count,
            })
        };
        Ok(Some(match args.name {
            "field" => Self::Field(part()?),
            "word" => Self::Word(part()?),
            "bytes" => Self::Bytes {
                offset: Operand::compile(args, 0)?,
                length: if args.list.len() > 1 {
                    Some(Operand::compile(args, 1)?)
                } else {
                    None
                },
            },
            "param" => Self::Param {
                name: args.str(0)?.as_bytes().into(),
                delimiter: args.opt_str(1)?.and_then(|text| text.bytes().next()).unwrap_or(b'&'),
            },
            "host_only" => Self::HostOnly,
            "port_only" => Self::PortOnly,
            _ => return Ok(None),
        }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        if let Self::Bytes { offset, length } = self {
            let bytes = sample.as_bin(view.arena);
            let cut = |bytes: &'e [u8]| match sample {
                Sample::Str(_) | Sample::Meth(_) => Sample::Str(bytes),
                _ => Sample::Bin(bytes),
            };
            let Ok(start) = usize::try_from(offset.value(view)?) else {
                return Some(cut(&[]));
            };
            let rest = bytes.get(start..).unwrap_or_default();
            let end = match length {
                None => rest.len(),
                Some(length) => usize::try_from(length.value(view)?).unwrap_or(0).min(rest.len()),
            };
            return Some(cut(&rest[..end]));
        }
        let text = sample.as_str(view.arena);
        match self {
            Self::Field(part) => part.field(text).map(Sample::Str),
            Self::Word(part) => part.word(text).map(Sample::Str),
            Self::Param { name, delimiter } => {
                let mut pieces = text.split(|byte| byte == delimiter);
                pieces.find_map(|piece| match piece.strip_prefix(&**name)? {
                    [] => Some(Sample::Str(b"")),
                    [b'=', value @ ..] => Some(Sample::Str(value)),
                    _ => None,
                })
            }
            Self::HostOnly => {
                let (host, _) = split_port(text);
                Some(Sample::Str(
                    view.arena.alloc_slice_fill_iter(host.iter().map(u8::to_ascii_lowercase)),
                ))
            }
            Self::PortOnly => Some(Sample::Int(port(split_port(text).1))),
            Self::Bytes { .. } => None,
        }
    }
}

/// Host and port. The last colon separates them, unless a bracket is closed after it: what stands between colon and end is taken
/// for the port, whatever it is.
fn split_port(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memrchr2(b':', b']', text) {
        Some(at) if text[at] == b':' => (&text[..at], &text[at + 1..]),
        _ => (text, b""),
    }
}

/// The number of a port as HAProxy reads it: each byte for a digit, in 32 bits.
fn port(text: &[u8]) -> i64 {
    let add = |port: u32, byte: &u8| {
        port.wrapping_mul(10)
            .wrapping_add(u32::from(*byte))
            .wrapping_sub(u32::from(b'0'))
    };
    i64::from(text.iter().fold(0, add))
}

impl Part {
    fn is_delimiter(&self, byte: u8) -> bool {
        self.delimiters.contains(&byte)
    }

    /// The n-th field; empty fields count.
    fn field<'e>(&self, text: &'e [u8]) -> Option<&'e [u8]> {
        let delimiter = |byte: &u8| self.is_delimiter(*byte);
        let skip = self.index.unsigned_abs() - 1;
        if self.index > 0 {
            let mut start = 0;
            for _ in 0..skip {
                start += text[start..].iter().position(delimiter)? + 1;
            }
            return Some(&text[start..self.end_from(text, start)]);
        }
        let mut end = text.len();
        for _ in 0..skip {
            end = text[..end].iter().rposition(delimiter)?;
        }
        let mut start = end;
        let mut fields = 0;
        while let Some(at) = text[..start].iter().rposition(delimiter) {
            fields += 1;
            if fields == self.count {
                return Some(&text[at + 1..end]);
            }
            start = at;
        }
        Some(&text[..end])
    }

    /// End of `count` fields that start at `start`.
    fn end_from(&self, text: &[u8], start: usize) -> usize {
        let mut fields = 0;
        for (at, byte) in text.iter().enumerate().skip(start) {
            if self.is_delimiter(*byte) {
                fields += 1;
                if fields == self.count {
                    return at;
                }
            }
        }
        text.len()
    }

    /// The n-th word; delimiters in a row are one, those at both ends none.
    fn word<'e>(&self, text: &'e [u8]) -> Option<&'e [u8]> {
        let skip = usize::try_from(self.index.unsigned_abs() - 1).ok()?;
        let last = if self.count == 0 {
            usize::MAX
        } else {
            skip.saturating_add(self.count)
        };
        let size = text.len();
        // Places are counted from the side that the index counts from.
        let byte_at = |at: usize| if self.index > 0 { text[at] } else { text[size - 1 - at] };
        let (mut words, mut first, mut end) = (0_usize, None, 0);
        let mut at = 0;
        while at < size && words < last {
            if self.is_delimiter(byte_at(at)) {
                at += 1;
                continue;
            }
            if words == skip {
                first = Some(at);
            }
            while at < size && !self.is_delimiter(byte_at(at)) {
                at += 1;
            }
            words += 1;
            end = at;
        }
        let first = first?;
        if words < last {
            // There are no more: all that is left, delimiters at the end included.
            end = size;
        }
        Some(if self.index > 0 {
            &text[first..end]
        } else {
            &text[size - end..size - first]
        })
    }
}
