//! `json_query`: one value of a JSON text (RFC 8259) by its path (RFC 9535: names and indices).

use super::super::args::Args;
use super::super::{parse_int, Sample, View};
use crate::error::PlanError;
use std::io::Write;

/// A path and the form of the answer.
#[derive(Debug)]
pub struct JsonQuery {
    /// `None`: not a path; nothing is ever found.
    path: Option<Box<[Step]>>,
    as_int: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Name(Box<[u8]>),
    Index(usize),
    /// `[*]`: the first element.
    Any,
}

pub const NAMES: &[&str] = &["json_query"];

/// Deeper texts have no answer.
const MAX_DEPTH: usize = 64;

impl JsonQuery {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Self::from_args(args).map(Some)
    }

    pub(super) fn from_args(args: &Args<'_>) -> Result<Self, PlanError> {
        let as_int = match args.opt_str(1)? {
            None | Some("") => false,
            Some("int") => true,
            Some(_) => return Err(args.wrong(1, "'int'")),
        };
        Ok(Self {
            path: parse_path(args.str(0)?.as_bytes()),
            as_int,
        })
    }

    /// A member of the outermost object.
    pub(super) fn of_member(name: &str) -> Self {
        Self::of_members(&[name])
    }

    /// A member of a member, and so on.
    pub(super) fn of_members(names: &[&str]) -> Self {
        Self {
            path: Some(names.iter().map(|name| Step::Name(name.as_bytes().into())).collect()),
            as_int: false,
        }
    }

    /// What is there, where it is a text.
    pub(super) fn text<'e>(&'e self, view: &View<'e>, text: &'e [u8]) -> Option<&'e [u8]> {
        match self.find(view, text)? {
            Sample::Str(text) => Some(text),
            _ => None,
        }
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        self.find(view, sample.as_str(view.arena))
    }

    pub(super) fn find<'e>(&'e self, view: &View<'e>, text: &'e [u8]) -> Option<Sample<'e>> {
        let mut at = Cursor { text, at: 0 };
        for step in self.path.as_deref()? {
            at.descend(step)?;
        }
        at.blanks();
        match at.peek()? {
            b'"' => unescape(view, at.string()?).map(Sample::Str),
            b'[' => {
                let start = at.at;
                at.skip(0)?;
                text.get(start..at.at).map(Sample::Str)
            }
            b't' => at.word(b"true").map(|()| Sample::Bool(true)),
            b'f' => at.word(b"false").map(|()| Sample::Bool(false)),
            b'-' | b'0'..=b'9' => {
                let digits = at.number()?;
                if self.as_int {
                    let whole = digits.iter().take_while(|byte| !matches!(byte, b'.' | b'e' | b'E')).count();
                    // Too large for 64 bits: no answer.
                    return std::str::from_utf8(&digits[..whole]).ok()?.parse().ok().map(Sample::Int);
                }
                let value = std::str::from_utf8(digits).ok()?.parse::<f64>().ok()?;
                Some(Sample::Str(six_digits(view, value)))
            }
            _ => None,
        }
    }
}

fn parse_path(text: &[u8]) -> Option<Box<[Step]>> {
    let mut rest = text.strip_prefix(b"$")?;
    let mut steps = Vec::new();
    loop {
        match rest {
            [] => return Some(steps.into()),
            [b'.', after @ ..] => {
                let mut name = Vec::new();
                rest = after;
                loop {
                    match rest {
                        [b'\\', escaped, after @ ..] => {
                            name.push(*escaped);
                            rest = after;
                        }
                        [] | [b'.' | b'[', ..] => break,
                        [byte, after @ ..] => {
                            name.push(*byte);
                            rest = after;
                        }
                    }
                }
                steps.push(Step::Name(name.into()));
            }
            [b'[', after @ ..] => {
                let end = memchr::memchr(b']', after)?;
                let inside = &after[..end];
                rest = &after[end + 1..];
                steps.push(match inside {
                    b"*" => Step::Any,
                    [quote @ (b'\'' | b'"'), name @ .., last] if quote == last => Step::Name(name.into()),
                    digits => Step::Index(std::str::from_utf8(digits).ok()?.parse().ok()?),
                });
            }
            _ => return None,
        }
    }
}

/// A place in a text. Everything gives nothing where the text is not JSON.
struct Cursor<'e> {
    text: &'e [u8],
    at: usize,
}

impl<'e> Cursor<'e> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        self.blanks();
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    fn number(&mut self) -> Option<&'e [u8]> {
        let rest = self.text.get(self.at..)?;
        let length = rest
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .count();
        self.at += length;
        let digits = &rest[..length];
        let first = digits.strip_prefix(b"-").unwrap_or(digits).first()?;
        first.is_ascii_digit().then_some(digits)
    }

    /// The inside of a string, escapes and all.
    fn string(&mut self) -> Option<&'e [u8]> {
        self.take(b'"')?;
        let start = self.at;
        loop {
            self.at += memchr::memchr2(b'"', b'\\', self.text.get(self.at..)?)?;
            if self.peek()? == b'"' {
                self.at += 1;
                return self.text.get(start..self.at - 1);
            }
            self.at += 2;
        }
    }

    /// Goes behind a whole value.
    fn skip(&mut self, depth: usize) -> Option<()> {
        self.blanks();
        let close = match self.peek()? {
            b'{' => b'}',
            b'[' => b']',
            b'"' => return self.string().map(drop),
            b't' => return self.word(b"true"),
            b'f' => return self.word(b"false"),
            b'n' => return self.word(b"null"),
            _ => return self.number().map(drop),
        };
        if depth >= MAX_DEPTH {
            return None;
        }
        self.at += 1;
        self.blanks();
        if self.peek()? == close {
            self.at += 1;
            return Some(());
        }
        loop {
            if close == b'}' {
                self.blanks();
                self.string()?;
                self.take(b':')?;
            }
            self.skip(depth + 1)?;
            self.blanks();
            let sign = self.peek()?;
            self.at += 1;
            match sign {
                b',' => {}
                _ if sign == close => return Some(()),
                _ => return None,
            }
        }
    }

    /// Goes to a member of an object, the first of that name, or to an element of an array.
    fn descend(&mut self, step: &Step) -> Option<()> {
        match step {
            Step::Name(name) => {
                self.take(b'{')?;
                loop {
                    self.blanks();
                    let found = self.string()? == &**name;
                    self.take(b':')?;
                    if found {
                        return Some(());
                    }
                    self.skip(0)?;
                    self.take(b',')?;
                }
            }
            Step::Index(_) | Step::Any => {
                self.take(b'[')?;
                let wanted = match step {
                    Step::Index(index) => *index,
                    _ => 0,
                };
                for _ in 0..wanted {
                    self.skip(0)?;
                    self.take(b',')?;
                }
                self.blanks();
                (self.peek()? != b']').then_some(())
            }
        }
    }
}

/// The text of a string; borrowed where nothing is escaped.
fn unescape<'e>(view: &View<'e>, text: &'e [u8]) -> Option<&'e [u8]> {
    if memchr::memchr(b'\\', text).is_none() {
        return Some(text);
    }
    let mut out = bumpalo::collections::Vec::with_capacity_in(text.len(), view.arena);
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice_copy(&rest[..at]);
        let letter = *rest.get(at + 1)?;
        rest = &rest[at + 2..];
        match letter {
            b'"' | b'\\' | b'/' => out.push(letter),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => {
                let mut code = hex4(&mut rest)?;
                if (0xd800..0xdc00).contains(&code) {
                    rest = rest.strip_prefix(b"\\u")?;
                    let low = hex4(&mut rest)?;
                    code = 0x1_0000 + ((code - 0xd800) << 10) + low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                }
                let mut space = [0; 4];
                out.extend_from_slice_copy(char::from_u32(code)?.encode_utf8(&mut space).as_bytes());
            }
            _ => return None,
        }
    }
    out.extend_from_slice_copy(rest);
    Some(out.into_bump_slice())
}

fn hex4(rest: &mut &[u8]) -> Option<u32> {
    let (digits, after) = rest.split_at_checked(4)?;
    *rest = after;
    digits
        .iter()
        .try_fold(0, |value, byte| Some(value << 4 | char::from(*byte).to_digit(16)?))
}

/// A number as `%g` of printf(3) writes it, as HAProxy does: six digits at most, no zeros at the end, an exponent where it is
/// below -4 or above 5.
fn six_digits<'e>(view: &View<'e>, value: f64) -> &'e [u8] {
    if !value.is_finite() {
        return if value > 0.0 { b"inf" } else { b"-inf" };
    }
    let mut space = [0_u8; 48];
    let mut rest = &mut space[..];
    // The longest text has 12 bytes.
    let _ = write!(rest, "{value:.5e}");
    let left = rest.len();
    let written = &space[..48 - left];
    let (digits, exponent) = match memchr::memchr(b'e', written) {
        Some(at) => (&written[..at], parse_int(&written[at + 1..])),
        None => (written, 0),
    };
    let trimmed = |text: &[u8]| {
        let end = text.iter().rposition(|byte| *byte != b'0').map_or(0, |at| at + 1);
        end - usize::from(end > 0 && text[end - 1] == b'.')
    };
    let mut out = bumpalo::collections::Vec::with_capacity_in(24, view.arena);
    if (-4..6).contains(&exponent) {
        let places = usize::try_from(5 - exponent).unwrap_or(0);
        let _ = write!(Sink(&mut out), "{value:.places$}");
        if places > 0 {
            let end = trimmed(&out);
            out.truncate(end);
        }
    } else {
        out.extend_from_slice_copy(&digits[..trimmed(digits)]);
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(Sink(&mut out), "e{sign}{:02}", exponent.abs());
    }
    out.into_bump_slice()
}

/// Writing that never fails.
struct Sink<'o, 'e>(&'o mut bumpalo::collections::Vec<'e, u8>);

impl Write for Sink<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.extend_from_slice_copy(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
