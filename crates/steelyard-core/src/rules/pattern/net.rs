//! Networks of both families and the ways in which one family matches the other (manual section 7.1.6).

use crate::error::PlanError;
use ahash::RandomState;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A netmask, and the networks that have it with the index of their entry.
type Group<M> = (M, HashMap<M, u32, RandomState>);

/// Networks, grouped by prefix length: one hash look-up for each length that occurs, longest first.
#[derive(Debug)]
pub struct NetSet {
    v4: Vec<Group<u32>>,
    v6: Vec<Group<u128>>,
    /// Few networks are simply compared.
    few_v4: Option<Box<[(u32, u32, u32)]>>,
}

/// Up to so many IPv4 networks are compared one by one.
const FEW: usize = 8;

fn mask4(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

fn mask6(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

impl NetSet {
    /// The index of a network is its place in the list.
    pub fn new(nets: Vec<(IpAddr, u8)>) -> Result<Self, PlanError> {
        let mut v4: Vec<Group<u32>> = Vec::new();
        let mut v6: Vec<Group<u128>> = Vec::new();
        let mut few = Vec::new();
        for (index, (ip, prefix)) in nets.iter().enumerate() {
            let index = u32::try_from(index).map_err(|_| PlanError::new("too many networks"))?;
            match ip {
                IpAddr::V4(ip) if *prefix <= 32 => {
                    let mask = mask4(*prefix);
                    let net = u32::from(*ip) & mask;
                    few.push((net, mask, index));
                    group(&mut v4, mask).entry(net).or_insert(index);
                }
                IpAddr::V6(ip) if *prefix <= 128 => {
                    let mask = mask6(*prefix);
                    group(&mut v6, mask).entry(u128::from(*ip) & mask).or_insert(index);
                }
                _ => return Err(PlanError::new(format!("{ip}/{prefix} is not a network"))),
            }
        }
        v4.sort_by_key(|group| std::cmp::Reverse(group.0));
        v6.sort_by_key(|group| std::cmp::Reverse(group.0));
        // The longest prefix wins, then the first entry: the order in which they are compared.
        few.sort_by(|a, b| b.1.cmp(&a.1).then(a.2.cmp(&b.2)));
        let few_v4 = (few.len() <= FEW).then(|| few.into());
        Ok(Self { v4, v6, few_v4 })
    }

    /// An empty set that may grow.
    pub fn open() -> Self {
        Self {
            v4: Vec::new(),
            v6: Vec::new(),
            few_v4: None,
        }
    }

    /// Adds a network; of equal ones the first stays.
    pub fn insert(&mut self, ip: IpAddr, prefix: u8, at: u32) {
        match net_key(ip, prefix) {
            Some((IpAddr::V4(ip), prefix)) => {
                group(&mut self.v4, mask4(prefix)).entry(u32::from(ip)).or_insert(at);
                self.v4.sort_by_key(|group| std::cmp::Reverse(group.0));
            }
            Some((IpAddr::V6(ip), prefix)) => {
                group(&mut self.v6, mask6(prefix)).entry(u128::from(ip)).or_insert(at);
                self.v6.sort_by_key(|group| std::cmp::Reverse(group.0));
            }
            None => {}
        }
    }

    pub fn remove(&mut self, ip: IpAddr, prefix: u8) {
        match net_key(ip, prefix) {
            Some((IpAddr::V4(ip), prefix)) => {
                group(&mut self.v4, mask4(prefix)).remove(&u32::from(ip));
            }
            Some((IpAddr::V6(ip), prefix)) => {
                group(&mut self.v6, mask6(prefix)).remove(&u128::from(ip));
            }
            None => {}
        }
    }

    /// Index of the network with the longest prefix that has the address.
    pub fn find(&self, ip: IpAddr) -> Option<u32> {
        match ip {
            IpAddr::V4(ip) => self.find4(ip).or_else(|| self.find6(ip.to_ipv6_mapped())),
            IpAddr::V6(ip) => self.find6(ip).or_else(|| self.find4(embedded(ip)?)),
        }
    }

    /// Hands the index of every network that has the address to `hit`; of equal networks the first.
    pub fn each(&self, ip: IpAddr, hit: &mut impl FnMut(u32)) {
        let (v4, v6) = match ip {
            IpAddr::V4(ip) => (Some(ip), ip.to_ipv6_mapped()),
            IpAddr::V6(ip) => (embedded(ip), ip),
        };
        if let Some(bits) = v4.map(u32::from) {
            self.v4
                .iter()
                .filter_map(|(mask, nets)| nets.get(&(bits & mask)))
                .for_each(|index| hit(*index));
        }
        let bits = u128::from(v6);
        self.v6
            .iter()
            .filter_map(|(mask, nets)| nets.get(&(bits & mask)))
            .for_each(|index| hit(*index));
    }

    fn find4(&self, ip: Ipv4Addr) -> Option<u32> {
        let bits = u32::from(ip);
        if let Some(few) = &self.few_v4 {
            return few.iter().find(|(net, mask, _)| bits & mask == *net).map(|entry| entry.2);
        }
        self.v4.iter().find_map(|(mask, nets)| nets.get(&(bits & mask)).copied())
    }

    fn find6(&self, ip: Ipv6Addr) -> Option<u32> {
        let bits = u128::from(ip);
        self.v6.iter().find_map(|(mask, nets)| nets.get(&(bits & mask)).copied())
    }
}

fn group<M: PartialEq>(groups: &mut Vec<Group<M>>, mask: M) -> &mut HashMap<M, u32, RandomState> {
    let at = match groups.iter().position(|(seen, _)| *seen == mask) {
        Some(at) => at,
        None => {
            groups.push((mask, HashMap::default()));
            groups.len() - 1
        }
    };
    &mut groups[at].1
}

/// A network without the bits behind its prefix: equal for equal networks. `None`: the prefix is too long.
pub fn net_key(ip: IpAddr, prefix: u8) -> Option<(IpAddr, u8)> {
    match ip {
        IpAddr::V4(ip) if prefix <= 32 => Some((Ipv4Addr::from(u32::from(ip) & mask4(prefix)).into(), prefix)),
        IpAddr::V6(ip) if prefix <= 128 => Some((Ipv6Addr::from(u128::from(ip) & mask6(prefix)).into(), prefix)),
        _ => None,
    }
}

/// The IPv4 address in `::ffff:a.b.c.d` (mapped), `::a.b.c.d` (compatible) and `2002:aabb:ccdd::` (6to4).
pub fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let words = ip.segments();
    let join = |high: u16, low: u16| Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match words {
        [0x2002, high, low, ..] => join(high, low),
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => join(high, low),
        _ => None,
    }
}

/// `10.0.0.0/8`, `10.0.0.1`, `127.1`, `::1`, `fe80::/10`, and a dotted mask.
pub fn parse_net(text: &str) -> Option<(IpAddr, u8)> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    if let Ok(ip) = address.parse::<Ipv6Addr>() {
        let prefix = prefix.map_or(Some(128), |prefix| prefix.parse().ok())?;
        return (prefix <= 128).then_some((IpAddr::V6(ip), prefix));
    }
    let ip = parse_short_v4(address)?;
    let prefix = match prefix {
        None => 32,
        Some(prefix) => match prefix.parse::<u8>() {
            Ok(bits) => bits,
            Err(_) => {
                let mask = u32::from(prefix.parse::<Ipv4Addr>().ok()?);
                u8::try_from(mask.leading_ones())
                    .ok()
                    .filter(|ones| u32::from(*ones) == mask.count_ones())?
            }
        },
    };
    (prefix <= 32).then_some((IpAddr::V4(ip), prefix))
}

/// Dotted form with octets left out in the middle: `127.1` is 127.0.0.1.
fn parse_short_v4(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u8> = text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let mut octets = [0; 4];
    let (last, first) = parts.split_last()?;
    if first.len() > 3 {
        return None;
    }
    octets[..first.len()].copy_from_slice(first);
    if first.is_empty() {
        octets[0] = *last;
    } else {
        octets[3] = *last;
    }
    Some(Ipv4Addr::from(octets))
}
