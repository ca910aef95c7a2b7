//! What is known of streams below the requests (manual sections 7.3.2 and 7.3.3: `fs.*`, `bs.*`, glitches), and how a stream
//! ended (section 7.3.1). HTTP/1 and TCP have one stream on a connection at a time, which is not reset by itself.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::plan::{At, Mode};
use crate::state::Side;

#[derive(Debug)]
pub enum Mux {
    Plain(Get),
    /// `fs.debug_str` and `bs.debug_str`: which layers, one bit each.
    Debug(Side, u8),
}

type Get = for<'e> fn(&View<'e>) -> Option<Sample<'e>>;

const PLAIN: &[(&str, Get)] = &[
    // Only a reset of one stream among others is an abort.
    ("fs.aborted", |_| Some(Sample::Bool(false))),
    ("bs.aborted", |_| Some(Sample::Bool(false))),
    ("fs.rst_code", |_| None),
    ("bs.rst_code", |_| None),
    ("fs.id", |view| {
        let requests = if is_http(view) {
            requested(view)?;
            view.record.request_index
        } else {
            0
        };
        Some(Sample::Int(i64::from(requests)))
    }),
    ("bs.id", |view| {
        connected(view)?;
        Some(Sample::Int(i64::from(view.record.server_requests)))
    }),
    ("fc_glitches", |view| {
        is_http(view).then(|| Sample::Int(i64::from(view.record.glitches.0)))
    }),
    ("bc_glitches", |view| {
        connected(view)?;
        is_http(view).then(|| Sample::Int(i64::from(view.record.glitches.1)))
    }),
    ("internal.strm.is_htx", |view| Some(Sample::Bool(is_http(view)))),
    ("capture.res.ver", |view| {
        Some(Sample::Str(view.res.filter(|head| head.status() != 0)?.version().as_bytes()))
    }),
    ("last_entity", |view| place(view, view.record.last_rule)),
    ("waiting_entity", |view| place(view, view.record.waiting_rule)),
    // Events are not kept one by one; the manual has the hyphen for that.
    ("term_events", |_| Some(Sample::Str(b"-"))),
];

/// Layers of `*.debug_str` (manual). There is nothing to tell of the third, transport (4), without TLS.
const STREAM: u8 = 1;
const MULTIPLEXER: u8 = 2;
const CONNECTION: u8 = 8;
const SOCKET: u8 = 16;

pub fn names() -> Vec<&'static str> {
    PLAIN
        .iter()
        .map(|row| row.0)
        .chain(["fs.debug_str", "bs.debug_str"])
        .collect()
}

impl Mux {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        if let Some((_, get)) = PLAIN.iter().find(|row| row.0 == args.name) {
            return Ok(Some(Self::Plain(*get)));
        }
        let side = match args.name {
            "fs.debug_str" => Side::Client,
            "bs.debug_str" => Side::Server,
            _ => return Ok(None),
        };
        if side == Side::Server {
            args.build.want_addresses();
        }
        // Bits that mean nothing are no mistake, and no bit is all of them.
        let layers = (args.opt_int(0)?.unwrap_or(0) & 31) as u8;
        Ok(Some(Self::Debug(side, if layers == 0 { 31 } else { layers })))
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        match self {
            Self::Plain(get) => get(view),
            Self::Debug(side, layers) => debug(view, *side, *layers),
        }
    }
}

/// A connection of a frontend in mode tcp may go on as HTTP.
fn is_http(view: &View<'_>) -> bool {
    let proxy = view.program.plan.proxies.get(view.frontend as usize);
    view.req.is_some() || proxy.is_some_and(|proxy| proxy.mode == Mode::Http)
}

/// There is a request, and not only the bytes of one.
fn requested(view: &View<'_>) -> Option<()> {
    (view.record.times.request >= 0).then_some(())
}

/// A server was tried.
fn connected(view: &View<'_>) -> Option<()> {
    view.server.map(|_| ())
}

/// `file:line`
fn place<'e>(view: &View<'e>, at: Option<At>) -> Option<Sample<'e>> {
    let at = at?;
    let file = view.program.plan.files.get(at.file as usize)?;
    let text = bumpalo::format!(in view.arena, "{}:{}", file, at.line);
    Some(Sample::Str(text.into_bump_str().as_bytes()))
}

/// Names and values for whoever looks for a fault; what stands there may change.
fn debug<'e>(view: &View<'e>, side: Side, layers: u8) -> Option<Sample<'e>> {
    use std::fmt::Write;
    if !is_http(view) {
        return None;
    }
    let record = view.record;
    let client = side == Side::Client;
    if client {
        requested(view)?;
    } else {
        connected(view)?;
    }
    let mut out = bumpalo::collections::String::new_in(view.arena);
    // Writing to memory does not fail.
    let mut add = |what: std::fmt::Arguments<'_>| {
        if !out.is_empty() {
            out.push(' ');
        }
        let _ = out.write_fmt(what);
    };
    if layers & STREAM != 0 {
        let id = if client {
            record.request_index
        } else {
            record.server_requests
        };
        let status = if client { record.status } else { record.server_status };
        let (inward, outward) = if client {
            (record.bytes_uploaded, record.bytes_read)
        } else {
            (record.bytes_from_server, record.bytes_to_server)
        };
        add(format_args!("h1s.id={id} .status={status} .in={inward} .out={outward}"));
    }
    if layers & MULTIPLEXER != 0 {
        let glitches = if client { record.glitches.0 } else { record.glitches.1 };
        let reused = if client { record.request_index > 0 } else { record.reused };
        add(format_args!("h1c.glitches={glitches} .reused={}", u8::from(reused)));
    }
    if layers & CONNECTION != 0 {
        let (src, dst) = if client {
            (view.session.own_src(), view.session.own_dst())
        } else {
            (record.backend_source, record.server_address)
        };
        let code = super::stream::error_code(view, side);
        add(format_args!("conn.err_code={code}"));
        if let (Some(src), Some(dst)) = (src, dst) {
            add(format_args!("conn.src={src} conn.dst={dst}"));
        }
    }
    if layers & SOCKET != 0 {
        if let Some(info) = view.state.tcp_info(side) {
            let (rtt, unacked, lost, retrans) = (info.rtt, info.unacked, info.lost, info.retrans);
            add(format_args!(
                "sock.rtt={rtt}us .unacked={unacked} .lost={lost} .retrans={retrans}"
            ));
        }
    }
    Some(Sample::Str(out.into_bump_str().as_bytes()))
}
