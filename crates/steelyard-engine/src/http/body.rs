//! Bodies that something looks at before they are passed on.

use super::decide::failure;
use super::exchange::Exchange;
use super::session::Conn;
use crate::error::{Error, Fault, Stage};
use crate::timer::after;
use std::future::poll_fn;
use std::task::{Context, Poll};
use steelyard_core::http1::{Body, ChunkDecoder, ChunkStep};

/// Waits for the body of the request: to its end, until the buffer is full (manual, `option http-buffer-request`), or until `least` bytes
/// of it are there, where that is not 0. `limit`: milliseconds from now, instead of the timeout for requests.
pub(super) async fn hold_body(conn: &mut Conn, ex: &mut Exchange, limit: Option<u64>, least: u64) -> Result<(), Error> {
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
pub(super) fn look_at_body(ex: &mut Exchange) -> Result<bool, ()> {
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
