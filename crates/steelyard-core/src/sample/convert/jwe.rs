//! `jwt_decrypt_secret`: encrypted JSON Web Tokens in their compact form (RFC 7516) whose key both ends share (RFC 7518 sections 4.4,
//! 4.5 and 4.7, and 5).

use super::super::args::Args;
use super::super::{Sample, View};
use super::cipher::{cbc_open, gcm_open};
use super::json_query::JsonQuery;
use super::jwt::decode;
use super::mac::mac;
use super::secret::Secret;
use crate::crypt::same;
use crate::error::PlanError;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};

#[derive(Debug)]
pub struct Jwe {
    secret: Secret,
    algorithm: JsonQuery,
    encryption: JsonQuery,
    nonce: JsonQuery,
    tag: JsonQuery,
}

pub const NAMES: &[&str] = &["jwt_decrypt_secret"];

/// Longest key that a content is encrypted with (A256CBC-HS512), bytes.
const KEY_MAX: usize = 64;

impl Jwe {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        if args.name != "jwt_decrypt_secret" {
            return Ok(None);
        }
        Ok(Some(Self {
            secret: Secret::compile(args, 0)?,
            algorithm: JsonQuery::of_member("alg"),
            encryption: JsonQuery::of_member("enc"),
            nonce: JsonQuery::of_member("iv"),
            tag: JsonQuery::of_member("tag"),
        }))
    }

    /// What can't be read, or was not encrypted with this key, is empty.
    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let token = sample.as_str(view.arena);
        Some(Sample::Bin(self.open(view, token).unwrap_or_default()))
    }

    fn open<'e>(&'e self, view: &View<'e>, token: &'e [u8]) -> Option<&'e [u8]> {
        if token.len() > view.limit() {
            return None;
        }
        let mut parts = token.split(|byte| *byte == b'.');
        let mut part = || parts.next();
        let [head, wrapped, nonce, text, tag] = [part()?, part()?, part()?, part()?, part()?];
        if part().is_some() {
            return None;
        }
        let header = decode(view, head)?;
        let wrapped = decode(view, wrapped)?;
        let (nonce, text, tag) = (decode(view, nonce)?, decode(view, text)?, decode(view, tag)?);
        let member = |query: &'e JsonQuery| match query.find(view, header)? {
            Sample::Str(text) => Some(text),
            _ => None,
        };
        let secret = self.secret.bytes(view)?;
        let mut room = [0; KEY_MAX];
        let key = match member(&self.algorithm)? {
            b"dir" if wrapped.is_empty() => secret,
            b"A128KW" if secret.len() == 16 => unwrap(secret, wrapped, &mut room)?,
            b"A192KW" if secret.len() == 24 => unwrap(secret, wrapped, &mut room)?,
            b"A256KW" if secret.len() == 32 => unwrap(secret, wrapped, &mut room)?,
            name @ (b"A128GCMKW" | b"A192GCMKW" | b"A256GCMKW") if secret.len() == key_length(name) => {
                let (nonce, tag) = (decode(view, member(&self.nonce)?)?, decode(view, member(&self.tag)?)?);
                let key = room.get_mut(..wrapped.len())?;
                key.copy_from_slice(wrapped);
                gcm_open(secret, nonce, &[], key, tag)?;
                key
            }
            _ => return None,
        };
        // Opened where it was decoded: it is ours.
        let space = view.arena.alloc_slice_copy(text);
        match member(&self.encryption)? {
            b"A128CBC-HS256" if key.len() == 32 => signed::<sha2::Sha256>(view, key, head, nonce, space, tag),
            b"A192CBC-HS384" if key.len() == 48 => signed::<sha2::Sha384>(view, key, head, nonce, space, tag),
            b"A256CBC-HS512" if key.len() == 64 => signed::<sha2::Sha512>(view, key, head, nonce, space, tag),
            name @ (b"A128GCM" | b"A192GCM" | b"A256GCM") if key.len() == key_length(name) => {
                gcm_open(key, nonce, head, space, tag)?;
                Some(space)
            }
            _ => None,
        }
    }
}

/// Bytes of the key that the name of an algorithm begins with.
fn key_length(name: &[u8]) -> usize {
    match name.get(..4) {
        Some(b"A128") => 16,
        Some(b"A192") => 24,
        _ => 32,
    }
}

/// A text and the first half of its code (RFC 7518 section 5.2.2): the first half of the key is for the code.
fn signed<'e, D>(view: &View<'e>, key: &[u8], head: &[u8], nonce: &[u8], text: &'e mut [u8], tag: &[u8]) -> Option<&'e [u8]>
where
    D: hmac::digest::Digest + hmac::digest::core_api::BlockSizeUser,
{
    let (code_key, text_key) = key.split_at(key.len() / 2);
    let bits = (head.len() as u64).checked_mul(8)?.to_be_bytes();
    let message = view.build(|out| {
        for part in [head, nonce, text, &bits] {
            out.extend_from_slice_copy(part);
        }
    });
    let mut code = [0; 64];
    mac::<D>(code_key, message, &mut code)?;
    if !same(code.get(..code_key.len())?, tag) {
        return None;
    }
    let length = cbc_open(text_key, nonce, text)?;
    text.get(..length)
}

/// Takes a key out of its wrap (RFC 3394 section 2.2.2).
fn unwrap<'r>(secret: &[u8], wrapped: &[u8], room: &'r mut [u8; KEY_MAX]) -> Option<&'r [u8]> {
    const CHECK: [u8; 8] = [0xa6; 8];
    let (check, rest) = wrapped.split_at_checked(8)?;
    let key = room.get_mut(..rest.len())?;
    if rest.len() < 16 || rest.len() % 8 != 0 {
        return None;
    }
    key.copy_from_slice(rest);
    let blocks = rest.len() / 8;
    let mut check = u64::from_be_bytes(check.try_into().ok()?);
    for round in (0..6).rev() {
        for (index, chunk) in key.chunks_exact_mut(8).enumerate().rev() {
            let step = (blocks * round + index + 1) as u64;
            let mut block = [0; 16];
            block[..8].copy_from_slice(&(check ^ step).to_be_bytes());
            block[8..].copy_from_slice(chunk);
            decrypt(secret, &mut block)?;
            check = u64::from_be_bytes(block[..8].try_into().ok()?);
            chunk.copy_from_slice(&block[8..]);
        }
    }
    same(&check.to_be_bytes(), &CHECK).then_some(key)
}

fn decrypt(key: &[u8], block: &mut [u8; 16]) -> Option<()> {
    let block = GenericArray::from_mut_slice(block);
    match key.len() {
        16 => Aes128::new_from_slice(key).ok()?.decrypt_block(block),
        24 => Aes192::new_from_slice(key).ok()?.decrypt_block(block),
        32 => Aes256::new_from_slice(key).ok()?.decrypt_block(block),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        crate::sample::fetch::constant::unhex(text).unwrap()
    }

    /// RFC 3394 section 4.
    #[test]
    fn keys_are_unwrapped() {
        for (secret, wrapped, key) in [
            (
                "000102030405060708090A0B0C0D0E0F",
                "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5",
                "00112233445566778899AABBCCDDEEFF",
            ),
            (
                "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
                "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21",
                "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
            ),
        ] {
            let mut room = [0; KEY_MAX];
            assert_eq!(unwrap(&hex(secret), &hex(wrapped), &mut room), Some(&*hex(key)));
            let mut wrong = hex(wrapped);
            wrong[9] ^= 1;
            assert_eq!(unwrap(&hex(secret), &wrong, &mut room), None);
        }
        let mut room = [0; KEY_MAX];
        for length in 0..200 {
            assert_eq!(unwrap(&[1; 16], &vec![7; length], &mut room), None, "{length}");
        }
    }
}
