//! Matchers (manual section 7.1): patterns of one ACL test or map, built once so that look-ups are not linear.
//!
//! Each set answers with the smallest index of a matching entry, so that it serves ACLs (any) and maps (the first) alike.

mod changes;
mod entries;
mod file;
mod net;
mod number;
pub mod regex;
mod regs;
mod runs;
mod text;

pub use changes::{Changes, FileUse};
pub use file::{FileCache, FileSet, How};
pub use net::{net_key, NetSet};
pub use number::{RangeMap, RangeSet};
pub use text::{TextKind, TextSet};

use self::regex::RegexList;
use crate::error::PlanError;
use crate::plan::{AclTest, Matcher, Pattern};
use crate::sample::args::Build;
use crate::sample::fetch::constant::unhex;
use crate::sample::{parse_int, Sample, View};
use std::net::IpAddr;
use std::sync::Arc;

/// The compiled patterns of an ACL test.
#[derive(Debug)]
pub enum Matching {
    Found,
    Bool,
    Int(RangeSet),
    Len(RangeSet),
    Ip(NetSet),
    Bin(TextSet),
    Text(TextSet),
    Reg(RegexList),
    /// `-f`: the patterns of the line, their number, and the files.
    Files {
        inline: Option<Box<Matching>>,
        count: usize,
        files: Box<[Arc<FileSet>]>,
    },
}

impl Matching {
    pub fn compile(test: &AclTest, build: &Build<'_>) -> Result<Self, PlanError> {
        let inline = Self::inline(test)?;
        let Some(how) = how(test).filter(|_| !test.files.is_empty()) else {
            return Ok(inline);
        };
        let set = |file: &u32| build.files.get(build.plan, *file, how);
        Ok(Self::Files {
            inline: (!test.patterns.is_empty()).then(|| Box::new(inline)),
            count: test.patterns.len(),
            files: test.files.iter().map(set).collect::<Result<_, _>>()?,
        })
    }

    /// The patterns of the line itself.
    fn inline(test: &AclTest) -> Result<Self, PlanError> {
        let unfit = || PlanError::new(format!("a pattern of '{}' does not fit its match method", test.text));
        let ranges = || -> Result<RangeSet, PlanError> {
            let mut ranges = Vec::new();
            for pattern in &test.patterns {
                match pattern {
                    Pattern::Range { min, max } => {
                        let range = (min.unwrap_or(i64::MIN), max.unwrap_or(i64::MAX));
                        ranges.push(if test.matcher == Matcher::Len {
                            number::lengths(range)
                        } else {
                            range
                        });
                    }
                    _ => return Err(unfit()),
                }
            }
            Ok(RangeSet::new(ranges))
        };
        let texts = || -> Result<Vec<Vec<u8>>, PlanError> {
            let mut texts = Vec::new();
            for pattern in &test.patterns {
                match pattern {
                    Pattern::Text { value } => texts.push(value.clone().into_bytes()),
                    _ => return Err(unfit()),
                }
            }
            Ok(texts)
        };
        let text = |kind| -> Result<Self, PlanError> { Ok(Self::Text(TextSet::new(kind, test.icase, texts()?)?)) };
        match test.matcher {
            Matcher::Found => Ok(Self::Found),
            Matcher::Bool => Ok(Self::Bool),
            Matcher::Int => Ok(Self::Int(ranges()?)),
            Matcher::Len => Ok(Self::Len(ranges()?)),
            Matcher::Ip => {
                let mut nets = Vec::new();
                for pattern in &test.patterns {
                    match pattern {
                        Pattern::Net { address, prefix } => {
                            nets.push((address.parse::<IpAddr>().map_err(|_| unfit())?, *prefix));
                        }
                        _ => return Err(unfit()),
                    }
                }
                NetSet::new(nets).map(Self::Ip)
            }
            Matcher::Bin => {
                let mut blocks = Vec::new();
                for pattern in &test.patterns {
                    match pattern {
                        Pattern::Hex { value } => blocks.push(unhex(value).ok_or_else(unfit)?),
                        _ => return Err(unfit()),
                    }
                }
                TextSet::new(TextKind::Str, false, blocks).map(Self::Bin)
            }
            Matcher::Str => text(TextKind::Str),
            Matcher::Beg => text(TextKind::Beg),
            Matcher::Sub => text(TextKind::Sub),
            Matcher::Dir => text(TextKind::Dir),
            Matcher::Dom => text(TextKind::Dom),
            Matcher::End => text(TextKind::End),
            Matcher::Reg => {
                let mut patterns: Vec<&str> = Vec::new();
                for pattern in &test.patterns {
                    match pattern {
                        Pattern::Regex { value } => patterns.push(value),
                        _ => return Err(unfit()),
                    }
                }
                RegexList::new(&patterns, test.icase).map(Self::Reg)
            }
        }
    }

    pub fn matches<'e>(&self, sample: Sample<'e>, view: &View<'e>) -> bool {
        let arena = view.arena;
        match self {
            Self::Files { inline, files, .. } => {
                inline.as_ref().is_some_and(|inline| inline.matches(sample, view))
                    || files.iter().any(|file| file.has(sample, view))
            }
            Self::Found => true,
            Self::Bool => sample.as_bool().unwrap_or(false),
            Self::Int(ranges) => match sample {
                Sample::Str([]) => false,
                Sample::Str(text) => ranges.contains(parse_int(text)),
                other => other.as_int().is_some_and(|value| ranges.contains(value)),
            },
            Self::Len(ranges) => ranges.contains(i64::try_from(sample.text_len(arena)).unwrap_or(i64::MAX)),
            Self::Ip(nets) => sample.as_ip().is_some_and(|ip| nets.find(ip).is_some()),
            Self::Bin(blocks) => blocks.has(sample.as_bin(arena)),
            Self::Text(texts) => texts.has(sample.as_str(arena)),
            Self::Reg(list) => list.is_match(sample.as_str(arena)),
        }
    }

    /// The number of the pattern that a sample matches, counted through the line and then its files; for traces. Numbers and
    /// lengths are merged into ranges, so they have none.
    pub fn which<'e>(&self, sample: Sample<'e>, view: &View<'e>) -> Option<usize> {
        let arena = view.arena;
        let found = match self {
            Self::Files { inline, count, files } => {
                if let Some(found) = inline.as_ref().and_then(|inline| inline.which(sample, view)) {
                    return Some(found);
                }
                let mut before = *count;
                for file in files {
                    if let Some(found) = file.which(sample, view) {
                        return Some(before + found as usize);
                    }
                    before += file.count();
                }
                None
            }
            Self::Found | Self::Bool | Self::Int(_) | Self::Len(_) => None,
            Self::Ip(nets) => nets.find(sample.as_ip()?),
            Self::Bin(blocks) => blocks.find(sample.as_bin(arena)),
            Self::Text(texts) => texts.find(sample.as_str(arena)),
            Self::Reg(list) => list.find(sample.as_str(arena)),
        };
        found.map(|index| index as usize)
    }

    /// The key of that number where it stands in a file, and the file.
    pub fn key(&self, index: usize) -> Option<(&[u8], u32)> {
        let Self::Files { count, files, .. } = self else { return None };
        let mut left = index.checked_sub(*count)?;
        for file in files {
            if left < file.count() {
                return Some((file.key(left), file.file()));
            }
            left -= file.count();
        }
        None
    }
}

/// How the files of a test are compared; `None`: its method looks at no pattern.
fn how(test: &AclTest) -> Option<How> {
    let text = |kind| How::Text { kind, icase: test.icase };
    Some(match test.matcher {
        Matcher::Found | Matcher::Bool => return None,
        Matcher::Int => How::Int,
        Matcher::Len => How::Len,
        Matcher::Ip => How::Ip,
        Matcher::Bin => How::Bin,
        Matcher::Str => text(TextKind::Str),
        Matcher::Beg => text(TextKind::Beg),
        Matcher::Sub => text(TextKind::Sub),
        Matcher::Dir => text(TextKind::Dir),
        Matcher::Dom => text(TextKind::Dom),
        Matcher::End => text(TextKind::End),
        Matcher::Reg => How::Reg { icase: test.icase },
    })
}

#[cfg(test)]
mod tests;
