//! JSON Web Keys (RFC 7517): secrets, and private keys on curves and of RSA (RFC 7518 sections 6.2 to 6.4).

use super::super::args::Args;
use super::super::fetch::state::get_var;
use super::super::View;
use super::json_query::JsonQuery;
use super::jwt::decode;
use crate::error::PlanError;
use crate::plan::Arg;
use crate::sample::private::{Curve, Name, PrivateKey, Rsa};
use crate::vars::VarId;
use std::sync::{Arc, OnceLock};

/// A key as text, of the configuration or of a variable, and what is looked up in it.
#[derive(Debug)]
pub(super) struct Jwk {
    text: Text,
    kind: JsonQuery,
    secret: JsonQuery,
    curve: JsonQuery,
    x: JsonQuery,
    y: JsonQuery,
    private: JsonQuery,
    /// Of RSA, in the order of RFC 8017 appendix A.1.2.
    numbers: [JsonQuery; 8],
}

#[derive(Debug)]
enum Text {
    /// What is read of it is kept, where it is no secret.
    Given(Box<[u8]>, OnceLock<Option<Arc<PrivateKey>>>),
    Var(VarId),
}

/// A key, decoded.
pub(super) enum Material<'e> {
    /// `oct`
    Shared(&'e [u8]),
    /// `EC` and `RSA`
    Private(Arc<PrivateKey>),
}

impl Jwk {
    pub fn compile(args: &Args<'_>) -> Result<Self, PlanError> {
        let text = match args.list.first() {
            Some(Arg::Var { .. }) => Text::Var(args.var(0)?),
            _ => Text::Given(args.str(0)?.as_bytes().into(), OnceLock::new()),
        };
        let member = JsonQuery::of_member;
        Ok(Self {
            text,
            kind: member("kty"),
            secret: member("k"),
            curve: member("crv"),
            x: member("x"),
            y: member("y"),
            private: member("d"),
            numbers: ["n", "e", "d", "p", "q", "dp", "dq", "qi"].map(member),
        })
    }

    /// `None`: there is no key, or one of another kind.
    pub fn read<'e>(&'e self, view: &View<'e>) -> Option<Material<'e>> {
        let (text, kept): (&[u8], _) = match &self.text {
            Text::Given(text, kept) => (text, Some(kept)),
            Text::Var(id) => (get_var(view, *id)?.as_str(view.arena), None),
        };
        if self.kind.text(view, text)? == b"oct" {
            return number(view, &self.secret, text).map(Material::Shared);
        }
        let read = || self.private_key(view, text).map(Arc::new);
        match kept {
            Some(kept) => kept.get_or_init(read).clone(),
            None => read(),
        }
        .map(Material::Private)
    }

    fn private_key<'e>(&'e self, view: &View<'e>, text: &'e [u8]) -> Option<PrivateKey> {
        match self.kind.text(view, text)? {
            b"EC" => {
                let name = Name::of(self.curve.text(view, text)?)?;
                let public = point(view, name, number(view, &self.x, text)?, number(view, &self.y, text)?)?;
                let private = sized(view, number(view, &self.private, text)?, name.size())?;
                let key = Curve::from_number(name, private)?;
                name.has(public).then_some(PrivateKey::Curve(key))
            }
            b"RSA" => {
                let mut numbers: [&[u8]; 8] = [&[]; 8];
                for (place, query) in numbers.iter_mut().zip(&self.numbers) {
                    *place = number(view, query, text)?;
                }
                Rsa::from_numbers(numbers).map(|key| PrivateKey::Rsa(Box::new(key)))
            }
            _ => None,
        }
    }
}

/// The digits of a member, with or without padding.
fn number<'e>(view: &View<'e>, query: &'e JsonQuery, text: &'e [u8]) -> Option<&'e [u8]> {
    let digits = query.text(view, text)?;
    let end = digits.iter().rposition(|byte| *byte != b'=').map_or(0, |at| at + 1);
    decode(view, digits.get(..end)?)
}

/// The digits of a number with as many zeros in front as make `size` bytes; `None`: it has more digits.
fn sized<'e>(view: &View<'e>, number: &[u8], size: usize) -> Option<&'e [u8]> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let digits = number.get(zeros..)?;
    let bytes = view.arena.alloc_slice_fill_copy(size, 0);
    bytes.get_mut(size.checked_sub(digits.len())?..)?.copy_from_slice(digits);
    Some(bytes)
}

/// A point of numbers, uncompressed (SEC 1 section 2.3.3).
pub(super) fn point<'e>(view: &View<'e>, name: Name, x: &[u8], y: &[u8]) -> Option<&'e [u8]> {
    let (x, y) = (sized(view, x, name.size())?, sized(view, y, name.size())?);
    Some(view.build(|out| {
        for part in [&[4][..], x, y] {
            out.extend_from_slice_copy(part);
        }
    }))
}
