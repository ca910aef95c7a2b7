//! Implicit casts between sample types (manual section 7.1, the matrix; proved on HAProxy where it is silent).

use super::text::{dotted, Text6};
use super::Sample;
use bumpalo::Bump;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

impl<'e> Sample<'e> {
    /// As a string. Binary data ends at its first zero byte, as it does in HAProxy.
    pub fn as_str(self, arena: &'e Bump) -> &'e [u8] {
        match self {
            Self::Str(bytes) | Self::Meth(bytes) => bytes,
            Self::Bin(bytes) => match memchr::memchr(0, bytes) {
                Some(end) => &bytes[..end],
                None => bytes,
            },
            Self::Bool(value) => {
                if value {
                    b"1"
                } else {
                    b"0"
                }
            }
            Self::Int(value) => fixed(arena, |out| write!(out, "{value}")),
            Self::Ipv4(ip) => {
                let (text, length) = dotted(ip);
                arena.alloc_slice_copy(&text[..length])
            }
            Self::Ipv6(ip) => fixed(arena, |out| write!(out, "{}", Text6(ip))),
        }
    }

    /// As bytes: numbers as 8 bytes in network order, addresses as 4 or 16.
    pub fn as_bin(self, arena: &'e Bump) -> &'e [u8] {
        match self {
            Self::Str(bytes) | Self::Meth(bytes) | Self::Bin(bytes) => bytes,
            Self::Bool(value) => arena.alloc(i64::from(value).to_be_bytes()),
            Self::Int(value) => arena.alloc(value.to_be_bytes()),
            Self::Ipv4(ip) => arena.alloc(ip.octets()),
            Self::Ipv6(ip) => arena.alloc(ip.octets()),
        }
    }

    pub fn as_int(self) -> Option<i64> {
        match self {
            Self::Bool(value) => Some(i64::from(value)),
            Self::Int(value) => Some(value),
            Self::Ipv4(ip) => Some(i64::from(u32::from(ip))),
            Self::Str(bytes) if !bytes.is_empty() => Some(parse_int(bytes)),
            Self::Str(_) | Self::Ipv6(_) | Self::Bin(_) | Self::Meth(_) => None,
        }
    }

    pub fn as_bool(self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(value),
            other => other.as_int().map(|value| value != 0),
        }
    }

    pub fn as_ip(self) -> Option<IpAddr> {
        match self {
            Self::Ipv4(ip) => Some(IpAddr::V4(ip)),
            Self::Ipv6(ip) => Some(IpAddr::V6(ip)),
            // The low 32 bits, as HAProxy casts an integer to an address.
            Self::Int(value) => Some(IpAddr::V4(Ipv4Addr::from((value & 0xffff_ffff) as u32))),
            Self::Str(bytes) => parse_ip(bytes),
            Self::Bin(bytes) => match bytes.len() {
                4 => <[u8; 4]>::try_from(bytes)
                    .ok()
                    .map(|octets| IpAddr::from(Ipv4Addr::from(octets))),
                16 => <[u8; 16]>::try_from(bytes)
                    .ok()
                    .map(|octets| IpAddr::from(Ipv6Addr::from(octets))),
                _ => None,
            },
            Self::Bool(_) | Self::Meth(_) => None,
        }
    }

    pub fn from_ip(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => Self::Ipv4(ip),
            IpAddr::V6(ip) => Self::Ipv6(ip),
        }
    }

    /// Length of the value as text.
    pub fn text_len(self, arena: &'e Bump) -> usize {
        self.as_str(arena).len()
    }
}

/// Writes something that is at most 48 bytes long into the arena.
fn fixed(arena: &Bump, fill: impl FnOnce(&mut &mut [u8]) -> std::io::Result<()>) -> &[u8] {
    let mut space = [0_u8; 48];
    let mut rest = &mut space[..];
    // The longest value, an IPv6 address, has 45 bytes.
    let _ = fill(&mut rest);
    let left = rest.len();
    arena.alloc_slice_copy(&space[..space.len() - left])
}

/// A leading decimal number with an optional sign; what follows it is ignored, no digits are 0, too large ones stop at the
/// limits of 64 bits.
pub fn parse_int(bytes: &[u8]) -> i64 {
    let (negative, digits) = match bytes.first() {
        Some(b'-') => (true, &bytes[1..]),
        Some(b'+') => (false, &bytes[1..]),
        _ => (false, bytes),
    };
    let mut value: i64 = 0;
    for byte in digits.iter().take_while(|byte| byte.is_ascii_digit()) {
        let digit = i64::from(byte - b'0');
        let next = value.checked_mul(10).and_then(|shifted| {
            if negative {
                shifted.checked_sub(digit)
            } else {
                shifted.checked_add(digit)
            }
        });
        match next {
            Some(next) => value = next,
            None => return if negative { i64::MIN } else { i64::MAX },
        }
    }
    value
}

/// An IPv4 address, leading zeros allowed and followed by anything but a digit or a dot, or a whole IPv6 address.
pub fn parse_ip(bytes: &[u8]) -> Option<IpAddr> {
    if let Some(ip) = parse_ipv4(bytes) {
        return Some(IpAddr::V4(ip));
    }
    // The longest text of an IPv6 address has 45 bytes.
    if bytes.len() > 45 || memchr::memchr(b':', bytes).is_none() {
        return None;
    }
    std::str::from_utf8(bytes).ok()?.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

fn parse_ipv4(bytes: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    let mut at = 0;
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            if bytes.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let start = at;
        let mut value: u16 = 0;
        while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
            value = value * 10 + u16::from(digit - b'0');
            if value > 255 {
                return None;
            }
            at += 1;
        }
        if at == start {
            return None;
        }
        *octet = u8::try_from(value).ok()?;
    }
    match bytes.get(at) {
        Some(b'.') => None,
        _ => Some(Ipv4Addr::from(octets)),
    }
}
