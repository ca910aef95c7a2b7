//! Numbers and addresses as text, appended without allocating.

use std::fmt::{Display, Formatter};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Appends a decimal number.
pub fn push_int(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    push_uint(out, value.unsigned_abs());
}

/// Appends a decimal number without a sign.
pub(super) fn push_uint(out: &mut Vec<u8>, value: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = value;
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends an address without brackets.
pub fn push_ip(out: &mut Vec<u8>, ip: IpAddr) {
    match ip {
        IpAddr::V4(ip) => {
            let (text, length) = dotted(ip);
            out.extend_from_slice(&text[..length]);
        }
        // Writing to a Vec never fails.
        IpAddr::V6(ip) => {
            let _ = write!(out, "{}", Text6(ip));
        }
    }
}

/// An IPv6 address as inet_ntop(3) writes it: where nothing but the last 32 bits is set, these are dotted.
pub(super) struct Text6(pub Ipv6Addr);

impl Display for Text6 {
    fn fmt(&self, out: &mut Formatter<'_>) -> std::fmt::Result {
        match self.0.segments() {
            [0, 0, 0, 0, 0, 0, high, low] if high != 0 => {
                let ip = Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
                write!(out, "::{ip}")
            }
            _ => write!(out, "{}", self.0),
        }
    }
}

/// The dotted form and its length, without the formatting machinery: sources end up in headers all the time.
pub(super) fn dotted(ip: Ipv4Addr) -> ([u8; 15], usize) {
    let mut text = [0_u8; 15];
    let mut at = 0;
    for (index, octet) in ip.octets().into_iter().enumerate() {
        if index > 0 {
            text[at] = b'.';
            at += 1;
        }
        for (divisor, least) in [(100, 100), (10, 10), (1, 0)] {
            if octet >= least {
                text[at] = b'0' + octet / divisor % 10;
                at += 1;
            }
        }
    }
    (text, at)
}
