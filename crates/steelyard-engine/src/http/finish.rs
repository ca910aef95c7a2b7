//! The end of a request: connections kept or closed, counters, log.

use super::exchange::{ms, Exchange};
use super::session::{proxy, Conn};
use super::After;
use crate::error::{Error, Fault};
use crate::live::{add, bump};
use crate::observe::send_log;
use crate::pool::Pool;
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use steelyard_core::failure::RESET;
use steelyard_core::logformat::render_log;
use steelyard_core::plan::{HttpReuse, LogMoment, LogStep, Mode};
use steelyard_core::program::Wants;
use steelyard_core::table::Event;

/// Syslog levels.
const ERROR: u8 = 3;
const INFO: u8 = 6;

/// Ends a request whose response came from a server.
pub(super) fn finish(conn: &mut Conn, ex: &mut Exchange, ended: Result<(), Error>) -> After {
    if let Err(error) = ended {
        failed(conn, ex, error);
    }
    let complete = ended.is_ok() && ex.up_done;
    ex.record.bytes_read = ex.down.sent;
    account(conn, ex);
    // The log may ask for measurements of the server's connection.
    log(conn, ex);
    release(conn, ex, complete);
    next(conn, ex);
    match ended {
        Ok(()) if complete && ex.keep_client => After::Next,
        // Nothing more will come from this client, so closing now can't reset the connection under its response.
        Ok(()) if complete && ex.last_request && ex.up.input.is_empty() && conn.client.is_quiet() => After::Abort,
        Ok(()) => After::Close,
        // A cut response must not look complete where only the end of the connection ends it.
        Err(_) => After::Abort,
    }
}

/// Gives the server's connection to the pool, or closes it.
pub(super) fn release(conn: &mut Conn, ex: &mut Exchange, complete: bool) {
    let Some(server) = ex.server.take() else { return };
    let clean = complete && ex.keep_server && ex.down.input.is_empty() && !ex.down.ended && ex.target.is_none();
    if !clean {
        if ex.back(conn).options.nolinger {
            let _ = server.stream.set_zero_linger();
        }
        return;
    }
    let reuse = ex.back(conn).backend.as_ref().map(|backend| backend.http_reuse);
    if reuse == Some(HttpReuse::Never) {
        conn.held = Some(server);
    } else {
        Pool::give(&conn.worker, &conn.live, server, ex.now);
    }
}

/// The next request, if one comes, begins here.
pub(super) fn next(conn: &mut Conn, ex: &Exchange) {
    if let Some(slot) = &ex.slot {
        conn.last = Some((slot.backend, slot.server));
    }
    conn.since = ex.now;
    conn.requests = conn.requests.saturating_add(1);
    if !conn.vars.is_empty() {
        conn.vars.end_transaction();
    }
    conn.tracking.end_stream();
}

/// The two letters of a failure in the log. Like HAProxy, a client that resets its connection while it waits for an answer ends the
/// transfer of data; one that only ends its side, the wait.
pub(super) fn letters(ex: &Exchange, error: Error) -> [u8; 2] {
    match error.termination() {
        [b'C', b'H'] if ex.up.broken && ex.up_done => *b"CD",
        letters => letters,
    }
}

/// Notes a failure for the log and counts it.
pub(super) fn failed(conn: &Conn, ex: &mut Exchange, error: Error) {
    if let Some(tracing) = &mut ex.tracing {
        tracing.failed(error);
    }
    let stage = error.termination()[1];
    let letters = letters(ex, error);
    ex.record.termination[..2].copy_from_slice(&letters);
    if ex.up.broken {
        ex.record.client_error = RESET;
    }
    if ex.down.broken {
        ex.record.server_error = RESET;
    }
    let back = ex
        .backend
        .and_then(|backend| conn.live.backend(backend))
        .map(|back| &back.counters);
    let server = ex.slot.as_ref().map(|slot| &slot.server_live.counters);
    let front = conn.live.frontend(conn.session.frontend).map(|front| &front.counters);
    let both = || back.into_iter().chain(server);
    match (error.fault, stage) {
        // One that leaves while a backend waits for its request is the backend's.
        (Fault::Client, b'R') if back.is_some() => both().for_each(|counters| bump(&counters.cli_abrt)),
        (Fault::Client, b'R') | (Fault::ClientTimeout, b'R') => {
            front.into_iter().for_each(|counters| bump(&counters.ereq));
        }
        (Fault::Client | Fault::ClientTimeout, _) => both().for_each(|counters| bump(&counters.cli_abrt)),
        (Fault::Proxy, b'R') => front.into_iter().for_each(|counters| bump(&counters.ereq)),
        (Fault::Server | Fault::ServerTimeout | Fault::Proxy, b'H') => {
            both().for_each(|counters| bump(&counters.eresp));
            conn.tracking.count(Event::HttpFailure);
        }
        (Fault::Server | Fault::ServerTimeout, b'D' | b'L') => both().for_each(|counters| bump(&counters.srv_abrt)),
        _ => {}
    }
}

/// Adds this request and its bytes to the counters of all that took part. As in HAProxy, proxies count the status that the log tells,
/// whatever came of it on the way; of a server counts what it said.
pub(super) fn account(conn: &mut Conn, ex: &mut Exchange) {
    conn.count_status(ex.record.status);
    let body = ex.up.sent.saturating_sub(ex.sent_head);
    ex.record.bytes_uploaded = ex.head_bytes + body;
    ex.record.bytes_to_server = ex.up.sent;
    ex.record.bytes_from_server = ex.down.received;
    let (up, down) = (ex.record.bytes_uploaded, ex.record.bytes_read);
    conn.tracking.bytes(up, down);
    if let Some(front) = conn.live.frontend(conn.session.frontend) {
        add(&front.counters.bin, up);
        add(&front.counters.bout, down);
    }
    if let Some(back) = ex.backend.and_then(|backend| conn.live.backend(backend)) {
        add(&back.counters.bin, up);
        add(&back.counters.bout, down);
        if ex.back(conn).mode == Mode::Http {
            back.counters.response(ex.record.status);
            bump(&back.counters.req_tot);
        }
    }
    if let Some(slot) = &ex.slot {
        add(&slot.server_live.counters.bin, up);
        add(&slot.server_live.counters.bout, down);
    }
}

/// Whether requests of this frontend are logged at all.
pub(super) fn is_logged(conn: &Conn, ex: &Exchange) -> bool {
    if !ex.wants.any(Wants::LOG) {
        return false;
    }
    let index = conn.session.frontend;
    let format = conn
        .live
        .program
        .proxies
        .get(index as usize)
        .is_some_and(|program| program.log.is_some());
    format && !proxy(&conn.live, index).logs.is_empty()
}

/// Writes the log line of the end.
pub(super) fn log(conn: &mut Conn, ex: &mut Exchange) {
    if ex.refused {
        return write_line(conn, ex, LogStep::Error);
    }
    let steps = steps(conn, ex);
    if steps.is_empty() || steps.contains(&LogStep::Close) {
        write_line(conn, ex, LogStep::Close);
    }
}

/// Writes the line of an earlier moment, where `log-steps` asks for one.
pub(super) fn step(conn: &mut Conn, ex: &mut Exchange, step: LogStep) {
    if steps(conn, ex).contains(&step) {
        write_line(conn, ex, step);
    }
}

/// The line of a request that the content rules let through. Like HAProxy's, it does not tell yet how long the head took.
pub(super) fn request_step(conn: &mut Conn, ex: &mut Exchange) {
    if steps(conn, ex).contains(&LogStep::Request) {
        let took = std::mem::replace(&mut ex.record.times.request, -1);
        write_line(conn, ex, LogStep::Request);
        ex.record.times.request = took;
    }
}

/// The line of a connection (manual section 8.2.1), which no rule of the request has a say in.
pub(super) fn log_accept(conn: &mut Conn, ex: &mut Exchange) {
    if moment(conn) != LogMoment::Accept {
        return step(conn, ex, LogStep::Accept);
    }
    ex.unlogged = true;
    if !is_logged(conn, ex) {
        return;
    }
    let front = conn.session.frontend;
    let (worker, live) = (Rc::clone(&conn.worker), Arc::clone(&conn.live));
    send_log(&worker, &live, front, INFO, &mut |_, body, _| {
        let format = live
            .program
            .proxies
            .get(front as usize)
            .and_then(|program| program.log.as_ref());
        ex.with_ctx(conn, |program, ctx| {
            if let Some(format) = format {
                render_log(program, format, ctx, body);
            }
        });
        true
    });
}

/// A connection that began as TCP has its line already.
pub(super) fn log_taken_over(conn: &Conn, ex: &mut Exchange) {
    ex.unlogged |= moment(conn) == LogMoment::Accept;
}

/// The one line of a request whose format has nothing that comes later, while the response is on its way.
pub(super) fn log_early(conn: &mut Conn, ex: &mut Exchange) {
    if ex.wants.any(Wants::LOG_STEPS) && moment(conn) == LogMoment::Answer && is_logged(conn, ex) {
        ex.record.bytes_read = ex.down.out.len() as u64;
        write_line(conn, ex, LogStep::Response);
        ex.unlogged = true;
    }
}

fn moment(conn: &Conn) -> LogMoment {
    conn.front()
        .frontend
        .as_ref()
        .map_or(LogMoment::End, |front| front.log_moment)
}

/// `log-steps`; lines of one moment take their place.
fn steps<'a>(conn: &'a Conn, ex: &Exchange) -> &'a [LogStep] {
    if !ex.wants.any(Wants::LOG_STEPS) {
        return &[];
    }
    match &conn.front().frontend {
        Some(frontend) if frontend.log_moment == LogMoment::End => &frontend.log_steps,
        _ => &[],
    }
}

#[inline(never)]
fn write_line(conn: &mut Conn, ex: &mut Exchange, step: LogStep) {
    if ex.unlogged || !is_logged(conn, ex) {
        return;
    }
    conn.tracking.settle();
    let options = &conn.front().options;
    let erroneous = ex.record.is_erroneous();
    if options.dontlog_normal && !erroneous {
        return;
    }
    let separate = options.log_separate_errors && erroneous;
    let level = match ex.record.log_level {
        Some(None) => return,
        Some(Some(level)) => level,
        None if separate => ERROR,
        None => INFO,
    };
    ex.record.early = options.logasap;
    ex.record.origin = step.origin();
    gauges(conn, ex, matches!(step, LogStep::Close | LogStep::Error));
    ex.record.times.total = ms(ex.begun, ex.now) + ex.record.times.idle.max(0);
    let front = conn.session.frontend;
    if let Some(front) = conn.live.frontend(front) {
        ex.record.frontend_log_counter = front.counters.log_lines.fetch_add(1, Relaxed);
    }
    let (worker, live) = (Rc::clone(&conn.worker), Arc::clone(&conn.live));
    send_log(&worker, &live, front, level, &mut |profile, body, structured| {
        let Some(formats) = live.program.line_formats(front, profile, step) else {
            return false;
        };
        // What is no request has no text of its own here, as a connection that failed has. Lines of connections are not for it.
        let usual = || live.program.proxies.get(front as usize)?.log.as_ref();
        let format = formats.body.or_else(|| usual().filter(|_| moment(conn) != LogMoment::Accept));
        if format.is_none() {
            return false;
        }
        ex.with_ctx(conn, |program, ctx| {
            if let Some(format) = format {
                render_log(program, format, ctx, body);
            }
            if let Some(format) = formats.structured {
                render_log(program, format, ctx, structured);
            }
        });
        if let Some(tracing) = &mut ex.tracing {
            tracing.logged(body);
        }
        true
    });
    ex.record.origin = LogStep::Any.origin();
}

/// Connections at the time of the log line. `ended`: this one's place on the server is given back already.
fn gauges(conn: &Conn, ex: &mut Exchange, ended: bool) {
    let front = conn.live.frontend(conn.session.frontend);
    ex.record.actconn = conn.worker.shared.gate.current();
    ex.record.feconn = front.map_or(0, |front| front.gate.current());
    ex.record.beconn = ex.backend.and_then(|backend| conn.live.backend(backend)).map_or(0, |back| {
        let now = back.counters.scur.load(Relaxed);
        now.saturating_sub(u32::from(ex.inside.is_some() && ended))
    });
    ex.record.srvconn = ex.slot.as_ref().map_or(0, |slot| {
        let now = slot.server_live.counters.scur.load(Relaxed);
        now.saturating_sub(u32::from(ended && !slot.is_released()))
    });
}

/// The log line of a connection that never sent a request.
pub(super) fn log_refused(conn: &mut Conn, ex: &mut Exchange, termination: [u8; 2]) {
    let [first, second, ..] = &mut ex.record.termination;
    [*first, *second] = termination;
    log(conn, ex);
}
