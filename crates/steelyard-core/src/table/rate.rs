//! Events over a sliding period, in two words of an entry.
//!
//! Kept are the start of the current period, the events in it, and those in the period before; of those, the share counts that
//! the window still covers. As HAProxy's counters do, a period begins where the one before ended, or now after a pause.

/// Adds `events` at `now` (milliseconds).
pub fn add(words: &mut [u64], now: u64, period: u64, events: u32) {
    let [start, counts] = words else { return };
    let (current, _) = halves(*counts);
    if now.wrapping_sub(*start) < period {
        *counts = join(current.wrapping_add(events), halves(*counts).1);
        return;
    }
    let next = start.saturating_add(period);
    if now.wrapping_sub(next) < period {
        *start = next;
        *counts = join(events, current);
    } else {
        *start = now;
        *counts = join(events, 0);
    }
}

/// Events in the period before `now`.
pub fn read(words: &[u64], now: u64, period: u64) -> u64 {
    let [start, counts] = words else { return 0 };
    let (mut current, mut past) = (u64::from(halves(*counts).0), u64::from(halves(*counts).1));
    let end = start.saturating_add(period);
    let left = if now < end {
        end - now
    } else {
        (past, current) = (current, 0);
        let end = end.saturating_add(period);
        if now >= end {
            return 0;
        }
        end - now
    };
    // One lone event does not fade: it is there until its period has passed.
    if current == 0 && past <= 1 {
        return past;
    }
    let total = u128::from(past) * u128::from(left) + u128::from(current) * u128::from(period);
    u64::try_from(total / u128::from(period.max(1))).unwrap_or(u64::MAX)
}

/// Events since the current period began.
pub fn current(words: &[u64]) -> u32 {
    words.get(1).map_or(0, |counts| halves(*counts).0)
}

fn halves(counts: u64) -> (u32, u32) {
    ((counts >> 32) as u32, counts as u32)
}

fn join(current: u32, past: u32) -> u64 {
    u64::from(current) << 32 | u64::from(past)
}
