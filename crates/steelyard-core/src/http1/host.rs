//! `Host` and the target's authority: each must be one, and they must agree (RFC 9112 section 3.2).

use super::head::Head;
use super::known::Known;
use super::target::{split, TargetForm};
use super::token::{CLASS, HIGH, HOST};
use super::HeadError;

/// Judges a complete request; merges equal `Host` lines into one.
pub(crate) fn check(relaxed: bool, head: &mut Head) -> Result<(), HeadError> {
    if head.may_have(Known::Upgrade) && !relaxed {
        websocket(head)?;
    }
    let origin = head.target().first() == Some(&b'/');
    if origin && !head.may_have(Known::Host) {
        return Ok(());
    }
    let mut hosts = head.lines(Known::Host);
    let host = hosts.next();
    if let Some(host) = host {
        let mut several = false;
        for other in hosts {
            several = true;
            if !other.eq_ignore_ascii_case(host) {
                return Err(HeadError::Host);
            }
        }
        // Some clients send an empty one; it is no authority and it is legal (RFC 9112 section 3.2).
        if !host.is_empty() {
            authority(host, relaxed).ok_or(HeadError::Host)?;
        }
        if several {
            let mut first = true;
            head.retain(|name, _| !name.eq_ignore_ascii_case(b"host") || std::mem::take(&mut first));
        }
    }
    if !origin && !relaxed {
        agree(head)?;
    }
    Ok(())
}

/// The target's authority, when it has one, against `Host`, when there is one.
fn agree(head: &Head) -> Result<(), HeadError> {
    let target = head.target();
    let parts = split(target);
    let given = &target[parts.authority.0..parts.authority.1];
    let scheme: &[u8] = match parts.form {
        TargetForm::Origin | TargetForm::Asterisk => return Ok(()),
        TargetForm::Authority => b"",
        TargetForm::Absolute => &target[..parts.authority.0 - 3],
    };
    let connect = parts.form == TargetForm::Authority;
    let web = scheme.eq_ignore_ascii_case(b"http") || scheme.eq_ignore_ascii_case(b"https");
    // User information is legal in a URI, if unwise; it takes no part in the comparison. In CONNECT it is not.
    let plain = match memchr::memrchr(b'@', given) {
        Some(_) if connect => return Err(HeadError::Target),
        Some(at) => &given[at + 1..],
        None => given,
    };
    if plain.is_empty() && !web && !connect {
        return Ok(());
    }
    let (name, port) = authority(plain, false).ok_or(HeadError::Target)?;
    if connect && port.is_none_or(<[u8]>::is_empty) {
        return Err(HeadError::Target);
    }
    let Some(host) = head.get(b"host") else {
        return Ok(());
    };
    let (host_name, host_port) = authority(host, false).ok_or(HeadError::Host)?;
    let same_port = port_of(port, scheme) == port_of(host_port, scheme)
        // HAProxy takes both well-known ports for CONNECT's default.
        || connect && host_port.is_none_or(<[u8]>::is_empty) && matches!(port, Some(b"80" | b"443"));
    if name.eq_ignore_ascii_case(host_name) && same_port {
        Ok(())
    } else {
        Err(HeadError::Host)
    }
}

/// The port, or the scheme's own when there is none.
fn port_of<'a>(port: Option<&'a [u8]>, scheme: &[u8]) -> Option<&'a [u8]> {
    match port {
        Some(port) if !port.is_empty() => Some(port),
        _ if scheme.eq_ignore_ascii_case(b"http") => Some(b"80"),
        _ if scheme.eq_ignore_ascii_case(b"https") => Some(b"443"),
        _ => None,
    }
}

/// Splits `host[:port]`; `None` when it is none (RFC 3986 section 3.2). Relaxed lets bytes over 127 into the name and any
/// visible ones into the port.
fn authority(text: &[u8], relaxed: bool) -> Option<(&[u8], Option<&[u8]>)> {
    let allowed = if relaxed { HOST | HIGH } else { HOST };
    let end = if text.first() == Some(&b'[') {
        let close = memchr::memchr(b']', text)?;
        let literal = |b: &u8| b.is_ascii_hexdigit() || matches!(b, b':' | b'.' | b'v' | b'%');
        if !text[1..close].iter().all(literal) {
            return None;
        }
        close + 1
    } else {
        text.iter()
            .position(|&b| CLASS[b as usize] & allowed == 0)
            .unwrap_or(text.len())
    };
    let (name, rest) = text.split_at(end);
    let port = match rest {
        [] => None,
        [b':', port @ ..] => Some(port),
        _ => return None,
    };
    let sound = match port {
        None | Some([]) => true,
        Some(port) => is_port(port) || (relaxed && port.iter().all(|&b| CLASS[b as usize] & HOST != 0)),
    };
    (sound && !name.is_empty()).then_some((name, port))
}

/// Whether it is a number up to 65535; zeros may stand before it.
fn is_port(text: &[u8]) -> bool {
    if text.len() > 5 {
        return super::parse_u64(text).is_some_and(|number| number <= 65_535);
    }
    let number = text.iter().fold(0, |number, digit| number * 10 + u32::from(digit & 15));
    number <= 65_535 && text.iter().all(u8::is_ascii_digit)
}

/// A WebSocket handshake must have a key: 16 bytes in base64.
fn websocket(head: &Head) -> Result<(), HeadError> {
    if !head.upgrade().is_some_and(|value| super::list_has(value, b"websocket")) || head.method() != b"GET" {
        return Ok(());
    }
    let sound = |key: &[u8]| {
        key.len() == 24
            && key.ends_with(b"==")
            && key[..22]
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
    };
    let mut keys = head.values(b"sec-websocket-key");
    match (keys.next(), keys.next()) {
        (Some(key), None) if sound(key) => Ok(()),
        _ => Err(HeadError::WebSocket),
    }
}
