//! Connecting to a server.

use crate::live::Live;
use crate::pick::Slot;
use crate::stream::Stream;
use crate::worker::Worker;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use steelyard_core::ctx::Session;

/// Why a connection could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectError {
    Refused,
    Timeout,
    Unreachable,
    /// No descriptor, port or memory here.
    Resource,
    /// Something else, for instance a missing right.
    Other,
}

/// Makes one attempt to connect to the server of `slot`, within the backend's `timeout connect`; sends the PROXY header if the
/// server wants one. `to` replaces the server's address (`option http_proxy`).
pub async fn connect(
    _worker: &Rc<Worker>,
    _live: &Arc<Live>,
    _slot: &Slot,
    _session: &Session,
    _to: Option<SocketAddr>,
) -> Result<Stream, ConnectError> {
    Err(ConnectError::Other)
}
