//! The header of NetScaler's client IP insertion in front of a connection: a magic number, and the IP and TCP headers of the
//! packet that the client sent. Appliances speak one of two forms; which one it is shows in the ninth byte.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Longest header, bytes. Nothing but IP and TCP headers is to be in it, which are 120 bytes long at most with all their options.
pub const MAX: usize = 512;

/// Magic number and length of the older form.
const OLD_START: usize = 8;
/// Magic number, length of it all, kind and length of the packet's headers.
const NEW_START: usize = 12;
const IPV4_LEAST: usize = 20;
const IPV6: usize = 40;
const TCP_LEAST: usize = 20;
const TCP: u8 = 6;

/// A whole header of `used` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub src: SocketAddr,
    pub dst: SocketAddr,
    pub used: usize,
}

/// Why the bytes are no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// They do not start with the magic number.
    Magic,
    /// Not a form, an IP version or a protocol that is known, or headers that do not fit into their lengths.
    Protocol,
    /// It would be longer than [`MAX`].
    Long,
}

/// Reads a header from the first bytes of a connection. `None`: more of them are needed.
pub fn parse(bytes: &[u8], magic: u32) -> Result<Option<Header>, Fault> {
    let wanted = magic.to_be_bytes();
    let length = bytes.len().min(wanted.len());
    if bytes.get(..length) != wanted.get(..length) {
        return Err(Fault::Magic);
    }
    let Some(form) = bytes.get(OLD_START) else {
        return Ok(None);
    };
    let (start, length) = match form {
        // A new form without a kind; packets never start with these bits.
        0 => match part::<2>(bytes, 10) {
            Some(length) => (NEW_START, usize::from(u16::from_be_bytes(length))),
            None => return Ok(None),
        },
        // Version 4 or 6 of the packet itself.
        form if form & 0xd0 == 0x40 => match part::<4>(bytes, 4) {
            Some(length) => (OLD_START, usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX)),
            None => return Ok(None),
        },
        _ => return Err(Fault::Protocol),
    };
    let used = start.saturating_add(length);
    if used > MAX {
        return Err(Fault::Long);
    }
    match bytes.get(start..used) {
        Some(packet) => addresses(packet).map(|(src, dst)| Some(Header { src, dst, used })),
        None => Ok(None),
    }
}

/// Addresses and ports of a TCP packet's headers.
fn addresses(packet: &[u8]) -> Result<(SocketAddr, SocketAddr), Fault> {
    let first = *packet.first().ok_or(Fault::Protocol)?;
    let (src, dst, protocol, length): (IpAddr, IpAddr, _, _) = match first >> 4 {
        4 => (
            Ipv4Addr::from(part::<4>(packet, 12).ok_or(Fault::Protocol)?).into(),
            Ipv4Addr::from(part::<4>(packet, 16).ok_or(Fault::Protocol)?).into(),
            packet.get(9),
            usize::from(first & 0xf) * 4,
        ),
        6 => (
            Ipv6Addr::from(part::<16>(packet, 8).ok_or(Fault::Protocol)?).into(),
            Ipv6Addr::from(part::<16>(packet, 24).ok_or(Fault::Protocol)?).into(),
            packet.get(6),
            IPV6,
        ),
        _ => return Err(Fault::Protocol),
    };
    if protocol != Some(&TCP) || length < IPV4_LEAST || packet.len() < length + TCP_LEAST {
        return Err(Fault::Protocol);
    }
    let port = |at| part::<2>(packet, at).map(u16::from_be_bytes).ok_or(Fault::Protocol);
    Ok((SocketAddr::new(src, port(length)?), SocketAddr::new(dst, port(length + 2)?)))
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

#[cfg(test)]
mod tests;
