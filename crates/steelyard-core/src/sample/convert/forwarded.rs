//! The Forwarded field (RFC 7239): fields, nodes and their parts.

use super::super::args::Args;
use super::super::{parse_int, Sample, View};
use crate::error::PlanError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[derive(Clone, Copy, Debug)]
pub enum Forwarded {
    Field(Option<Field>),
    IsValid,
    /// Name and port of a node.
    NodeName,
    NodePort,
    /// A value as the name or the port of a node.
    ToName,
    ToPort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Proto,
    Host,
    For,
    By,
}

pub const NAMES: &[&str] = &[
    "rfc7239_field",
    "rfc7239_is_valid",
    "rfc7239_n2nn",
    "rfc7239_n2np",
    "rfc7239_nn",
    "rfc7239_np",
];

impl Forwarded {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Ok(Some(match args.name {
            "rfc7239_field" => Self::Field(match args.str(0)? {
                "proto" => Some(Field::Proto),
                "host" => Some(Field::Host),
                "for" => Some(Field::For),
                "by" => Some(Field::By),
                // No mistake, and never a value.
                _ => None,
            }),
            "rfc7239_is_valid" => Self::IsValid,
            "rfc7239_n2nn" => Self::NodeName,
            "rfc7239_n2np" => Self::NodePort,
            "rfc7239_nn" => Self::ToName,
            "rfc7239_np" => Self::ToPort,
            _ => return Ok(None),
        }))
    }

    pub fn apply<'e>(self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        match self {
            Self::Field(field) => parse(sample.as_str(view.arena))?.value(field?).map(Sample::Str),
            Self::IsValid => Some(Sample::Bool(parse(sample.as_str(view.arena)).is_some())),
            Self::NodeName => Some(match node(sample.as_str(view.arena))?.0 {
                Name::Ip(ip) => Sample::from_ip(ip),
                Name::Text(text) => Sample::Str(text),
            }),
            Self::NodePort => Some(match node(sample.as_str(view.arena))?.1? {
                Port::Number(number) => Sample::Int(number),
                Port::Text(text) => Sample::Str(text),
            }),
            Self::ToName => match sample {
                Sample::Ipv4(_) => Some(Sample::Str(sample.as_str(view.arena))),
                Sample::Ipv6(_) => Some(Sample::Str(view.build(|out| {
                    out.push(b'[');
                    out.extend_from_slice_copy(sample.as_str(view.arena));
                    out.push(b']');
                }))),
                Sample::Str(b"") => Some(Sample::Str(b"unknown")),
                other => hidden(view, other.as_str(view.arena)),
            },
            Self::ToPort => match sample {
                // As HAProxy: a number of 32 bits, port or not.
                Sample::Int(port) => Some(Sample::Str(Sample::Int(port & 0xffff_ffff).as_str(view.arena))),
                Sample::Str(b"") => None,
                other => hidden(view, other.as_str(view.arena)),
            },
        }
    }
}

/// The four parameters that section 5 of RFC 7239 names.
#[derive(Debug, Default)]
struct Element<'e> {
    values: [Option<&'e [u8]>; 4],
}

impl<'e> Element<'e> {
    fn value(&self, field: Field) -> Option<&'e [u8]> {
        self.values[field as usize]
    }
}

/// One element. As in HAProxy: names in small letters, no extensions, no blanks, and quotes where a token has no room.
fn parse(text: &[u8]) -> Option<Element<'_>> {
    let mut element = Element::default();
    let mut rest = text;
    loop {
        let at = memchr::memchr(b'=', rest)?;
        let field = match &rest[..at] {
            b"proto" => Field::Proto,
            b"host" => Field::Host,
            b"for" => Field::For,
            b"by" => Field::By,
            _ => return None,
        };
        rest = &rest[at + 1..];
        let (value, quoted) = match rest.strip_prefix(b"\"") {
            Some(inside) => {
                let end = memchr::memchr(b'"', inside)?;
                rest = &inside[end + 1..];
                (&inside[..end], true)
            }
            None => {
                let end = memchr::memchr(b';', rest).unwrap_or(rest.len());
                let value = &rest[..end];
                rest = &rest[end..];
                (value, false)
            }
        };
        let plain = quoted || value.iter().all(|byte| !matches!(byte, b':' | b'[' | b']'));
        let good = match field {
            Field::Proto => !quoted && matches!(value, b"http" | b"https"),
            Field::Host => plain && is_host(value),
            Field::For | Field::By => plain && node(value).is_some_and(|node| node.2),
        };
        let slot = &mut element.values[field as usize];
        if !good || slot.is_some() {
            return None;
        }
        *slot = Some(value);
        match rest {
            [] => return Some(element),
            [b';', after @ ..] => rest = after,
            _ => return None,
        }
    }
}

/// A host name of letters, digits, dots and dashes, or an address; a port may follow.
fn is_host(text: &[u8]) -> bool {
    let (host, port) = match text
        .strip_prefix(b"[")
        .and_then(|rest| Some((rest, memchr::memchr(b']', rest)?)))
    {
        Some((rest, end)) => {
            if parse_v6(&rest[..end]).is_none() {
                return false;
            }
            (&b"v6"[..], &rest[end + 1..])
        }
        None => text.split_at(memchr::memchr(b':', text).unwrap_or(text.len())),
    };
    let name = !host.is_empty()
        && host
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    name && (port.is_empty() || matches!(port_of(port), Some(Port::Number(_))))
}

#[derive(Debug)]
enum Name<'e> {
    Ip(IpAddr),
    Text(&'e [u8]),
}

#[derive(Debug)]
enum Port<'e> {
    Number(i64),
    Text(&'e [u8]),
}

/// Name and port of a node (section 6), and whether that is all of the text.
fn node(text: &[u8]) -> Option<(Name<'_>, Option<Port<'_>>, bool)> {
    let (name, rest) = match text {
        [b'[', rest @ ..] => {
            let end = memchr::memchr(b']', rest)?;
            (Name::Ip(IpAddr::V6(parse_v6(&rest[..end])?)), &rest[end + 1..])
        }
        [b'_', ..] => {
            let (name, rest) = text.split_at(1 + text[1..].iter().take_while(|byte| is_hidden(byte)).count());
            (Name::Text((name.len() > 1).then_some(name)?), rest)
        }
        _ if text.starts_with(b"unknown") => (Name::Text(&text[..7]), &text[7..]),
        _ => {
            let end = text.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
            let (digits, rest) = text.split_at(end);
            let ip: Ipv4Addr = std::str::from_utf8(digits).ok()?.parse().ok()?;
            (Name::Ip(IpAddr::V4(ip)), rest)
        }
    };
    if rest.first() != Some(&b':') {
        return Some((name, None, rest.is_empty()));
    }
    let port = port_of(rest)?;
    let length = match &port {
        Port::Number(_) => rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count(),
        Port::Text(text) => text.len(),
    };
    Some((name, Some(port), rest.len() == length + 1))
}

/// `:80` or `:_name`.
fn port_of(text: &[u8]) -> Option<Port<'_>> {
    let text = text.strip_prefix(b":")?;
    if text.first() == Some(&b'_') {
        let length = 1 + text[1..].iter().take_while(|byte| is_hidden(byte)).count();
        return (length > 1).then_some(Port::Text(&text[..length]));
    }
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = parse_int(&text[..digits]);
    (1..=65_535).contains(&number).then_some(Port::Number(number))
}

fn parse_v6(text: &[u8]) -> Option<Ipv6Addr> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Letters of an obfuscated identifier.
fn is_hidden(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

fn hidden<'e>(view: &View<'e>, text: &[u8]) -> Option<Sample<'e>> {
    text.iter().all(is_hidden).then(|| {
        Sample::Str(view.build(|out| {
            out.push(b'_');
            out.extend_from_slice_copy(text);
        }))
    })
}
