//! The running state of a server.

use super::counters::BackCounters;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicU8, Ordering::Relaxed};
use steelyard_core::plan::{Address, Server, SourceAddress};

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Inet(SocketAddr),
    Unix(String),
    /// A name in Linux's abstract namespace, without the leading NUL.
    Abstract(String),
}

/// What outgoing connections are bound to before they connect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    pub ip: Option<IpAddr>,
    /// Inclusive; 0 and 0 is the kernel's choice.
    pub ports: (u16, u16),
    pub interface: Option<String>,
    /// Bind to the client's own address (`usesrc client`/`clientip`).
    pub client_ip: bool,
}

impl Source {
    pub(super) fn new(plan: &SourceAddress) -> Result<Self, String> {
        let ip = match plan.ip.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| format!("source address {text} is not numeric"))?),
        };
        let high = plan.port_high.max(plan.port_low);
        Ok(Self {
            ip,
            ports: (plan.port_low, high),
            interface: plan.interface.clone(),
            client_ip: plan.client_ip,
        })
    }
}

/// What the administrator wants of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admin {
    Ready,
    /// No new session, except those that persist on it.
    Drain,
    /// None at all.
    Maint,
}

/// A server of the plan with its counters and state. `plan::Backend::servers` has the rest, at `index`; the server of
/// `dispatch` comes after those.
pub struct ServerLive {
    pub proxy: u32,
    pub index: u32,
    pub name: String,
    pub target: Target,
    pub port_map: Option<i32>,
    pub send_proxy: u8,
    pub source: Option<Source>,
    pub backup: bool,
    /// `tcp-ut`, milliseconds; 0: the system's.
    pub tcp_user_timeout: u64,
    pub counters: BackCounters,
    /// Rotates over `source` ports.
    pub next_port: AtomicU32,
    up: AtomicBool,
    admin: AtomicU8,
    weight: AtomicU32,
    initial_weight: u32,
    changed_ms: AtomicU64,
    /// `slowstart`, milliseconds; 0 is none.
    slowstart: u64,
    /// When it came up and began to warm; [`WARM`] when it is done.
    warming_ms: AtomicU64,
}

/// No slow start is under way.
const WARM: u64 = u64::MAX;

/// Steps of a slow start, as HAProxy has.
pub const STEPS: u32 = 16;

impl ServerLive {
    pub(super) fn new(proxy: u32, index: u32, plan: &Server) -> Result<Self, String> {
        let target = match &plan.address {
            Address::Inet { ip, port } => {
                let ip: IpAddr = ip.parse().map_err(|_| format!("address {ip} is not numeric"))?;
                Target::Inet(SocketAddr::new(ip, *port))
            }
            Address::Unix { path } => Target::Unix(path.clone()),
            Address::Abstract { name } => Target::Abstract(name.clone()),
            Address::Fd { .. } => return Err("a server cannot be an inherited socket".into()),
        };
        let source = plan.source.as_ref().map(Source::new).transpose()?;
        let admin = if plan.disabled { Admin::Maint } else { Admin::Ready };
        Ok(Self {
            proxy,
            index,
            name: plan.name.clone(),
            target,
            port_map: plan.port_map,
            send_proxy: plan.send_proxy,
            source,
            backup: plan.backup,
            tcp_user_timeout: plan.tcp_user_timeout,
            counters: BackCounters::default(),
            next_port: AtomicU32::new(0),
            up: AtomicBool::new(true),
            admin: AtomicU8::new(admin as u8),
            weight: AtomicU32::new(plan.weight),
            initial_weight: plan.weight,
            changed_ms: AtomicU64::new(0),
            slowstart: plan.slowstart,
            warming_ms: AtomicU64::new(WARM),
        })
    }

    /// Health says so; the administrator may see it otherwise.
    pub fn is_up(&self) -> bool {
        self.up.load(Relaxed)
    }

    pub fn admin(&self) -> Admin {
        match self.admin.load(Relaxed) {
            1 => Admin::Drain,
            2 => Admin::Maint,
            _ => Admin::Ready,
        }
    }

    /// Whether algorithms may choose it.
    pub fn is_usable(&self) -> bool {
        self.is_up() && self.admin() == Admin::Ready && self.weight() > 0
    }

    /// Whether a stream that persists on it may go there.
    pub fn takes_persistent(&self) -> bool {
        self.is_up() && self.admin() != Admin::Maint
    }

    /// The weight that is set now, and the one of the configuration.
    pub fn weight(&self) -> u32 {
        self.weight.load(Relaxed)
    }

    pub fn initial_weight(&self) -> u32 {
        self.initial_weight
    }

    /// When it last went up or down, on the engine's clock.
    pub fn changed_ms(&self) -> u64 {
        self.changed_ms.load(Relaxed)
    }

    // The roster must hear of each of these: only `Roster` calls them.
    pub(crate) fn set_up(&self, up: bool, now_ms: u64) {
        if self.up.swap(up, Relaxed) != up {
            self.changed_ms.store(now_ms, Relaxed);
            if up {
                self.warm_up(now_ms);
            }
        }
    }

    pub(crate) fn set_admin(&self, admin: Admin, now_ms: u64) {
        let before = self.admin.swap(admin as u8, Relaxed);
        if before != admin as u8 {
            self.changed_ms.store(now_ms, Relaxed);
            if before == Admin::Maint as u8 {
                self.warm_up(now_ms);
            }
        }
    }

    fn warm_up(&self, now_ms: u64) {
        if self.slowstart > 0 {
            self.warming_ms.store(now_ms, Relaxed);
        }
    }

    /// Whether a slow start is under way, or has ended since the last [`warmth`](Self::warmth).
    pub(crate) fn is_warming(&self) -> bool {
        self.warming_ms.load(Relaxed) != WARM
    }

    /// How much of its weight and `maxconn` the server has: steps of [`STEPS`] (manual, `slowstart`).
    pub(crate) fn warmth(&self, now_ms: u64) -> u32 {
        let since = self.warming_ms.load(Relaxed);
        let elapsed = now_ms.saturating_sub(since);
        if since == WARM || elapsed >= self.slowstart {
            self.warming_ms.store(WARM, Relaxed);
            return STEPS;
        }
        let steps = (u64::from(STEPS) * elapsed + self.slowstart) / self.slowstart;
        u32::try_from(steps).unwrap_or(STEPS).min(STEPS)
    }

    pub(crate) fn set_weight(&self, weight: u32) {
        self.weight.store(weight, Relaxed);
    }
}
