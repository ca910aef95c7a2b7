//! A worker thread and what it has for itself.

use crate::buffer::Buffers;
use crate::event::Events;
use crate::live::Live;
use crate::pool::Pool;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::Arc;
use std::time::Instant;

/// What all threads of an engine share.
pub struct Shared {
    /// The plan that new connections are served with.
    pub live: arc_swap::ArcSwap<Live>,
    pub events: Events,
    pub started: Instant,
    /// Soft stop: no connection is accepted and idle ones are closed.
    pub stopping: AtomicBool,
    /// Wakes whoever waits for `stopping`.
    pub stop: tokio::sync::Notify,
    pub totals: Totals,
}

/// Counters of the whole process.
#[derive(Default)]
pub struct Totals {
    pub conns: AtomicU64,
    pub cum_conns: AtomicU64,
    pub cum_req: AtomicU64,
    pub dropped_logs: AtomicU64,
}

/// The context of one thread, in an `Rc` that every task of the thread holds.
pub struct Worker {
    pub shared: Arc<Shared>,
    pub index: usize,
    pub buffers: Buffers,
    pub pool: Pool,
}
