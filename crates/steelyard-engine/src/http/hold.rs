//! Waiting with a response in hand: `http-response pause` and `wait-for-body`. The request moves on meanwhile.

use super::body::{enlarge, Look};
use super::exchange::Exchange;
use super::session::Conn;
use super::transfer::Wait;
use crate::error::{Error, Fault, Stage};
use crate::stream::Stream;
use crate::timer::after;
use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Instant;
use steelyard_core::http1::Body;

/// What a response is held for.
#[derive(Clone, Copy)]
pub(super) enum Until {
    /// The time is over.
    Time,
    /// The body is here, or so many bytes of it where that is not 0, or no more fits into the buffer, a large one where that may be.
    Body(Body, u64, bool),
}

/// Holds a response for `ms` milliseconds at most. A body that does not come in that time is the server's fault.
pub(super) async fn response(conn: &mut Conn, ex: &mut Exchange, until: Until, ms: u64) -> Result<(), Error> {
    let Some(mut server) = ex.server.take() else {
        return Ok(());
    };
    let mut wait = Wait::new(conn, ex);
    conn.timer.set(after(Instant::now(), Some(ms)));
    let mut look = Look::new();
    let done = poll_fn(|cx| poll(conn, ex, &mut wait, &mut server.stream, (&mut look, until), cx)).await;
    ex.server = Some(server);
    ex.now = Instant::now();
    done
}

fn poll(
    conn: &mut Conn,
    ex: &mut Exchange,
    wait: &mut Wait,
    server: &mut Stream,
    (look, until): (&mut Look, Until),
    cx: &mut Context<'_>,
) -> Poll<Result<(), Error>> {
    if let Err(failure) = wait.send_request(conn, ex, server, Stage::Headers, cx) {
        return Poll::Ready(Err(failure));
    }
    if wait.watch(conn, ex, cx) {
        return Poll::Ready(Err(failure(Fault::Client)));
    }
    let late = match until {
        Until::Time => Ok(()),
        Until::Body(body, least, large) => {
            if let Poll::Ready(there) = poll_body(conn, ex, server, look, (body, least, large), cx) {
                return Poll::Ready(there);
            }
            Err(failure(Fault::ServerTimeout))
        }
    };
    conn.timer.poll(cx).map(|()| late)
}

/// Ready when there is enough of it; `seen_body` has it decoded then.
fn poll_body(
    conn: &Conn,
    ex: &mut Exchange,
    server: &mut Stream,
    look: &mut Look,
    (body, least, large): (Body, u64, bool),
    cx: &mut Context<'_>,
) -> Poll<Result<(), Error>> {
    loop {
        let ended = body == Body::Close && ex.down.ended;
        ex.body_known = match look.on(body, ex.down.input.data(), &mut ex.seen_body) {
            Ok(complete) => complete || ended,
            Err(()) => return Poll::Ready(Err(failure(Fault::Proxy))),
        };
        let enough = least > 0 && ex.seen_body.len() as u64 >= least;
        let done = ex.body_known || enough;
        if done || (ex.down.input.is_full() && !(large && enlarge(conn, &mut ex.down.input))) {
            return Poll::Ready(Ok(()));
        }
        match ex.down.poll_read(server, cx) {
            Poll::Ready(Ok(1..)) => {}
            Poll::Ready(Ok(_)) if body == Body::Close => {}
            Poll::Ready(_) => return Poll::Ready(Err(failure(Fault::Server))),
            Poll::Pending => return Poll::Pending,
        }
    }
}

fn failure(fault: Fault) -> Error {
    Error {
        fault,
        stage: Stage::Headers,
        retry: false,
    }
}
