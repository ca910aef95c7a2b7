//! A part of a table: entries side by side, found by their key, in the order of their last change.

use super::row::{Layout, Row};
use hashbrown::HashTable;

const NONE: u32 = u32::MAX;

/// Entries looked at when room or time is short, at most.
const LOOK: usize = 32;
/// How often that is done to make room.
const ROUNDS: usize = 8;

/// Everything that all shards of a table agree on.
#[derive(Debug)]
pub struct Rules {
    pub layout: Layout,
    /// Bytes kept for a key.
    pub key_size: usize,
    pub expire: Option<u64>,
}

#[derive(Debug)]
pub struct Slot {
    hash: u64,
    /// When it expires, on the clock of the tables; never without `expire`.
    pub until: u64,
    /// Neighbours in the order of change.
    older: u32,
    newer: u32,
    pub trackers: u32,
    key_length: u32,
}

/// What is known of an entry beside its words.
pub struct Spot<'a> {
    pub rules: &'a Rules,
    at: usize,
    pub slot: &'a Slot,
    keys: &'a [u8],
}

impl<'a> Spot<'a> {
    pub fn key(&self) -> &'a [u8] {
        let start = self.at * self.rules.key_size;
        self.keys
            .get(start..start + self.slot.key_length as usize)
            .unwrap_or_default()
    }
}

#[derive(Debug)]
pub struct Shard {
    index: HashTable<u32>,
    slots: Vec<Slot>,
    keys: Vec<u8>,
    words: Vec<u64>,
    free: Vec<u32>,
    oldest: u32,
    newest: u32,
}

impl Default for Shard {
    fn default() -> Self {
        Self {
            index: HashTable::new(),
            slots: Vec::new(),
            keys: Vec::new(),
            words: Vec::new(),
            free: Vec::new(),
            oldest: NONE,
            newest: NONE,
        }
    }
}

impl Shard {
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// The entry of a key that has not expired. An expired one is removed.
    pub fn find(&mut self, rules: &Rules, hash: u64, key: &[u8], now: u64) -> Option<u32> {
        let slot = *self.index.find(hash, |slot| self.key(rules, *slot) == key)?;
        if self.is_expired(slot, now) {
            self.remove(slot);
            return None;
        }
        Some(slot)
    }

    /// A new entry; the caller has looked whether there is one and whether there is room.
    pub fn insert(&mut self, rules: &Rules, hash: u64, key: &[u8], now: u64) -> u32 {
        let width = rules.layout.words;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.keys.resize(self.keys.len() + rules.key_size, 0);
            self.words.resize(self.words.len() + width, 0);
            self.slots.push(Slot {
                hash: 0,
                until: 0,
                older: NONE,
                newer: NONE,
                trackers: 0,
                key_length: 0,
            });
            u32::try_from(self.slots.len() - 1).unwrap_or(NONE)
        });
        let at = slot as usize;
        let length = key.len().min(rules.key_size);
        if let Some(place) = self.keys.get_mut(at * rules.key_size..at * rules.key_size + length) {
            place.copy_from_slice(&key[..length]);
        }
        if let Some(words) = self.words.get_mut(at * width..(at + 1) * width) {
            words.fill(0);
        }
        if let Some(entry) = self.slots.get_mut(at) {
            *entry = Slot {
                hash,
                until: rules.expire.map_or(u64::MAX, |expire| now.saturating_add(expire)),
                older: NONE,
                newer: NONE,
                trackers: 0,
                key_length: u32::try_from(length).unwrap_or(0),
            };
        }
        self.append(slot);
        let slots = &self.slots;
        self.index
            .insert_unique(hash, slot, |slot| slots.get(*slot as usize).map_or(0, |slot| slot.hash));
        slot
    }

    /// Lends an entry; what is changed lives on.
    pub fn with<R>(&mut self, rules: &Rules, slot: u32, now: u64, run: impl FnOnce(&mut Row<'_>) -> R) -> Option<R> {
        let at = slot as usize;
        let width = rules.layout.words;
        let entry = self.slots.get(at)?;
        let mut row = Row {
            layout: &rules.layout,
            words: self.words.get_mut(at * width..(at + 1) * width)?,
            now,
            spot: Spot {
                rules,
                at,
                slot: entry,
                keys: &self.keys,
            },
            touched: false,
        };
        let result = run(&mut row);
        let touched = row.touched;
        if touched {
            self.touch(rules, slot, now);
        }
        Some(result)
    }

    /// The entry was changed or matched: its time begins anew.
    pub fn touch(&mut self, rules: &Rules, slot: u32, now: u64) {
        let Some(expire) = rules.expire else { return };
        if let Some(entry) = self.slots.get_mut(slot as usize) {
            entry.until = now.saturating_add(expire);
        }
        if self.newest != slot {
            self.unlink(slot);
            self.append(slot);
        }
    }

    pub fn pin(&mut self, slot: u32) {
        if let Some(entry) = self.slots.get_mut(slot as usize) {
            entry.trackers = entry.trackers.saturating_add(1);
        }
    }

    /// One tracker less; an entry that expired meanwhile goes with its last one.
    pub fn unpin(&mut self, slot: u32, now: u64) -> bool {
        if let Some(entry) = self.slots.get_mut(slot as usize) {
            entry.trackers = entry.trackers.saturating_sub(1);
        }
        let expired = self.is_expired(slot, now);
        if expired {
            self.remove(slot);
        }
        expired
    }

    /// Removes entries that have expired, looking at no more than `most`; gives how many.
    pub fn sweep(&mut self, now: u64, most: usize) -> usize {
        let mut removed = 0;
        for _ in 0..most {
            let slot = self.oldest;
            match self.slots.get(slot as usize) {
                Some(entry) if entry.until > now => break,
                // Tracked entries stay, and are not looked at again and again.
                Some(entry) if entry.trackers > 0 => {
                    self.unlink(slot);
                    self.append(slot);
                }
                Some(_) => {
                    self.remove(slot);
                    removed += 1;
                }
                None => break,
            }
        }
        removed
    }

    /// Makes room: the entry goes that was not changed for the longest time and that nobody tracks.
    pub fn purge(&mut self) -> bool {
        for _ in 0..ROUNDS {
            let mut slot = self.oldest;
            for _ in 0..LOOK {
                match self.slots.get(slot as usize) {
                    Some(entry) if entry.trackers > 0 => slot = entry.newer,
                    Some(_) => {
                        self.remove(slot);
                        return true;
                    }
                    None => return false,
                }
            }
            // Many of the oldest are tracked, as those of clients that stay long: they are passed over from now on, or none of the
            // others would ever go.
            for _ in 0..LOOK {
                let oldest = self.oldest;
                self.unlink(oldest);
                self.append(oldest);
            }
        }
        false
    }

    /// Removes an entry; one that is tracked is only emptied. Gives whether it is gone.
    pub fn clear(&mut self, rules: &Rules, slot: u32) -> bool {
        if self.slots.get(slot as usize).is_some_and(|entry| entry.trackers > 0) {
            self.with(rules, slot, 0, |row| row.clear());
            return false;
        }
        self.remove(slot);
        true
    }

    /// Places in use from number `from` on.
    pub fn used(&self, from: u32) -> impl Iterator<Item = u32> + '_ {
        let places = from..u32::try_from(self.slots.len()).unwrap_or(NONE);
        places.filter(|slot| self.slots.get(*slot as usize).is_some_and(|entry| entry.hash != 0))
    }

    pub fn is_expired(&self, slot: u32, now: u64) -> bool {
        self.slots
            .get(slot as usize)
            .is_some_and(|entry| entry.until <= now && entry.trackers == 0)
    }

    fn key<'a>(&'a self, rules: &'a Rules, slot: u32) -> &'a [u8] {
        let at = slot as usize;
        let place = |slot| Spot {
            rules,
            at,
            slot,
            keys: &self.keys,
        };
        self.slots.get(at).map_or(&[], |slot| place(slot).key())
    }

    fn remove(&mut self, slot: u32) {
        let Some(hash) = self.slots.get(slot as usize).map(|entry| entry.hash) else {
            return;
        };
        if let Ok(found) = self.index.find_entry(hash, |other| *other == slot) {
            found.remove();
            self.unlink(slot);
            self.free.push(slot);
            if let Some(entry) = self.slots.get_mut(slot as usize) {
                entry.hash = 0;
            }
        }
    }

    fn append(&mut self, slot: u32) {
        let newest = self.newest;
        if let Some(entry) = self.slots.get_mut(slot as usize) {
            (entry.older, entry.newer) = (newest, NONE);
        }
        match self.slots.get_mut(newest as usize) {
            Some(entry) => entry.newer = slot,
            None => self.oldest = slot,
        }
        self.newest = slot;
    }

    fn unlink(&mut self, slot: u32) {
        let Some((older, newer)) = self.slots.get(slot as usize).map(|entry| (entry.older, entry.newer)) else {
            return;
        };
        match self.slots.get_mut(older as usize) {
            Some(entry) => entry.newer = newer,
            None => self.oldest = newer,
        }
        match self.slots.get_mut(newer as usize) {
            Some(entry) => entry.older = older,
            None => self.newest = older,
        }
    }
}
