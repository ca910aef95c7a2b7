//! Cookies of requests (`Cookie`) and responses (`Set-Cookie`) (RFC 6265, manual section 7.3.6).

use super::super::args::Args;
use super::super::{parse_int, Sample, View};
use super::header::{skip_quoted, trim};
use super::Side;
use crate::error::PlanError;
use crate::http1::Head;

#[derive(Debug)]
pub struct Cookie {
    side: Side,
    what: What,
    /// `None`: any cookie.
    name: Option<Box<[u8]>>,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Value,
    Int,
    Count,
    Names { delimiter: u8 },
}

pub const NAMES: &[&str] = &[
    "req.cook",
    "req.cook_cnt",
    "req.cook_val",
    "req.cook_names",
    "res.cook",
    "res.cook_cnt",
    "res.cook_val",
    "res.cook_names",
];

impl Cookie {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let (side, rest) = match (args.name.strip_prefix("req.cook"), args.name.strip_prefix("res.cook")) {
            (Some(rest), _) => (Side::Req, rest),
            (_, Some(rest)) => (Side::Res, rest),
            _ => return Ok(None),
        };
        let what = match rest {
            "" => What::Value,
            "_val" => What::Int,
            "_cnt" => What::Count,
            "_names" => What::Names {
                delimiter: args.opt_str(0)?.and_then(|text| text.bytes().next()).unwrap_or(b','),
            },
            _ => return Ok(None),
        };
        let name = if matches!(what, What::Names { .. }) {
            None
        } else {
            args.opt_name(0)?
        };
        Ok(Some(Self { side, what, name }))
    }

    /// Hands each cookie that fits to `stop` until it says true.
    fn pairs<'e>(&'e self, view: &View<'e>, mut stop: impl FnMut(&'e [u8], &'e [u8]) -> bool) -> Option<()> {
        let (head, header): (&'e Head, &[u8]) = match self.side {
            Side::Req => (super::http::request(view)?, b"cookie"),
            Side::Res => (view.response()?, b"set-cookie"),
        };
        let fits = |name: &[u8]| self.name.as_deref().is_none_or(|wanted| wanted == name);
        for line in head.values(header) {
            // Only the first pair of a Set-Cookie line is a cookie: the others are its attributes.
            let most = if self.side == Side::Res { 1 } else { usize::MAX };
            for (name, value) in pairs(line).take(most) {
                if fits(name) && stop(name, value) {
                    return Some(());
                }
            }
        }
        Some(())
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        match self.what {
            What::Value | What::Int => {
                let mut found = None;
                self.pairs(view, |_, value| {
                    found = Some(value);
                    // Without a name the first one is meant, with a name the last one.
                    self.name.is_none()
                })?;
                found.map(|value| self.sample(value))
            }
            What::Count => {
                let mut count = 0;
                self.pairs(view, |_, _| {
                    count += 1;
                    false
                })?;
                Some(Sample::Int(count))
            }
            What::Names { delimiter } => Some(Sample::Str(view.build(|out| {
                self.pairs(view, |name, _| {
                    if !out.is_empty() {
                        out.push(delimiter);
                    }
                    out.extend_from_slice_copy(name);
                    false
                });
            }))),
        }
    }

    pub fn each<'e>(&'e self, view: &View<'e>, stop: &mut dyn FnMut(Sample<'e>) -> bool) {
        match self.what {
            What::Value | What::Int => {
                self.pairs(view, |_, value| stop(self.sample(value)));
            }
            _ => {
                if let Some(sample) = self.one(view) {
                    stop(sample);
                }
            }
        }
    }

    fn sample<'e>(&self, value: &'e [u8]) -> Sample<'e> {
        match self.what {
            What::Int => Sample::Int(parse_int(value)),
            _ => Sample::Str(value),
        }
    }
}

/// Names and values of a cookie line.
pub(crate) fn pairs(line: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    pieces(line).filter_map(|piece| {
        let equals = memchr::memchr(b'=', piece)?;
        Some((trim(&piece[..equals]), trim(&piece[equals + 1..])))
    })
}

/// The pieces of a cookie line; `;` and `,` separate, except in quotes.
pub(crate) fn pieces(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut at = 0;
        let end = loop {
            match memchr::memchr3(b';', b',', b'"', &text[at..]) {
                None => break text.len(),
                Some(found) if text[at + found] == b'"' => at = skip_quoted(text, at + found),
                Some(found) => break at + found,
            }
        };
        rest = text.get(end + 1..).filter(|_| end < text.len());
        Some(&text[..end])
    })
}
