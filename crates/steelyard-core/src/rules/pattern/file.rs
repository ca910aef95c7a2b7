//! Files of patterns and maps (manual sections 7.1 and 7.3.1, `map`): read once, built once for each way of comparing, shared by
//! all that name them.

use super::changes::{expanded, Added, FileUse, State};
use super::entries::Entries;
use super::regex::{self, RegexList, Substitution};
use super::{net, number, NetSet, RangeMap, TextKind, TextSet};
use crate::error::PlanError;
use crate::plan::Plan;
use crate::sample::fetch::constant::unhex;
use crate::sample::{parse_int, Sample, View};
use ::regex::bytes::Regex;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// How the keys of a file are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    Text {
        kind: TextKind,
        icase: bool,
    },
    Bin,
    Int,
    Len,
    Ip,
    Reg {
        icase: bool,
    },
    /// The value may refer to groups of the key.
    Regm,
}

/// The entries of a file, ready for one way of comparing.
#[derive(Debug)]
pub struct FileSet {
    file: u32,
    /// Number of this way among those of the file.
    number: usize,
    index: Index,
    entries: Arc<Entries>,
}

#[derive(Debug)]
enum Index {
    Text(TextSet),
    Bin(TextSet),
    Ip(NetSet),
    /// In file order; ranges may overlap.
    Int(Box<[(i64, i64)]>, RangeMap),
    Len(Box<[(i64, i64)]>, RangeMap),
    Reg(RegexList),
    /// Asked together; each by itself says what its groups are.
    Regm(RegexList, Box<[(Regex, Substitution)]>),
}

/// Sets already built, by file and way of comparing.
#[derive(Default)]
pub struct FileCache {
    sets: RefCell<HashMap<(u32, How), Arc<FileSet>>>,
    uses: RefCell<Vec<FileUse>>,
}

impl FileCache {
    pub fn get(&self, plan: &Plan, file: u32, how: How) -> Result<Arc<FileSet>, PlanError> {
        if let Some(set) = self.sets.borrow().get(&(file, how)) {
            return Ok(Arc::clone(set));
        }
        let found = plan
            .pattern_files
            .get(file as usize)
            .ok_or_else(|| PlanError::new("no such pattern file"))?;
        let mut uses = self.uses.borrow_mut();
        while uses.len() <= file as usize {
            uses.push(FileUse::default());
        }
        let uses = &mut uses[file as usize];
        if uses.hows.is_empty() {
            uses.entries = Arc::new(Entries::new(found)?);
        }
        let set = Arc::new(FileSet {
            file,
            number: uses.hows.len(),
            index: Index::new(&found.path, &uses.entries, how)?,
            entries: Arc::clone(&uses.entries),
        });
        uses.hows.push(how);
        self.sets.borrow_mut().insert((file, how), Arc::clone(&set));
        Ok(set)
    }

    /// How each file of the plan is used.
    pub fn into_uses(self, plan: &Plan) -> Vec<FileUse> {
        let mut uses = self.uses.into_inner();
        while uses.len() < plan.pattern_files.len() {
            uses.push(FileUse::default());
        }
        uses
    }
}

impl Index {
    fn new(path: &str, entries: &Arc<Entries>, how: How) -> Result<Self, PlanError> {
        let wrong = |key: &str, wanted: &str| PlanError::new(format!("'{key}' in {path} is not {wanted}"));
        let ranges = || -> Result<Box<[(i64, i64)]>, PlanError> {
            let read = |key| number::parse_range(key).ok_or_else(|| wrong(key, "an integer or a range"));
            let fitting = |range| if how == How::Len { number::lengths(range) } else { range };
            entries.words().map(|key| read(key).map(fitting)).collect()
        };
        Ok(match how {
            How::Text { kind, icase } => Self::Text(TextSet::of(entries, kind, icase)?),
            How::Bin => {
                let read = |key| unhex(key).ok_or_else(|| wrong(key, "hexadecimal digits"));
                let blocks = entries.words().map(read).collect::<Result<_, _>>()?;
                Self::Bin(TextSet::new(TextKind::Str, false, blocks)?)
            }
            How::Int | How::Len => {
                let ranges = ranges()?;
                let found = RangeMap::new(&ranges);
                if how == How::Int {
                    Self::Int(ranges, found)
                } else {
                    Self::Len(ranges, found)
                }
            }
            How::Ip => {
                let read = |key| net::parse_net(key).ok_or_else(|| wrong(key, "an address or a network"));
                Self::Ip(NetSet::new(entries.words().map(read).collect::<Result<_, _>>()?)?)
            }
            How::Reg { icase } => Self::Reg(RegexList::new(&entries.words().collect::<Vec<_>>(), icase)?),
            How::Regm => {
                let pair = |at| {
                    let regex = regex::compile(entries.word(at), false)?;
                    Ok::<_, PlanError>((regex, Substitution::parse(entries.value(at))))
                };
                let list = RegexList::new(&entries.words().collect::<Vec<_>>(), false)?;
                Self::Regm(list, entries.numbers().map(pair).collect::<Result<_, _>>()?)
            }
        })
    }

    /// The entry that fits, of those that `keeps` leaves: the longest prefix or network, else the first of the file.
    fn find<'e>(&self, sample: Sample<'e>, view: &View<'e>, entries: &Entries, keeps: Option<&State>) -> Option<u32> {
        let Some(state) = keeps else {
            return match self {
                Self::Text(set) => set.find(sample.as_str(view.arena)),
                Self::Bin(set) => set.find(sample.as_bin(view.arena)),
                Self::Ip(nets) => nets.find(sample.as_ip()?),
                Self::Int(_, found) => found.find(int_of(sample)?),
                Self::Len(_, found) => found.find(length_of(sample, view)),
                Self::Reg(list) | Self::Regm(list, _) => list.find(sample.as_str(view.arena)),
            };
        };
        // Most entries are as they were: looked up as if nothing had changed.
        match self.find(sample, view, entries, None) {
            Some(at) if !state.keeps(entries.key(at)) => {}
            found => return found,
        }
        let mut best: Option<u32> = None;
        let longest = matches!(self, Self::Text(set) if set.kind() == TextKind::Beg);
        let networks = matches!(self, Self::Ip(_));
        let mut hit = |at: u32| {
            let better = match best {
                None => true,
                Some(_) if networks => false,
                Some(best) if longest => entries.key(at).len() > entries.key(best).len(),
                Some(best) => at < best,
            };
            if better && state.keeps(entries.key(at)) {
                best = Some(at);
            }
        };
        match self {
            Self::Text(set) => set.each(sample.as_str(view.arena), &mut hit),
            Self::Bin(set) => set.each(sample.as_bin(view.arena), &mut hit),
            Self::Ip(nets) => nets.each(sample.as_ip()?, &mut hit),
            Self::Int(ranges, _) => within(ranges, int_of(sample)?, &mut hit),
            Self::Len(ranges, _) => within(ranges, length_of(sample, view), &mut hit),
            Self::Reg(list) | Self::Regm(list, _) => list.each(sample.as_str(view.arena), &mut hit),
        }
        best
    }

    /// The added entry that fits, and how long its prefix is.
    fn find_added<'e>(&self, sample: Sample<'e>, view: &View<'e>, added: &Added) -> Option<u32> {
        match (self, added) {
            (Self::Text(_), Added::Text(set)) => set.find(sample.as_str(view.arena)),
            (Self::Text(_), Added::Parts(parts)) => parts.first(sample.as_str(view.arena)),
            (Self::Bin(_), Added::Text(set)) => set.find(sample.as_bin(view.arena)),
            (Self::Ip(_), Added::Net(nets)) => nets.find(sample.as_ip()?),
            (Self::Int(..), Added::Ranges(ranges)) => ranges.first(int_of(sample)?),
            (Self::Len(..), Added::Ranges(ranges)) => ranges.first(length_of(sample, view)),
            (Self::Reg(_) | Self::Regm(..), Added::Regs(regs)) => regs.first(sample.as_str(view.arena)),
            _ => None,
        }
    }
}

fn int_of(sample: Sample<'_>) -> Option<i64> {
    match sample {
        Sample::Str([]) => None,
        Sample::Str(text) => Some(parse_int(text)),
        other => other.as_int(),
    }
}

fn length_of<'e>(sample: Sample<'e>, view: &View<'e>) -> i64 {
    i64::try_from(sample.text_len(view.arena)).unwrap_or(i64::MAX)
}

fn within(ranges: &[(i64, i64)], value: i64, hit: &mut impl FnMut(u32)) {
    let fitting = (0..).zip(ranges).filter(|(_, (low, high))| (*low..=*high).contains(&value));
    fitting.for_each(|(at, _)| hit(at));
}

impl FileSet {
    /// Index in `Plan::pattern_files`.
    pub fn file(&self) -> u32 {
        self.file
    }

    /// The key of an entry that was read.
    pub fn key(&self, at: usize) -> &[u8] {
        u32::try_from(at).map_or(&[], |at| self.entries.key(at))
    }

    /// Entries that were read.
    pub fn count(&self) -> usize {
        self.entries.count()
    }

    /// Whether the sample is one of the keys.
    pub fn has<'e>(&self, sample: Sample<'e>, view: &View<'e>) -> bool {
        let changed = view.state.pattern_changes().look(self.file, |state| {
            let added = state.set_of(self.number);
            self.index.find(sample, view, &self.entries, Some(state)).is_some()
                || added.is_some_and(|added| self.index.find_added(sample, view, added).is_some())
        });
        changed.unwrap_or_else(|| match &self.index {
            Index::Reg(list) => list.is_match(sample.as_str(view.arena)),
            index => index.find(sample, view, &self.entries, None).is_some(),
        })
    }

    /// The number of the entry that was read and fits; for traces.
    pub fn which<'e>(&self, sample: Sample<'e>, view: &View<'e>) -> Option<u32> {
        self.index.find(sample, view, &self.entries, None)
    }

    /// Whether the sample can be looked up here at all: a text may be no address, or no number.
    pub fn takes(&self, sample: Sample<'_>) -> bool {
        match self.index {
            Index::Ip(_) => sample.as_ip().is_some(),
            Index::Int(..) => int_of(sample).is_some(),
            _ => true,
        }
    }

    /// Key and value of the entry that fits.
    pub fn find<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<(&'e [u8], &'e [u8])> {
        let changed = view
            .state
            .pattern_changes()
            .look(self.file, |state| self.find_changed(view, sample, state));
        if let Some(found) = changed {
            return found;
        }
        let at = self.index.find(sample, view, &self.entries, None)?;
        Some((self.entries.key(at), self.value(view, sample, at)?))
    }

    fn value<'e>(&'e self, view: &View<'e>, sample: Sample<'e>, at: u32) -> Option<&'e [u8]> {
        let Index::Regm(_, pairs) = &self.index else {
            return Some(self.entries.value(at));
        };
        let (regex, value) = pairs.get(at as usize)?;
        let mut made = Vec::new();
        let fits = value.expand(regex, sample.as_str(view.arena), view.limit(), &mut made);
        fits.then(|| &*view.arena.alloc_slice_copy(&made))
    }

    fn find_changed<'e>(&'e self, view: &View<'e>, sample: Sample<'e>, state: &State) -> Option<(&'e [u8], &'e [u8])> {
        let read = self.index.find(sample, view, &self.entries, Some(state));
        let set = state.set_of(self.number);
        let added = set.and_then(|set| self.index.find_added(sample, view, set));
        let copy = |bytes: &[u8]| -> &'e [u8] { view.arena.alloc_slice_copy(bytes) };
        let own = added.and_then(|at| Some((at, state.entry(at)?)));
        // The longer prefix or network wins, else what was read.
        let length = |key: &[u8]| match &self.index {
            Index::Text(set) if set.kind() == TextKind::Beg => key.len(),
            Index::Ip(_) => std::str::from_utf8(key)
                .ok()
                .and_then(net::parse_net)
                .map_or(0, |net| usize::from(net.1)),
            _ => 0,
        };
        match (read, own) {
            (Some(at), own) if own.is_none_or(|(_, (key, _))| length(key) <= length(self.entries.key(at))) => {
                let key = self.entries.key(at);
                match (state.value(key), &self.index) {
                    (None, _) => Some((key, self.value(view, sample, at)?)),
                    (Some(value), Index::Regm(_, pairs)) => {
                        let regex = &pairs.get(at as usize)?.0;
                        Some((key, copy(&expanded(regex, value, sample.as_str(view.arena), view.limit())?)))
                    }
                    (Some(value), _) => Some((key, copy(value))),
                }
            }
            (_, Some((at, (key, value)))) => match (&self.index, set) {
                (Index::Regm(..), Some(Added::Regs(regs))) => {
                    let regex = regs.get(at)?;
                    Some((
                        copy(key),
                        copy(&expanded(regex, value, sample.as_str(view.arena), view.limit())?),
                    ))
                }
                _ => Some((copy(key), copy(value))),
            },
            _ => None,
        }
    }
}
