//! Numbers and addresses as text, appended without allocating.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};

/// Appends a decimal number.
pub fn push_int(out: &mut Vec<u8>, value: i64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
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
            let _ = write!(out, "{ip}");
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
