//! Entries of pattern files that came, went or got another value while the process runs: by rules (`set-map`, `del-acl`, ...) and
//! by orders.
//!
//! What was read from a file stays as it was built, so that a file that nobody changes is looked up without a lock. Changes stand
//! beside it: keys that are gone, values that are others, and entries that were added, each of these found by the same means.

use super::entries::Entries;
use super::file::How;
use super::regex::Substitution;
use super::regs::{self, Regs};
use super::runs::Runs;
use super::{net, number, NetSet, RangeMap, TextKind, TextSet};
use crate::sample::fetch::constant::unhex;
use ::regex::bytes::Regex;
use ahash::RandomState;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering::Acquire, Ordering::Release};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// The changes of all files of a plan, by index in `Plan::pattern_files`.
#[derive(Debug)]
pub struct Changes {
    files: Box<[FileChanges]>,
}

/// What is looked up of a file, and how.
#[derive(Debug, Default)]
pub struct FileUse {
    pub entries: Arc<Entries>,
    /// Ways in which it is compared; a `FileSet` knows the number of its own.
    pub hows: Vec<How>,
}

#[derive(Debug)]
struct FileChanges {
    changed: AtomicBool,
    hows: Box<[How]>,
    entries: Arc<Entries>,
    state: RwLock<State>,
}

/// Key and value.
type Pair = (Box<[u8]>, Box<[u8]>);

/// The changes of one file.
#[derive(Debug, Default)]
pub struct State {
    cleared: bool,
    gone: HashSet<Box<[u8]>, RandomState>,
    values: HashMap<Box<[u8]>, Box<[u8]>, RandomState>,
    /// By number: who came later has a higher one.
    added: HashMap<u32, Pair, RandomState>,
    next: u32,
    by_key: HashMap<Box<[u8]>, u32, RandomState>,
    /// One for each way of comparing.
    sets: Vec<Added>,
}

/// Entries that were added, ready for one way of comparing.
#[derive(Debug)]
pub enum Added {
    Text(TextSet),
    Parts(Parts),
    Net(NetSet),
    Ranges(Ranges),
    Regs(Regs),
}

/// Substrings.
#[derive(Debug, Default)]
pub struct Parts {
    icase: bool,
    runs: Runs<Box<[u8]>, Option<TextSet>>,
}

/// Integers that were added are found by hash, wider ranges in runs.
#[derive(Debug, Default)]
pub struct Ranges {
    single: HashMap<i64, u32, RandomState>,
    wide: Runs<(i64, i64), RangeMap>,
}

enum Key {
    Text(Vec<u8>),
    Net(std::net::IpAddr, u8),
    Range((i64, i64)),
    Reg(Box<Regex>),
}

impl Changes {
    pub fn new(files: &[FileUse]) -> Self {
        let changes = |file: &FileUse| FileChanges {
            changed: AtomicBool::new(false),
            hows: file.hows.clone().into(),
            entries: Arc::clone(&file.entries),
            state: RwLock::new(State {
                sets: file.hows.iter().map(|how| Added::new(*how)).collect(),
                ..State::default()
            }),
        };
        Self {
            files: files.iter().map(changes).collect(),
        }
    }

    /// Nothing can be changed.
    pub fn none() -> &'static Self {
        static NONE: OnceLock<Changes> = OnceLock::new();
        NONE.get_or_init(|| Self::new(&[]))
    }

    /// Looks at the changes of a file, if there are any.
    pub(super) fn look<R>(&self, file: u32, look: impl FnOnce(&State) -> R) -> Option<R> {
        let file = self.files.get(file as usize).filter(|file| file.changed.load(Acquire))?;
        Some(look(&file.state.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Whether a key can be an entry of a file: the file is there, and every way of comparing takes the key.
    pub fn takes(&self, file: u32, key: &[u8]) -> bool {
        self.files
            .get(file as usize)
            .is_some_and(|file| file.hows.iter().all(|how| Key::read(*how, key).is_some()))
    }

    /// Sets the value of a key, and adds an entry where there is none. False: the key can't be one.
    pub fn set(&self, file: u32, key: &[u8], value: &[u8]) -> bool {
        self.change(file, |file, state| {
            if let Some(at) = state.by_key.get(key).copied() {
                if let Some(entry) = state.added.get_mut(&at) {
                    entry.1 = value.into();
                }
                return true;
            }
            if state.has_read(file, key) {
                state.values.insert(key.into(), value.into());
                return true;
            }
            state.add(&file.hows, key, value)
        })
    }

    /// Adds an entry where there is none of that key. False: the key can't be one.
    pub fn add(&self, file: u32, key: &[u8], value: &[u8]) -> bool {
        self.change(file, |file, state| {
            state.by_key.contains_key(key) || state.has_read(file, key) || state.add(&file.hows, key, value)
        })
    }

    /// Removes all entries of a key. False: there is none.
    pub fn remove(&self, file: u32, key: &[u8]) -> bool {
        self.change(file, |file, state| {
            let read = state.has_read(file, key);
            if read {
                state.gone.insert(key.into());
                state.values.remove(key);
            }
            let added = state.by_key.remove(key);
            if let Some(at) = added {
                state.added.remove(&at);
                for (set, how) in state.sets.iter_mut().zip(&file.hows) {
                    set.remove(*how, key);
                }
            }
            read || added.is_some()
        })
    }

    /// Removes all entries. False: there is no such file.
    pub fn clear(&self, file: u32) -> bool {
        self.change(file, |file, state| {
            *state = State {
                cleared: true,
                sets: file.hows.iter().map(|how| Added::new(*how)).collect(),
                ..State::default()
            };
            true
        })
    }

    /// How many entries were added and are there, and the next number; that is set.
    #[cfg(test)]
    pub(super) fn number(&self, file: usize, next: u32) -> (usize, u32) {
        let mut state = self.files[file].state.write().unwrap_or_else(PoisonError::into_inner);
        (state.added.len(), std::mem::replace(&mut state.next, next))
    }

    fn change(&self, file: u32, change: impl FnOnce(&FileChanges, &mut State) -> bool) -> bool {
        // What nothing looks up is not kept.
        let Some(file) = self.files.get(file as usize).filter(|file| !file.hows.is_empty()) else {
            return false;
        };
        let done = change(file, &mut file.state.write().unwrap_or_else(PoisonError::into_inner));
        if done {
            file.changed.store(true, Release);
        }
        done
    }
}

impl State {
    /// Whether an entry that was read from the file is still there.
    pub(super) fn keeps(&self, key: &[u8]) -> bool {
        !self.cleared && !self.gone.contains(key)
    }

    /// The value of an entry that was read, where it is another now.
    pub(super) fn value(&self, key: &[u8]) -> Option<&[u8]> {
        self.values.get(key).map(AsRef::as_ref)
    }

    pub(super) fn set_of(&self, number: usize) -> Option<&Added> {
        self.sets.get(number)
    }

    pub(super) fn entry(&self, at: u32) -> Option<(&[u8], &[u8])> {
        self.added.get(&at).map(|(key, value)| (key.as_ref(), value.as_ref()))
    }

    fn has_read(&self, file: &FileChanges, key: &[u8]) -> bool {
        self.keeps(key) && file.entries.has(key)
    }

    fn add(&mut self, hows: &[How], key: &[u8], value: &[u8]) -> bool {
        let Some(keys) = hows.iter().map(|how| Key::read(*how, key)).collect::<Option<Vec<Key>>>() else {
            return false;
        };
        if !self.sets.iter().zip(&keys).all(|(set, key)| set.has_room(key)) {
            return false;
        }
        if self.next == u32::MAX {
            self.number_again(hows);
        }
        let at = self.next;
        self.next += 1;
        self.added.insert(at, (key.into(), value.into()));
        self.by_key.insert(key.into(), at);
        for (set, key) in self.sets.iter_mut().zip(keys) {
            set.insert(key, at);
        }
        true
    }
}

impl State {
    /// Gives what is there numbers from 0 again, in the same order: all have been given away to entries that came and went.
    fn number_again(&mut self, hows: &[How]) {
        let mut pairs: Vec<(u32, Pair)> = self.added.drain().collect();
        pairs.sort_unstable_by_key(|pair| pair.0);
        self.by_key.clear();
        self.sets = hows.iter().map(|how| Added::new(*how)).collect();
        self.next = 0;
        for (_, (key, value)) in pairs {
            self.add(hows, &key, &value);
        }
    }
}

impl Key {
    /// A key as a way of comparing reads it.
    fn read(how: How, key: &[u8]) -> Option<Self> {
        let text = || std::str::from_utf8(key).ok();
        Some(match how {
            How::Text { kind, icase } => Self::Text(kind.normal(key, icase)),
            How::Bin => Self::Text(unhex(text()?)?),
            How::Ip => {
                let (ip, prefix) = net::parse_net(text()?)?;
                Self::Net(ip, prefix)
            }
            How::Int => Self::Range(number::parse_range(text()?)?),
            How::Len => Self::Range(number::lengths(number::parse_range(text()?)?)),
            How::Reg { icase } => Self::Reg(regs::read(text()?, icase)?),
            How::Regm => Self::Reg(regs::read(text()?, false)?),
        })
    }
}

impl Added {
    fn new(how: How) -> Self {
        match how {
            How::Text { kind, icase } => match TextSet::open(kind, icase) {
                Some(set) => Self::Text(set),
                None => Self::Parts(Parts {
                    icase,
                    runs: Runs::default(),
                }),
            },
            How::Bin => TextSet::open(TextKind::Str, false).map_or(Self::Parts(Parts::default()), Self::Text),
            How::Ip => Self::Net(NetSet::open()),
            How::Int | How::Len => Self::Ranges(Ranges::default()),
            How::Reg { icase } => Self::Regs(Regs::new(icase)),
            How::Regm => Self::Regs(Regs::new(false)),
        }
    }

    fn insert(&mut self, key: Key, at: u32) {
        match (self, key) {
            (Self::Text(set), Key::Text(text)) => set.insert(text, at),
            (Self::Parts(parts), Key::Text(text)) => parts.insert(text, at),
            (Self::Net(set), Key::Net(ip, prefix)) => set.insert(ip, prefix, at),
            (Self::Ranges(ranges), Key::Range(range)) => ranges.insert(range, at),
            (Self::Regs(regs), Key::Reg(regex)) => regs.insert(regex, at),
            _ => {}
        }
    }

    /// Whether another entry may be added; all but regexes take as many as there is memory for.
    fn has_room(&self, key: &Key) -> bool {
        match (self, key) {
            (Self::Regs(regs), Key::Reg(regex)) => regs.has_room(regex),
            _ => true,
        }
    }

    fn remove(&mut self, how: How, key: &[u8]) {
        if let Self::Regs(regs) = self {
            // It was one when it was added.
            return std::str::from_utf8(key).map_or((), |key| regs.remove(key));
        }
        match (self, Key::read(how, key)) {
            (Self::Text(set), Some(Key::Text(text))) => set.remove(&text),
            (Self::Parts(parts), Some(Key::Text(text))) => parts.remove(&text),
            (Self::Net(set), Some(Key::Net(ip, prefix))) => set.remove(ip, prefix),
            (Self::Ranges(ranges), Some(Key::Range(range))) => ranges.remove(range),
            _ => {}
        }
    }
}

/// Weight of a range among others.
const RANGE: usize = 16;

impl Ranges {
    fn insert(&mut self, range: (i64, i64), at: u32) {
        if range.0 == range.1 && !self.single.contains_key(&range.0) {
            self.single.insert(range.0, at);
        } else {
            self.wide.insert(range, at, RANGE, Self::build);
        }
    }

    fn remove(&mut self, range: (i64, i64)) {
        self.wide.remove(|other| *other == range, Self::build);
        if range.0 == range.1 {
            self.single.remove(&range.0);
        }
    }

    fn build(keys: &[((i64, i64), u32)]) -> RangeMap {
        RangeMap::new(&keys.iter().map(|(range, _)| *range).collect::<Vec<_>>())
    }

    /// The first that was added of those that hold an integer.
    pub(super) fn first(&self, value: i64) -> Option<u32> {
        let wide = self.wide.first(|_, map| map.find(value));
        wide.into_iter().chain(self.single.get(&value).copied()).min()
    }
}

impl Parts {
    fn insert(&mut self, text: Vec<u8>, at: u32) {
        let (icase, weight) = (self.icase, text.len());
        self.runs.insert(text.into(), at, weight, |keys| Self::build(keys, icase));
    }

    fn remove(&mut self, text: &[u8]) {
        let icase = self.icase;
        self.runs.remove(|part| **part == *text, |keys| Self::build(keys, icase));
    }

    /// A run is far from being too large for an automaton; where one could not be built the parts are looked for one by one.
    fn build(keys: &[(Box<[u8]>, u32)], icase: bool) -> Option<TextSet> {
        TextSet::new(TextKind::Sub, icase, keys.iter().map(|(part, _)| part.to_vec()).collect()).ok()
    }

    /// The first that was added of those that are part of a text.
    pub(super) fn first(&self, text: &[u8]) -> Option<u32> {
        self.runs.first(|keys, set| match set {
            Some(set) => set.find(text),
            None => {
                let lower = self.icase.then(|| text.to_ascii_lowercase());
                let text = lower.as_deref().unwrap_or(text);
                let at = keys.iter().position(|(part, _)| memchr::memmem::find(text, part).is_some())?;
                u32::try_from(at).ok()
            }
        })
    }
}

/// The value of a `map_regm` entry.
pub(super) fn expanded(regex: &Regex, value: &[u8], text: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut made = Vec::new();
    Substitution::parse(value)
        .expand(regex, text, limit, &mut made)
        .then_some(made)
}
