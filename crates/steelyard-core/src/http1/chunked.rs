//! Chunked bodies, strictly (RFC 9112 section 7.1): CRLF only, no white space around the size, digits counted.
//!
//! The decoder holds a few numbers and no bytes. Everything it consumed without an error is well-formed, so the caller
//! may pass consumed bytes on as they are; or it may take only the data and frame it anew, which drops extensions.

/// Why a chunked body is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChunkError {
    /// The size is empty, has another byte than hexadecimal digits, over 16 of them, or is 2^52 or more.
    Size,
    /// A chunk extension is malformed, or sizes and extensions of one line are over 4096 bytes.
    Extension,
    /// The chunk's data is not followed by CRLF.
    DataEnd,
    /// A trailer field line is malformed.
    Trailer,
    /// Trailers are over 8192 bytes or 100 lines.
    TrailersTooLarge,
}

impl std::fmt::Display for ChunkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Size => "invalid chunk size",
            Self::Extension => "invalid chunk extension",
            Self::DataEnd => "chunk data not followed by CRLF",
            Self::Trailer => "invalid trailer field",
            Self::TrailersTooLarge => "trailers too large",
        })
    }
}

impl std::error::Error for ChunkError {}

/// What the decoder found in the bytes it was given. Positions are within that input; drop the consumed bytes and call
/// again with the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkStep {
    /// Nothing further to say; more bytes are needed after the `consumed` ones.
    NeedMore { consumed: usize },
    /// Body bytes; consumed is `start + len`.
    Data { start: usize, len: usize },
    /// One trailer field line, name and value without white space around them; consumed is `consumed`.
    Trailer {
        name: (usize, usize),
        value: (usize, usize),
        consumed: usize,
    },
    /// The body is complete. Further calls give `End { consumed: 0 }`.
    End { consumed: usize },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Size,
    Padding,
    Extension,
    ExtensionQuoted,
    ExtensionEscape,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    Trailers,
    Done,
}

/// Decodes one chunked body.
#[derive(Clone, Debug, Default)]
pub struct ChunkDecoder {
    state: State,
    /// Bytes that remain of the current chunk; while the size is read, the size so far.
    left: u64,
    /// Bytes after the size on its line.
    line: u16,
    /// Digits of the size so far.
    digits: u8,
    trailer_lines: u8,
    trailer_bytes: u16,
    /// Bytes of the pending trailer line that were searched for its end already.
    scanned: u16,
}

const MAX_SIZE: u64 = 1 << 52;
const MAX_DIGITS: u8 = 16;
const MAX_LINE: u16 = 4096;
/// Most bytes of trailers, and so the most that a caller must be able to hold for one line.
pub(crate) const MAX_TRAILERS: usize = 8192;
const MAX_TRAILER_LINES: u8 = 100;

impl ChunkDecoder {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether what is there of a body is wrong already.
    #[must_use]
    pub fn is_malformed(mut bytes: &[u8]) -> bool {
        let mut decoder = Self::new();
        loop {
            let consumed = match decoder.step(bytes) {
                Err(_) => return true,
                Ok(ChunkStep::NeedMore { .. } | ChunkStep::End { .. }) => return false,
                Ok(ChunkStep::Data { start, len }) => start + len,
                Ok(ChunkStep::Trailer { consumed, .. }) => consumed,
            };
            bytes = bytes.get(consumed..).unwrap_or_default();
        }
    }

    /// Whether the body is complete.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Looks at the next bytes of the body.
    pub fn step(&mut self, input: &[u8]) -> Result<ChunkStep, ChunkError> {
        let mut at = 0;
        while at < input.len() {
            let byte = input[at];
            match self.state {
                State::Data => {
                    let rest = input.len() - at;
                    let len = usize::try_from(self.left).map_or(rest, |left| left.min(rest));
                    self.left -= len as u64;
                    if self.left == 0 {
                        self.state = State::DataCr;
                    }
                    return Ok(ChunkStep::Data { start: at, len });
                }
                State::Trailers => return self.trailer(input, at),
                State::Done => return Ok(ChunkStep::End { consumed: at }),
                State::DataCr => self.state = expect(byte, b'\r', State::DataLf, ChunkError::DataEnd)?,
                State::DataLf => {
                    self.state = expect(byte, b'\n', State::Size, ChunkError::DataEnd)?;
                    (self.left, self.digits, self.line) = (0, 0, 0);
                }
                State::Size => self.size(byte)?,
                State::SizeLf => {
                    expect(byte, b'\n', State::Size, ChunkError::Extension)?;
                    self.state = if self.left == 0 { State::Trailers } else { State::Data };
                }
                State::Padding | State::Extension | State::ExtensionQuoted | State::ExtensionEscape => self.extension(byte)?,
            }
            at += 1;
        }
        if self.state == State::Done {
            return Ok(ChunkStep::End { consumed: at });
        }
        Ok(ChunkStep::NeedMore { consumed: at })
    }

    fn size(&mut self, byte: u8) -> Result<(), ChunkError> {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            b'\r' if self.digits > 0 => {
                self.state = State::SizeLf;
                return Ok(());
            }
            b';' if self.digits > 0 => {
                self.state = State::Extension;
                return Ok(());
            }
            // White space before an extension is legal (RFC 9112 section 7.1.1), and some servers pad the size with it.
            b' ' | b'\t' if self.digits > 0 => {
                self.state = State::Padding;
                return Ok(());
            }
            _ => return Err(ChunkError::Size),
        };
        self.digits += 1;
        self.left = self.left * 16 + u64::from(digit);
        if self.digits > MAX_DIGITS || self.left >= MAX_SIZE {
            return Err(ChunkError::Size);
        }
        Ok(())
    }

    fn extension(&mut self, byte: u8) -> Result<(), ChunkError> {
        self.line += 1;
        let control = (byte < b' ' && byte != b'\t') || byte == 127;
        self.state = match (self.state, byte) {
            (State::Extension | State::Padding, b'\r') => State::SizeLf,
            _ if control || self.line > MAX_LINE => return Err(ChunkError::Extension),
            (State::Padding, b' ' | b'\t') => State::Padding,
            (State::Padding, b';') => State::Extension,
            (State::Padding, _) => return Err(ChunkError::Size),
            (State::Extension, b'"') => State::ExtensionQuoted,
            (State::ExtensionQuoted, b'"') | (State::Extension, _) => State::Extension,
            (State::ExtensionQuoted, b'\\') => State::ExtensionEscape,
            _ => State::ExtensionQuoted,
        };
        Ok(())
    }

    /// One line of the trailer section, or the blank line that ends it.
    fn trailer(&mut self, input: &[u8], at: usize) -> Result<ChunkStep, ChunkError> {
        let rest = &input[at..];
        let room = MAX_TRAILERS - usize::from(self.trailer_bytes);
        let from = usize::from(self.scanned).min(rest.len());
        let Some(lf) = memchr::memchr(b'\n', &rest[from..]).map(|found| from + found) else {
            if rest.len() > room {
                return Err(ChunkError::TrailersTooLarge);
            }
            // `rest` is at most `MAX_TRAILERS` bytes here.
            self.scanned = rest.len() as u16;
            return Ok(ChunkStep::NeedMore { consumed: at });
        };
        self.scanned = 0;
        if lf >= room {
            return Err(ChunkError::TrailersTooLarge);
        }
        let line = match rest[..lf].split_last() {
            Some((b'\r', line)) => line,
            _ => return Err(ChunkError::Trailer),
        };
        let consumed = at + lf + 1;
        if line.is_empty() {
            self.state = State::Done;
            return Ok(ChunkStep::End { consumed });
        }
        self.trailer_bytes += (lf + 1) as u16;
        self.trailer_lines += 1;
        if self.trailer_lines > MAX_TRAILER_LINES {
            return Err(ChunkError::TrailersTooLarge);
        }
        let colon = memchr::memchr(b':', line).ok_or(ChunkError::Trailer)?;
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        if !super::token::is_token(name) || memchr::memchr2(b'\r', 0, value).is_some() {
            return Err(ChunkError::Trailer);
        }
        let trimmed = super::token::trim(value);
        let lead = value.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let start = at + colon + 1 + if trimmed.is_empty() { 0 } else { lead };
        Ok(ChunkStep::Trailer {
            name: (at, at + colon),
            value: (start, start + trimmed.len()),
            consumed,
        })
    }
}

fn expect(byte: u8, wanted: u8, next: State, error: ChunkError) -> Result<State, ChunkError> {
    if byte == wanted {
        Ok(next)
    } else {
        Err(error)
    }
}
