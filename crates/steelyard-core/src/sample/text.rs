//! Numbers and addresses as text, appended without allocating.

use std::io::Write;
use std::net::IpAddr;

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
            for (index, octet) in ip.octets().into_iter().enumerate() {
                if index > 0 {
                    out.push(b'.');
                }
                push_int(out, i64::from(octet));
            }
        }
        // Writing to a Vec never fails.
        IpAddr::V6(ip) => {
            let _ = write!(out, "{ip}");
        }
    }
}
