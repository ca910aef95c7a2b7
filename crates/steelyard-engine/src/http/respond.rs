//! The server's response: rules, cookies, connection, and its head on the way to the client.

use super::body::look;
use super::exchange::{framing, Exchange};
use super::forward::wall_seconds;
use super::hold::{self, Until};
use super::session::{proxy, Conn};
use super::{finish, reply, trace};
use crate::error::{Error, Fault, Stage};
use crate::live::bump;
use crate::relay::http::Framing;
use crate::relay::rechunk::Rechunk;
use std::time::Duration;
use steelyard_core::capture;
use steelyard_core::http1::{Body, Fit, Version};
use steelyard_core::plan::LogStep;
use steelyard_core::program::{ProxyProgram, Wants};
use steelyard_core::reply::MadeReply;
use steelyard_core::rules::{stick_response, Rules, Verdict};

/// What follows the head of a response.
pub(super) enum Then {
    /// Its body.
    Bodies,
    /// Bytes in both directions until both ends close.
    Tunnel,
    /// A rule puts this in its place.
    Reply(Box<MadeReply>),
    /// The client is left alone without a word (`silent-drop`).
    Dropped,
}

/// Decides what the client gets and puts its head in front of the body.
pub(super) async fn respond(conn: &mut Conn, ex: &mut Exchange) -> Result<Then, Error> {
    let body = ex.res.response_body(ex.req.method()).map_err(|_| bad_response())?;
    let status = ex.res.status();
    // A tunnel begins only where the client asked for one and the server agreed; all else is HTTP.
    let tunnel = match status {
        101 if ex.req.upgrade().is_some() => true,
        101 => return Err(bad_response()),
        _ => ex.req.method() == b"CONNECT" && (200..300).contains(&status),
    };
    let server_stays = ex.res.settle_connection();
    ex.answered = true;
    ex.record.status = status;
    ex.record.server_status = status;
    if let Some(tracing) = &mut ex.tracing {
        tracing.answered(&ex.res);
    }
    if !conn.vars.is_empty() {
        conn.vars.enter_response();
    }
    // What was there of the request's body is of no use any more.
    ex.seen_body.clear();
    ex.body_known = false;
    let ruled = ex.backend.filter(|&backend| has_content_rules(conn, ex, backend));
    let early = ruled.map_or(Verdict::Pass, |backend| before(conn, ex, backend));
    if conn.live.program.reads_response_body() {
        // A body that is malformed has no part that counts; its transfer finds that out by itself.
        let all = look(body, ex.down.input.data(), &mut ex.seen_body).unwrap_or(false);
        ex.body_known = all || (body == Body::Close && ex.down.ended);
    }
    let closing = match ruled {
        Some(backend) => match Box::pin(content(conn, ex, backend, body, early)).await? {
            Looked::On => false,
            Looked::Closing => true,
            Looked::Dropped => return Ok(Then::Dropped),
        },
        None => false,
    };
    count(conn, ex, status);
    if ex.wants.any(Wants::STICK) {
        stick(conn, ex);
    }
    if ex.wants.any(Wants::CAPTURES) {
        capture::headers(&conn.captures().response, &ex.res, &ex.record.response_captures);
    }
    let mut place = (false, 0);
    while ex.wants.any(Wants::RESPONSE_RULES) {
        match rules(conn, ex, &mut place, |program| &program.http_response) {
            Ok(()) => break,
            Err(Verdict::Pause { ms, .. }) => Box::pin(hold::response(conn, ex, Until::Time, ms)).await?,
            Err(Verdict::Body { ms, least, large, .. }) => {
                Box::pin(hold::response(conn, ex, Until::Body(body, least, large), ms)).await?;
            }
            Err(Verdict::Reply(made) | Verdict::Tarpit(made)) => return Ok(Then::Reply(made)),
            Err(Verdict::Close { ttl, .. }) => {
                conn.client.silence(ttl);
                return Ok(Then::Dropped);
            }
            Err(Verdict::Failed) => return Err(internal(ex, "http-response: a change can't be made")),
            Err(_) => return Err(bad_response()),
        }
    }
    if ex.wants.any(Wants::CAPTURES) {
        let cookie = conn.captures().cookie.as_ref();
        ex.record.response_cookie = cookie.and_then(|cookie| cookie.of_response(&ex.res));
    }
    if ex.wants.any(Wants::COOKIE) {
        mark(conn, ex);
    }
    connection(conn, ex, body, tunnel, server_stays && !closing);
    if !after_response(conn, ex) {
        return Err(internal(ex, "http-after-response: a change can't be made"));
    }
    let body = if tunnel { body } else { fit(ex, status, body)? };
    told(ex, tunnel);
    if ex.tracing.is_some() {
        trace::answers(conn, ex);
    }
    ex.res.write(&mut ex.down.out);
    if !tunnel {
        ex.down.framing = match body {
            Body::Chunked if ex.req.version() == Version::Http10 => Framing::Chunked(Rechunk::to_plain()),
            body => framing(body),
        };
        if ex.down.decode().is_err() {
            // To the log nothing came of the server that counts.
            ex.record.times.response = -1;
            ex.record.response_captures.clear();
            ex.record.response_cookie = None;
            return Err(bad_response());
        }
    }
    finish::log_early(conn, ex);
    finish::step(conn, ex, LogStep::Response);
    Ok(if tunnel { Then::Tunnel } else { Then::Bodies })
}

fn has_content_rules(conn: &Conn, ex: &Exchange, backend: u32) -> bool {
    if !ex.wants.any(Wants::RESPONSE_CONTENT) {
        return false;
    }
    let program = conn.live.program.proxies.get(backend as usize);
    program.is_some_and(|program| !program.tcp_response_content.is_empty())
}

/// What `tcp-response content` rules of the backend say before there is a response: HAProxy looks at them when the connection stands.
/// Without an inspect delay that is all; with one, a condition on the response puts the rest off until it comes, unless it is late.
fn before(conn: &mut Conn, ex: &mut Exchange, backend: u32) -> Verdict {
    let delay = proxy(&conn.live, backend).timeouts.inspect_response;
    let waited = ex.now.saturating_duration_since(ex.connected);
    ex.waits = delay.is_some_and(|ms| waited <= Duration::from_millis(ms));
    ex.answered = false;
    let status = std::mem::take(&mut ex.record.status);
    let verdict = ex.rules(conn, backend, |program| &program.tcp_response_content, 0);
    (ex.answered, ex.waits) = (true, false);
    if !matches!(verdict, Verdict::Close { .. }) {
        ex.record.status = status;
    }
    verdict
}

/// What [`content`] decides.
enum Looked {
    On,
    /// The server's connection is not used again.
    Closing,
    Dropped,
}

/// Carries out what [`before`] said, or asks again where it waits for the response. A refused response closes the client's connection
/// without a word, as HAProxy does.
async fn content(conn: &mut Conn, ex: &mut Exchange, backend: u32, body: Body, early: Verdict) -> Result<Looked, Error> {
    let mut from = match early {
        Verdict::Wait { at } => at,
        // The server was sent away before it could answer.
        Verdict::CloseServer => {
            return Err(Error {
                fault: Fault::Server,
                stage: Stage::Headers,
                retry: false,
            })
        }
        verdict => return looked(conn, ex, verdict),
    };
    loop {
        match ex.rules(conn, backend, |program| &program.tcp_response_content, from) {
            Verdict::Pause { at, ms } => {
                from = at;
                hold::response(conn, ex, Until::Time, ms).await?;
            }
            Verdict::Body { at, ms, least, large } => {
                from = at;
                hold::response(conn, ex, Until::Body(body, least, large), ms).await?;
            }
            verdict => return looked(conn, ex, verdict),
        }
    }
}

fn looked(conn: &mut Conn, ex: &mut Exchange, verdict: Verdict) -> Result<Looked, Error> {
    match verdict {
        Verdict::Pass | Verdict::Allow | Verdict::Wait { .. } | Verdict::Pause { .. } | Verdict::Body { .. } => Ok(Looked::On),
        Verdict::CloseServer => Ok(Looked::Closing),
        Verdict::Failed => Err(internal(ex, "tcp-response content: a change can't be made")),
        Verdict::Close { silent: true, ttl } => {
            conn.client.silence(ttl);
            Ok(Looked::Dropped)
        }
        Verdict::Close { .. }
        | Verdict::Reply(_)
        | Verdict::Tarpit(_)
        | Verdict::Service(_)
        | Verdict::Switch
        | Verdict::Resolve { .. } => {
            reply::count_refused_response(conn, ex);
            if let Some(tracing) = &mut ex.tracing {
                tracing.explains("tcp-response content reject");
            }
            Err(Error {
                fault: Fault::Proxy,
                stage: Stage::Data,
                retry: false,
            })
        }
    }
}

/// The cookie of persistence.
fn mark(conn: &Conn, ex: &mut Exchange) {
    let back = ex.back(conn).backend.as_ref().filter(|back| back.cookie.is_some());
    let (Some(back), Some(slot)) = (back, ex.slot.as_ref()) else {
        return;
    };
    let (server, post) = (slot.server, ex.req.method() == b"POST");
    let done = ex.persist.mark_response(back, server, post, &mut ex.res, wall_seconds());
    if let (Some(done), Some(fourth)) = (done, ex.record.termination.get_mut(3)) {
        *fourth = done;
    }
}

fn bad_response() -> Error {
    Error {
        fault: Fault::Proxy,
        stage: Stage::Headers,
        retry: false,
    }
}

/// A change that strict mode wants could not be made.
fn internal(ex: &mut Exchange, why: &str) -> Error {
    if let Some(tracing) = &mut ex.tracing {
        tracing.explains(why);
    }
    Error {
        fault: Fault::Internal,
        stage: Stage::Headers,
        retry: false,
    }
}

/// Remembers the server under the keys of `stick` rules.
fn stick(conn: &mut Conn, ex: &mut Exchange) {
    let Some((backend, server)) = ex.slot.as_ref().map(|slot| (slot.backend, slot.server)) else {
        return;
    };
    if ex.back(conn).backend.as_ref().is_none_or(|back| back.stick.is_empty()) {
        return;
    }
    let mut stores = std::mem::take(&mut ex.stores);
    trace::set(conn, ex, backend, "stick");
    ex.with_trace(conn, |program, ctx, trace| {
        stick_response(program, backend, ctx, &mut stores, trace);
        stores.commit(program, ctx.state.tables(), backend, server);
    });
    ex.stores = stores;
}

fn count(conn: &Conn, ex: &Exchange, status: u16) {
    let events = conn.live.program.statuses.events(status);
    events.for_each(|event| conn.tracking.count(event));
    if let Some(slot) = &ex.slot {
        slot.server_live.counters.response(status);
        bump(&slot.server_live.counters.req_tot);
    }
}

/// Runs a rule set of the response: the backend's first, then the frontend's. `Err`: a final verdict other than going on, or a wait;
/// `place` keeps where to go on then: whether it is the frontend's turn, and at which rule.
fn rules(
    conn: &mut Conn,
    ex: &mut Exchange,
    place: &mut (bool, usize),
    which: fn(&ProxyProgram) -> &Rules,
) -> Result<(), Verdict> {
    let front = conn.session.frontend;
    let back = ex.backend.filter(|&back| back != front && !place.0);
    for index in back.into_iter().chain([front]) {
        let from = std::mem::take(&mut place.1);
        place.0 = index == front;
        let none = conn
            .live
            .program
            .proxies
            .get(index as usize)
            .is_none_or(|program| which(program).is_empty());
        if none {
            continue;
        }
        match ex.rules(conn, index, which, from) {
            // A rule that looks at input finds all that there will be.
            Verdict::Pass | Verdict::Allow | Verdict::Wait { .. } => {}
            other => {
                if let Verdict::Pause { at, .. } | Verdict::Body { at, .. } = other {
                    place.1 = at;
                }
                return Err(other);
            }
        }
    }
    Ok(())
}

/// `http-after-response` rules: on every response, made here or not; they only edit. False where an edit could not be made that must.
pub(super) fn after_response(conn: &mut Conn, ex: &mut Exchange) -> bool {
    if !ex.wants.any(Wants::AFTER_RESPONSE) {
        return true;
    }
    let done = rules(conn, ex, &mut (false, 0), |program| &program.http_after_response);
    !matches!(done, Err(Verdict::Failed))
}

/// Whether connections live on.
fn connection(conn: &Conn, ex: &mut Exchange, body: Body, tunnel: bool, server_stays: bool) {
    ex.keep_server = server_stays && !ex.closes_server(conn) && body != Body::Close && !tunnel;
    let delimited = ex.res.frame_for(ex.req.version(), body);
    let stopping = conn.worker.shared.is_stopping();
    ex.keep_client = ex.keep_client && !ex.closes_client(conn) && delimited && !tunnel && !stopping;
}

/// Makes the body that is sent agree with the status that rules have given. `before`: what the server said. Gives the body to send.
fn fit(ex: &mut Exchange, before: u16, body: Body) -> Result<Body, Error> {
    match ex.res.fit(before, body, ex.req.method()) {
        Ok(Fit::Body) => Ok(body),
        Ok(Fit::Nothing) => {
            // What is not here yet would have to be waited for: the server's connection ends instead.
            match body {
                Body::Length(length) if length <= ex.down.input.len() as u64 => ex.down.input.consume(length as usize),
                _ => {
                    ex.down.input.clear();
                    ex.keep_server = false;
                }
            }
            Ok(Body::None)
        }
        Err(_) => Err(internal(ex, "http-response: a status that announces another response")),
    }
}

/// The client is told whether its connection lives on; a rule that said `Connection: close` ends it.
fn told(ex: &mut Exchange, tunnel: bool) {
    ex.keep_client &= !ex.res.says_close();
    // `Connection` and `Keep-Alive` are between the server and us (RFC 9110 section 7.6.1).
    ex.res.strip_connection(tunnel && ex.res.status() == 101);
    if !tunnel {
        ex.res.say_connection(ex.req.version(), ex.keep_client);
    }
}
