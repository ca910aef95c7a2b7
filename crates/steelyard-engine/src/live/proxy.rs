//! The running state of a proxy.

use super::counters::{bump, enter, leave, BackCounters, FrontCounters};
use super::server::{ServerLive, Source};
use super::{Live, Share};
use crate::accept::gate::Gate;
use crate::pick::roster::Roster;
use crate::worker::Worker;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use std::sync::Arc;
use steelyard_core::plan::{Frontend, Plan, Proxy, Server};
use tokio::sync::Notify;

/// A proxy of the plan with its counters; `frontend` and `backend` are there as in the plan.
pub struct ProxyLive {
    pub index: u32,
    pub frontend: Option<FrontendLive>,
    pub backend: Option<BackendLive>,
}

impl ProxyLive {
    pub(super) fn new(index: u32, proxy: &Proxy, plan: &Plan) -> Result<Self, String> {
        let backend = match &proxy.backend {
            Some(_) => Some(BackendLive::new(index, proxy, plan)?),
            None => None,
        };
        Ok(Self {
            index,
            frontend: proxy.frontend.as_ref().map(FrontendLive::new),
            backend,
        })
    }
}

/// The accepting side.
pub struct FrontendLive {
    pub counters: FrontCounters,
    /// `maxconn` of the frontend.
    pub gate: Gate,
    /// `maxconn` of each bind.
    pub binds: Vec<Gate>,
    enabled: AtomicBool,
    changed: Notify,
}

impl FrontendLive {
    fn new(plan: &Frontend) -> Self {
        Self {
            counters: FrontCounters::default(),
            gate: Gate::new(plan.maxconn),
            binds: plan.binds.iter().map(|bind| Gate::new(bind.maxconn)).collect(),
            enabled: AtomicBool::new(true),
            changed: Notify::new(),
        }
    }

    /// Whether connections are accepted.
    pub fn is_enabled(&self) -> bool {
        self.enabled.load(Acquire)
    }

    /// Stops or resumes accepting.
    pub fn set_enabled(&self, enabled: bool) {
        self.enabled.store(enabled, Release);
        self.changed.notify_waiters();
    }

    /// Waits until the frontend is enabled.
    pub async fn enabled(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.is_enabled() {
                return;
            }
            changed.await;
        }
    }
}

/// The serving side.
pub struct BackendLive {
    pub counters: BackCounters,
    pub servers: Vec<Arc<ServerLive>>,
    /// `source` of the backend, used by servers that have none.
    pub source: Option<Source>,
    pub(crate) roster: Roster,
    /// Milliseconds on the engine's clock when the backend last went from some server to none or back.
    pub changed_ms: AtomicU64,
}

impl BackendLive {
    fn new(index: u32, proxy: &Proxy, plan: &Plan) -> Result<Self, String> {
        let Some(backend) = &proxy.backend else {
            return Err("not a backend".into());
        };
        let mut declared = backend.servers.clone();
        if let Some(address) = &backend.dispatch {
            declared.push(Server {
                name: "<dispatch>".into(),
                address: address.clone(),
                ..Server::default()
            });
        }
        // `option http_proxy` and `option transparent`: each stream brings its own address.
        if declared.is_empty() && (proxy.options.http_proxy || proxy.options.transparent) {
            declared.push(Server {
                name: "<any>".into(),
                ..Server::default()
            });
        }
        let mut servers = Vec::with_capacity(declared.len());
        for (number, server) in (0u32..).zip(&declared) {
            let live = ServerLive::new(index, number, server).map_err(|error| format!("server {}: {error}", server.name))?;
            servers.push(Arc::new(live));
        }
        let source = backend.source.as_ref().map(Source::new).transpose()?;
        let fullconn = if backend.fullconn > 0 {
            backend.fullconn
        } else {
            default_fullconn(index, plan)
        };
        // The algorithm must know the server of `dispatch` too.
        let known = steelyard_core::plan::Backend {
            servers: declared.clone(),
            ..backend.clone()
        };
        let roster = Roster::new(&known, &proxy.options, &declared, &servers, fullconn);
        Ok(Self {
            counters: BackCounters::default(),
            servers,
            source,
            roster,
            changed_ms: AtomicU64::new(0),
        })
    }

    /// Changes the state of servers; the algorithm and the queues hear of it before anyone else picks.
    pub(crate) fn change(&self, now_ms: u64, change: impl FnOnce()) {
        let before = self.usable() != (0, 0);
        self.roster.refresh(&self.servers, now_ms, change);
        if before != (self.usable() != (0, 0)) {
            self.changed_ms.store(now_ms, Relaxed);
        }
    }

    /// Moves slow starts on.
    pub(crate) fn warm(&self, now_ms: u64) {
        if self.servers.iter().any(|server| server.is_warming()) {
            self.roster.refresh(&self.servers, now_ms, || {});
        }
    }

    /// Servers that take traffic: active ones, and backup ones.
    pub fn usable(&self) -> (u32, u32) {
        let usable = |backup| self.servers.iter().filter(|s| s.backup == backup && s.is_usable()).count();
        (
            u32::try_from(usable(false)).unwrap_or(u32::MAX),
            u32::try_from(usable(true)).unwrap_or(u32::MAX),
        )
    }
}

/// `fullconn` when none is given: a tenth of the connections that all frontends may send here (manual, `fullconn`).
fn default_fullconn(backend: u32, plan: &Plan) -> u32 {
    let mut total = 0u64;
    for proxy in &plan.proxies {
        let Some(frontend) = &proxy.frontend else { continue };
        let named = frontend.default_backend == Some(backend)
            || frontend
                .use_backend
                .iter()
                .any(|rule| rule.backend.is_none() || rule.backend == Some(backend));
        if named {
            total += u64::from(if frontend.maxconn > 0 {
                frontend.maxconn
            } else {
                plan.global.maxconn
            });
        }
    }
    u32::try_from(total.div_ceil(10)).unwrap_or(u32::MAX).max(1)
}

/// A stream is in a backend, from the choice of the backend to its end: counts it in `scur`, `stot` and the rate.
pub struct InBackend {
    live: Rc<Share>,
    backend: u32,
}

impl InBackend {
    /// Counts a stream in; `None` when there is no such backend.
    pub fn enter(worker: &Worker, live: &Arc<Live>, backend: u32, now_ms: u64) -> Option<Self> {
        let counters = &live.backend(backend)?.counters;
        enter(&counters.scur, &counters.smax);
        bump(&counters.stot);
        counters.rate.add(now_ms, 1);
        Some(Self {
            live: worker.hold(live),
            backend,
        })
    }
}

impl Drop for InBackend {
    fn drop(&mut self) {
        if let Some(backend) = self.live.backend(self.backend) {
            leave(&backend.counters.scur);
        }
    }
}
