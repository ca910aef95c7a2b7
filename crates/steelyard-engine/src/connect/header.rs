//! The PROXY header that tells a server who its client is (PROXY protocol, sections 2.1 and 2.2).

use crate::stream::Stream;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use steelyard_core::ctx::Session;

/// The twelve bytes in front of a binary header.
pub const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// Sends the header of `version` 1 or 2 as the first bytes of a connection.
pub async fn send(stream: &Stream, version: u8, session: &Session) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(108);
    match version {
        1 => text(session, &mut bytes)?,
        _ => binary(session, &mut bytes),
    }
    // It fits into any send buffer of a new connection; if not, the rest is waited for.
    let mut sent = 0;
    while let Some(rest) = bytes.get(sent..).filter(|rest| !rest.is_empty()) {
        match stream.try_write(rest) {
            Ok(count) => sent += count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Client and destination in one family: where they differ, IPv4 is written as mapped IPv6.
fn addresses(session: &Session) -> Option<(SocketAddr, SocketAddr)> {
    let (src, dst) = session.src.zip(session.dst)?;
    if src.is_ipv4() == dst.is_ipv4() {
        return Some((src, dst));
    }
    let map = |address: SocketAddr| match address.ip() {
        IpAddr::V4(ip) => SocketAddr::new(ip.to_ipv6_mapped().into(), address.port()),
        IpAddr::V6(_) => address,
    };
    Some((map(src), map(dst)))
}

fn text(session: &Session, out: &mut Vec<u8>) -> io::Result<()> {
    match addresses(session) {
        None => out.write_all(b"PROXY UNKNOWN\r\n"),
        Some((src, dst)) => {
            let family = if src.is_ipv4() { "TCP4" } else { "TCP6" };
            write!(
                out,
                "PROXY {family} {} {} {} {}\r\n",
                src.ip(),
                dst.ip(),
                src.port(),
                dst.port()
            )
        }
    }
}

fn binary(session: &Session, out: &mut Vec<u8>) {
    out.extend_from_slice(SIGNATURE);
    match addresses(session) {
        // LOCAL, unspecified family, no address.
        None => out.extend_from_slice(&[0x20, 0x00, 0, 0]),
        Some((src, dst)) => {
            let (family, length) = if src.is_ipv4() { (0x11, 12) } else { (0x21, 36) };
            out.extend_from_slice(&[0x21, family, 0, length]);
            for address in [src, dst] {
                match address.ip() {
                    IpAddr::V4(ip) => out.extend_from_slice(&ip.octets()),
                    IpAddr::V6(ip) => out.extend_from_slice(&Ipv6Addr::octets(&ip)),
                }
            }
            out.extend_from_slice(&src.port().to_be_bytes());
            out.extend_from_slice(&dst.port().to_be_bytes());
        }
    }
}
