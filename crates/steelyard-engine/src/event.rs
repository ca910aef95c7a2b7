//! What the engine tells Python: a bounded queue and a descriptor that is readable while it holds something.

use nix::sys::eventfd::{EfdFlags, EventFd};
use parking_lot::Mutex;
use serde::Serialize;
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

/// Most events that wait; further ones are refused.
const MAX_EVENTS: usize = 4096;

/// An event, as the seam writes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A request for a service of the Python side; `Engine::reply` with the token answers it.
    Service {
        token: u64,
        service: String,
        proxy: u32,
        method: String,
        uri: String,
        headers: Vec<[String; 2]>,
        src: String,
    },
    /// After a soft stop: no session is left.
    Drained,
}

/// The queue.
pub struct Events {
    waiting: Mutex<VecDeque<Event>>,
    wake: EventFd,
}

impl Events {
    /// An empty queue.
    pub fn new() -> io::Result<Self> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        Ok(Self {
            waiting: Mutex::new(VecDeque::new()),
            wake: EventFd::from_value_and_flags(0, flags)?,
        })
    }

    /// Queues an event; false when the queue is full.
    pub fn push(&self, event: Event) -> bool {
        let mut waiting = self.waiting.lock();
        if waiting.len() >= MAX_EVENTS {
            return false;
        }
        waiting.push_back(event);
        // A full eventfd is readable already.
        let _ = self.wake.write(1);
        true
    }

    /// Takes all that wait.
    pub fn drain(&self) -> Vec<Event> {
        let mut waiting = self.waiting.lock();
        let _ = self.wake.read();
        waiting.drain(..).collect()
    }

    /// The descriptor to poll for reading.
    pub fn fd(&self) -> RawFd {
        self.wake.as_fd().as_raw_fd()
    }
}

impl AsFd for Events {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
