//! `jwt_decrypt_secret` and `jwt_decrypt_jwk`: encrypted JSON Web Tokens in their compact form (RFC 7516) whose key both ends share
//! (RFC 7518 sections 4.4, 4.5 and 4.7, and 5) or agree on (section 4.6).

use super::super::args::Args;
use super::super::{Sample, View};
use super::cipher::{cbc_open, gcm_open};
use super::json_query::JsonQuery;
use super::jwk::{Curve, Jwk, Material};
use super::jwt::decode;
use super::mac::mac;
use super::secret::Secret;
use crate::crypt::same;
use crate::error::PlanError;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};

#[derive(Debug)]
pub struct Jwe(Box<Opener>);

/// The key, and what is looked up in a token's header.
#[derive(Debug)]
struct Opener {
    key: Key,
    algorithm: JsonQuery,
    encryption: JsonQuery,
    nonce: JsonQuery,
    tag: JsonQuery,
    /// What the sender gives of an agreement: its key, and who takes part.
    curve: JsonQuery,
    point: [JsonQuery; 2],
    parties: [JsonQuery; 2],
}

/// Where the key comes from.
#[derive(Debug)]
enum Key {
    Secret(Secret),
    Jwk(Jwk),
}

pub const NAMES: &[&str] = &["jwt_decrypt_jwk", "jwt_decrypt_secret"];

/// Longest key that a content is encrypted with (A256CBC-HS512), bytes.
const KEY_MAX: usize = 64;

impl Jwe {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let key = match args.name {
            "jwt_decrypt_secret" => Key::Secret(Secret::compile(args, 0)?),
            "jwt_decrypt_jwk" => Key::Jwk(Jwk::compile(args)?),
            _ => return Ok(None),
        };
        Ok(Some(Self(Box::new(Opener {
            key,
            algorithm: JsonQuery::of_member("alg"),
            encryption: JsonQuery::of_member("enc"),
            nonce: JsonQuery::of_member("iv"),
            tag: JsonQuery::of_member("tag"),
            curve: JsonQuery::of_members(&["epk", "crv"]),
            point: ["x", "y"].map(|name| JsonQuery::of_members(&["epk", name])),
            parties: ["apu", "apv"].map(JsonQuery::of_member),
        }))))
    }

    /// What can't be read, or was not encrypted with this key, is empty.
    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let token = sample.as_str(view.arena);
        Some(Sample::Bin(self.0.open(view, token).unwrap_or_default()))
    }
}

impl Opener {
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
        let (algorithm, encryption) = (self.algorithm.text(view, header)?, self.encryption.text(view, header)?);
        let mut room = [0; KEY_MAX];
        let key = match self.key(view)? {
            Material::Shared(secret) => match algorithm {
                b"dir" if wrapped.is_empty() => secret,
                name @ (b"A128GCMKW" | b"A192GCMKW" | b"A256GCMKW") if secret.len() == key_length(name) => {
                    let part = |query: &'e JsonQuery| decode(view, query.text(view, header)?);
                    let (nonce, tag) = (part(&self.nonce)?, part(&self.tag)?);
                    let key = room.get_mut(..wrapped.len())?;
                    key.copy_from_slice(wrapped);
                    gcm_open(secret, nonce, &[], key, tag)?;
                    key
                }
                name => unwrap_by(name, secret, wrapped, &mut room)?,
            },
            Material::Curve(curve) => match algorithm.strip_prefix(b"ECDH-ES")? {
                b"" if wrapped.is_empty() => {
                    let length = content_key_length(encryption)?;
                    self.agree(view, header, &curve, encryption, room.get_mut(..length)?)?;
                    room.get(..length)?
                }
                [b'+', name @ ..] => {
                    let mut wrap = [0; 32];
                    let wrap = wrap.get_mut(..key_length(name))?;
                    self.agree(view, header, &curve, algorithm, wrap)?;
                    unwrap_by(name, wrap, wrapped, &mut room)?
                }
                _ => return None,
            },
        };
        // Opened where it was decoded: it is ours.
        let space = view.arena.alloc_slice_copy(text);
        match encryption {
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

    fn key<'e>(&'e self, view: &View<'e>) -> Option<Material<'e>> {
        match &self.key {
            Key::Secret(secret) => secret.bytes(view).map(Material::Shared),
            Key::Jwk(jwk) => jwk.read(view),
        }
    }

    /// The key that the sender has agreed on with us, for an algorithm of that name.
    fn agree<'e>(&'e self, view: &View<'e>, header: &'e [u8], curve: &Curve<'e>, name: &[u8], key: &mut [u8]) -> Option<()> {
        let part = |query: &'e JsonQuery| decode(view, query.text(view, header)?);
        let [x, y] = [part(&self.point[0])?, part(&self.point[1])?];
        let [one, other] = [0, 1].map(|party| part(&self.parties[party]).unwrap_or_default());
        let secret = curve.agree(view, self.curve.text(view, header)?, x, y)?;
        derive(secret, [name, one, other], key)
    }
}

/// Makes a key of a secret (RFC 7518 section 4.6.2): the name of the algorithm and of both parties are part of it.
fn derive(secret: &[u8], words: [&[u8]; 3], key: &mut [u8]) -> Option<()> {
    use sha2::{Digest, Sha256};
    let bits = u32::try_from(key.len()).ok()?.checked_mul(8)?;
    for (round, part) in (1_u32..).zip(key.chunks_mut(32)) {
        let mut digest = Sha256::new();
        digest.update(round.to_be_bytes());
        digest.update(secret);
        for word in words {
            digest.update(u32::try_from(word.len()).ok()?.to_be_bytes());
            digest.update(word);
        }
        digest.update(bits.to_be_bytes());
        part.copy_from_slice(digest.finalize().get(..part.len())?);
    }
    Some(())
}

/// Bytes of the key for a content (RFC 7518 section 5.1).
fn content_key_length(encryption: &[u8]) -> Option<usize> {
    Some(match encryption {
        b"A128CBC-HS256" => 32,
        b"A192CBC-HS384" => 48,
        b"A256CBC-HS512" => 64,
        b"A128GCM" | b"A192GCM" | b"A256GCM" => key_length(encryption),
        _ => return None,
    })
}

/// Takes a key out of the wrap that an algorithm of that name has made.
fn unwrap_by<'r>(name: &[u8], secret: &[u8], wrapped: &[u8], room: &'r mut [u8; KEY_MAX]) -> Option<&'r [u8]> {
    let known = matches!(name, b"A128KW" | b"A192KW" | b"A256KW");
    (known && secret.len() == key_length(name)).then(|| unwrap(secret, wrapped, room))?
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
#[path = "jwe_tests.rs"]
mod tests;
