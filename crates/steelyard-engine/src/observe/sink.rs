//! Where log lines go. Sending never waits: a line that can't be taken now is dropped, and its sender counts it.

use super::ring::Ring;
use crate::sys;
use nix::fcntl::{fcntl, open, FcntlArg, OFlag};
use nix::sys::socket::{send, MsgFlags};
use nix::sys::stat::{fstat, Mode, SFlag};
use parking_lot::Mutex;
use rustix::io::Errno;
use rustix::net::SendFlags;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use steelyard_core::plan::LogTransport;

/// An open target.
pub enum Sink {
    Udp {
        socket: UdpSocket,
        address: SocketAddr,
    },
    Unix {
        socket: UnixDatagram,
        path: String,
    },
    Abstract {
        socket: UnixDatagram,
        address: std::os::unix::net::SocketAddr,
    },
    Fd(Mutex<Descriptor>),
    Ring(Arc<Ring>),
}

/// A descriptor that lines are written to.
pub struct Descriptor {
    fd: OwnedFd,
    socket: bool,
    /// The end of a line that was only taken in part: it goes first next time, so that lines stay whole.
    rest: Vec<u8>,
}

impl Sink {
    /// `rings`: those of the plan, in its order.
    pub fn open(transport: &LogTransport, rings: &[Arc<Ring>]) -> io::Result<Self> {
        match transport {
            LogTransport::Udp { address, port } => {
                let ip: IpAddr = address
                    .parse()
                    .map_err(|_| io::Error::other(format!("log address {address} is not numeric")))?;
                let any: IpAddr = if ip.is_ipv4() {
                    Ipv4Addr::UNSPECIFIED.into()
                } else {
                    Ipv6Addr::UNSPECIFIED.into()
                };
                let socket = UdpSocket::bind((any, 0))?;
                socket.set_nonblocking(true)?;
                let address = SocketAddr::new(ip, *port);
                // Connected: no route is looked up for each line. There may be none yet: then each line tries.
                let _ = socket.connect(address);
                Ok(Self::Udp { socket, address })
            }
            LogTransport::Unix { path } => {
                let socket = UnixDatagram::unbound()?;
                socket.set_nonblocking(true)?;
                Ok(Self::Unix {
                    socket,
                    path: path.clone(),
                })
            }
            LogTransport::Abstract { name } => {
                let socket = UnixDatagram::unbound()?;
                socket.set_nonblocking(true)?;
                let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
                Ok(Self::Abstract { socket, address })
            }
            LogTransport::Ring { ring } => match rings.get(*ring as usize) {
                Some(ring) => Ok(Self::Ring(Arc::clone(ring))),
                None => Err(io::Error::other("there is no such ring")),
            },
            LogTransport::Backend { .. } => Err(io::Error::other("a server of a log backend can't be a backend")),
            LogTransport::Fd { fd } => Ok(Self::Fd(Mutex::new(Descriptor::open(*fd)?))),
        }
    }

    /// Sends a whole line, with its end. Gives how many lines were found to be lost, this one counted.
    pub fn send(&self, line: &[u8]) -> u32 {
        let taken = match self {
            // Without libc, as on the way of a request: see `Stream::poll_read_slice`.
            Self::Udp { socket, address } => match rustix::net::send(socket, line, SendFlags::empty()) {
                Ok(_) => true,
                // That is the answer to an earlier datagram, which nobody took; this one was not sent yet.
                Err(Errno::CONNREFUSED) => {
                    let taken = rustix::net::send(socket, line, SendFlags::empty()).is_ok();
                    return 1 + u32::from(!taken);
                }
                Err(Errno::AGAIN | Errno::NOBUFS) => false,
                // The route that was found is gone, or an address of this machine: there may be others.
                Err(_) => {
                    let _ = rustix::net::connect_unspec(socket);
                    socket.connect(*address).is_ok() && rustix::net::send(socket, line, SendFlags::empty()).is_ok()
                }
            },
            // By path each time: the receiver may be started again.
            Self::Unix { socket, path } => socket.send_to(line, path).is_ok(),
            Self::Abstract { socket, address } => socket.send_to_addr(line, address).is_ok(),
            Self::Ring(ring) => ring.send(line),
            Self::Fd(descriptor) => descriptor.lock().send(line),
        };
        u32::from(!taken)
    }
}

impl Descriptor {
    /// Pipes and terminals are opened a second time, so that not waiting on them changes nothing for others who write there.
    fn open(number: i32) -> io::Result<Self> {
        let fd = sys::duplicate(number)?;
        let kind = SFlag::from_bits_truncate(fstat(&fd)?.st_mode & SFlag::S_IFMT.bits());
        if kind == SFlag::S_IFSOCK {
            return Ok(Self {
                fd,
                socket: true,
                rest: Vec::new(),
            });
        }
        if kind == SFlag::S_IFREG {
            return Ok(Self {
                fd,
                socket: false,
                rest: Vec::new(),
            });
        }
        let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
        let flags = OFlag::O_WRONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let fd = match open(path.as_str(), flags, Mode::empty()) {
            Ok(own) => own,
            Err(_) => {
                let before = OFlag::from_bits_retain(fcntl(&fd, FcntlArg::F_GETFL)?);
                fcntl(&fd, FcntlArg::F_SETFL(before | OFlag::O_NONBLOCK))?;
                fd
            }
        };
        Ok(Self {
            fd,
            socket: false,
            rest: Vec::new(),
        })
    }

    fn send(&mut self, line: &[u8]) -> bool {
        if !self.rest.is_empty() {
            let rest = std::mem::take(&mut self.rest);
            let taken = self.write(&rest).unwrap_or(0);
            self.rest = rest.get(taken..).unwrap_or_default().to_vec();
            if !self.rest.is_empty() {
                return false;
            }
        }
        match self.write(line) {
            Ok(taken) => {
                self.rest.extend_from_slice(line.get(taken..).unwrap_or_default());
                true
            }
            Err(_) => false,
        }
    }

    fn write(&self, bytes: &[u8]) -> nix::Result<usize> {
        if self.socket {
            send(self.fd.as_raw_fd(), bytes, MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL)
        } else {
            nix::unistd::write(self.fd.as_fd(), bytes)
        }
    }
}
