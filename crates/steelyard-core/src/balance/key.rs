//! What each algorithm hashes (manual: `balance`).

use super::hash::{avalanche, hash_with};
use crate::http1::Head;
use crate::plan::{Balance, BalanceKind};
use std::net::IpAddr;

/// The hash of a key's bytes as the backend's `hash-type` says.
#[must_use]
pub fn hash_key(balance: &Balance, bytes: &[u8]) -> u32 {
    hash_with(balance.hash.function, balance.hash.avalanche, bytes)
}

/// The hash of a source address: its 32-bit words combined by exclusive or. The hash function plays no part in it, the
/// `avalanche` modifier does.
#[must_use]
pub fn hash_address(balance: &Balance, address: IpAddr) -> u32 {
    let word = match address {
        IpAddr::V4(v4) => u32::from(v4),
        IpAddr::V6(v6) => {
            let bits = u128::from(v6);
            (bits >> 96) as u32 ^ (bits >> 64) as u32 ^ (bits >> 32) as u32 ^ bits as u32
        }
    };
    if balance.hash.avalanche {
        avalanche(word)
    } else {
        word
    }
}

/// The key of a request or connection; `None` where the algorithm takes none or finds none: servers then take turns.
///
/// `head`: the request, in HTTP. `source`: the client's address, `None` on unix sockets. `input`: what is buffered of
/// the request's body (`check_post`) or of the TCP stream (`rdp-cookie`). `balance hash` is not answered here: evaluate
/// its expression, cast to bytes, and give those to [`hash_key`].
#[must_use]
pub fn key_of(balance: &Balance, head: Option<&Head>, source: Option<IpAddr>, input: &[u8]) -> Option<u32> {
    let bytes = match &balance.kind {
        BalanceKind::Source => return source.map(|address| hash_address(balance, address)),
        BalanceKind::Uri {
            len,
            depth,
            whole,
            path_only,
        } => uri(head?, *len, *depth, *whole, *path_only)?,
        BalanceKind::UrlParam { name, check_post } => {
            let head = head?;
            let in_query = head.query().and_then(|query| param(query, name.as_bytes()));
            match in_query {
                Some(value) => value,
                None if check_post.is_some() && head.method() == b"POST" => param(input, name.as_bytes())?,
                None => return None,
            }
        }
        BalanceKind::Hdr { name, use_domain_only } => {
            // The first element of the first line, as one request header value.
            let line = head?.get(name.as_bytes())?;
            let value = line.split(|&b| b == b',').next().unwrap_or(line).trim_ascii();
            if value.is_empty() {
                return None;
            }
            if *use_domain_only {
                domain(value)
            } else {
                value
            }
        }
        BalanceKind::RdpCookie { name } => rdp_cookie(input, name.as_bytes())?,
        BalanceKind::Roundrobin
        | BalanceKind::StaticRr
        | BalanceKind::Leastconn
        | BalanceKind::First
        | BalanceKind::Random { .. }
        | BalanceKind::Hash { .. }
        | BalanceKind::Sticky => return None,
    };
    Some(hash_key(balance, bytes))
}

/// The part of the target that is hashed: `len` bytes or `depth` directories at most, whichever ends first.
fn uri(head: &Head, len: u32, depth: u32, whole: bool, path_only: bool) -> Option<&[u8]> {
    let mut text = if path_only { head.pathq()? } else { head.target() };
    if len > 0 {
        text = &text[..text.len().min(len as usize)];
    }
    let mut slashes = 0;
    let end = text.iter().position(|&b| {
        slashes += u32::from(b == b'/');
        (b == b'?' && !whole) || (b == b'/' && depth > 0 && slashes > depth)
    });
    Some(&text[..end.unwrap_or(text.len())])
}

/// The value of `name=value` among the parts between ampersands; names are compared with case.
fn param<'a>(query: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    query
        .split(|&b| b == b'&')
        .find_map(|part| part.strip_prefix(name)?.strip_prefix(b"="))
}

/// `use_domain_only`: the label before the last dot (`1wt` of `haproxy.1wt.eu`); the whole when there is no such.
fn domain(host: &[u8]) -> &[u8] {
    match memchr::memrchr(b'.', host) {
        None | Some(0) => host,
        Some(end) => &host[memchr::memrchr(b'.', &host[..end]).map_or(0, |dot| dot + 1)..end],
    }
}

/// The value of an RDP cookie at the start of a connection ([MS-RDPBCGR] 2.2.1.1: TPKT, X.224, `Cookie: name=value`).
/// The name is compared without case; an empty one is `mstshash`.
#[must_use]
pub fn rdp_cookie<'a>(input: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let name: &[u8] = if name.is_empty() { b"mstshash" } else { name };
    // TPKT version 3, length, then X.224: its own length, connection request (0xe0), two references, class 0.
    let (head, rest) = input.split_at_checked(11)?;
    let sound = head[0] == 3 && head[5] == 0xe0;
    let length = usize::from(head[4]).checked_sub(6)?;
    if !sound {
        return None;
    }
    let text = &rest[..length.min(rest.len())];
    let line = &text[..memchr::memchr(b'\r', text)?];
    let (label, pair) = line.split_at_checked(8)?;
    let (found, value) = (pair.get(..name.len())?, pair.get(name.len()..)?);
    if !label.eq_ignore_ascii_case(b"Cookie: ") || !found.eq_ignore_ascii_case(name) {
        return None;
    }
    value.strip_prefix(b"=").map(<[u8]>::trim_ascii_end)
}
