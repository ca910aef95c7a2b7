//! Listening sockets: a thread's own duplicates of the descriptors that Python opened.

use crate::connect::keep_alive;
use crate::live::Live;
use crate::sys;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use steelyard_core::plan::Options;

/// A listening socket of one thread, not yet registered with its runtime.
pub struct Listening {
    /// Index in `Plan::proxies`.
    pub proxy: u32,
    /// Index in the frontend's binds.
    pub bind: u32,
    pub family: Family,
    pub fd: OwnedFd,
}

/// What a listening socket accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `Some`: all connections have this destination; `None`: bound to a wildcard, each must be asked.
    Inet(Option<SocketAddr>),
    Unix,
}

/// Duplicates every listening socket of the plan. The message of a failure names the bind.
pub fn open(live: &Live) -> Result<Vec<Listening>, String> {
    let mut listeners = Vec::new();
    for (proxy, plan) in (0u32..).zip(&live.program.plan.proxies) {
        let Some(frontend) = plan.frontend.as_ref().filter(|_| !plan.disabled) else {
            continue;
        };
        for (bind, declared) in (0u32..).zip(&frontend.binds) {
            let opened = open_one(declared.fd, &plan.options);
            let (family, fd) = opened.map_err(|error| {
                format!(
                    "proxy {}, bind {}: descriptor {}: {error}",
                    plan.name, declared.name, declared.fd
                )
            })?;
            listeners.push(Listening { proxy, bind, family, fd });
        }
    }
    Ok(listeners)
}

fn open_one(number: i32, options: &Options) -> Result<(Family, OwnedFd), std::io::Error> {
    let fd = sys::duplicate(number)?;
    let socket = socket2::SockRef::from(&fd);
    socket.set_nonblocking(true)?;
    let address = socket.local_addr()?;
    let family = match address.as_socket() {
        Some(inet) => {
            // Accepted connections inherit these from the listener: two calls less for each.
            socket.set_tcp_nodelay(true)?;
            socket.set_keepalive(options.clitcpka)?;
            if options.clitcpka {
                keep_alive(&socket, &options.clitcpka_probes)?;
            }
            Family::Inet(Some(inet).filter(|inet| !inet.ip().is_unspecified()))
        }
        None => Family::Unix,
    };
    Ok((family, fd))
}
