//! Typed samples: what fetches give and converters change (manual section 7.1).

pub mod args;
mod base64;
mod cast;
pub mod convert;
mod expr;
pub mod fetch;
pub mod hash;
pub mod key;
pub mod private;
mod text;
mod view;

pub use cast::{parse_int, parse_ip};
pub use expr::CompiledExpr;
pub use text::{push_int, push_ip};
pub use view::View;

#[cfg(test)]
mod tests;

use bumpalo::Bump;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A value. Bytes are borrowed from the message, the configuration or the evaluation's arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample<'e> {
    Bool(bool),
    Int(i64),
    Ipv4(Ipv4Addr),
    Ipv6(Ipv6Addr),
    Str(&'e [u8]),
    Bin(&'e [u8]),
    /// An HTTP method: a string that matches as one.
    Meth(&'e [u8]),
}

/// A sample that owns its bytes: what variables hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owned {
    Bool(bool),
    Int(i64),
    Ipv4(Ipv4Addr),
    Ipv6(Ipv6Addr),
    Str(Vec<u8>),
    Bin(Vec<u8>),
    Meth(Vec<u8>),
}

impl Sample<'_> {
    /// Bytes of a text; nothing else has any.
    pub fn length(&self) -> usize {
        match self {
            Self::Str(text) | Self::Bin(text) | Self::Meth(text) => text.len(),
            _ => 0,
        }
    }
}

impl From<Sample<'_>> for Owned {
    fn from(sample: Sample<'_>) -> Self {
        match sample {
            Sample::Bool(value) => Self::Bool(value),
            Sample::Int(value) => Self::Int(value),
            Sample::Ipv4(value) => Self::Ipv4(value),
            Sample::Ipv6(value) => Self::Ipv6(value),
            Sample::Str(value) => Self::Str(value.to_vec()),
            Sample::Bin(value) => Self::Bin(value.to_vec()),
            Sample::Meth(value) => Self::Meth(value.to_vec()),
        }
    }
}

impl Owned {
    /// A sample with a copy of the bytes in `arena`.
    pub fn lend<'e>(&self, arena: &'e Bump) -> Sample<'e> {
        match self {
            Self::Bool(value) => Sample::Bool(*value),
            Self::Int(value) => Sample::Int(*value),
            Self::Ipv4(value) => Sample::Ipv4(*value),
            Self::Ipv6(value) => Sample::Ipv6(*value),
            Self::Str(value) => Sample::Str(arena.alloc_slice_copy(value)),
            Self::Bin(value) => Sample::Bin(arena.alloc_slice_copy(value)),
            Self::Meth(value) => Sample::Meth(arena.alloc_slice_copy(value)),
        }
    }

    /// Bytes of memory that it holds beside itself.
    /// Bytes of a text; nothing else has any.
    pub fn length(&self) -> usize {
        match self {
            Self::Str(text) | Self::Bin(text) | Self::Meth(text) => text.len(),
            _ => 0,
        }
    }

    pub fn capacity(&self) -> usize {
        match self {
            Self::Str(text) | Self::Bin(text) | Self::Meth(text) => text.capacity(),
            _ => 0,
        }
    }

    /// Takes a new value; the allocation is kept where both are of the same kind.
    pub fn assign(&mut self, sample: Sample<'_>) {
        match (&mut *self, sample) {
            (Self::Str(old), Sample::Str(new)) | (Self::Bin(old), Sample::Bin(new)) | (Self::Meth(old), Sample::Meth(new)) => {
                old.clear();
                old.extend_from_slice(new);
            }
            (old, new) => *old = Self::from(new),
        }
    }
}
