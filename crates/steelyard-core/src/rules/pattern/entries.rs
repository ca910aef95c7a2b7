//! What a file of patterns or a map holds: its text as it was read, and where each entry starts.
//!
//! Files of a million lines are common, so that nothing is copied out of the text: a key is looked for on its line, and hash
//! tables keep numbers of lines. A line costs four bytes here and about ten in each table, beside its own length.

use super::TextKind;
use crate::error::PlanError;
use crate::plan::PatternFile;
use ahash::RandomState;
use hashbrown::HashTable;
use std::sync::{Arc, OnceLock};

/// What a file holds, in its order.
#[derive(Debug, Default)]
pub struct Entries {
    text: Arc<String>,
    is_map: bool,
    /// Where keys start.
    starts: Box<[u32]>,
    /// All keys; made when something is changed.
    known: OnceLock<KeyTable>,
}

/// Numbers of entries by their keys, as a method sees these.
#[derive(Debug)]
pub struct KeyTable {
    kind: TextKind,
    icase: bool,
    table: HashTable<u32>,
    state: RandomState,
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

impl Entries {
    /// Lines that begin with `#` are comments, those without a key say nothing, a carriage return ends a line.
    pub fn new(file: &PatternFile) -> Result<Self, PlanError> {
        let text = file.text.as_bytes();
        if u32::try_from(text.len()).is_err() {
            return Err(PlanError::new(format!("{} is larger than 4 GiB", file.path)));
        }
        let mut starts = Vec::new();
        let mut from = 0;
        while from < text.len() {
            let end = memchr::memchr(b'\n', &text[from..]).map_or(text.len(), |length| from + length);
            let line = &text[from..end];
            let key = line.iter().position(|byte| !is_blank(*byte)).unwrap_or(line.len());
            // Nothing, or a carriage return first: no key.
            if line.first() != Some(&b'#') && line.get(key).is_some_and(|byte| *byte != b'\r') {
                starts.push(u32::try_from(from + key).unwrap_or(u32::MAX));
            }
            from = end + 1;
        }
        Ok(Self {
            text: Arc::clone(&file.text),
            is_map: file.map,
            starts: starts.into(),
            known: OnceLock::new(),
        })
    }

    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// From the key on to the end of the line.
    fn rest(&self, at: u32) -> &[u8] {
        let start = self.starts.get(at as usize).map_or(usize::MAX, |start| *start as usize);
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        &rest[..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())]
    }

    fn key_length(&self, rest: &[u8]) -> usize {
        match self.is_map {
            true => rest.iter().position(|byte| is_blank(*byte)).unwrap_or(rest.len()),
            false => rest.len(),
        }
    }

    pub fn key(&self, at: u32) -> &[u8] {
        let rest = self.rest(at);
        &rest[..self.key_length(rest)]
    }

    /// The key as text; one that is none is no key of numbers, addresses or expressions.
    pub fn word(&self, at: u32) -> &str {
        std::str::from_utf8(self.key(at)).unwrap_or_default()
    }

    /// The value of a map's entry, without blanks around it; of a pattern nothing.
    pub fn value(&self, at: u32) -> &[u8] {
        let rest = self.rest(at);
        let value = &rest[self.key_length(rest)..];
        let start = value.iter().position(|byte| !is_blank(*byte)).unwrap_or(value.len());
        let end = value.iter().rposition(|byte| !is_blank(*byte)).map_or(start, |last| last + 1);
        &value[start..end]
    }

    /// The numbers of all entries.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        // There are fewer entries than bytes.
        0..u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.numbers().map(|at| self.word(at))
    }

    /// Whether a key is there, letter for letter.
    pub fn has(&self, key: &[u8]) -> bool {
        let known = self.known.get_or_init(|| KeyTable::new(self, TextKind::Str, false));
        known.get(self, key).is_some()
    }
}

impl KeyTable {
    pub fn new(entries: &Entries, kind: TextKind, icase: bool) -> Self {
        let mut made = Self {
            kind,
            icase,
            table: HashTable::with_capacity(entries.count()),
            state: RandomState::default(),
        };
        let mut lowered = Vec::new();
        for at in entries.numbers() {
            let mut key = kind.bare(entries.key(at));
            if icase {
                lowered.clear();
                lowered.extend(key.iter().map(u8::to_ascii_lowercase));
                key = &lowered;
            }
            // Of equal entries the first counts.
            if made.get(entries, key).is_none() {
                let Self { table, state, .. } = &mut made;
                // The room was made before, so that no entry is ever hashed again.
                table.insert_unique(state.hash_one(key), at, |_| 0);
            }
        }
        made
    }

    /// The first entry with that key, which stands in lower case where case is ignored.
    pub fn get(&self, entries: &Entries, key: &[u8]) -> Option<u32> {
        let same = |at: &u32| {
            let own = self.kind.bare(entries.key(*at));
            if self.icase {
                own.eq_ignore_ascii_case(key)
            } else {
                own == key
            }
        };
        self.table.find(self.state.hash_one(key), same).copied()
    }
}
