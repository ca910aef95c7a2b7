//! The packet that opened a connection (`fc_saved_syn`): Ethernet, IP and TCP headers (RFC 791, RFC 8200, RFC 9293).

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use std::net::{Ipv4Addr, Ipv6Addr};

#[derive(Clone, Copy, Debug)]
pub enum Packet {
    EthData,
    EthDst,
    EthHdr,
    EthProto,
    EthSrc,
    EthVlan,
    IpData,
    IpDf,
    IpDst,
    /// The sum of 1 (time to live), 2 (kinds of options) and 4 (source) says what stands behind the fingerprint.
    IpFp(u8),
    IpHdr,
    IpProto,
    IpSrc,
    IpTos,
    IpTtl,
    IpVer,
    TcpDst,
    TcpFlags,
    TcpMss,
    TcpSack,
    TcpTsopt,
    TcpTsval,
    TcpWscale,
    TcpWsopt,
    TcpOptions,
    TcpSeq,
    TcpSrc,
    TcpWin,
}

pub const NAMES: &[&str] = &[
    "eth.data",
    "eth.dst",
    "eth.hdr",
    "eth.proto",
    "eth.src",
    "eth.vlan",
    "ip.data",
    "ip.df",
    "ip.dst",
    "ip.fp",
    "ip.hdr",
    "ip.proto",
    "ip.src",
    "ip.tos",
    "ip.ttl",
    "ip.ver",
    "tcp.dst",
    "tcp.flags",
    "tcp.options.mss",
    "tcp.options.sack",
    "tcp.options.tsopt",
    "tcp.options.tsval",
    "tcp.options.wscale",
    "tcp.options.wsopt",
    "tcp.options_list",
    "tcp.seq",
    "tcp.src",
    "tcp.win",
];

impl Packet {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Ok(Some(match args.name {
            "eth.data" => Self::EthData,
            "eth.dst" => Self::EthDst,
            "eth.hdr" => Self::EthHdr,
            "eth.proto" => Self::EthProto,
            "eth.src" => Self::EthSrc,
            "eth.vlan" => Self::EthVlan,
            "ip.data" => Self::IpData,
            "ip.df" => Self::IpDf,
            "ip.dst" => Self::IpDst,
            "ip.fp" => match u8::try_from(args.opt_int(0)?.unwrap_or(0)) {
                Ok(mode @ 0..=7) => Self::IpFp(mode),
                _ => return Err(args.wrong(0, "a sum of 1, 2 and 4")),
            },
            "ip.hdr" => Self::IpHdr,
            "ip.proto" => Self::IpProto,
            "ip.src" => Self::IpSrc,
            "ip.tos" => Self::IpTos,
            "ip.ttl" => Self::IpTtl,
            "ip.ver" => Self::IpVer,
            "tcp.dst" => Self::TcpDst,
            "tcp.flags" => Self::TcpFlags,
            "tcp.options.mss" => Self::TcpMss,
            "tcp.options.sack" => Self::TcpSack,
            "tcp.options.tsopt" => Self::TcpTsopt,
            "tcp.options.tsval" => Self::TcpTsval,
            "tcp.options.wscale" => Self::TcpWscale,
            "tcp.options.wsopt" => Self::TcpWsopt,
            "tcp.options_list" => Self::TcpOptions,
            "tcp.seq" => Self::TcpSeq,
            "tcp.src" => Self::TcpSrc,
            "tcp.win" => Self::TcpWin,
            _ => return Ok(None),
        }))
    }

    pub fn apply<'e>(self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let bytes = sample.as_bin(view.arena);
        let present = |found: bool| Some(Sample::Int(i64::from(found)));
        match self {
            Self::EthDst => bytes.get(..6).map(Sample::Bin),
            Self::EthSrc => bytes.get(6..12).map(Sample::Bin),
            Self::EthHdr => bytes.get(..frame(bytes)?.length).map(Sample::Bin),
            Self::EthData => bytes.get(frame(bytes)?.length..).map(Sample::Bin),
            Self::EthProto => Some(Sample::Int(frame(bytes)?.protocol)),
            Self::EthVlan => frame(bytes)?.vlan.map(Sample::Int),
            Self::IpVer => Some(Sample::Int(i64::from(bytes.first()? >> 4))),
            Self::IpFp(mode) => fingerprint(view, bytes, mode),
            Self::IpHdr => bytes.get(..Ip::read(bytes)?.length).map(Sample::Bin),
            Self::IpData => bytes.get(Ip::read(bytes)?.length..).map(Sample::Bin),
            Self::IpDf => present(Ip::read(bytes)?.df),
            Self::IpProto => byte(Ip::read(bytes)?.protocol),
            Self::IpTos => byte(Ip::read(bytes)?.tos),
            Self::IpTtl => byte(Ip::read(bytes)?.ttl),
            Self::IpSrc => address(Ip::read(bytes)?.src),
            Self::IpDst => address(Ip::read(bytes)?.dst),
            Self::TcpSrc => short(bytes, 0),
            Self::TcpDst => short(bytes, 2),
            Self::TcpSeq => long(bytes, 4),
            Self::TcpFlags => byte(*bytes.get(13)?),
            Self::TcpWin => short(bytes, 14),
            Self::TcpOptions => {
                let kinds = options(bytes)?.map(|option| option.0);
                Some(Sample::Bin(view.build(|out| out.extend(kinds))))
            }
            Self::TcpMss => Some(option(bytes, MSS)?.and_then(|data| short(data, 0)).unwrap_or(Sample::Int(0))),
            Self::TcpSack => present(option(bytes, SACK)?.is_some()),
            Self::TcpTsopt => present(option(bytes, TIMESTAMP)?.is_some()),
            Self::TcpTsval => long(option(bytes, TIMESTAMP)??, 0),
            Self::TcpWsopt => present(option(bytes, WSCALE)?.is_some()),
            Self::TcpWscale => byte(option(bytes, WSCALE)?.and_then(|data| data.first().copied()).unwrap_or(0)),
        }
    }
}

fn byte<'e>(value: u8) -> Option<Sample<'e>> {
    Some(Sample::Int(i64::from(value)))
}

fn short<'e>(bytes: &[u8], at: usize) -> Option<Sample<'e>> {
    let digits = bytes.get(at..at + 2)?;
    Some(Sample::Int(i64::from(u16::from_be_bytes([digits[0], digits[1]]))))
}

fn long<'e>(bytes: &[u8], at: usize) -> Option<Sample<'e>> {
    let digits = <[u8; 4]>::try_from(bytes.get(at..at + 4)?).ok()?;
    Some(Sample::Int(i64::from(u32::from_be_bytes(digits))))
}

fn address(bytes: &[u8]) -> Option<Sample<'_>> {
    match bytes.len() {
        4 => Some(Sample::Ipv4(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?))),
        _ => Some(Sample::Ipv6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?))),
    }
}

struct Frame {
    length: usize,
    protocol: i64,
    vlan: Option<i64>,
}

/// An Ethernet header with its VLAN tags (IEEE 802.1Q, 802.1ad); the last tag counts.
fn frame(bytes: &[u8]) -> Option<Frame> {
    let kind = |at: usize| Some(i64::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])));
    let (mut at, mut vlan) = (12, None);
    loop {
        let protocol = kind(at)?;
        if !matches!(protocol, 0x8100 | 0x88a8 | 0x9100) {
            return Some(Frame {
                length: at + 2,
                protocol,
                vlan,
            });
        }
        vlan = Some(kind(at + 2)? & 0xfff);
        at += 4;
    }
}

struct Ip<'e> {
    /// With options and extensions.
    length: usize,
    six: bool,
    df: bool,
    options: bool,
    tos: u8,
    ttl: u8,
    protocol: u8,
    src: &'e [u8],
    dst: &'e [u8],
}

impl<'e> Ip<'e> {
    fn read(bytes: &'e [u8]) -> Option<Self> {
        let first = *bytes.first()?;
        match first >> 4 {
            4 => {
                let length = usize::from(first & 15) * 4;
                if length < 20 || bytes.len() < length {
                    return None;
                }
                Some(Self {
                    length,
                    six: false,
                    df: bytes[6] & 0x40 != 0,
                    options: length > 20,
                    tos: bytes[1],
                    ttl: bytes[8],
                    protocol: bytes[9],
                    src: &bytes[12..16],
                    dst: &bytes[16..20],
                })
            }
            6 => {
                let fixed = bytes.get(..40)?;
                let (mut length, mut protocol) = (40, fixed[6]);
                // Hop-by-hop, routing, fragment, destination options, mobility: each names the next one.
                while let 0 | 43 | 44 | 60 | 135 = protocol {
                    let extension = bytes.get(length..length + 2)?;
                    length += if protocol == 44 {
                        8
                    } else {
                        (usize::from(extension[1]) + 1) * 8
                    };
                    protocol = extension[0];
                }
                if bytes.len() < length {
                    return None;
                }
                Some(Self {
                    length,
                    six: true,
                    df: true,
                    options: length > 40,
                    tos: (fixed[0] << 4) | (fixed[1] >> 4),
                    ttl: fixed[7],
                    protocol,
                    src: &fixed[8..24],
                    dst: &fixed[24..40],
                })
            }
            _ => None,
        }
    }
}

const MSS: u8 = 2;
const WSCALE: u8 = 3;
const SACK: u8 = 4;
const TIMESTAMP: u8 = 8;

/// Kinds and data of the options of a TCP header; ends at the end of the list and at what is malformed.
fn options(tcp: &[u8]) -> Option<impl Iterator<Item = (u8, &[u8])>> {
    let length = usize::from(tcp.get(12)? >> 4) * 4;
    let mut rest = tcp.get(20..length)?;
    Some(std::iter::from_fn(move || match rest {
        [] | [0, ..] => None,
        [1, after @ ..] => {
            rest = after;
            Some((1, &[][..]))
        }
        [kind, ..] => {
            let size = usize::from(*rest.get(1)?);
            let data = rest.get(2..size)?;
            rest = &rest[size..];
            Some((*kind, data))
        }
    }))
}

/// The data of an option. The outer `None`: there is no TCP header.
fn option(tcp: &[u8], kind: u8) -> Option<Option<&[u8]>> {
    Some(options(tcp)?.find(|option| option.0 == kind).map(|option| option.1))
}

/// What stays the same between packets of one host (manual, `ip.fp`).
fn fingerprint<'e>(view: &View<'e>, bytes: &'e [u8], mode: u8) -> Option<Sample<'e>> {
    let ip = Ip::read(bytes)?;
    let tcp = bytes.get(ip.length..).filter(|_| ip.protocol == 6)?;
    let header = usize::from(tcp.get(12)? >> 4) * 4;
    let flags = *tcp.get(13)?;
    let hops = match ip.ttl {
        0..=32 => 0,
        33..=64 => 1,
        65..=128 => 2,
        129..=255 => 3,
    };
    let bit = |set: bool, place: u32| u8::from(set) << place;
    let scale = option(tcp, WSCALE)?.and_then(|data| data.first().copied());
    let mss = option(tcp, MSS)?.filter(|data| data.len() == 2).unwrap_or(&[0, 0]);
    let kinds = options(tcp)?.fold(0, |kinds, (kind, _)| match kind {
        2..=8 => kinds | 1 << (kind - 2),
        9..=255 => kinds | 0x80,
        _ => kinds,
    });
    let second = bit(ip.six, 7)
        | bit(ip.df, 6)
        | hops << 4
        | bit(ip.options, 3)
        | bit(tcp.len() > header, 2)
        | bit(flags & 0x80 != 0, 1)
        | bit(flags & 0x40 != 0, 0);
    let third = (tcp[12] & 0xf0) | scale.map_or(0, |scale| scale.min(14) + 1);
    let window = tcp.get(14..16)?;
    Some(Sample::Bin(view.build(|out| {
        out.extend_from_slice_copy(&[ip.tos, second, third]);
        out.extend_from_slice_copy(window);
        out.extend_from_slice_copy(mss);
        out.push(kinds);
        if mode & 1 != 0 {
            out.push(ip.ttl);
        }
        if mode & 2 != 0 {
            out.extend(options(tcp).into_iter().flatten().map(|option| option.0));
        }
        if mode & 4 != 0 {
            out.extend_from_slice_copy(ip.src);
        }
    })))
}
