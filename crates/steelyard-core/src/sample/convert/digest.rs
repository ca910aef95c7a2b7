//! Hashes: the 32-bit ones of balancing, xxHash, and digests.

use super::super::args::Args;
use super::super::hash;
use super::super::{Sample, View};
use crate::error::PlanError;
use sha1::Digest as _;

#[derive(Clone, Copy, Debug)]
pub enum Digest {
    Word(fn(&[u8]) -> u32, bool),
    Xxh32(u32),
    Xxh64(u64),
    Xxh3(u64),
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha512_224,
    Sha512_256,
}

pub const NAMES: &[&str] = &[
    "crc32", "crc32c", "djb2", "sdbm", "wt6", "xxh32", "xxh64", "xxh3", "sha1", "sha2", "digest",
];

impl Digest {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let word = |function: fn(&[u8]) -> u32| Ok::<_, PlanError>(Self::Word(function, args.opt_int(0)?.unwrap_or(0) != 0));
        let seed = || args.opt_int(0).map(|seed| seed.unwrap_or(0));
        Ok(Some(match args.name {
            "crc32" => word(hash::crc32)?,
            "crc32c" => word(hash::crc32c)?,
            "djb2" => word(hash::djb2)?,
            "sdbm" => word(hash::sdbm)?,
            "wt6" => word(hash::wt6)?,
            "xxh32" => Self::Xxh32((seed()? & 0xffff_ffff) as u32),
            "xxh64" => Self::Xxh64(seed()? as u64),
            "xxh3" => Self::Xxh3(seed()? as u64),
            "sha1" => Self::Sha1,
            "sha2" => match args.opt_int(0)?.unwrap_or(256) {
                224 => Self::Sha224,
                256 => Self::Sha256,
                384 => Self::Sha384,
                512 => Self::Sha512,
                _ => return Err(args.wrong(0, "224, 256, 384 or 512")),
            },
            "digest" => match args.str(0)?.to_ascii_lowercase().as_str() {
                "md5" => Self::Md5,
                "sha1" => Self::Sha1,
                "sha224" => Self::Sha224,
                "sha256" => Self::Sha256,
                "sha384" => Self::Sha384,
                "sha512" => Self::Sha512,
                "sha512-224" => Self::Sha512_224,
                "sha512-256" => Self::Sha512_256,
                _ => return Err(args.wrong(0, "the name of a digest")),
            },
            _ => return Ok(None),
        }))
    }

    pub fn apply<'e>(self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let bytes = sample.as_bin(view.arena);
        let keep = |digest: &[u8]| Sample::Bin(view.arena.alloc_slice_copy(digest));
        Some(match self {
            Self::Word(function, spread) => {
                let value = function(bytes);
                Sample::Int(i64::from(if spread { hash::avalanche(value) } else { value }))
            }
            Self::Xxh32(seed) => Sample::Int(i64::from(twox_hash::XxHash32::oneshot(seed, bytes))),
            Self::Xxh64(seed) => Sample::Int(twox_hash::XxHash64::oneshot(seed, bytes) as i64),
            Self::Xxh3(seed) => Sample::Int(twox_hash::XxHash3_64::oneshot_with_seed(seed, bytes) as i64),
            Self::Md5 => keep(&md5::Md5::digest(bytes)),
            Self::Sha1 => keep(&sha1::Sha1::digest(bytes)),
            Self::Sha224 => keep(&sha2::Sha224::digest(bytes)),
            Self::Sha256 => keep(&sha2::Sha256::digest(bytes)),
            Self::Sha384 => keep(&sha2::Sha384::digest(bytes)),
            Self::Sha512 => keep(&sha2::Sha512::digest(bytes)),
            Self::Sha512_224 => keep(&sha2::Sha512_224::digest(bytes)),
            Self::Sha512_256 => keep(&sha2::Sha512_256::digest(bytes)),
        })
    }
}
