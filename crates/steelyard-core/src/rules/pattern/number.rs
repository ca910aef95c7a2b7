//! Integers in ranges.

/// Ranges with the index of their entry; disjoint and sorted where only membership is asked.
#[derive(Debug)]
pub struct RangeSet {
    /// Sorted by start, not overlapping, touching ranges joined.
    merged: Box<[(i64, i64)]>,
}

impl RangeSet {
    pub fn new(mut ranges: Vec<(i64, i64)>) -> Self {
        ranges.retain(|(low, high)| low <= high);
        ranges.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Self { merged: merged.into() }
    }

    pub fn contains(&self, value: i64) -> bool {
        if self.merged.len() <= 4 {
            return self.merged.iter().any(|(low, high)| (*low..=*high).contains(&value));
        }
        let at = self.merged.partition_point(|(low, _)| *low <= value);
        at > 0 && value <= self.merged[at - 1].1
    }
}

/// `7`, `7:9`, `:9`, `7:` as inclusive bounds.
pub fn parse_range(text: &str) -> Option<(i64, i64)> {
    let bound = |text: &str, open: i64| if text.is_empty() { Some(open) } else { text.parse().ok() };
    match text.split_once(':') {
        None => text.parse().ok().map(|value| (value, value)),
        Some((low, high)) => Some((bound(low, i64::MIN)?, bound(high, i64::MAX)?)),
    }
}
