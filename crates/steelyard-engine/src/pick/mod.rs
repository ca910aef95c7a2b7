//! Choosing a server, or a place in a queue for one.

use crate::live::{Live, ServerLive};
use crate::worker::Worker;
use std::rc::Rc;
use std::sync::Arc;
use tokio::time::Instant;

/// What a stream asks of a backend.
#[derive(Clone, Copy, Debug, Default)]
pub struct Want {
    /// Hash key for the algorithm (`balance::key_of`).
    pub key: Option<u32>,
    /// This server if it is usable (cookie, `use-server`): index in the backend's servers.
    pub server: Option<u32>,
    /// Rather not this one: it has just failed.
    pub avoid: Option<u32>,
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
    /// The client left while it waited.
    ClientGone,
}

/// A place on a server. Dropping it frees the place and serves the queue.
pub struct Slot {
    pub backend: u32,
    pub server: u32,
    pub server_live: Arc<ServerLive>,
    /// Requests that were ahead in the server's and in the backend's queue (`%sq`, `%bq`).
    pub server_queue: u32,
    pub backend_queue: u32,
}

/// Takes a place on a server of `backend`, waiting in the queue when all are full. Dropping the future leaves the queue.
pub async fn pick(_worker: &Rc<Worker>, _live: &Arc<Live>, _backend: u32, _want: Want) -> Result<Slot, PickError> {
    Err(PickError::NoServer)
}
