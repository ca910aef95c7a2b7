//! Chunked bodies decoded and encoded anew, in place.
//!
//! What is written never overtakes what was read and judged: a size line written here has no more digits than the one it replaces, or
//! it stands in the head room of the buffer because its chunk began in an earlier read.

use crate::buffer::Buffer;
use steelyard_core::http1::{ChunkDecoder, ChunkError, ChunkStep};

/// Trailer fields that would change how the message is read; they are dropped (RFC 9110 section 6.5.1).
const FORBIDDEN_TRAILERS: [&[u8]; 4] = [b"content-length", b"transfer-encoding", b"host", b"connection"];

/// The state of one chunked body.
#[derive(Default)]
pub struct Rechunk {
    decoder: ChunkDecoder,
    /// Sent on as plain bytes: the receiver knows no chunks.
    plain: bool,
    /// Data was written whose CRLF was not.
    owed: bool,
    /// The last chunk was written; trailers may follow.
    last: bool,
}

/// What one run over a buffer gave.
pub struct Run {
    /// Bytes at the front of the buffer that may be sent.
    pub ready: usize,
    /// Dead bytes behind them.
    pub skip: usize,
    /// The body is complete.
    pub done: bool,
}

/// Where the output stands in the buffer; `None` until something is written.
type Span = Option<(usize, usize)>;

impl Rechunk {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the chunks off.
    pub fn to_plain() -> Self {
        Self {
            plain: true,
            ..Self::default()
        }
    }

    /// Works through all that the buffer holds.
    pub fn run(&mut self, input: &mut Buffer) -> Result<Run, ChunkError> {
        let mut span: Span = None;
        let mut done = false;
        let (memory, mut at, end) = input.raw();
        while at < end && !done {
            match self.decoder.step(memory.get(at..end).unwrap_or_default())? {
                ChunkStep::NeedMore { consumed } => {
                    at += consumed;
                    break;
                }
                ChunkStep::Data { start, len } => {
                    let from = at + start;
                    if len > 0 {
                        self.size_line(memory, &mut span, from, len)?;
                        copy(memory, &mut span, from, len);
                        self.owed = !self.plain;
                    }
                    at = from + len;
                }
                ChunkStep::Trailer { name, value, consumed } => {
                    let (name, value) = ((at + name.0, at + name.1), (at + value.0, at + value.1));
                    at += consumed;
                    self.trailer(memory, &mut span, name, value, at)?;
                }
                ChunkStep::End { consumed } => {
                    at += consumed;
                    self.last_chunk(memory, &mut span, at)?;
                    self.put(memory, &mut span, at, b"\r\n")?;
                    done = true;
                }
            }
        }
        let mut stop = end;
        if self.owed && at == end {
            // The receiver may wait for the end of the chunk. There is room behind the last byte.
            self.owed = false;
            let (_, behind) = span.unwrap_or((end, end));
            stop = stop.max(behind + 2);
            at = at.max(behind + 2);
            self.put(memory, &mut span, at, b"\r\n")?;
        }
        let (from, to) = span.unwrap_or((at, at));
        input.set_span(from, stop);
        Ok(Run {
            ready: to - from,
            skip: at - to,
            done,
        })
    }

    fn size_line(&mut self, memory: &mut [u8], span: &mut Span, from: usize, len: usize) -> Result<(), ChunkError> {
        let mut line = [0u8; 20];
        let line = size_line(len, self.owed, &mut line);
        self.owed = false;
        self.put(memory, span, from, line)
    }

    fn last_chunk(&mut self, memory: &mut [u8], span: &mut Span, before: usize) -> Result<(), ChunkError> {
        if self.last {
            return Ok(());
        }
        self.last = true;
        let line: &[u8] = if self.owed { b"\r\n0\r\n" } else { b"0\r\n" };
        self.owed = false;
        // Two bytes are kept for the blank line behind it.
        self.put(memory, span, before.saturating_sub(2), line)
    }

    fn trailer(
        &mut self,
        memory: &mut [u8],
        span: &mut Span,
        name: (usize, usize),
        value: (usize, usize),
        end: usize,
    ) -> Result<(), ChunkError> {
        self.last_chunk(memory, span, name.0 + 2)?;
        let text = memory.get(name.0..name.1).unwrap_or_default();
        if self.plain
            || FORBIDDEN_TRAILERS
                .iter()
                .any(|forbidden| text.eq_ignore_ascii_case(forbidden))
        {
            return Ok(());
        }
        copy(memory, span, name.0, name.1 - name.0);
        self.put(memory, span, end, b":")?;
        copy(memory, span, value.0, value.1 - value.0);
        self.put(memory, span, end, b"\r\n")
    }

    /// Writes framing bytes behind the output, or so that they end at `before` when there is no output yet.
    fn put(&self, memory: &mut [u8], span: &mut Span, before: usize, bytes: &[u8]) -> Result<(), ChunkError> {
        if self.plain {
            return Ok(());
        }
        let (start, stop) = span.unwrap_or_else(|| {
            let start = before.saturating_sub(bytes.len());
            (start, start)
        });
        let end = stop + bytes.len();
        // Nothing that was not judged yet may be written over.
        let to = memory.get_mut(stop..end).filter(|_| end <= before).ok_or(ChunkError::Size)?;
        to.copy_from_slice(bytes);
        *span = Some((start, end));
        Ok(())
    }
}

/// Moves input bytes behind the output.
fn copy(memory: &mut [u8], span: &mut Span, from: usize, len: usize) {
    let (start, stop) = span.unwrap_or((from, from));
    if stop != from {
        memory.copy_within(from..from + len, stop);
    }
    *span = Some((start, stop + len));
}

/// The size line of a chunk, behind the end of the one before where that is `owed`.
fn size_line(len: usize, owed: bool, line: &mut [u8; 20]) -> &[u8] {
    let digits = ((usize::BITS - len.leading_zeros()).div_ceil(4)).max(1) as usize;
    let lead = if owed { 2 } else { 0 };
    let text = (0..digits).map(|index| {
        let nibble = (len >> (4 * (digits - 1 - index))) & 15;
        b"0123456789abcdef".get(nibble).copied().unwrap_or(b'0')
    });
    let whole = b"\r\n".iter().copied().take(lead).chain(text).chain(*b"\r\n");
    for (slot, byte) in line.iter_mut().zip(whole) {
        *slot = byte;
    }
    line.get(..lead + digits + 2).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a body through, cut in pieces of `cut` bytes; gives what was sent and what was left over.
    fn through(body: &[u8], cut: usize) -> Result<(Vec<u8>, Vec<u8>), ChunkError> {
        through_with(Rechunk::new(), body, cut)
    }

    fn through_with(mut rechunk: Rechunk, body: &[u8], cut: usize) -> Result<(Vec<u8>, Vec<u8>), ChunkError> {
        let mut buffer = Buffer::new(64);
        let mut sent = Vec::new();
        let mut done = false;
        let mut left = Vec::new();
        for piece in body.chunks(cut) {
            if done {
                left.extend_from_slice(piece);
                continue;
            }
            assert_eq!(buffer.append(piece), piece.len());
            let run = rechunk.run(&mut buffer)?;
            sent.extend_from_slice(&buffer.data()[..run.ready]);
            buffer.consume(run.ready + run.skip);
            done = run.done;
            if done {
                left.extend_from_slice(buffer.data());
            }
        }
        assert!(done);
        Ok((sent, left))
    }

    /// The data of a whole chunked body.
    fn plain(body: &[u8]) -> Vec<u8> {
        let mut decoder = ChunkDecoder::new();
        let (mut at, mut out) = (0, Vec::new());
        loop {
            match decoder.step(&body[at..]).unwrap() {
                ChunkStep::Data { start, len } => {
                    out.extend_from_slice(&body[at + start..at + start + len]);
                    at += start + len;
                }
                ChunkStep::Trailer { consumed, .. } => at += consumed,
                ChunkStep::End { consumed } => {
                    assert_eq!(at + consumed, body.len());
                    return out;
                }
                ChunkStep::NeedMore { .. } => panic!("cut"),
            }
        }
    }

    #[test]
    fn every_cut_gives_the_same_body_without_extensions() {
        let body =
            b"5;ext=1\r\nhello\r\n00010\r\n0123456789abcdef\r\n1\r\n!\r\n0;last\r\nX-T:  1 \r\nContent-Length: 9\r\n\r\nNEXT";
        for cut in 1..64 {
            let (sent, left) = through(body, cut).unwrap();
            assert_eq!(left, b"NEXT", "cut {cut}");
            let text = String::from_utf8(sent.clone()).unwrap();
            assert!(
                !text.contains("ext") && !text.contains("last") && !text.contains("Length"),
                "cut {cut}: {text}"
            );
            assert!(text.ends_with("0\r\nX-T:1\r\n\r\n"), "cut {cut}: {text}");
            assert_eq!(plain(&sent), b"hello0123456789abcdef!", "cut {cut}: {text}");
            let (bare, left) = through_with(Rechunk::to_plain(), body, cut).unwrap();
            assert_eq!(
                (&bare[..], &left[..]),
                (&b"hello0123456789abcdef!"[..], &b"NEXT"[..]),
                "cut {cut}"
            );
        }
    }

    #[test]
    fn canonical_chunks_stay_where_they_are() {
        let body = b"5\r\nhello\r\n0\r\n\r\n";
        let (sent, _) = through(body, body.len()).unwrap();
        assert_eq!(sent, body);
    }

    #[test]
    fn a_wrong_end_of_data_is_found_although_ours_is_written_there() {
        for cut in 1..16 {
            assert!(through(b"5\r\nhelloXY0\r\n\r\n", cut).is_err(), "cut {cut}");
        }
        assert!(through(b"5\r\nhello\n0\r\n\r\n", 64).is_err());
    }
}
