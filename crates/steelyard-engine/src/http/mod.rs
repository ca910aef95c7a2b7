//! HTTP/1.x sessions (room http).

use crate::live::Live;
use crate::stream::Stream;
use crate::worker::Worker;
use std::rc::Rc;
use std::sync::Arc;
use steelyard_core::ctx::Session;

/// Serves the requests of one client connection until it closes.
pub async fn serve(_worker: Rc<Worker>, _live: Arc<Live>, client: Stream, _session: Session) {
    drop(client);
}
