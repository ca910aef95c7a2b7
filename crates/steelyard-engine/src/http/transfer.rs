//! Both directions at once: the request to the server, its response to the client, whoever is first.

use super::exchange::{limits, ms, Exchange};
use super::session::Conn;
use crate::buffer::LARGE;
use crate::error::{Error, Fault, Stage};
use crate::pool::ServerConn;
use crate::relay::http::{FlowError, Waits};
use crate::relay::throttle::Throttle;
use crate::stream::Stream;
use crate::timer::after;
use std::future::poll_fn;
use std::task::{Context, Poll};
use steelyard_core::http1::{parse_response, Limits, Progress, Version};
use steelyard_core::program::Wants;

/// Sends the request and reads the head of the final response into `ex.res`.
pub(super) async fn until_head(conn: &mut Conn, ex: &mut Exchange) -> Result<(), Error> {
    let Some(mut server) = ex.server.take() else {
        return Err(error(Fault::Internal, Stage::Headers));
    };
    server.uses += 1;
    Throttle::update(&mut ex.up.throttle, &mut ex.record, true);
    let malformed = ex.up.decode().is_err();
    let mut wait = Wait::new(conn, ex);
    let done = if malformed {
        Err(error(Fault::Proxy, Stage::Request))
    } else {
        poll_fn(|cx| wait.poll_head(conn, ex, &mut server, cx)).await
    };
    ex.server = Some(server);
    done
}

/// Moves what is left of both bodies.
pub(super) async fn bodies(conn: &mut Conn, ex: &mut Exchange) -> Result<(), Error> {
    let Some(mut server) = ex.server.take() else {
        return Err(error(Fault::Internal, Stage::Data));
    };
    limit(ex);
    let mut wait = None;
    let done = poll_fn(|cx| poll_bodies(&mut wait, conn, ex, &mut server.stream, cx)).await;
    ex.server = Some(server);
    shrink(conn, ex);
    done
}

/// Both bodies to their ends. `wait` is made when there is something to wait for: the body of a small response is here with its head.
fn poll_bodies(
    wait: &mut Option<Wait>,
    conn: &mut Conn,
    ex: &mut Exchange,
    server: &mut Stream,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Error>> {
    if wait.is_some() {
        // The first poll comes right after something else looked at the clock.
        ex.now = conn.worker.clock.now();
    }
    // The place on the server is given back before the client has the last byte: its next request, perhaps on another
    // thread, must find the server as idle as it is.
    let (slot, sent) = (&mut ex.slot, ex.up_done);
    let down = ex.down.poll_and(server, &mut conn.client, cx, || {
        if let Some(slot) = slot.as_mut().filter(|_| sent) {
            slot.release();
        }
    });
    let down = match down {
        Poll::Ready(Ok(())) if ex.up_done => return Poll::Ready(Ok(())),
        Poll::Ready(Ok(())) => Poll::Ready(()),
        Poll::Ready(Err(failure)) => return Poll::Ready(Err(of_response(&failure))),
        Poll::Pending => {
            grow(conn, ex);
            Poll::Pending
        }
    };
    let wait = wait.get_or_insert_with(|| Wait::new(conn, ex));
    wait.poll_rest(down, conn, ex, server, cx)
}

/// Bandwidth limits that rules have turned on.
pub(super) fn limit(ex: &mut Exchange) {
    Throttle::update(&mut ex.up.throttle, &mut ex.record, true);
    Throttle::update(&mut ex.down.throttle, &mut ex.record, false);
}

/// What all waits share.
pub(super) struct Wait {
    limits: Limits,
    client_limit: Option<u64>,
    server_limit: Option<u64>,
    abort: bool,
    /// Not the first time: the clock must be asked.
    again: bool,
    /// The server takes no more of the request.
    refused: bool,
    moved: u64,
}

impl Wait {
    pub(super) fn new(conn: &Conn, ex: &Exchange) -> Self {
        let back = ex.back(conn);
        Self {
            limits: limits(conn, back.options.accept_invalid_http_response),
            client_limit: ex.record.set.client.or(conn.front().timeouts.client),
            server_limit: ex.record.set.server.or(back.timeouts.server),
            abort: ex.wants.any(Wants::ABORT_ON_CLOSE) && (back.options.abortonclose || conn.front().options.abortonclose),
            again: false,
            refused: false,
            moved: u64::MAX,
        }
    }

    fn poll_head(
        &mut self,
        conn: &mut Conn,
        ex: &mut Exchange,
        server: &mut ServerConn,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        self.tick(conn, ex);
        if let Err(failure) = self.send_request(conn, ex, &mut server.stream, Stage::Headers, cx) {
            return Poll::Ready(Err(failure));
        }
        loop {
            if !ex.down.input.is_empty() {
                match self.read_head(ex) {
                    Ok(true) => return Poll::Ready(Ok(())),
                    Ok(false) => {}
                    Err(failure) => return Poll::Ready(Err(failure)),
                }
            }
            match ex.down.poll_read(&mut server.stream, cx) {
                Poll::Ready(Ok(count)) if count > 0 => {}
                Poll::Ready(_) => {
                    let retry = ex.reused && ex.down.received == 0;
                    // A head without its end is no HTTP.
                    let cut = !ex.down.input.is_empty() && !ex.down.broken;
                    let (fault, stage) = (if cut { Fault::Proxy } else { Fault::Server }, Stage::Headers);
                    return Poll::Ready(Err(Error { fault, stage, retry }));
                }
                Poll::Pending => break,
            }
        }
        // Interim responses go on at once.
        if let Poll::Ready(Err(_)) = ex.down.poll_flush(&mut conn.client, cx) {
            return Poll::Ready(Err(error(Fault::Client, Stage::Headers)));
        }
        if self.watch(conn, ex, cx) {
            return Poll::Ready(Err(error(Fault::Client, Stage::Headers)));
        }
        self.poll_timeout(conn, ex, Stage::Headers, cx)
    }

    /// Whether the head of the final response is there. Interim ones are queued for the client.
    fn read_head(&mut self, ex: &mut Exchange) -> Result<bool, Error> {
        let bad = error(Fault::Proxy, Stage::Headers);
        loop {
            let consumed = match parse_response(ex.down.input.data(), &self.limits, &mut ex.res) {
                Ok(Progress::Done { consumed }) => consumed,
                Ok(Progress::Partial) if !ex.down.input.is_full() => return Ok(false),
                Ok(Progress::Partial) | Err(_) => {
                    ex.record.glitches.1 += 1;
                    return Err(bad);
                }
            };
            ex.down.input.consume(consumed);
            let status = ex.res.status();
            if status >= 200 || status == 101 {
                ex.record.times.response = ms(ex.connected, ex.now);
                return Ok(true);
            }
            if let Some(slot) = &ex.slot {
                slot.server_live.counters.response(status);
            }
            // RFC 9110 section 15.2: an HTTP/1.0 client gets no 1xx.
            if ex.req.version() == Version::Http11 {
                ex.res.write(&mut ex.down.out);
            }
            ex.res.clear();
            if ex.down.input.is_empty() {
                return Ok(false);
            }
        }
    }

    /// What the response did not finish: the rest of the request, a client that leaves, time.
    fn poll_rest(
        &mut self,
        down: Poll<()>,
        conn: &mut Conn,
        ex: &mut Exchange,
        server: &mut Stream,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        // The server has done its part: what is left is between the client and us.
        let stage = if ex.down.is_received() { Stage::Last } else { Stage::Data };
        if let Err(failure) = self.send_request(conn, ex, server, stage, cx) {
            return Poll::Ready(Err(failure));
        }
        if down.is_ready() && ex.up_done {
            return Poll::Ready(Ok(()));
        }
        if self.watch(conn, ex, cx) {
            return Poll::Ready(Err(error(Fault::Client, stage)));
        }
        self.poll_timeout(conn, ex, Stage::Data, cx)
    }

    /// Whether the client has gone, where that ends the exchange.
    pub(super) fn watch(&self, conn: &mut Conn, ex: &mut Exchange, cx: &mut Context<'_>) -> bool {
        watch_client(conn, ex, self.abort, cx)
    }

    /// Moves the request on.
    pub(super) fn send_request(
        &mut self,
        conn: &mut Conn,
        ex: &mut Exchange,
        server: &mut Stream,
        stage: Stage,
        cx: &mut Context<'_>,
    ) -> Result<(), Error> {
        if ex.up_done {
            return Ok(());
        }
        match ex.up.poll(conn.reader(), server, cx) {
            Poll::Pending => {
                grow(conn, ex);
                Ok(())
            }
            Poll::Ready(Ok(())) => {
                ex.up_done = true;
                Ok(())
            }
            // It may have answered already, and closed: its answer decides.
            Poll::Ready(Err(FlowError::Sink)) => {
                ex.up_done = true;
                self.refused = true;
                ex.keep_client = false;
                ex.keep_server = false;
                Ok(())
            }
            Poll::Ready(Err(FlowError::Source)) => Err(error(Fault::Client, stage)),
            Poll::Ready(Err(FlowError::Malformed)) => {
                ex.bad_request = true;
                Err(error(Fault::Proxy, stage))
            }
        }
    }

    /// The first poll comes right after something else looked at the clock.
    fn tick(&mut self, conn: &Conn, ex: &mut Exchange) {
        if self.again {
            ex.now = conn.worker.clock.now();
        }
        self.again = true;
    }

    /// Each byte that moved gives the one we wait for its whole time again.
    fn poll_timeout(&mut self, conn: &mut Conn, ex: &Exchange, stage: Stage, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if ex.up.held || ex.down.held {
            // Time begins anew when bytes move again.
            self.moved = u64::MAX;
            return Poll::Pending;
        }
        let moved = ex.up.sent + ex.up.received + ex.down.sent + ex.down.received;
        let for_client = self.waits_for_client(ex, stage);
        if moved != self.moved {
            self.moved = moved;
            let limit = match (for_client, self.server_limit) {
                (false, Some(limit)) => Some(limit),
                _ => self.client_limit,
            };
            conn.timer.set(after(ex.now, limit));
        }
        if conn.timer.poll(cx).is_pending() {
            return Poll::Pending;
        }
        let fault = if for_client {
            Fault::ClientTimeout
        } else {
            Fault::ServerTimeout
        };
        Poll::Ready(Err(error(fault, stage)))
    }

    fn waits_for_client(&self, ex: &Exchange, stage: Stage) -> bool {
        let uploads = !ex.up_done && ex.up.waits == Waits::Source;
        match stage {
            Stage::Headers => uploads,
            // The response waits for its reader, or is complete and the request is not.
            _ if ex.down.is_received() && ex.down.is_flushed() => uploads,
            _ => ex.down.waits == Waits::Sink,
        }
    }
}

/// While nothing more of the request is due: whether the client has gone. Bytes of a next request are read ahead.
pub(super) fn watch_client(conn: &mut Conn, ex: &mut Exchange, abort: bool, cx: &mut Context<'_>) -> bool {
    let complete = ex.up_done || ex.body == steelyard_core::http1::Body::None;
    if !complete || conn.client_ended || !ex.up.input.is_empty() {
        return abort && conn.client_ended;
    }
    let read = ex.up.poll_read(conn.reader(), cx);
    conn.watched = read.is_pending();
    match read {
        Poll::Pending | Poll::Ready(Ok(1..)) => false,
        Poll::Ready(Ok(0)) => {
            conn.client_ended = true;
            abort
        }
        Poll::Ready(Err(_)) => true,
    }
}

fn of_response(failure: &FlowError) -> Error {
    match failure {
        FlowError::Source | FlowError::Malformed => error(Fault::Server, Stage::Data),
        FlowError::Sink => error(Fault::Client, Stage::Data),
    }
}

fn error(fault: Fault, stage: Stage) -> Error {
    Error {
        fault,
        stage,
        retry: false,
    }
}

/// Bodies that fill their buffer get a large one.
fn grow(conn: &Conn, ex: &mut Exchange) {
    for flow in [&mut ex.up, &mut ex.down] {
        if flow.filled && flow.input.is_empty() && flow.input.capacity() < LARGE {
            let small = std::mem::replace(&mut flow.input, conn.worker.buffers.take_large());
            conn.worker.buffers.give(small);
        }
    }
}

/// Large buffers go back; the beginning of a next request moves over, unless it is too long for that.
pub(super) fn shrink(conn: &Conn, ex: &mut Exchange) {
    let size = conn.live.program.plan.global.bufsize as usize;
    for flow in [&mut ex.up, &mut ex.down] {
        flow.filled = false;
        if flow.input.capacity() != size && flow.is_flushed() && flow.input.len() <= size {
            let mut small = conn.worker.buffers.take(size);
            small.append(flow.input.data());
            let large = std::mem::replace(&mut flow.input, small);
            conn.worker.buffers.give(large);
        }
    }
}
