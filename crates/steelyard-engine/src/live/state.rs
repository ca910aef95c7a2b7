//! What rules may ask about the running process.

use super::Live;
use crate::stream::Stream;
use crate::sys;
use crate::worker::{Shared, Worker};
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::os::fd::AsFd;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use steelyard_core::rules::pattern::Changes;
use steelyard_core::sample::convert::DebugSink;
use steelyard_core::state::{Cost, Gauge, Line, Side, State, TcpInfo};
use steelyard_core::table::Tables;
use steelyard_core::vars::ProcVars;

/// [`State`] as one worker thread sees it: made where it is used, it is only references.
pub struct WorkerState<'a> {
    pub worker: &'a Worker,
    pub live: &'a Arc<Live>,
    /// The connections, where there are any.
    pub client: Option<&'a Stream>,
    pub server: Option<&'a Stream>,
    /// The cost of the stream, the same for all that ask in one evaluation.
    pub cost: OnceCell<Cost>,
}

impl<'a> WorkerState<'a> {
    /// Where no connection is looked at.
    pub fn without_streams(worker: &'a Worker, live: &'a Arc<Live>) -> Self {
        Self {
            worker,
            live,
            client: None,
            server: None,
            cost: OnceCell::new(),
        }
    }
}

impl State for WorkerState<'_> {
    fn gauge(&self, gauge: Gauge) -> i64 {
        read(&self.worker.shared, self.live, gauge)
    }

    fn wall(&self) -> (u64, u32) {
        wall()
    }

    fn utc_offset(&self) -> i32 {
        self.worker.utc_offset(wall().0)
    }

    fn utc_offset_at(&self, seconds: i64) -> i32 {
        crate::sys::utc_offset(seconds)
    }

    fn zone_at(&self, seconds: i64) -> Cow<'static, str> {
        Cow::Owned(crate::sys::zone(seconds))
    }

    fn random(&self) -> u32 {
        self.worker.random()
    }

    fn uptime(&self) -> u64 {
        self.worker.shared.started.elapsed().as_secs()
    }

    fn pid(&self) -> u32 {
        std::process::id()
    }

    fn thread(&self) -> u32 {
        u32::try_from(self.worker.index).unwrap_or(0)
    }

    fn tables(&self) -> &Arc<Tables> {
        &self.live.tables
    }

    fn debug(&self, sink: DebugSink, line: &[u8]) {
        if !self.live.logs.debug(sink, line) {
            self.worker.shared.totals.dropped_logs.fetch_add(1, Relaxed);
        }
    }

    fn cost(&self) -> Cost {
        *self.cost.get_or_init(|| self.worker.meter.read())
    }

    fn cpu_usage(&self, process: bool) -> u8 {
        self.worker.cpu_usage(process)
    }

    fn stopping(&self) -> bool {
        self.worker.shared.is_stopping()
    }

    fn tcp_info(&self, side: Side) -> Option<TcpInfo> {
        let stream = match side {
            Side::Client => self.client,
            Side::Server => self.server,
        };
        sys::tcp_info(stream.filter(|stream| stream.is_tcp())?.as_fd())
    }

    fn saved_syn(&self) -> Option<Vec<u8>> {
        sys::saved_syn(self.client.filter(|stream| stream.is_tcp())?.as_fd())
    }

    fn set_mark(&self, mark: u32) {
        if let Some(client) = self.client {
            client.set_mark(mark);
        }
    }

    fn set_tos(&self, tos: u8) {
        if let Some(client) = self.client {
            client.set_tos(tos);
        }
    }

    fn log(&self, proxy: u32, level: u8, line: &mut Line<'_>) {
        crate::observe::send_log(self.worker, self.live, proxy, level, line);
    }

    fn pattern_changes(&self) -> &Changes {
        &self.live.pattern_changes
    }

    fn proc_vars(&self) -> &ProcVars {
        &self.worker.shared.proc_vars
    }
}

/// Seconds and microseconds since the epoch.
pub fn wall() -> (u64, u32) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    (since.as_secs(), since.subsec_micros())
}

fn read(shared: &Shared, live: &Live, gauge: Gauge) -> i64 {
    let plan = &live.program.plan;
    let front = |proxy| live.frontend(proxy);
    let back = |proxy| live.backend(proxy);
    let now = || shared.now_ms();
    let value = match gauge {
        Gauge::ConnCur => Some(i64::from(shared.gate.current())),
        Gauge::FeConn(p) => front(p).map(|f| i64::from(f.gate.current())),
        Gauge::FeReqRate(p) => front(p).map(|f| i64::from(f.counters.req_rate.read(now()))),
        Gauge::FeSessRate(p) => front(p).map(|f| i64::from(f.counters.sess_rate.read(now()))),
        Gauge::BeSessRate(p) => back(p).map(|b| i64::from(b.counters.rate.read(now()))),
        Gauge::BeConn(p) => back(p).map(|b| i64::from(b.counters.scur.load(Relaxed))),
        Gauge::BeConnFree(p) => back(p).map(|b| b.roster.free_slots(&b.servers, false)),
        Gauge::ConnSlots(p) => back(p).map(|b| b.roster.free_slots(&b.servers, true)),
        Gauge::NbSrv(p) => back(p).map(|b| {
            let (active, backup) = b.usable();
            i64::from(if active > 0 { active } else { backup })
        }),
        Gauge::Queue(p) => back(p).map(|b| b.roster.waiting()),
        Gauge::AvgQueue(p) => back(p).map(|b| {
            let (active, backup) = b.usable();
            let servers = i64::from(if active > 0 { active } else { backup });
            let waiting = b.roster.waiting();
            // Without a usable server: twice the queue, as the manual says of avg_queue.
            if servers > 0 {
                (waiting + servers - 1) / servers
            } else {
                waiting * 2
            }
        }),
        Gauge::SrvConn(p, s) => live.server(p, s).map(|v| i64::from(v.counters.scur.load(Relaxed))),
        Gauge::SrvConnFree(p, s) => live.server(p, s).map(|v| {
            let limit = plan
                .proxies
                .get(p as usize)
                .and_then(|x| x.backend.as_ref())
                .and_then(|x| x.servers.get(s as usize));
            match limit.map_or(0, |x| x.maxconn) {
                0 => -1,
                limit => (i64::from(limit) - i64::from(v.counters.scur.load(Relaxed))).max(0),
            }
        }),
        Gauge::SrvIsUp(p, s) => live.server(p, s).map(|v| i64::from(v.takes_persistent())),
        Gauge::SrvSessRate(p, s) => live.server(p, s).map(|v| i64::from(v.counters.rate.read(now()))),
        Gauge::SrvQueue(p, s) => live.server(p, s).map(|v| i64::from(v.counters.qcur.load(Relaxed))),
        Gauge::SrvWeight(p, s) | Gauge::SrvUserWeight(p, s) => live.server(p, s).map(|v| i64::from(v.weight())),
        Gauge::SrvInitialWeight(p, s) => live.server(p, s).map(|v| i64::from(v.initial_weight())),
        Gauge::BeServerTimeout(p) => plan.proxies.get(p as usize).map(|x| milliseconds(x.timeouts.server)),
        Gauge::BeTunnelTimeout(p) => plan.proxies.get(p as usize).map(|x| milliseconds(x.timeouts.tunnel)),
    };
    value.unwrap_or(0)
}

fn milliseconds(timeout: Option<u64>) -> i64 {
    i64::try_from(timeout.unwrap_or(0)).unwrap_or(i64::MAX)
}

/// A small, fast generator of random numbers (xorshift64*), one a thread. Not for secrets.
pub struct Random(Cell<u64>);

impl Random {
    /// Seeded with the hasher keys of the standard library, which come from the system.
    pub fn new() -> Self {
        use std::hash::{BuildHasher, RandomState};
        Self(Cell::new(RandomState::new().hash_one(std::thread::current().id()) | 1))
    }

    pub fn next(&self) -> u32 {
        let mut x = self.0.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        self.0.set(x);
        (x.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32
    }
}

impl Default for Random {
    fn default() -> Self {
        Self::new()
    }
}
