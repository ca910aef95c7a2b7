//! Bytes received so far (manual section 7.3.5): what `tcp-request content` rules look at.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::http1::Head;
use crate::plan::Arg;

#[derive(Debug)]
pub enum Content {
    RequestLen,
    ResponseLen,
    Payload { offset: usize, length: usize },
    PayloadLv { at: usize, size: usize, data: DataAt },
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
    "req.proto_http",
    "wait_end",
];

impl Content {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let size = |index: usize| -> Result<usize, PlanError> {
            usize::try_from(args.int(index)?).map_err(|_| args.wrong(index, "a positive number"))
        };
        Ok(Some(match args.name {
            "req.len" => Self::RequestLen,
            "res.len" => Self::ResponseLen,
            "req.payload" | "res.payload" => Self::Payload {
                offset: size(0)?,
                length: size(1)?,
            },
            "req.payload_lv" | "res.payload_lv" => {
                let length = size(1)?;
                if length == 0 {
                    return Err(args.wrong(1, "a length of 1 byte or more"));
                }
                Self::PayloadLv {
                    at: size(0)?,
                    size: length,
                    data: data_at(args)?,
                }
            }
            "req.proto_http" => Self::ProtoHttp,
            "wait_end" => Self::WaitEnd,
            _ => return Ok(None),
        }))
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        let input = view.input;
        // HTTP messages are no bytes to such fetches: HAProxy has them in a form of its own.
        let payload = matches!(self, Self::Payload { .. } | Self::PayloadLv { .. });
        if payload && (view.req.is_some() || view.res.is_some()) {
            return None;
        }
        match self {
            Self::RequestLen => Some(length(view, view.req)),
            Self::ResponseLen => Some(length(view, view.res)),
            Self::Payload { offset, length } => slice(view, *offset, *length),
            Self::PayloadLv { at, size, data } => {
                let Some(digits) = input.get(*at..at.saturating_add(*size)) else {
                    return view.wait();
                };
                // Of a longer number the last 32 bits count.
                let length = digits.iter().fold(0_u32, |value, byte| (value << 8) | u32::from(*byte)) as usize;
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
            Self::ProtoHttp => match super::http::request(view) {
                Some(_) => Some(Sample::Bool(true)),
                None if view.parsed().get().is_some() => Some(Sample::Bool(false)),
                None => None,
            },
            Self::WaitEnd => {
                if view.waits() {
                    view.wait()
                } else {
                    Some(Sample::Bool(true))
                }
            }
        }
    }
}

/// What a buffer holds. Of an HTTP message the head counts, too: a request that is there has content (`REQ_CONTENT`). HAProxy keeps
/// it taken apart, and counts a start line as its parts and 20 bytes, fields without what stands between them, and its end as 1.
fn length<'e>(view: &View<'e>, head: Option<&Head>) -> Sample<'e> {
    view.wait::<()>();
    let bytes = view.input.len() + head.map_or(0, parts);
    Sample::Int(i64::try_from(bytes).unwrap_or(i64::MAX))
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

fn parts(head: &Head) -> usize {
    let start = "HTTP/1.1".len() + head.method().len() + head.target().len() + head.reason().len();
    let status = if head.is_response() { 3 } else { 0 };
    20 + start + status + head.fields().map(|(name, value)| name.len() + value.len()).sum::<usize>() + 1
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
