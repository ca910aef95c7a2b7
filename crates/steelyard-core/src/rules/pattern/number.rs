//! Integers in ranges.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Which integers are in any of some ranges.
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

/// The first range that holds an integer, found without looking at them all: their bounds cut the integers into parts, and each
/// part knows its first range.
#[derive(Debug)]
pub struct RangeMap {
    /// Where parts start, ascending; integers before the first one are in no range.
    starts: Box<[i64]>,
    /// By part; `NONE` where it is in no range.
    first: Box<[u32]>,
}

const NONE: u32 = u32::MAX;

impl RangeMap {
    pub fn new(ranges: &[(i64, i64)]) -> Self {
        let numbered = (0..NONE).zip(ranges).filter(|(_, (low, high))| low <= high);
        let mut opening: Vec<(i64, u32)> = numbered.clone().map(|(at, range)| (range.0, at)).collect();
        opening.sort_unstable();
        let mut bounds: Vec<i64> = numbered
            .flat_map(|(_, (low, high))| [Some(*low), high.checked_add(1)])
            .flatten()
            .collect();
        bounds.sort_unstable();
        bounds.dedup();
        let (mut starts, mut first) = (Vec::new(), Vec::new());
        let mut open: BinaryHeap<Reverse<u32>> = BinaryHeap::new();
        let mut opening = opening.into_iter().peekable();
        for bound in bounds {
            while let Some((_, at)) = opening.next_if(|range| range.0 == bound) {
                open.push(Reverse(at));
            }
            // Ranges that are over leave when they stand in the way.
            while open.peek().is_some_and(|at| ranges[at.0 as usize].1 < bound) {
                open.pop();
            }
            let here = open.peek().map_or(NONE, |at| at.0);
            if first.last() != Some(&here) {
                starts.push(bound);
                first.push(here);
            }
        }
        Self {
            starts: starts.into(),
            first: first.into(),
        }
    }

    /// Index of the first range that holds it.
    pub fn find(&self, value: i64) -> Option<u32> {
        let part = self.starts.partition_point(|start| *start <= value).checked_sub(1)?;
        self.first.get(part).copied().filter(|at| *at != NONE)
    }
}

/// `7`, `7:9`, `:9`, `7:` as inclusive bounds. A dash is a colon, also in front of a number: `-9` is everything up to 9.
pub fn parse_range(text: &str) -> Option<(i64, i64)> {
    let Some(at) = text.find([':', '-']) else {
        return text.parse().ok().map(|value| (value, value));
    };
    let bound = |text: &str, open: i64| match text {
        "" => Some(open),
        "-" => Some(0),
        text => text.parse().ok(),
    };
    let (low, high) = (&text[..at], &text[at + 1..]);
    let range = (bound(low, i64::MIN)?, bound(high, i64::MAX)?);
    (range.0 <= range.1 && !(low.is_empty() && high.is_empty())).then_some(range)
}

/// A range of lengths: they are compared without a sign, so that "less than 0" holds for all of them.
pub fn lengths((low, high): (i64, i64)) -> (i64, i64) {
    (low, if high < 0 { i64::MAX } else { high })
}
