//! What is known of the stream and its two connections: times, bytes, retries, the kernel's measurements (manual sections 7.3.2 to
//! 7.3.4).

use super::super::args::Args;
use super::super::{Sample, View};
use super::state::{now, Unit};
use crate::error::PlanError;
use crate::failure;
use crate::plan::{Proxy, Timeouts};
use crate::record::Record;
use crate::state::{Side, TcpInfo};
use std::net::SocketAddr;

#[derive(Debug)]
pub enum Stream {
    Plain(Get),
    AcceptDate(Unit),
    RequestDate(Unit),
    Tcp(Side, Measure),
    /// A time of the kernel, in milliseconds or microseconds.
    TcpTime(Side, Measure, Unit),
    /// A value of the PROXY header.
    Tlv(u8),
}

/// One number of the kernel's.
type Measure = fn(&TcpInfo) -> u32;
type Get = for<'e> fn(&View<'e>) -> Option<Sample<'e>>;

/// Fetches without arguments.
const PLAIN: &[(&str, Get)] = &[
    ("bytes_in", |view| count(view.record.bytes_uploaded)),
    ("req.bytes_in", |view| count(view.record.bytes_uploaded)),
    ("bytes_out", |view| count(view.record.bytes_read)),
    ("res.bytes_out", |view| count(view.record.bytes_read)),
    ("req.bytes_out", |view| count(view.record.bytes_to_server)),
    ("res.bytes_in", |view| count(view.record.bytes_from_server)),
    ("fc.timer.handshake", |view| int(view.record.times.handshake)),
    ("fc.timer.total", |view| int(view.record.times.total)),
    ("req.timer.idle", |view| int(view.record.times.idle)),
    ("req.timer.hdr", |view| int(view.record.times.request)),
    ("req.timer.tq", |view| int(crate::logformat::query_time(view))),
    ("req.timer.queue", |view| int(view.record.times.queue)),
    ("bc.timer.connect", |view| int(view.record.times.connect)),
    ("res.timer.hdr", |view| int(view.record.times.response)),
    ("res.timer.data", |view| int(crate::logformat::data_time(view))),
    ("txn.timer.total", |view| {
        int({
            let times = &view.record.times;
            times.total - times.idle - times.handshake
        })
    }),
    ("txn.timer.user", |view| int(view.record.times.total - view.record.times.idle)),
    ("txn.id32", |view| int(i64::from(view.record.counter))),
    ("txn.conn_retries", |view| int(i64::from(view.record.retries))),
    ("txn.redispatched", |view| truth(view.record.redispatched)),
    ("server_status", |view| match view.record.server_status {
        0 => None,
        status => int(i64::from(status)),
    }),
    ("bc_be_queue", |view| int(i64::from(view.record.backend_queue))),
    ("bc_srv_queue", |view| int(i64::from(view.record.srv_queue))),
    ("bc_src", |view| ip(view.record.backend_source)),
    ("bc_src_port", |view| port(view.record.backend_source)),
    ("bc_dst", |view| ip(view.record.server_address)),
    ("bc_dst_port", |view| port(view.record.server_address)),
    ("bc_http_major", |view| connected(view.record).and(int(1))),
    ("bc_nb_streams", |view| connected(view.record).and(int(1))),
    ("bc_settings_streams_limit", |view| connected(view.record).and(int(1))),
    ("bc_reused", |view| truth(view.record.reused)),
    ("fc_nb_streams", |_| int(1)),
    ("fc_settings_streams_limit", |_| int(1)),
    ("fc_src", |view| ip(view.session.own_src())),
    ("fc_src_port", |view| port(view.session.own_src())),
    ("fc_dst", |view| ip(view.session.own_dst())),
    ("fc_dst_port", |view| port(view.session.own_dst())),
    ("fc_src_is_local", |view| local(view, view.session.own_src())),
    ("fc_dst_is_local", |view| local(view, view.session.own_dst())),
    ("fc_rcvd_proxy", |view| truth(view.session.had_proxy_header())),
    ("fc_pp_authority", |view| tlvs(view, AUTHORITY).next()),
    ("fc_pp_unique_id", |view| tlvs(view, UNIQUE_ID).next()),
    ("fc_err", |view| int(i64::from(error(view).code))),
    ("bc_err", |view| int(i64::from(server_error(view)?.code))),
    ("bc_err_name", |view| Some(Sample::Str(server_error(view)?.name.as_bytes()))),
    ("bc_err_str", |view| Some(Sample::Str(server_error(view)?.text.as_bytes()))),
    ("fc_err_name", |view| Some(Sample::Str(error(view).name.as_bytes()))),
    ("fc_err_str", |view| Some(Sample::Str(error(view).text.as_bytes()))),
    ("fc_saved_syn", |view| {
        let syn = view.state.saved_syn()?;
        Some(Sample::Bin(view.arena.alloc_slice_copy(&syn)))
    }),
    ("fe_defbe", |view| {
        let backend = proxy(view, view.frontend)?.frontend.as_ref()?.default_backend?;
        Some(Sample::Str(proxy(view, backend)?.name.as_bytes()))
    }),
    ("fe_client_timeout", |view| timeout(view, view.frontend, |times| times.client)),
    ("fe_tarpit_timeout", |view| timeout(view, view.frontend, |times| times.tarpit)),
    ("be_connect_timeout", |view| {
        timeout(view, view.backend_or_self(), |times| times.connect)
    }),
    ("be_queue_timeout", |view| {
        timeout(view, view.backend_or_self(), |times| times.queue)
    }),
    ("be_tarpit_timeout", |view| {
        timeout(view, view.backend_or_self(), |times| times.tarpit)
    }),
    ("be_max_retries", |view| retries(view)),
    ("cur_max_retries", |view| match view.record.set.retries {
        Some(retries) => int(i64::from(retries)),
        None => retries(view),
    }),
    ("cur_client_timeout", |view| {
        current(view, view.record.set.client, view.frontend, |times| times.client)
    }),
    ("cur_server_timeout", |view| {
        current(view, view.record.set.server, view.backend_or_self(), |times| times.server)
    }),
    ("cur_tunnel_timeout", |view| {
        current(view, view.record.set.tunnel, view.backend_or_self(), |times| times.tunnel)
    }),
    ("cur_connect_timeout", |view| {
        current(view, view.record.set.connect, view.backend_or_self(), |times| times.connect)
    }),
    ("cur_queue_timeout", |view| {
        current(view, view.record.set.queue, view.backend_or_self(), |times| times.queue)
    }),
    ("cur_tarpit_timeout", |view| {
        current(view, view.record.set.tarpit, view.backend_or_self(), |times| times.tarpit)
    }),
    ("prio_class", |view| int(i64::from(view.record.set.priority_class))),
    ("prio_offset", |view| int(i64::from(view.record.set.priority_offset))),
    ("last_rule_file", |view| {
        let at = view.record.last_rule?;
        Some(Sample::Str(view.program.plan.files.get(at.file as usize)?.as_bytes()))
    }),
    ("last_rule_line", |view| int(i64::from(view.record.last_rule?.line))),
    ("stopping", |view| truth(view.state.stopping())),
    ("tgroup", |_| int(0)),
];

/// Types of values in a PROXY header (PROXY protocol, section 2.2.1).
const AUTHORITY: u8 = 0x02;
const UNIQUE_ID: u8 = 0x05;
/// Those that have names (manual, `fc_pp_tlv`).
const TLVS: &[(&str, u8)] = &[
    ("ALPN", 0x01),
    ("AUTHORITY", AUTHORITY),
    ("CRC32", 0x03),
    ("NOOP", 0x04),
    ("UNIQUE_ID", UNIQUE_ID),
    ("SSL", 0x20),
    ("SSL_VERSION", 0x21),
    ("SSL_CN", 0x22),
    ("SSL_CIPHER", 0x23),
    ("SSL_SIG_ALG", 0x24),
    ("SSL_KEY_ALG", 0x25),
    ("NETNS", 0x30),
];
/// Longest value that is handed on, bytes.
const TLV_MAX: usize = 1024;

/// The kernel's numbers by the rest of the name, for the client's connection; of the server's there are only times.
const TCP: &[(&str, Measure)] = &[
    ("unacked", |info| info.unacked),
    ("sacked", |info| info.sacked),
    ("lost", |info| info.lost),
    ("retrans", |info| info.retrans),
    ("fackets", |info| info.fackets),
    ("reordering", |info| info.reordering),
];

pub fn names() -> Vec<&'static str> {
    let plain = PLAIN.iter().map(|row| row.0);
    let others = [
        "accept_date",
        "request_date",
        "fc_rtt",
        "fc_rttvar",
        "bc_rtt",
        "bc_rttvar",
        "fc_unacked",
        "fc_sacked",
        "fc_lost",
        "fc_retrans",
        "fc_fackets",
        "fc_reordering",
        "fc_pp_tlv",
    ];
    plain.chain(others).collect()
}

impl Stream {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        if let Some((_, get)) = PLAIN.iter().find(|row| row.0 == args.name) {
            if args.name.starts_with("bc_src") || args.name.starts_with("bc_dst") {
                args.build.want_addresses();
            }
            return Ok(Some(Self::Plain(*get)));
        }
        let time = |side, get| -> Result<Self, PlanError> {
            let unit = match args.opt_str(0)? {
                None | Some("" | "ms") => Unit::Millis,
                Some("us") => Unit::Micros,
                Some(_) => return Err(args.wrong(0, "ms or us")),
            };
            Ok(Self::TcpTime(side, get, unit))
        };
        Ok(Some(match args.name {
            "accept_date" => Self::AcceptDate(Unit::parse(args, 0)?),
            "request_date" => Self::RequestDate(Unit::parse(args, 0)?),
            "fc_rtt" => time(Side::Client, |info| info.rtt)?,
            "fc_rttvar" => time(Side::Client, |info| info.rttvar)?,
            "bc_rtt" => time(Side::Server, |info| info.rtt)?,
            "bc_rttvar" => time(Side::Server, |info| info.rttvar)?,
            "fc_pp_tlv" => {
                let name = args.str(0)?;
                let known = TLVS.iter().find(|row| row.0 == name).map(|row| row.1);
                Self::Tlv(
                    known
                        .or_else(|| name.parse().ok())
                        .ok_or_else(|| args.wrong(0, "a type of value"))?,
                )
            }
            name => match TCP.iter().find(|row| name.strip_prefix("fc_") == Some(row.0)) {
                Some((_, get)) => Self::Tcp(Side::Client, *get),
                None => return Ok(None),
            },
        }))
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        match self {
            Self::Plain(get) => get(view),
            Self::AcceptDate(unit) => int(now(view.session.accepted, *unit)),
            Self::RequestDate(unit) => {
                let date = view.record.request_date;
                int(now(if date.0 == 0 { view.session.accepted } else { date }, *unit))
            }
            Self::Tcp(side, get) => int(i64::from(get(&view.state.tcp_info(*side)?))),
            Self::TcpTime(side, get, unit) => {
                let micros = i64::from(get(&view.state.tcp_info(*side)?));
                int(if *unit == Unit::Micros { micros } else { micros / 1_000 })
            }
            Self::Tlv(kind) => tlvs(view, *kind).next(),
        }
    }

    pub fn each<'e>(&'e self, view: &View<'e>, stop: &mut dyn FnMut(Sample<'e>) -> bool) {
        match self {
            Self::Tlv(kind) => {
                tlvs(view, *kind).any(stop);
            }
            other => {
                if let Some(sample) = other.one(view) {
                    stop(sample);
                }
            }
        }
    }

    /// The dates of the request are noted together with its line.
    pub fn wants_request_line(&self) -> bool {
        matches!(self, Self::RequestDate(_) | Self::AcceptDate(_))
    }
}

fn int<'e>(value: i64) -> Option<Sample<'e>> {
    Some(Sample::Int(value))
}

fn count<'e>(value: u64) -> Option<Sample<'e>> {
    int(i64::try_from(value).unwrap_or(i64::MAX))
}

fn truth<'e>(value: bool) -> Option<Sample<'e>> {
    Some(Sample::Bool(value))
}

fn ip<'e>(address: Option<SocketAddr>) -> Option<Sample<'e>> {
    Some(Sample::from_ip(address?.ip()))
}

fn port<'e>(address: Option<SocketAddr>) -> Option<Sample<'e>> {
    int(i64::from(address?.port()))
}

fn local<'e>(view: &View<'e>, address: Option<SocketAddr>) -> Option<Sample<'e>> {
    truth(view.state.is_local(address?.ip()))
}

/// There is, or was, a connection to a server.
fn connected(record: &Record) -> Option<()> {
    (record.times.connect >= 0).then_some(())
}

fn proxy<'e>(view: &View<'e>, index: u32) -> Option<&'e Proxy> {
    view.program.plan.proxies.get(index as usize)
}

/// A timeout of the configuration in milliseconds; 0 where there is none, as in HAProxy.
fn timeout<'e>(view: &View<'e>, index: u32, which: fn(&Timeouts) -> Option<u64>) -> Option<Sample<'e>> {
    count(which(&proxy(view, index)?.timeouts).unwrap_or(0))
}

/// The same, where no rule has set another.
fn current<'e>(view: &View<'e>, set: Option<u64>, index: u32, which: fn(&Timeouts) -> Option<u64>) -> Option<Sample<'e>> {
    match set {
        Some(ms) => count(ms),
        None => timeout(view, index, which),
    }
}

fn retries<'e>(view: &View<'e>) -> Option<Sample<'e>> {
    int(i64::from(proxy(view, view.backend_or_self())?.backend.as_ref()?.retries))
}

/// Of the client's connection.
fn error(view: &View<'_>) -> &'static failure::Row {
    match view.record.connection_error {
        Some(text) => failure::by_text(text),
        None => failure::by_code(view.record.client_error),
    }
}

/// Of the server's; nothing where none was tried.
fn server_error(view: &View<'_>) -> Option<&'static failure::Row> {
    view.server.map(|_| failure::by_code(view.record.server_error))
}

/// Of either side, for whoever looks for a fault.
pub(super) fn error_code(view: &View<'_>, side: Side) -> u8 {
    match side {
        Side::Client => error(view).code,
        Side::Server => view.record.server_error,
    }
}

/// The values of one type in the PROXY header; those inside the one of SSL are looked at too.
fn tlvs<'e>(view: &View<'e>, wanted: u8) -> impl Iterator<Item = Sample<'e>> {
    const SSL: u8 = 0x20;
    /// Flags and the result of verifying, in front of the values of SSL.
    const SSL_START: usize = 5;
    let values = view.session.header.as_ref().and_then(|header| header.values.as_deref());
    let mut rest: &'e [u8] = values.unwrap_or_default();
    std::iter::from_fn(move || loop {
        let (head, after) = rest.split_at_checked(3)?;
        let length = usize::from(u16::from_be_bytes([head[1], head[2]]));
        let (value, after) = after.split_at_checked(length)?;
        // Values in the one of SSL come next, as if they stood by themselves.
        rest = if head[0] == SSL && wanted > SSL && wanted < 0x30 {
            rest.get(3 + SSL_START..)?
        } else {
            after
        };
        if head[0] == wanted && value.len() <= TLV_MAX {
            return Some(Sample::Str(value));
        }
    })
}
