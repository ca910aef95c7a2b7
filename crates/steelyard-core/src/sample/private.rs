//! Private keys: RSA (RFC 8017) that decrypt, and elliptic curves (SEC 1) that agree.

use super::key::block;
use aws_lc_rs::agreement::{self, agree, ParsedPublicKey, UnparsedPublicKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;
use aws_lc_rs::rsa::{
    OaepPrivateDecryptingKey, Pkcs1PrivateDecryptingKey, PrivateDecryptingKey, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256,
};

/// A private key, ready for use.
#[derive(Debug)]
pub enum PrivateKey {
    Rsa(Box<Rsa>),
    Curve(Curve),
}

/// How a key is wrapped with RSA (RFC 7518 sections 4.2 and 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// `RSA1_5`
    Pkcs1,
    /// `RSA-OAEP`
    OaepSha1,
    /// `RSA-OAEP-256`
    OaepSha256,
}

#[derive(Debug)]
pub struct Rsa {
    oaep: OaepPrivateDecryptingKey,
    pkcs1: Pkcs1PrivateDecryptingKey,
}

/// Bytes of the longest modulus, 8192 bits.
const MODULUS_MAX: usize = 1024;

/// A curve of RFC 7518 section 6.2.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    P256,
    P384,
    P521,
}

#[derive(Debug)]
pub struct Curve {
    pub name: Name,
    key: agreement::PrivateKey,
}

/// Bytes of the longest number of a field.
pub const FIELD_MAX: usize = 66;

impl PrivateKey {
    /// The first private key of a PEM text; `None`: there is none, or it is of another kind or encrypted.
    pub fn from_pem(text: &str) -> Option<Self> {
        if let Some(der) = block(text, "RSA PRIVATE KEY") {
            return Rsa::from_der(&pkcs8(&der)).map(|key| Self::Rsa(Box::new(key)));
        }
        let der = block(text, "PRIVATE KEY").or_else(|| block(text, "EC PRIVATE KEY"))?;
        if let Some(key) = Rsa::from_der(&der) {
            return Some(Self::Rsa(Box::new(key)));
        }
        [Name::P256, Name::P384, Name::P521].into_iter().find_map(|name| {
            let key = agreement::PrivateKey::from_private_key_der(name.algorithm(), &der).ok()?;
            Some(Self::Curve(Curve { name, key }))
        })
    }
}

impl Rsa {
    /// The numbers in the order of RFC 8017 appendix A.1.2, from the modulus to the coefficient; `None`: they are no key, or one of
    /// fewer than 2048 or more than 8192 bits.
    pub fn from_numbers(numbers: [&[u8]; 8]) -> Option<Self> {
        let mut inside = element(INTEGER, &[&[0]]);
        for number in numbers {
            let zeros = number.iter().take_while(|byte| **byte == 0).count();
            let digits = number.get(zeros..)?;
            // A zero in front keeps it positive.
            let sign: &[u8] = if digits.first().is_none_or(|first| *first >= 0x80) {
                &[0]
            } else {
                &[]
            };
            inside.extend(element(INTEGER, &[sign, digits]));
        }
        Self::from_der(&pkcs8(&element(SEQUENCE, &[&inside])))
    }

    /// PKCS #8 (RFC 5208)
    fn from_der(der: &[u8]) -> Option<Self> {
        let key = PrivateDecryptingKey::from_pkcs8(der).ok()?;
        Some(Self {
            oaep: OaepPrivateDecryptingKey::new(key.clone()).ok()?,
            pkcs1: Pkcs1PrivateDecryptingKey::new(key).ok()?,
        })
    }

    /// Fills `key` with what was wrapped for this key. What can't be unwrapped, or has another length, gives random bytes: whoever
    /// sends wrong ones must not learn from the answer, nor from its time, how they are wrong (RFC 7516 section 11.5, RFC 3218).
    pub fn unwrap(&self, padding: Padding, wrapped: &[u8], key: &mut [u8]) -> Option<()> {
        rand::fill(key).ok()?;
        let mut room = [0; MODULUS_MAX];
        let found = match padding {
            Padding::Pkcs1 => self.pkcs1.decrypt(wrapped, &mut room),
            Padding::OaepSha1 => self.oaep.decrypt(&OAEP_SHA1_MGF1SHA1, wrapped, &mut room, None),
            Padding::OaepSha256 => self.oaep.decrypt(&OAEP_SHA256_MGF1SHA256, wrapped, &mut room, None),
        };
        let length = found.map_or(usize::MAX, |found| found.len());
        let mask = 0_u8.wrapping_sub(u8::from(length == key.len()));
        for (byte, found) in key.iter_mut().zip(room) {
            *byte ^= mask & (*byte ^ found);
        }
        Some(())
    }
}

impl Name {
    pub fn of(text: &[u8]) -> Option<Self> {
        match text {
            b"P-256" => Some(Self::P256),
            b"P-384" => Some(Self::P384),
            b"P-521" => Some(Self::P521),
            _ => None,
        }
    }

    /// Bytes of a number of the field.
    pub fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => FIELD_MAX,
        }
    }

    /// Whether an uncompressed point is on the curve.
    pub fn has(self, point: &[u8]) -> bool {
        ParsedPublicKey::try_from(UnparsedPublicKey::new(self.algorithm(), point)).is_ok()
    }

    fn algorithm(self) -> &'static agreement::Algorithm {
        match self {
            Self::P256 => &agreement::ECDH_P256,
            Self::P384 => &agreement::ECDH_P384,
            Self::P521 => &agreement::ECDH_P521,
        }
    }
}

impl Curve {
    /// `number`: as many bytes as the field has.
    pub fn from_number(name: Name, number: &[u8]) -> Option<Self> {
        let key = agreement::PrivateKey::from_private_key(name.algorithm(), number).ok()?;
        Some(Self { name, key })
    }

    /// What both ends know and nobody else (RFC 7518 section 4.6.1), with the other end's uncompressed point on the same curve.
    pub fn agree<R>(&self, point: &[u8], then: impl FnOnce(&[u8]) -> Option<R>) -> Option<R> {
        let point = UnparsedPublicKey::new(self.name.algorithm(), point);
        agree(&self.key, point, Unspecified, |secret| then(secret).ok_or(Unspecified)).ok()
    }
}

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const SEQUENCE: u8 = 0x30;
/// `rsaEncryption` (RFC 8017 appendix C), without parameters.
const RSA: &[u8] = &[
    0x30, 13, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0,
];

/// An `RSAPrivateKey` as PKCS #8 has it.
fn pkcs8(key: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[&[INTEGER, 1, 0], RSA, &element(OCTETS, &[key])])
}

/// An element (DER, X.690 section 8) of that content.
fn element(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let digits = length.to_be_bytes();
    let zeros = digits.iter().take_while(|byte| **byte == 0).count();
    let mut out = vec![kind];
    if length < 0x80 {
        out.extend(digits.last());
    } else {
        out.push(0x80 | u8::try_from(digits.len() - zeros).unwrap_or_default());
        out.extend(digits.iter().skip(zeros));
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests;
