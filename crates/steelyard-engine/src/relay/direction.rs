//! One direction of a relay: bytes as they come, copied through a buffer or spliced through a pipe.

use super::splice::Pipe;
use super::throttle::Throttle;
use crate::buffer::{Buffer, LARGE};
use crate::stream::Stream;
use crate::worker::Worker;
use std::io;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use steelyard_core::record::Record;
use tokio::io::AsyncWrite;

/// Rounds of reading and writing before other tasks of the thread get their turn.
const ROUNDS: u32 = 8;

/// Reads that filled their buffer, in a row, before bytes are spliced without being asked to.
const FULL_READS: u8 = 4;

/// A splice that moved less than this was not worth its calls: bytes are copied again.
const SMALL_SPLICE: usize = 8 * 1024;

/// Which end of a direction failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    From,
    To,
}

/// When to splice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Splicing {
    Never,
    /// When much is moved at a time.
    Bulk,
    /// As soon as possible (`option splice-request`, `splice-response`).
    Always,
}

/// What a call of [`Direction::poll`] moved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moved {
    pub read: bool,
    pub wrote: bool,
}

/// One direction.
pub struct Direction {
    buffer: Option<Buffer>,
    pipe: Option<Pipe>,
    splicing: Splicing,
    /// Reads in a row that filled their buffer.
    full: u8,
    /// The sender has sent its last byte.
    pub ended: bool,
    /// The receiver was told so.
    pub shut: bool,
    /// Bytes handed to the receiver.
    pub bytes: u64,
    /// Limits of what goes on.
    throttle: Option<Box<Throttle>>,
    /// A limit keeps back what was read.
    held: bool,
    /// The sender has reset its connection.
    pub broken: bool,
}

impl Direction {
    pub fn new(splicing: Splicing) -> Self {
        let full = if splicing == Splicing::Always { FULL_READS } else { 0 };
        Self {
            buffer: None,
            pipe: None,
            splicing,
            full,
            ended: false,
            shut: false,
            bytes: 0,
            throttle: None,
            held: false,
            broken: false,
        }
    }

    /// Bandwidth limits that rules have turned on. What is limited is not spliced.
    pub fn limit(&mut self, record: &mut Record, upload: bool) {
        Throttle::update(&mut self.throttle, record, upload);
        if self.throttle.is_some() {
            self.splicing = Splicing::Never;
        }
    }

    /// Bytes that were read before, to be sent first.
    pub fn preload(&mut self, buffer: Buffer) {
        self.buffer = Some(buffer);
    }

    /// What was read and not yet sent.
    pub fn data(&self) -> &[u8] {
        self.buffer.as_ref().map(Buffer::data).unwrap_or_default()
    }

    /// No more can be read before something is sent.
    pub fn is_full(&self) -> bool {
        self.buffer.as_ref().is_some_and(Buffer::is_full)
    }

    /// Reads and sends nothing: bytes are looked at first. Ready when something came, or the end.
    pub fn poll_hold(&mut self, cx: &mut Context<'_>, worker: &Worker, from: &mut Stream) -> Poll<io::Result<()>> {
        if self.ended || self.is_full() {
            return Poll::Pending;
        }
        let mut buffer = self.buffer.take().unwrap_or_else(|| worker.buffers.take(worker.bufsize));
        let read = from.poll_read_slice(cx, buffer.room());
        if let Poll::Ready(Ok(count)) = read {
            buffer.filled(count);
            self.ended = count == 0;
        }
        self.buffer = Some(buffer);
        read.map_ok(drop)
    }

    /// Nothing more goes this way: what was read is dropped.
    pub fn drop_rest(&mut self, worker: &Worker) {
        self.rest(worker);
        self.ended = true;
    }

    /// Bytes were read that the receiver has not taken.
    pub fn is_blocked(&self) -> bool {
        self.buffer.as_ref().is_some_and(|b| !b.is_empty()) || self.pipe.as_ref().is_some_and(|p| p.held() > 0)
    }

    /// The receiver has not taken what it was offered.
    pub fn is_stuck(&self) -> bool {
        self.is_blocked() && !self.held
    }

    /// Moves what can be moved now. Pending wakes are set for whatever it waits for.
    pub fn poll(&mut self, cx: &mut Context<'_>, worker: &Worker, from: &mut Stream, to: &mut Stream) -> Result<Moved, End> {
        let mut moved = Moved::default();
        if self.shut {
            return Ok(moved);
        }
        for _ in 0..ROUNDS {
            if self.is_blocked() {
                match self.poll_write(cx, to) {
                    Poll::Pending => return Ok(moved),
                    Poll::Ready(Err(_)) => return Err(End::To),
                    Poll::Ready(Ok(count)) => {
                        self.bytes += count as u64;
                        moved.wrote = true;
                        continue;
                    }
                }
            }
            if self.ended {
                self.rest(worker);
                return match Pin::new(&mut *to).poll_shutdown(cx) {
                    // A receiver that is gone needs no telling.
                    Poll::Ready(_) => {
                        self.shut = true;
                        Ok(moved)
                    }
                    Poll::Pending => Ok(moved),
                };
            }
            match self.poll_read(cx, worker, from) {
                Poll::Pending => {
                    self.rest(worker);
                    return Ok(moved);
                }
                Poll::Ready(Err(error)) => {
                    self.broken = error.kind() == io::ErrorKind::ConnectionReset;
                    return Err(End::From);
                }
                Poll::Ready(Ok(0)) => self.ended = true,
                Poll::Ready(Ok(_)) => moved.read = true,
            }
        }
        cx.waker().wake_by_ref();
        Ok(moved)
    }

    /// Gives buffer and pipe back: an idle connection holds neither.
    pub fn rest(&mut self, worker: &Worker) {
        if let Some(buffer) = self.buffer.take() {
            worker.buffers.give(buffer);
        }
        if let Some(pipe) = self.pipe.take() {
            worker.pipes.give(pipe);
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, to: &mut Stream) -> Poll<io::Result<usize>> {
        if let Some(buffer) = self.buffer.as_mut().filter(|b| !b.is_empty()) {
            let mut data = buffer.data();
            if let Some(throttle) = &mut self.throttle {
                let quota = throttle.poll_quota(cx, data.len(), self.ended);
                self.held = quota.is_pending();
                data = data.get(..ready!(quota)).unwrap_or(data);
            }
            let written = Pin::new(to).poll_write(cx, data);
            if let Poll::Ready(Ok(count)) = written {
                buffer.consume(count);
                if let Some(throttle) = &mut self.throttle {
                    throttle.spend(count);
                }
            }
            return written;
        }
        let Some(pipe) = self.pipe.as_mut() else {
            return Poll::Ready(Ok(0));
        };
        loop {
            if to.poll_write_ready(cx)?.is_pending() {
                return Poll::Pending;
            }
            match pipe.drain(to) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result),
            }
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, worker: &Worker, from: &mut Stream) -> Poll<io::Result<usize>> {
        if self.splicing != Splicing::Never && self.full >= FULL_READS {
            if let Some(pipe) = self.pipe.take().or_else(|| worker.pipes.take()) {
                return self.poll_splice(cx, worker, from, pipe);
            }
        }
        let mut buffer = match self.buffer.take() {
            Some(buffer) if (buffer.capacity() >= LARGE) == (self.full > 0) => buffer,
            other => {
                if let Some(buffer) = other {
                    worker.buffers.give(buffer);
                }
                if self.full > 0 {
                    worker.buffers.take_large()
                } else {
                    worker.buffers.take(worker.bufsize)
                }
            }
        };
        let room = buffer.room();
        let size = room.len();
        let read = from.poll_read_slice(cx, room);
        if let Poll::Ready(Ok(count)) = read {
            buffer.filled(count);
            // A large buffer is hardly ever filled in one go: half of it is bulk too.
            self.full = if count >= size.min(LARGE / 2) {
                (self.full + 1).min(FULL_READS)
            } else {
                0
            };
        }
        self.buffer = Some(buffer);
        read
    }

    fn poll_splice(&mut self, cx: &mut Context<'_>, worker: &Worker, from: &Stream, mut pipe: Pipe) -> Poll<io::Result<usize>> {
        if let Some(buffer) = self.buffer.take() {
            worker.buffers.give(buffer);
        }
        loop {
            match from.poll_read_ready(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    worker.pipes.give(pipe);
                    return Poll::Pending;
                }
            }
            match pipe.fill(from) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                    // This kind of socket can't be spliced.
                    self.splicing = Splicing::Never;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Ok(count) => {
                    if count < SMALL_SPLICE && self.splicing == Splicing::Bulk {
                        self.full = 0;
                    }
                    self.pipe = Some(pipe);
                    return Poll::Ready(Ok(count));
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}
