//! The PROXY header in front of a connection (`accept-proxy`): text and binary form (PROXY protocol, sections 2.1 and 2.2).

use crate::connect::SIGNATURE;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// Longest text header, with its end (PROXY protocol, section 2.1).
const MAX_TEXT: usize = 107;
/// Bytes in front of the addresses of a binary header.
const BINARY_START: usize = 16;
/// Longest binary header: addresses and TLVs, bytes. The form itself allows 64 kB; what proxies send is far below this.
pub const MAX: usize = 4096;

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A beginning; more is needed.
    Partial,
    /// A whole header of `used` bytes. No addresses: the connection's own hold.
    ///
    /// `values`: where its values (TLVs) begin.
    Done { used: usize, from: From, values: usize },
}

/// Whom the header tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The sender speaks for itself (`LOCAL`, `UNKNOWN`): the addresses of the connection.
    Connection,
    /// A client on a unix socket.
    Unix,
    Inet {
        src: SocketAddr,
        dst: SocketAddr,
    },
}

/// Why the bytes are no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Something else.
    NotHeader,
    /// A header, but a wrong one.
    Invalid,
    /// A protocol that is not known.
    Protocol,
}

/// Reads a header from the first bytes of a connection.
pub fn parse(bytes: &[u8]) -> Result<Parsed, Fault> {
    if starts(bytes, b"PROXY ") {
        return text(bytes);
    }
    if starts(bytes, SIGNATURE) {
        return binary(bytes);
    }
    Err(Fault::NotHeader)
}

/// `bytes` begins with `what`, as far as it goes.
fn starts(bytes: &[u8], what: &[u8]) -> bool {
    let length = bytes.len().min(what.len());
    bytes.get(..length) == what.get(..length)
}

fn text(bytes: &[u8]) -> Result<Parsed, Fault> {
    let Some(end) = bytes.iter().take(MAX_TEXT).position(|byte| *byte == b'\n') else {
        return if bytes.len() >= MAX_TEXT {
            Err(Fault::Invalid)
        } else {
            Ok(Parsed::Partial)
        };
    };
    let line = bytes
        .get(..end)
        .and_then(|line| line.strip_suffix(b"\r"))
        .ok_or(Fault::Invalid)?;
    let line = std::str::from_utf8(line).map_err(|_| Fault::Invalid)?;
    let mut words = line.split(' ').skip(1);
    let from = match words.next() {
        Some("TCP4") => addresses::<Ipv4Addr>(&mut words)?,
        Some("TCP6") => addresses::<Ipv6Addr>(&mut words)?,
        // Whatever follows is to be ignored.
        Some("UNKNOWN") => From::Connection,
        _ => return Err(Fault::Protocol),
    };
    Ok(Parsed::Done {
        used: end + 1,
        from,
        values: end + 1,
    })
}

fn addresses<Ip: FromStr + Into<IpAddr>>(words: &mut dyn Iterator<Item = &str>) -> Result<From, Fault> {
    let mut ip = || {
        words
            .next()
            .and_then(|word| word.parse::<Ip>().ok())
            .map(Into::into)
            .ok_or(Fault::Invalid)
    };
    let (src, dst) = (ip()?, ip()?);
    let mut port = || {
        words
            .next()
            .filter(|word| word.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|word| word.parse().ok())
    };
    let (Some(src_port), Some(dst_port)) = (port(), port()) else {
        return Err(Fault::Invalid);
    };
    match words.next() {
        Some(_) => Err(Fault::Invalid),
        None => Ok(From::Inet {
            src: SocketAddr::new(src, src_port),
            dst: SocketAddr::new(dst, dst_port),
        }),
    }
}

fn binary(bytes: &[u8]) -> Result<Parsed, Fault> {
    let Some(start) = bytes.get(..BINARY_START) else {
        return Ok(Parsed::Partial);
    };
    let (Some(&[command, family]), Some(&[high, low])) = (start.get(12..14), start.get(14..16)) else {
        return Err(Fault::Invalid);
    };
    if command >> 4 != 2 {
        return Err(Fault::NotHeader);
    }
    let used = BINARY_START + usize::from(u16::from_be_bytes([high, low]));
    if used > MAX {
        return Err(Fault::Invalid);
    }
    let Some(rest) = bytes.get(BINARY_START..used) else {
        return Ok(Parsed::Partial);
    };
    let length = match family {
        0x11 => 12,
        0x21 => 36,
        0x31 => 216,
        _ => rest.len(),
    };
    let values = (BINARY_START + length).min(used);
    if !whole_values(bytes.get(values..used).unwrap_or_default()) {
        return Err(Fault::Invalid);
    }
    let from = match (command & 0xf, family) {
        (0, _) => From::Connection,
        (1, 0x11) => {
            let src = Ipv4Addr::from(part::<4>(rest, 0)?).into();
            let dst = Ipv4Addr::from(part::<4>(rest, 4)?).into();
            From::Inet {
                src: SocketAddr::new(src, port(rest, 8)?),
                dst: SocketAddr::new(dst, port(rest, 10)?),
            }
        }
        (1, 0x21) => {
            let src = Ipv6Addr::from(part::<16>(rest, 0)?).into();
            let dst = Ipv6Addr::from(part::<16>(rest, 16)?).into();
            From::Inet {
                src: SocketAddr::new(src, port(rest, 32)?),
                dst: SocketAddr::new(dst, port(rest, 34)?),
            }
        }
        (1, 0x31) => From::Unix,
        _ => return Err(Fault::Invalid),
    };
    Ok(Parsed::Done { used, from, values })
}

/// Whether these are type, length and value, one after the other, and nothing else.
fn whole_values(mut rest: &[u8]) -> bool {
    while let [_, high, low, after @ ..] = rest {
        match after.get(usize::from(u16::from_be_bytes([*high, *low]))..) {
            Some(next) => rest = next,
            None => return false,
        }
    }
    rest.is_empty()
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Fault> {
    bytes
        .get(at..at + N)
        .and_then(|part| part.try_into().ok())
        .ok_or(Fault::Invalid)
}

fn port(bytes: &[u8], at: usize) -> Result<u16, Fault> {
    part::<2>(bytes, at).map(u16::from_be_bytes)
}
