//! The server that a request wants: by rule, cookie, stick table, or what the balance algorithm hashes.

use super::decide::{failure, Decision};
use super::exchange::Exchange;
use super::forward::wall_seconds;
use super::session::{proxy, Conn};
use super::trace;
use crate::error::{Fault, Stage};
use std::sync::Arc;
use steelyard_core::forward::aim_at_url;
use steelyard_core::plan::BalanceKind;
use steelyard_core::rules::{self, choose_server};

/// `force-persist` and `ignore-persist`, judged before rules of the backend change the request.
pub(super) fn judge(conn: &mut Conn, ex: &mut Exchange, backend: u32) {
    trace::set(conn, ex, backend, "persist");
    ex.persist.manner = ex.with_trace(conn, |program, ctx, trace| rules::persistence(program, backend, ctx, trace));
}

/// Servers that are down are wanted all the same: `option persist`, `force-persist`.
fn always(conn: &Conn, ex: &Exchange, backend: u32) -> bool {
    proxy(&conn.live, backend).options.persist || ex.persist.is_forced()
}

/// The server that something other than the balancing wants.
pub(super) fn aim(conn: &mut Conn, ex: &mut Exchange, backend: u32) -> Decision {
    let plan = proxy(&conn.live, backend);
    let no_servers = plan.backend.as_ref().is_none_or(|back| back.servers.is_empty());
    let by_rule = plan.backend.as_ref().is_some_and(|back| !back.use_server.is_empty());
    if plan.options.http_proxy {
        ex.target = aim_at_url(&mut ex.req);
        if ex.target.is_none() {
            return Decision::Failed(failure(Fault::Proxy, Stage::Request));
        }
    } else if plan.options.transparent && no_servers {
        ex.target = ex.record.dst.or(conn.session.dst);
    }
    if by_rule {
        let live = Arc::clone(&conn.live);
        trace::set(conn, ex, backend, "use-server");
        let always = always(conn, ex, backend);
        let usable = |server| always || live.server(backend, server).is_some_and(|server| server.takes_persistent());
        let wanted = ex.with_trace(conn, |program, ctx, trace| {
            choose_server(program, backend, ctx, usable, trace)
        });
        ex.persist.bind(wanted);
        trace::wants(ex, "use-server");
    }
    read_cookie(conn, ex, backend);
    stick(conn, ex, backend);
    trace::wants(ex, "stick");
    prefer_last(conn, ex, backend);
    trace::wants(ex, "option prefer-last-server");
    Decision::Forward
}

/// The server that the client's cookie names.
fn read_cookie(conn: &Conn, ex: &mut Exchange, backend: u32) {
    let (live, plan) = (&conn.live, proxy(&conn.live, backend));
    if let Some(back) = plan.backend.as_ref().filter(|back| back.cookie.is_some()) {
        let usable = |index| live.server(backend, index).is_some_and(|server| server.takes_persistent());
        let seen = ex.persist.read(back, plan.options.persist, &ex.req, wall_seconds(), usable);
        if let Some(seen) = seen {
            let [_, _, third, fourth] = &mut ex.record.termination;
            // None is given until the server has answered.
            (*third, *fourth) = (seen, b'N');
        }
        if ex.tracing.is_some() {
            let name = back.cookie.as_ref().map_or("", |cookie| &cookie.name);
            trace::wants(ex, &format!("cookie {name}"));
        }
    }
}

/// The server that one of the client's keys had before.
fn stick(conn: &mut Conn, ex: &mut Exchange, backend: u32) {
    let plan = proxy(&conn.live, backend);
    if plan.backend.as_ref().is_none_or(|back| back.stick.is_empty()) {
        return;
    }
    let (live, always) = (Arc::clone(&conn.live), always(conn, ex, backend));
    let usable = |index| always || live.server(backend, index).is_some_and(|server| server.takes_persistent());
    let assigned = ex.persist.server.is_some();
    let mut stores = std::mem::take(&mut ex.stores);
    trace::set(conn, ex, backend, "stick");
    let wanted = ex.with_trace(conn, |program, ctx, trace| {
        rules::stick_request(program, backend, ctx, &mut stores, assigned, usable, trace)
    });
    ex.stores = stores;
    ex.persist.bind(wanted);
}

/// `option prefer-last-server`: the server of the request before, while this client still has a connection to it and it takes
/// traffic. One that went to the pool is not this client's any more.
fn prefer_last(conn: &Conn, ex: &mut Exchange, backend: u32) {
    if ex.persist.server.is_some() || !proxy(&conn.live, backend).options.prefer_last_server {
        return;
    }
    let Some((_, index)) = conn.last.filter(|last| last.0 == backend && conn.held.is_some()) else {
        return;
    };
    let usable = conn.live.server(backend, index).is_some_and(|server| server.is_usable());
    if usable && !is_crowded(conn, backend, index) {
        ex.persist.server = Some(index);
    }
}

/// `max-keep-alive-queue`: the server is full, and too many wait for it.
fn is_crowded(conn: &Conn, backend: u32, server: u32) -> bool {
    let plan = proxy(&conn.live, backend).backend.as_ref();
    let Some(most) = plan.and_then(|plan| plan.max_keep_alive_queue) else {
        return false;
    };
    let roster = conn.live.backend(backend).map(|backend| &backend.roster);
    roster.is_some_and(|roster| roster.is_crowded(server, most))
}

/// What the balance algorithm hashes.
pub(super) fn balance_key(conn: &mut Conn, ex: &mut Exchange) -> Option<u32> {
    let backend = ex.backend?;
    match ex.back(conn).backend.as_ref()?.balance.kind {
        BalanceKind::Roundrobin | BalanceKind::StaticRr | BalanceKind::Leastconn | BalanceKind::First => None,
        _ => ex.with_ctx(conn, |program, ctx| rules::balance_key(program, backend, ctx)),
    }
}

/// Whether the balance algorithm looks at the body of this request (`url_param ... check_post`).
pub(super) fn balances_by_body(conn: &Conn, ex: &Exchange, backend: u32) -> bool {
    let kind = proxy(&conn.live, backend).backend.as_ref().map(|back| &back.balance.kind);
    matches!(kind, Some(BalanceKind::UrlParam { check_post: Some(_), .. })) && ex.req.method() == b"POST"
}
