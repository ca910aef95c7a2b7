//! What a running engine looks like, as JSON, with the column names of HAProxy's statistics (management manual, 9.1).

use crate::live::{Admin, BackCounters, BackendLive, FrontendLive, Live, ServerLive};
use crate::worker::Shared;
use serde::Serialize;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// All numbers at about one moment: counters run on while they are read.
#[derive(Debug, Serialize)]
pub struct Snapshot {
    pub uptime_ms: u64,
    pub stopping: bool,
    pub global: Global,
    pub proxies: Vec<Proxy>,
}

#[derive(Debug, Serialize)]
pub struct Global {
    pub curr_conns: u32,
    pub maxconn: u32,
    pub cum_conns: u64,
    pub cum_req: u64,
    pub dropped_logs: u64,
    pub dropped_traces: u64,
    /// Times that accepting paused for want of descriptors or memory.
    pub accept_paused: u64,
}

#[derive(Debug, Serialize)]
pub struct Proxy {
    pub index: u32,
    pub frontend: Option<Frontend>,
    pub backend: Option<Backend>,
    pub servers: Vec<Server>,
}

#[derive(Debug, Serialize)]
pub struct Frontend {
    pub enabled: bool,
    pub scur: u32,
    pub smax: u32,
    pub slim: u32,
    pub stot: u64,
    pub conn_tot: u64,
    pub bin: u64,
    pub bout: u64,
    pub dreq: u64,
    pub dresp: u64,
    pub ereq: u64,
    pub dcon: u64,
    pub dses: u64,
    pub intercepted: u64,
    pub rate: u32,
    pub rate_max: u32,
    pub conn_rate: u32,
    pub conn_rate_max: u32,
    pub req_rate: u32,
    pub req_rate_max: u32,
    pub req_tot: u64,
    #[serde(flatten)]
    pub responses: Responses,
}

#[derive(Debug, Serialize)]
pub struct Responses {
    pub hrsp_1xx: u64,
    pub hrsp_2xx: u64,
    pub hrsp_3xx: u64,
    pub hrsp_4xx: u64,
    pub hrsp_5xx: u64,
    pub hrsp_other: u64,
}

/// What backends and servers have alike.
#[derive(Debug, Serialize)]
pub struct Serving {
    pub qcur: u32,
    pub qmax: u32,
    pub scur: u32,
    pub smax: u32,
    pub stot: u64,
    pub bin: u64,
    pub bout: u64,
    pub dreq: u64,
    pub dresp: u64,
    pub econ: u64,
    pub eresp: u64,
    pub wretr: u64,
    pub wredis: u64,
    pub cli_abrt: u64,
    pub srv_abrt: u64,
    pub lbtot: u64,
    pub req_tot: u64,
    pub connect: u64,
    pub reuse: u64,
    pub rate: u32,
    pub rate_max: u32,
    /// Seconds since it last went up or down.
    pub lastchg: u64,
    pub weight: u32,
    /// Usable servers: active and backup ones. Of a server: 1 or 0.
    pub act: u32,
    pub bck: u32,
    pub up: bool,
    #[serde(flatten)]
    pub responses: Responses,
}

#[derive(Debug, Serialize)]
pub struct Backend {
    #[serde(flatten)]
    pub serving: Serving,
}

#[derive(Debug, Serialize)]
pub struct Server {
    pub index: u32,
    /// `ready`, `drain` or `maint`.
    pub admin: &'static str,
    #[serde(flatten)]
    pub serving: Serving,
}

/// Reads everything.
pub fn take(shared: &Shared) -> Snapshot {
    let live = shared.live.load();
    let now = shared.now_ms();
    let totals = &shared.totals;
    Snapshot {
        uptime_ms: now,
        stopping: shared.is_stopping(),
        global: Global {
            curr_conns: shared.gate.current(),
            maxconn: shared.gate.limit(),
            cum_conns: n(&totals.cum_conns),
            cum_req: n(&totals.cum_req),
            dropped_logs: n(&totals.dropped_logs),
            dropped_traces: n(&totals.dropped_traces),
            accept_paused: n(&totals.accept_paused),
        },
        proxies: live.proxies.iter().map(|proxy| proxy_row(&live, proxy, now)).collect(),
    }
}

fn proxy_row(live: &Live, proxy: &crate::live::ProxyLive, now: u64) -> Proxy {
    let global = live.program.plan.global.maxconn;
    Proxy {
        index: proxy.index,
        frontend: proxy.frontend.as_ref().map(|frontend| frontend_row(frontend, global, now)),
        backend: proxy.backend.as_ref().map(|backend| Backend {
            serving: backend_row(backend, now),
        }),
        servers: proxy
            .backend
            .iter()
            .flat_map(|b| &b.servers)
            .map(|server| server_row(server, now))
            .collect(),
    }
}

fn frontend_row(frontend: &FrontendLive, global: u32, now: u64) -> Frontend {
    let c = &frontend.counters;
    Frontend {
        enabled: frontend.is_enabled(),
        scur: frontend.gate.current(),
        smax: m(&c.smax),
        slim: if frontend.gate.limit() > 0 {
            frontend.gate.limit()
        } else {
            global
        },
        stot: n(&c.stot),
        conn_tot: n(&c.conn_tot),
        bin: n(&c.bin),
        bout: n(&c.bout),
        dreq: n(&c.dreq),
        dresp: n(&c.dresp),
        ereq: n(&c.ereq),
        dcon: n(&c.dcon),
        dses: n(&c.dses),
        intercepted: n(&c.intercepted),
        rate: c.sess_rate.read(now),
        rate_max: m(&c.sess_rate.max),
        conn_rate: c.conn_rate.read(now),
        conn_rate_max: m(&c.conn_rate.max),
        req_rate: c.req_rate.read(now),
        req_rate_max: m(&c.req_rate.max),
        req_tot: n(&c.req_tot),
        responses: responses(&c.hrsp),
    }
}

fn backend_row(backend: &BackendLive, now: u64) -> Serving {
    let (act, bck) = backend.usable();
    let (qcur, qmax) = backend.roster.waiting_for_any();
    let backups = act == 0;
    let carrying = backend.servers.iter().filter(|s| s.is_usable() && s.backup == backups);
    Serving {
        qcur,
        qmax,
        weight: carrying.map(|server| server.weight()).sum(),
        act,
        bck,
        up: act + bck > 0 || backend.servers.is_empty(),
        lastchg: now.saturating_sub(n(&backend.changed_ms)) / 1000,
        ..serving(&backend.counters, now)
    }
}

fn server_row(server: &ServerLive, now: u64) -> Server {
    let admin = match server.admin() {
        Admin::Ready => "ready",
        Admin::Drain => "drain",
        Admin::Maint => "maint",
    };
    let serving = Serving {
        weight: server.weight(),
        act: u32::from(!server.backup),
        bck: u32::from(server.backup),
        up: server.is_up(),
        lastchg: now.saturating_sub(server.changed_ms()) / 1000,
        ..serving(&server.counters, now)
    };
    Server {
        index: server.index,
        admin,
        serving,
    }
}

fn serving(c: &BackCounters, now: u64) -> Serving {
    Serving {
        qcur: m(&c.qcur),
        qmax: m(&c.qmax),
        scur: m(&c.scur),
        smax: m(&c.smax),
        stot: n(&c.stot),
        bin: n(&c.bin),
        bout: n(&c.bout),
        dreq: n(&c.dreq),
        dresp: n(&c.dresp),
        econ: n(&c.econ),
        eresp: n(&c.eresp),
        wretr: n(&c.wretr),
        wredis: n(&c.wredis),
        cli_abrt: n(&c.cli_abrt),
        srv_abrt: n(&c.srv_abrt),
        lbtot: n(&c.lbtot),
        req_tot: n(&c.req_tot),
        connect: n(&c.connect),
        reuse: n(&c.reuse),
        rate: c.rate.read(now),
        rate_max: m(&c.rate.max),
        lastchg: 0,
        weight: 0,
        act: 0,
        bck: 0,
        up: false,
        responses: responses(&c.hrsp),
    }
}

fn responses(classes: &[AtomicU64; 6]) -> Responses {
    let [hrsp_1xx, hrsp_2xx, hrsp_3xx, hrsp_4xx, hrsp_5xx, hrsp_other] = classes.each_ref().map(n);
    Responses {
        hrsp_1xx,
        hrsp_2xx,
        hrsp_3xx,
        hrsp_4xx,
        hrsp_5xx,
        hrsp_other,
    }
}

fn n(counter: &AtomicU64) -> u64 {
    counter.load(Relaxed)
}

fn m(counter: &AtomicU32) -> u32 {
    counter.load(Relaxed)
}
