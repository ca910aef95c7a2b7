//! Requests that the Python side answers: the statistics page, `use-service`.

use super::exchange::Exchange;
use super::session::Conn;
use crate::event::Event;
use crate::service::ServiceReply;
use crate::timer::after;
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::task::Poll;
use std::time::Instant;
use steelyard_core::http1::Head;
use steelyard_core::reply::{error_reply, MadeReply, ReplyCause};
use tokio::sync::oneshot::Receiver;

/// Longest wait for an answer where `timeout server` says nothing.
const PATIENCE_MS: u64 = 10_000;

/// Asks the Python side and waits for its answer: 503 when it can't be asked, 504 when it doesn't answer in time. `None` when the
/// client leaves.
pub(super) async fn ask(conn: &mut Conn, ex: &mut Exchange, name: &str, proxy: u32) -> Option<MadeReply> {
    let asked = conn.worker.shared.services.ask();
    let (token, mut receiver) = match asked {
        Some(question) => question,
        None => return Some(error(conn, ex, 503)),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let event = Event::Service {
        token,
        service: name.to_owned(),
        proxy,
        method: text(ex.req.method()),
        uri: text(ex.req.target()),
        headers: ex.req.fields().map(|(name, value)| [text(name), text(value)]).collect(),
        src: conn
            .session
            .src
            .map(|address| address.ip().to_canonical().to_string())
            .unwrap_or_default(),
    };
    if !conn.worker.shared.events.push(event) {
        return Some(error(conn, ex, 503));
    }
    let patience = ex.back(conn).timeouts.server.unwrap_or(PATIENCE_MS).min(PATIENCE_MS);
    conn.timer.set(after(ex.now, Some(patience)));
    let answer = wait(conn, ex, &mut receiver).await;
    ex.now = Instant::now();
    match answer {
        Waited::Answer(reply) => Some(made(&reply)),
        Waited::Nothing => Some(error(conn, ex, 504)),
        Waited::Gone => None,
    }
}

pub(super) enum Waited {
    Answer(ServiceReply),
    Nothing,
    Gone,
}

pub(super) async fn wait(conn: &mut Conn, ex: &mut Exchange, receiver: &mut Receiver<ServiceReply>) -> Waited {
    poll_fn(|cx| {
        match Pin::new(&mut *receiver).poll(cx) {
            Poll::Ready(Ok(reply)) => return Poll::Ready(Waited::Answer(reply)),
            Poll::Ready(Err(_)) => return Poll::Ready(Waited::Nothing),
            Poll::Pending => {}
        }
        if conn.timer.poll(cx).is_ready() {
            return Poll::Ready(Waited::Nothing);
        }
        match super::transfer::watch_client(conn, ex, true, cx) {
            true => Poll::Ready(Waited::Gone),
            false => Poll::Pending,
        }
    })
    .await
}

fn error(conn: &mut Conn, ex: &mut Exchange, status: u16) -> MadeReply {
    let index = conn.session.frontend;
    ex.with_ctx(conn, |program, ctx| error_reply(program, index, status, ctx))
}

fn made(reply: &ServiceReply) -> MadeReply {
    let mut head = Head::from_parts_response(reply.status, reason(reply.status));
    for (name, value) in &reply.headers {
        let framing = name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding");
        if !framing {
            head.add(name.as_bytes(), value.as_bytes());
        }
    }
    head.add(b"Content-Length", reply.body.len().to_string().as_bytes());
    MadeReply {
        head,
        status: reply.status,
        body: reply.body.clone(),
        cause: ReplyCause::Return,
        close: false,
    }
}

fn reason(status: u16) -> &'static [u8] {
    match status {
        200 => b"OK",
        204 => b"No Content",
        302 => b"Found",
        303 => b"See Other",
        304 => b"Not Modified",
        400 => b"Bad Request",
        401 => b"Unauthorized",
        403 => b"Forbidden",
        404 => b"Not Found",
        405 => b"Method Not Allowed",
        500 => b"Internal Server Error",
        503 => b"Service Unavailable",
        _ => b"Unknown",
    }
}
