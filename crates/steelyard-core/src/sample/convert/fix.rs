//! Financial Information eXchange: messages of `tag=value`, each closed by a byte of 1.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;

#[derive(Clone, Copy, Debug)]
pub enum Fix {
    IsValid,
    Tag(u64),
}

pub const NAMES: &[&str] = &["fix_is_valid", "fix_tag_value"];

const BEGIN_STRING: u64 = 8;
const BODY_LENGTH: u64 = 9;
const MSG_TYPE: u64 = 35;
const CHECK_SUM: u64 = 10;
const END: u8 = 1;
const VERSIONS: &[&[u8]] = &[b"FIX.4.0", b"FIX.4.1", b"FIX.4.2", b"FIX.4.3", b"FIX.4.4", b"FIXT.1.1"];

impl Fix {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Ok(Some(match args.name {
            "fix_is_valid" => Self::IsValid,
            "fix_tag_value" => Self::Tag(match args.str(0)? {
                "BeginString" => BEGIN_STRING,
                "BodyLength" => BODY_LENGTH,
                "MsgType" => MSG_TYPE,
                "SenderCompID" => 49,
                "TargetCompID" => 56,
                "CheckSum" => CHECK_SUM,
                number => number.parse().map_err(|_| args.wrong(0, "the name or number of a tag"))?,
            }),
            _ => return Ok(None),
        }))
    }

    pub fn apply<'e>(self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let bytes = sample.as_bin(view.arena);
        match self {
            Self::Tag(wanted) => {
                let field = Fields { bytes, at: 0 }.find(|field| field.tag == wanted)?;
                Some(Sample::Bin(field.value))
            }
            Self::IsValid => match judge(bytes) {
                Some(Whole::Yes) => Some(Sample::Bool(true)),
                Some(Whole::NotYet) => view.wait(),
                None => Some(Sample::Bool(false)),
            },
        }
    }
}

enum Whole {
    Yes,
    NotYet,
}

/// Whether there is a good message; nothing where there can't be one.
fn judge(bytes: &[u8]) -> Option<Whole> {
    let mut fields = Fields { bytes, at: 0 };
    let partial = |fields: &Fields<'_>| fields.is_partial().then_some(Whole::NotYet);
    let Some(begin) = fields.next() else { return partial(&fields) };
    if begin.tag != BEGIN_STRING || !VERSIONS.contains(&begin.value) {
        return None;
    }
    let Some(length) = fields.next() else {
        return partial(&fields);
    };
    let digits = length.value;
    if length.tag != BODY_LENGTH || digits.len() > 7 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let body = digits.iter().fold(0, |value, digit| value * 10 + usize::from(digit - b'0'));
    // The length counts from here to the check sum.
    let end = fields.at.checked_add(body)?;
    let Some(kind) = fields.next() else { return partial(&fields) };
    if kind.tag != MSG_TYPE {
        return None;
    }
    let sum = loop {
        let start = fields.at;
        match fields.next() {
            None => return partial(&fields),
            Some(field) if field.tag != CHECK_SUM => {}
            Some(field) if start == end => break field,
            Some(_) => return None,
        }
    };
    let expected = bytes.get(..end)?.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let given = (sum.value.len() == 3 && sum.value.iter().all(u8::is_ascii_digit)).then(|| {
        sum.value
            .iter()
            .fold(0_u16, |value, digit| value * 10 + u16::from(digit - b'0'))
    })?;
    (given == u16::from(expected)).then_some(Whole::Yes)
}

struct Field<'e> {
    tag: u64,
    value: &'e [u8],
}

/// Fields one after the other; ends at what is none.
struct Fields<'e> {
    bytes: &'e [u8],
    at: usize,
}

impl Fields<'_> {
    /// What is left could still become a field.
    fn is_partial(&self) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| !rest.contains(&END))
    }
}

impl<'e> Iterator for Fields<'e> {
    type Item = Field<'e>;

    fn next(&mut self) -> Option<Field<'e>> {
        let rest = self.bytes.get(self.at..)?;
        let end = memchr::memchr(END, rest)?;
        let sign = memchr::memchr(b'=', &rest[..end])?;
        let (digits, value) = (&rest[..sign], &rest[sign + 1..end]);
        if value.is_empty() || digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.at += end + 1;
        Some(Field {
            tag: digits.iter().fold(0, |tag, digit| tag * 10 + u64::from(digit - b'0')),
            value,
        })
    }
}
