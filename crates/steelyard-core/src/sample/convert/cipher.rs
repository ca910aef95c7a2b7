//! AES: counter mode with authentication (GCM, NIST SP 800-38D) and cipher block chaining (CBC, SP 800-38A, padded as in
//! RFC 5652 section 6.3).

use super::super::args::Args;
use super::super::fetch::state::set_var;
use super::super::{Sample, View};
use super::secret::Secret;
use crate::error::PlanError;
use crate::vars::VarId;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::consts::{U12, U16};
use aes::cipher::{BlockCipher, BlockDecryptMut, BlockEncrypt, BlockEncryptMut, BlockSizeUser, KeyInit, KeyIvInit};
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::generic_array::ArrayLength;
use aes_gcm::{AeadInPlace, AesGcm};
use base64::engine::general_purpose::STANDARD;
use base64::Engine;

#[derive(Debug)]
pub struct Cipher {
    what: What,
    bits: Bits,
    nonce: Secret,
    key: Secret,
    /// GCM: data that is authenticated and not encrypted.
    aad: Option<Secret>,
}

#[derive(Debug)]
enum What {
    /// Decrypts what this tag fits.
    GcmDecrypt(Secret),
    /// Encrypts; the tag goes into the variable, in base64.
    GcmEncrypt(VarId),
    CbcDecrypt,
    CbcEncrypt,
}

#[derive(Clone, Copy, Debug)]
enum Bits {
    B128,
    B192,
    B256,
}

pub const NAMES: &[&str] = &["aes_gcm_dec", "aes_gcm_enc", "aes_cbc_dec", "aes_cbc_enc"];

/// Longest padding.
const BLOCK: usize = 16;

impl Cipher {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let (what, aad_at) = match args.name {
            "aes_gcm_dec" => (What::GcmDecrypt(Secret::compile(args, 3)?), Some(4)),
            "aes_gcm_enc" => (What::GcmEncrypt(args.var(3)?), Some(4)),
            "aes_cbc_dec" => (What::CbcDecrypt, None),
            "aes_cbc_enc" => (What::CbcEncrypt, None),
            _ => return Ok(None),
        };
        if aad_at.is_none() && args.list.len() > 3 {
            return Err(PlanError::new(format!("'{}' has no data to authenticate", args.name)));
        }
        Ok(Some(Self {
            what,
            bits: match args.int(0)? {
                128 => Bits::B128,
                192 => Bits::B192,
                256 => Bits::B256,
                _ => return Err(args.wrong(0, "128, 192 or 256")),
            },
            nonce: Secret::compile(args, 1)?,
            key: Secret::compile(args, 2)?,
            aad: match aad_at {
                Some(at) if args.list.len() > at => Some(Secret::compile(args, at)?),
                _ => None,
            },
        }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let input = sample.as_bin(view.arena);
        if input.len() > view.limit() {
            return None;
        }
        let (key, nonce) = (self.key.bytes(view)?, self.nonce.bytes(view)?);
        let space = view.arena.alloc_slice_fill_copy(input.len() + BLOCK, 0_u8);
        space.get_mut(..input.len())?.copy_from_slice(input);
        let length = match (&self.what, self.bits) {
            (What::CbcEncrypt, Bits::B128) => cbc_encrypt::<Aes128>(key, nonce, space, input.len())?,
            (What::CbcEncrypt, Bits::B192) => cbc_encrypt::<Aes192>(key, nonce, space, input.len())?,
            (What::CbcEncrypt, Bits::B256) => cbc_encrypt::<Aes256>(key, nonce, space, input.len())?,
            (What::CbcDecrypt, bits) => {
                let text = space.get_mut(..input.len())?;
                match bits {
                    Bits::B128 => cbc_decrypt::<Aes128>(key, nonce, text)?,
                    Bits::B192 => cbc_decrypt::<Aes192>(key, nonce, text)?,
                    Bits::B256 => cbc_decrypt::<Aes256>(key, nonce, text)?,
                }
            }
            (What::GcmDecrypt(_) | What::GcmEncrypt(_), bits) => {
                let text = space.get_mut(..input.len())?;
                match bits {
                    Bits::B128 => self.gcm::<Aes128>(view, key, nonce, text)?,
                    Bits::B192 => self.gcm::<Aes192>(view, key, nonce, text)?,
                    Bits::B256 => self.gcm::<Aes256>(view, key, nonce, text)?,
                }
                input.len()
            }
        };
        Some(Sample::Bin(space.get(..length)?))
    }

    /// The nonces in use have 12 bytes; 16 are known from other products.
    fn gcm<A>(&self, view: &View<'_>, key: &[u8], nonce: &[u8], text: &mut [u8]) -> Option<()>
    where
        A: BlockCipher + BlockSizeUser<BlockSize = U16> + BlockEncrypt + KeyInit,
    {
        match nonce.len() {
            12 => self.gcm_with::<A, U12>(view, key, nonce, text),
            16 => self.gcm_with::<A, U16>(view, key, nonce, text),
            _ => None,
        }
    }

    fn gcm_with<A, N: ArrayLength<u8>>(&self, view: &View<'_>, key: &[u8], nonce: &[u8], text: &mut [u8]) -> Option<()>
    where
        A: BlockCipher + BlockSizeUser<BlockSize = U16> + BlockEncrypt + KeyInit,
    {
        let cipher = AesGcm::<A, N>::new_from_slice(key).ok()?;
        let aad = match &self.aad {
            Some(aad) => aad.bytes(view)?,
            None => &[],
        };
        match &self.what {
            What::GcmDecrypt(tag) => {
                let tag = <[u8; 16]>::try_from(tag.bytes(view)?).ok()?;
                cipher.decrypt_in_place_detached(nonce.into(), aad, text, (&tag).into()).ok()
            }
            What::GcmEncrypt(id) => {
                let tag = cipher.encrypt_in_place_detached(nonce.into(), aad, text).ok()?;
                let mut written = [0_u8; 24];
                let length = STANDARD.encode_slice(tag, &mut written).ok()?;
                set_var(view, *id, Sample::Str(written.get(..length)?)).then_some(())
            }
            What::CbcDecrypt | What::CbcEncrypt => None,
        }
    }
}

fn cbc_encrypt<A>(key: &[u8], nonce: &[u8], space: &mut [u8], length: usize) -> Option<usize>
where
    A: BlockCipher + BlockEncryptMut + KeyInit,
    cbc::Encryptor<A>: KeyIvInit + BlockEncryptMut,
{
    let cipher = cbc::Encryptor::<A>::new_from_slices(key, nonce).ok()?;
    cipher
        .encrypt_padded_mut::<Pkcs7>(space, length)
        .ok()
        .map(|written| written.len())
}

fn cbc_decrypt<A>(key: &[u8], nonce: &[u8], text: &mut [u8]) -> Option<usize>
where
    A: BlockCipher + BlockDecryptMut + KeyInit,
    cbc::Decryptor<A>: KeyIvInit + BlockDecryptMut,
{
    let cipher = cbc::Decryptor::<A>::new_from_slices(key, nonce).ok()?;
    cipher.decrypt_padded_mut::<Pkcs7>(text).ok().map(|plain| plain.len())
}

/// Decrypts and verifies in place, with a nonce of 12 bytes; the key's length chooses the cipher.
pub(super) fn gcm_open(key: &[u8], nonce: &[u8], aad: &[u8], text: &mut [u8], tag: &[u8]) -> Option<()> {
    fn open<A>(key: &[u8], nonce: &[u8], aad: &[u8], text: &mut [u8], tag: &[u8; 16]) -> Option<()>
    where
        A: BlockCipher + BlockSizeUser<BlockSize = U16> + BlockEncrypt + KeyInit,
    {
        let cipher = AesGcm::<A, U12>::new_from_slice(key).ok()?;
        cipher.decrypt_in_place_detached(nonce.into(), aad, text, tag.into()).ok()
    }
    let tag: &[u8; 16] = tag.try_into().ok()?;
    match (key.len(), nonce.len()) {
        (16, 12) => open::<Aes128>(key, nonce, aad, text, tag),
        (24, 12) => open::<Aes192>(key, nonce, aad, text, tag),
        (32, 12) => open::<Aes256>(key, nonce, aad, text, tag),
        _ => None,
    }
}

/// Decrypts in place; gives the length without the padding. The key's length chooses the cipher.
pub(super) fn cbc_open(key: &[u8], nonce: &[u8], text: &mut [u8]) -> Option<usize> {
    match key.len() {
        16 => cbc_decrypt::<Aes128>(key, nonce, text),
        24 => cbc_decrypt::<Aes192>(key, nonce, text),
        32 => cbc_decrypt::<Aes256>(key, nonce, text),
        _ => None,
    }
}
