//! Samples as keys of a table.

use crate::plan::{StickTable, TableKey};
use crate::sample::Sample;
use bumpalo::Bump;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The type of a table's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyType {
    pub kind: TableKey,
    /// Bytes at most.
    pub size: usize,
}

impl KeyType {
    pub fn new(table: &StickTable) -> Self {
        let size = match table.key {
            TableKey::Ipv4 | TableKey::Integer => 4,
            TableKey::Ipv6 => 16,
            TableKey::String | TableKey::Binary => table.length.max(1) as usize,
        };
        Self { kind: table.key, size }
    }

    /// The key that a sample is; `None`: it can't be one.
    pub fn of<'e>(self, sample: Sample<'e>, arena: &'e Bump) -> Option<&'e [u8]> {
        // A text is an address of one family; only addresses become those of the other.
        let text = matches!(sample, Sample::Str(_));
        Some(match self.kind {
            TableKey::Ipv4 => match sample.as_ip()? {
                IpAddr::V4(ip) => arena.alloc(ip.octets()),
                IpAddr::V6(_) if text => return None,
                IpAddr::V6(ip) => arena.alloc(ip.to_ipv4_mapped()?.octets()),
            },
            TableKey::Ipv6 => match sample.as_ip()? {
                IpAddr::V4(_) if text => return None,
                IpAddr::V4(ip) => arena.alloc(ip.to_ipv6_mapped().octets()),
                IpAddr::V6(ip) => arena.alloc(ip.octets()),
            },
            TableKey::Integer => arena.alloc((sample.as_int()? as u32).to_be_bytes()),
            TableKey::String => {
                let text = sample.as_str(arena);
                &text[..text.len().min(self.size)]
            }
            TableKey::Binary => {
                let bytes = sample.as_bin(arena);
                match bytes.get(..self.size) {
                    Some(bytes) => bytes,
                    None => {
                        let padded = arena.alloc_slice_fill_copy(self.size, 0_u8);
                        padded[..bytes.len()].copy_from_slice(bytes);
                        padded
                    }
                }
            }
        })
    }

    /// A key as the sample that it was made of.
    pub fn sample(self, key: &[u8]) -> Sample<'_> {
        let four = || key.try_into().unwrap_or([0_u8; 4]);
        match self.kind {
            TableKey::Ipv4 => Sample::Ipv4(Ipv4Addr::from(four())),
            TableKey::Ipv6 => Sample::Ipv6(Ipv6Addr::from(key.try_into().unwrap_or([0_u8; 16]))),
            TableKey::Integer => Sample::Int(i64::from(u32::from_be_bytes(four()))),
            TableKey::String => Sample::Str(key),
            TableKey::Binary => Sample::Bin(key),
        }
    }
}
