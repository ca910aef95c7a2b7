//! Rule sets of a request, run to their end: what their verdicts mean, and what they wait for.

use super::body::{hold_body, look_at_body};
use super::decide::{failure, Decision};
use super::exchange::Exchange;
use super::resolve::resolve;
use super::session::{proxy, Conn};
use crate::error::{Error, Fault, Stage};
use crate::timer::after;
use std::future::poll_fn;
use std::task::Poll;
use steelyard_core::http1::Version;
use steelyard_core::program::ProxyProgram;
use steelyard_core::rules::{Rules, Verdict};

/// Runs one rule set; `None` when the request goes on.
pub(super) async fn run(conn: &mut Conn, ex: &mut Exchange, index: u32, which: fn(&ProxyProgram) -> &Rules) -> Option<Decision> {
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
            Verdict::Body { at, ms, least, large } => {
                from = at;
                Box::pin(hold_body(conn, ex, Some(ms), least, large)).await
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
        | Verdict::Switch
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
pub(super) async fn tcp_content(conn: &mut Conn, ex: &mut Exchange, index: u32) -> Option<Decision> {
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
        let more = poll_fn(|cx| match ex.up.poll_read(conn.reader(), cx) {
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
