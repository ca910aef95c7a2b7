//! The client's side of a TCP session until the relay begins.

use crate::buffer::Buffer;
use crate::stream::Stream;
use crate::worker::Worker;
use std::task::{Context, Poll};

/// The client's side until the relay begins: bytes are read ahead, so that rules can see them and a client that leaves is
/// noticed.
pub(super) struct Input {
    pub client: Stream,
    pub buffer: Option<Buffer>,
    pub ended: bool,
    /// Its first byte was seen.
    speaks: bool,
}

impl Input {
    pub fn new(client: Stream) -> Self {
        Self {
            client,
            buffer: None,
            ended: false,
            speaks: false,
        }
    }

    pub fn data(&self) -> &[u8] {
        self.buffer.as_ref().map(Buffer::data).unwrap_or_default()
    }

    pub fn is_full(&self) -> bool {
        self.buffer.as_ref().is_some_and(Buffer::is_full)
    }

    /// Reads what is there. Ready when something was read, or the client has ended or failed.
    pub fn poll(&mut self, cx: &mut Context<'_>, worker: &Worker) -> Poll<std::io::Result<()>> {
        if self.ended || self.is_full() {
            return Poll::Pending;
        }
        let mut buffer = self.buffer.take().unwrap_or_else(|| worker.buffers.take(worker.bufsize));
        let read = self.client.poll_read_slice(cx, buffer.room());
        if let Poll::Ready(Ok(count)) = read {
            buffer.filled(count);
            self.ended = count == 0;
        }
        if buffer.is_empty() {
            worker.buffers.give(buffer);
        } else {
            self.buffer = Some(buffer);
        }
        read.map_ok(drop)
    }

    /// Ready when the client has left with nothing to send, or has failed: bytes of such a client are not wanted by anyone. With
    /// `abort`, its end counts even with bytes in front.
    ///
    /// Where the first byte answers the question it is only looked at: no buffer is held while a server is waited for.
    pub fn poll_gone(&mut self, cx: &mut Context<'_>, worker: &Worker, abort: bool) -> Poll<()> {
        if self.buffer.is_none() && !abort {
            while !self.speaks && self.client.poll_read_ready(cx).is_ready() {
                match self.client.try_peek() {
                    Ok(0) => return Poll::Ready(()),
                    Ok(_) => self.speaks = true,
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                    Err(_) => return Poll::Ready(()),
                }
            }
            return Poll::Pending;
        }
        while let Poll::Ready(read) = self.poll(cx, worker) {
            if read.is_err() || (self.ended && (abort || self.data().is_empty())) {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }

    /// Takes what was only looked at and nobody will read: closing with bytes unread would reset the connection.
    pub fn discard(&mut self, worker: &Worker) {
        if !self.speaks {
            return;
        }
        let mut buffer = self.buffer.take().unwrap_or_else(|| worker.buffers.take(worker.bufsize));
        buffer.clear();
        // Nothing is done with an error: the connection is closed next.
        let _ = self.client.try_read(buffer.room());
        worker.buffers.give(buffer);
    }
}
