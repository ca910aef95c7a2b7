//! Sending a log line to the targets of a proxy.

use crate::live::Live;
use crate::worker::{Shared, Worker};

/// Sends one line (the body that `render_log` made) to the `log` targets of `proxy` whose filter lets `level` through.
/// Never blocks; a line that can't be sent is dropped and counted.
pub fn send_log(_worker: &Worker, _live: &Live, _proxy: u32, _level: u8, _line: &[u8]) {}

/// The same for a line that does not come from a worker thread; `None` is the `log` targets of the global section.
pub(crate) fn send_order(_shared: &Shared, _live: &Live, _proxy: Option<u32>, _level: u8, _line: &[u8]) {}
