//! Request lines and status lines (RFC 9112 sections 3 and 4).

use super::head::{Head, Span, Version};
use super::parse::Limits;
use super::scan::{line_stop, run};
use super::target::{split, TargetForm};
use super::token::{is_token, CLASS, DIGIT, HIGH, TOKEN, URI};
use super::HeadError;
use memchr::memchr;

/// Refuses at once what can never become a start line (TLS or garbage on a clear port), without waiting for its end.
pub(super) fn early_check(line: &[u8], response: bool) -> Result<(), HeadError> {
    let start = &line[..line.len().min(24)];
    if response {
        let known = start.len().min(5);
        if start[..known] != b"HTTP/"[..known] {
            return Err(HeadError::Version);
        }
    } else {
        let word = &start[..memchr(b' ', start).unwrap_or(start.len())];
        if word.iter().any(|&b| CLASS[b as usize] & TOKEN == 0) {
            return Err(HeadError::Method);
        }
    }
    Ok(())
}

/// Reads the line that nearly every request begins with, in one pass: a method, a target of visible ASCII, version 1.0 or 1.1, and
/// CRLF. Gives where the next line begins; `None` for any other line, and for one that is not all there: [`request_line`] judges it.
pub(super) fn plain_request_line(input: &[u8], head: &mut Head) -> Option<usize> {
    let method_end = run(input, TOKEN);
    if method_end == 0 || *input.get(method_end)? != b' ' {
        return None;
    }
    let start = method_end + 1;
    let end = start + run(input.get(start..)?, URI);
    let (next, version) = match input.get(end..end + 11)? {
        b" HTTP/1.1\r\n" => (end + 11, Version::Http11),
        b" HTTP/1.0\r\n" => (end + 11, Version::Http10),
        _ => return None,
    };
    if start == end {
        return None;
    }
    head.version = version;
    head.method = Span::new(0, method_end);
    head.target = Span::new(start, end);
    Some(next)
}

/// The same of a response; [`status_line`] judges the others.
pub(super) fn plain_status_line(input: &[u8], head: &mut Head) -> Option<usize> {
    let version = match input.first_chunk()? {
        b"HTTP/1.1 " => Version::Http11,
        b"HTTP/1.0 " => Version::Http10,
        _ => return None,
    };
    let &[a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', b' '] = input.get(9..)?.first_chunk()? else {
        return None;
    };
    let end = 13 + line_stop(input.get(13..)?)?;
    if input.get(end..end + 2)? != b"\r\n" {
        return None;
    }
    head.version = version;
    head.status = status(a, b, c);
    head.reason = Span::new(13, end);
    Some(end + 2)
}

fn status(a: u8, b: u8, c: u8) -> u16 {
    u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0')
}

/// Fills in the head; says whether the line can go on as it is (else it is composed anew).
pub(super) fn request_line(line: &[u8], limits: &Limits, head: &mut Head) -> Result<bool, HeadError> {
    let method_end = memchr(b' ', line).ok_or(HeadError::StartLine)?;
    if !is_token(&line[..method_end]) {
        return Err(HeadError::Method);
    }
    let start = method_end + 1;
    let allowed = if limits.relaxed { URI | HIGH } else { URI };
    let length = run(&line[start..], allowed);
    let end = start + length;
    match line.get(end) {
        // Without a version: HTTP/0.9.
        None => return Err(HeadError::Version),
        Some(b' ') if length > 0 => {}
        Some(_) => return Err(HeadError::Target),
    }
    let (version, canonical) = version(&line[end + 1..])?;
    head.version = version;
    head.method = Span::new(0, method_end);
    head.target = Span::new(start, end);
    Ok(canonical)
}

/// As [`request_line`].
pub(super) fn status_line(line: &[u8], head: &mut Head) -> Result<bool, HeadError> {
    let Some((proto, rest)) = line.split_at_checked(8) else {
        return Err(HeadError::StartLine);
    };
    let (version, mut canonical) = version(proto)?;
    head.version = version;
    let [b' ', code @ ..] = rest else {
        return Err(HeadError::StartLine);
    };
    let Some((&[a, b, c], rest)) = code.split_first_chunk::<3>() else {
        return Err(HeadError::Status);
    };
    if [a, b, c].iter().any(|&d| CLASS[d as usize] & DIGIT == 0) || a == b'0' {
        return Err(HeadError::Status);
    }
    // RFC 9112 section 4: the space before an absent reason is sent by the book, and left out by some servers.
    let reason = match rest {
        [] => {
            canonical = false;
            line.len()
        }
        [b' ', ..] => line.len() - rest.len() + 1,
        _ => return Err(HeadError::Status),
    };
    if memchr(0, &line[reason..]).is_some() {
        return Err(HeadError::StartLine);
    }
    head.status = status(a, b, c);
    head.reason = Span::new(reason, line.len());
    Ok(canonical)
}

/// The version, and whether it is one of the two that we write. A higher minor version is spoken to as 1.1
/// (RFC 9110 section 2.5).
fn version(word: &[u8]) -> Result<(Version, bool), HeadError> {
    match word {
        b"HTTP/1.1" => Ok((Version::Http11, true)),
        b"HTTP/1.0" => Ok((Version::Http10, true)),
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'2'..=b'9'] => Ok((Version::Http11, false)),
        _ => Err(HeadError::Version),
    }
}

/// The form of the target must fit the method, and its fragment has no place in a request.
pub(super) fn check_target(limits: &Limits, head: &Head) -> Result<(), HeadError> {
    let target = head.target();
    let parts = split(target);
    let connect = head.method() == b"CONNECT";
    let fits = match parts.form {
        TargetForm::Origin | TargetForm::Absolute => !connect,
        TargetForm::Asterisk => head.method() == b"OPTIONS",
        TargetForm::Authority => connect,
    };
    if !fits {
        return Err(HeadError::Target);
    }
    // Mostly short, and a search for long texts takes time to begin.
    if !limits.relaxed && target.contains(&b'#') {
        return Err(HeadError::Fragment);
    }
    Ok(())
}
