//! Public keys of PEM files (RFC 7468), for signatures: RSA (RFC 8017) and elliptic curves (FIPS 186-4).

use super::private::PrivateKey;
use crate::sample::base64::PADDED;
use aws_lc_rs::signature as signed;
use base64::Engine;
use std::collections::HashMap;
use std::sync::Arc;

/// How a message is signed (RFC 7518 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    Es512,
}

/// A public key, ready for use.
#[derive(Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// `RSAPublicKey`, DER.
    Rsa(Box<[u8]>),
    /// Uncompressed points.
    P256(Box<[u8]>),
    P384(Box<[u8]>),
    P521(Box<[u8]>),
}

/// Public keys by the path that the configuration gives them; those of certificates are not found by the path of a key. Private keys
/// by the names of their certificates.
#[derive(Debug, Default)]
pub struct Keys {
    plain: HashMap<Box<[u8]>, Arc<PublicKey>>,
    certificates: HashMap<Box<[u8]>, Arc<PublicKey>>,
    private: HashMap<Box<[u8]>, Arc<PrivateKey>>,
}

impl Keys {
    /// Keeps the key of a PEM text, where it has one.
    pub fn read(&mut self, path: &str, pem: &str, certificate: bool) -> Option<Arc<PublicKey>> {
        let (keys, key) = if certificate {
            (&mut self.certificates, PublicKey::from_certificate(pem))
        } else {
            (&mut self.plain, PublicKey::from_pem(pem))
        };
        let key = Arc::new(key?);
        keys.insert(path.as_bytes().into(), Arc::clone(&key));
        Some(key)
    }

    /// Keeps the private key of a certificate of that name, where the PEM text has one.
    pub fn keep_private(&mut self, name: &str, pem: &str) {
        if let Some(key) = PrivateKey::from_pem(pem) {
            self.private.insert(name.as_bytes().into(), Arc::new(key));
        }
    }

    pub fn private(&self, name: &[u8]) -> Option<&Arc<PrivateKey>> {
        self.private.get(name)
    }

    pub fn get(&self, path: &[u8], certificate: bool) -> Option<&PublicKey> {
        let keys = if certificate { &self.certificates } else { &self.plain };
        keys.get(path).map(|key| &**key)
    }
}

/// Contents of object identifiers (RFC 3279, RFC 5480).
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const OBJECT: u8 = 0x06;
const BITS: u8 = 0x03;

impl PublicKey {
    /// The first public key of a PEM text; `None`: there is none, or it is of another kind.
    pub fn from_pem(text: &str) -> Option<Self> {
        if let Some(der) = block(text, "RSA PUBLIC KEY") {
            return Some(Self::Rsa(der.into()));
        }
        Self::from_spki(&block(text, "PUBLIC KEY")?)
    }

    /// The key of the first certificate of a PEM text (RFC 5280 section 4.1).
    pub fn from_certificate(text: &str) -> Option<Self> {
        let der = block(text, "CERTIFICATE")?;
        let mut certificate = element(&mut &*der, SEQUENCE)?;
        let mut rest = element(&mut certificate, SEQUENCE)?;
        if rest.first() == Some(&VERSION) {
            element(&mut rest, VERSION)?;
        }
        // Serial number, algorithm, issuer, validity and subject come before it.
        for kind in [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE] {
            element(&mut rest, kind)?;
        }
        Self::from_spki(rest)
    }

    /// SubjectPublicKeyInfo (RFC 5280 section 4.1).
    fn from_spki(der: &[u8]) -> Option<Self> {
        let mut info = element(&mut &*der, SEQUENCE)?;
        let mut algorithm = element(&mut info, SEQUENCE)?;
        let kind = element(&mut algorithm, OBJECT)?;
        // The first byte is the number of bits that are unused in the last one.
        let key: Box<[u8]> = element(&mut info, BITS)?.strip_prefix(&[0])?.into();
        if kind == RSA {
            return Some(Self::Rsa(key));
        }
        if kind != EC {
            return None;
        }
        match element(&mut algorithm, OBJECT)? {
            P256 => Some(Self::P256(key)),
            P384 => Some(Self::P384(key)),
            P521 => Some(Self::P521(key)),
            _ => None,
        }
    }

    /// Bytes of a signature on this key's curve, for schemes that use one.
    pub fn signature_size(&self, scheme: Scheme) -> Option<usize> {
        match (scheme, self) {
            (Scheme::Es256 | Scheme::Es384 | Scheme::Es512, Self::P256(_)) => Some(64),
            (Scheme::Es256 | Scheme::Es384 | Scheme::Es512, Self::P384(_)) => Some(96),
            (Scheme::Es256 | Scheme::Es384 | Scheme::Es512, Self::P521(_)) => Some(132),
            _ => None,
        }
    }

    /// Whether the signature of the message was made with the key that belongs to this one.
    pub fn verifies(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        use Scheme as S;
        let (algorithm, key): (&dyn signed::VerificationAlgorithm, &[u8]) = match (self, scheme) {
            (Self::Rsa(key), S::Rs256) => (&signed::RSA_PKCS1_2048_8192_SHA256, key),
            (Self::Rsa(key), S::Rs384) => (&signed::RSA_PKCS1_2048_8192_SHA384, key),
            (Self::Rsa(key), S::Rs512) => (&signed::RSA_PKCS1_2048_8192_SHA512, key),
            (Self::Rsa(key), S::Ps256) => (&signed::RSA_PSS_2048_8192_SHA256, key),
            (Self::Rsa(key), S::Ps384) => (&signed::RSA_PSS_2048_8192_SHA384, key),
            (Self::Rsa(key), S::Ps512) => (&signed::RSA_PSS_2048_8192_SHA512, key),
            (Self::P256(key), S::Es256) => (&signed::ECDSA_P256_SHA256_FIXED, key),
            (Self::P384(key), S::Es384) => (&signed::ECDSA_P384_SHA384_FIXED, key),
            (Self::P521(key), S::Es512) => (&signed::ECDSA_P521_SHA512_FIXED, key),
            _ => return false,
        };
        signed::UnparsedPublicKey::new(algorithm, key)
            .verify(message, signature)
            .is_ok()
    }
}

/// Bytes of the first block of that label.
pub(super) fn block(text: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (inside, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let digits: Vec<u8> = inside.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    PADDED.decode(digits).ok()
}

/// Takes an element of a kind off `rest` (DER, X.690 section 8): its content.
fn element<'d>(rest: &mut &'d [u8], kind: u8) -> Option<&'d [u8]> {
    let [first, size, after @ ..] = *rest else { return None };
    if *first != kind {
        return None;
    }
    let (length, after) = match size {
        0..=0x7f => (usize::from(*size), after),
        0x81..=0x83 => {
            let (digits, after) = after.split_at_checked(usize::from(size & 3))?;
            (digits.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), after)
        }
        _ => return None,
    };
    let (content, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(content)
}

#[cfg(test)]
mod tests;
