//! Sockets towards servers: options and the `source` keyword.

use crate::live::{ServerLive, Source};
use crate::pick::Slot;
use nix::errno::Errno;
use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use steelyard_core::ctx::Session;
use steelyard_core::plan::{Options, Probes};

/// A non-blocking TCP socket for `address`, bound as the server's or the backend's `source` says.
pub fn open(slot: &Slot, session: &Session, options: &Options, address: SocketAddr) -> io::Result<Socket> {
    let kind = Type::STREAM.nonblocking().cloexec();
    let socket = Socket::new_raw(Domain::for_address(address), kind, Some(Protocol::TCP))?;
    socket.set_tcp_nodelay(true)?;
    if options.srvtcpka {
        keep_alive(&socket, &options.srvtcpka_probes)?;
    }
    let server = &slot.server_live;
    if server.tcp_user_timeout > 0 {
        socket.set_tcp_user_timeout(Some(Duration::from_millis(server.tcp_user_timeout)))?;
    }
    if options.nolinger {
        socket.set_linger(Some(Duration::ZERO))?;
    }
    if let Some(source) = server.source.as_ref().or_else(|| slot.backend_live()?.source.as_ref()) {
        bind(&socket, server, source, session, address)?;
    }
    Ok(socket)
}

/// Turns keep-alive of TCP on; accepted connections have what their listener has.
pub fn keep_alive(socket: &Socket, probes: &Probes) -> io::Result<()> {
    let seconds = |value: u32| Duration::from_secs(u64::from(value));
    let mut wanted = TcpKeepalive::new();
    if probes.count > 0 {
        wanted = wanted.with_retries(probes.count);
    }
    if probes.idle > 0 {
        wanted = wanted.with_time(seconds(probes.idle));
    }
    if probes.interval > 0 {
        wanted = wanted.with_interval(seconds(probes.interval));
    }
    socket.set_tcp_keepalive(&wanted)
}

/// Whether this process may speak with its clients' addresses (`usesrc clientip`): that needs CAP_NET_ADMIN.
pub fn may_use_client_address() -> io::Result<()> {
    Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?.set_ip_transparent_v4(true)
}

/// A non-blocking unix socket.
pub fn open_unix() -> io::Result<Socket> {
    Socket::new_raw(Domain::UNIX, Type::STREAM.nonblocking().cloexec(), None)
}

fn bind(socket: &Socket, server: &ServerLive, source: &Source, session: &Session, address: SocketAddr) -> io::Result<()> {
    if let Some(interface) = &source.interface {
        socket.bind_device(Some(interface.as_bytes()))?;
    }
    if source.client_ip {
        if let Some(client) = session.src.filter(|client| client.is_ipv4() == address.is_ipv4()) {
            // Needs CAP_NET_ADMIN; the plan was refused at the start when that is missing.
            match client {
                SocketAddr::V4(_) => socket.set_ip_transparent_v4(true)?,
                SocketAddr::V6(_) => socket.set_ip_transparent_v6(true)?,
            }
            socket.set_reuse_address(true)?;
            return socket.bind(&SocketAddr::new(client.ip(), 0).into());
        }
    }
    let any = if address.is_ipv4() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED)
    } else {
        IpAddr::V6(Ipv6Addr::UNSPECIFIED)
    };
    let ip = match source.ip {
        Some(ip) => ip,
        None if source.ports.0 == 0 => return Ok(()),
        None => any,
    };
    let (low, high) = source.ports;
    if low == 0 {
        // The port is chosen when the connection is made: the same one may serve several destinations.
        setsockopt(socket, sockopt::IpBindAddressNoPort, &true)?;
        return socket.bind(&SocketAddr::new(ip, 0).into());
    }
    socket.set_reuse_address(true)?;
    bind_in_range(socket, server, ip, low, high)
}

/// Tries each port of the range once, from where the last one stopped.
fn bind_in_range(socket: &Socket, server: &ServerLive, ip: IpAddr, low: u16, high: u16) -> io::Result<()> {
    let count = u32::from(high - low) + 1;
    let mut last = io::Error::from_raw_os_error(Errno::EADDRINUSE as i32);
    for _ in 0..count {
        let port = low + (server.next_port.fetch_add(1, Relaxed) % count) as u16;
        match socket.bind(&SocketAddr::new(ip, port).into()) {
            Ok(()) => return Ok(()),
            Err(error) if error.raw_os_error() == Some(Errno::EADDRINUSE as i32) => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}
