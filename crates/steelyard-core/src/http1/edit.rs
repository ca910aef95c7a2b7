//! Changes to a head. New bytes go to the end of its buffer and spans move there; names and values that would break the
//! message are kept from it, for a rule's value may hold bytes that a client chose.

use super::head::{Field, Head, Span, Version, MAX_BUFFER};
use super::known::Known;
use super::token::is_token;
use crate::scan::find3;

/// Bytes of a value from `at` on that would end its line become spaces: a rule's value may hold bytes that a client chose.
#[inline]
pub(crate) fn harmless(bytes: &mut [u8], at: usize) {
    let Some(value) = bytes.get_mut(at..) else { return };
    if let Some(first) = find3(b'\r', b'\n', 0, value) {
        let ends = |byte: &&mut u8| matches!(**byte, b'\r' | b'\n' | 0);
        value.iter_mut().skip(first).filter(ends).for_each(|byte| *byte = b' ');
    }
}

impl Head {
    /// Replaces the method; one that is no token is ignored (it could not be written).
    pub fn set_method(&mut self, method: &[u8]) {
        if !is_token(method) {
            return;
        }
        self.method = self.push(method);
        self.touch_start();
    }

    /// Replaces the whole target. Spaces and control characters, which no start line can hold, are percent-encoded.
    pub fn set_target(&mut self, target: &[u8]) {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let start = self.buf.len();
        if target.iter().any(|&b| b <= b' ' || b == 127) {
            for &b in target {
                if b <= b' ' || b == 127 {
                    self.buf
                        .extend_from_slice(&[b'%', HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
                } else {
                    self.buf.push(b);
                }
            }
        } else {
            self.buf.extend_from_slice(target);
        }
        self.target = Span::new(start, self.buf.len());
        self.touch_start();
    }

    /// Replaces status and reason; a code under 100 or over 999 is ignored. CR, LF and NUL become spaces.
    pub fn set_status(&mut self, status: u16, reason: &[u8]) {
        if !(100..=999).contains(&status) {
            return;
        }
        self.status = status;
        self.reason = self.push_value(reason);
        self.touch_start();
    }

    pub fn set_version(&mut self, version: Version) {
        if self.version != version {
            self.version = version;
            self.touch_start();
        }
    }

    /// Adds a field after the others. CR, LF and NUL in the value become spaces; a name that is no token is not added.
    pub fn add(&mut self, name: &[u8], value: &[u8]) {
        if !is_token(name) || self.buf.len() > MAX_BUFFER {
            return;
        }
        let start = self.push(name).start as usize;
        self.buf.extend_from_slice(b": ");
        self.push_value(value);
        self.buf.extend_from_slice(b"\r\n");
        self.enter(start, name.len(), Known::of(name));
    }

    /// Indexes the field line at the end of the buffer, which begins at `start`.
    #[inline]
    pub(crate) fn enter(&mut self, start: usize, name: usize, known: Known) {
        let end = self.buf.len();
        self.seen |= known.bit();
        self.added |= known.bit();
        self.sized &= !known.frames();
        self.fields.push(Field {
            name: Span::new(start, start + name),
            value: Span::new(start + name + 2, end - 2),
            line_end: end as u32,
            known,
        });
        self.whole = 0;
    }

    /// Removes every field of the name and adds one after the others.
    pub fn set(&mut self, name: &[u8], value: &[u8]) {
        self.remove(name);
        self.add(name, value);
    }

    /// Removes every field of the name; says how many there were.
    pub fn remove(&mut self, name: &[u8]) -> usize {
        self.remove_named(Known::of(name), name)
    }

    pub(crate) fn remove_named(&mut self, known: Known, name: &[u8]) -> usize {
        if !self.may_have(known) {
            return 0;
        }
        let (mut removed, mut from) = (0, 0);
        // Most messages have no such field, or one: a list that stays as it is need not be written again.
        while let Some(at) = self.position(from, known, name) {
            self.fields.remove(at);
            (removed, from) = (removed + 1, at);
        }
        if known != Known::Other {
            self.seen &= !known.bit();
            self.sized &= !known.frames();
        }
        if removed != 0 {
            self.whole = 0;
        }
        removed
    }

    /// The first field of the name from number `from` on.
    #[inline]
    fn position(&self, from: usize, known: Known, name: &[u8]) -> Option<usize> {
        let rest = self.fields.get(from..)?;
        let found = rest.iter().position(|field| self.is_named(field, known, name))?;
        Some(from + found)
    }

    /// Keeps the fields for which `keep(name, value)` is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&[u8], &[u8]) -> bool) {
        let before = self.fields.len();
        let mut fields = std::mem::take(&mut self.fields);
        fields.retain(|field| keep(self.bytes(field.name), self.bytes(field.value)));
        self.fields = fields;
        if self.fields.len() != before {
            self.whole = 0;
            self.sized = false;
        }
    }

    /// Shows every field; where `change(name, value, out)` returns true, the value becomes what it left in `out`.
    pub fn rewrite(&mut self, mut change: impl FnMut(&[u8], &[u8], &mut Vec<u8>) -> bool) {
        let mut out = std::mem::take(&mut self.spare);
        for index in 0..self.fields.len() {
            let field = self.fields[index];
            out.clear();
            if change(self.bytes(field.name), self.bytes(field.value), &mut out) && self.buf.len() <= MAX_BUFFER {
                let value = self.push_value(&out);
                self.fields[index].value = value;
                self.fields[index].line_end = 0;
                self.whole = 0;
                self.sized = false;
            }
        }
        self.spare = out;
    }

    pub(crate) fn touch_start(&mut self) {
        self.start_end = 0;
        self.whole = 0;
    }

    fn push(&mut self, bytes: &[u8]) -> Span {
        let start = self.buf.len();
        self.buf.extend_from_slice(bytes);
        Span::new(start, self.buf.len())
    }

    /// Appends with what would end the line made harmless.
    pub(super) fn push_value(&mut self, bytes: &[u8]) -> Span {
        let span = self.push(bytes);
        harmless(&mut self.buf, span.start as usize);
        span
    }
}
