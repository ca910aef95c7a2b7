//! Fields that a configuration names: what can be known of them is found out once, not with every message.

use super::edit::harmless;
use super::head::{Head, MAX_BUFFER};
use super::known::Known;
use super::token::is_token;

/// The name of a field.
#[derive(Clone, Debug)]
pub struct FieldName {
    /// The name and `: `, as a line begins.
    start: Box<[u8]>,
    known: Known,
    token: bool,
}

/// A whole field, whose value is the same in each message.
#[derive(Clone, Debug)]
pub struct FieldLine {
    name: FieldName,
    /// With its line end.
    line: Box<[u8]>,
}

impl FieldName {
    #[must_use]
    pub fn new(name: &[u8]) -> Self {
        Self {
            start: [name, b": "].concat().into(),
            known: Known::of(name),
            token: is_token(name),
        }
    }

    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.start.get(..self.len()).unwrap_or(&[])
    }

    #[inline]
    fn len(&self) -> usize {
        self.start.len() - 2
    }
}

impl FieldLine {
    /// See [`Head::add`] for what becomes of bytes that would end the line.
    #[must_use]
    pub fn new(name: FieldName, value: &[u8]) -> Self {
        let mut line = name.start.to_vec();
        let at = line.len();
        line.extend_from_slice(value);
        harmless(&mut line, at);
        line.extend_from_slice(b"\r\n");
        Self { name, line: line.into() }
    }

    #[must_use]
    pub fn name(&self) -> &FieldName {
        &self.name
    }

    /// Bytes of name and value.
    #[must_use]
    pub fn length(&self) -> usize {
        self.line.len() - 4
    }
}

impl Head {
    /// As [`Head::values`].
    pub fn values_of<'a>(&'a self, name: &'a FieldName) -> impl Iterator<Item = &'a [u8]> {
        self.named(name.known, name.as_bytes())
    }

    /// As [`Head::remove`].
    pub fn remove_field(&mut self, name: &FieldName) -> usize {
        self.remove_named(name.known, name.as_bytes())
    }

    /// As [`Head::add`].
    pub fn add_field(&mut self, name: &FieldName, value: &[u8]) {
        if !name.token || self.buf.len() > MAX_BUFFER {
            return;
        }
        self.buf.reserve(name.start.len() + value.len() + 2);
        let start = self.buf.len();
        self.buf.extend_from_slice(&name.start);
        let at = self.buf.len();
        self.buf.extend_from_slice(value);
        harmless(&mut self.buf, at);
        self.buf.extend_from_slice(b"\r\n");
        self.enter(start, name.len(), name.known);
    }

    /// Adds a whole field after the others.
    pub fn add_line(&mut self, line: &FieldLine) {
        if line.name.token && self.buf.len() <= MAX_BUFFER {
            let start = self.buf.len();
            self.buf.extend_from_slice(&line.line);
            self.enter(start, line.name.len(), line.name.known);
        }
    }
}
