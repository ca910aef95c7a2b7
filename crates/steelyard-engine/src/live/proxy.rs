//! The running state of a proxy.

use super::counters::{BackCounters, FrontCounters};
use super::server::ServerLive;
use std::sync::atomic::AtomicBool;
use std::sync::Arc;

/// A proxy of the plan with its counters; `frontend` and `backend` are there as in the plan.
pub struct ProxyLive {
    pub index: u32,
    pub frontend: Option<FrontendLive>,
    pub backend: Option<BackendLive>,
}

/// The accepting side.
#[derive(Default)]
pub struct FrontendLive {
    pub counters: FrontCounters,
    pub enabled: AtomicBool,
}

/// The serving side.
pub struct BackendLive {
    pub counters: BackCounters,
    pub servers: Vec<Arc<ServerLive>>,
}
