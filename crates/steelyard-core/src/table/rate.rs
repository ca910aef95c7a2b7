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
    // Nothing of the period before, as in a period that follows a pause: nothing to divide.
    if past == 0 {
        return current;
    }
    let period = period.max(1);
    let shares = past.checked_mul(left).zip(current.checked_mul(period));
    if let Some(total) = shares.and_then(|(past, current)| past.checked_add(current)) {
        return total / period;
    }
    let total = u128::from(past) * u128::from(left) + u128::from(current) * u128::from(period);
    u64::try_from(total / u128::from(period)).unwrap_or(u64::MAX)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The formula, without a thought of what it costs.
    fn model(past: u64, current: u64, left: u64, period: u64) -> u64 {
        let total = u128::from(past) * u128::from(left) + u128::from(current) * u128::from(period);
        u64::try_from(total / u128::from(period)).unwrap()
    }

    #[test]
    fn a_share_of_the_period_before_is_counted() {
        let most = u32::MAX;
        for (past, current) in [(0, 1), (0, 7), (1, 1), (2, 0), (3, 4), (most, 1), (1, most), (most, most)] {
            for period in [1, 3, 1_000, 86_400_000, 1 << 33] {
                for gone in [0, 1, period / 2, period - 1] {
                    let words = [1_000, join(current, past)];
                    let wanted = model(past.into(), current.into(), period - gone, period);
                    assert_eq!(read(&words, 1_000 + gone, period), wanted, "{past} {current} {gone} {period}");
                }
            }
        }
    }
}
