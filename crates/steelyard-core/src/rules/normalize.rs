//! `normalize-uri`: one kind of normalization of a request target at a time (RFC 3986 section 6.2).

use crate::http1::Head;
use crate::plan::Normalizer;

/// A percent sign without two digits behind it, where that is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Changes the target of a request; `option` is `full` or `strict`.
pub fn normalize(head: &mut Head, normalizer: Normalizer, option: bool) -> Result<(), Malformed> {
    let target = head.target();
    // The scheme and the authority of an absolute-form stay as they are; other forms have no path.
    let Some(whole) = crate::sample::fetch::pathq(target).filter(|whole| target.ends_with(whole)) else {
        return Ok(());
    };
    let mut made = Vec::with_capacity(target.len() + 8);
    made.extend_from_slice(&target[..target.len() - whole.len()]);
    let (path, query) = whole.split_at(memchr::memchr(b'?', whole).unwrap_or(whole.len()));
    match normalizer {
        Normalizer::FragmentStrip => made.extend_from_slice(&whole[..memchr::memchr(b'#', whole).unwrap_or(whole.len())]),
        Normalizer::FragmentEncode => {
            for byte in whole {
                match byte {
                    b'#' => made.extend_from_slice(b"%23"),
                    _ => made.push(*byte),
                }
            }
        }
        Normalizer::PathMergeSlashes => {
            for (index, byte) in path.iter().enumerate() {
                if *byte != b'/' || index == 0 || path[index - 1] != b'/' {
                    made.push(*byte);
                }
            }
            made.extend_from_slice(query);
        }
        Normalizer::PathStripDot => {
            strip_dot(path, &mut made);
            made.extend_from_slice(query);
        }
        Normalizer::PathStripDotdot => {
            strip_dotdot(path, option, &mut made);
            made.extend_from_slice(query);
        }
        Normalizer::PercentDecodeUnreserved => percent(whole, option, &mut made, |byte, digits, out| {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                out.push(byte);
            } else {
                out.extend_from_slice(digits);
            }
        })?,
        Normalizer::PercentToUppercase => percent(whole, option, &mut made, |_, digits, out| {
            out.extend(digits.iter().map(u8::to_ascii_uppercase));
        })?,
        Normalizer::QuerySortByName => {
            made.extend_from_slice(path);
            if let Some(query) = query.strip_prefix(b"?") {
                // Like HAProxy, what ends the last pair begins no other.
                let query = query.strip_suffix(b"&").unwrap_or(query);
                let mut pairs: Vec<&[u8]> = query.split(|byte| *byte == b'&').collect();
                pairs.sort_by_key(|pair| &pair[..memchr::memchr(b'=', pair).unwrap_or(pair.len())]);
                for (index, pair) in pairs.iter().enumerate() {
                    made.push(if index == 0 { b'?' } else { b'&' });
                    made.extend_from_slice(pair);
                }
            }
        }
    }
    if made != target {
        head.set_uri(&made);
    }
    Ok(())
}

/// Segments of one dot go, and the slash behind them.
fn strip_dot(path: &[u8], out: &mut Vec<u8>) {
    let mut rest = path;
    while let [first, after @ ..] = rest {
        if *first == b'/' {
            out.push(b'/');
            rest = after;
            while let [b'.'] | [b'.', b'/', ..] = rest {
                rest = rest.get(2..).unwrap_or_default();
            }
        } else {
            out.push(*first);
            rest = after;
        }
    }
}

/// Segments of two dots go with the one before; `full`: those that have none before go too.
fn strip_dotdot(path: &[u8], full: bool, out: &mut Vec<u8>) {
    let base = out.len();
    // Where segments start that can still be taken away.
    let mut starts: Vec<usize> = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let end = memchr::memchr(b'/', &rest[1..]).map_or(rest.len(), |at| at + 1);
        let (segment, after) = rest.split_at(end);
        rest = after;
        if segment == b"/.." {
            match starts.pop() {
                Some(start) => out.truncate(start),
                None if full => {}
                None => out.extend_from_slice(segment),
            }
            if rest.is_empty() {
                out.push(b'/');
            }
        } else {
            starts.push(out.len());
            out.extend_from_slice(segment);
        }
    }
    if out.len() == base {
        out.push(b'/');
    }
}

/// Hands each percent sign with its two digits to `write`; what is none stays, or is an error where that is `strict`.
fn percent(text: &[u8], strict: bool, out: &mut Vec<u8>, write: fn(u8, &[u8], &mut Vec<u8>)) -> Result<(), Malformed> {
    let mut rest = text;
    while let [first, after @ ..] = rest {
        if *first != b'%' {
            out.push(*first);
            rest = after;
            continue;
        }
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match digit(0).zip(digit(1)) {
            Some((high, low)) => {
                write(u8::try_from(high * 16 + low).unwrap_or(0), &rest[..3], out);
                rest = &rest[3..];
            }
            None if strict => return Err(Malformed),
            None => {
                out.push(b'%');
                rest = after;
            }
        }
    }
    Ok(())
}
