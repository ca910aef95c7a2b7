//! What to do with a request: monitoring, rules, statistics page, backend.

use super::body::{hold_body, look_at_body};
use super::exchange::Exchange;
use super::session::{proxy, Conn};
use super::sets::{run, tcp_content};
use super::want::{aim, balances_by_body, judge};
use super::{finish, receive, trace};
use crate::error::{Error, Fault, Stage};
use crate::live::InBackend;
use steelyard_core::explain::NO_BACKEND;
use steelyard_core::http1::Body;
use steelyard_core::plan::{Mode, Proxy, Stats};
use steelyard_core::program::Wants;
use steelyard_core::reply::{MadeReply, ReplyCause};
use steelyard_core::rules::{self, holds};
use steelyard_core::table::Event;

/// What to do with a request.
pub(super) enum Decision {
    /// Send it to a server of `ex.backend`.
    Forward,
    Reply(Box<MadeReply>),
    /// Instead of the server's response.
    Response(Box<MadeReply>),
    Tarpit(Box<MadeReply>),
    /// `monitor-uri`: this status.
    Monitor(u16),
    /// The Python side answers; `proxy` is whose service it is.
    Service {
        name: String,
        proxy: u32,
    },
    /// Close without a reply.
    Close {
        silent: bool,
        ttl: Option<u8>,
    },
    /// There is no backend in mode http that could take it: closed without a reply.
    NotHttp,
    Failed(Error),
}

/// Runs everything that looks at a request before a server is chosen, and captures the cookie behind it. Like HAProxy, for
/// requests that go on or are refused, not for those that a rule answers.
pub(super) async fn decide(conn: &mut Conn, ex: &mut Exchange) -> Decision {
    let decision = choose(conn, ex).await;
    if let Some(cookie) = conn.captures().cookie.as_ref().filter(|_| ex.wants.any(Wants::CAPTURES)) {
        let answered = match &decision {
            Decision::Reply(made) => matches!(made.cause, ReplyCause::Return | ReplyCause::Redirect),
            Decision::Monitor(_) => true,
            _ => false,
        };
        if !answered {
            ex.record.request_cookie = cookie.of_request(&ex.req);
        }
    }
    decision
}

/// What makes a proxy look at a request in [`content`].
const CONTENT: Wants = Wants::REQUEST_CONTENT.with(Wants::REQUEST_BODY);

async fn choose(conn: &mut Conn, ex: &mut Exchange) -> Decision {
    let front = conn.session.frontend;
    if ex.wants.any(CONTENT) {
        if let Some(decision) = content(conn, ex, front).await {
            return decision;
        }
    }
    receive::count_request(conn, ex);
    conn.tracking.count(Event::HttpRequest);
    if let Some(status) = monitored(conn, ex) {
        return Decision::Monitor(status);
    }
    if ex.body != Body::None && conn.front().options.http_buffer_request {
        if let Err(failure) = Box::pin(hold_body(conn, ex, None, 0, false)).await {
            return Decision::Failed(failure);
        }
    }
    finish::request_step(conn, ex);
    if ex.wants.any(Wants::REQUEST_RULES) {
        if let Some(decision) = proxy_rules(conn, ex, front).await {
            return decision;
        }
    }
    if let Some(stop) = choose_backend(conn, ex) {
        return stop;
    }
    let Some(backend) = ex.backend.filter(|&backend| takes_http(conn, ex, backend)) else {
        return Decision::NotHttp;
    };
    if ex.wants.any(Wants::PERSISTENCE) {
        judge(conn, ex, backend);
    }
    if ex.body != Body::None && !ex.body_known && waits_for_body(conn, ex, backend) {
        if let Err(failure) = Box::pin(hold_body(conn, ex, None, 0, false)).await {
            return Decision::Failed(failure);
        }
    }
    if backend != front {
        if ex.wants.any(CONTENT) {
            if let Some(decision) = content(conn, ex, backend).await {
                return decision;
            }
        }
        conn.tracking.count_backend(Event::HttpRequest);
        if ex.wants.any(Wants::REQUEST_RULES) {
            if let Some(decision) = proxy_rules(conn, ex, backend).await {
                return decision;
            }
        }
    }
    if ex.wants.any(Wants::SERVER) {
        return aim(conn, ex, backend);
    }
    Decision::Forward
}

/// Whether the backend is in mode http.
fn takes_http(conn: &Conn, ex: &Exchange, backend: u32) -> bool {
    !ex.wants.any(Wants::OTHER_MODE) || proxy(&conn.live, backend).mode == Mode::Http
}

/// Whether the backend takes a request only with its body.
fn waits_for_body(conn: &Conn, ex: &Exchange, backend: u32) -> bool {
    proxy(&conn.live, backend).options.http_buffer_request || balances_by_body(conn, ex, backend)
}

/// Sets `ex.backend`, unless a connection of TCP was led there by that choice. Gives what is done where there is none.
fn choose_backend(conn: &mut Conn, ex: &mut Exchange) -> Option<Decision> {
    if ex.backend.is_some() {
        return None;
    }
    let front = conn.session.frontend;
    let by_rule = |front: &Proxy| front.frontend.as_ref().is_some_and(|front| !front.use_backend.is_empty());
    if ex.tracing.is_some() && by_rule(conn.front()) {
        trace::set(conn, ex, front, "use_backend");
    }
    let chosen = if ex.tracing.is_some() || ex.wants.any(Wants::USE_BACKEND) {
        ex.with_trace(conn, |program, ctx, trace| rules::choose_backend(program, front, ctx, trace))
    } else {
        conn.front().frontend.as_ref().and_then(|front| front.default_backend)
    };
    let Some(backend) = chosen else {
        if let Some(tracing) = &mut ex.tracing {
            tracing.explains(NO_BACKEND);
        }
        let failed = Decision::Failed(failure(Fault::Server, Stage::Connect));
        return conn.is_http().then_some(failed);
    };
    ex.backend = Some(backend);
    ex.hear(conn);
    ex.inside = InBackend::enter(&conn.worker, &conn.live, backend, conn.worker.ms_at(ex.now));
    None
}

/// `monitor-uri`: 200, or 503 when a `monitor fail` condition holds.
fn monitored(conn: &mut Conn, ex: &mut Exchange) -> Option<u16> {
    if !ex.wants.any(Wants::MONITOR) {
        return None;
    }
    let front = conn.front().frontend.as_ref()?;
    let uri = front.monitor_uri.as_ref()?;
    if ex.req.target() != uri.as_bytes() {
        return None;
    }
    let index = conn.session.frontend as usize;
    let fails = ex.with_ctx(conn, |program, ctx| {
        let conditions = program.proxies.get(index).map_or(&[][..], |proxy| &proxy.monitor_fail);
        conditions.iter().any(|condition| holds(condition, program, ctx))
    });
    Some(if fails { 503 } else { 200 })
}

/// `tcp-request content` rules of one proxy. A frontend's come before anything that knows of a request, `monitor-uri` included.
async fn content(conn: &mut Conn, ex: &mut Exchange, index: u32) -> Option<Decision> {
    let program = conn.live.program.proxies.get(index as usize)?;
    let rules = !program.tcp_request_content.is_empty();
    if program.needs.request_body && ex.body != Body::None && !ex.body_known {
        // Rules that nobody makes wait see what came together with the head; what is malformed is refused when it is passed on.
        ex.body_known = look_at_body(ex).unwrap_or(true);
    }
    // The rules of a connection of TCP that became one of HTTP have seen its bytes already.
    if rules && !(ex.raw.is_some() && index == conn.session.frontend) {
        return Box::pin(tcp_content(conn, ex, index)).await;
    }
    None
}

/// `http-request` rules and the statistics page of one proxy.
async fn proxy_rules(conn: &mut Conn, ex: &mut Exchange, index: u32) -> Option<Decision> {
    let program = conn.live.program.proxies.get(index as usize)?;
    let request = !program.http_request.is_empty();
    let stats = conn
        .live
        .program
        .plan
        .proxies
        .get(index as usize)
        .is_some_and(|plan| plan.stats.is_some());
    if request {
        if let Some(decision) = run(conn, ex, index, |program| &program.http_request).await {
            return Some(decision);
        }
    }
    if stats {
        return Box::pin(statistics(conn, ex, index)).await;
    }
    None
}

/// The statistics page of a proxy, when its URI is asked for.
async fn statistics(conn: &mut Conn, ex: &mut Exchange, index: u32) -> Option<Decision> {
    let stats = conn.live.program.plan.proxies.get(index as usize)?.stats.as_ref()?;
    if !is_stats_uri(stats, ex.req.pathq().unwrap_or_default()) {
        return None;
    }
    let rules = conn
        .live
        .program
        .proxies
        .get(index as usize)
        .is_some_and(|program| !program.stats.is_empty());
    let denied = match rules {
        true => run(conn, ex, index, |program| &program.stats).await,
        false => None,
    };
    let name = String::from("stats");
    Some(denied.unwrap_or(Decision::Service { name, proxy: index }))
}

fn is_stats_uri(stats: &Stats, pathq: &[u8]) -> bool {
    let uri = stats.uri.as_bytes();
    !uri.is_empty() && pathq.starts_with(uri)
}

pub(super) fn failure(fault: Fault, stage: Stage) -> Error {
    Error {
        fault,
        stage,
        retry: false,
    }
}
