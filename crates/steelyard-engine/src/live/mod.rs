//! One applied plan and its running state: counters, servers, queues.

mod counters;
mod init;
mod proxy;
mod server;
mod state;

pub(crate) use counters::share;
pub use counters::{add, bump, enter, leave, BackCounters, FrontCounters, Rate};
pub(crate) use init::set_variables;
pub use proxy::{BackendLive, FrontendLive, InBackend, ProxyLive};
pub(crate) use server::STEPS;
pub use server::{Admin, ServerLive, Source, Target};
pub use state::{wall, Random, WorkerState};

use crate::observe::Logs;
use std::ops::Deref;
use std::sync::Arc;
use steelyard_core::program::Program;
use steelyard_core::rules::pattern::Changes;
use steelyard_core::table::Tables;

/// Milliseconds for stick tables. The coarse clock steps by a few of them, and costs a fifth of the fine one.
fn clock() -> u64 {
    let read = nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC_COARSE);
    read.map_or(0, |now| {
        let seconds = u64::try_from(now.tv_sec()).unwrap_or(0);
        seconds * 1_000 + u64::try_from(now.tv_nsec()).unwrap_or(0) / 1_000_000
    })
}

/// One applied plan. A connection keeps the `Live` it was accepted with.
pub struct Live {
    pub program: Arc<Program>,
    /// As `Plan::proxies`.
    pub proxies: Vec<ProxyLive>,
    pub logs: Logs,
    pub tables: Arc<Tables>,
    /// What became of maps and pattern files since they were read.
    pub pattern_changes: Changes,
}

/// What the streams of one thread hold of a plan while they run, see [`Worker::hold`](crate::worker::Worker::hold).
pub struct Share(Arc<Live>);

impl Share {
    pub fn new(live: &Arc<Live>) -> Self {
        Self(Arc::clone(live))
    }

    /// Whether it is a share in this very plan.
    pub fn is_of(&self, live: &Arc<Live>) -> bool {
        Arc::ptr_eq(&self.0, live)
    }
}

impl Deref for Share {
    type Target = Live;

    fn deref(&self) -> &Live {
        &self.0
    }
}

impl Live {
    /// The state of a plan that nothing has used yet. The message of a failure names the proxy.
    pub fn new(program: Arc<Program>) -> Result<Self, String> {
        let mut proxies = Vec::with_capacity(program.plan.proxies.len());
        for (index, plan) in (0u32..).zip(&program.plan.proxies) {
            let proxy = ProxyLive::new(index, plan, &program.plan).map_err(|error| format!("proxy {}: {error}", plan.name))?;
            proxies.push(proxy);
        }
        let logs = Logs::open(&program.plan, &program.debug_sinks)?;
        let pattern_changes = Changes::new(&program.pattern_uses);
        let tables = Arc::new(Tables::new(&program.plan.tables, Box::new(clock)));
        Ok(Self {
            program,
            proxies,
            logs,
            tables,
            pattern_changes,
        })
    }

    /// The accepting side of a proxy.
    pub fn frontend(&self, proxy: u32) -> Option<&FrontendLive> {
        self.proxies.get(proxy as usize)?.frontend.as_ref()
    }

    /// The serving side of a proxy.
    pub fn backend(&self, proxy: u32) -> Option<&BackendLive> {
        self.proxies.get(proxy as usize)?.backend.as_ref()
    }

    /// A server of a proxy.
    pub fn server(&self, proxy: u32, server: u32) -> Option<&Arc<ServerLive>> {
        self.backend(proxy)?.servers.get(server as usize)
    }
}

#[cfg(test)]
mod tests;
