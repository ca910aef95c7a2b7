//! Bandwidth limits of a stream (manual section 9.7): how many bytes may go on now, and when more may. The clock is given.

use crate::plan::{At, TableData};
use crate::table::{rate, Grip};

/// A stream that has used up its share looks again after so many milliseconds at the earliest: a limit costs few wakes.
const PACE_MS: u64 = 10;

/// One limit of a stream, which `set-bandwidth-limit` has turned on.
#[derive(Debug)]
pub struct Limit {
    /// Where its filter was written: limits are in that order, and a filter has one at most.
    pub filter: At,
    /// Of what the client sends; else of what it gets.
    pub upload: bool,
    /// Bytes in `period` milliseconds.
    limit: u64,
    period: u64,
    /// Fewer bytes than these go on only as the last ones.
    least: u64,
    counter: Counter,
}

/// Where bytes are counted.
#[derive(Debug)]
enum Counter {
    /// Here: the limit is of this stream alone.
    Own([u64; 2]),
    /// In an entry of a stick table, which streams of one key share.
    Shared(Grip),
}

impl Limit {
    /// A limit of this stream alone.
    pub fn own(filter: At, upload: bool, limit: u64, period: u64, least: u64) -> Self {
        Self {
            filter,
            upload,
            limit: limit.clamp(1, u64::from(u32::MAX)),
            period: period.max(1),
            least,
            counter: Counter::Own([0; 2]),
        }
    }

    /// A limit of all streams that hold the same entry. `period`: that of the table's rate.
    pub fn shared(filter: At, upload: bool, limit: u64, period: u64, least: u64, entry: Grip) -> Self {
        Self {
            counter: Counter::Shared(entry),
            ..Self::own(filter, upload, limit, period, least)
        }
    }

    /// How many of `want` bytes may go on at `now` (milliseconds); `last`: no more will follow them.
    pub fn quota(&mut self, now: u64, want: u64, last: bool) -> u64 {
        let (used, users) = self.used(now);
        let left = self.limit.saturating_sub(used);
        let share = left.div_ceil(users);
        if share >= want {
            return want;
        }
        let least = if last { self.least.min(want) } else { self.least };
        match share < least {
            // A small piece is not worth its way: a whole one, where all together have room for it.
            true if least <= left => least.min(want),
            true if self.limit < least => left.min(want),
            true => 0,
            false => share,
        }
    }

    /// Counts bytes that have gone on.
    pub fn spend(&mut self, now: u64, bytes: u64) {
        match &mut self.counter {
            Counter::Own(words) => rate::add(words, now, self.period, u32::try_from(bytes).unwrap_or(u32::MAX)),
            Counter::Shared(entry) => {
                let data = data(self.upload);
                entry.with(|row| row.count_bytes(data, bytes));
            }
        }
    }

    /// Milliseconds until it is worth asking again, at least [`PACE_MS`].
    pub fn delay(&mut self, now: u64, want: u64) -> u64 {
        let (used, users) = self.used(now);
        let over = used.saturating_sub(self.limit);
        let piece = want.min(self.least.max(self.limit.saturating_mul(PACE_MS) / self.period).max(1));
        let bytes = u128::from(over) + u128::from(piece) * u128::from(users);
        let ms = bytes * u128::from(self.period) / u128::from(self.limit);
        u64::try_from(ms).unwrap_or(u64::MAX).clamp(PACE_MS, self.period.max(PACE_MS))
    }

    /// Bytes in the period before now, and among how many streams the limit is divided.
    fn used(&mut self, now: u64) -> (u64, u64) {
        match &mut self.counter {
            Counter::Own(words) => (rate::read(words, now, self.period), 1),
            Counter::Shared(entry) => {
                let data = data(self.upload);
                let found = entry.with(|row| (row.read(data, 0).unwrap_or(0), u64::from(row.trackers())));
                found.map_or((0, 1), |(used, users)| (used, users.max(1)))
            }
        }
    }
}

/// The rate of a table that a limit is counted in.
pub fn data(upload: bool) -> TableData {
    match upload {
        true => TableData::BytesInRate,
        false => TableData::BytesOutRate,
    }
}

/// What the limits of one direction let through together.
pub fn quota(limits: &mut [Limit], now: u64, want: u64, last: bool) -> u64 {
    limits
        .iter_mut()
        .fold(want, |want, limit| if want == 0 { 0 } else { limit.quota(now, want, last) })
}

/// Counts bytes in all limits of one direction.
pub fn spend(limits: &mut [Limit], now: u64, bytes: u64) {
    limits.iter_mut().for_each(|limit| limit.spend(now, bytes));
}

/// Milliseconds until all limits of one direction may let something through.
pub fn delay(limits: &mut [Limit], now: u64, want: u64) -> u64 {
    let held = limits
        .iter_mut()
        .filter_map(|limit| (limit.quota(now, want, false) < want).then(|| limit.delay(now, want)));
    held.max().unwrap_or(PACE_MS)
}

#[cfg(test)]
mod tests;
