//! `hmac`: keyed digests (RFC 2104).

use super::super::args::Args;
use super::super::{Sample, View};
use super::secret::Secret;
use crate::error::PlanError;
use hmac::digest::core_api::BlockSizeUser;
use hmac::{Mac as _, SimpleHmac};

#[derive(Debug)]
pub struct Mac {
    digest: fn(&[u8], &[u8], &mut Output) -> Option<usize>,
    key: Secret,
}

pub const NAMES: &[&str] = &["hmac"];

/// Room for the longest digest.
type Output = [u8; 64];

impl Mac {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let digest = match args.str(0)?.to_ascii_lowercase().as_str() {
            "md5" => mac::<md5::Md5>,
            "sha1" => mac::<sha1::Sha1>,
            "sha224" => mac::<sha2::Sha224>,
            "sha256" => mac::<sha2::Sha256>,
            "sha384" => mac::<sha2::Sha384>,
            "sha512" => mac::<sha2::Sha512>,
            "sha512-224" => mac::<sha2::Sha512_224>,
            "sha512-256" => mac::<sha2::Sha512_256>,
            _ => return Err(args.wrong(0, "the name of a digest")),
        };
        Ok(Some(Self {
            digest,
            key: Secret::compile(args, 1)?,
        }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let mut out = [0; 64];
        let length = (self.digest)(self.key.bytes(view)?, sample.as_bin(view.arena), &mut out)?;
        Some(Sample::Bin(view.arena.alloc_slice_copy(out.get(..length)?)))
    }
}

/// The code of a message; gives its length.
pub(super) fn mac<D: hmac::digest::Digest + BlockSizeUser>(key: &[u8], message: &[u8], out: &mut Output) -> Option<usize> {
    let mut mac = SimpleHmac::<D>::new_from_slice(key).ok()?;
    mac.update(message);
    let code = mac.finalize().into_bytes();
    out.get_mut(..code.len())?.copy_from_slice(&code);
    Some(code.len())
}
