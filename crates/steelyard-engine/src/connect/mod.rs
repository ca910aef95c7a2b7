//! Connecting to a server.

mod establish;
mod header;
mod socket;

pub(crate) use establish::{count_change, redispatches};
pub use establish::{establish, establish_from, Connection, Established, Purpose};
pub(crate) use header::SIGNATURE;
pub(crate) use socket::{keep_alive, may_use_client_address};

use crate::live::{Live, Target};
use crate::pick::Slot;
use crate::stream::Stream;
use crate::worker::Worker;
use nix::errno::Errno;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use steelyard_core::ctx::Session;
use steelyard_core::record::Set;
use tokio::io::Interest;
use tokio::net::{TcpStream, UnixStream};

/// Why a connection could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectError {
    Refused,
    /// `timeout connect` passed.
    Timeout,
    Unreachable,
    /// No descriptor, port or memory here.
    Resource,
    /// Something else, for instance a missing right.
    Other,
}

/// A failed attempt. `code`: that of the manual (`bc_err`), 0 where it has none.
#[derive(Clone, Copy, Debug)]
pub struct Failed {
    pub why: ConnectError,
    pub code: u8,
}

impl From<ConnectError> for Failed {
    fn from(why: ConnectError) -> Self {
        Self { why, code: 0 }
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        let errno = Errno::from_raw(error.raw_os_error().unwrap_or(0));
        let code = match errno {
            Errno::EMFILE => 2,
            Errno::ENFILE => 3,
            Errno::ENOMEM | Errno::ENOBUFS => 4,
            Errno::EPROTONOSUPPORT | Errno::EAFNOSUPPORT => 5,
            Errno::EADDRNOTAVAIL => 9,
            Errno::EADDRINUSE => 10,
            Errno::ECONNREFUSED => 46,
            Errno::ECONNRESET => 47,
            Errno::ENETUNREACH | Errno::EHOSTUNREACH => 48,
            Errno::EPIPE => 56,
            _ => 6,
        };
        Self { why: errno.into(), code }
    }
}

impl From<Errno> for ConnectError {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::ECONNREFUSED | Errno::ECONNRESET | Errno::EPIPE | Errno::ENOENT | Errno::ENOTSOCK => Self::Refused,
            Errno::ETIMEDOUT | Errno::EHOSTUNREACH | Errno::ENETUNREACH | Errno::EHOSTDOWN | Errno::ENETDOWN => Self::Unreachable,
            Errno::EMFILE
            | Errno::ENFILE
            | Errno::ENOBUFS
            | Errno::ENOMEM
            | Errno::EADDRNOTAVAIL
            | Errno::EADDRINUSE
            | Errno::EAGAIN => Self::Resource,
            _ => Self::Other,
        }
    }
}

/// Makes one attempt to connect to the server of `slot`, within the backend's `timeout connect`; sends the PROXY header if the
/// server wants one. `to` replaces the server's address (`option http_proxy`); `set` is what rules have
/// set for the stream.
pub async fn connect(
    _worker: &Rc<Worker>,
    live: &Arc<Live>,
    slot: &Slot,
    session: &Session,
    to: Option<SocketAddr>,
    set: &Set,
) -> Result<Stream, Failed> {
    let Some(proxy) = live.program.plan.proxies.get(slot.backend as usize) else {
        return Err(ConnectError::Other.into());
    };
    let server = &slot.server_live;
    let attempt = async {
        let stream = match (&server.target, to) {
            (_, Some(address)) => tcp(slot, session, &proxy.options, address).await?,
            (Target::Inet(address), None) => {
                let port = mapped_port(server.port_map, address.port(), session);
                tcp(slot, session, &proxy.options, SocketAddr::new(address.ip(), port)).await?
            }
            (Target::Unix(path), None) => unix(&socket2::SockAddr::unix(path)?).await?,
            (Target::Abstract(name), None) => unix(&socket2::SockAddr::unix(format!("\0{name}"))?).await?,
        };
        if let Some(mark) = set.server_mark {
            stream.set_mark(mark);
        }
        if let Some(tos) = set.server_tos {
            stream.set_tos(tos);
        }
        if server.send_proxy > 0 {
            header::send(&stream, server.send_proxy, session).await?;
        }
        Ok::<Stream, io::Error>(stream)
    };
    match set.connect.or(proxy.timeouts.connect) {
        None => Ok(attempt.await?),
        Some(limit) => match tokio::time::timeout(Duration::from_millis(limit), attempt).await {
            Ok(done) => Ok(done?),
            Err(_) => Err(ConnectError::Timeout.into()),
        },
    }
}

/// The port of a server that has none, or an offset: that of the client's own destination, moved.
fn mapped_port(map: Option<i32>, port: u16, session: &Session) -> u16 {
    match (map, session.dst) {
        (Some(offset), Some(dst)) => i32::from(dst.port()).wrapping_add(offset) as u16,
        _ => port,
    }
}

async fn tcp(slot: &Slot, session: &Session, options: &steelyard_core::plan::Options, address: SocketAddr) -> io::Result<Stream> {
    let socket = socket::open(slot, session, options, address)?;
    begin(&socket, &address.into())?;
    let stream = TcpStream::from_std(socket.into())?;
    let ready = stream.ready(Interest::WRITABLE | Interest::ERROR).await?;
    // A connection that failed is reported as writable and broken at once; only then is the reason asked for.
    if ready.is_error() || ready.is_write_closed() {
        if let Some(error) = stream.take_error()? {
            return Err(error);
        }
    }
    Ok(Stream::Tcp(stream))
}

/// A unix connection is made at once, or refused: the listener's backlog may be full (`EAGAIN`).
async fn unix(address: &socket2::SockAddr) -> io::Result<Stream> {
    let socket = socket::open_unix()?;
    socket.connect(address)?;
    Ok(Stream::Unix(UnixStream::from_std(socket.into())?))
}

fn begin(socket: &socket2::Socket, address: &socket2::SockAddr) -> io::Result<()> {
    match socket.connect(address) {
        Err(error) if error.raw_os_error() != Some(Errno::EINPROGRESS as i32) => Err(error),
        _ => Ok(()),
    }
}
