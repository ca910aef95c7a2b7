//! Waiting for a request and reading its head.

use super::exchange::{limits, ms, Exchange};
use super::session::Conn;
use super::{finish, reply, trace, After};
use crate::live::{bump, wall};
use crate::timer::after;
use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use steelyard_core::capture;
use steelyard_core::http1::{parse_request, Body, ChunkDecoder, HeadError, Limits, Progress};
use steelyard_core::program::Wants;
use steelyard_core::table::Event;

/// What ended the wait for a request.
pub(super) enum Woken {
    /// There is something to read, perhaps the end.
    Bytes,
    Timeout,
    /// The process stops, and this client was between two requests.
    Stopping,
}

/// Why there is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Bad(HeadError),
    /// The part of a chunked body that came with the head is malformed.
    BadBody,
    /// `timeout http-request` passed.
    Timeout,
    /// The client ended or reset its connection.
    Ended,
}

/// Waits for the first byte of a request. Holds no buffer.
pub(super) async fn wait(conn: &mut Conn) -> Woken {
    let timeouts = &conn.front().timeouts;
    let request = timeouts.http_request.or(timeouts.client);
    let limit = if conn.requests == 0 {
        request
    } else {
        timeouts.http_keep_alive.or(request)
    };
    let deadline = after(conn.since, limit);
    conn.timer.set(deadline);
    poll_fn(|cx| {
        // Where the request before has waited for this client in vain, nothing is asked of the runtime a second time.
        let known = std::mem::take(&mut conn.watched) && conn.client.is_quiet();
        if !known && conn.client.poll_read_ready(cx).is_ready() {
            return Poll::Ready(Woken::Bytes);
        }
        if conn.timer.poll(cx).is_ready() {
            return Poll::Ready(Woken::Timeout);
        }
        conn.enrol(cx.waker());
        // With that option the response to the next request says that the connection closes.
        if conn.requests > 0 && conn.worker.shared.is_stopping() && !conn.front().options.idle_close_on_response {
            return Poll::Ready(Woken::Stopping);
        }
        Poll::Pending
    })
    .await
}

/// No byte of a request came in time: 408 to a client that never said anything, silence to one that had its answers.
pub(super) async fn timed_out(conn: &mut Conn) {
    if conn.requests == 0 {
        let mut ex = Exchange::take(conn);
        ex.begun = conn.since;
        ex.now = Instant::now();
        let _ = refuse(conn, &mut ex, Stop::Timeout).await;
        ex.end();
        ex.give_back(conn);
    }
}

/// Reads the head of a request into `ex.req`.
pub(super) async fn head(conn: &mut Conn, ex: &mut Exchange) -> Result<(), Stop> {
    let limits = limits(conn, conn.front().options.accept_invalid_http_request);
    let mut began = false;
    poll_fn(|cx| poll_head(conn, ex, &limits, &mut began, cx)).await?;
    ex.received = ex.now;
    ex.connected = ex.now;
    ex.body = ex.req.request_body().map_err(Stop::Bad)?;
    if ex.body == Body::Chunked && ChunkDecoder::is_malformed(ex.up.input.data()) {
        return Err(Stop::BadBody);
    }
    begin(conn, ex);
    Ok(())
}

fn poll_head(
    conn: &mut Conn,
    ex: &mut Exchange,
    limits: &Limits,
    began: &mut bool,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Stop>> {
    loop {
        if !ex.up.input.is_empty() {
            if !*began {
                *began = true;
                begins(conn, ex);
            }
            match parse_request(ex.up.input.data(), limits, &mut ex.req) {
                Ok(Progress::Done { consumed }) => {
                    ex.up.input.consume(consumed);
                    ex.head_bytes = consumed as u64;
                    return Poll::Ready(Ok(()));
                }
                Ok(Progress::Partial) if ex.up.input.is_full() => return Poll::Ready(Err(Stop::Bad(HeadError::TooLarge))),
                Ok(Progress::Partial) => {}
                Err(error) => return Poll::Ready(Err(Stop::Bad(error))),
            }
        }
        match ex.up.poll_read(conn.reader(), cx) {
            Poll::Ready(Ok(0)) => {
                conn.client_ended = true;
                return Poll::Ready(Err(Stop::Ended));
            }
            Poll::Ready(Ok(_)) => ex.now = conn.worker.clock.now(),
            Poll::Ready(Err(_)) => return Poll::Ready(Err(Stop::Ended)),
            Poll::Pending => return conn.timer.poll(cx).map(|()| Err(Stop::Timeout)),
        }
    }
}

/// The first byte is there: from now on the whole head has `timeout http-request`; on a new connection it counts from accept.
fn begins(conn: &mut Conn, ex: &mut Exchange) {
    let timeouts = &conn.front().timeouts;
    let limit = timeouts.http_request.or(timeouts.client);
    if conn.requests > 0 {
        // Sent ahead of time, it begins with the end of the request before.
        ex.now = ex.now.max(conn.since);
    }
    ex.begun = ex.now;
    let from = if conn.requests == 0 { conn.since } else { ex.now };
    conn.timer.set(after(from, limit));
}

/// A request is there: counts it and notes what the log will say.
fn begin(conn: &mut Conn, ex: &mut Exchange) {
    ex.keep_client = ex.req.settle_connection();
    ex.last_request = !ex.keep_client;
    ex.hear(conn);
    let shared = &conn.worker.shared;
    bump(&shared.totals.cum_req);
    conn.worker.meter.begin();
    if let Some(accepted) = ex.raw {
        // This stream has been one since then.
        ex.begun = accepted;
        finish::log_taken_over(conn, ex);
    } else {
        let record = &mut ex.record;
        record.counter = shared.totals.next_stream();
        record.request_index = conn.requests;
        record.times.idle = ms(conn.since, ex.begun);
        // Before anything of the request is noted: the line is of the client that came.
        if ex.wants.any(Wants::LOG_STEPS) {
            finish::log_accept(conn, ex);
        }
    }
    ex.record.times.request = ms(ex.begun, ex.received);
    if conn.live.program.tracing.is_some() {
        trace::begin(conn, ex);
    }
    if finish::is_logged(conn, ex) || conn.live.program.keeps_request_line() {
        ex.req.start_line(&mut ex.record.request_line);
        note_dates(conn, ex);
    }
    if ex.wants.any(Wants::CAPTURES) {
        capture::headers(&conn.captures().request, &ex.req, &ex.record.request_captures);
    }
}

/// Counts a request of the frontend. To its content rules there was none yet, so none that they refuse counts.
pub(super) fn count_request(conn: &Conn, ex: &Exchange) {
    if let Some(front) = conn.live.frontend(conn.session.frontend) {
        bump(&front.counters.req_tot);
        front.counters.req_rate.add(conn.worker.ms_at(ex.now), 1);
    }
}

/// The dates of the request: its first byte, and the moment the connection was ready for it (manual 7.3.3, `accept_date`), which is
/// accept for the first one and the end of the response before for others.
fn note_dates(conn: &mut Conn, ex: &mut Exchange) {
    let now = wall();
    ex.record.request_date = before(now, ex.now.saturating_duration_since(ex.begun));
    if conn.requests > 0 {
        conn.session.accepted = before(now, ex.now.saturating_duration_since(conn.since));
    }
}

/// A date so much earlier.
fn before(date: (u64, u32), by: Duration) -> (u64, u32) {
    let date = Duration::new(date.0, date.1.saturating_mul(1000)).saturating_sub(by);
    (date.as_secs(), date.subsec_micros())
}

/// Answers what is no request, as far as an answer makes sense, and logs it.
pub(super) async fn refuse(conn: &mut Conn, ex: &mut Exchange, stop: Stop) -> After {
    let nothing = ex.up.input.is_empty() && ex.head_bytes == 0;
    ex.now = Instant::now();
    let options = &conn.front().options;
    if nothing && stop == Stop::Ended && conn.requests > 0 {
        return After::Abort;
    }
    if matches!(stop, Stop::Bad(_) | Stop::BadBody) {
        ex.record.glitches.0 += 1;
    }
    if ex.up.broken {
        ex.record.client_error = steelyard_core::failure::RESET;
    }
    let (status, termination) = match stop {
        Stop::Bad(error) => (error.status(), *b"PR"),
        Stop::BadBody => (400, *b"PR"),
        Stop::Timeout => (408, *b"cR"),
        Stop::Ended => (400, *b"CR"),
    };
    // As in HAProxy, a frontend in mode tcp knows no reason, and no backend, of what came before a request.
    let termination = if conn.is_http() { termination } else { *b"PR" };
    ex.backend = None;
    let probe = nothing && options.http_ignore_probes;
    let left = ex.raw.is_some() && stop == Stop::Ended;
    ex.unlogged = nothing && (options.dontlognull || options.http_ignore_probes || left);
    if !probe {
        // Like HAProxy's, the counters know of a request, and of an error, even where a client left without a word.
        count_request(conn, ex);
        if let Some(front) = conn.live.frontend(conn.session.frontend) {
            bump(&front.counters.ereq);
        }
        conn.tracking.count_session(Event::HttpRequest);
        if stop != Stop::Timeout {
            conn.tracking.count_session(Event::HttpError);
        }
    }
    ex.keep_client = false;
    ex.refused = true;
    ex.record.counter = conn.worker.shared.totals.next_stream();
    ex.record.request_line.clear();
    ex.record.times.request = -1;
    if nothing {
        ex.begun = conn.since;
    }
    ex.record.times.idle = ms(conn.since, ex.begun);
    note_dates(conn, ex);
    if probe || (nothing && stop == Stop::Ended) {
        ex.record.status = status;
        if !probe {
            finish::account(conn, ex);
        }
        finish::log_refused(conn, ex, termination);
        return After::Abort;
    }
    reply::refusal(conn, ex, status, termination).await
}
