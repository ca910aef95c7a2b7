//! JSON Web Keys (RFC 7517): secrets, and private keys on curves (RFC 7518 sections 6.2 and 6.4).

use super::super::args::Args;
use super::super::fetch::state::get_var;
use super::super::View;
use super::json_query::JsonQuery;
use super::jwt::decode;
use crate::error::PlanError;
use crate::plan::Arg;
use crate::vars::VarId;

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
}

#[derive(Debug)]
enum Text {
    Given(Box<[u8]>),
    Var(VarId),
}

/// A key, decoded.
pub(super) enum Material<'e> {
    /// `oct`
    Shared(&'e [u8]),
    /// `EC`
    Curve(Curve<'e>),
}

/// A private key on a curve.
pub(super) struct Curve<'e> {
    name: &'e [u8],
    private: &'e [u8],
}

impl Jwk {
    pub fn compile(args: &Args<'_>) -> Result<Self, PlanError> {
        let text = match args.list.first() {
            Some(Arg::Var { .. }) => Text::Var(args.var(0)?),
            _ => Text::Given(args.str(0)?.as_bytes().into()),
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
        })
    }

    /// `None`: there is no key, or one of another kind.
    pub fn read<'e>(&'e self, view: &View<'e>) -> Option<Material<'e>> {
        let text = match &self.text {
            Text::Given(text) => text,
            Text::Var(id) => get_var(view, *id)?.as_str(view.arena),
        };
        let number = |query: &'e JsonQuery| {
            let digits = query.text(view, text)?;
            let end = digits.iter().rposition(|byte| *byte != b'=').map_or(0, |at| at + 1);
            decode(view, digits.get(..end)?)
        };
        match self.kind.text(view, text)? {
            b"oct" => number(&self.secret).map(Material::Shared),
            b"EC" => {
                let (name, private) = (self.curve.text(view, text)?, number(&self.private)?);
                let public = point(view, name, number(&self.x)?, number(&self.y)?)?;
                let private = sized(view, private, size_of(name)?)?;
                is_on_curve(name, public).then_some(Material::Curve(Curve { name, private }))
            }
            _ => None,
        }
    }
}

impl<'e> Curve<'e> {
    /// What both ends know and nobody else (RFC 7518 section 4.6.1), as bytes of the field; the other end's point is on the curve `name`.
    pub fn agree(&self, view: &View<'e>, name: &[u8], x: &[u8], y: &[u8]) -> Option<&'e [u8]> {
        macro_rules! agree {
            ($curve:ident, $point:expr) => {{
                let private = $curve::SecretKey::from_slice(self.private).ok()?;
                let public = $curve::PublicKey::from_sec1_bytes($point).ok()?;
                let shared = $curve::ecdh::diffie_hellman(private.to_nonzero_scalar(), public.as_affine());
                view.arena.alloc_slice_copy(shared.raw_secret_bytes())
            }};
        }
        if name != self.name {
            return None;
        }
        let point = point(view, name, x, y)?;
        Some(match name {
            b"P-256" => agree!(p256, point),
            b"P-384" => agree!(p384, point),
            _ => agree!(p521, point),
        })
    }
}

/// Bytes of a number of the field.
fn size_of(name: &[u8]) -> Option<usize> {
    match name {
        b"P-256" => Some(32),
        b"P-384" => Some(48),
        b"P-521" => Some(66),
        _ => None,
    }
}

/// The digits of a number with as many zeros in front as make `size` bytes; `None`: it has more digits.
fn sized<'e>(view: &View<'e>, number: &[u8], size: usize) -> Option<&'e [u8]> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let digits = number.get(zeros..)?;
    let bytes = view.arena.alloc_slice_fill_copy(size, 0);
    bytes.get_mut(size.checked_sub(digits.len())?..)?.copy_from_slice(digits);
    Some(bytes)
}

/// A point, uncompressed (SEC 1 section 2.3.3).
fn point<'e>(view: &View<'e>, name: &[u8], x: &[u8], y: &[u8]) -> Option<&'e [u8]> {
    let size = size_of(name)?;
    let (x, y) = (sized(view, x, size)?, sized(view, y, size)?);
    Some(view.build(|out| {
        for part in [&[4][..], x, y] {
            out.extend_from_slice_copy(part);
        }
    }))
}

fn is_on_curve(name: &[u8], point: &[u8]) -> bool {
    match name {
        b"P-256" => p256::PublicKey::from_sec1_bytes(point).is_ok(),
        b"P-384" => p384::PublicKey::from_sec1_bytes(point).is_ok(),
        _ => p521::PublicKey::from_sec1_bytes(point).is_ok(),
    }
}
