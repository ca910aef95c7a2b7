//! One socket type for TCP and unix connections.

use nix::sys::socket::{recv, MsgFlags};
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags};
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

/// A connected client or server socket. Reads clear tokio's readiness when they come back short, so that a drained socket
/// costs no further call.
pub enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    /// Reads once into `buffer`; 0 is the end of the stream.
    ///
    /// The calls of the request's path are made without libc: there each is a cancellation point in a process with threads,
    /// which costs about as much again as the rest of the way into the kernel.
    pub fn poll_read_slice(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.poll_read_ready(cx))?;
            let room = buffer.len();
            let call = || rustix::net::recv(&*self, &mut *buffer, RecvFlags::empty()).map(|(_, count)| count);
            if let Some(count) = self.once(Interest::READABLE, room, call)? {
                return Poll::Ready(Ok(count));
            }
        }
    }

    /// The same where something is there nearly always, and never without end: it is read before anything is asked of the runtime,
    /// and counts nothing of what a task may do before others have their turn.
    #[inline]
    pub fn poll_read_at_once(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let room = buffer.len();
        let call = || rustix::net::recv(&*self, &mut *buffer, RecvFlags::empty()).map(|(_, count)| count);
        match self.once(Interest::READABLE, room, call)? {
            Some(count) => Poll::Ready(Ok(count)),
            None => self.poll_read_slice(cx, buffer),
        }
    }

    /// Makes `call` if the socket is ready; `None` when it was not after all. A call that moved less than `room` bytes has found
    /// the end of what the kernel holds, which is noted so that no further call asks for it.
    #[inline]
    fn once(
        &self,
        interest: Interest,
        room: usize,
        call: impl FnOnce() -> rustix::io::Result<usize>,
    ) -> io::Result<Option<usize>> {
        let mut moved = None;
        let done = self.try_io(interest, || {
            let count = call()?;
            moved = Some(count);
            if count > 0 && count < room {
                Err(io::ErrorKind::WouldBlock.into())
            } else {
                Ok(())
            }
        });
        match done {
            _ if moved.is_some() => Ok(moved),
            Ok(()) => Ok(None),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Ready when the socket may be read (data, end or error), without reading.
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(s) => s.poll_read_ready(cx),
            Self::Unix(s) => s.poll_read_ready(cx),
        }
    }

    /// Whether neither data nor an end is known to be there to read. Costs no system call.
    pub fn is_quiet(&self) -> bool {
        self.try_io(Interest::READABLE, || Ok(())).is_err()
    }

    /// Ready when the socket may be written, without writing.
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(s) => s.poll_write_ready(cx),
            Self::Unix(s) => s.poll_write_ready(cx),
        }
    }

    /// Waits until the socket may be written.
    pub async fn writable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(s) => s.writable().await,
            Self::Unix(s) => s.writable().await,
        }
    }

    /// Writes now what the socket takes, or gives `WouldBlock`.
    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(s) => s.try_write(bytes),
            Self::Unix(s) => s.try_write(bytes),
        }
    }

    /// Reads now what is there, or gives `WouldBlock`.
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(s) => s.try_read(buffer),
            Self::Unix(s) => s.try_read(buffer),
        }
    }

    /// Waits for more than the `seen` bytes that were looked at before, and gives how many there are now, at the start of
    /// `buffer`; no more than before is the end. Nothing is taken.
    pub async fn peek_more(&self, buffer: &mut [u8], seen: usize) -> io::Result<usize> {
        let mut ended = false;
        loop {
            let ready = match self {
                Self::Tcp(s) => s.ready(Interest::READABLE).await?,
                Self::Unix(s) => s.ready(Interest::READABLE).await?,
            };
            ended |= ready.is_read_closed();
            let peeked = self.try_io(Interest::READABLE, || {
                let count = recv(self.as_fd().as_raw_fd(), buffer, MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT)?;
                // The same bytes again: the readiness is old news, the next one comes with new bytes.
                if count == seen && count > 0 && !ended {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                Ok(count)
            });
            match peeked {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return other,
            }
        }
    }

    /// Whether bytes are there, without taking them: 0 is the end of the stream, `WouldBlock` nothing yet.
    pub fn try_peek(&self) -> io::Result<usize> {
        let mut byte = [0];
        self.try_io(Interest::READABLE, || {
            Ok(recv(
                self.as_fd().as_raw_fd(),
                &mut byte,
                MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT,
            )?)
        })
    }

    /// Runs `call` on the descriptor; `WouldBlock` clears the readiness.
    pub fn try_io<R>(&self, interest: Interest, call: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
        match self {
            Self::Tcp(s) => s.try_io(interest, call),
            Self::Unix(s) => s.try_io(interest, call),
        }
    }

    /// With zero, closing sends a reset at once and leaves nothing behind (`option nolinger`, refused connections).
    pub fn set_zero_linger(&self) -> io::Result<()> {
        match self {
            Self::Tcp(s) => socket2::SockRef::from(s).set_linger(Some(Duration::ZERO)),
            Self::Unix(_) => Ok(()),
        }
    }

    /// Makes closing silent: the peer is told nothing (`silent-drop`). Where the right for that is missing, the connection is
    /// reset with a packet that does not get past the first router, or that lives for `ttl` hops.
    pub fn silence(&self, ttl: Option<u8>) {
        let Self::Tcp(stream) = self else { return };
        // What was received is acknowledged now: the peer would send it again, and be told that nobody is there.
        let _ = socket2::SockRef::from(stream).set_tcp_quickack(true);
        if ttl.is_some() || nix::sys::socket::setsockopt(stream, nix::sys::socket::sockopt::TcpRepair, &1).is_err() {
            // Nothing more can be done when these fail: the peer sees an ordinary end.
            let _ = socket2::SockRef::from(stream).set_ttl_v4(u32::from(ttl.unwrap_or(1)));
            let _ = self.set_zero_linger();
        }
    }

    /// Marks the packets of this connection; that needs CAP_NET_ADMIN, without it nothing happens.
    pub fn set_mark(&self, mark: u32) {
        if let Self::Tcp(stream) = self {
            let _ = socket2::SockRef::from(stream).set_mark(mark);
        }
    }

    /// Sets the type of service (IPv4) or traffic class (IPv6) of its packets.
    pub fn set_tos(&self, tos: u8) {
        if let Self::Tcp(stream) = self {
            let socket = socket2::SockRef::from(stream);
            // One of the two is of the wrong family.
            let _ = socket.set_tos_v4(u32::from(tos));
            let _ = socket.set_tclass_v6(u32::from(tos));
        }
    }

    /// Sends segments at once rather than waiting for more.
    pub fn set_nodelay(&self) -> io::Result<()> {
        match self {
            Self::Tcp(s) => s.set_nodelay(true),
            Self::Unix(_) => Ok(()),
        }
    }

    /// Our own address; `None` on unix sockets.
    pub fn local_addr(&self) -> Option<std::net::SocketAddr> {
        match self {
            Self::Tcp(s) => s.local_addr().ok(),
            Self::Unix(_) => None,
        }
    }

    /// Whether this is a TCP connection.
    pub fn is_tcp(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(s) => s.as_fd(),
            Self::Unix(s) => s.as_fd(),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(s) => Pin::new(s).poll_read(cx, buffer),
            Self::Unix(s) => Pin::new(s).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            let call = || rustix::net::send(&*self, bytes, SendFlags::NOSIGNAL);
            if let Some(count) = self.once(Interest::WRITABLE, bytes.len(), call)? {
                return Poll::Ready(Ok(count));
            }
            ready!(self.poll_write_ready(cx))?;
        }
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let room = slices.iter().map(|slice| slice.len()).sum();
        loop {
            let call = || rustix::net::sendmsg(&*self, slices, &mut SendAncillaryBuffer::default(), SendFlags::NOSIGNAL);
            if let Some(count) = self.once(Interest::WRITABLE, room, call)? {
                return Poll::Ready(Ok(count));
            }
            ready!(self.poll_write_ready(cx))?;
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(s) => Pin::new(s).poll_shutdown(cx),
            Self::Unix(s) => Pin::new(s).poll_shutdown(cx),
        }
    }
}
