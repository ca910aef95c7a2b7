//! Parts of a request target (RFC 9112 section 3.2): borrowed, never copied.

use super::super::cast::parse_ip;
use crate::scan::find2;
use std::net::{IpAddr, Ipv4Addr};

/// Where the path starts; `None` for `*` and for the authority-form. An absolute-form without a path has none either.
fn path_start(target: &[u8]) -> Option<usize> {
    match target.first() {
        Some(b'/') => Some(0),
        _ => {
            let authority = memchr::memmem::find(target, b"://")? + 3;
            let rest = &target[authority..];
            Some(authority + memchr::memchr3(b'/', b'?', b'#', rest).unwrap_or(rest.len()))
        }
    }
}

/// Path and query. An absolute-form with an empty path has neither: the reader of requests has made `/` of it, where that means the same.
pub(crate) fn pathq(target: &[u8]) -> Option<&[u8]> {
    let rest = &target[path_start(target)?..];
    (!rest.is_empty()).then_some(rest)
}

/// Path without the query.
pub(crate) fn path(target: &[u8]) -> Option<&[u8]> {
    let rest = pathq(target)?;
    Some(&rest[..find2(b'?', b'#', rest).unwrap_or(rest.len())])
}

/// What follows the first question mark; `None` without one.
pub(crate) fn query(target: &[u8]) -> Option<&[u8]> {
    memchr::memchr(b'?', target).map(|at| &target[at + 1..])
}

/// Host and port of an absolute-form, without user information.
pub(crate) fn authority(target: &[u8]) -> Option<&[u8]> {
    if target.first() == Some(&b'/') {
        return None;
    }
    let start = memchr::memmem::find(target, b"://")? + 3;
    let rest = &target[start..];
    let whole = &rest[..memchr::memchr3(b'/', b'?', b'#', rest).unwrap_or(rest.len())];
    Some(match memchr::memrchr(b'@', whole) {
        Some(at) => &whole[at + 1..],
        None => whole,
    })
}

/// Host and port; the port where there is one.
pub(crate) fn host_port(authority: &[u8]) -> (&[u8], Option<&[u8]>) {
    let after = match authority.first() {
        Some(b'[') => memchr::memchr(b']', authority).map_or(authority.len(), |at| at + 1),
        _ => memchr::memchr(b':', authority).unwrap_or(authority.len()),
    };
    let (host, rest) = authority.split_at(after);
    (host, rest.strip_prefix(b":").filter(|port| !port.is_empty()))
}

/// Address and port of an absolute-form whose host is an IPv4 address, without user information; as in HAProxy, any other has
/// neither.
pub(crate) fn numeric(target: &[u8]) -> Option<(Ipv4Addr, u16)> {
    let (scheme, rest) = target.split_at_checked(memchr::memmem::find(target, b"://")?)?;
    let usual = match scheme {
        _ if scheme.eq_ignore_ascii_case(b"http") => 80,
        _ if scheme.eq_ignore_ascii_case(b"https") => 443,
        _ => return None,
    };
    let (host, port) = host_port(authority(target).filter(|host| rest.get(3..).is_some_and(|rest| rest.starts_with(host)))?);
    let IpAddr::V4(address) = parse_ip(host)? else { return None };
    let port = match port {
        Some(port) => std::str::from_utf8(port).ok()?.parse().ok()?,
        None => usual,
    };
    Some((address, port))
}

/// Name and value pairs of a form or query string; a piece without `=` is no parameter.
pub(crate) fn params(text: &[u8], delimiter: u8) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split(move |byte| matches!(*byte, b'&' | b';') || *byte == delimiter)
        .filter_map(|piece| {
            let at = memchr::memchr(b'=', piece)?;
            Some((&piece[..at], &piece[at + 1..]))
        })
}
