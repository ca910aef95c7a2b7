//! Requests that go to a server once more after one had them (`retry-on`): they are kept while they fit into a buffer, and until a
//! response counts.

use super::exchange::Exchange;
use super::session::Conn;
use crate::connect::{count_change, redispatches};
use crate::error::{Error, Fault, Stage};
use steelyard_core::http1::{Body, ChunkDecoder, ChunkStep};
use steelyard_core::plan::RetryOn;
use steelyard_core::program::Wants;

/// Memory that a spare exchange may hold for the next request, bytes.
const KEEP: usize = 32 * 1024;

/// What is needed for another try.
#[derive(Default)]
pub(super) struct Again {
    /// All of the request was there when it was sent first.
    whole: bool,
    /// Its body, as it came.
    body: Vec<u8>,
    /// Whether the client's connection was to stay.
    keep_client: bool,
    /// The server that failed, where another one may take the request.
    pub(super) left: Option<u32>,
}

impl Again {
    /// For the next request.
    pub(super) fn forget(&mut self) {
        self.whole = false;
        self.left = None;
        self.body.clear();
        self.body.shrink_to(KEEP);
    }
}

fn wishes<'a>(conn: &'a Conn, ex: &Exchange) -> Option<&'a RetryOn> {
    if !ex.wants.any(Wants::REPEAT) {
        return None;
    }
    let wishes = ex.back(conn).backend.as_ref().map(|back| &back.retry_on)?;
    wishes.repeats().then_some(wishes)
}

/// Before the request is sent: keeps it, where it may be sent again and all of it is here and fits into a buffer.
pub(super) fn keep(conn: &Conn, ex: &mut Exchange) {
    if wishes(conn, ex).is_none() || ex.record.sent_once {
        return;
    }
    let (head, bytes) = (ex.up.out.len(), ex.up.input.data());
    let most = conn.live.program.plan.global.bufsize as usize;
    let body = length(ex.body, bytes).filter(|length| head + length <= most);
    let again = &mut ex.again;
    again.whole = body.is_some();
    again.keep_client = ex.keep_client;
    again.body.clear();
    again
        .body
        .extend_from_slice(bytes.get(..body.unwrap_or(0)).unwrap_or_default());
}

/// How long a body is, in the bytes it came in; `None` where it is not all there.
fn length(body: Body, bytes: &[u8]) -> Option<usize> {
    match body {
        Body::None => Some(0),
        Body::Length(length) => usize::try_from(length).ok().filter(|length| *length <= bytes.len()),
        Body::Close => None,
        Body::Chunked => {
            let mut decoder = ChunkDecoder::new();
            let mut at = 0;
            loop {
                match decoder.step(bytes.get(at..)?).ok()? {
                    ChunkStep::NeedMore { .. } => return None,
                    ChunkStep::End { consumed } => return Some(at + consumed),
                    ChunkStep::Trailer { consumed, .. } => at += consumed,
                    ChunkStep::Data { start, len } => at += start + len,
                }
            }
        }
    }
}

/// Whether the request is to be sent again, after what became of it: then all is ready for that, and nothing of this try is left.
pub(super) fn may_repeat(conn: &Conn, ex: &mut Exchange, done: Result<(), Error>) -> bool {
    ex.again.whole && wishes(conn, ex).is_some_and(|on| asks(on, ex, done)) && repeat(conn, ex)
}

fn asks(on: &RetryOn, ex: &Exchange, done: Result<(), Error>) -> bool {
    match done {
        Ok(()) if ex.res.response_body(ex.req.method()).is_err() => on.junk,
        Ok(()) => on.statuses.contains(&ex.res.status()),
        Err(error) => match (error.fault, error.stage) {
            // It closed: after part of a head that is a wrong one.
            (Fault::Server, Stage::Headers) if ex.down.input.is_empty() => on.empty,
            (Fault::Server | Fault::Proxy, Stage::Headers) => on.junk,
            (Fault::ServerTimeout, Stage::Headers) => on.timeout,
            _ => false,
        },
    }
}

/// Counts the try and puts the request back; the next server is this one, or is to be picked.
fn repeat(conn: &Conn, ex: &mut Exchange) -> bool {
    let back = ex.back(conn);
    let most = back.backend.as_ref().map_or(0, |backend| backend.retries);
    if ex.record.retries >= ex.record.set.retries.unwrap_or(most) {
        return false;
    }
    let (persistent, tries) = (ex.persist.server.is_some(), ex.record.retries + 1);
    let may_leave = |slot| redispatches(back, &conn.live, slot, persistent, tries);
    let elsewhere = !ex.persist.is_forced() && ex.slot.as_ref().is_some_and(may_leave);
    if !put_back(conn, ex) {
        return false;
    }
    ex.record.retries = tries;
    match ex.slot.take() {
        Some(slot) if elsewhere => ex.again.left = Some(slot.server),
        Some(slot) => {
            count_change(&conn.live, &slot, Some(slot.server), &mut ex.record);
            ex.slot = Some(slot);
        }
        None => {}
    }
    ex.server = None;
    ex.reused = false;
    ex.up_done = false;
    ex.keep_client = ex.again.keep_client;
    ex.res.clear();
    ex.down.input.clear();
    ex.down.ended = false;
    ex.down.broken = false;
    ex.down.received = 0;
    true
}

/// Puts the body in front of what the client has sent behind it. False: that is too much for any buffer.
fn put_back(conn: &Conn, ex: &mut Exchange) -> bool {
    let throttle = ex.up.throttle.take();
    ex.up.reset();
    ex.up.throttle = throttle;
    if ex.again.body.is_empty() {
        return true;
    }
    let wanted = ex.again.body.len() + ex.up.input.len();
    let size = conn.live.program.plan.global.bufsize as usize;
    let mut buffer = if wanted <= size {
        conn.worker.buffers.take(size)
    } else {
        conn.worker.buffers.take_large()
    };
    let fits = wanted <= buffer.capacity();
    if fits {
        buffer.append(&ex.again.body);
        buffer.append(ex.up.input.data());
        std::mem::swap(&mut ex.up.input, &mut buffer);
    }
    conn.worker.buffers.give(buffer);
    fits
}
