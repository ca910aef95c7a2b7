//! Bytes received so far (manual section 7.3.5): what `tcp-request content` rules look at.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::http1::{parse_request, Head, Limits, Progress};
use crate::plan::Arg;

#[derive(Debug)]
pub enum Content {
    Len,
    Payload { offset: usize, length: usize },
    PayloadLv { at: usize, size: usize, data: DataAt },
    HelloType,
    ServerName,
    ProtoHttp,
    WaitEnd,
}

/// Where the data of a length-value block starts.
#[derive(Clone, Copy, Debug)]
pub enum DataAt {
    AfterLength,
    Absolute(usize),
    Relative(i64),
}

pub const NAMES: &[&str] = &[
    "req.len",
    "req.payload",
    "req.payload_lv",
    "res.len",
    "res.payload",
    "res.payload_lv",
    "req.ssl_hello_type",
    "req.ssl_sni",
    "req.proto_http",
    "wait_end",
];

impl Content {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let size = |index: usize| -> Result<usize, PlanError> {
            usize::try_from(args.int(index)?).map_err(|_| args.wrong(index, "a positive number"))
        };
        Ok(Some(match args.name {
            "req.len" | "res.len" => Self::Len,
            "req.payload" | "res.payload" => Self::Payload {
                offset: size(0)?,
                length: size(1)?,
            },
            "req.payload_lv" | "res.payload_lv" => {
                let length = size(1)?;
                if !(1..=8).contains(&length) {
                    return Err(args.wrong(1, "a length of 1 to 8 bytes"));
                }
                Self::PayloadLv {
                    at: size(0)?,
                    size: length,
                    data: data_at(args)?,
                }
            }
            "req.ssl_hello_type" => Self::HelloType,
            "req.ssl_sni" => Self::ServerName,
            "req.proto_http" => Self::ProtoHttp,
            "wait_end" => Self::WaitEnd,
            _ => return Ok(None),
        }))
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        let input = view.input;
        match self {
            Self::Len => {
                view.wait::<()>();
                Some(Sample::Int(i64::try_from(input.len()).unwrap_or(i64::MAX)))
            }
            Self::Payload { offset, length } => slice(view, *offset, *length),
            Self::PayloadLv { at, size, data } => {
                let Some(digits) = input.get(*at..at.saturating_add(*size)) else {
                    return view.wait();
                };
                let length = digits.iter().fold(0_usize, |value, byte| (value << 8) | usize::from(*byte));
                let start = match data {
                    DataAt::AfterLength => at + size,
                    DataAt::Absolute(start) => *start,
                    DataAt::Relative(shift) => (at + size).checked_add_signed(isize::try_from(*shift).ok()?)?,
                };
                if length == 0 {
                    return None;
                }
                slice(view, start, length)
            }
            Self::HelloType => hello_type(view),
            Self::ServerName => server_name(view),
            Self::ProtoHttp => {
                if view.req.is_some() {
                    return Some(Sample::Bool(true));
                }
                match parse_request(input, &Limits::default(), &mut Head::new()) {
                    Ok(Progress::Done { .. }) => Some(Sample::Bool(true)),
                    Ok(Progress::Partial) => view.wait(),
                    Err(_) => Some(Sample::Bool(false)),
                }
            }
            Self::WaitEnd => {
                if view.input_done {
                    Some(Sample::Bool(true))
                } else {
                    view.wait()
                }
            }
        }
    }
}

fn data_at(args: &Args<'_>) -> Result<DataAt, PlanError> {
    let number = |text: &str| text.parse::<i64>().map_err(|_| args.wrong(2, "an offset"));
    match args.list.get(2) {
        None | Some(Arg::Absent) => Ok(DataAt::AfterLength),
        Some(Arg::Str { value }) if value.starts_with(['+', '-']) => number(value).map(DataAt::Relative),
        _ => usize::try_from(args.int(2)?)
            .map(DataAt::Absolute)
            .map_err(|_| args.wrong(2, "an offset")),
    }
}

/// Part of the input; a length of 0 is all that is there. What can never fit into a buffer is never waited for.
fn slice<'e>(view: &View<'e>, offset: usize, length: usize) -> Option<Sample<'e>> {
    if offset.checked_add(length).is_none_or(|end| end > view.limit()) {
        return None;
    }
    if length == 0 {
        view.wait::<()>();
        return view.input.get(offset..).map(Sample::Bin);
    }
    match view.input.get(offset..offset + length) {
        Some(bytes) => Some(Sample::Bin(bytes)),
        None => view.wait(),
    }
}

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;

/// Outcome of looking for a part of a TLS handshake message.
enum Tls<T> {
    Found(T),
    Other,
    Partial,
}

/// Type and body of the first handshake message (RFC 8446 sections 4 and 5.1); `Partial` until the record is whole.
fn handshake(input: &[u8]) -> Tls<(u8, &[u8])> {
    let Some(header) = input.get(..5) else {
        let tls = input.first().is_none_or(|kind| *kind == HANDSHAKE) && input.get(1).is_none_or(|major| *major == 3);
        return if tls { Tls::Partial } else { Tls::Other };
    };
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    if header[0] != HANDSHAKE || header[1] != 3 || !(4..=16_384 + 256).contains(&length) {
        return Tls::Other;
    }
    match input.get(5..5 + length) {
        None => Tls::Partial,
        Some(record) => {
            let size = usize::from(record[1]) << 16 | usize::from(record[2]) << 8 | usize::from(record[3]);
            match record.get(4..4 + size) {
                Some(body) => Tls::Found((record[0], body)),
                None => Tls::Other,
            }
        }
    }
}

fn hello_type<'e>(view: &View<'e>) -> Option<Sample<'e>> {
    match handshake(view.input) {
        Tls::Found((kind, _)) => Some(Sample::Int(i64::from(kind))),
        Tls::Other => None,
        Tls::Partial => view.wait(),
    }
}

fn server_name<'e>(view: &View<'e>) -> Option<Sample<'e>> {
    match handshake(view.input) {
        Tls::Found((CLIENT_HELLO, hello)) => sni(hello).map(Sample::Str),
        Tls::Found(_) | Tls::Other => None,
        Tls::Partial => view.wait(),
    }
}

/// Takes a block with a length of `width` bytes in front off `rest`.
fn block<'e>(rest: &mut &'e [u8], width: usize) -> Option<&'e [u8]> {
    let (digits, after) = rest.split_at_checked(width)?;
    let length = digits.iter().fold(0_usize, |value, byte| (value << 8) | usize::from(*byte));
    let (content, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(content)
}

/// The host name of the server_name extension (RFC 6066 section 3) in the body of a client hello.
fn sni(hello: &[u8]) -> Option<&[u8]> {
    let mut rest = hello.get(34..)?;
    block(&mut rest, 1)?;
    block(&mut rest, 2)?;
    block(&mut rest, 1)?;
    let mut extensions = block(&mut rest, 2)?;
    while let Some((kind, mut after)) = extensions.split_at_checked(2) {
        let mut content = block(&mut after, 2)?;
        extensions = after;
        if kind == [0, 0] {
            let mut names = block(&mut content, 2)?;
            let (kind, mut after) = names.split_at_checked(1)?;
            names = block(&mut after, 2)?;
            return (kind == [0]).then_some(names);
        }
    }
    None
}
