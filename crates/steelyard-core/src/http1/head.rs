//! A message head: its bytes once, and an index of spans over them.
//!
//! The received bytes are copied in one go when a head is complete. Edits append new bytes to the same buffer and move
//! spans; nothing else is allocated. Field lines that were not touched are written out as the runs of bytes they came
//! in, so a head without edits is one copy.

use super::known::Known;

/// Edits of one head stop growing it here (bytes); over it, `add` and `rewrite` change nothing.
pub(crate) const MAX_BUFFER: usize = 64 << 20;

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
    /// One bit for each [`Known`] name of which a field was added here.
    pub(crate) added: u32,
    pub(crate) method: Span,
    pub(crate) target: Span,
    pub(crate) reason: Span,
    pub(crate) status: u16,
    pub(crate) version: Version,
    pub(crate) response: bool,
    /// End of the start line, CRLF included, while it stands at the buffer's begin as received; else 0.
    pub(crate) start_end: u32,
    /// The buffer's first `whole` bytes without those of `cut` are this head exactly; 0 after an edit.
    pub(crate) whole: u32,
    /// A received line that was taken out.
    pub(crate) cut: Span,
    pub(crate) framing: Framing,
    /// One `Content-Length` stands there, as [`Head::set_body`] would write it, and no `Transfer-Encoding`.
    pub(crate) sized: bool,
    /// The connection must not carry a further message (contradicting framing, RFC 9112 section 6.1).
    pub(crate) must_close: bool,
    /// Relaxed parsing left a received line out of the index.
    pub(crate) dropped: bool,
    /// Some received line can't be written as it came (bare LF, folded).
    pub(crate) ragged: bool,
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
        self.added = 0;
        self.method = Span::default();
        self.target = Span::default();
        self.reason = Span::default();
        self.status = 0;
        self.version = Version::Http11;
        self.response = false;
        self.start_end = 0;
        self.whole = 0;
        self.cut = Span::default();
        self.framing = Framing::Unknown;
        self.sized = false;
        self.must_close = false;
        self.dropped = false;
        self.ragged = false;
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

    /// The fields, in order, as name and value without surrounding white space.
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields
            .iter()
            .map(|field| (self.bytes(field.name), self.bytes(field.value)))
    }

    /// Bytes that the head holds, texts that were replaced counted: never less than [`Head::length`].
    #[inline]
    #[must_use]
    pub fn memory(&self) -> usize {
        self.buf.len()
    }

    /// Bytes of the head as it would be written now.
    #[must_use]
    pub fn length(&self) -> usize {
        let span = |span: Span| (span.end - span.start) as usize;
        let start = if self.response {
            // `HTTP/1.1 200 ` and the line's end.
            15 + span(self.reason)
        } else {
            12 + span(self.method) + span(self.target)
        };
        // `: ` and the line's end.
        let fields = self.fields.iter().map(|field| span(field.name) + span(field.value) + 4);
        start + fields.sum::<usize>() + 2
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
        self.named(Known::of(name), name)
    }

    #[inline]
    pub(crate) fn named<'a>(&'a self, known: Known, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let fields: &[Field] = if self.may_have(known) { &self.fields } else { &[] };
        fields
            .iter()
            .filter(move |field| self.is_named(field, known, name))
            .map(|field| self.bytes(field.value))
    }

    /// All field lines of one of the names that are recognised while parsing, in order.
    #[inline]
    pub(crate) fn lines(&self, known: Known) -> impl Iterator<Item = &[u8]> {
        let fields: &[Field] = if self.may_have(known) { &self.fields } else { &[] };
        fields
            .iter()
            .filter(move |field| field.known == known)
            .map(|field| self.bytes(field.value))
    }

    /// Appends start line, fields and the blank line to `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        if self.whole != 0 {
            out.extend_from_slice(self.buf.get(..self.cut.start as usize).unwrap_or(&[]));
            out.extend_from_slice(self.buf.get(self.cut.end as usize..self.whole as usize).unwrap_or(&[]));
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

    #[inline]
    pub(crate) fn may_have(&self, known: Known) -> bool {
        known == Known::Other || self.seen & known.bit() != 0
    }

    #[inline]
    pub(crate) fn is_named(&self, field: &Field, known: Known, name: &[u8]) -> bool {
        if known == Known::Other {
            field.known == Known::Other
                && (field.name.end - field.name.start) as usize == name.len()
                && self.bytes(field.name).eq_ignore_ascii_case(name)
        } else {
            field.known == known
        }
    }
}
