//! Choosing a server, or a place in a queue for one.

pub mod roster;

use crate::live::{bump, enter, leave, BackendLive, Live, ServerLive, Share};
use crate::worker::Worker;
use roster::{Taken, Ticket};
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::task::Poll;
use tokio::time::Instant;

/// What a stream asks of a backend.
#[derive(Clone, Copy, Debug, Default)]
pub struct Want {
    /// Hash key for the algorithm (`balance::key_of`).
    pub key: Option<u32>,
    /// This server if it is usable (cookie, `use-server`): index in the backend's servers.
    pub server: Option<u32>,
    /// `force-persist`: that server whatever its state, and however many wait for it.
    pub forced: bool,
    /// Rather not this one: it has just failed.
    pub avoid: Option<u32>,
    /// `set-priority-class`
    pub class: i16,
    /// `set-priority-offset`, milliseconds.
    pub offset: i32,
    /// End of `timeout queue`.
    pub deadline: Option<Instant>,
}

/// Why there is no server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickError {
    /// No server is usable.
    NoServer,
    /// `timeout queue` passed.
    QueueTimeout,
    /// `maxqueue` is reached.
    QueueFull,
}

/// A place on a server. Dropping it frees the place and serves the queue.
pub struct Slot {
    live: Rc<Share>,
    pub backend: u32,
    pub server: u32,
    pub server_live: Arc<ServerLive>,
    /// The place it had in the server's and in the backend's queue, from 1; 0: it did not wait there (`%sq`, `%bq`).
    pub server_queue: u32,
    pub backend_queue: u32,
    released: bool,
}

impl Slot {
    /// Gives the place back before the slot is dropped: the server has done its part.
    #[inline]
    pub fn release(&mut self) {
        if std::mem::replace(&mut self.released, true) {
            return;
        }
        leave(&self.server_live.counters.scur);
        if let Some(backend) = self.live.backend(self.backend) {
            backend.roster.release(&backend.servers, self.server);
        }
    }

    /// Whether the place is given back already.
    pub fn is_released(&self) -> bool {
        self.released
    }

    /// The state of the backend.
    pub fn backend_live(&self) -> Option<&BackendLive> {
        self.live.backend(self.backend)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.release();
    }
}

/// What can be had at once.
pub enum Picked {
    Slot(Slot),
    Queued(Queued),
}

/// Takes a place on a server, or one in a queue, without waiting. `now_ms`: on the clock of rates.
pub fn try_pick(worker: &Worker, live: &Arc<Live>, backend: u32, want: Want, now_ms: u64) -> Result<Picked, PickError> {
    let Some(state) = live.backend(backend) else {
        return Err(PickError::NoServer);
    };
    let load = state.counters.scur.load(Relaxed);
    let mut random = || worker.random();
    let now = i64::try_from(now_ms).unwrap_or(i64::MAX);
    match state.roster.take(&state.servers, load, &want, now, &mut random) {
        Taken::Seat(server) => slot(&worker.hold(live), backend, server, (0, 0), now_ms)
            .map(Picked::Slot)
            .ok_or(PickError::NoServer),
        Taken::Queued {
            ticket,
            server_queue,
            backend_queue,
        } => Ok(Picked::Queued(Queued {
            live: worker.hold(live),
            backend,
            ticket: Some(ticket),
            ahead: (server_queue, backend_queue),
        })),
        Taken::Full => Err(PickError::QueueFull),
        Taken::None => Err(PickError::NoServer),
    }
}

/// The place is taken already; counts the stream on the server.
fn slot(live: &Rc<Share>, backend: u32, server: u32, ahead: (u32, u32), now_ms: u64) -> Option<Slot> {
    let state = live.backend(backend)?;
    let server_live = Arc::clone(state.servers.get(server as usize)?);
    let counters = &server_live.counters;
    enter(&counters.scur, &counters.smax);
    bump(&counters.stot);
    bump(&counters.lbtot);
    bump(&state.counters.lbtot);
    counters.rate.add(now_ms, 1);
    Some(Slot {
        live: Rc::clone(live),
        backend,
        server,
        server_live,
        server_queue: ahead.0,
        backend_queue: ahead.1,
        released: false,
    })
}

/// A place in a queue. Dropping it leaves the queue.
pub struct Queued {
    live: Rc<Share>,
    backend: u32,
    ticket: Option<Ticket>,
    ahead: (u32, u32),
}

impl Queued {
    /// Its place in the server's and in the backend's queue (`%sq`, `%bq`).
    pub fn places(&self) -> (u32, u32) {
        self.ahead
    }

    /// Waits for a server, until `deadline`.
    pub async fn wait(mut self, worker: &Rc<Worker>, deadline: Option<Instant>) -> Result<Slot, PickError> {
        let granted = self.granted();
        let server = match deadline {
            None => Ok(granted.await),
            Some(deadline) => tokio::time::timeout_at(deadline, granted).await,
        };
        match server {
            Ok(server) => {
                self.ticket = None;
                slot(&self.live, self.backend, server, self.ahead, worker.shared.now_ms()).ok_or(PickError::NoServer)
            }
            Err(_) => Err(PickError::QueueTimeout),
        }
    }

    async fn granted(&self) -> u32 {
        poll_fn(|cx| {
            let server = self.live.backend(self.backend).zip(self.ticket);
            match server.and_then(|(state, ticket)| state.roster.poll(ticket, cx.waker())) {
                Some(server) => Poll::Ready(server),
                None => Poll::Pending,
            }
        })
        .await
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        if let (Some(state), Some(ticket)) = (self.live.backend(self.backend), self.ticket.take()) {
            state.roster.leave(&state.servers, ticket);
        }
    }
}
