//! Replies made here: rules, errors, monitoring, services.

use super::decide::Decision;
use super::exchange::Exchange;
use super::session::Conn;
use super::{finish, respond, service, trace, After};
use crate::error::{Error, Fault, Stage};
use crate::live::bump;
use crate::timer::after;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Instant;
use steelyard_core::http1::{Body, Head, Version};
use steelyard_core::reply::{error_reply, MadeReply, ReplyCause};
use steelyard_core::table::Event;

/// Answers a request here, instead of forwarding it or instead of the server's response.
pub(super) async fn instead(conn: &mut Conn, ex: &mut Exchange, decision: Decision) -> After {
    if let Some(tracing) = &mut ex.tracing {
        tracing.decided(&decision);
    }
    match decision {
        // The caller forwards; nothing is left to do here.
        Decision::Forward => After::Abort,
        Decision::Reply(made) => {
            let letters = made.cause.letters(b'R');
            count_denied(conn, ex, &made);
            if matches!(made.cause, ReplyCause::Deny | ReplyCause::Auth) {
                conn.tracking.count(Event::HttpError);
            }
            if made.cause != ReplyCause::Deny {
                count_intercepted(conn, ex);
            }
            send(conn, ex, *made, letters).await
        }
        Decision::Response(made) => {
            let letters = made.cause.letters(b'H');
            count_denied_response(conn, ex, &made);
            send(conn, ex, *made, letters).await
        }
        Decision::Tarpit(made) => {
            tarpit(conn, ex).await;
            ex.record.times.request = -1;
            count_denied(conn, ex, &made);
            conn.tracking.count(Event::HttpError);
            send(conn, ex, *made, *b"PT").await
        }
        Decision::Monitor(status) => {
            ex.unlogged = true;
            count_intercepted(conn, ex);
            let front = conn.session.frontend;
            let made = ex.with_ctx(conn, |program, ctx| error_reply(program, front, status, ctx));
            send(conn, ex, made, *b"LR").await
        }
        Decision::Service { name, proxy } => {
            if name == "stats" {
                ex.record.applet = Some("<STATS>");
            }
            count_intercepted(conn, ex);
            // For the log it is a server that is always there.
            let times = &mut ex.record.times;
            (times.queue, times.connect, times.response) = (0, 0, 0);
            match service::ask(conn, ex, &name, proxy).await {
                Some(made) => send(conn, ex, made, *b"LR").await,
                None => {
                    finish_unanswered(conn, ex, *b"CR");
                    After::Abort
                }
            }
        }
        Decision::Close { silent, ttl } => {
            count_denied_close(conn, ex);
            if silent {
                conn.client.silence(ttl);
            }
            ex.record.times.request = -1;
            finish_unanswered(conn, ex, *b"PR");
            After::Abort
        }
        Decision::NotHttp => {
            ex.record.status = 500;
            ex.record.times.request = -1;
            finish_unanswered(conn, ex, *b"IR");
            After::Abort
        }
        Decision::Failed(failure) => error(conn, ex, failure).await,
    }
}

/// The answer to a failure, or silence where the client must not take our word for the server's.
pub(super) async fn error(conn: &mut Conn, ex: &mut Exchange, failure: Error) -> After {
    ex.now = Instant::now();
    // The first request of a client gets an error; a later one on a connection that the server closed meanwhile is
    // repeated by the client itself when it sees the connection close (RFC 9110 section 9.2.2).
    let silent = failure.retry && conn.requests > 0;
    finish::failed(conn, ex, failure);
    finish::release(conn, ex, false);
    // No reply goes behind an interim response that was sent in part.
    let cut = ex.down.sent > 0 && !ex.down.is_flushed();
    let status = if ex.bad_request { Some(400) } else { failure.status() };
    let status = status.filter(|_| !silent && !cut);
    if let Some(tracing) = &mut ex.tracing {
        tracing.answered_failure(status);
    }
    let [fault, stage] = finish::letters(ex, failure);
    let Some(status) = status else {
        ex.unlogged |= silent;
        finish_unanswered(conn, ex, [fault, stage]);
        return After::Abort;
    };
    if failure.stage == Stage::Request || ex.backend.is_none() {
        ex.record.times.request = -1;
    }
    let index = ex.backend.unwrap_or(conn.session.frontend);
    ex.answered = false;
    ex.down.reset();
    ex.down.input.clear();
    let made = ex.with_ctx(conn, |program, ctx| error_reply(program, index, status, ctx));
    if matches!(failure.fault, Fault::Client | Fault::ClientTimeout) || failure.stage == Stage::Request {
        ex.keep_client = false;
    }
    send(conn, ex, made, [fault, stage]).await
}

/// The answer to what was no request: as raw as HAProxy's, no rule sees it.
pub(super) async fn refusal(conn: &mut Conn, ex: &mut Exchange, status: u16, termination: [u8; 2]) -> After {
    let front = conn.session.frontend;
    ex.req.clear();
    let made = ex.with_ctx(conn, |program, ctx| {
        steelyard_core::reply::refusal(program, front, status, ctx)
    });
    ex.keep_client = false;
    ex.res = made.head;
    ex.res.write(&mut ex.down.out);
    ex.down.out.extend_from_slice(&made.body);
    flush(conn, ex).await;
    // To a frontend in mode tcp there was a connection that ended early, and no reply.
    if conn.is_http() {
        ex.record.status = status;
        ex.record.bytes_read = ex.down.sent;
        finish::account(conn, ex);
    }
    finish::log_refused(conn, ex, termination);
    After::Close
}

/// Sends a whole reply and ends the request.
async fn send(conn: &mut Conn, ex: &mut Exchange, mut made: MadeReply, mut termination: [u8; 2]) -> After {
    ex.keep_client =
        ex.keep_client && !made.close && !ex.closes_client(conn) && !conn.worker.shared.is_stopping() && swallow_body(ex);
    ex.res = made.head;
    ex.answered = true;
    ex.record.status = made.status;
    if conn.live.program.reads_response_body() {
        ex.seen_body.clone_from(&made.body);
        ex.body_known = true;
    }
    if !respond::after_response(conn, ex) || ex.res.status() < 200 {
        let front = conn.session.frontend;
        let page = ex.with_ctx(conn, |program, ctx| error_reply(program, front, 500, ctx));
        ex.record.status = page.status;
        (ex.res, made.body) = (page.head, page.body);
        termination = [b'I', termination[1]];
    }
    if Head::is_bodiless(ex.res.status()) {
        made.body.clear();
        if ex.res.status() == 204 {
            ex.res.set_body(Body::None);
        }
    }
    // The version of an error file says nothing of the client's connection.
    let old = ex.res.version() == Version::Http10 && ex.res.get(b"connection").is_none();
    let sound = ex.res.frame_reply(made.body.len() as u64);
    let stays = ex.res.settle_connection() || old;
    ex.keep_client &= sound && stays;
    ex.res.say_connection(ex.req.version(), ex.keep_client);
    if let Some(tracing) = &mut ex.tracing {
        tracing.body(&made.body);
        trace::answers(conn, ex);
    }
    ex.res.write(&mut ex.down.out);
    if ex.req.method() != b"HEAD" {
        ex.down.out.extend_from_slice(&made.body);
    }
    let sent = flush(conn, ex).await;
    ex.record.bytes_read = ex.down.sent;
    finish::account(conn, ex);
    finish::release(conn, ex, false);
    finish::log_refused(conn, ex, termination);
    finish::next(conn, ex);
    match sent {
        true if ex.keep_client => After::Next,
        true => After::Close,
        false => After::Abort,
    }
}

/// Whether the body of the request is here to its end; it is dropped then, and the next request may follow.
fn swallow_body(ex: &mut Exchange) -> bool {
    if ex.up_done || ex.body == Body::None {
        return true;
    }
    if ex.up.sent > 0 || !ex.up.is_flushed() {
        return ex.up.is_received();
    }
    ex.up.framing = ex.request_framing();
    ex.up.decode().is_ok() && ex.up.is_received()
}

/// Sends what waits for the client, within `timeout client`.
async fn flush(conn: &mut Conn, ex: &mut Exchange) -> bool {
    conn.timer.set(after(Instant::now(), conn.front().timeouts.client));
    poll_fn(|cx| match ex.down.poll_flush(&mut conn.client, cx) {
        Poll::Ready(done) => Poll::Ready(done.is_ok()),
        Poll::Pending => conn.timer.poll(cx).map(|()| false),
    })
    .await
}

/// Holds the client for `timeout tarpit`, or until it leaves.
async fn tarpit(conn: &mut Conn, ex: &mut Exchange) {
    let timeouts = &ex.back(conn).timeouts;
    let held = ex.record.set.tarpit.or(timeouts.tarpit).or(timeouts.connect);
    conn.timer.set(after(ex.now, held));
    let from = ex.now;
    poll_fn(
        |cx| match conn.timer.poll(cx).is_ready() || super::transfer::watch_client(conn, ex, true, cx) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        },
    )
    .await;
    ex.now = Instant::now();
    ex.record.times.queue = super::exchange::ms(from, ex.now);
}

/// Ends a request that gets no reply.
fn finish_unanswered(conn: &mut Conn, ex: &mut Exchange, termination: [u8; 2]) {
    ex.now = Instant::now();
    ex.record.bytes_read = ex.down.sent;
    finish::release(conn, ex, false);
    finish::account(conn, ex);
    finish::log_refused(conn, ex, termination);
    finish::next(conn, ex);
}

/// The client of a response that a rule made disappear, which it has been told nothing of.
pub(super) fn dropped(conn: &mut Conn, ex: &mut Exchange) -> After {
    count_denied_close(conn, ex);
    finish_unanswered(conn, ex, *b"PR");
    After::Abort
}

/// A request that the frontend answers itself, as far as that is not a refusal.
fn count_intercepted(conn: &Conn, ex: &Exchange) {
    let front = conn.live.frontend(conn.session.frontend);
    if let Some(front) = front.filter(|_| ex.backend.is_none() && conn.is_http()) {
        bump(&front.counters.intercepted);
    }
}

fn count_denied(conn: &Conn, ex: &Exchange, made: &MadeReply) {
    if !matches!(made.cause, ReplyCause::Deny | ReplyCause::Tarpit) {
        return;
    }
    count_denied_close(conn, ex);
}

fn count_denied_close(conn: &Conn, ex: &Exchange) {
    if let Some(front) = conn.live.frontend(conn.session.frontend) {
        bump(&front.counters.dreq);
    }
    if let Some(back) = ex.backend.and_then(|backend| conn.live.backend(backend)) {
        bump(&back.counters.dreq);
    }
}

fn count_denied_response(conn: &Conn, ex: &Exchange, made: &MadeReply) {
    if made.cause == ReplyCause::Deny {
        count_refused_response(conn, ex);
    }
}

/// A rule refused the response of a server.
pub(super) fn count_refused_response(conn: &Conn, ex: &Exchange) {
    if let Some(front) = conn.live.frontend(conn.session.frontend) {
        bump(&front.counters.dresp);
    }
    if let Some(back) = ex.backend.and_then(|backend| conn.live.backend(backend)) {
        bump(&back.counters.dresp);
    }
    if let Some(slot) = &ex.slot {
        bump(&slot.server_live.counters.dresp);
    }
}
