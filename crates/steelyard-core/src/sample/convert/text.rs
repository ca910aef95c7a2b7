//! Strings: case, trimming, joining, regex substitution.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::rules::pattern::regex::{self, Substitution};
use crate::sample::fetch::state::get_var;
use crate::vars::VarId;
use ::regex::bytes::Regex;

#[derive(Debug)]
pub enum Text {
    Lower,
    Upper,
    Length,
    Ltrim(Box<[u8]>),
    Rtrim(Box<[u8]>),
    CutCrlf,
    Reverse,
    ReverseDomain,
    Iif(Box<[u8]>, Box<[u8]>),
    Concat {
        start: Box<[u8]>,
        var: Option<VarId>,
        end: Box<[u8]>,
    },
    AddItem {
        delimiter: Box<[u8]>,
        var: Option<VarId>,
        suffix: Box<[u8]>,
    },
    Regsub {
        regex: Regex,
        with: Substitution,
        all: bool,
    },
}

pub const NAMES: &[&str] = &[
    "lower",
    "upper",
    "length",
    "ltrim",
    "rtrim",
    "cut_crlf",
    "reverse",
    "reverse_dom",
    "iif",
    "concat",
    "add_item",
    "regsub",
];

impl Text {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let bytes = |index| -> Result<Box<[u8]>, PlanError> { Ok(args.opt_str(index)?.unwrap_or_default().as_bytes().into()) };
        Ok(Some(match args.name {
            "lower" => Self::Lower,
            "upper" => Self::Upper,
            "length" => Self::Length,
            "ltrim" => Self::Ltrim(args.str(0)?.as_bytes().into()),
            "rtrim" => Self::Rtrim(args.str(0)?.as_bytes().into()),
            "cut_crlf" => Self::CutCrlf,
            "reverse" => Self::Reverse,
            "reverse_dom" => Self::ReverseDomain,
            "iif" => Self::Iif(bytes(0)?, bytes(1)?),
            "concat" => Self::Concat {
                start: bytes(0)?,
                var: args.opt_var(1)?,
                end: bytes(2)?,
            },
            "add_item" => Self::AddItem {
                delimiter: bytes(0)?,
                var: args.opt_var(1)?,
                suffix: bytes(2)?,
            },
            "regsub" => {
                let (pattern, icase) = args.regex(0)?;
                let flags = args.opt_str(2)?.unwrap_or_default();
                if let Some(flag) = flags.chars().find(|flag| !matches!(flag, 'i' | 'g')) {
                    return Err(PlanError::new(format!("regsub knows the flags i and g, not '{flag}'")));
                }
                Self::Regsub {
                    regex: regex::compile(pattern, icase || flags.contains('i'))?,
                    with: Substitution::parse(&bytes(1)?),
                    all: flags.contains('g'),
                }
            }
            _ => return Ok(None),
        }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        if let Self::Iif(yes, no) = self {
            return Some(Sample::Str(if sample.as_bool()? { yes } else { no }));
        }
        let text = sample.as_str(view.arena);
        let variable = |var: &Option<VarId>| {
            var.and_then(|id| get_var(view, id))
                .map_or(&b""[..], |value| value.as_str(view.arena))
        };
        Some(match self {
            Self::Lower => Sample::Str(changed(view, text, u8::is_ascii_uppercase, u8::to_ascii_lowercase)),
            Self::Upper => Sample::Str(changed(view, text, u8::is_ascii_lowercase, u8::to_ascii_uppercase)),
            Self::Length => Sample::Int(i64::try_from(text.len()).unwrap_or(i64::MAX)),
            Self::Ltrim(set) => {
                let start = text.iter().position(|byte| !set.contains(byte)).unwrap_or(text.len());
                Sample::Str(&text[start..])
            }
            Self::Rtrim(set) => {
                let end = text.iter().rposition(|byte| !set.contains(byte)).map_or(0, |at| at + 1);
                Sample::Str(&text[..end])
            }
            Self::CutCrlf => Sample::Str(&text[..memchr::memchr2(b'\r', b'\n', text).unwrap_or(text.len())]),
            Self::Reverse => Sample::Str(view.arena.alloc_slice_fill_iter(text.iter().rev().copied())),
            Self::ReverseDomain => {
                let name = text.strip_suffix(b".").unwrap_or(text);
                if name.split(|byte| *byte == b'.').any(<[u8]>::is_empty) {
                    return None;
                }
                Sample::Str(view.build(|out| {
                    for (index, label) in name.rsplit(|byte| *byte == b'.').enumerate() {
                        if index > 0 {
                            out.push(b'.');
                        }
                        out.extend_from_slice_copy(label);
                    }
                }))
            }
            Self::Concat { start, var, end } => joined(view, &[text, start, variable(var), end])?,
            Self::AddItem { delimiter, var, suffix } => {
                let middle = variable(var);
                let nothing = middle.is_empty() && suffix.is_empty();
                match (nothing, text.is_empty()) {
                    (true, _) => Sample::Str(text),
                    (false, true) => joined(view, &[middle, suffix])?,
                    (false, false) => joined(view, &[text, delimiter, middle, suffix])?,
                }
            }
            Self::Regsub { regex, with, all } => {
                let mut out = bumpalo::collections::Vec::new_in(view.arena);
                match with.replace(regex, text, *all, view.limit(), |bytes| out.extend_from_slice_copy(bytes))? {
                    true => Sample::Str(out.into_bump_slice()),
                    false => Sample::Str(text),
                }
            }
            Self::Iif(..) => return None,
        })
    }
}

/// The text itself where nothing changes, else a changed copy.
#[inline]
fn changed<'e>(view: &View<'e>, text: &'e [u8], affected: impl Fn(&u8) -> bool, change: impl Fn(&u8) -> u8) -> &'e [u8] {
    if text.iter().any(affected) {
        view.arena.alloc_slice_fill_iter(text.iter().map(change))
    } else {
        text
    }
}

/// The parts after each other; nothing when that is longer than a buffer.
fn joined<'e>(view: &View<'e>, parts: &[&[u8]]) -> Option<Sample<'e>> {
    if parts.iter().map(|part| part.len()).sum::<usize>() > view.limit() {
        return None;
    }
    Some(Sample::Str(view.build(|out| {
        for part in parts {
            out.extend_from_slice_copy(part);
        }
    })))
}
