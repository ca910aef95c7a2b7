//! What a client tracks (`track-sc`): entries that are counted in as things happen, until the session or the stream ends.

use super::{Event, Handle, Row, Tables};
use std::sync::Arc;

/// For how long an entry is tracked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// By `tcp-request connection` and `tcp-request session` rules: until the client's connection ends.
    Session,
    /// By all other rules: until the request, or the TCP stream, ends.
    Stream,
    /// As `Stream`, by a rule of a backend.
    Backend,
}

/// The tracked entries of a client connection. Without `track-sc` rules it holds no memory; dropped, it releases all.
#[derive(Debug, Default)]
pub struct Tracking(Option<Box<Tracked>>);

#[derive(Debug)]
struct Tracked {
    tables: Arc<Tables>,
    held: Vec<Held>,
    /// Of the stream that ends: what the client sent and was sent, not counted yet.
    bytes: (u64, u64),
}

#[derive(Debug)]
struct Held {
    level: Level,
    number: u32,
    table: u32,
    handle: Handle,
}

impl Tracking {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn is_empty(&self) -> bool {
        self.held().is_empty()
    }

    /// Whether counter `number` tracks something: then it tracks nothing else. As in HAProxy, a counter of the session is taken
    /// for its streams, too.
    pub fn is_taken(&self, number: u32) -> bool {
        self.find(number).is_some()
    }

    /// Counter `number` tracks a key from now on; `count` is done with its entry. False: the table is full.
    pub fn track(
        &mut self,
        tables: &Arc<Tables>,
        level: Level,
        number: u32,
        table: u32,
        key: &[u8],
        count: impl FnOnce(&mut Row<'_>),
    ) -> bool {
        let entered = tables.get(table).and_then(|found| found.track(key, tables.now(), count));
        let Some((handle, ())) = entered else { return false };
        let tracked = self.0.get_or_insert_with(|| {
            Box::new(Tracked {
                tables: Arc::clone(tables),
                held: Vec::new(),
                bytes: (0, 0),
            })
        });
        tracked.held.push(Held {
            level,
            number,
            table,
            handle,
        });
        true
    }

    /// The table of what counter `number` tracks.
    pub fn table(&self, number: u32) -> Option<u32> {
        self.find(number).map(|held| held.table)
    }

    /// Lends the entry that counter `number` tracks.
    pub fn with<R>(&self, number: u32, run: impl FnOnce(&mut Row<'_>) -> R) -> Option<R> {
        let tables = &self.0.as_ref()?.tables;
        let held = self.find(number)?;
        tables.get(held.table)?.at(held.handle, tables.now(), run)
    }

    /// Counts an event once for each counter.
    pub fn count(&self, event: Event) {
        self.count_where(event, |_| true);
    }

    /// Counts an event in what the session tracks.
    pub fn count_session(&self, event: Event) {
        self.count_where(event, |level| level == Level::Session);
    }

    /// Counts an event in what content rules of a backend track.
    pub fn count_backend(&self, event: Event) {
        self.count_where(event, |level| level == Level::Backend);
    }

    #[inline]
    fn count_where(&self, event: Event, counts: impl Fn(Level) -> bool) {
        if let Some(tracked) = &self.0 {
            tracked
                .held
                .iter()
                .filter(|held| counts(held.level))
                .for_each(|held| tracked.note(held, event));
        }
    }

    /// What the client sent and was sent in the stream that ends. It is counted with the release, for which the lock is held
    /// anyway, or by [`settle`](Self::settle) where somebody looks before that.
    pub fn bytes(&mut self, sent: u64, received: u64) {
        if let Some(tracked) = self.0.as_mut().filter(|tracked| !tracked.held.is_empty()) {
            tracked.bytes = (sent, received);
        }
    }

    /// Counts the bytes that are not counted yet.
    pub fn settle(&mut self) {
        if let Some(tracked) = &mut self.0 {
            let bytes = std::mem::take(&mut tracked.bytes);
            if bytes != (0, 0) {
                events(bytes).into_iter().for_each(|event| self.count(event));
            }
        }
    }

    /// The request or stream ends.
    pub fn end_stream(&mut self) {
        if let Some(tracked) = self.0.as_mut().filter(|tracked| !tracked.held.is_empty()) {
            tracked.release(|held| held.level != Level::Session);
        }
    }

    fn held(&self) -> &[Held] {
        self.0.as_ref().map_or(&[], |tracked| &tracked.held)
    }

    fn find(&self, number: u32) -> Option<&Held> {
        self.held().iter().find(|held| held.number == number)
    }
}

impl Tracked {
    /// Most tables store little: what they do not store costs neither their lock nor the clock.
    fn note(&self, held: &Held, event: Event) {
        if let Some(table) = self.tables.get(held.table).filter(|table| table.rules.layout.counts(event)) {
            table.at(held.handle, self.tables.now(), |row| row.count(event));
        }
    }

    fn release(&mut self, ends: impl Fn(&Held) -> bool) {
        let Self { tables, held, bytes } = self;
        let now = tables.now();
        let bytes = std::mem::take(bytes);
        held.retain(|held| {
            let ended = ends(held);
            let Some(table) = tables.get(held.table) else { return !ended };
            let count = |row: &mut Row<'_>| events(bytes).into_iter().for_each(|event| row.count(event));
            if ended {
                table.release(held.handle, now, count);
            } else if events(bytes).into_iter().any(|event| table.rules.layout.counts(event)) {
                table.at(held.handle, now, count);
            }
            !ended
        });
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        if !self.held.is_empty() {
            self.release(|_| true);
        }
    }
}

fn events((sent, received): (u64, u64)) -> [Event; 2] {
    [Event::BytesIn(sent), Event::BytesOut(received)]
}
