//! Counters, named as the columns of HAProxy's statistics (manual, management section 9.1).
//!
//! A request moves about thirty of them. While one thread counts, none of these needs the processor's lock, which costs as much as
//! twenty other instructions each time; who reads sees whole numbers either way. Each engine has counters of its own, so what matters
//! is how many threads count in one engine.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

/// Some engine of this process counts with more than one thread.
static SHARED: AtomicBool = AtomicBool::new(false);

/// From now on several threads may count in one engine: called before the second one begins.
pub(crate) fn share() {
    SHARED.store(true, Relaxed);
}

/// Adds one.
#[inline]
pub fn bump(counter: &AtomicU64) {
    add(counter, 1);
}

/// Adds `count`; gives what was there before.
#[inline]
pub fn add(counter: &AtomicU64, count: u64) -> u64 {
    if SHARED.load(Relaxed) {
        return counter.fetch_add(count, Relaxed);
    }
    let before = counter.load(Relaxed);
    counter.store(before.wrapping_add(count), Relaxed);
    before
}

/// One more of what is there now, whose most ever is kept in `most`.
#[inline]
pub fn enter(now: &AtomicU32, most: &AtomicU32) {
    let count = step(now, 1);
    if count > most.load(Relaxed) {
        most.fetch_max(count, Relaxed);
    }
}

/// One less of what is there now.
#[inline]
pub fn leave(now: &AtomicU32) {
    step(now, u32::MAX);
}

/// Adds `by`, and wraps; gives what is there then.
#[inline]
fn step(counter: &AtomicU32, by: u32) -> u32 {
    if SHARED.load(Relaxed) {
        return counter.fetch_add(by, Relaxed).wrapping_add(by);
    }
    let after = counter.load(Relaxed).wrapping_add(by);
    counter.store(after, Relaxed);
    after
}

/// Events a second over a sliding second, as HAProxy counts: the current second and the share of the previous one that is
/// still inside the window.
#[derive(Default)]
pub struct Rate {
    /// Second number in the high half, events in it in the low half.
    current: AtomicU64,
    previous: AtomicU32,
    pub max: AtomicU32,
}

impl Rate {
    /// Counts `events` at `now_ms` (any monotonic clock, the same for all calls).
    pub fn add(&self, now_ms: u64, events: u32) {
        self.turn(now_ms);
        // A reader that turns the second between the two halves of this is undone, and the next event turns it again.
        let now = add(&self.current, u64::from(events)) as u32 + events;
        if now > self.max.load(Relaxed) {
            self.max.fetch_max(now, Relaxed);
        }
    }

    /// Events in the second before `now_ms`.
    pub fn read(&self, now_ms: u64) -> u32 {
        self.turn(now_ms);
        let previous = u64::from(self.previous.load(Relaxed));
        let left = 1000 - now_ms % 1000;
        let past = previous * left / 1000;
        (self.current.load(Relaxed) as u32).saturating_add(past as u32)
    }

    /// Milliseconds to wait before one more event keeps within `limit` a second; 0 is now, and a limit of 0 is none.
    pub fn delay(&self, now_ms: u64, limit: u32) -> u64 {
        if limit == 0 || self.read(now_ms) < limit {
            return 0;
        }
        u64::from((1000 / limit).clamp(1, 1000))
    }

    fn turn(&self, now_ms: u64) {
        let second = (now_ms / 1000) & 0xffff_ffff;
        let seen = self.current.load(Relaxed);
        if seen >> 32 == second {
            return;
        }
        if self.current.compare_exchange(seen, second << 32, Relaxed, Relaxed).is_ok() {
            let previous = if (seen >> 32) + 1 == second { seen as u32 } else { 0 };
            self.previous.store(previous, Relaxed);
        }
    }
}

/// Counters of a frontend.
#[derive(Default)]
pub struct FrontCounters {
    /// Sessions now, most at once, ever.
    pub scur: AtomicU32,
    pub smax: AtomicU32,
    pub stot: AtomicU64,
    pub conn_tot: AtomicU64,
    pub bin: AtomicU64,
    pub bout: AtomicU64,
    pub dreq: AtomicU64,
    pub dresp: AtomicU64,
    pub ereq: AtomicU64,
    pub dcon: AtomicU64,
    pub dses: AtomicU64,
    pub req_tot: AtomicU64,
    pub intercepted: AtomicU64,
    /// Log lines (`%lc`).
    pub log_lines: AtomicU32,
    /// 1xx, 2xx, 3xx, 4xx, 5xx, other.
    pub hrsp: [AtomicU64; 6],
    pub conn_rate: Rate,
    pub sess_rate: Rate,
    pub req_rate: Rate,
}

/// Counters of a backend or of a server.
#[derive(Default)]
pub struct BackCounters {
    pub scur: AtomicU32,
    pub smax: AtomicU32,
    pub stot: AtomicU64,
    pub qcur: AtomicU32,
    pub qmax: AtomicU32,
    pub bin: AtomicU64,
    pub bout: AtomicU64,
    pub dreq: AtomicU64,
    pub dresp: AtomicU64,
    pub econ: AtomicU64,
    pub eresp: AtomicU64,
    pub wretr: AtomicU64,
    pub wredis: AtomicU64,
    pub cli_abrt: AtomicU64,
    pub srv_abrt: AtomicU64,
    pub lbtot: AtomicU64,
    pub req_tot: AtomicU64,
    /// Server connections opened, and requests sent on one that was open already.
    pub connect: AtomicU64,
    pub reuse: AtomicU64,
    pub hrsp: [AtomicU64; 6],
    pub rate: Rate,
}

impl FrontCounters {
    /// Counts a response by its status.
    pub fn response(&self, status: u16) {
        bump(&self.hrsp[status_class(status)]);
    }
}

impl BackCounters {
    /// Counts a response by its status.
    pub fn response(&self, status: u16) {
        bump(&self.hrsp[status_class(status)]);
    }
}

/// Index in `hrsp`.
fn status_class(status: u16) -> usize {
    match status {
        100..=599 => usize::from(status / 100) - 1,
        _ => 5,
    }
}
