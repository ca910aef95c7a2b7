//! One applied plan and its running state: counters, servers, queues.

mod counters;
mod proxy;
mod server;

pub use counters::{BackCounters, FrontCounters, Rate};
pub use proxy::{BackendLive, FrontendLive, ProxyLive};
pub use server::ServerLive;

use crate::program::Program;
use std::sync::Arc;

/// One applied plan. A connection keeps the `Live` it was accepted with.
pub struct Live {
    pub program: Arc<Program>,
    /// As `Plan::proxies`.
    pub proxies: Vec<ProxyLive>,
}
