//! Changes that actions make to a message.

use super::pattern::regex::{compile, Substitution};
use super::pattern::{TextKind, TextSet};
use crate::error::PlanError;
use crate::http1::{FieldLine, FieldName, Head, MAX_NAME};
use crate::logformat::{Format, Style};
use crate::plan::{self, Matcher};
use crate::sample::args::Build;
use crate::sample::fetch::{path, pathq, split_list};
use ::regex::bytes::Regex;

/// A field that is added, and is the same for each message. `replaces`: those of its name go first.
#[derive(Debug)]
pub struct Fixed {
    pub line: FieldLine,
    pub replaces: bool,
}

/// A change with a value that is rendered first.
#[derive(Debug)]
pub enum Edit {
    SetHeader(FieldName),
    AddHeader(FieldName),
    /// Whole field lines.
    ReplaceHeader(Box<[u8]>, Regex),
    /// Each element between commas.
    ReplaceValue(Box<[u8]>, Regex),
    ReplacePath(Regex),
    ReplacePathq(Regex),
    ReplaceUri(Regex),
    SetMethod,
    SetPath,
    SetPathq,
    SetQuery,
    SetUri,
}

impl Edit {
    /// Whether header fields are all that it changes.
    pub fn is_of_headers(&self) -> bool {
        matches!(
            self,
            Self::SetHeader(_) | Self::AddHeader(_) | Self::ReplaceHeader(..) | Self::ReplaceValue(..)
        )
    }

    /// The change and its value.
    pub fn compile(action: &plan::Action, build: &Build<'_>) -> Result<Option<(Self, Format)>, PlanError> {
        use plan::Action as A;
        let name = |name: &str| -> Box<[u8]> { name.as_bytes().into() };
        let (edit, value) = match action {
            A::SetHeader { name: field, value } => (Self::SetHeader(FieldName::new(field.as_bytes())), value),
            A::AddHeader { name: field, value } => (Self::AddHeader(FieldName::new(field.as_bytes())), value),
            A::ReplaceHeader {
                name: field,
                regex,
                value,
            } => (Self::ReplaceHeader(name(field), compile(regex, false)?), value),
            A::ReplaceValue {
                name: field,
                regex,
                value,
            } => (Self::ReplaceValue(name(field), compile(regex, false)?), value),
            A::ReplacePath { regex, value } => (Self::ReplacePath(compile(regex, false)?), value),
            A::ReplacePathq { regex, value } => (Self::ReplacePathq(compile(regex, false)?), value),
            A::ReplaceUri { regex, value } => (Self::ReplaceUri(compile(regex, false)?), value),
            A::SetMethod { value } => (Self::SetMethod, value),
            A::SetPath { value } => (Self::SetPath, value),
            A::SetPathq { value } => (Self::SetPathq, value),
            A::SetQuery { value } => (Self::SetQuery, value),
            A::SetUri { value } => (Self::SetUri, value),
            _ => return Ok(None),
        };
        Ok(Some((edit, Format::compile(value, Style::Http, build)?)))
    }

    /// Makes the change with the rendered value; `limit` bounds the message. False: it would be too long, and stays as it is.
    pub fn apply(&self, head: &mut Head, value: &[u8], limit: usize) -> bool {
        match self {
            Self::SetHeader(name) => {
                let room = fits(head, name.as_bytes().len() + value.len(), limit);
                if room {
                    head.remove_field(name);
                    head.add_field(name, value);
                }
                room
            }
            Self::AddHeader(name) => {
                let room = fits(head, name.as_bytes().len() + value.len(), limit);
                if room {
                    head.add_field(name, value);
                }
                room
            }
            Self::ReplaceHeader(name, regex) => {
                let with = Substitution::parse(value);
                rewrite(head, name, limit, |old, out| expanded(&with, regex, old, limit, out))
            }
            Self::ReplaceValue(name, regex) => {
                let with = Substitution::parse(value);
                rewrite(head, name, limit, |old, out| elements(regex, &with, old, limit, out))
            }
            Self::ReplacePath(regex) => {
                let old = path(head.target()).filter(|old| !old.is_empty());
                let new = old.and_then(|old| substituted(regex, value, old, limit));
                retarget(head, new, limit, Head::set_path)
            }
            Self::ReplacePathq(regex) => {
                let new = pathq(head.target()).and_then(|old| substituted(regex, value, old, limit));
                retarget(head, new, limit, Head::set_pathq)
            }
            Self::ReplaceUri(regex) => {
                let new = substituted(regex, value, head.target(), limit);
                retarget(head, new, limit, Head::set_uri)
            }
            Self::SetMethod | Self::SetPath | Self::SetPathq | Self::SetQuery | Self::SetUri => {
                let room = fits(head, value.len(), limit);
                if room {
                    match self {
                        Self::SetMethod => head.set_method(value),
                        Self::SetPath => head.set_path(value),
                        Self::SetPathq => head.set_pathq(value),
                        Self::SetQuery => head.set_query(value),
                        _ => head.set_uri(value),
                    }
                }
                room
            }
        }
    }
}

impl Fixed {
    /// `None`: another change, or a value that is not the same for each message.
    pub fn of(edit: &Edit, value: &Format) -> Option<Self> {
        let (name, replaces) = match edit {
            Edit::SetHeader(name) => (name, true),
            Edit::AddHeader(name) => (name, false),
            _ => return None,
        };
        Some(Self {
            line: FieldLine::new(name.clone(), value.constant()?),
            replaces,
        })
    }

    /// As [`Edit::apply`].
    pub fn apply(&self, head: &mut Head, limit: usize) -> bool {
        let room = fits(head, self.line.length(), limit);
        if room {
            if self.replaces {
                head.remove_field(self.line.name());
            }
            head.add_line(&self.line);
        }
        room
    }
}

/// Whether a message takes so many bytes more: HAProxy keeps its head in one buffer.
pub(super) fn fits(head: &Head, more: usize, limit: usize) -> bool {
    // Most messages are far from the limit, and old texts of changed fields count in the first number only.
    head.memory() + more <= limit || head.length() + more <= limit
}

/// Rewrites the fields of a name; false when one would make the message too long: it stays.
fn rewrite(head: &mut Head, name: &[u8], limit: usize, mut change: impl FnMut(&[u8], &mut Vec<u8>) -> bool) -> bool {
    let mut room = limit.saturating_sub(head.length());
    let mut good = true;
    head.rewrite(|field, old, out| {
        if !field.eq_ignore_ascii_case(name) || !change(old, out) {
            return false;
        }
        let grown = out.len().saturating_sub(old.len());
        good &= grown <= room;
        room = room.saturating_sub(grown);
        good
    });
    good
}

fn retarget(head: &mut Head, new: Option<Vec<u8>>, limit: usize, set: fn(&mut Head, &[u8])) -> bool {
    let Some(new) = new else { return true };
    let room = fits(head, new.len(), limit);
    if room {
        set(head, &new);
    }
    room
}

/// Whether there was a match. What would be longer than `limit` is cut behind it: no message has room for that.
fn expanded(with: &Substitution, regex: &Regex, old: &[u8], limit: usize, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    with.expand(regex, old, limit, out) || out.len() - start > limit
}

/// Replaces elements of a list. As in HAProxy, the blanks around one that is replaced go with it; all others stay.
fn elements(regex: &Regex, with: &Substitution, old: &[u8], limit: usize, out: &mut Vec<u8>) -> bool {
    let base = old.as_ptr().addr();
    let mut copied = 0;
    let mut changed = false;
    for element in split_list(old) {
        let start = element.as_ptr().addr() - base;
        let end = start + element.len();
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
        let start_blank = start - old[copied..start].iter().rev().take_while(blank).count();
        let end_blank = end + old[end..].iter().take_while(blank).count();
        let before = out.len();
        out.extend_from_slice(&old[copied..start_blank]);
        if expanded(with, regex, element, limit, out) {
            copied = end_blank;
            changed = true;
        } else {
            out.truncate(before);
        }
    }
    out.extend_from_slice(&old[copied..]);
    changed
}

fn substituted(regex: &Regex, value: &[u8], old: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    expanded(&Substitution::parse(value), regex, old, limit, &mut out).then_some(out)
}

/// Names have no case: to a regex they are in lower case, as HAProxy keeps them.
fn lowered<R>(name: &[u8], run: impl FnOnce(&[u8]) -> R) -> R {
    let mut buffer = [0; MAX_NAME];
    match buffer.get_mut(..name.len()) {
        Some(lower) => {
            lower.copy_from_slice(name);
            lower.make_ascii_lowercase();
            run(lower)
        }
        None => run(&name.to_ascii_lowercase()),
    }
}

/// Which fields `del-header` removes.
#[derive(Debug)]
pub enum Removal {
    Name(FieldName),
    Some(TextSet),
    Reg(Regex),
}

impl Removal {
    pub fn compile(name: &str, matcher: Matcher) -> Result<Self, PlanError> {
        let set = |kind| TextSet::new(kind, true, vec![name.as_bytes().to_vec()]).map(Self::Some);
        match matcher {
            Matcher::Str => Ok(Self::Name(FieldName::new(name.as_bytes()))),
            Matcher::Beg => set(TextKind::Beg),
            Matcher::End => set(TextKind::End),
            Matcher::Sub => set(TextKind::Sub),
            Matcher::Reg => compile(name, false).map(Self::Reg),
            _ => Err(PlanError::new("del-header matches with str, beg, end, sub or reg")),
        }
    }

    pub fn apply(&self, head: &mut Head) {
        match self {
            Self::Name(name) => {
                head.remove_field(name);
            }
            Self::Some(set) => head.retain(|name, _| set.find(name).is_none()),
            Self::Reg(regex) => head.retain(|name, _| !lowered(name, |name| regex.is_match(name))),
        }
    }
}
