//! From bytes to a [`Head`], line by line. A line that is not complete is looked at again only from where the search for
//! its end stopped.

use super::head::{Field, Framing, Head, Span, Stage, Version};
use super::host;
use super::known::{Known, FRAMING};
use super::normal;
use super::scan::{line_stop, name};
use super::start::{check_target, early_check, plain_request_line, plain_status_line, request_line, status_line};
use super::HeadError;
use memchr::memchr;

/// Bounds of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a head, the blank line included (`tune.bufsize` less `tune.maxrewrite`).
    pub max_head: usize,
    /// `tune.http.maxhdr`; counted as HAProxy does, so that one less field lines pass (100 of the default 101).
    pub max_headers: usize,
    /// `option accept-invalid-http-request` or `-response`.
    pub relaxed: bool,
    /// `h1-accept-payload-with-any-method`.
    pub any_payload: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_head: 15_360,
            max_headers: 101,
            relaxed: false,
            any_payload: false,
        }
    }
}

/// Whether a head is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Call again with the same bytes and more after them, and the same `Head`.
    Partial,
    /// The head took this many bytes of the input; the body starts there.
    Done { consumed: usize },
}

/// Reads a request head from the begin of `input`.
///
/// # Errors
/// Whatever RFC 9112 says to refuse; the head must not be used then.
pub fn parse_request(input: &[u8], limits: &Limits, head: &mut Head) -> Result<Progress, HeadError> {
    parse(input, limits, head, false)
}

/// Reads a response head from the begin of `input`.
///
/// # Errors
/// As [`parse_request`].
pub fn parse_response(input: &[u8], limits: &Limits, head: &mut Head) -> Result<Progress, HeadError> {
    parse(input, limits, head, true)
}

fn parse(input: &[u8], limits: &Limits, head: &mut Head, response: bool) -> Result<Progress, HeadError> {
    if head.stage == Stage::Done {
        head.clear();
    }
    let result = step(input, limits, head, response);
    if result.is_err() {
        // The next parse with this head starts afresh.
        head.stage = Stage::Done;
    }
    result
}

fn step(input: &[u8], limits: &Limits, head: &mut Head, response: bool) -> Result<Progress, HeadError> {
    let max = limits.max_head.min(MAX_HEAD);
    let within = &input[..input.len().min(max)];
    match lines(within, limits, head, response)? {
        None if input.len() >= max => Err(HeadError::TooLarge),
        None => Ok(Progress::Partial),
        Some(consumed) => {
            finish(within, consumed, limits, head)?;
            Ok(Progress::Done { consumed })
        }
    }
}

/// Longest field name, as in HAProxy.
pub(crate) const MAX_NAME: usize = 255;
/// Spans are `u32`; a limit over this is cut to it.
const MAX_HEAD: usize = 16 << 20;

/// A line found: its bytes are `begin..end`, the next one starts at `next`, `clean` when CRLF ended it.
struct Line {
    end: usize,
    next: usize,
    clean: bool,
}

fn lines(input: &[u8], limits: &Limits, head: &mut Head, response: bool) -> Result<Option<usize>, HeadError> {
    if head.stage == Stage::Start && !start(input, limits, head, response)? {
        return Ok(None);
    }
    let base = head.skipped as usize;
    Ok(fields(input.get(base..).unwrap_or(&[]), limits, head)?.map(|end| base + end))
}

/// Reads the start line; says whether all of it is there.
fn start(input: &[u8], limits: &Limits, head: &mut Head, response: bool) -> Result<bool, HeadError> {
    let mut at = head.skipped as usize;
    // RFC 9112 section 2.2: empty lines before a request line are skipped; HAProxy does so.
    while matches!(input.get(at), Some(b'\r' | b'\n')) && !response {
        match input.get(at..) {
            Some([b'\r', b'\n', ..]) => at += 2,
            Some([b'\n', ..]) if limits.relaxed => at += 1,
            Some([b'\r']) => return Ok(false),
            _ => break,
        }
    }
    head.skipped = at as u32;
    let line = input.get(at..).unwrap_or(&[]);
    // Once only: a line that trickles in is not to be read from its begin each time.
    let plain = match (head.scanned, response) {
        (0, true) => plain_status_line(line, head),
        (0, false) => plain_request_line(line, head),
        _ => None,
    };
    let next = if let Some(next) = plain {
        head.start_end = next as u32;
        next
    } else {
        let lenient = limits.relaxed || response;
        let Some(found) = next_line(line, head.scanned as usize, lenient, HeadError::StartLine)? else {
            head.scanned = line.len() as u32;
            early_check(line, response)?;
            return Ok(false);
        };
        let canonical = if response {
            status_line(&line[..found.end], head)?
        } else {
            request_line(&line[..found.end], limits, head)?
        };
        head.start_end = if found.clean && canonical { found.next as u32 } else { 0 };
        found.next
    };
    head.response = response;
    head.stage = Stage::Fields;
    head.line = next as u32;
    head.scanned = head.line;
    Ok(true)
}

/// Finds the end of the line that starts at 0, searching from `from`.
fn next_line(input: &[u8], from: usize, relaxed: bool, bare_cr: HeadError) -> Result<Option<Line>, HeadError> {
    let Some(lf) = memchr(b'\n', input.get(from..).unwrap_or(&[])).map(|found| from + found) else {
        return Ok(None);
    };
    let clean = lf > 0 && input[lf - 1] == b'\r';
    let end = lf - usize::from(clean);
    if memchr(b'\r', &input[..end]).is_some() {
        return Err(bare_cr);
    }
    if !clean && !relaxed {
        return Err(HeadError::BareLf);
    }
    Ok(Some(Line {
        end,
        next: lf + 1,
        clean,
    }))
}

/// Reads field lines from `head.line`; gives the end of the head once the blank line is there.
fn fields(input: &[u8], limits: &Limits, head: &mut Head) -> Result<Option<usize>, HeadError> {
    let mut at = head.line as usize;
    // The line at hand was begun in an earlier call: go on only when its end has come.
    if head.scanned as usize > at && memchr(b'\n', input.get(head.scanned as usize..).unwrap_or(&[])).is_none() {
        head.scanned = input.len() as u32;
        return Ok(None);
    }
    loop {
        at = plain_fields(input, at, limits.max_headers, head);
        match field(input, at, limits, head)? {
            Step::Next(next) => at = next,
            Step::End(end) => return Ok(Some(end)),
            Step::Partial => {
                head.line = at as u32;
                head.scanned = input.len() as u32;
                return Ok(None);
            }
        }
    }
}

/// Notes the fields from `at` on, as long as their lines are as nearly all are: `Name: value`, with one space and CRLF. Gives where
/// the first other line begins, or one that is not all there: [`field`] judges it.
#[inline(never)]
fn plain_fields(input: &[u8], mut at: usize, max_headers: usize, head: &mut Head) -> usize {
    let mut rest = input.get(at..).unwrap_or(&[]);
    while head.fields.len() + 1 < max_headers {
        let colon = name(rest);
        let Some((line, [b':', b' ', value @ ..])) = rest.split_at_checked(colon) else {
            break;
        };
        let Some((value, [b'\r', b'\n', behind @ ..])) = line_stop(value).and_then(|end| value.split_at_checked(end)) else {
            break;
        };
        if matches!(value, [b' ' | b'\t', ..] | [.., b' ' | b'\t']) || !(1..=MAX_NAME).contains(&colon) {
            break;
        }
        let known = Known::of(line);
        let start = at + colon + 2;
        let stop = start + value.len();
        head.seen |= known.bit();
        head.fields.push(Field {
            name: Span::new(at, at + colon),
            value: Span::new(start, stop),
            line_end: (stop + 2) as u32,
            known,
        });
        at = stop + 2;
        rest = behind;
    }
    at
}

enum Step {
    Next(usize),
    End(usize),
    Partial,
}

fn field(input: &[u8], at: usize, limits: &Limits, head: &mut Head) -> Result<Step, HeadError> {
    if input.get(at..at + 2) == Some(b"\r\n") {
        return Ok(Step::End(at + 2));
    }
    let colon = at + name(input.get(at..).unwrap_or(&[]));
    match input.get(colon) {
        None => return Ok(Step::Partial),
        Some(b':') if colon > at && colon - at <= MAX_NAME => {}
        Some(_) => return odd_line(input, at, colon, limits, head),
    }
    let mut start = colon + 1;
    while matches!(input.get(start), Some(b' ' | b'\t')) {
        start += 1;
    }
    let Some((end, next, clean)) = value_end(input, start, limits.relaxed, head.response)? else {
        return Ok(Step::Partial);
    };
    let mut stop = end;
    while stop > start && matches!(input[stop - 1], b' ' | b'\t') {
        stop -= 1;
    }
    if head.fields.len() + 1 >= limits.max_headers {
        return Err(HeadError::TooManyHeaders);
    }
    head.ragged |= !clean;
    let known = Known::of(&input[at..colon]);
    head.seen |= known.bit();
    head.fields.push(Field {
        name: Span::new(at, colon),
        value: Span::new(start, stop),
        line_end: if clean { next as u32 } else { 0 },
        known,
    });
    Ok(Step::Next(next))
}

/// Where a value that starts at `start` ends: its end, the next line's start, and whether CRLF ended it.
#[inline]
fn value_end(input: &[u8], start: usize, relaxed: bool, response: bool) -> Result<Option<(usize, usize, bool)>, HeadError> {
    let mut from = start;
    loop {
        let Some(found) = line_stop(input.get(from..).unwrap_or(&[])) else {
            return Ok(None);
        };
        let end = from + found;
        match (input[end], input.get(end + 1)) {
            (b'\r', Some(b'\n')) => return Ok(Some((end, end + 2, true))),
            (b'\r', None) => return Ok(None),
            (b'\n', _) if relaxed || response => return Ok(Some((end, end + 1, false))),
            (b'\n', _) => return Err(HeadError::BareLf),
            (0, _) if relaxed => from = end + 1,
            _ => return Err(HeadError::Value),
        }
    }
}

/// A line that is no `name: value`: the blank one, a folded one, or a wrong one. `stop` is its first byte that is no token's.
#[cold]
fn odd_line(input: &[u8], at: usize, stop: usize, limits: &Limits, head: &mut Head) -> Result<Step, HeadError> {
    let lenient = limits.relaxed || head.response;
    if stop == at {
        match (input[at], input.get(at + 1)) {
            (b'\r', Some(b'\n')) => return Ok(Step::End(at + 2)),
            (b'\r', None) => return Ok(Step::Partial),
            (b'\r', _) => return Err(HeadError::Name),
            (b'\n', _) if lenient => return Ok(Step::End(at + 1)),
            (b'\n', _) => return Err(HeadError::BareLf),
            (b':', _) => return Err(HeadError::Name),
            (b' ' | b'\t', _) if lenient => return fold(input, at, limits, head),
            (b' ' | b'\t', _) => return Err(HeadError::Fold),
            _ => {}
        }
    }
    if matches!(input[stop], b'\r' | b'\n') {
        return Err(HeadError::NoColon);
    }
    if !limits.relaxed || stop - at > MAX_NAME {
        return Err(HeadError::Name);
    }
    // Relaxed: a line with a wrong name is dropped, never forwarded (manual, accept-unsafe-violations-in-http-request).
    let Some((_, next, _)) = value_end(input, stop, true, true)? else {
        return Ok(Step::Partial);
    };
    if !input[at..next].contains(&b':') {
        return Err(HeadError::NoColon);
    }
    // The bytes can no longer be written as a whole; runs of lines join only lines that touch.
    head.dropped = true;
    Ok(Step::Next(next))
}

/// Responses, and relaxed requests: a folded line goes on the value before it. The line break is turned into spaces when
/// the head is complete (RFC 9112 section 5.2).
fn fold(input: &[u8], at: usize, limits: &Limits, head: &mut Head) -> Result<Step, HeadError> {
    let Some((end, next, _)) = value_end(input, at, limits.relaxed, true)? else {
        return Ok(Step::Partial);
    };
    // A fold of a line that was dropped, or of the start line, has nothing to go on.
    let Some(last) = head.fields.last_mut().filter(|_| !head.dropped) else {
        return Err(HeadError::Fold);
    };
    let mut stop = end;
    while stop > last.value.start as usize && matches!(input[stop - 1], b' ' | b'\t' | b'\r' | b'\n') {
        stop -= 1;
    }
    last.value.end = last.value.end.max(stop as u32);
    // The value may have been empty so far: then it begins on this line.
    while last.value.start < last.value.end && matches!(input[last.value.start as usize], b' ' | b'\t' | b'\r' | b'\n') {
        last.value.start += 1;
    }
    last.line_end = 0;
    head.ragged = true;
    Ok(Step::Next(next))
}

/// The head is complete: take its bytes, then judge what the fields say together.
fn finish(input: &[u8], consumed: usize, limits: &Limits, head: &mut Head) -> Result<(), HeadError> {
    let base = head.skipped as usize;
    head.buf.clear();
    head.buf.extend_from_slice(&input[base..consumed]);
    head.stage = Stage::Done;
    let clean = head.start_end != 0 && !head.dropped && !head.ragged && head.buf.ends_with(b"\r\n");
    head.whole = if clean { head.buf.len() as u32 } else { 0 };
    if !clean {
        for field in &head.fields {
            if field.line_end == 0 {
                for byte in &mut head.buf[field.value.start as usize..field.value.end as usize] {
                    if matches!(*byte, b'\r' | b'\n') {
                        *byte = b' ';
                    }
                }
            }
        }
    }
    let framed = framing(limits, head);
    if head.response {
        return framed;
    }
    payload(limits, head, framed)?;
    check_target(limits, head)?;
    host::check(limits.relaxed, head)?;
    if head.target().first() != Some(&b'/') {
        normal::target(head);
    }
    Ok(())
}

/// Old agents don't look for a body behind these methods: it could be taken for a request of its own. Not even a relaxed reader lets
/// one pass. `framed`: what is wrong with the fields themselves.
fn payload(limits: &Limits, head: &Head, framed: Result<(), HeadError>) -> Result<(), HeadError> {
    if head.version != Version::Http10 || limits.any_payload || !matches!(head.method(), b"GET" | b"HEAD" | b"DELETE") {
        return framed;
    }
    let chunked = || {
        let mut lines = head.lines(Known::TransferEncoding);
        lines.next().is_some_and(|line| line.eq_ignore_ascii_case(b"chunked")) && lines.next().is_none()
    };
    match framed {
        Ok(()) if matches!(head.framing, Framing::Absent | Framing::Length(0)) => Ok(()),
        Err(HeadError::TransferEncoding) if !chunked() => framed,
        Ok(()) | Err(HeadError::TransferEncoding) => Err(HeadError::Payload),
        Err(_) => framed,
    }
}

fn framing(limits: &Limits, head: &mut Head) -> Result<(), HeadError> {
    if head.seen & FRAMING == 0 {
        head.framing = Framing::Absent;
        return Ok(());
    }
    if let Some(length) = head.plain_length() {
        head.framing = Framing::Length(length);
        head.sized = true;
        return Ok(());
    }
    head.framing = head.framing_of_fields(limits.relaxed)?;
    if head.response && (head.status < 200 || head.status == 204) {
        // RFC 9110 section 8.6 and RFC 9112 section 6.1: these have neither field.
        head.set_body(super::Body::None);
        head.framing = Framing::Absent;
    }
    match head.framing {
        // RFC 9112 section 6.1: Transfer-Encoding wins, Content-Length goes, and the connection ends after it.
        Framing::Chunked if head.may_have(Known::ContentLength) || head.version == Version::Http10 => {
            head.remove(b"content-length");
            head.must_close = true;
        }
        Framing::Absent => {
            head.remove(b"transfer-encoding");
        }
        Framing::Length(length) => {
            // Equal duplicates become one (RFC 9112 section 6.3, 5).
            let mut lines = head.values(b"content-length");
            let single = !head.may_have(Known::ContentLength)
                || lines.next().is_some_and(|line| memchr(b',', line).is_none()) && lines.next().is_none();
            drop(lines);
            if !single {
                head.set_body(super::Body::Length(length));
            }
        }
        _ => {}
    }
    Ok(())
}
