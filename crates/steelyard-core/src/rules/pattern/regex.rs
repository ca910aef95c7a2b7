//! Regexes on bytes, in linear time, and the substitutions that `\1` refers to.

use crate::error::PlanError;
use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// Largest compiled size of a regex, bytes.
const SIZE_LIMIT: usize = 4 << 20;

/// Compiles a pattern of the configuration.
pub fn compile(pattern: &str, icase: bool) -> Result<Regex, PlanError> {
    RegexBuilder::new(pattern)
        .unicode(false)
        .case_insensitive(icase)
        .size_limit(SIZE_LIMIT)
        .build()
        .map_err(|error| explain(pattern, &error))
}

/// What to write instead of what PCRE can do and a linear-time engine can't.
fn explain(pattern: &str, error: &regex::Error) -> PlanError {
    let text = error.to_string();
    let advice = if text.contains("look-around") {
        "look-ahead and look-behind are not supported: use two ACLs, one of them negated, or a converter such as word()"
    } else if text.contains("backreference") {
        "back-references in a pattern are not supported: capture the part in a variable and compare it with strcmp()"
    } else {
        text.lines()
            .last()
            .unwrap_or("not a valid regex")
            .trim_start_matches("error: ")
    };
    PlanError::new(format!("regex '{pattern}': {advice}"))
}

/// So many regexes are asked together. A set with more of them falls back to slow ways, as its automaton would be too large.
pub const TOGETHER: usize = 512;

/// One or more regexes.
#[derive(Debug)]
pub enum RegexList {
    One(Regex),
    /// Each but the last has `TOGETHER`.
    Sets(Box<[RegexSet]>),
}

/// Regexes that are asked together; each of them compiles by itself. Of more than `limit` bytes there is none.
pub fn together<'p>(patterns: impl IntoIterator<Item = &'p str>, icase: bool, limit: usize) -> Result<RegexSet, regex::Error> {
    RegexSetBuilder::new(patterns)
        .unicode(false)
        .case_insensitive(icase)
        .size_limit(limit)
        .build()
}

impl RegexList {
    pub fn new(patterns: &[&str], icase: bool) -> Result<Self, PlanError> {
        if let [pattern] = patterns {
            return compile(pattern, icase).map(Self::One);
        }
        for pattern in patterns {
            compile(pattern, icase)?;
        }
        let set = |patterns: &[&str]| {
            let limit = SIZE_LIMIT.saturating_mul(patterns.len());
            together(patterns.iter().copied(), icase, limit).map_err(|error| PlanError::new(error.to_string()))
        };
        patterns.chunks(TOGETHER).map(set).collect::<Result<_, _>>().map(Self::Sets)
    }

    pub fn is_match(&self, value: &[u8]) -> bool {
        match self {
            Self::One(regex) => regex.is_match(value),
            Self::Sets(sets) => sets.iter().any(|set| set.is_match(value)),
        }
    }

    /// Hands the index of every regex that matches to `hit`.
    pub fn each(&self, value: &[u8], hit: &mut impl FnMut(u32)) {
        match self {
            Self::One(regex) if regex.is_match(value) => hit(0),
            Self::One(_) => {}
            Self::Sets(sets) => {
                for (at, set) in sets.iter().enumerate() {
                    let matches = set.matches(value);
                    let places = matches.iter().map(|found| at * TOGETHER + found);
                    places.filter_map(|at| u32::try_from(at).ok()).for_each(&mut *hit);
                }
            }
        }
    }

    /// Index of the first regex that matches.
    pub fn find(&self, value: &[u8]) -> Option<u32> {
        match self {
            Self::One(regex) => regex.is_match(value).then_some(0),
            Self::Sets(sets) => sets.iter().enumerate().find_map(|(at, set)| {
                let found = set.matches(value).iter().next()?;
                u32::try_from(at * TOGETHER + found).ok()
            }),
        }
    }
}

/// A substitution: text, groups as `\1`, bytes as `\x41`; a backslash before anything else stands for that.
#[derive(Debug)]
pub struct Substitution {
    pieces: Box<[Piece]>,
}

#[derive(Debug)]
enum Piece {
    Text(Box<[u8]>),
    Group(usize),
}

impl Substitution {
    pub fn parse(text: &[u8]) -> Self {
        let mut pieces = Vec::new();
        let mut plain = Vec::new();
        expand(text, |part| match part {
            Part::Byte(byte) => plain.push(byte),
            Part::Group(group) => {
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain).into()));
                }
                pieces.push(Piece::Group(group));
            }
        });
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain.into()));
        }
        Self { pieces: pieces.into() }
    }

    /// Appends the substitution alone, with the groups of the first match in `value`; false when nothing matches or it would
    /// be longer than `limit` bytes: it has come to more than those then.
    pub fn expand(&self, regex: &Regex, value: &[u8], limit: usize, out: &mut Vec<u8>) -> bool {
        let mut locations = regex.capture_locations();
        if regex.captures_read(&mut locations, value).is_none() {
            return false;
        }
        let start = out.len();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Group(group) => {
                    if let Some((from, to)) = locations.get(*group) {
                        out.extend_from_slice(&value[from..to]);
                    }
                }
            }
            if out.len() - start > limit {
                return false;
            }
        }
        true
    }

    fn has_groups(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Group(_)))
    }

    /// Appends `value` with the first match, or all of them, replaced; false when nothing matches. `out` gets at most
    /// `limit` bytes: what would be longer is no result (`None`).
    pub fn replace(&self, regex: &Regex, value: &[u8], all: bool, limit: usize, mut push: impl FnMut(&[u8])) -> Option<bool> {
        let mut locations = regex.capture_locations();
        let groups = self.has_groups();
        let mut at = 0;
        let mut made = 0;
        let mut matched = false;
        let mut emit = |bytes: &[u8]| -> Option<()> {
            made += bytes.len();
            (made <= limit).then(|| push(bytes))
        };
        while at <= value.len() {
            let hit = if groups {
                regex.captures_read_at(&mut locations, value, at)
            } else {
                regex.find_at(value, at)
            };
            let Some(hit) = hit else { break };
            matched = true;
            emit(&value[at..hit.start()])?;
            for piece in &self.pieces {
                match piece {
                    Piece::Text(text) => emit(text)?,
                    Piece::Group(group) => {
                        if let Some((start, end)) = locations.get(*group) {
                            emit(&value[start..end])?;
                        }
                    }
                }
            }
            at = hit.end();
            if !all {
                break;
            }
            if hit.start() == hit.end() {
                // After an empty match one byte is passed, as HAProxy does.
                match value.get(at) {
                    Some(byte) => emit(std::slice::from_ref(byte))?,
                    None => return Some(true),
                }
                at += 1;
            }
        }
        if let Some(rest) = value.get(at..) {
            emit(rest)?;
        }
        Some(matched)
    }
}

enum Part {
    Byte(u8),
    Group(usize),
}

fn expand(text: &[u8], mut each: impl FnMut(Part)) {
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            each(Part::Byte(byte));
            continue;
        }
        match bytes.next() {
            None => each(Part::Byte(b'\\')),
            Some(digit @ b'0'..=b'9') => each(Part::Group(usize::from(digit - b'0'))),
            Some(b'x') => {
                let mut value = 0_u32;
                let mut digits = 0;
                while digits < 2 {
                    let Some(digit) = bytes.peek().and_then(|byte| char::from(*byte).to_digit(16)) else {
                        break;
                    };
                    value = value * 16 + digit;
                    digits += 1;
                    bytes.next();
                }
                if digits == 2 {
                    each(Part::Byte(u8::try_from(value).unwrap_or(b'?')));
                } else {
                    each(Part::Byte(b'x'));
                }
            }
            Some(other) => each(Part::Byte(other)),
        }
    }
}
