//! The clock of a thread. What one call of epoll has brought is served at one time, as in HAProxy, so the system is asked once for
//! all of it, and again now and then where there is so much to do that the thread never waits.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::Arc;
use std::time::Instant;

/// How often one answer of the system is given on: it is a fraction of a millisecond old then.
const USES: u32 = 32;

/// Counts how often the thread has waited.
#[derive(Clone, Default)]
pub struct Waits(Arc<AtomicU32>);

impl Waits {
    /// The thread has waited, and goes on.
    pub fn note(&self) {
        self.0.store(self.0.load(Relaxed).wrapping_add(1), Relaxed);
    }
}

/// A time that holds until the thread waits.
pub struct Clock {
    waits: Waits,
    seen: Cell<u32>,
    left: Cell<u32>,
    now: Cell<Instant>,
}

impl Clock {
    pub fn new(waits: Waits) -> Self {
        Self {
            waits,
            seen: Cell::new(0),
            left: Cell::new(0),
            now: Cell::new(Instant::now()),
        }
    }

    /// The time when the thread began with what it does, nearly.
    #[inline]
    pub fn now(&self) -> Instant {
        let (waits, left) = (self.waits.0.load(Relaxed), self.left.get());
        if waits == self.seen.get() && left > 0 {
            self.left.set(left - 1);
            return self.now.get();
        }
        self.seen.set(waits);
        self.left.set(USES);
        self.now.set(Instant::now());
        self.now.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::sleep;
    use std::time::Duration;

    #[test]
    fn the_time_stands_still_until_the_thread_waits_or_is_asked_often() {
        let waits = Waits::default();
        let clock = Clock::new(waits.clone());
        let first = clock.now();
        sleep(Duration::from_millis(2));
        assert_eq!(clock.now(), first);
        waits.note();
        let second = clock.now();
        assert!(second >= first + Duration::from_millis(2));
        sleep(Duration::from_millis(2));
        let later = (0..=USES).map(|_| clock.now()).max();
        assert!(later >= Some(second + Duration::from_millis(2)));
    }
}
