//! The request as the server gets it.

use super::exchange::Exchange;
use super::session::{proxy, Conn};
use crate::live::wall;
use steelyard_core::program::Wants;

/// Edits the head of the request for the server that was chosen and puts it in front of the body.
pub(super) fn prepare(conn: &mut Conn, ex: &mut Exchange) {
    if !ex.prepared {
        ex.prepared = true;
        once(conn, ex);
    }
    if ex.wants.any(Wants::SERVER_NAME) {
        // Anew for each server that is tried.
        if let Some(back) = ex.back(conn).backend.as_ref() {
            steelyard_core::forward::tell_server(back, ex.slot.as_ref().map(|slot| slot.server), &mut ex.req);
        }
    }
    ex.req.set_body(ex.body);
    if let Some(tracing) = &mut ex.tracing {
        tracing.sends(&ex.req);
    }
    ex.up.out.clear();
    ex.req.write(&mut ex.up.out);
    ex.up.sent = 0;
    ex.sent_head = ex.up.out.len() as u64;
    ex.up.framing = ex.request_framing();
}

/// What is done once, however many connections are tried.
fn once(conn: &mut Conn, ex: &mut Exchange) {
    let upgrade = ex.req.upgrade().is_some();
    // What the client said itself is known and gone: this is a rule's word.
    ex.rule_closes = ex.req.says_close();
    ex.req.strip_connection(upgrade);
    if ex.wants.any(Wants::FORWARDED) {
        forwarded(conn, ex);
    }
    if ex.wants.any(Wants::UNIQUE_ID) {
        unique_id(conn, ex);
    }
    let back = ex.back(conn);
    if let Some(cookie) = back.backend.as_ref().and_then(|back| back.cookie.as_ref()) {
        ex.persist.clean_request(cookie, &mut ex.req);
    }
    let keeps = !ex.closes_server(conn) || (back.options.http_pretend_keepalive && !ex.rule_closes);
    ex.req.ask_connection(keeps, upgrade);
}

/// `option forwardfor` and `option originalto` of both sides.
fn forwarded(conn: &Conn, ex: &mut Exchange) {
    let of = |index: u32| conn.live.program.proxies.get(index as usize);
    let front = of(conn.session.frontend);
    let back = ex.backend.filter(|&back| back != conn.session.frontend).and_then(of);
    let src = ex.record.src.or(conn.session.src);
    let dst = ex.record.dst.or(conn.session.dst);
    steelyard_core::forward::forwarded(front, back, src, dst, &mut ex.req);
}

/// The id is made with the request, which its format may look at, and told to the server where `unique-id-header` says so.
fn unique_id(conn: &mut Conn, ex: &mut Exchange) {
    let front = conn.session.frontend;
    let live = std::sync::Arc::clone(&conn.live);
    let name = proxy(&live, front).unique_id_header.as_ref();
    let made = live.program.proxies.get(front as usize);
    if made.is_none_or(|proxy| proxy.unique_id.is_none()) {
        return;
    }
    ex.with_line(|ex, line| {
        ex.with_ctx(conn, |program, ctx| {
            // The same id as in the log: it is made once.
            steelyard_core::logformat::stream_id(program, ctx, line);
        });
        if let Some(name) = name {
            ex.req.add(name.as_bytes(), line);
        }
    });
}

/// The wall clock, for cookies with dates: seconds since the epoch.
pub(super) fn wall_seconds() -> u64 {
    wall().0
}
