//! Items as values of JSON (RFC 8259) or CBOR (RFC 8949): the flags `json`, `cbor` and `bin` (manual section 8.2.6).
//!
//! With the flag on `%o` the whole format is one map of its named items; on an item, the item alone is encoded. The bytes of CBOR
//! are written as hexadecimal digits unless `bin` is set too.

use super::alias::Alias;
use super::render::{list_of, render_alias};
use super::{Flags, Format, Item, Label};
use crate::plan::LabelKind;
use crate::sample::convert::HEX;
use crate::sample::{parse_int, push_int, Sample, View};

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Json,
    /// `hex`: as digits.
    Cbor {
        hex: bool,
    },
}

enum Value<'e> {
    Null,
    /// A text that is not there. In JSON HAProxy writes an empty one.
    Missing,
    Int(i64),
    Bool(bool),
    Text(&'e [u8]),
    Bytes(&'e [u8]),
    List(Vec<Vec<u8>>),
}

/// One map with all named items.
pub(super) fn whole<'e>(format: &'e Format, encoding: Encoding, view: &View<'e>, out: &mut Vec<u8>) {
    let mut writer = Writer { out, encoding };
    writer.open();
    let mut first = true;
    for item in &format.items {
        let (label, value) = match item {
            Item::Alias(alias, flags, label) if !label.name.is_empty() => (label, of_alias(*alias, *flags, label.kind, view)),
            Item::Expr(expr, _, label) if !label.name.is_empty() => (label, of_sample(expr.one(view), label.kind, view)),
            _ => continue,
        };
        writer.key(&label.name, first);
        writer.value(&value);
        first = false;
    }
    writer.close();
}

/// One alias by itself.
pub(super) fn alias(which: Alias, flags: Flags, label: &Label, encoding: Encoding, view: &View<'_>, out: &mut Vec<u8>) {
    let value = of_alias(which, flags, label.kind, view);
    Writer { out, encoding }.value(&value);
}

/// One expression by itself.
pub(super) fn sample<'e>(found: Option<Sample<'e>>, label: &Label, encoding: Encoding, view: &View<'e>, out: &mut Vec<u8>) {
    let value = of_sample(found, label.kind, view);
    Writer { out, encoding }.value(&value);
}

fn of_alias<'e>(alias: Alias, flags: Flags, kind: LabelKind, view: &View<'e>) -> Value<'e> {
    if let Some(list) = list_of(alias, view) {
        let any = view.record.has_stream() && !list.is_empty();
        return if any { Value::List(list) } else { Value::Null };
    }
    let plain = Flags {
        hex: flags.hex,
        ..Flags::default()
    };
    let mut text = Vec::new();
    render_alias(alias, plain, view, &mut text);
    let numeric = alias.is_numeric() && !flags.hex;
    if text.is_empty() {
        return match alias {
            Alias::Query | Alias::PathOnly => Value::Text(b""),
            Alias::RequestHeaders | Alias::ResponseHeaders => Value::Null,
            _ => Value::Missing,
        };
    }
    let text: &'e [u8] = view.arena.alloc_slice_copy(&text);
    // A total that is not complete yet, and retries that went elsewhere, have a plus sign.
    let number = text.strip_prefix(b"+").unwrap_or(text);
    let natural = if numeric {
        Value::Int(parse_int(number))
    } else {
        Value::Text(text)
    };
    match kind {
        LabelKind::Natural => natural,
        LabelKind::Str => Value::Text(text),
        LabelKind::Sint if alias.is_numeric() => Value::Int(parse_int(number)),
        LabelKind::Sint => natural,
        LabelKind::Bool => Value::Bool(truth(text)),
    }
}

fn of_sample<'e>(found: Option<Sample<'e>>, kind: LabelKind, view: &View<'e>) -> Value<'e> {
    let Some(sample) = found else { return Value::Missing };
    match kind {
        LabelKind::Natural => match sample {
            Sample::Bool(value) => Value::Bool(value),
            Sample::Int(value) => Value::Int(value),
            Sample::Bin(bytes) => Value::Bytes(bytes),
            other => Value::Text(other.as_str(view.arena)),
        },
        LabelKind::Str => Value::Text(sample.as_str(view.arena)),
        LabelKind::Sint => sample.as_int().map_or(Value::Null, Value::Int),
        LabelKind::Bool => Value::Bool(sample.as_bool().unwrap_or_else(|| truth(sample.as_str(view.arena)))),
    }
}

fn truth(text: &[u8]) -> bool {
    !matches!(text, b"" | b"0" | b"false")
}

struct Writer<'o> {
    out: &'o mut Vec<u8>,
    encoding: Encoding,
}

impl Writer<'_> {
    fn open(&mut self) {
        match self.encoding {
            Encoding::Json => self.out.push(b'{'),
            // A map without a length: how many items there are is known when the last one is written.
            Encoding::Cbor { .. } => self.bytes(&[0xbf]),
        }
    }

    fn close(&mut self) {
        match self.encoding {
            Encoding::Json => self.out.push(b'}'),
            Encoding::Cbor { .. } => self.bytes(&[0xff]),
        }
    }

    fn key(&mut self, name: &[u8], first: bool) {
        if self.encoding != Encoding::Json {
            self.text(name);
            return;
        }
        if !first {
            self.out.extend_from_slice(b", ");
        }
        self.text(name);
        self.out.extend_from_slice(b": ");
    }

    fn value(&mut self, value: &Value<'_>) {
        match (value, self.encoding) {
            (Value::Null, Encoding::Json) => self.out.extend_from_slice(b"null"),
            (Value::Missing, Encoding::Json) => self.text(b""),
            (Value::Null | Value::Missing, Encoding::Cbor { .. }) => self.bytes(&[0xf6]),
            (Value::Bool(value), Encoding::Json) => self.out.extend_from_slice(if *value { b"true" } else { b"false" }),
            (Value::Bool(value), Encoding::Cbor { .. }) => self.bytes(&[0xf4 | u8::from(*value)]),
            (Value::Int(number), Encoding::Json) => push_int(self.out, *number),
            (Value::Int(number), Encoding::Cbor { .. }) => match u64::try_from(*number) {
                Ok(number) => self.head(0, number),
                // A negative number n is written as -1 - n, which can't overflow.
                Err(_) => self.head(1, u64::try_from(-1 - *number).unwrap_or(0)),
            },
            (Value::Text(text), _) => self.text(text),
            (Value::Bytes(bytes), Encoding::Json) => {
                let digits = |byte: &u8| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
                self.out.push(b'"');
                self.out.extend(bytes.iter().flat_map(digits));
                self.out.push(b'"');
            }
            (Value::Bytes(bytes), Encoding::Cbor { .. }) => {
                self.head(2, bytes.len() as u64);
                self.bytes(bytes);
            }
            (Value::List(list), _) => self.list(list),
        }
    }

    fn list(&mut self, list: &[Vec<u8>]) {
        let json = self.encoding == Encoding::Json;
        if json {
            self.out.push(b'[');
        } else {
            self.head(4, list.len() as u64);
        }
        for (index, text) in list.iter().enumerate() {
            if json && index > 0 {
                self.out.extend_from_slice(b", ");
            }
            self.text(text);
        }
        if json {
            self.out.push(b']');
        }
    }

    fn text(&mut self, text: &[u8]) {
        if self.encoding == Encoding::Json {
            json_string(text, self.out);
        } else {
            self.head(3, text.len() as u64);
            self.bytes(text);
        }
    }

    /// Major type and number, as short as it can be.
    fn head(&mut self, major: u8, number: u64) {
        let major = major << 5;
        let bytes = number.to_be_bytes();
        match number {
            0..24 => self.bytes(&[major | bytes[7]]),
            24..0x100 => self.bytes(&[major | 24, bytes[7]]),
            0x100..0x1_0000 => self.bytes(&[major | 25, bytes[6], bytes[7]]),
            0x1_0000..0x1_0000_0000 => self.bytes(&[major | 26, bytes[4], bytes[5], bytes[6], bytes[7]]),
            _ => {
                self.bytes(&[major | 27]);
                self.bytes(&bytes);
            }
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if self.encoding == (Encoding::Cbor { hex: true }) {
            let digits = |byte: &u8| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
            self.out.extend(bytes.iter().flat_map(digits));
        } else {
            self.out.extend_from_slice(bytes);
        }
    }
}

/// A string of JSON. Bytes that are no UTF-8 become the characters of the same numbers, so that the document stays one.
fn json_string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for chunk in text.utf8_chunks() {
        for byte in chunk.valid().bytes() {
            match byte {
                b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                b'\t' => out.extend_from_slice(b"\\t"),
                0..32 | 127 => escape(byte, out),
                _ => out.push(byte),
            }
        }
        for byte in chunk.invalid() {
            escape(*byte, out);
        }
    }
    out.push(b'"');
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\\u00");
    out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
}
