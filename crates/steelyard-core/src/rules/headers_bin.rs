//! Fields that stand in one sample, as `req.hdrs_bin` gives them: `add-headers-bin`, `set-headers-bin`, `del-headers-bin`.
//!
//! Lengths are in HAProxy's variable form: a byte up to 239 is the number; else its low half is followed by seven bits a byte.

use super::edit::fits;
use crate::error::PlanError;
use crate::http1::Head;
use crate::plan::{self, Matcher};
use crate::sample::args::Build;
use crate::sample::CompiledExpr;

/// A compiled action.
#[derive(Debug)]
pub struct HeadersBin {
    pub expr: CompiledExpr,
    what: What,
}

#[derive(Debug)]
enum What {
    Add(Box<[u8]>),
    Set(Box<[u8]>),
    Remove(Matcher),
}

impl HeadersBin {
    /// `None`: the action is another one.
    pub fn compile(action: &plan::Action, build: &Build<'_>) -> Result<Option<Self>, PlanError> {
        use plan::Action as A;
        let start = |prefix: &Option<String>| prefix.as_deref().unwrap_or_default().as_bytes().into();
        let (expr, what) = match action {
            A::AddHeadersBin { expr, prefix } => (expr, What::Add(start(prefix))),
            A::SetHeadersBin { expr, prefix } => (expr, What::Set(start(prefix))),
            A::DelHeadersBin { expr, matcher } => (expr, What::Remove(*matcher)),
            _ => return Ok(None),
        };
        let expr = CompiledExpr::compile(expr, build).map_err(|error| error.within(&expr.text))?;
        Ok(Some(Self { expr, what }))
    }

    /// Makes the change; false where the sample is not what it should be, or the message would be too long.
    pub fn apply(&self, head: &mut Head, sample: &[u8], limit: usize) -> bool {
        match &self.what {
            What::Add(prefix) => each_field(sample, |name, value| {
                !name.starts_with(prefix) || put(head, name, value, limit)
            }),
            What::Set(prefix) => {
                // Of a name that comes twice the last value stays.
                each_field(sample, |name, value| {
                    if !name.starts_with(prefix) {
                        return true;
                    }
                    head.remove(name);
                    put(head, name, value, limit)
                })
            }
            What::Remove(matcher) => each_name(sample, |wanted| {
                head.retain(|name, _| !matches(*matcher, name, wanted));
                true
            }),
        }
    }
}

fn put(head: &mut Head, name: &[u8], value: &[u8], limit: usize) -> bool {
    let room = fits(head, name.len() + value.len(), limit);
    if room {
        head.add(name, value);
    }
    room
}

fn begins(name: &[u8], prefix: &[u8]) -> bool {
    name.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Names have no case. An empty pattern is in every name, as it is for the matchers of samples.
fn matches(matcher: Matcher, name: &[u8], wanted: &[u8]) -> bool {
    match matcher {
        Matcher::Beg => begins(name, wanted),
        Matcher::End => name.len() >= wanted.len() && name[name.len() - wanted.len()..].eq_ignore_ascii_case(wanted),
        Matcher::Sub => wanted.is_empty() || name.windows(wanted.len()).any(|part| part.eq_ignore_ascii_case(wanted)),
        _ => name.eq_ignore_ascii_case(wanted),
    }
}

/// Shows each pair of name and value; false where the sample ends too early or `see` wants no more.
fn each_field(mut bytes: &[u8], mut see: impl FnMut(&[u8], &[u8]) -> bool) -> bool {
    loop {
        let Some((name, rest)) = text(bytes) else { return false };
        let Some((value, rest)) = text(rest) else { return false };
        bytes = rest;
        match (name.is_empty(), value.is_empty()) {
            // Two empty texts are the end.
            (true, true) => return true,
            (true, false) => return false,
            (false, _) if !see(name, value) => return false,
            (false, _) => {}
        }
    }
}

/// Shows each name; the end is an empty one, or that of the sample.
fn each_name(mut bytes: &[u8], mut see: impl FnMut(&[u8]) -> bool) -> bool {
    while !bytes.is_empty() {
        let Some((name, rest)) = text(bytes) else { return false };
        bytes = rest;
        if name.is_empty() {
            return true;
        }
        if !see(name) {
            return false;
        }
    }
    true
}

/// A length and so many bytes; and what is behind them.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = number(bytes)?;
    rest.split_at_checked(length)
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, mut rest) = bytes.split_first()?;
    let mut value = u64::from(first);
    if first < 240 {
        return Some((usize::from(first), rest));
    }
    let mut shift = 4;
    loop {
        let (&byte, more) = rest.split_first()?;
        rest = more;
        value = value.checked_add(u64::from(byte).checked_shl(shift).filter(|_| shift < 40)?)?;
        shift += 7;
        if byte < 128 {
            return usize::try_from(value).ok().map(|value| (value, rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_they_are_written() {
        assert_eq!(number(&[5, 9]), Some((5, &[9][..])));
        assert_eq!(number(&[239]), Some((239, &[][..])));
        assert_eq!(number(&[240, 0, 1]), Some((240, &[1][..])));
        assert_eq!(number(&[255, 127]), Some((2287, &[][..])));
        assert_eq!(number(&[240, 128, 0]), Some((2288, &[][..])));
        assert_eq!(number(&[240, 128]), None);
        assert_eq!(number(&[255; 12]), None);
    }

    #[test]
    fn a_sample_that_is_cut_off_is_no_list() {
        let mut seen = 0;
        assert!(each_field(b"\x01a\x01b\x00\x00", |_, _| {
            seen += 1;
            true
        }));
        assert_eq!(seen, 1);
        assert!(!each_field(b"\x01a\x05b", |_, _| true));
        assert!(!each_field(b"\x01a\x01b", |_, _| true));
        assert!(each_name(b"\x01a\x02bc", |_| true));
        assert!(!each_name(b"\x01a\x03bc", |_| true));
    }
}
