//! TLS hellos in bytes that are only looked at (manual section 7.3.5; RFC 8446 sections 4 and 5.1).

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;

#[derive(Clone, Copy, Debug)]
pub enum Hello {
    /// Of the first handshake message: 1 a client's hello, 2 a server's.
    Type,
    ServerName,
    /// The first protocol that the client would like.
    Alpn,
    /// Major version times 65536 and minor version; SSL 2 too.
    Version,
    HasGroups,
    /// 0 no ticket extension, 1 an empty one, 2 one with a ticket.
    Ticket,
    Ciphers,
    Groups,
    SignatureAlgorithms,
    /// Groups of the key shares.
    KeyShares,
}

pub const NAMES: &[&str] = &[
    "req.ssl_hello_type",
    "res.ssl_hello_type",
    "req.ssl_sni",
    "req.ssl_alpn",
    "req.ssl_ver",
    "req.ssl_ec_ext",
    "req.ssl_st_ext",
    "req.ssl_cipherlist",
    "req.ssl_supported_groups",
    "req.ssl_sigalgs",
    "req.ssl_keyshare_groups",
];

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;

/// Extensions (RFC 6066, 8422, 8446, 7301, 5077).
const SERVER_NAME: [u8; 2] = [0, 0];
const GROUPS: [u8; 2] = [0, 10];
const SIGNATURE_ALGORITHMS: [u8; 2] = [0, 13];
const ALPN: [u8; 2] = [0, 16];
const TICKET: [u8; 2] = [0, 35];
const KEY_SHARE: [u8; 2] = [0, 51];

/// Outcome of looking for a part of a handshake message.
enum Tls<T> {
    Found(T),
    Other,
    Partial,
}

impl Hello {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Ok(Some(match args.name {
            "req.ssl_hello_type" | "res.ssl_hello_type" => Self::Type,
            "req.ssl_sni" => Self::ServerName,
            "req.ssl_alpn" => Self::Alpn,
            "req.ssl_ver" => Self::Version,
            "req.ssl_ec_ext" => Self::HasGroups,
            "req.ssl_st_ext" => Self::Ticket,
            "req.ssl_cipherlist" => Self::Ciphers,
            "req.ssl_supported_groups" => Self::Groups,
            "req.ssl_sigalgs" => Self::SignatureAlgorithms,
            "req.ssl_keyshare_groups" => Self::KeyShares,
            _ => return Ok(None),
        }))
    }

    pub fn one<'e>(self, view: &View<'e>) -> Option<Sample<'e>> {
        if let (Self::Version, Some(version)) = (self, version2(view.input)) {
            return Some(Sample::Int(version));
        }
        let (kind, body) = match handshake(view.input) {
            Tls::Found(found) => found,
            Tls::Other => return None,
            Tls::Partial => return view.wait(),
        };
        if let Self::Type = self {
            return Some(Sample::Int(i64::from(kind)));
        }
        if kind != CLIENT_HELLO {
            return None;
        }
        if let Self::Version = self {
            let (major, minor) = (*body.first()?, *body.get(1)?);
            return Some(Sample::Int(i64::from(major) << 16 | i64::from(minor)));
        }
        let mut rest = body.get(34..)?;
        block(&mut rest, 1)?;
        let ciphers = block(&mut rest, 2)?;
        if let Self::Ciphers = self {
            return Some(Sample::Bin(ciphers));
        }
        block(&mut rest, 1)?;
        let extensions = block(&mut rest, 2)?;
        let list = |kind| block(&mut extension(extensions, kind)?, 2);
        match self {
            Self::ServerName => {
                let (kind, mut after) = list(SERVER_NAME)?.split_first()?;
                let name = block(&mut after, 2)?;
                (*kind == 0).then_some(Sample::Str(name))
            }
            Self::Alpn => block(&mut list(ALPN)?, 1).map(Sample::Str),
            Self::HasGroups => extension(extensions, GROUPS).map(|_| Sample::Bool(true)),
            Self::Ticket => Some(Sample::Int(match extension(extensions, TICKET) {
                None => 0,
                Some([]) => 1,
                Some(_) => 2,
            })),
            Self::Groups => list(GROUPS).map(Sample::Bin),
            Self::SignatureAlgorithms => list(SIGNATURE_ALGORITHMS).map(Sample::Bin),
            Self::KeyShares => {
                let mut shares = list(KEY_SHARE)?;
                Some(Sample::Bin(view.build(|out| {
                    while let Some((group, mut after)) = shares.split_at_checked(2) {
                        if block(&mut after, 2).is_none() {
                            break;
                        }
                        out.extend_from_slice_copy(group);
                        shares = after;
                    }
                })))
            }
            Self::Type | Self::Version | Self::Ciphers => None,
        }
    }
}

/// Type and body of the first handshake message; `Partial` until the record is whole.
fn handshake(input: &[u8]) -> Tls<(u8, &[u8])> {
    let Some(header) = input.get(..5) else {
        let tls = input.first().is_none_or(|kind| *kind == HANDSHAKE) && input.get(1).is_none_or(|major| *major == 3);
        return if tls { Tls::Partial } else { Tls::Other };
    };
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    if header[0] != HANDSHAKE || header[1] != 3 || !(4..=16_384 + 256).contains(&length) {
        return Tls::Other;
    }
    match input.get(5..5 + length) {
        None => Tls::Partial,
        Some(record) => {
            let size = usize::from(record[1]) << 16 | usize::from(record[2]) << 8 | usize::from(record[3]);
            match record.get(4..4 + size) {
                Some(body) => Tls::Found((record[0], body)),
                None => Tls::Other,
            }
        }
    }
}

/// The version in a hello of SSL 2: two bytes of length, type 1, the version.
fn version2(input: &[u8]) -> Option<i64> {
    match input {
        [length, _, CLIENT_HELLO, major, minor, ..] if length & 0x80 != 0 => Some(i64::from(*major) << 16 | i64::from(*minor)),
        _ => None,
    }
}

/// Takes a block with a length of `width` bytes in front off `rest`.
fn block<'e>(rest: &mut &'e [u8], width: usize) -> Option<&'e [u8]> {
    let (digits, after) = rest.split_at_checked(width)?;
    let length = digits.iter().fold(0_usize, |value, byte| (value << 8) | usize::from(*byte));
    let (content, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(content)
}

/// Content of the first extension of a kind.
fn extension(mut extensions: &[u8], wanted: [u8; 2]) -> Option<&[u8]> {
    while let Some((kind, mut after)) = extensions.split_at_checked(2) {
        let content = block(&mut after, 2)?;
        if kind == wanted {
            return Some(content);
        }
        extensions = after;
    }
    None
}
