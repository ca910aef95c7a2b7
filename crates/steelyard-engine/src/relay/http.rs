//! One direction of an HTTP exchange: bytes of a body from one socket to the other.
//!
//! A flow reads only when all that it has read is sent, so a slow reader slows the sender. Bodies are never copied: they are sent
//! from the buffer that they were read into. Chunked bodies are decoded and encoded anew in place, so that nothing of a sender's
//! framing (extensions, odd size lines) reaches the other side.

use super::rechunk::Rechunk;
use super::throttle::Throttle;
use crate::buffer::Buffer;
use crate::stream::Stream;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use tokio::io::AsyncWrite;

/// Body bytes up to this count are copied behind the head and sent in one plain write; more go in a vectored write.
const COPY_BEHIND_HEAD: usize = 2048;

/// How the end of what is being received is found.
pub enum Framing {
    /// All of it has come.
    Done,
    Length(u64),
    Chunked(Rechunk),
    /// The end of the connection is the end.
    Close,
}

/// Why a flow can't go on.
#[derive(Debug)]
pub enum FlowError {
    /// The sender closed or reset its connection before the end.
    Source,
    /// The sender's framing is broken.
    Malformed,
    /// The receiver's connection failed.
    Sink,
}

/// What a flow waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    Source,
    Sink,
}

/// One direction.
pub struct Flow {
    /// Bytes from the source: `ready` to be sent, then `skip` that are dead framing, then what belongs to the next message.
    pub input: Buffer,
    ready: usize,
    skip: usize,
    /// Sent in front of what is ready in `input`: heads made here.
    pub out: Vec<u8>,
    out_sent: usize,
    pub framing: Framing,
    /// The source has ended.
    pub ended: bool,
    pub waits: Waits,
    /// A read filled all the room there was: a larger buffer would save calls.
    pub filled: bool,
    /// Bytes received from the source, and sent to the sink, of the current message.
    pub received: u64,
    pub sent: u64,
    /// Limits of what goes on of the current message's body.
    pub throttle: Option<Box<Throttle>>,
    /// A limit keeps back what is ready: no side is to blame for the time that passes.
    pub held: bool,
    /// The source has reset its connection.
    pub broken: bool,
}

impl Flow {
    pub fn new(input: Buffer) -> Self {
        Self {
            input,
            ready: 0,
            skip: 0,
            out: Vec::with_capacity(1024),
            out_sent: 0,
            framing: Framing::Done,
            ended: false,
            waits: Waits::Source,
            filled: false,
            received: 0,
            sent: 0,
            throttle: None,
            held: false,
            broken: false,
        }
    }

    /// For the next message: forgets what was not sent; input of the next message stays.
    pub fn reset(&mut self) {
        self.input.consume(self.ready + self.skip);
        self.ready = 0;
        self.skip = 0;
        self.out.clear();
        self.out_sent = 0;
        self.framing = Framing::Done;
        self.received = 0;
        self.sent = 0;
        self.throttle = None;
        self.held = false;
        self.broken = false;
    }

    /// Nothing waits to be sent.
    #[inline]
    pub fn is_flushed(&self) -> bool {
        self.ready == 0 && self.out_sent == self.out.len()
    }

    /// The message has come to its end; what is left may still have to be sent.
    #[inline]
    pub fn is_received(&self) -> bool {
        matches!(self.framing, Framing::Done)
    }

    /// Moves what it can. Ready when the message is received and sent to its end.
    pub fn poll(&mut self, source: &mut Stream, sink: &mut Stream, cx: &mut Context<'_>) -> Poll<Result<(), FlowError>> {
        self.poll_and(source, sink, cx, || {})
    }

    /// As [`Flow::poll`]; `received` is called when the whole message is here, before the last of it is sent.
    pub fn poll_and(
        &mut self,
        source: &mut Stream,
        sink: &mut Stream,
        cx: &mut Context<'_>,
        mut received: impl FnMut(),
    ) -> Poll<Result<(), FlowError>> {
        loop {
            if self.is_received() {
                received();
            }
            ready!(self.poll_flush(sink, cx)).map_err(|_| FlowError::Sink)?;
            if self.is_received() {
                return Poll::Ready(Ok(()));
            }
            ready!(self.poll_receive(source, cx))?;
        }
    }

    /// Sends all that is ready.
    #[inline]
    pub fn poll_flush(&mut self, sink: &mut Stream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_flushed() {
            return Poll::Ready(Ok(()));
        }
        self.poll_send(sink, cx)
    }

    fn poll_send(&mut self, sink: &mut Stream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.throttle.is_some() {
            return self.poll_flush_some(sink, cx);
        }
        if self.out_sent == 0 && !self.out.is_empty() && self.ready > 0 && self.ready <= COPY_BEHIND_HEAD {
            self.out
                .extend_from_slice(self.input.data().get(..self.ready).unwrap_or_default());
            self.consume_ready(self.ready);
        }
        while !self.is_flushed() {
            let head = self.out.get(self.out_sent..).unwrap_or_default();
            let body = self.input.data().get(..self.ready).unwrap_or_default();
            let sink = Pin::new(&mut *sink);
            let wrote = if body.is_empty() {
                sink.poll_write(cx, head)
            } else if head.is_empty() {
                sink.poll_write(cx, body)
            } else {
                sink.poll_write_vectored(cx, &[IoSlice::new(head), IoSlice::new(body)])
            };
            let Poll::Ready(wrote) = wrote else {
                self.waits = Waits::Sink;
                return Poll::Pending;
            };
            self.sent_bytes(wrote?)?;
        }
        Poll::Ready(Ok(()))
    }

    /// Sends what is ready as the limits allow: the head at once, of the body some at a time.
    #[cold]
    fn poll_flush_some(&mut self, sink: &mut Stream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.is_flushed() {
            let head = self.out.get(self.out_sent..).unwrap_or_default();
            let wrote = if head.is_empty() {
                let (want, last) = (self.ready, self.is_received());
                let quota = self.throttle.as_mut().map(|throttle| throttle.poll_quota(cx, want, last));
                let Poll::Ready(some) = quota.unwrap_or(Poll::Ready(want)) else {
                    self.held = true;
                    return Poll::Pending;
                };
                self.held = false;
                let wrote = Pin::new(&mut *sink).poll_write(cx, self.input.data().get(..some).unwrap_or_default());
                if let (Poll::Ready(Ok(count)), Some(throttle)) = (&wrote, &mut self.throttle) {
                    throttle.spend(*count);
                }
                wrote
            } else {
                Pin::new(&mut *sink).poll_write(cx, head)
            };
            let Poll::Ready(wrote) = wrote else {
                self.waits = Waits::Sink;
                return Poll::Pending;
            };
            self.sent_bytes(wrote?)?;
        }
        Poll::Ready(Ok(()))
    }

    #[inline]
    fn sent_bytes(&mut self, wrote: usize) -> io::Result<()> {
        if wrote == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.sent += wrote as u64;
        let of_head = wrote.min(self.out.len() - self.out_sent);
        self.out_sent += of_head;
        if self.out_sent == self.out.len() {
            self.out.clear();
            self.out_sent = 0;
        }
        self.consume_ready(wrote - of_head);
        Ok(())
    }

    fn consume_ready(&mut self, count: usize) {
        self.ready -= count.min(self.ready);
        if self.ready == 0 {
            self.input.consume(count + self.skip);
            self.skip = 0;
        } else {
            self.input.consume(count);
        }
    }

    /// Reads once and decodes what came. The message must not be received yet, and all must be flushed.
    fn poll_receive(&mut self, source: &mut Stream, cx: &mut Context<'_>) -> Poll<Result<(), FlowError>> {
        let Poll::Ready(count) = self.poll_read(source, cx) else {
            self.waits = Waits::Source;
            return Poll::Pending;
        };
        match count {
            Ok(0) if matches!(self.framing, Framing::Close) => {
                self.framing = Framing::Done;
                Poll::Ready(Ok(()))
            }
            Ok(0) | Err(_) => Poll::Ready(Err(FlowError::Source)),
            Ok(_) => Poll::Ready(self.decode()),
        }
    }

    /// Reads once, behind what is there.
    pub fn poll_read(&mut self, source: &mut Stream, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let room = self.input.room();
        if room.is_empty() {
            // Callers read only with room left; a full buffer must not look like the end of the stream.
            return Poll::Ready(Err(io::ErrorKind::OutOfMemory.into()));
        }
        let most = room.len();
        let read = if self.filled {
            source.poll_read_slice(cx, room)
        } else {
            source.poll_read_at_once(cx, room)
        };
        let count = ready!(read).inspect_err(|error| self.broken = error.kind() == io::ErrorKind::ConnectionReset)?;
        self.filled |= count == most;
        self.input.filled(count);
        if count == 0 {
            self.ended = true;
        }
        self.received += count as u64;
        Poll::Ready(Ok(count))
    }

    /// Looks for body bytes in what has come. Called when `framing` was set and after each read; nothing may be ready.
    #[inline]
    pub fn decode(&mut self) -> Result<(), FlowError> {
        if self.is_received() {
            return Ok(());
        }
        self.decode_some()
    }

    fn decode_some(&mut self) -> Result<(), FlowError> {
        let there = self.input.len();
        match &mut self.framing {
            Framing::Done => {}
            Framing::Close => self.ready = there,
            Framing::Length(left) => {
                let take = usize::try_from(*left).unwrap_or(usize::MAX).min(there);
                self.ready = take;
                *left -= take as u64;
                if *left == 0 {
                    self.framing = Framing::Done;
                }
            }
            Framing::Chunked(rechunk) => {
                let run = rechunk.run(&mut self.input).map_err(|_| FlowError::Malformed)?;
                self.ready = run.ready;
                self.skip = run.skip;
                if run.ready == 0 {
                    self.input.consume(run.skip);
                    self.skip = 0;
                }
                if run.done {
                    self.framing = Framing::Done;
                }
            }
        }
        Ok(())
    }
}
