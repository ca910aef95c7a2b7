//! One timer a connection, armed lazily.
//!
//! Moving a deadline later is a plain store: the timer of the runtime stays where it is, and when it fires early it is set to the
//! deadline that holds by then. A connection that is busy for hours touches the runtime's timers once a timeout.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::Sleep;

/// A deadline that wakes the task that polls it.
pub struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    deadline: Option<Instant>,
    /// When the runtime wakes us; not after `deadline` once polled.
    armed: Instant,
}

impl Timer {
    /// A timer without a deadline.
    pub fn new(now: Instant) -> Self {
        Self {
            sleep: None,
            deadline: None,
            armed: now,
        }
    }

    /// Sets or removes the deadline.
    #[inline]
    pub fn set(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// The deadline.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Ready when the deadline has passed. Must be polled by the same task each time: the waker is kept from the first poll on.
    #[inline]
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.deadline else {
            return Poll::Pending;
        };
        if let Some(sleep) = &self.sleep {
            if self.armed <= deadline && !sleep.is_elapsed() {
                return Poll::Pending;
            }
        }
        self.rearm(deadline, cx)
    }

    #[cold]
    fn rearm(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if deadline <= Instant::now() {
            return Poll::Ready(());
        }
        self.armed = deadline;
        let at = tokio::time::Instant::from_std(deadline);
        let sleep = match &mut self.sleep {
            Some(sleep) => {
                sleep.as_mut().reset(at);
                sleep
            }
            none => none.insert(Box::pin(tokio::time::sleep_until(at))),
        };
        sleep.as_mut().poll(cx)
    }
}

/// `now` and so many milliseconds; `None` is never.
#[inline]
pub fn after(now: Instant, ms: Option<u64>) -> Option<Instant> {
    now.checked_add(Duration::from_millis(ms?))
}

/// The earlier of two deadlines.
#[inline]
pub fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, None) => a,
        (None, b) => b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    #[test]
    fn a_deadline_moved_later_holds_and_one_moved_earlier_too() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(moved());
    }

    async fn moved() {
        let start = Instant::now();
        let mut timer = Timer::new(start);
        timer.set(after(start, Some(20)));
        assert!(poll_fn(|cx| Poll::Ready(timer.poll(cx))).await.is_pending());
        timer.set(after(start, Some(60)));
        poll_fn(|cx| timer.poll(cx)).await;
        assert!(start.elapsed() >= Duration::from_millis(60));
        let start = Instant::now();
        timer.set(after(start, Some(60_000)));
        assert!(poll_fn(|cx| Poll::Ready(timer.poll(cx))).await.is_pending());
        timer.set(after(start, Some(10)));
        poll_fn(|cx| timer.poll(cx)).await;
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn no_deadline_is_later_than_any() {
        let now = Instant::now();
        assert_eq!(earlier(None, Some(now)), Some(now));
        assert_eq!(earlier(None, None), None);
        assert_eq!(after(now, None), None);
    }
}
