//! The process, its proxies and servers, the clock and variables (manual section 7.3.2).

use super::super::args::Args;
use super::super::{Owned, Sample, View};
use crate::error::PlanError;
use crate::plan::Scope;
use crate::state::Gauge;
use crate::vars::VarId;
use std::io::Write;

#[derive(Debug)]
pub enum StateFetch {
    /// `None`: the current proxy.
    Frontend(fn(u32) -> Gauge, Option<u32>),
    Backend(fn(u32) -> Gauge, Option<u32>),
    Server(fn(u32, u32) -> Gauge, u32, u32),
    ServerIsUp(u32, u32),
    Process,
    Date {
        offset: i64,
        unit: Unit,
    },
    Rand(Option<i64>),
    Uuid {
        version: u8,
    },
    Var {
        id: VarId,
        default: Option<Owned>,
    },
    Pid,
    Thread,
    Uptime,
    SessionEnd,
}

/// Unit of a number that is a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    Millis,
    Micros,
}

impl Unit {
    pub(crate) fn parse(args: &Args<'_>, index: usize) -> Result<Self, PlanError> {
        match args.opt_str(index)? {
            None | Some("s") => Ok(Self::Seconds),
            Some("ms") => Ok(Self::Millis),
            Some("us") => Ok(Self::Micros),
            Some(_) => Err(args.wrong(index, "s, ms or us")),
        }
    }
}

pub const NAMES: &[&str] = &[
    "fe_conn",
    "fe_req_rate",
    "fe_sess_rate",
    "be_conn",
    "be_conn_free",
    "be_sess_rate",
    "nbsrv",
    "queue",
    "avg_queue",
    "connslots",
    "srv_conn",
    "srv_conn_free",
    "srv_is_up",
    "srv_sess_rate",
    "srv_queue",
    "srv_weight",
    "srv_iweight",
    "srv_uweight",
    "act_conn",
    "date",
    "date_us",
    "rand",
    "uuid",
    "var",
    "pid",
    "thread",
    "uptime",
    "txn.sess_term_state",
];

impl StateFetch {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let frontend = |gauge: fn(u32) -> Gauge| Ok::<_, PlanError>(Self::Frontend(gauge, args.opt_proxy(0)?));
        let backend = |gauge: fn(u32) -> Gauge| Ok::<_, PlanError>(Self::Backend(gauge, args.opt_proxy(0)?));
        let server = |gauge: fn(u32, u32) -> Gauge| args.server(0).map(|(proxy, server)| Self::Server(gauge, proxy, server));
        Ok(Some(match args.name {
            "fe_conn" => frontend(Gauge::FeConn)?,
            "fe_req_rate" => frontend(Gauge::FeReqRate)?,
            "fe_sess_rate" => frontend(Gauge::FeSessRate)?,
            "be_conn" => backend(Gauge::BeConn)?,
            "be_conn_free" => backend(Gauge::BeConnFree)?,
            "be_sess_rate" => backend(Gauge::BeSessRate)?,
            "nbsrv" => backend(Gauge::NbSrv)?,
            "queue" => backend(Gauge::Queue)?,
            "avg_queue" => backend(Gauge::AvgQueue)?,
            "connslots" => backend(Gauge::ConnSlots)?,
            "srv_conn" => server(Gauge::SrvConn)?,
            "srv_conn_free" => server(Gauge::SrvConnFree)?,
            "srv_sess_rate" => server(Gauge::SrvSessRate)?,
            "srv_queue" => server(Gauge::SrvQueue)?,
            "srv_weight" => server(Gauge::SrvWeight)?,
            "srv_iweight" => server(Gauge::SrvInitialWeight)?,
            "srv_uweight" => server(Gauge::SrvUserWeight)?,
            "srv_is_up" => args.server(0).map(|(proxy, server)| Self::ServerIsUp(proxy, server))?,
            "act_conn" => Self::Process,
            "date" => Self::Date {
                offset: args.opt_int(0)?.unwrap_or(0),
                unit: Unit::parse(args, 1)?,
            },
            "date_us" => Self::Date {
                offset: 0,
                unit: Unit::Micros,
            },
            "rand" => Self::Rand(args.opt_int(0)?.filter(|range| *range > 0)),
            "uuid" => match args.opt_int(0)?.unwrap_or(4) {
                4 => Self::Uuid { version: 4 },
                7 => Self::Uuid { version: 7 },
                _ => return Err(args.wrong(0, "version 4 or 7")),
            },
            "var" => Self::Var {
                id: args.var(0)?,
                default: args.opt_str(1)?.map(|text| Owned::Str(text.as_bytes().to_vec())),
            },
            "pid" => Self::Pid,
            "thread" => Self::Thread,
            "uptime" => Self::Uptime,
            "txn.sess_term_state" => Self::SessionEnd,
            _ => return Ok(None),
        }))
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        let state = view.state;
        Some(match self {
            Self::Frontend(gauge, proxy) => Sample::Int(state.gauge(gauge(proxy.unwrap_or(view.frontend)))),
            Self::Backend(gauge, proxy) => Sample::Int(state.gauge(gauge(proxy.unwrap_or_else(|| view.backend_or_self())))),
            Self::Server(gauge, proxy, server) => Sample::Int(state.gauge(gauge(*proxy, *server))),
            Self::ServerIsUp(proxy, server) => Sample::Bool(state.gauge(Gauge::SrvIsUp(*proxy, *server)) != 0),
            Self::Process => Sample::Int(state.gauge(Gauge::ConnCur)),
            Self::Date { offset, unit } => Sample::Int(now(state.wall(), *unit).saturating_add(*offset)),
            Self::Rand(None) => Sample::Int(i64::from(state.random())),
            Self::Rand(Some(range)) => Sample::Int(scaled(state.random(), *range)),
            Self::Uuid { version } => Sample::Str(uuid(view, *version)),
            Self::Var { id, default } => match get_var(view, *id) {
                Some(sample) => sample,
                None => default.as_ref()?.lend(view.arena),
            },
            Self::Pid => Sample::Int(i64::from(state.pid())),
            Self::Thread => Sample::Int(i64::from(state.thread())),
            Self::Uptime => Sample::Int(i64::try_from(state.uptime()).unwrap_or(i64::MAX)),
            Self::SessionEnd => Sample::Str(&view.record.termination[..2]),
        })
    }
}

/// A 32-bit random number scaled to `0..range`.
fn scaled(random: u32, range: i64) -> i64 {
    i64::try_from((i128::from(random) * i128::from(range)) >> 32).unwrap_or(0)
}

pub(crate) fn now((seconds, micros): (u64, u32), unit: Unit) -> i64 {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    match unit {
        Unit::Seconds => seconds,
        Unit::Millis => seconds.saturating_mul(1_000).saturating_add(i64::from(micros / 1_000)),
        Unit::Micros => seconds.saturating_mul(1_000_000).saturating_add(i64::from(micros)),
    }
}

/// A UUID (RFC 9562): version 4, or version 7 with the clock in front.
fn uuid<'e>(view: &View<'e>, version: u8) -> &'e [u8] {
    let word = |_| u128::from(view.state.random());
    let mut bits = (0..4).map(word).fold(0_u128, |bits, word| (bits << 32) | word);
    if version == 7 {
        let clock = u128::from(now(view.state.wall(), Unit::Millis).unsigned_abs()) & 0xffff_ffff_ffff;
        bits = (bits & (u128::MAX >> 48)) | (clock << 80);
    }
    bits = (bits & !(0xf << 76)) | (u128::from(version) << 76);
    bits = (bits & !(0x3 << 62)) | (0x2 << 62);
    let group = |shift: u32, width: u32| (bits >> shift) & ((1 << width) - 1);
    let space = view.arena.alloc_slice_fill_copy(36, 0_u8);
    let mut out = &mut *space;
    // 36 bytes are what is written.
    let _ = write!(
        out,
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        group(96, 32),
        group(80, 16),
        group(64, 16),
        group(48, 16),
        group(0, 48)
    );
    space
}

pub(crate) fn get_var<'e>(view: &View<'e>, id: VarId) -> Option<Sample<'e>> {
    match id.scope {
        Scope::Proc => view.state.proc_vars().get(id.name, view.arena),
        _ => view.vars.get(id, view.arena),
    }
}

/// False: there is no room for the value (`tune.vars.*-max-size`), and the variable is not set.
pub(crate) fn set_var(view: &View<'_>, id: VarId, value: Sample<'_>) -> bool {
    let limits = view.program.var_limits.as_ref();
    match (id.scope, limits) {
        (Scope::Proc, limits) => {
            let limit = limits.map_or(0, |limits| limits.process);
            view.state.proc_vars().set_within(id.name, value, limit)
        }
        (_, Some(limits)) => view.vars.set_within(id, value, limits, view.state.proc_vars().all()),
        (_, None) => {
            view.vars.set(id, value);
            true
        }
    }
}

pub(crate) fn unset_var(view: &View<'_>, id: VarId) {
    match id.scope {
        Scope::Proc => view.state.proc_vars().unset(id.name),
        _ => view.vars.unset(id),
    }
}
