//! `jwt_decrypt_secret`, `jwt_decrypt_jwk` and `jwt_decrypt_cert`: encrypted JSON Web Tokens in their compact form (RFC 7516) whose
//! key both ends share (RFC 7518 sections 4.4, 4.5 and 4.7, and 5), agree on (section 4.6), or that was encrypted for us (4.2 and 4.3).

use super::super::args::Args;
use super::super::fetch::state::get_var;
use super::super::{Sample, View};
use super::cipher::{cbc_open, gcm_open};
use super::json_query::JsonQuery;
use super::jwk::{point, Jwk, Material};
use super::jwt::decode;
use super::mac::mac;
use super::secret::Secret;
use crate::crypt::same;
use crate::error::PlanError;
use crate::plan::{Arg, Global};
use crate::sample::private::{Curve, Name, Padding, PrivateKey};
use crate::vars::VarId;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use std::sync::Arc;

#[derive(Debug)]
pub struct Jwe(Box<Opener>);

/// The key, what may be opened, and what is looked up in a token's header.
#[derive(Debug)]
struct Opener {
    key: Key,
    algorithms: Allowed<Algorithm>,
    contents: Allowed<Content>,
    algorithm: JsonQuery,
    encryption: JsonQuery,
    nonce: JsonQuery,
    tag: JsonQuery,
    /// What the sender gives of an agreement: its key, and who takes part.
    curve: JsonQuery,
    point: [JsonQuery; 2],
    parties: [JsonQuery; 2],
}

/// What names stand for.
type Allowed<T> = Box<[(Box<[u8]>, T)]>;

/// Where the key comes from.
#[derive(Debug)]
enum Key {
    Secret(Secret),
    Jwk(Box<Jwk>),
    /// Of a certificate; `None`: it has none that is known here.
    Given(Option<Arc<PrivateKey>>),
    /// Of the certificate that a variable names.
    Named(VarId),
}

pub const NAMES: &[&str] = &["jwt_decrypt_cert", "jwt_decrypt_jwk", "jwt_decrypt_secret"];

/// How the key of a content is kept in a token (RFC 7518 section 4.1).
#[derive(Clone, Copy, Debug)]
enum Algorithm {
    /// It is the key.
    Direct,
    /// Wrapped by a key of so many bytes.
    Wrapped(usize),
    /// The same, in counter mode.
    Counter(usize),
    Rsa(Padding),
    Agreed,
    /// Wrapped by a key of so many bytes that both ends agree on.
    AgreedWrap(usize),
}

/// How a content is encrypted (RFC 7518 section 5.1), and the bytes of its key.
#[derive(Clone, Copy, Debug)]
enum Content {
    Signed(usize),
    Counter(usize),
}

impl Algorithm {
    /// `None`: nothing is known of it.
    fn of(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"dir" => Self::Direct,
            b"A128KW" => Self::Wrapped(16),
            b"A192KW" => Self::Wrapped(24),
            b"A256KW" => Self::Wrapped(32),
            b"A128GCMKW" => Self::Counter(16),
            b"A192GCMKW" => Self::Counter(24),
            b"A256GCMKW" => Self::Counter(32),
            b"RSA1_5" => Self::Rsa(Padding::Pkcs1),
            b"RSA-OAEP" => Self::Rsa(Padding::OaepSha1),
            b"RSA-OAEP-256" => Self::Rsa(Padding::OaepSha256),
            b"ECDH-ES" => Self::Agreed,
            b"ECDH-ES+A128KW" => Self::AgreedWrap(16),
            b"ECDH-ES+A192KW" => Self::AgreedWrap(24),
            b"ECDH-ES+A256KW" => Self::AgreedWrap(32),
            _ => return None,
        })
    }
}

impl Content {
    fn of(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"A128CBC-HS256" => Self::Signed(32),
            b"A192CBC-HS384" => Self::Signed(48),
            b"A256CBC-HS512" => Self::Signed(64),
            b"A128GCM" => Self::Counter(16),
            b"A192GCM" => Self::Counter(24),
            b"A256GCM" => Self::Counter(32),
            _ => return None,
        })
    }

    fn key_length(self) -> usize {
        match self {
            Self::Signed(length) | Self::Counter(length) => length,
        }
    }
}

/// Longest key that a content is encrypted with (A256CBC-HS512), bytes.
const KEY_MAX: usize = 64;

impl Jwe {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let key = match args.name {
            "jwt_decrypt_secret" => Key::Secret(Secret::compile(args, 0)?),
            "jwt_decrypt_jwk" => Key::Jwk(Box::new(Jwk::compile(args)?)),
            "jwt_decrypt_cert" => match args.list.first() {
                Some(Arg::Var { .. }) => Key::Named(args.var(0)?),
                _ => Key::Given(args.build.private_key(args.str(0)?)),
            },
            _ => return Ok(None),
        };
        let Global {
            jwt_algorithms,
            jwt_encryptions,
            ..
        } = &args.build.plan.global;
        Ok(Some(Self(Box::new(Opener {
            key,
            algorithms: allowed(jwt_algorithms, Algorithm::of)?,
            contents: allowed(jwt_encryptions, Content::of)?,
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

/// `jwt.decrypt_alg_list` and `jwt.decrypt_enc_list`: what they name, read.
fn allowed<T>(names: &[String], of: fn(&[u8]) -> Option<T>) -> Result<Allowed<T>, PlanError> {
    names
        .iter()
        .map(|name| match of(name.as_bytes()) {
            Some(known) => Ok((name.as_bytes().into(), known)),
            None => Err(PlanError::new(format!("tokens are not encrypted by '{name}'"))),
        })
        .collect()
}

fn find<T: Copy>(allowed: &[(Box<[u8]>, T)], name: &[u8]) -> Option<T> {
    allowed.iter().find(|each| *each.0 == *name).map(|each| each.1)
}

/// A token, and what its header says.
struct Token<'e> {
    header: &'e [u8],
    algorithm: Algorithm,
    /// As the header spells them.
    names: [&'e [u8]; 2],
    content: Content,
    wrapped: &'e [u8],
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
        let names = [self.algorithm.text(view, header)?, self.encryption.text(view, header)?];
        let token = Token {
            header,
            algorithm: find(&self.algorithms, names[0])?,
            names,
            content: find(&self.contents, names[1])?,
            wrapped,
        };
        let mut room = [0; KEY_MAX];
        let key = match &self.key {
            Key::Secret(secret) => self.of_secret(view, &token, secret.bytes(view)?, &mut room)?,
            Key::Jwk(jwk) => match jwk.read(view)? {
                Material::Shared(secret) => self.of_secret(view, &token, secret, &mut room)?,
                Material::Private(key) => self.of_private(view, &token, &key, &mut room)?,
            },
            Key::Given(key) => self.of_private(view, &token, key.as_deref()?, &mut room)?,
            Key::Named(id) => {
                let key = view.program.private_key(get_var(view, *id)?.as_str(view.arena))?;
                self.of_private(view, &token, key, &mut room)?
            }
        };
        if key.len() != token.content.key_length() {
            return None;
        }
        // Opened where it was decoded: it is ours.
        let space = view.arena.alloc_slice_copy(text);
        match token.content {
            Content::Signed(32) => signed::<sha2::Sha256>(view, key, head, nonce, space, tag),
            Content::Signed(48) => signed::<sha2::Sha384>(view, key, head, nonce, space, tag),
            Content::Signed(_) => signed::<sha2::Sha512>(view, key, head, nonce, space, tag),
            Content::Counter(_) => {
                gcm_open(key, nonce, head, space, tag)?;
                Some(space)
            }
        }
    }

    /// The key of the content, for a key that both ends have.
    fn of_secret<'e, 'r>(
        &'e self,
        view: &View<'e>,
        token: &Token<'e>,
        secret: &'r [u8],
        room: &'r mut [u8; KEY_MAX],
    ) -> Option<&'r [u8]> {
        match token.algorithm {
            Algorithm::Direct if token.wrapped.is_empty() => Some(secret),
            Algorithm::Wrapped(length) if secret.len() == length => unwrap(secret, token.wrapped, room),
            Algorithm::Counter(length) if secret.len() == length => {
                let part = |query: &'e JsonQuery| decode(view, query.text(view, token.header)?);
                let (nonce, tag) = (part(&self.nonce)?, part(&self.tag)?);
                let key = room.get_mut(..token.wrapped.len())?;
                key.copy_from_slice(token.wrapped);
                gcm_open(secret, nonce, &[], key, tag)?;
                Some(key)
            }
            _ => None,
        }
    }

    /// The key of the content, for a key that we alone have.
    fn of_private<'e, 'r>(
        &'e self,
        view: &View<'e>,
        token: &Token<'e>,
        key: &PrivateKey,
        room: &'r mut [u8; KEY_MAX],
    ) -> Option<&'r [u8]> {
        match (token.algorithm, key) {
            (Algorithm::Rsa(padding), PrivateKey::Rsa(key)) => {
                let room = room.get_mut(..token.content.key_length())?;
                key.unwrap(padding, token.wrapped, room)?;
                Some(room)
            }
            (Algorithm::Agreed, PrivateKey::Curve(curve)) if token.wrapped.is_empty() => {
                let room = room.get_mut(..token.content.key_length())?;
                self.agree(view, token.header, curve, token.names[1], room)?;
                Some(room)
            }
            (Algorithm::AgreedWrap(length), PrivateKey::Curve(curve)) => {
                let mut wrap = [0; 32];
                let wrap = wrap.get_mut(..length)?;
                self.agree(view, token.header, curve, token.names[0], wrap)?;
                unwrap(wrap, token.wrapped, room)
            }
            _ => None,
        }
    }

    /// The key that the sender has agreed on with us, for an algorithm of that name.
    fn agree<'e>(&'e self, view: &View<'e>, header: &'e [u8], curve: &Curve, name: &[u8], key: &mut [u8]) -> Option<()> {
        let part = |query: &'e JsonQuery| decode(view, query.text(view, header)?);
        let [x, y] = [part(&self.point[0])?, part(&self.point[1])?];
        let [one, other] = [0, 1].map(|party| part(&self.parties[party]).unwrap_or_default());
        if Name::of(self.curve.text(view, header)?)? != curve.name {
            return None;
        }
        curve.agree(point(view, curve.name, x, y)?, |secret| {
            derive(secret, [name, one, other], key)
        })
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
