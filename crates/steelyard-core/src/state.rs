//! What rules may ask about the running process. The engine implements [`State`]; tests and `explain` give it fixed values.

use crate::rules::pattern::Changes;
use crate::sample::convert::DebugSink;
use crate::table::Tables;
use crate::vars::ProcVars;
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

/// A number about the process, a proxy (index in `Plan::proxies`) or a server (proxy, index in its servers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gauge {
    /// Client connections now: of the process, of a frontend.
    ConnCur,
    FeConn(u32),
    /// HTTP requests in the last second.
    FeReqRate(u32),
    /// Sessions in the last second.
    FeSessRate(u32),
    BeSessRate(u32),
    /// Streams in a backend now.
    BeConn(u32),
    /// Usable slots left in a backend's usable servers; -1 when there is no limit.
    BeConnFree(u32),
    /// Usable servers.
    NbSrv(u32),
    /// Streams waiting in the backend and in all of its servers.
    Queue(u32),
    AvgQueue(u32),
    /// Free slots of usable servers, queue places counted; -1 when there is no limit.
    ConnSlots(u32),
    SrvConn(u32, u32),
    SrvConnFree(u32, u32),
    SrvIsUp(u32, u32),
    SrvSessRate(u32, u32),
    SrvQueue(u32, u32),
    /// Weight now; the one of the configuration; the one the user set.
    SrvWeight(u32, u32),
    SrvInitialWeight(u32, u32),
    SrvUserWeight(u32, u32),
    /// Milliseconds, as they are for this backend now (`set-timeout` may change them later).
    BeServerTimeout(u32),
    BeTunnelTimeout(u32),
}

/// Which connection of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

/// What the kernel measured on a TCP connection (tcp(7), `TCP_INFO`). Times in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpInfo {
    pub rtt: u32,
    pub rttvar: u32,
    pub unacked: u32,
    pub sacked: u32,
    pub lost: u32,
    pub retrans: u32,
    pub fackets: u32,
    pub reordering: u32,
}

/// What serving a stream has cost so far. Times in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Calls of its task.
    pub calls: u32,
    /// In those calls.
    pub cpu: u64,
    /// Between the wish to be called and the call.
    pub latency: u64,
}

/// Fills in body and structured data of a line, for a target with this log profile; false: there is no line for it.
pub type Line<'l> = dyn FnMut(Option<u32>, &mut Vec<u8>, &mut Vec<u8>) -> bool + 'l;

/// The running process, as far as rules and logs may see it. Calls are cheap: no lock that can be waited for.
pub trait State {
    fn gauge(&self, gauge: Gauge) -> i64;
    /// Seconds and microseconds since the epoch, UTC.
    fn wall(&self) -> (u64, u32);
    /// Difference of local time to UTC in seconds (east is positive), for log dates.
    fn utc_offset(&self) -> i32 {
        0
    }
    /// The same at another time, in seconds since the epoch: clocks are put forward and back.
    fn utc_offset_at(&self, _seconds: i64) -> i32 {
        self.utc_offset()
    }
    /// The name of local time at that time, such as `CET`.
    fn zone_at(&self, _seconds: i64) -> Cow<'static, str> {
        Cow::Borrowed("UTC")
    }
    fn random(&self) -> u32;
    /// Seconds since the process started.
    fn uptime(&self) -> u64 {
        0
    }
    fn pid(&self) -> u32 {
        0
    }
    /// Number of the calling thread, from 0.
    fn thread(&self) -> u32 {
        0
    }
    /// Whether an address belongs to this machine (`src_is_local`).
    fn is_local(&self, address: IpAddr) -> bool {
        address.is_loopback()
    }
    /// Stick tables, as in `Plan::tables`.
    fn tables(&self) -> &Arc<Tables> {
        Tables::none()
    }
    /// Nothing where [`Program::measures_costs`](crate::program::Program::measures_costs) says that nobody asks.
    fn cost(&self) -> Cost {
        Cost::default()
    }
    /// How busy this thread was lately, or all threads of the process on average: percent of the time.
    fn cpu_usage(&self, _process: bool) -> u8 {
        0
    }
    /// A line for people to look at. It is dropped where it can't be taken at once.
    fn debug(&self, _sink: DebugSink, _line: &[u8]) {}
    /// A soft stop has begun.
    fn stopping(&self) -> bool {
        false
    }
    /// Nothing where there is no connection on that side, or none of TCP.
    fn tcp_info(&self, _side: Side) -> Option<TcpInfo> {
        None
    }
    /// The packet that opened the client's connection, where the kernel kept it (`tcp-ss`).
    fn saved_syn(&self) -> Option<Vec<u8>> {
        None
    }
    /// Sets the mark or the type of service of packets to the client.
    fn set_mark(&self, _mark: u32) {}
    fn set_tos(&self, _tos: u8) {}
    /// Writes a line to all places that a proxy logs to.
    fn log(&self, _proxy: u32, _level: u8, _line: &mut Line<'_>) {}
    /// What was changed of pattern files since they were read, as in `Plan::pattern_files`.
    fn pattern_changes(&self) -> &Changes {
        Changes::none()
    }
    /// Variables of scope `proc`.
    fn proc_vars(&self) -> &ProcVars;
}
