//! Hashed passwords of userlists: SHA-crypt, `$5$` and `$6$` of crypt(3).

use crate::error::PlanError;
use crate::plan;
use sha2::{Digest, Sha256};
use sha_crypt::{sha256_crypt_b64, sha512_crypt_b64, Sha256Params, Sha512Params};
use std::hash::BuildHasher;
use std::sync::OnceLock;

/// Longest password that is looked at, in bytes, as in libxcrypt: the work grows with the square of it.
const LONGEST: usize = 512;
/// Fewer and more rounds are refused. A million rounds take about half a second of one core.
const ROUNDS: std::ops::RangeInclusive<usize> = 1_000..=1_000_000;
/// Where the hash does not say.
const USUAL_ROUNDS: usize = 5_000;

#[derive(Debug)]
enum Scheme {
    Sha256,
    Sha512,
}

/// A hash, and the password that was found to fit. A hash takes milliseconds and clients send the same password with each
/// request, so it is computed once for the right one; a wrong one costs a hash every time.
#[derive(Debug)]
pub(crate) struct Hashed {
    scheme: Scheme,
    rounds: usize,
    salt: Box<str>,
    sum: Box<str>,
    /// The right password by a keyed digest, so that memory does not hold it in clear.
    seen: OnceLock<[u8; 32]>,
    key: [u64; 4],
}

/// What a user must show.
#[derive(Debug)]
pub(crate) enum Password {
    /// No password fits.
    None,
    Clear(Box<[u8]>),
    Hashed(Box<Hashed>),
}

impl Password {
    pub fn new(user: &plan::User) -> Result<Self, PlanError> {
        if user.insecure {
            return Ok(Self::Clear(user.password.as_bytes().into()));
        }
        if user.password.is_empty() {
            return Ok(Self::None);
        }
        let hashed = Hashed::parse(&user.password);
        let hashed =
            hashed.ok_or_else(|| PlanError::new(format!("the password of user '{}' is no $5$ or $6$ hash", user.name)))?;
        Ok(Self::Hashed(Box::new(hashed)))
    }

    pub fn fits(&self, password: &[u8]) -> bool {
        match self {
            Self::None => false,
            Self::Clear(clear) => same(clear, password),
            Self::Hashed(hashed) => hashed.fits(password),
        }
    }
}

impl Hashed {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = match text.split_at_checked(3)? {
            ("$5$", rest) => (Scheme::Sha256, rest),
            ("$6$", rest) => (Scheme::Sha512, rest),
            _ => return None,
        };
        let (rounds, rest) = match rest.strip_prefix("rounds=") {
            Some(rest) => {
                let (rounds, rest) = rest.split_once('$')?;
                (rounds.parse().ok()?, rest)
            }
            None => (USUAL_ROUNDS, rest),
        };
        let (salt, sum) = rest.split_once('$')?;
        let length = match scheme {
            Scheme::Sha256 => 43,
            Scheme::Sha512 => 86,
        };
        let random = || std::collections::hash_map::RandomState::new().hash_one(0_u8);
        (ROUNDS.contains(&rounds) && salt.len() <= 16 && sum.len() == length).then(|| Self {
            scheme,
            rounds,
            salt: salt.into(),
            sum: sum.into(),
            seen: OnceLock::new(),
            key: [random(), random(), random(), random()],
        })
    }

    fn fits(&self, password: &[u8]) -> bool {
        if password.len() > LONGEST {
            return false;
        }
        let digest = self.digest(password);
        if self.seen.get().is_some_and(|seen| same(seen, &digest)) {
            return true;
        }
        let fits = self
            .sum_of(password)
            .is_some_and(|sum| same(sum.as_bytes(), self.sum.as_bytes()));
        if fits {
            // One that is there already stays: another thread was faster with the same.
            let _ = self.seen.set(digest);
        }
        fits
    }

    fn digest(&self, password: &[u8]) -> [u8; 32] {
        let mut hasher = Sha256::new();
        for word in self.key {
            hasher.update(word.to_ne_bytes());
        }
        hasher.update(password);
        hasher.finalize().into()
    }

    fn sum_of(&self, password: &[u8]) -> Option<String> {
        let salt = self.salt.as_bytes();
        match self.scheme {
            Scheme::Sha256 => sha256_crypt_b64(password, salt, &Sha256Params::new(self.rounds).ok()?).ok(),
            Scheme::Sha512 => sha512_crypt_b64(password, salt, &Sha512Params::new(self.rounds).ok()?).ok(),
        }
    }
}

/// Compares in a time that does not tell where the first difference is.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
}

#[cfg(test)]
mod tests;
