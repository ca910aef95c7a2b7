//! Sets of strings: exact, prefix, suffix, substring, and whole path or domain components.

use super::entries::{Entries, KeyTable};
use crate::error::PlanError;
use ahash::RandomState;
use aho_corasick::AhoCorasick;
use std::collections::HashMap;
use std::sync::Arc;

/// How strings are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextKind {
    Str,
    Beg,
    End,
    Sub,
    Dir,
    Dom,
}

/// Up to so many strings are compared one by one.
const FEW: usize = 6;

/// A set of strings with the index of each.
#[derive(Debug)]
pub struct TextSet {
    kind: TextKind,
    icase: bool,
    keys: Keys,
}

#[derive(Debug)]
enum Keys {
    /// In the order of the configuration.
    Few(Box<[Box<[u8]>]>),
    /// By content; and the lengths that occur, ascending.
    Many {
        index: Index,
        lengths: Vec<usize>,
    },
    Substrings(Box<AhoCorasick>),
}

#[derive(Debug)]
enum Index {
    Own(HashMap<Box<[u8]>, u32, RandomState>),
    /// The keys stay in their file.
    Shared(Arc<Entries>, KeyTable),
}

impl Index {
    fn get(&self, key: &[u8]) -> Option<u32> {
        match self {
            Self::Own(index) => index.get(key).copied(),
            Self::Shared(entries, table) => table.get(entries, key),
        }
    }
}

impl TextSet {
    pub fn new(kind: TextKind, icase: bool, mut texts: Vec<Vec<u8>>) -> Result<Self, PlanError> {
        for text in &mut texts {
            *text = kind.normal(text, icase);
        }
        let keys = if kind == TextKind::Sub && (texts.len() > 1 || icase) {
            let build = AhoCorasick::builder().ascii_case_insensitive(icase).build(&texts);
            Keys::Substrings(Box::new(build.map_err(|error| PlanError::new(error.to_string()))?))
        } else if texts.len() <= FEW {
            Keys::Few(texts.into_iter().map(Vec::into_boxed_slice).collect())
        } else {
            let mut index = HashMap::with_capacity_and_hasher(texts.len(), RandomState::default());
            let mut lengths: Vec<usize> = texts.iter().map(Vec::len).collect();
            lengths.sort_unstable();
            lengths.dedup();
            for (at, text) in texts.into_iter().enumerate() {
                let at = u32::try_from(at).map_err(|_| PlanError::new("too many patterns"))?;
                index.entry(text.into_boxed_slice()).or_insert(at);
            }
            Keys::Many {
                index: Index::Own(index),
                lengths,
            }
        };
        Ok(Self { kind, icase, keys })
    }

    /// The keys of a file.
    pub fn of(entries: &Arc<Entries>, kind: TextKind, icase: bool) -> Result<Self, PlanError> {
        if kind == TextKind::Sub || entries.count() <= FEW {
            return Self::new(kind, icase, entries.numbers().map(|at| entries.key(at).to_vec()).collect());
        }
        let mut seen = Vec::new();
        for at in entries.numbers() {
            let length = kind.bare(entries.key(at)).len();
            if seen.len() <= length {
                seen.resize(length + 1, false);
            }
            seen[length] = true;
        }
        let lengths = (0..seen.len()).filter(|length| seen[*length]).collect();
        let index = Index::Shared(Arc::clone(entries), KeyTable::new(entries, kind, icase));
        let keys = Keys::Many { index, lengths };
        Ok(Self { kind, icase, keys })
    }

    /// An empty set that may grow; `None`: substrings are looked for otherwise.
    pub fn open(kind: TextKind, icase: bool) -> Option<Self> {
        (kind != TextKind::Sub).then(|| Self {
            kind,
            icase,
            keys: Keys::Many {
                index: Index::Own(HashMap::default()),
                lengths: Vec::new(),
            },
        })
    }

    /// Adds an entry, as [`TextKind::normal`] gives it; of equal ones the first stays.
    pub fn insert(&mut self, text: Vec<u8>, at: u32) {
        if let Keys::Many {
            index: Index::Own(index),
            lengths,
        } = &mut self.keys
        {
            if let Err(place) = lengths.binary_search(&text.len()) {
                lengths.insert(place, text.len());
            }
            index.entry(text.into_boxed_slice()).or_insert(at);
        }
    }

    pub fn remove(&mut self, text: &[u8]) {
        if let Keys::Many {
            index: Index::Own(index),
            ..
        } = &mut self.keys
        {
            index.remove(text);
        }
    }

    pub fn kind(&self) -> TextKind {
        self.kind
    }

    /// Index of the entry that matches: of the longest prefix with `beg`, else of the first entry.
    pub fn find(&self, value: &[u8]) -> Option<u32> {
        match &self.keys {
            // Most values match nothing, which a search that may skip bytes sees soonest.
            Keys::Substrings(automaton) if !automaton.is_match(value) => None,
            Keys::Substrings(automaton) => automaton.find_overlapping_iter_min(value),
            Keys::Few(keys) => self.find_few(keys, value),
            Keys::Many { index, lengths } => self.lowered(value, |value| self.find_many(index, lengths, value)),
        }
    }

    /// Whether an entry matches.
    pub fn has(&self, value: &[u8]) -> bool {
        match (&self.keys, self.kind) {
            (Keys::Substrings(automaton), _) => automaton.is_match(value),
            // What most rules ask, without a question for each key which of them it is.
            (Keys::Few(keys), TextKind::Beg) if !self.icase => keys.iter().any(|key| value.starts_with(key)),
            (Keys::Few(keys), TextKind::End) if !self.icase => keys.iter().any(|key| value.ends_with(key)),
            (Keys::Few(keys), _) => keys.iter().any(|key| self.fits(key, value)),
            (Keys::Many { index, lengths }, _) => self.lowered(value, |value| self.find_many(index, lengths, value)).is_some(),
        }
    }

    /// Hands the index of every entry that matches to `hit`, some more than once; of equal entries the first.
    pub fn each(&self, value: &[u8], hit: &mut impl FnMut(u32)) {
        match &self.keys {
            Keys::Substrings(automaton) => {
                for found in automaton.find_overlapping_iter(value) {
                    hit(found.pattern().as_u32());
                }
            }
            Keys::Few(keys) => {
                for (index, key) in (0..).zip(keys) {
                    if self.fits(key, value) {
                        hit(index);
                    }
                }
            }
            Keys::Many { index, lengths } => self.lowered(value, |value| {
                let fitting = self.fitting(lengths, value);
                let mut look = |part: &[u8]| index.get(part).into_iter().for_each(&mut *hit);
                match self.kind {
                    TextKind::Beg => fitting.iter().for_each(|length| look(&value[..*length])),
                    TextKind::End => fitting.iter().for_each(|length| look(&value[value.len() - length..])),
                    TextKind::Dir | TextKind::Dom => {
                        for at in self.starts(value) {
                            let ends = fitting.iter().filter(|length| self.ends_at(value, at + **length));
                            ends.for_each(|length| look(&value[at..at + length]));
                        }
                    }
                    TextKind::Str | TextKind::Sub => look(value),
                }
            }),
        }
    }

    /// Calls `look` with the value as the keys are kept: in lower case where case is ignored.
    fn lowered<R>(&self, value: &[u8], look: impl FnOnce(&[u8]) -> R) -> R {
        let mut space = [0_u8; 256];
        if !self.icase {
            look(value)
        } else if let Some(space) = space.get_mut(..value.len()) {
            space.copy_from_slice(value);
            space.make_ascii_lowercase();
            look(space)
        } else {
            look(&value.to_ascii_lowercase())
        }
    }

    fn fits(&self, key: &[u8], value: &[u8]) -> bool {
        match self.kind {
            TextKind::Str => self.same(key, value),
            TextKind::Beg => value.get(..key.len()).is_some_and(|head| self.same(key, head)),
            TextKind::End => value.len() >= key.len() && self.same(key, &value[value.len() - key.len()..]),
            TextKind::Sub => memchr::memmem::find(value, key).is_some(),
            // A pattern of delimiters alone is no component.
            TextKind::Dir | TextKind::Dom if key.is_empty() => value.is_empty(),
            TextKind::Dir | TextKind::Dom => self
                .starts(value)
                .any(|at| self.ends_at(value, at + key.len()) && self.same(key, &value[at..at + key.len()])),
        }
    }

    fn find_few(&self, keys: &[Box<[u8]>], value: &[u8]) -> Option<u32> {
        let mut best: Option<usize> = None;
        for (index, key) in keys.iter().enumerate() {
            if self.fits(key, value) {
                if self.kind != TextKind::Beg {
                    return u32::try_from(index).ok();
                }
                if best.is_none_or(|best| keys[best].len() < key.len()) {
                    best = Some(index);
                }
            }
        }
        best.and_then(|best| u32::try_from(best).ok())
    }

    fn find_many(&self, index: &Index, lengths: &[usize], value: &[u8]) -> Option<u32> {
        let fitting = self.fitting(lengths, value);
        match self.kind {
            TextKind::Beg => fitting.iter().rev().find_map(|length| index.get(&value[..*length])),
            TextKind::End => fitting
                .iter()
                .filter_map(|length| index.get(&value[value.len() - length..]))
                .min(),
            TextKind::Dir | TextKind::Dom => {
                let at_start = |at: usize| {
                    let ends = fitting.iter().filter(move |length| self.ends_at(value, at + **length));
                    ends.filter_map(move |length| index.get(&value[at..at + length])).min()
                };
                self.starts(value).filter_map(at_start).min()
            }
            TextKind::Str | TextKind::Sub => index.get(value),
        }
    }

    /// The lengths of keys that could be in the value.
    fn fitting<'l>(&self, lengths: &'l [usize], value: &[u8]) -> &'l [usize] {
        let shortest = usize::from(matches!(self.kind, TextKind::Dir | TextKind::Dom) && !value.is_empty());
        let fitting = &lengths[..lengths.partition_point(|length| *length <= value.len())];
        &fitting[fitting.partition_point(|length| *length < shortest)..]
    }

    fn same(&self, key: &[u8], part: &[u8]) -> bool {
        if self.icase {
            key.eq_ignore_ascii_case(part)
        } else {
            key == part
        }
    }

    /// Where components start: at the start and after each delimiter.
    fn starts<'v>(&self, value: &'v [u8]) -> impl Iterator<Item = usize> + 'v {
        let delimiters = self.kind.delimiters();
        let after = value
            .iter()
            .enumerate()
            .filter(|(_, byte)| delimiters.contains(byte))
            .map(|(at, _)| at + 1);
        std::iter::once(0).chain(after)
    }

    /// Whether a component may end there.
    fn ends_at(&self, value: &[u8], at: usize) -> bool {
        at == value.len() || value.get(at).is_some_and(|byte| self.kind.delimiters().contains(byte))
    }
}

impl TextKind {
    fn delimiters(self) -> &'static [u8] {
        match self {
            Self::Dir => b"/?",
            Self::Dom => b"/?.:",
            _ => b"",
        }
    }

    /// A pattern as it is kept: without delimiters at its ends, in lower case where case is ignored.
    pub fn normal(self, text: &[u8], icase: bool) -> Vec<u8> {
        let bare = self.bare(text);
        if icase {
            bare.to_ascii_lowercase()
        } else {
            bare.to_vec()
        }
    }

    /// A pattern without delimiters at its ends.
    pub fn bare(self, text: &[u8]) -> &[u8] {
        let delimiters = self.delimiters();
        if delimiters.is_empty() {
            return text;
        }
        let inside = |byte: &u8| !delimiters.contains(byte);
        let start = text.iter().position(inside).unwrap_or(text.len());
        let end = text.iter().rposition(inside).map_or(start, |at| at + 1);
        &text[start..end]
    }
}

/// The smallest index of all entries that occur.
trait Smallest {
    fn find_overlapping_iter_min(&self, value: &[u8]) -> Option<u32>;
}

impl Smallest for AhoCorasick {
    fn find_overlapping_iter_min(&self, value: &[u8]) -> Option<u32> {
        let mut best: Option<usize> = None;
        for hit in self.find_overlapping_iter(value) {
            let index = hit.pattern().as_usize();
            if best.is_none_or(|best| index < best) {
                best = Some(index);
                if index == 0 {
                    break;
                }
            }
        }
        best.and_then(|best| u32::try_from(best).ok())
    }
}
