//! A server and a connection to it: an idle one where `http-reuse` lets us, else a new one.

use super::exchange::Exchange;
use super::session::Conn;
use super::{finish, trace, transfer};
use crate::connect::{count_change, establish_from, Connection, Purpose};
use crate::error::{Error, Fault, Stage};
use crate::live::{bump, Target};
use crate::pick::{try_pick, PickError, Picked, Slot, Want};
use crate::pool::ServerConn;
use crate::stream::Stream;
use std::future::{poll_fn, Future};
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;
use std::time::Instant;
use steelyard_core::http1::Body;
use steelyard_core::plan::HttpReuse;
use steelyard_core::program::Wants;
use steelyard_core::reply::{to_server, MadeReply};

/// What [`obtain`] got.
pub(super) enum Obtained {
    /// A server and a connection to it, in `ex`.
    Server,
    /// `redir` of the server: the client goes there itself.
    Redirect(Box<MadeReply>),
}

/// Takes a place on a server and a connection to it into `ex`.
pub(super) async fn obtain(conn: &mut Conn, ex: &mut Exchange) -> Result<Obtained, Error> {
    let Some(backend) = ex.backend else {
        return Err(failure(Fault::Server, Stage::Connect));
    };
    let left = ex.again.left.take();
    let want = Want {
        key: if ex.wants.any(Wants::BALANCE_KEY) {
            super::want::balance_key(conn, ex)
        } else {
            None
        },
        server: ex.persist.server.filter(|_| left.is_none()),
        avoid: left,
        forced: ex.persist.is_forced(),
        ..Want::default()
    };
    let slot = match ex.slot.take() {
        Some(slot) => Some(slot),
        None => match try_pick(&conn.worker, &conn.live, backend, want, conn.worker.ms_at(ex.now)) {
            Ok(Picked::Slot(slot)) => Some(slot),
            // Leaves the queue again: `establish` takes its own place, with its deadline.
            Ok(Picked::Queued(_)) => None,
            Err(PickError::NoServer) => {
                if let Some(back) = conn.live.backend(backend) {
                    bump(&back.counters.econ);
                }
                trace::no_server(conn, ex, backend);
                return Err(failure(Fault::Server, Stage::Connect));
            }
            Err(_) => None,
        },
    };
    ex.record.times.queue = 0;
    if let Some(slot) = slot {
        count_change(&conn.live, &slot, left, &mut ex.record);
        if let Some(made) = redirect(conn, ex, &slot) {
            ex.slot = Some(slot);
            if let Some(tracing) = &mut ex.tracing {
                tracing.explains("redir of the server");
            }
            return Ok(Obtained::Redirect(made));
        }
        if ex.target.is_none() {
            if let Some(server) = reuse(conn, ex, &slot) {
                if let Some(back) = conn.live.backend(backend) {
                    bump(&back.counters.reuse);
                }
                bump(&slot.server_live.counters.reuse);
                ex.record.times.connect = 0;
                ex.connected = ex.now;
                ex.reused = true;
                ex.record.reused = true;
                ex.record.server_requests = server.uses;
                ex.server = Some(server);
                ex.slot = Some(slot);
                note_addresses(conn, ex);
                return Ok(Obtained::Server);
            }
        }
        return Box::pin(connect(conn, ex, backend, want, Some(slot))).await;
    }
    Box::pin(connect(conn, ex, backend, want, None)).await
}

/// Addresses of both ends towards the server, where something is logged (`%bi %bp %si %sp`).
fn note_addresses(conn: &Conn, ex: &mut Exchange) {
    if !finish::is_logged(conn, ex) && !conn.live.program.keeps_addresses() {
        return;
    }
    if let (Some(server), Some(slot)) = (&mut ex.server, &ex.slot) {
        if server.local.is_none() {
            server.local = match &server.stream {
                Stream::Tcp(stream) => stream.local_addr().ok(),
                Stream::Unix(_) => None,
            };
        }
        ex.record.backend_source = server.local;
        ex.record.server_address = ex.target.or(match slot.server_live.target {
            Target::Inet(address) => Some(address),
            Target::Unix(_) | Target::Abstract(_) => None,
        });
    }
}

/// `redir` of the server.
fn redirect(conn: &Conn, ex: &Exchange, slot: &Slot) -> Option<Box<MadeReply>> {
    if !ex.wants.any(Wants::REDIRECT) {
        return None;
    }
    let server = ex.back(conn).backend.as_ref()?.servers.get(slot.server as usize)?;
    to_server(server, &ex.req).map(Box::new)
}

/// Queues and connects, and gives up when the client does.
async fn connect(conn: &mut Conn, ex: &mut Exchange, backend: u32, want: Want, first: Option<Slot>) -> Result<Obtained, Error> {
    let purpose = Purpose {
        backend,
        want,
        to: ex.target,
    };
    let mut record = std::mem::take(&mut ex.record);
    let (worker, live) = (std::rc::Rc::clone(&conn.worker), std::sync::Arc::clone(&conn.live));
    let mut session = conn.session.clone();
    session.src = record.src.or(session.src);
    session.dst = record.dst.or(session.dst);
    let allowed = allowed(conn, ex);
    let pool = std::rc::Rc::clone(&conn.worker);
    // Only after a wait in a queue: without one the caller has looked already.
    let queued = first.is_none() && ex.target.is_none();
    // The log names the server even when it can't be reached.
    let tried = std::cell::Cell::new(None);
    let mut find = |slot: &Slot| {
        tried.set(Some(slot.server));
        if queued {
            pick_idle(&pool.pool, allowed, slot)
        } else {
            None
        }
    };
    let abort = ex.back(conn).options.abortonclose || conn.front().options.abortonclose;
    let stage = if queued { Stage::Queue } else { Stage::Connect };
    let established = {
        let work = establish_from(&worker, &live, &session, purpose, first, &mut record, &mut find);
        let mut work = std::pin::pin!(work);
        poll_fn(|cx| {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(done);
            }
            match transfer::watch_client(conn, ex, abort, cx) {
                true => Poll::Ready(Err(failure(Fault::Client, stage))),
                false => Poll::Pending,
            }
        })
        .await
    };
    ex.record = record;
    ex.tried = tried.get();
    ex.now = Instant::now();
    ex.connected = ex.now;
    let established = established?;
    let fresh = |stream| {
        Box::new(ServerConn {
            stream,
            backend,
            server: established.slot.server,
            uses: 0,
            idle_since: ex.now,
            local: None,
        })
    };
    ex.server = Some(match established.connection {
        Connection::New(stream) => fresh(stream),
        Connection::Reused(server) => {
            ex.reused = true;
            ex.record.server_requests = server.uses;
            server
        }
    });
    ex.slot = Some(established.slot);
    note_addresses(conn, ex);
    Ok(Obtained::Server)
}

/// What `http-reuse` allows for this request (manual, `http-reuse`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Allowed {
    /// A connection of the pool.
    Any,
    /// One that has carried more than one request.
    Proven,
    None,
}

fn allowed(conn: &Conn, ex: &Exchange) -> Allowed {
    let mode = ex.back(conn).backend.as_ref().map(|backend| backend.http_reuse);
    match mode.unwrap_or_default() {
        HttpReuse::Never => Allowed::None,
        HttpReuse::Always => Allowed::Any,
        // The first request of a client goes on its own connection: the client could not know that it may repeat it.
        HttpReuse::Safe if conn.requests == 0 => Allowed::None,
        HttpReuse::Aggressive if conn.requests == 0 => Allowed::Proven,
        HttpReuse::Safe | HttpReuse::Aggressive => Allowed::Any,
    }
}

fn pick_idle(pool: &crate::pool::Pool, allowed: Allowed, slot: &Slot) -> Option<Box<ServerConn>> {
    let busy = slot.server_live.counters.scur.load(Relaxed) as usize;
    match allowed {
        Allowed::None => None,
        Allowed::Any => pool.take(slot.backend, slot.server, busy, false),
        Allowed::Proven => pool.take(slot.backend, slot.server, busy, true),
    }
}

/// An open connection to the server of `slot`, the client's own before those of the pool.
fn reuse(conn: &mut Conn, ex: &Exchange, slot: &Slot) -> Option<Box<ServerConn>> {
    if let Some(held) = conn.held.take() {
        if held.backend == slot.backend && held.server == slot.server && held.is_alive() {
            return Some(held);
        }
    }
    pick_idle(&conn.worker.pool, allowed(conn, ex), slot)
}

/// A request went out on a connection that the server had closed: whether it may be sent again on another one. Only if
/// doing it twice is no harm (RFC 9110 section 9.2.2) and all of it is still here.
pub(super) fn may_repeat(_conn: &Conn, ex: &mut Exchange) -> bool {
    let idempotent = matches!(ex.req.method(), b"GET" | b"HEAD" | b"OPTIONS" | b"TRACE" | b"PUT" | b"DELETE");
    if !idempotent || ex.body != Body::None {
        return false;
    }
    ex.server = None;
    ex.reused = false;
    ex.up_done = false;
    true
}

fn failure(fault: Fault, stage: Stage) -> Error {
    Error {
        fault,
        stage,
        retry: false,
    }
}
