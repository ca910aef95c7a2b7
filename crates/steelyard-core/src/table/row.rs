//! What an entry holds: columns of words, and how they are read and counted.

use super::rate;
use super::shard::Spot;
use crate::plan::{StickTable, TableData};

/// Where the columns of a table stand.
#[derive(Debug)]
pub struct Layout {
    columns: [Option<Column>; TableData::ALL.len()],
    /// Words of an entry.
    pub words: usize,
    /// Bytes that count as one in byte rates.
    factor: u64,
    /// A bit for each event that leaves something behind.
    counted: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    start: usize,
    pub count: u32,
    /// Milliseconds; 0: no rate.
    pub period: u64,
}

impl Layout {
    /// Beside what is stored, an entry may remember the server that took the key (`server`).
    pub fn new(table: &StickTable) -> Self {
        let mut columns = [None; TableData::ALL.len()];
        let mut words = 1;
        for column in &table.store {
            let period = if column.data.is_rate() { column.period.max(1) } else { 0 };
            let each = if period > 0 { 2 } else { 1 };
            columns[column.data as usize] = Some(Column {
                start: words,
                count: column.count,
                period,
            });
            words += column.count as usize * each;
        }
        let stored = |data: TableData| columns[data as usize].is_some();
        let counted = Event::ALL.into_iter().filter(|event| {
            let (counter, rate) = event.columns();
            stored(counter) || stored(rate)
        });
        Self {
            counted: counted.fold(0, |bits, event| bits | event.bit()),
            columns,
            words,
            factor: u64::from(table.brates_factor.max(1)),
        }
    }

    pub fn column(&self, data: TableData) -> Option<Column> {
        self.columns[data as usize]
    }

    /// Whether an event leaves anything behind in an entry.
    #[inline]
    pub fn counts(&self, event: Event) -> bool {
        self.counted & event.bit() != 0
    }
}

/// Something that happens to a client, counted in what it tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Connection,
    Session,
    HttpRequest,
    /// An error that the client is to blame for (manual, `http_err_cnt`).
    HttpError,
    /// A failure of the server (manual, `http_fail_cnt`).
    HttpFailure,
    BytesIn(u64),
    BytesOut(u64),
}

impl Event {
    const ALL: [Self; 7] = [
        Self::Connection,
        Self::Session,
        Self::HttpRequest,
        Self::HttpError,
        Self::HttpFailure,
        Self::BytesIn(0),
        Self::BytesOut(0),
    ];

    #[inline]
    fn bit(self) -> u8 {
        1 << match self {
            Self::Connection => 0,
            Self::Session => 1,
            Self::HttpRequest => 2,
            Self::HttpError => 3,
            Self::HttpFailure => 4,
            Self::BytesIn(_) => 5,
            Self::BytesOut(_) => 6,
        }
    }

    /// The counter and the rate in which it is counted.
    fn columns(self) -> (TableData, TableData) {
        use TableData as D;
        match self {
            Self::Connection => (D::ConnCnt, D::ConnRate),
            Self::Session => (D::SessCnt, D::SessRate),
            Self::HttpRequest => (D::HttpReqCnt, D::HttpReqRate),
            Self::HttpError => (D::HttpErrCnt, D::HttpErrRate),
            Self::HttpFailure => (D::HttpFailCnt, D::HttpFailRate),
            Self::BytesIn(_) => (D::BytesInCnt, D::BytesInRate),
            Self::BytesOut(_) => (D::BytesOutCnt, D::BytesOutRate),
        }
    }
}

/// One entry, under the lock of its shard. Most look at one of its words: what else there is to know is worked out when it is
/// asked for.
pub struct Row<'a> {
    pub(super) layout: &'a Layout,
    pub(super) words: &'a mut [u64],
    pub(super) now: u64,
    pub(super) spot: Spot<'a>,
    /// It was changed: it lives on for the time of the table.
    pub(super) touched: bool,
}

impl<'a> Row<'a> {
    pub fn key(&self) -> &'a [u8] {
        self.spot.key()
    }

    /// Who tracks it now.
    pub fn trackers(&self) -> u32 {
        self.spot.slot.trackers
    }

    /// Milliseconds until it expires; `None`: never.
    pub fn expires_in(&self) -> Option<u64> {
        self.spot.rules.expire.map(|_| self.spot.slot.until.saturating_sub(self.now))
    }

    fn cell(&mut self, data: TableData, index: u32) -> Option<(Column, &mut [u64])> {
        let column = self.layout.column(data).filter(|column| index < column.count)?;
        let each = if column.period > 0 { 2 } else { 1 };
        let start = column.start + index as usize * each;
        Some((column, self.words.get_mut(start..start + each)?))
    }

    /// The value of a counter, tag or rate; `None`: it is not stored.
    pub fn read(&mut self, data: TableData, index: u32) -> Option<u64> {
        let (now, factor) = (self.now, self.layout.factor);
        let (column, words) = self.cell(data, index)?;
        if column.period == 0 {
            return words.first().copied();
        }
        let rate = rate::read(words, now, column.period);
        Some(match data {
            TableData::BytesInRate | TableData::BytesOutRate => rate.saturating_mul(factor),
            _ => rate,
        })
    }

    /// Adds to a counter of 32 bits and gives the sum; `None`: it is not stored.
    pub fn add(&mut self, data: TableData, index: u32, amount: u32) -> Option<u64> {
        let (_, words) = self.cell(data, index)?;
        let word = words.first_mut()?;
        *word = u64::from((*word as u32).wrapping_add(amount));
        let sum = *word;
        self.touched = true;
        Some(sum)
    }

    /// Sets a counter or tag and gives what it was.
    pub fn set(&mut self, data: TableData, index: u32, value: u32) -> Option<u64> {
        let (_, words) = self.cell(data, index)?;
        let old = std::mem::replace(words.first_mut()?, u64::from(value));
        self.touched = true;
        Some(old)
    }

    /// Counts events in a rate; gives those since its period began.
    pub fn tick(&mut self, data: TableData, index: u32, events: u32) -> Option<u64> {
        let now = self.now;
        let (column, words) = self.cell(data, index)?;
        rate::add(words, now, column.period, events);
        let current = u64::from(rate::current(words));
        self.touched = true;
        Some(current)
    }

    /// The entry was matched: it lives on.
    pub fn touch(&mut self) {
        self.touched = true;
    }

    /// Sets everything to nothing.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    #[inline]
    pub fn count(&mut self, event: Event) {
        if !self.layout.counts(event) {
            return;
        }
        let (counter, rate) = event.columns();
        match event {
            Event::BytesIn(bytes) | Event::BytesOut(bytes) => self.bytes(counter, rate, bytes),
            _ => {
                self.add(counter, 0, 1);
                self.tick(rate, 0, 1);
            }
        }
    }

    /// Counts bytes in a rate alone.
    pub fn count_bytes(&mut self, rate: TableData, bytes: u64) {
        let blocks = bytes.div_ceil(self.layout.factor);
        self.tick(rate, 0, u32::try_from(blocks).unwrap_or(u32::MAX));
    }

    fn bytes(&mut self, counter: TableData, rate: TableData, bytes: u64) {
        if bytes == 0 {
            return;
        }
        if let Some((_, [word])) = self.cell(counter, 0) {
            *word = word.wrapping_add(bytes);
            self.touched = true;
        }
        self.count_bytes(rate, bytes);
    }

    /// A client begins to be tracked, or ends.
    pub(super) fn concurrent(&mut self, begins: bool) {
        if let Some((_, [word])) = self.cell(TableData::ConnCur, 0) {
            *word = if begins {
                word.saturating_add(1)
            } else {
                word.saturating_sub(1)
            };
            self.touched = true;
        }
    }

    /// The server that last took the key: index of its proxy, and in that proxy's servers.
    pub fn server(&self) -> Option<(u32, u32)> {
        let word = self.words.first()?.checked_sub(1)?;
        Some(((word >> 32) as u32, word as u32))
    }

    pub fn set_server(&mut self, proxy: u32, server: u32, id: u32) {
        if let Some(word) = self.words.first_mut() {
            *word = (u64::from(proxy) << 32 | u64::from(server)) + 1;
        }
        self.set(TableData::ServerId, 0, id);
        self.touched = true;
    }
}
