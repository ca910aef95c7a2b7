//! What to do with a request: monitoring, rules, statistics page, backend, persistence.

use super::exchange::Exchange;
use super::forward::{self, wall_seconds};
use super::resolve::resolve;
use super::session::{proxy, Conn};
use super::{finish, trace};
use crate::error::{Error, Fault, Stage};
use crate::live::InBackend;
use crate::timer::after;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use steelyard_core::http1::{Body, ChunkDecoder, ChunkStep, Version};
use steelyard_core::plan::{BalanceKind, Proxy, Stats};
use steelyard_core::program::ProxyProgram;
use steelyard_core::reply::{MadeReply, ReplyCause};
use steelyard_core::rules::{self, choose_backend, choose_server, holds, Rules, Verdict};
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
    Failed(Error),
}

/// Runs everything that looks at a request before a server is chosen, and captures the cookie behind it. Like HAProxy, for
/// requests that go on or are refused, not for those that a rule answers.
pub(super) async fn decide(conn: &mut Conn, ex: &mut Exchange) -> Decision {
    let decision = choose(conn, ex).await;
    if let Some(cookie) = &conn.captures().cookie {
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

async fn choose(conn: &mut Conn, ex: &mut Exchange) -> Decision {
    let front = conn.session.frontend;
    if let Some(status) = monitored(conn, ex) {
        conn.tracking.count(Event::HttpRequest);
        return Decision::Monitor(status);
    }
    if conn.front().options.http_buffer_request && ex.body != Body::None {
        if let Err(failure) = Box::pin(hold_body(conn, ex, None, 0)).await {
            return Decision::Failed(failure);
        }
    }
    if let Some(decision) = proxy_rules(conn, ex, front).await {
        return decision;
    }
    let by_rule = |front: &Proxy| front.frontend.as_ref().is_some_and(|front| !front.use_backend.is_empty());
    if ex.tracing.is_some() && by_rule(conn.front()) {
        trace::set(conn, ex, front, "use_backend");
    }
    let Some(backend) = ex.with_trace(conn, |program, ctx, trace| choose_backend(program, front, ctx, trace)) else {
        return Decision::Failed(failure(Fault::Server, Stage::Connect));
    };
    ex.backend = Some(backend);
    let now_ms = ex.now.saturating_duration_since(conn.worker.shared.started).as_millis();
    ex.inside = InBackend::enter(&conn.live, backend, u64::try_from(now_ms).unwrap_or(u64::MAX));
    let buffer = proxy(&conn.live, backend).options.http_buffer_request || balances_by_body(conn, ex, backend);
    if buffer && ex.body != Body::None && !ex.body_known {
        if let Err(failure) = Box::pin(hold_body(conn, ex, None, 0)).await {
            return Decision::Failed(failure);
        }
    }
    if backend != front {
        if let Some(decision) = proxy_rules(conn, ex, backend).await {
            return decision;
        }
    }
    aim(conn, ex, backend)
}

/// The server that something other than the balancing wants.
fn aim(conn: &mut Conn, ex: &mut Exchange, backend: u32) -> Decision {
    let plan = proxy(&conn.live, backend);
    let no_servers = plan.backend.as_ref().is_none_or(|back| back.servers.is_empty());
    let by_rule = plan.backend.as_ref().is_some_and(|back| !back.use_server.is_empty());
    if plan.options.http_proxy {
        if !forward::aim_at_url(ex) {
            return Decision::Failed(failure(Fault::Proxy, Stage::Request));
        }
    } else if plan.options.transparent && no_servers {
        ex.target = ex.record.dst.or(conn.session.dst);
    }
    if by_rule {
        let live = Arc::clone(&conn.live);
        trace::set(conn, ex, backend, "use-server");
        let wanted = ex.with_trace(conn, |program, ctx, trace| choose_server(program, backend, ctx, trace));
        ex.persist.server = wanted.filter(|&server| live.server(backend, server).is_some_and(|server| server.takes_persistent()));
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
    if let Some(back) = &plan.backend {
        let usable = |index| live.server(backend, index).is_some_and(|server| server.takes_persistent());
        let seen = ex.persist.read(back, plan.options.persist, &ex.req, wall_seconds(), usable);
        if let (Some(seen), Some(third)) = (seen, ex.record.termination.get_mut(2)) {
            *third = seen;
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
    let (live, always) = (Arc::clone(&conn.live), plan.options.persist);
    let usable = |index| always || live.server(backend, index).is_some_and(|server| server.takes_persistent());
    let assigned = ex.persist.server.is_some();
    let mut stores = std::mem::take(&mut ex.stores);
    trace::set(conn, ex, backend, "stick");
    let wanted = ex.with_trace(conn, |program, ctx, trace| {
        rules::stick_request(program, backend, ctx, &mut stores, assigned, usable, trace)
    });
    ex.stores = stores;
    ex.persist.server = ex.persist.server.or(wanted);
}

/// `option prefer-last-server`: the server of the request before, while it takes traffic.
fn prefer_last(conn: &Conn, ex: &mut Exchange, backend: u32) {
    if ex.persist.server.is_some() || !proxy(&conn.live, backend).options.prefer_last_server {
        return;
    }
    if let Some((last, server)) = conn.last.filter(|last| last.0 == backend) {
        if conn.live.server(last, server).is_some_and(|server| server.is_usable()) {
            ex.persist.server = Some(server);
        }
    }
}

/// `monitor-uri`: 200, or 503 when a `monitor fail` condition holds.
fn monitored(conn: &mut Conn, ex: &mut Exchange) -> Option<u16> {
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

/// `tcp-request content`, `http-request` and the statistics page of one proxy.
async fn proxy_rules(conn: &mut Conn, ex: &mut Exchange, index: u32) -> Option<Decision> {
    let program = conn.live.program.proxies.get(index as usize)?;
    let (content, request) = (!program.tcp_request_content.is_empty(), !program.http_request.is_empty());
    let stats = conn
        .live
        .program
        .plan
        .proxies
        .get(index as usize)
        .is_some_and(|plan| plan.stats.is_some());
    if content {
        if let Some(decision) = Box::pin(tcp_content(conn, ex, index)).await {
            return Some(decision);
        }
    }
    if index == conn.session.frontend {
        finish::request_step(conn, ex);
        conn.tracking.count(Event::HttpRequest);
    } else {
        conn.tracking.count_backend(Event::HttpRequest);
    }
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

/// Runs one rule set; `None` when the request goes on.
async fn run(conn: &mut Conn, ex: &mut Exchange, index: u32, which: fn(&ProxyProgram) -> &Rules) -> Option<Decision> {
    let mut from = 0;
    loop {
        let verdict = ex.rules(conn, index, which, from);
        if !ex.record.hints.is_empty() {
            if let Err(failure) = Box::pin(hints(conn, ex)).await {
                return Some(Decision::Failed(failure));
            }
        }
        let waited = match verdict {
            Verdict::Pause { at, ms } => {
                from = at;
                Box::pin(pause(conn, ex, ms)).await
            }
            Verdict::Body { at, ms, least } => {
                from = at;
                Box::pin(hold_body(conn, ex, Some(ms), least)).await
            }
            Verdict::Resolve { at, question } => {
                from = at;
                Box::pin(resolve(conn, ex, &question)).await
            }
            Verdict::Failed => Err(failure(Fault::Internal, Stage::Request)),
            verdict => return decided(verdict, index),
        };
        if let Err(failure) = waited {
            return Some(Decision::Failed(failure));
        }
    }
}

/// What a final verdict means; `None` when the request goes on.
fn decided(verdict: Verdict, index: u32) -> Option<Decision> {
    match verdict {
        Verdict::Pass
        | Verdict::Allow
        | Verdict::Wait { .. }
        | Verdict::Pause { .. }
        | Verdict::Body { .. }
        | Verdict::Resolve { .. } => None,
        Verdict::Failed => Some(Decision::Failed(failure(Fault::Internal, Stage::Request))),
        // Only found where there is a server.
        Verdict::CloseServer => None,
        Verdict::Reply(made) => Some(Decision::Reply(made)),
        Verdict::Tarpit(made) => Some(Decision::Tarpit(made)),
        Verdict::Close { silent, ttl } => Some(Decision::Close { silent, ttl }),
        Verdict::Service(name) => Some(Decision::Service { name, proxy: index }),
    }
}

/// Sends the 103 responses that rules have made; a client of HTTP/1.0 would take one for the answer.
async fn hints(conn: &mut Conn, ex: &mut Exchange) -> Result<(), Error> {
    if ex.req.version() == Version::Http11 {
        ex.down.out.extend_from_slice(&ex.record.hints);
        if !ex.record.hints.ends_with(b"\r\n\r\n") {
            ex.down.out.extend_from_slice(b"\r\n");
        }
        conn.timer.set(after(std::time::Instant::now(), conn.front().timeouts.client));
        poll_fn(|cx| match ex.down.poll_flush(&mut conn.client, cx) {
            Poll::Ready(done) => Poll::Ready(done.map_err(|_| failure(Fault::Client, Stage::Request))),
            Poll::Pending => conn
                .timer
                .poll(cx)
                .map(|()| Err(failure(Fault::ClientTimeout, Stage::Request))),
        })
        .await?;
        ex.down.reset();
    }
    ex.record.hints.clear();
    Ok(())
}

/// Lets time pass; a client that leaves meanwhile ends the request.
async fn pause(conn: &mut Conn, ex: &mut Exchange, ms: u64) -> Result<(), Error> {
    conn.timer.set(after(std::time::Instant::now(), Some(ms)));
    let stayed = poll_fn(|cx| {
        if conn.timer.poll(cx).is_ready() {
            return Poll::Ready(true);
        }
        match super::transfer::watch_client(conn, ex, true, cx) {
            true => Poll::Ready(false),
            false => Poll::Pending,
        }
    })
    .await;
    ex.now = std::time::Instant::now();
    stayed.then_some(()).ok_or(failure(Fault::Client, Stage::Request))
}

/// Content rules see the request and what is there of its body, and may wait for more of it until their inspect delay is over.
async fn tcp_content(conn: &mut Conn, ex: &mut Exchange, index: u32) -> Option<Decision> {
    let deadline = after(std::time::Instant::now(), proxy(&conn.live, index).timeouts.inspect);
    let (mut from, mut over) = (0, deadline.is_none());
    let decision = loop {
        // A body that is malformed is refused when it is passed on.
        ex.body_known = ex.body_known || look_at_body(ex).unwrap_or(true);
        ex.waits = !over && !ex.up.input.is_full();
        let verdict = ex.rules(conn, index, |program| &program.tcp_request_content, from);
        ex.waits = false;
        match verdict {
            Verdict::Wait { at } => from = at,
            Verdict::Resolve { at, question } => {
                from = at;
                if let Err(failure) = Box::pin(resolve(conn, ex, &question)).await {
                    break Some(Decision::Failed(failure));
                }
                continue;
            }
            verdict => break decided(verdict, index),
        }
        conn.timer.set(deadline);
        let more = poll_fn(|cx| match ex.up.poll_read(&mut conn.client, cx) {
            Poll::Ready(Ok(1..)) => Poll::Ready(true),
            // A client that ends here has said all that there is to look at.
            Poll::Ready(_) => Poll::Ready(false),
            Poll::Pending => conn.timer.poll(cx).map(|()| false),
        });
        over |= !more.await;
    };
    if index == conn.session.frontend && matches!(decision, Some(Decision::Close { .. })) {
        // To a frontend's rules there was no request yet: the log says so, as HAProxy's does.
        ex.record.request_line.clear();
        ex.record.times.request = -1;
    }
    decision
}

/// The statistics page of a proxy, when its URI is asked for.
async fn statistics(conn: &mut Conn, ex: &mut Exchange, index: u32) -> Option<Decision> {
    let stats = conn.live.program.plan.proxies.get(index as usize)?.stats.as_ref()?;
    if !is_stats_uri(stats, ex.req.pathq().unwrap_or_default()) {
        return None;
    }
    let denied = run(conn, ex, index, |program| &program.stats).await;
    let name = String::from("stats");
    Some(denied.unwrap_or(Decision::Service { name, proxy: index }))
}

fn is_stats_uri(stats: &Stats, pathq: &[u8]) -> bool {
    let uri = stats.uri.as_bytes();
    !uri.is_empty() && pathq.starts_with(uri)
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
fn balances_by_body(conn: &Conn, ex: &Exchange, backend: u32) -> bool {
    let kind = proxy(&conn.live, backend).backend.as_ref().map(|back| &back.balance.kind);
    matches!(kind, Some(BalanceKind::UrlParam { check_post: Some(_), .. })) && ex.req.method() == b"POST"
}

/// Waits for the body of the request: to its end, until the buffer is full (manual, `option http-buffer-request`), or until `least` bytes
/// of it are there, where that is not 0. `limit`: milliseconds from now, instead of the timeout for requests.
async fn hold_body(conn: &mut Conn, ex: &mut Exchange, limit: Option<u64>, least: u64) -> Result<(), Error> {
    if ex.req.expects_continue() && ex.up.input.is_empty() {
        ex.down.out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        // The answer is given here: the server must not give it again.
        ex.req.remove(b"expect");
    }
    let timeouts = &conn.front().timeouts;
    conn.timer.set(match limit {
        None => after(ex.begun, timeouts.http_request.or(timeouts.client)),
        limit => after(std::time::Instant::now(), limit),
    });
    let complete = poll_fn(|cx| poll_hold(conn, ex, least, cx)).await?;
    ex.down.reset();
    ex.now = std::time::Instant::now();
    ex.body_known |= complete;
    Ok(())
}

/// Ready when there is enough; true where there is no more to come.
fn poll_hold(conn: &mut Conn, ex: &mut Exchange, least: u64, cx: &mut Context<'_>) -> Poll<Result<bool, Error>> {
    if let Poll::Ready(Err(_)) = ex.down.poll_flush(&mut conn.client, cx) {
        return Poll::Ready(Err(failure(Fault::Client, Stage::Request)));
    }
    loop {
        let complete = match look_at_body(ex) {
            Ok(complete) => complete,
            Err(()) => return Poll::Ready(Err(failure(Fault::Proxy, Stage::Request))),
        };
        let all = complete || ex.up.input.is_full();
        if all || (least > 0 && ex.seen_body.len() as u64 >= least) {
            return Poll::Ready(Ok(all));
        }
        match ex.up.poll_read(&mut conn.client, cx) {
            Poll::Ready(Ok(1..)) => {}
            Poll::Ready(_) => return Poll::Ready(Err(failure(Fault::Client, Stage::Request))),
            Poll::Pending => {
                return conn
                    .timer
                    .poll(cx)
                    .map(|()| Err(failure(Fault::ClientTimeout, Stage::Request)));
            }
        }
    }
}

/// Decodes what is there of the body into `seen_body`, the bytes stay where they are. Gives whether it is complete.
fn look_at_body(ex: &mut Exchange) -> Result<bool, ()> {
    // A request ends before its connection does.
    if ex.body == Body::Close {
        return Err(());
    }
    look(ex.body, ex.up.input.data(), &mut ex.seen_body)
}

/// Decodes the beginning of a body, as far as it is there. Gives whether that is all of it.
pub(super) fn look(body: Body, bytes: &[u8], seen: &mut Vec<u8>) -> Result<bool, ()> {
    seen.clear();
    match body {
        Body::None => Ok(true),
        Body::Close => {
            seen.extend_from_slice(bytes);
            Ok(false)
        }
        Body::Length(length) => {
            let there = usize::try_from(length).unwrap_or(usize::MAX).min(bytes.len());
            seen.extend_from_slice(bytes.get(..there).unwrap_or_default());
            Ok(there as u64 == length)
        }
        Body::Chunked => {
            let mut decoder = ChunkDecoder::new();
            let mut at = 0;
            loop {
                let rest = bytes.get(at..).unwrap_or_default();
                match decoder.step(rest).map_err(|_| ())? {
                    ChunkStep::NeedMore { .. } => return Ok(false),
                    ChunkStep::End { .. } => return Ok(true),
                    ChunkStep::Trailer { consumed, .. } => at += consumed,
                    ChunkStep::Data { start, len } => {
                        seen.extend_from_slice(rest.get(start..start + len).unwrap_or_default());
                        at += start + len;
                    }
                }
            }
        }
    }
}

fn failure(fault: Fault, stage: Stage) -> Error {
    Error {
        fault,
        stage,
        retry: false,
    }
}
