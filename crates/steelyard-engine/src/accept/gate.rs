//! A bound on connections: of the process, a frontend or a listener.

use std::sync::atomic::{AtomicU32, Ordering::AcqRel, Ordering::Acquire};
use tokio::sync::Notify;

/// Counts connections up to a limit. Who finds it full waits; connections stay in the kernel's backlog meanwhile, as
/// HAProxy leaves them (manual, `maxconn`).
pub struct Gate {
    /// 0: no limit.
    limit: u32,
    current: AtomicU32,
    freed: Notify,
}

impl Gate {
    pub fn new(limit: u32) -> Self {
        Self {
            limit,
            current: AtomicU32::new(0),
            freed: Notify::new(),
        }
    }

    /// Takes a place, if there is one.
    pub fn enter(&self) -> bool {
        let before = self.current.fetch_add(1, AcqRel);
        if self.limit == 0 || before < self.limit {
            return true;
        }
        self.leave();
        false
    }

    /// Gives a place back. Gives how many are left inside.
    pub fn leave(&self) -> u32 {
        let before = self.current.fetch_sub(1, AcqRel);
        if self.limit != 0 && before >= self.limit {
            self.freed.notify_waiters();
        }
        before.saturating_sub(1)
    }

    /// Connections inside.
    pub fn current(&self) -> u32 {
        self.current.load(Acquire)
    }

    /// The limit; 0 is none.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Waits until there may be a place. `enter` must be tried again: another thread may be faster.
    pub async fn wait(&self) {
        let freed = self.freed.notified();
        tokio::pin!(freed);
        freed.as_mut().enable();
        if self.limit == 0 || self.current() < self.limit {
            return;
        }
        freed.await;
    }
}
