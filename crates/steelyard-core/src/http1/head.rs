//! A message head: its bytes once, and an index of spans over them.
//!
//! The received bytes are copied in one go when a head is complete. Edits append new bytes to the same buffer and move
//! spans; nothing else is allocated. Field lines that were not touched are written out as the runs of bytes they came
//! in, so a head without edits is one copy.

use super::known::Known;
use super::token::{list_has, CLASS, TOKEN};
use super::Body;

/// HTTP/1 minor versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    Http10,
    #[default]
    Http11,
}

impl Version {
    /// `HTTP/1.0` or `HTTP/1.1`.
    #[must_use]
    pub fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::Http10 => b"HTTP/1.0",
            Self::Http11 => b"HTTP/1.1",
        }
    }
}

/// Bytes `start..end` of the head's buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    #[inline]
    pub(crate) fn new(start: usize, end: usize) -> Self {
        // Heads are bounded by `Limits::max_head`, far under 4 GiB; `add` refuses to grow past it.
        Self {
            start: start as u32,
            end: end as u32,
        }
    }
}

/// One field line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub name: Span,
    pub value: Span,
    /// Where the line, CRLF included, ends in the buffer, when `name.start..line_end` can be written as it is; else 0.
    pub line_end: u32,
    pub known: Known,
}

/// How far the parser came with a head that trickles in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    #[default]
    Start,
    Fields,
    Done,
}

/// What the fields of a received message say about its body, before method and status have their say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Not from the parser: look at the fields.
    #[default]
    Unknown,
    Absent,
    Length(u64),
    Chunked,
}

/// The head of a request or a response. Reuse one: [`Head::clear`] keeps its memory.
#[derive(Clone, Debug, Default)]
pub struct Head {
    pub(crate) buf: Vec<u8>,
    pub(crate) fields: Vec<Field>,
    /// One bit for each [`Known`] name that the fields may hold.
    pub(crate) seen: u32,
    pub(crate) method: Span,
    pub(crate) target: Span,
    pub(crate) reason: Span,
    pub(crate) status: u16,
    pub(crate) version: Version,
    pub(crate) response: bool,
    /// End of the start line, CRLF included, while it stands at the buffer's begin as received; else 0.
    pub(crate) start_end: u32,
    /// The buffer's first `whole` bytes are this head exactly; 0 after an edit.
    pub(crate) whole: u32,
    pub(crate) framing: Framing,
    /// The connection must not carry a further message (contradicting framing, RFC 9112 section 6.1).
    pub(crate) must_close: bool,
    /// Relaxed parsing left a received line out of the index.
    pub(crate) dropped: bool,
    // The parser's memory between two calls.
    pub(crate) stage: Stage,
    pub(crate) skipped: u32,
    pub(crate) line: u32,
    pub(crate) scanned: u32,
    /// Room for values being composed; kept for reuse.
    pub(crate) spare: Vec<u8>,
}

impl Head {
    /// An empty head; allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A response made here, HTTP/1.1, without fields.
    #[must_use]
    pub fn from_parts_response(status: u16, reason: &[u8]) -> Self {
        let mut head = Self {
            response: true,
            stage: Stage::Done,
            ..Self::default()
        };
        head.set_status(status, reason);
        head
    }

    /// A request made here, HTTP/1.1, without fields.
    #[must_use]
    pub fn from_parts_request(method: &[u8], target: &[u8]) -> Self {
        let mut head = Self {
            stage: Stage::Done,
            ..Self::default()
        };
        head.set_method(method);
        head.set_target(target);
        head
    }

    /// Forgets the message, keeps the memory.
    pub fn clear(&mut self) {
        self.buf.clear();
        self.fields.clear();
        self.seen = 0;
        self.method = Span::default();
        self.target = Span::default();
        self.reason = Span::default();
        self.status = 0;
        self.version = Version::Http11;
        self.response = false;
        self.start_end = 0;
        self.whole = 0;
        self.framing = Framing::Unknown;
        self.must_close = false;
        self.dropped = false;
        self.stage = Stage::Start;
        self.skipped = 0;
        self.line = 0;
        self.scanned = 0;
    }

    /// Gives memory back when a head has grown over `keep` bytes (for pools of idle heads).
    pub fn shrink(&mut self, keep: usize) {
        if self.buf.capacity() > keep {
            self.buf.shrink_to(keep);
        }
        if self.spare.capacity() > keep {
            self.spare = Vec::new();
        }
    }

    /// Nothing was parsed or set yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buf.is_empty()
    }

    #[inline]
    pub(crate) fn bytes(&self, span: Span) -> &[u8] {
        self.buf.get(span.start as usize..span.end as usize).unwrap_or(&[])
    }

    /// The request method, case kept.
    #[inline]
    #[must_use]
    pub fn method(&self) -> &[u8] {
        self.bytes(self.method)
    }

    /// The request target as it stands in the start line.
    #[inline]
    #[must_use]
    pub fn target(&self) -> &[u8] {
        self.bytes(self.target)
    }

    #[inline]
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The status code of a response, 100 to 999; 0 in a request.
    #[inline]
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    #[inline]
    #[must_use]
    pub fn reason(&self) -> &[u8] {
        self.bytes(self.reason)
    }

    /// Whether this is a response.
    #[inline]
    #[must_use]
    pub fn is_response(&self) -> bool {
        self.response
    }

    /// The start line without its CRLF, as it would be written now.
    pub fn start_line(&self, out: &mut Vec<u8>) {
        self.write_start(out);
        out.truncate(out.len().saturating_sub(2));
    }

    /// Replaces the method; one that is no token is ignored (it could not be written).
    pub fn set_method(&mut self, method: &[u8]) {
        if method.is_empty() || method.iter().any(|&b| CLASS[b as usize] & TOKEN == 0) {
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

    /// The fields, in order, as name and value without surrounding white space.
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields
            .iter()
            .map(|field| (self.bytes(field.name), self.bytes(field.value)))
    }

    /// How many field lines there are.
    #[must_use]
    pub fn field_count(&self) -> usize {
        self.fields.len()
    }

    /// The first field line of a name, compared without case.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        let known = Known::of(name);
        if !self.may_have(known) {
            return None;
        }
        self.fields
            .iter()
            .find(|field| self.is_named(field, known, name))
            .map(|field| self.bytes(field.value))
    }

    /// All field lines of a name, compared without case, whole lines in order.
    pub fn values<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let known = Known::of(name);
        let fields: &[Field] = if self.may_have(known) { &self.fields } else { &[] };
        fields
            .iter()
            .filter(move |field| self.is_named(field, known, name))
            .map(|field| self.bytes(field.value))
    }

    /// Adds a field after the others. CR, LF and NUL in the value become spaces; a name that is no token is not added.
    pub fn add(&mut self, name: &[u8], value: &[u8]) {
        if name.is_empty() || name.iter().any(|&b| CLASS[b as usize] & TOKEN == 0) || self.buf.len() > MAX_BUFFER {
            return;
        }
        let name_span = self.push(name);
        self.buf.extend_from_slice(b": ");
        let value_span = self.push_value(value);
        self.buf.extend_from_slice(b"\r\n");
        let known = Known::of(name);
        self.seen |= known.bit();
        self.fields.push(Field {
            name: name_span,
            value: value_span,
            line_end: self.buf.len() as u32,
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
        let known = Known::of(name);
        if !self.may_have(known) {
            return 0;
        }
        let before = self.fields.len();
        let mut fields = std::mem::take(&mut self.fields);
        fields.retain(|field| !self.is_named(field, known, name));
        self.fields = fields;
        if known != Known::Other {
            self.seen &= !known.bit();
        }
        let removed = before - self.fields.len();
        if removed != 0 {
            self.whole = 0;
        }
        removed
    }

    /// Keeps the fields for which `keep(name, value)` is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&[u8], &[u8]) -> bool) {
        let before = self.fields.len();
        let mut fields = std::mem::take(&mut self.fields);
        fields.retain(|field| keep(self.bytes(field.name), self.bytes(field.value)));
        self.fields = fields;
        if self.fields.len() != before {
            self.whole = 0;
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
            }
        }
        self.spare = out;
    }

    /// Appends start line, fields and the blank line to `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        if self.whole != 0 {
            out.extend_from_slice(self.buf.get(..self.whole as usize).unwrap_or(&[]));
            return;
        }
        self.write_start(out);
        let mut run = Span::default();
        for field in &self.fields {
            if field.line_end != 0 {
                if field.name.start == run.end && run.end != 0 {
                    run.end = field.line_end;
                } else {
                    out.extend_from_slice(self.bytes(run));
                    run = Span {
                        start: field.name.start,
                        end: field.line_end,
                    };
                }
            } else {
                out.extend_from_slice(self.bytes(run));
                run = Span::default();
                out.extend_from_slice(self.bytes(field.name));
                out.extend_from_slice(b": ");
                out.extend_from_slice(self.bytes(field.value));
                out.extend_from_slice(b"\r\n");
            }
        }
        out.extend_from_slice(self.bytes(run));
        out.extend_from_slice(b"\r\n");
    }

    fn write_start(&self, out: &mut Vec<u8>) {
        if self.start_end != 0 {
            out.extend_from_slice(self.buf.get(..self.start_end as usize).unwrap_or(&[]));
        } else if self.response {
            out.extend_from_slice(self.version.as_bytes());
            let code = self.status;
            let digit = |n: u16| b'0' + (n % 10) as u8;
            out.extend_from_slice(&[b' ', digit(code / 100), digit(code / 10), digit(code), b' ']);
            out.extend_from_slice(self.reason());
            out.extend_from_slice(b"\r\n");
        } else {
            out.extend_from_slice(self.method());
            out.push(b' ');
            out.extend_from_slice(self.target());
            out.push(b' ');
            out.extend_from_slice(self.version.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }

    /// Whether the connection may carry another message after this one, as its fields and version say
    /// (RFC 9112 section 9.3). Rules may have changed the fields; the answer follows them.
    #[must_use]
    pub fn keep_alive(&self) -> bool {
        if self.must_close {
            return false;
        }
        let (mut close, mut keep) = (false, false);
        for value in self.values(b"connection") {
            close |= list_has(value, b"close");
            keep |= list_has(value, b"keep-alive");
        }
        !close && (keep || self.version == Version::Http11)
    }

    /// The `Upgrade` field, when `Connection` names it and the version has it (RFC 9110 section 7.8).
    #[must_use]
    pub fn upgrade(&self) -> Option<&[u8]> {
        if self.version != Version::Http11 || !self.may_have(Known::Upgrade) {
            return None;
        }
        let asked = self.values(b"connection").any(|value| list_has(value, b"upgrade"));
        if asked {
            self.get(b"upgrade").filter(|value| !value.is_empty())
        } else {
            None
        }
    }

    /// `Expect: 100-continue` in an HTTP/1.1 request (RFC 9110 section 10.1.1).
    #[must_use]
    pub fn expects_continue(&self) -> bool {
        self.version == Version::Http11
            && self
                .values(b"expect")
                .any(|value| value.eq_ignore_ascii_case(b"100-continue"))
    }

    /// Takes every `Connection` field off, and with it what it says of this one connection. Call before a message goes
    /// on to the next hop, which gets its own: `Connection: X-Forwarded-For` must not make that hop drop our fields.
    /// `upgrade` stays asked for when `keep_upgrade`, and of `TE` only `trailers` goes on.
    pub fn strip_connection(&mut self, keep_upgrade: bool) {
        const ALL: u32 = Known::Connection.bit() | Known::KeepAlive.bit() | Known::ProxyConnection.bit() | Known::Te.bit();
        if self.seen & ALL == 0 {
            return;
        }
        let trailers = self.values(b"te").any(|value| list_has(value, b"trailers"));
        if self.remove(b"te") != 0 && trailers {
            self.add(b"TE", b"trailers");
        }
        self.remove(b"keep-alive");
        self.remove(b"proxy-connection");
        if self.remove(b"connection") != 0 && keep_upgrade {
            self.add(b"Connection", b"Upgrade");
        }
    }

    /// Makes `Content-Length` and `Transfer-Encoding` say what `body` is. Call before [`Head::write`] when rules may have
    /// touched those fields or the body was changed: a message must never go on with framing that is not its own.
    pub fn set_body(&mut self, body: Body) {
        match body {
            Body::Length(length) => {
                self.remove(b"transfer-encoding");
                let mut digits = [0u8; 20];
                let text = decimal(length, &mut digits);
                let mut values = self.values(b"content-length");
                if values.next() != Some(text) || values.next().is_some() {
                    drop(values);
                    self.set(b"Content-Length", text);
                }
            }
            Body::Chunked => {
                self.remove(b"content-length");
                let mut values = self.values(b"transfer-encoding");
                let right = values.next().is_some_and(|value| value.eq_ignore_ascii_case(b"chunked")) && values.next().is_none();
                drop(values);
                if !right {
                    self.set(b"Transfer-Encoding", b"chunked");
                }
            }
            Body::None | Body::Close => {
                self.remove(b"content-length");
                self.remove(b"transfer-encoding");
            }
        }
    }

    #[inline]
    pub(crate) fn may_have(&self, known: Known) -> bool {
        known == Known::Other || self.seen & known.bit() != 0
    }

    #[inline]
    fn is_named(&self, field: &Field, known: Known, name: &[u8]) -> bool {
        if known == Known::Other {
            field.known == Known::Other
                && (field.name.end - field.name.start) as usize == name.len()
                && self.bytes(field.name).eq_ignore_ascii_case(name)
        } else {
            field.known == known
        }
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

    /// Appends with what would end the line made harmless: a rule's value may hold bytes that a client chose.
    fn push_value(&mut self, bytes: &[u8]) -> Span {
        let span = self.push(bytes);
        if memchr::memchr3(b'\r', b'\n', 0, bytes).is_some() {
            for byte in &mut self.buf[span.start as usize..] {
                if matches!(*byte, b'\r' | b'\n' | 0) {
                    *byte = b' ';
                }
            }
        }
        span
    }
}

/// Edits of one head stop growing it here (bytes); over it, `add` and `rewrite` change nothing.
const MAX_BUFFER: usize = 64 << 20;

/// The decimal digits of a number, written into `room`.
fn decimal(mut number: u64, room: &mut [u8; 20]) -> &[u8] {
    let mut at = room.len();
    loop {
        at -= 1;
        room[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return &room[at..];
        }
    }
}
