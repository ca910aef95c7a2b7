//! Values that are known when the plan is compiled.

use super::super::args::Args;
use super::super::{Owned, Sample, View};
use crate::error::PlanError;
use crate::plan::Arg;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A constant; `None` is a fetch without an answer, such as an environment variable that is not set.
#[derive(Debug)]
pub struct Constant(Option<Owned>);

pub const NAMES: &[&str] = &[
    "always_true",
    "always_false",
    "str",
    "int",
    "bool",
    "ipv4",
    "ipv6",
    "bin",
    "meth",
    "env",
    "hostname",
    "proc",
    "nbproc",
    "quic_enabled",
];

impl Constant {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let text = |index| args.str(index).map(|text| text.as_bytes().to_vec());
        Ok(Some(Self(Some(match args.name {
            "always_true" => Owned::Bool(true),
            "always_false" | "quic_enabled" => Owned::Bool(false),
            "str" => Owned::Str(args.opt_str(0)?.unwrap_or_default().as_bytes().to_vec()),
            "int" => Owned::Int(args.int(0)?),
            "bool" => Owned::Bool(match args.list.first() {
                Some(Arg::Int { value }) => *value != 0,
                Some(Arg::Str { value }) if value == "true" || value == "1" => true,
                Some(Arg::Str { value }) if value == "false" || value == "0" => false,
                _ => return Err(args.wrong(0, "true or false")),
            }),
            "ipv4" => match address(args)? {
                IpAddr::V4(ip) => Owned::Ipv4(ip),
                IpAddr::V6(_) => return Err(args.wrong(0, "an IPv4 address")),
            },
            "ipv6" => match address(args)? {
                IpAddr::V6(ip) => Owned::Ipv6(ip),
                IpAddr::V4(_) => return Err(args.wrong(0, "an IPv6 address")),
            },
            "bin" => Owned::Bin(unhex(args.str(0)?).ok_or_else(|| args.wrong(0, "hexadecimal digits"))?),
            "meth" => Owned::Meth(text(0)?),
            // A name, and the value in hexadecimal digits that the configuration gives it; none where it is not set.
            "env" => match args.opt_str(1)? {
                Some(value) => Owned::Str(unhex(value).ok_or_else(|| args.wrong(1, "hexadecimal digits"))?),
                None => return Ok(Some(Self(None))),
            },
            "hostname" => Owned::Str(args.build.plan.global.hostname.clone().into_bytes()),
            // There is one process that serves, whatever watches over it.
            "nbproc" => Owned::Int(1),
            "proc" => Owned::Int(i64::from(args.build.plan.global.process)),
            _ => return Ok(None),
        }))))
    }

    pub fn one<'e>(&'e self, _view: &View<'e>) -> Option<Sample<'e>> {
        Some(match self.0.as_ref()? {
            Owned::Bool(value) => Sample::Bool(*value),
            Owned::Int(value) => Sample::Int(*value),
            Owned::Ipv4(value) => Sample::Ipv4(*value),
            Owned::Ipv6(value) => Sample::Ipv6(*value),
            Owned::Str(value) => Sample::Str(value),
            Owned::Bin(value) => Sample::Bin(value),
            Owned::Meth(value) => Sample::Meth(value),
        })
    }
}

fn address(args: &Args<'_>) -> Result<IpAddr, PlanError> {
    let text = match args.list.first() {
        Some(Arg::Net { address, .. }) => address,
        Some(Arg::Str { value }) => value,
        _ => return Err(args.wrong(0, "an address")),
    };
    if let Ok(ip) = text.parse::<Ipv4Addr>() {
        return Ok(IpAddr::V4(ip));
    }
    text.parse::<Ipv6Addr>()
        .map(IpAddr::V6)
        .map_err(|_| args.wrong(0, "an address"))
}

/// Bytes of an even number of hexadecimal digits.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    if text.len() % 2 != 0 {
        return None;
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok())
        .collect()
}
