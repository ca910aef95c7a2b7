//! Bodies that something looks at before they are passed on.

use super::decide::failure;
use super::exchange::Exchange;
use super::session::Conn;
use crate::buffer::Buffer;
use crate::error::{Error, Fault, Stage};
use crate::timer::after;
use std::future::poll_fn;
use std::task::{Context, Poll};
use steelyard_core::http1::{Body, ChunkDecoder, ChunkStep};

/// Waits for the body of the request: to its end, until the buffer is full (manual, `option http-buffer-request`), or until `least` bytes
/// of it are there, where that is not 0. `limit`: milliseconds from now, instead of the timeout for requests. `large`: a full buffer is
/// changed for a larger one.
pub(super) async fn hold_body(
    conn: &mut Conn,
    ex: &mut Exchange,
    limit: Option<u64>,
    least: u64,
    large: bool,
) -> Result<(), Error> {
    if ex.req.expects_continue() && ex.up.input.is_empty() {
        ex.down.out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        // The answer is given here: the server must not give it again.
        ex.req.remove(b"expect");
    }
    conn.timer.set(match limit {
        // The option may stand in either proxy, and its time beside it.
        None => {
            let own = ex.back(conn).timeouts.http_request;
            after(ex.begun, own.or(conn.front().timeouts.client))
        }
        limit => after(std::time::Instant::now(), limit),
    });
    // A request ends before its connection does.
    if ex.body == Body::Close {
        return Err(failure(Fault::Proxy, Stage::Request));
    }
    let mut look = Look::new();
    let complete = poll_fn(|cx| poll_hold(conn, ex, &mut look, (least, large), cx)).await?;
    ex.down.reset();
    ex.now = std::time::Instant::now();
    ex.body_known |= complete;
    Ok(())
}

/// Ready when there is enough; true where there is no more to come.
fn poll_hold(
    conn: &mut Conn,
    ex: &mut Exchange,
    look: &mut Look,
    (least, large): (u64, bool),
    cx: &mut Context<'_>,
) -> Poll<Result<bool, Error>> {
    if let Poll::Ready(Err(_)) = ex.down.poll_flush(&mut conn.client, cx) {
        return Poll::Ready(Err(failure(Fault::Client, Stage::Request)));
    }
    loop {
        let complete = match look.on(ex.body, ex.up.input.data(), &mut ex.seen_body) {
            Ok(complete) => complete,
            Err(()) => return Poll::Ready(Err(failure(Fault::Proxy, Stage::Request))),
        };
        let full = !complete && ex.up.input.is_full() && !(large && enlarge(conn, &mut ex.up.input));
        let all = complete || full;
        if all || (least > 0 && ex.seen_body.len() as u64 >= least) {
            return Poll::Ready(Ok(all));
        }
        match ex.up.poll_read(conn.reader(), cx) {
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

/// Changes a buffer for one of `tune.bufsize.large`, where that is larger; it goes with the message.
pub(super) fn enlarge(conn: &Conn, buffer: &mut Buffer) -> bool {
    let size = conn.live.program.plan.global.bufsize_large as usize;
    if size <= buffer.capacity() {
        return false;
    }
    let mut large = Buffer::new(size);
    large.append(buffer.data());
    conn.worker.buffers.give(std::mem::replace(buffer, large));
    true
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
    Look::new().on(body, bytes, seen)
}

/// How far a body was decoded: while it grows, each byte is looked at once.
pub(super) struct Look {
    at: usize,
    chunks: ChunkDecoder,
}

impl Look {
    /// From the beginning.
    pub fn new() -> Self {
        Self {
            at: 0,
            chunks: ChunkDecoder::new(),
        }
    }

    /// Goes on: `bytes` are those of before, and more. Gives whether that is all of it.
    pub fn on(&mut self, body: Body, bytes: &[u8], seen: &mut Vec<u8>) -> Result<bool, ()> {
        if self.at == 0 {
            seen.clear();
        }
        let (end, complete) = match body {
            Body::None => return Ok(true),
            Body::Chunked => return self.chunks(bytes, seen),
            Body::Close => (bytes.len(), false),
            Body::Length(length) => {
                let there = usize::try_from(length).unwrap_or(usize::MAX).min(bytes.len());
                (there, there as u64 == length)
            }
        };
        seen.extend_from_slice(bytes.get(self.at..end).unwrap_or_default());
        self.at = end;
        Ok(complete)
    }

    fn chunks(&mut self, bytes: &[u8], seen: &mut Vec<u8>) -> Result<bool, ()> {
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            self.at += match self.chunks.step(rest).map_err(|_| ())? {
                ChunkStep::NeedMore { consumed } => {
                    self.at += consumed;
                    return Ok(false);
                }
                ChunkStep::End { .. } => return Ok(true),
                ChunkStep::Trailer { consumed, .. } => consumed,
                ChunkStep::Data { start, len } => {
                    seen.extend_from_slice(rest.get(start..start + len).unwrap_or_default());
                    start + len
                }
            };
        }
    }
}
