//! A connection that began as one of TCP and goes on as one of HTTP/1: a rule said `switch-mode http`, or the backend that was chosen
//! is in mode http. What its content rules have done holds for the first request; the next ones are like those of an HTTP frontend.

use super::exchange::Exchange;
use super::receive::{self, Woken};
use super::session::Conn;
use super::{go_on, requests};
use crate::accept::Kept;
use crate::buffer::Buffer;
use crate::live::{InBackend, Live};
use crate::stream::Stream;
use crate::worker::Worker;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;
use steelyard_core::ctx::Session;
use steelyard_core::record::Record;
use steelyard_core::table::Tracking;
use steelyard_core::vars::Vars;

/// What a TCP session hands over.
pub struct Handed {
    pub worker: Rc<Worker>,
    pub live: Arc<Live>,
    pub client: Stream,
    /// Bytes of the client that were read to look at them.
    pub read: Option<Buffer>,
    pub session: Session,
    pub vars: Vars,
    pub tracking: Tracking,
    /// Rules have written here.
    pub record: Record,
    pub accepted: Instant,
    /// The backend, where choosing it was what made the connection one of HTTP, and the place in it.
    pub backend: Option<u32>,
    pub inside: Option<InBackend>,
}

/// Serves the connection on. The time for its first request counts from now.
pub async fn take_over(handed: Handed) {
    let kept = Kept {
        vars: handed.vars,
        tracking: handed.tracking,
        ..Kept::default()
    };
    let mut conn = Conn::new(handed.worker, handed.live, handed.client, handed.session, kept);
    // No buffer is held for a client that has said nothing yet.
    if handed.read.is_none() && matches!(receive::wait(&mut conn).await, Woken::Timeout) {
        return Box::pin(receive::timed_out(&mut conn)).await;
    }
    let mut ex = Exchange::take(&conn);
    if let Some(read) = handed.read {
        let spare = std::mem::replace(&mut ex.up.input, read);
        conn.worker.buffers.give(spare);
    }
    ex.record = handed.record;
    ex.backend = handed.backend;
    ex.inside = handed.inside;
    ex.raw = Some(handed.accepted);
    let last = requests(&mut conn, ex).await;
    go_on(&mut conn, last).await;
}
