//! Stick tables (manual section 11): what is remembered of a key, for a while.
//!
//! A table is shared by all threads: its entries are spread over shards by the hash of their key, each under its own lock, which
//! is held for a few words only. A hit allocates nothing. Entries expire when they are looked for, and a few old ones with each
//! new one; the engine also calls [`Tables::sweep`] from time to time. The clock is given, so that tests have their own.

mod grip;
mod key;
mod metric;
mod page;
pub(crate) mod rate;
mod row;
mod shard;
mod track;

pub use grip::Grip;
pub use key::KeyType;
pub use metric::{metric, Metric, Place};
pub use page::{Cursor, Entry, Page};
pub use row::{Event, Row};
pub use track::{Level, Tracking};

use crate::plan::{ServerKey, StickTable};
use crate::sample::Sample;
use ahash::RandomState;
use row::Layout;
use shard::{Rules, Shard};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Tables up to this size have one shard, so that the very oldest entry makes room.
const SMALL: u32 = 4_096;
const SHARDS: usize = 16;
/// Entries that a new one may find expired and remove.
const SWEEP: usize = 4;

/// Milliseconds, from any start, never backwards.
pub type Clock = Box<dyn Fn() -> u64 + Send + Sync>;

/// All tables of a plan, by index in `Plan::tables`.
pub struct Tables {
    list: Vec<Table>,
    clock: Clock,
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables")
            .field("list", &self.list.len())
            .finish_non_exhaustive()
    }
}

impl Tables {
    pub fn new(plan: &[StickTable], clock: Clock) -> Self {
        Self {
            list: plan.iter().map(Table::new).collect(),
            clock,
        }
    }

    /// No tables at all.
    pub fn none() -> &'static Arc<Self> {
        static NONE: OnceLock<Arc<Tables>> = OnceLock::new();
        NONE.get_or_init(|| Arc::new(Self::new(&[], Box::new(|| 0))))
    }

    pub fn get(&self, index: u32) -> Option<&Table> {
        self.list.get(index as usize)
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn now(&self) -> u64 {
        (self.clock)()
    }

    /// Removes expired entries, at most `most` of each shard.
    pub fn sweep(&self, most: usize) {
        if !self.list.is_empty() {
            let now = self.now();
            self.list.iter().for_each(|table| table.sweep(now, most));
        }
    }
}

/// One table.
#[derive(Debug)]
pub struct Table {
    pub key: KeyType,
    pub server_key: ServerKey,
    rules: Rules,
    size: usize,
    nopurge: bool,
    used: AtomicUsize,
    hasher: RandomState,
    shards: Box<[Mutex<Shard>]>,
}

/// An entry that stays where it is as long as it is tracked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Handle {
    shard: u32,
    slot: u32,
}

impl Table {
    fn new(plan: &StickTable) -> Self {
        let key = KeyType::new(plan);
        let shards = if plan.size <= SMALL { 1 } else { SHARDS };
        Self {
            key,
            server_key: plan.server_key,
            rules: Rules {
                layout: Layout::new(plan),
                key_size: key.size,
                expire: plan.expire,
            },
            size: plan.size as usize,
            nopurge: plan.nopurge,
            used: AtomicUsize::new(0),
            hasher: RandomState::new(),
            shards: (0..shards).map(|_| Mutex::default()).collect(),
        }
    }

    /// What an entry of the key holds; `None`: there is no entry. Looking does not make it live longer.
    pub fn look<R>(&self, key: &[u8], now: u64, run: impl FnOnce(&mut Row<'_>) -> R) -> Option<R> {
        let (hash, number) = self.place(key);
        let mut shard = self.lock(number)?;
        let slot = self.find(&mut shard, hash, key, now)?;
        shard.with(&self.rules, slot, now, run)
    }

    /// The entry of the key, a new one where there is none; `None`: the table is full and may not be purged.
    pub fn enter<R>(&self, key: &[u8], now: u64, run: impl FnOnce(&mut Row<'_>) -> R) -> Option<R> {
        let (hash, number) = self.place(key);
        let mut shard = self.lock(number)?;
        let slot = self.find_or_insert(&mut shard, number, hash, key, now)?;
        shard.with(&self.rules, slot, now, |row| {
            row.touched = true;
            run(row)
        })
    }

    /// Like [`enter`](Self::enter), and the entry stays until it is released.
    fn track<R>(&self, key: &[u8], now: u64, run: impl FnOnce(&mut Row<'_>) -> R) -> Option<(Handle, R)> {
        let (hash, number) = self.place(key);
        let mut shard = self.lock(number)?;
        let slot = self.find_or_insert(&mut shard, number, hash, key, now)?;
        shard.pin(slot);
        let result = shard.with(&self.rules, slot, now, |row| {
            row.touched = true;
            row.concurrent(true);
            row.count(Event::Connection);
            run(row)
        })?;
        Some((Handle { shard: number, slot }, result))
    }

    /// The entry of the key, which stays until it is let go. Unlike tracking, that counts nothing.
    fn hold(&self, key: &[u8], now: u64) -> Option<Handle> {
        let (hash, number) = self.place(key);
        let mut shard = self.lock(number)?;
        let slot = self.find_or_insert(&mut shard, number, hash, key, now)?;
        shard.pin(slot);
        Some(Handle { shard: number, slot })
    }

    fn let_go(&self, handle: Handle, now: u64) {
        if let Some(mut shard) = self.lock(handle.shard) {
            if shard.unpin(handle.slot, now) {
                self.used.fetch_sub(1, Relaxed);
            }
        }
    }

    /// A tracked entry.
    fn at<R>(&self, handle: Handle, now: u64, run: impl FnOnce(&mut Row<'_>) -> R) -> Option<R> {
        self.lock(handle.shard)?.with(&self.rules, handle.slot, now, run)
    }

    /// Ends tracking, after `run`.
    fn release(&self, handle: Handle, now: u64, run: impl FnOnce(&mut Row<'_>)) {
        if let Some(mut shard) = self.lock(handle.shard) {
            shard.with(&self.rules, handle.slot, now, |row| {
                run(row);
                row.concurrent(false);
            });
            if shard.unpin(handle.slot, now) {
                self.used.fetch_sub(1, Relaxed);
            }
        }
    }

    /// Entries, those that have expired and are not removed yet not counted as far as a bounded look can tell.
    pub fn count(&self, now: u64) -> usize {
        self.sweep(now, 1_024);
        self.used.load(Relaxed)
    }

    /// Milliseconds that an entry lives after its last change; 0: as long as there is room.
    pub fn lifetime(&self) -> u64 {
        self.rules.expire.unwrap_or(0)
    }

    /// Entries at most.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Removes the entry of a key; one that is tracked is only emptied. False: there is none.
    pub fn remove(&self, key: &[u8], now: u64) -> bool {
        let (hash, number) = self.place(key);
        let Some(mut shard) = self.lock(number) else { return false };
        let Some(slot) = self.find(&mut shard, hash, key, now) else {
            return false;
        };
        if shard.clear(&self.rules, slot) {
            self.used.fetch_sub(1, Relaxed);
        }
        true
    }

    /// Whether a text can be a key.
    pub fn takes(&self, key: &str) -> bool {
        let arena = bumpalo::Bump::new();
        self.key.of(Sample::Str(key.as_bytes()), &arena).is_some()
    }

    /// As [`remove`](Self::remove), of a key as people write it.
    pub fn remove_text(&self, key: &str, now: u64) {
        let arena = bumpalo::Bump::new();
        if let Some(key) = self.key.of(Sample::Str(key.as_bytes()), &arena) {
            self.remove(key, now);
        }
    }

    /// Removes all entries; those that are tracked are only emptied.
    pub fn clear(&self) {
        for number in 0..self.shards.len() {
            let Some(mut shard) = u32::try_from(number).ok().and_then(|number| self.lock(number)) else {
                continue;
            };
            let slots: Vec<u32> = shard.used(0).collect();
            let removed = slots.into_iter().filter(|slot| shard.clear(&self.rules, *slot)).count();
            self.used.fetch_sub(removed, Relaxed);
        }
    }

    fn sweep(&self, now: u64, most: usize) {
        if self.rules.expire.is_some() {
            for shard in &self.shards {
                let removed = shard.lock().unwrap_or_else(PoisonError::into_inner).sweep(now, most);
                self.used.fetch_sub(removed, Relaxed);
            }
        }
    }

    fn place(&self, key: &[u8]) -> (u64, u32) {
        // 0 marks a place that is free.
        let hash = self.hasher.hash_one(key) | 1;
        (hash, ((hash >> 32) as usize % self.shards.len()) as u32)
    }

    fn lock(&self, number: u32) -> Option<MutexGuard<'_, Shard>> {
        let shard = self.shards.get(number as usize)?;
        Some(shard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn find(&self, shard: &mut Shard, hash: u64, key: &[u8], now: u64) -> Option<u32> {
        let before = shard.len();
        let found = shard.find(&self.rules, hash, key, now);
        // Counted by all threads: most look-ups find nothing expired, and leave it alone.
        match before - shard.len() {
            0 => {}
            removed => drop(self.used.fetch_sub(removed, Relaxed)),
        }
        found
    }

    fn find_or_insert(&self, shard: &mut Shard, number: u32, hash: u64, key: &[u8], now: u64) -> Option<u32> {
        if let Some(slot) = self.find(shard, hash, key, now) {
            return Some(slot);
        }
        let removed = shard.sweep(now, SWEEP);
        self.used.fetch_sub(removed, Relaxed);
        if self.used.fetch_add(1, Relaxed) >= self.size {
            // The place of the new entry is counted already: it takes that of the one that goes.
            self.used.fetch_sub(1, Relaxed);
            if self.nopurge || !(shard.purge() || self.purge_elsewhere(number)) {
                return None;
            }
        }
        Some(shard.insert(&self.rules, hash, key, now))
    }

    /// The own shard has nothing that may go. Locks that others hold are passed over.
    fn purge_elsewhere(&self, own: u32) -> bool {
        let others = self.shards.iter().enumerate().filter(|(number, _)| *number != own as usize);
        others.map(|(_, shard)| shard).any(|shard| match shard.try_lock() {
            Ok(mut shard) => shard.purge(),
            Err(_) => false,
        })
    }
}

#[cfg(test)]
mod tests;
