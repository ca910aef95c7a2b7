//! JSON Web Tokens in their compact form (RFC 7515): parts and signatures (RFC 7518 section 3).

use super::super::args::Args;
use super::super::fetch::state::get_var;
use super::super::{Sample, View};
use super::json_query::JsonQuery;
use super::mac::mac;
use crate::error::PlanError;
use crate::plan::Arg;
use crate::sample::base64::URL;
use crate::sample::key::PublicKey;
use crate::vars::VarId;
use base64::Engine;
use std::sync::Arc;

#[derive(Debug)]
pub enum Jwt {
    /// A decoded part: 0 is the header, 1 the payload.
    Part(usize, Option<JsonQuery>),
    Verify(Name, Name),
    /// The same with the key of a certificate.
    VerifyCertificate(Name, Name),
}

pub const NAMES: &[&str] = &["jwt_header_query", "jwt_payload_query", "jwt_verify", "jwt_verify_cert"];

/// A word of the configuration or of a variable; the word may be the path of a key that was read.
#[derive(Debug)]
pub enum Name {
    Text(Box<[u8]>, Option<Arc<PublicKey>>),
    Var(VarId),
}

/// Answers of `jwt_verify` besides 1 and 0 (manual section 7.3.1).
const UNKNOWN_ALGORITHM: i64 = -1;
const OTHER_ALGORITHM: i64 = -2;
const INVALID_TOKEN: i64 = -3;
const UNKNOWN_KEY: i64 = -5;

impl Jwt {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let query = || match args.opt_str(0)? {
            None | Some("") => Ok::<_, PlanError>(None),
            Some(_) => JsonQuery::from_args(args).map(Some),
        };
        Ok(Some(match args.name {
            "jwt_header_query" => Self::Part(0, query()?),
            "jwt_payload_query" => Self::Part(1, query()?),
            "jwt_verify" | "jwt_verify_cert" => {
                let algorithm = Name::compile(args, 0)?;
                if let Name::Text(name, _) = &algorithm {
                    if Algorithm::of(name).is_none() {
                        return Err(args.wrong(0, "an algorithm such as RS256"));
                    }
                }
                let key = Name::compile(args, 1)?;
                if args.name == "jwt_verify" {
                    Self::Verify(algorithm, key)
                } else {
                    Self::VerifyCertificate(algorithm, key)
                }
            }
            _ => return Ok(None),
        }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let token = sample.as_str(view.arena);
        match self {
            Self::Part(index, query) => {
                let part = token
                    .split(|byte| *byte == b'.')
                    .nth(*index)
                    .filter(|part| !part.is_empty())?;
                let text = decode(view, part)?;
                match query {
                    None => Some(Sample::Str(text)),
                    Some(query) => query.find(view, text),
                }
            }
            Self::Verify(algorithm, key) => {
                let (name, _) = algorithm.value(view, false)?;
                let (text, known) = key.value(view, false)?;
                Some(Sample::Int(match Algorithm::of(name) {
                    Some(algorithm) => verify(view, token, algorithm, text, known),
                    None => UNKNOWN_ALGORITHM,
                }))
            }
            Self::VerifyCertificate(algorithm, certificate) => {
                let (name, _) = algorithm.value(view, false)?;
                let (path, known) = certificate.value(view, true).filter(|(path, _)| !path.is_empty())?;
                Some(Sample::Int(match Algorithm::of(name) {
                    Some(algorithm @ Algorithm::Signature(_)) => verify(view, token, algorithm, path, known),
                    Some(_) => OTHER_ALGORITHM,
                    None => UNKNOWN_ALGORITHM,
                }))
            }
        }
    }
}

impl Name {
    fn compile(args: &Args<'_>, index: usize) -> Result<Self, PlanError> {
        Ok(match args.list.get(index) {
            Some(Arg::Var { .. }) => Self::Var(args.var(index)?),
            Some(Arg::Key { name, pem }) => {
                let certificate = args.name == "jwt_verify_cert";
                Self::Text(name.as_bytes().into(), args.build.key(name, pem, certificate))
            }
            _ => Self::Text(args.opt_str(index)?.unwrap_or_default().as_bytes().into(), None),
        })
    }

    /// `certificate`: the name is that of one, and not of a key.
    fn value<'e>(&'e self, view: &View<'e>, certificate: bool) -> Option<(&'e [u8], Option<&'e PublicKey>)> {
        match self {
            Self::Text(text, key) => Some((text, key.as_deref())),
            Self::Var(id) => {
                let name = get_var(view, *id)?.as_str(view.arena);
                Some((name, view.program.key(name, certificate)))
            }
        }
    }
}

pub(super) fn decode<'e>(view: &View<'e>, part: &[u8]) -> Option<&'e [u8]> {
    let space = view.arena.alloc_slice_fill_copy(part.len(), 0_u8);
    let length = URL.decode_slice_unchecked(part, space).ok()?;
    Some(&space[..length])
}

#[derive(Clone, Copy, Debug)]
enum Algorithm {
    None,
    /// HMAC with a digest of so many bits.
    Hmac(u16),
    Signature(crate::sample::key::Scheme),
}

impl Algorithm {
    fn of(name: &[u8]) -> Option<Self> {
        use crate::sample::key::Scheme as S;
        Some(match name {
            b"none" => Self::None,
            b"HS256" => Self::Hmac(256),
            b"HS384" => Self::Hmac(384),
            b"HS512" => Self::Hmac(512),
            b"RS256" => Self::Signature(S::Rs256),
            b"RS384" => Self::Signature(S::Rs384),
            b"RS512" => Self::Signature(S::Rs512),
            b"PS256" => Self::Signature(S::Ps256),
            b"PS384" => Self::Signature(S::Ps384),
            b"PS512" => Self::Signature(S::Ps512),
            b"ES256" => Self::Signature(S::Es256),
            b"ES384" => Self::Signature(S::Es384),
            b"ES512" => Self::Signature(S::Es512),
            _ => return None,
        })
    }
}

fn verify(view: &View<'_>, token: &[u8], algorithm: Algorithm, key: &[u8], known: Option<&PublicKey>) -> i64 {
    let mut dots = memchr::memchr_iter(b'.', token);
    let (header_end, signed_end) = match (dots.next(), dots.next(), dots.next()) {
        (Some(first), Some(second), None) => (first, second),
        // Without a signature the last dot may be missing too.
        (Some(first), None, _) if matches!(algorithm, Algorithm::None) => (first, token.len()),
        _ => return INVALID_TOKEN,
    };
    let (message, signature) = token.split_at(signed_end);
    let signature = signature.get(1..).unwrap_or_default();
    if matches!(algorithm, Algorithm::None) {
        return i64::from(signature.is_empty());
    }
    if header_end == 0 || header_end + 1 == signed_end || signature.is_empty() {
        return INVALID_TOKEN;
    }
    let Some(signature) = decode(view, signature) else {
        return INVALID_TOKEN;
    };
    match algorithm {
        Algorithm::None => 0,
        Algorithm::Hmac(bits) => {
            let mut out = [0; 64];
            let length = match bits {
                256 => mac::<sha2::Sha256>(key, message, &mut out),
                384 => mac::<sha2::Sha384>(key, message, &mut out),
                _ => mac::<sha2::Sha512>(key, message, &mut out),
            };
            let code = out.get(..length.unwrap_or(0)).unwrap_or_default();
            i64::from(!code.is_empty() && crate::crypt::same(code, signature))
        }
        Algorithm::Signature(scheme) => match known {
            None => UNKNOWN_KEY,
            Some(key) if key.signature_size(scheme).is_some_and(|size| size != signature.len()) => INVALID_TOKEN,
            Some(key) => i64::from(key.verifies(scheme, message, signature)),
        },
    }
}
