//! Header fields (manual section 7.3.6): `hdr` splits values at commas, `fhdr` takes whole lines.

use super::super::args::Args;
use super::super::cast::parse_ip;
use super::super::{parse_int, Sample, View};
use super::Side;
use crate::error::PlanError;
use crate::http1::{FieldName, Head};
use crate::scan::find2;
use std::net::IpAddr;

/// Which header, and how a value becomes a sample.
#[derive(Debug)]
pub struct Header {
    side: Side,
    what: What,
    /// `None`: any field.
    name: Option<FieldName>,
}

#[derive(Debug)]
enum What {
    /// `full`: whole lines. `occurrence`: 0 any, from 1 at the start, from -1 at the end.
    Values {
        full: bool,
        occurrence: i32,
        form: Form,
    },
    Count {
        full: bool,
    },
    Names {
        delimiter: u8,
    },
    Text,
    Binary,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Str,
    Ip,
    Int,
}

pub const NAMES: &[&str] = &[
    "req.hdr",
    "req.fhdr",
    "req.hdr_cnt",
    "req.fhdr_cnt",
    "req.hdr_ip",
    "req.hdr_val",
    "req.hdr_names",
    "req.hdrs",
    "req.hdrs_bin",
    "res.hdr",
    "res.fhdr",
    "res.hdr_cnt",
    "res.fhdr_cnt",
    "res.hdr_ip",
    "res.hdr_val",
    "res.hdr_names",
    "res.hdrs",
    "res.hdrs_bin",
];

/// Occurrences are counted from the end as far as this (HAProxy's own bound).
const MAX_FROM_END: i64 = 10;

impl Header {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let (side, rest) = match (args.name.strip_prefix("req."), args.name.strip_prefix("res.")) {
            (Some(rest), _) => (Side::Req, rest),
            (_, Some(rest)) => (Side::Res, rest),
            _ => return Ok(None),
        };
        let values = |full, form| -> Result<What, PlanError> {
            let occurrence = args.opt_int(1)?.unwrap_or(0);
            if occurrence < -MAX_FROM_END {
                return Err(args.wrong(1, "an occurrence of at least -10"));
            }
            let occurrence = i32::try_from(occurrence).map_err(|_| args.wrong(1, "an occurrence"))?;
            Ok(What::Values { full, occurrence, form })
        };
        let what = match rest {
            "hdr" => values(false, Form::Str)?,
            "fhdr" => values(true, Form::Str)?,
            "hdr_ip" => values(false, Form::Ip)?,
            "hdr_val" => values(false, Form::Int)?,
            "hdr_cnt" => What::Count { full: false },
            "fhdr_cnt" => What::Count { full: true },
            "hdr_names" => What::Names {
                delimiter: args.opt_str(0)?.and_then(|text| text.bytes().next()).unwrap_or(b','),
            },
            "hdrs" => What::Text,
            "hdrs_bin" => What::Binary,
            _ => return Ok(None),
        };
        let name = match what {
            What::Values { .. } | What::Count { .. } => args.opt_name(0)?.map(|name| FieldName::new(&name)),
            _ => None,
        };
        Ok(Some(Self { side, what, name }))
    }

    fn head<'e>(&self, view: &View<'e>) -> Option<&'e Head> {
        match self.side {
            Side::Req => super::http::request(view),
            Side::Res => view.response(),
        }
    }

    /// Hands each line of the header to `stop` until it says true.
    fn lines<'e>(&'e self, head: &'e Head, mut stop: impl FnMut(&'e [u8]) -> bool) {
        match &self.name {
            Some(name) => {
                for value in head.values_of(name) {
                    if stop(value) {
                        return;
                    }
                }
            }
            None => {
                for (_, value) in head.fields() {
                    if stop(value) {
                        return;
                    }
                }
            }
        }
    }

    fn values<'e>(&'e self, head: &'e Head, full: bool, mut stop: impl FnMut(&'e [u8]) -> bool) {
        self.lines(head, |line| if full { stop(line) } else { split_list(line).any(&mut stop) });
    }

    fn count(&self, head: &Head, full: bool) -> i64 {
        let mut count = 0;
        self.values(head, full, |_| {
            count += 1;
            false
        });
        count
    }

    fn pick<'e>(&'e self, head: &'e Head, full: bool, occurrence: i32) -> Option<&'e [u8]> {
        let mut wanted = i64::from(occurrence);
        if wanted < -1 {
            wanted += self.count(head, full) + 1;
            if wanted < 1 {
                return None;
            }
        }
        let mut found = None;
        let mut seen = 0;
        self.values(head, full, |value| {
            seen += 1;
            if wanted < 1 || seen == wanted {
                found = Some(value);
            }
            seen == wanted
        });
        found
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        let head = self.head(view)?;
        match self.what {
            What::Values { full, occurrence, form } => form.sample(self.pick(head, full, occurrence)?),
            What::Count { full } => Some(Sample::Int(self.count(head, full))),
            What::Names { delimiter } => Some(Sample::Str(view.build(|out| {
                for (index, (name, _)) in head.fields().enumerate() {
                    if index > 0 {
                        out.push(delimiter);
                    }
                    out.extend(name.iter().map(u8::to_ascii_lowercase));
                }
            }))),
            What::Text => Some(Sample::Str(view.build(|out| {
                for (name, value) in head.fields() {
                    out.extend(name.iter().map(u8::to_ascii_lowercase));
                    out.extend_from_slice_copy(b": ");
                    out.extend_from_slice_copy(value);
                    out.extend_from_slice_copy(b"\r\n");
                }
                out.extend_from_slice_copy(b"\r\n");
            }))),
            What::Binary => Some(Sample::Bin(view.build(|out| {
                for (name, value) in head.fields() {
                    push_varint(out, name.len());
                    out.extend(name.iter().map(u8::to_ascii_lowercase));
                    push_varint(out, value.len());
                    out.extend_from_slice_copy(value);
                }
                out.extend_from_slice_copy(&[0, 0]);
            }))),
        }
    }

    /// See [`Fetch::is_single`](super::Fetch::is_single).
    pub fn is_single(&self) -> bool {
        !matches!(self.what, What::Values { occurrence: 0, .. })
    }

    pub fn each<'e>(&'e self, view: &View<'e>, stop: &mut dyn FnMut(Sample<'e>) -> bool) {
        match self.what {
            What::Values {
                full,
                occurrence: 0,
                form,
            } => {
                let Some(head) = self.head(view) else { return };
                self.values(head, full, |value| form.sample(value).is_some_and(&mut *stop));
            }
            _ => {
                if let Some(sample) = self.one(view) {
                    stop(sample);
                }
            }
        }
    }
}

impl Form {
    fn sample(self, value: &[u8]) -> Option<Sample<'_>> {
        match self {
            Self::Str => Some(Sample::Str(value)),
            Self::Int => Some(Sample::Int(parse_int(value))),
            Self::Ip => address(value).map(Sample::from_ip),
        }
    }
}

/// An address of a header: an IPv4 address may have a port behind it, an IPv6 address may stand in brackets.
fn address(value: &[u8]) -> Option<IpAddr> {
    let dotted = |text: &[u8]| text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    if let [b'[', bare @ .., b']'] = value {
        return parse_ip(bare).filter(IpAddr::is_ipv6);
    }
    if let Some(at) = memchr::memchr(b':', value).filter(|at| dotted(&value[..*at])) {
        let port = &value[at + 1..];
        if !port.is_empty() && port.iter().all(u8::is_ascii_digit) {
            if let Some(ip) = parse_ip(&value[..at]) {
                return Some(ip);
            }
        }
    }
    parse_ip(value).filter(|ip| ip.is_ipv6() || dotted(value))
}

/// The elements of a comma-separated value: commas in quotes don't separate, blanks around elements are dropped, empty
/// elements stay.
pub(crate) fn split_list(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut at = 0;
        let end = loop {
            match find2(b',', b'"', &text[at..]) {
                None => break text.len(),
                Some(found) if text[at + found] == b',' => break at + found,
                Some(found) => at = skip_quoted(text, at + found),
            }
        };
        rest = text.get(end + 1..).filter(|_| end < text.len());
        Some(trim(&text[..end]))
    })
}

/// Index after a quoted string that starts at `at`; the end of the text where it isn't closed.
pub(super) fn skip_quoted(text: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if text[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}

/// Without spaces and tabs at both ends.
pub(super) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// A length in the variable encoding of the SPOE protocol.
fn push_varint(out: &mut bumpalo::collections::Vec<'_, u8>, value: usize) {
    if value < 240 {
        out.push(value as u8);
        return;
    }
    out.push((value as u8) | 240);
    let mut rest = (value - 240) >> 4;
    while rest >= 128 {
        out.push((rest as u8) | 128);
        rest = (rest - 128) >> 7;
    }
    out.push(rest as u8);
}
