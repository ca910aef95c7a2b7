//! What the engine tells Python: a bounded queue and a descriptor that is readable while it holds something.

use nix::sys::eventfd::{EfdFlags, EventFd};
use parking_lot::Mutex;
use serde::Serialize;
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use steelyard_core::explain::{Message, Outcome};

/// Most events that wait; further ones are refused.
const MAX_EVENTS: usize = 4096;

/// Most bytes of traces that wait. A trace that comes alone is taken, however long it is.
const MAX_BYTES: usize = 32 << 20;

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
    /// What became of a request that asked for its trace.
    Trace(Box<Traced>),
    /// A name to be looked up, by the `resolvers` section of that name; `Engine::reply` with the token answers it: the body is an
    /// address, or empty. `family`: 4 or 6 is preferred.
    Resolve {
        token: u64,
        resolvers: String,
        name: String,
        family: u8,
    },
    /// The first line for that target (as a `log` line names it) that nobody took.
    LogLost { target: String },
    /// After a soft stop: no session is left.
    Drained,
}

/// A real request, told as `explain` tells of one that is made up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Traced {
    pub id: String,
    /// Seconds and microseconds since the epoch.
    pub date: (u64, u32),
    pub src: Option<String>,
    pub dst: Option<String>,
    pub frontend: String,
    /// The request as the client sent it, but for the header that asked for the trace.
    pub received: Message,
    /// Whole values of headers that must not be shown: whoever shows the trace takes them out of every text.
    pub secrets: Vec<String>,
    pub times: Times,
    pub outcome: Outcome,
}

impl Traced {
    /// Bytes that it takes, about.
    fn size(&self) -> usize {
        let message = |message: &Message| {
            let fields = message
                .headers
                .iter()
                .map(|(name, value)| name.len() + value.len() + size_of::<[String; 2]>());
            message.line.len() + fields.sum::<usize>()
        };
        let Outcome {
            steps,
            request,
            response,
            body,
            log,
            why,
            ..
        } = &self.outcome;
        let messages = [request, response].into_iter().flatten().map(message).sum::<usize>();
        let texts = body.len() + why.len() + log.as_ref().map_or(0, String::len);
        let secrets = self.secrets.iter().map(String::len).sum::<usize>();
        let steps = steps.iter().map(steelyard_core::rules::Step::size).sum::<usize>();
        size_of::<Self>() + message(&self.received) + messages + texts + secrets + steps
    }
}

/// As in the log (manual section 8.4): milliseconds, -1 where the stage was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Times {
    pub request: i64,
    pub queue: i64,
    pub connect: i64,
    pub response: i64,
    pub total: i64,
}

#[derive(Default)]
struct Queue {
    events: VecDeque<Event>,
    /// Of the traces among them.
    bytes: usize,
}

/// The queue.
pub struct Events {
    waiting: Mutex<Queue>,
    wake: EventFd,
}

impl Events {
    /// An empty queue.
    pub fn new() -> io::Result<Self> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        Ok(Self {
            waiting: Mutex::default(),
            wake: EventFd::from_value_and_flags(0, flags)?,
        })
    }

    /// Queues an event; false when the queue is full.
    pub fn push(&self, event: Event) -> bool {
        let mut waiting = self.waiting.lock();
        if waiting.events.len() >= MAX_EVENTS {
            return false;
        }
        if let Event::Trace(traced) = &event {
            let bytes = traced.size();
            if waiting.bytes > 0 && waiting.bytes + bytes > MAX_BYTES {
                return false;
            }
            waiting.bytes += bytes;
        }
        waiting.events.push_back(event);
        // A full eventfd is readable already.
        let _ = self.wake.write(1);
        true
    }

    /// Takes all that wait.
    pub fn drain(&self) -> Vec<Event> {
        let mut waiting = self.waiting.lock();
        let _ = self.wake.read();
        waiting.bytes = 0;
        waiting.events.drain(..).collect()
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
