//! Addresses.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `ipmask`: the masks; without the second one IPv6 addresses have no answer.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    mask4: u32,
    mask6: Option<u128>,
}

pub const NAMES: &[&str] = &["ipmask"];

impl Address {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let bits4 = args.opt_prefix(0, 32)?.ok_or_else(|| args.wrong(0, "a netmask"))?;
        let bits6 = args.opt_prefix(1, 128)?;
        Ok(Some(Self {
            mask4: u32::MAX.checked_shl(32 - u32::from(bits4)).unwrap_or(0),
            mask6: bits6.map(|bits| u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0)),
        }))
    }

    pub fn apply<'e>(self, _view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        match sample.as_ip()? {
            IpAddr::V4(ip) => Some(Sample::Ipv4(Ipv4Addr::from(u32::from(ip) & self.mask4))),
            // A mapped address is masked as the IPv4 address that it is.
            IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
                Some(ip) => Some(Sample::Ipv4(Ipv4Addr::from(u32::from(ip) & self.mask4))),
                None => Some(Sample::Ipv6(Ipv6Addr::from(u128::from(ip) & self.mask6?))),
            },
        }
    }
}
