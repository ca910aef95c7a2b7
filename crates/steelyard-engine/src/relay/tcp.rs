//! A TCP session: content rules, server, relay, log.

use crate::live::Live;
use crate::stream::Stream;
use crate::worker::Worker;
use std::rc::Rc;
use std::sync::Arc;
use steelyard_core::ctx::Session;

/// Serves one client connection of a frontend in TCP mode until both sides are closed.
pub async fn serve(_worker: Rc<Worker>, _live: Arc<Live>, client: Stream, _session: Session) {
    drop(client);
}
