//! Bandwidth limits of one direction of a stream, and the timer that wakes it when it may go on.

use crate::timer::{after, Timer};
use std::task::{ready, Context, Poll};
use std::time::Instant;
use steelyard_core::bandwidth::{delay, quota, spend, Limit};
use steelyard_core::record::Record;

/// A direction that has no limits has no throttle.
pub struct Throttle {
    limits: Vec<Limit>,
    timer: Timer,
    began: Instant,
}

impl Throttle {
    /// Takes what rules have turned on for one direction since the last time.
    #[inline]
    pub fn update(throttle: &mut Option<Box<Self>>, record: &mut Record, upload: bool) {
        if !record.bandwidth.is_empty() {
            Self::change(throttle, record, upload);
        }
    }

    fn change(throttle: &mut Option<Box<Self>>, record: &mut Record, upload: bool) {
        let mut kept = throttle.take().map_or_else(Vec::new, |old| old.limits);
        let (mine, others) = std::mem::take(&mut record.bandwidth)
            .into_iter()
            .partition::<Vec<_>, _>(|limit| limit.upload == upload);
        record.bandwidth = others;
        // The last rule on a filter counts.
        kept.retain(|old| mine.iter().all(|new| new.filter != old.filter));
        kept.extend(mine);
        kept.sort_by_key(|limit| (limit.filter.file, limit.filter.line));
        if !kept.is_empty() {
            let now = Instant::now();
            *throttle = Some(Box::new(Self {
                limits: kept,
                timer: Timer::new(now),
                began: now,
            }));
        }
    }

    /// How many of `want` bytes may go on now, one at least; pending until there are some. `last`: no more will follow them.
    pub fn poll_quota(&mut self, cx: &mut Context<'_>, want: usize, last: bool) -> Poll<usize> {
        loop {
            if self.timer.deadline().is_some() {
                ready!(self.timer.poll(cx));
                self.timer.set(None);
            }
            let (now, most) = (self.now(), want as u64);
            let given = quota(&mut self.limits, now, most, last);
            if given > 0 || want == 0 {
                return Poll::Ready(usize::try_from(given).unwrap_or(want));
            }
            let wait = delay(&mut self.limits, now, most);
            self.timer.set(after(Instant::now(), Some(wait)));
        }
    }

    /// Counts what has gone on.
    pub fn spend(&mut self, bytes: usize) {
        let now = self.now();
        spend(&mut self.limits, now, bytes as u64);
    }

    /// Milliseconds since the limits were turned on.
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
