//! What an evaluation did, step by step: for `explain`, `test` and traced requests. Costs nothing when it is absent.

use crate::plan::At;
use serde::Serialize;

/// One thing that happened. Text is for people: what is not UTF-8 is replaced, values are cut at 256 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// A rule set of a proxy begins.
    Set { proxy: String, set: &'static str },
    /// A rule was reached; the tests of its condition follow it. `taken`: the condition held (`None`: more input is needed).
    Rule { at: At, text: String, taken: Option<bool> },
    /// An ACL test was made. `values`: what the fetch gave, in order, up to the one that matched; none: there is nothing of the kind.
    /// `pattern`: the one that matched.
    Test {
        at: At,
        acl: String,
        text: String,
        values: Vec<String>,
        matched: bool,
        pattern: Option<String>,
    },
    /// The rule above changed this. `before` or `after` is absent where there was nothing, or is nothing any more.
    Change {
        at: At,
        what: String,
        before: Option<String>,
        after: Option<String>,
    },
    /// A backend or a server was chosen, and by what.
    Choice {
        at: Option<At>,
        kind: &'static str,
        what: String,
        name: String,
    },
    /// How a rule set ended, where it did not simply reach its end, or why it went on behind a rule that applied.
    Verdict { what: String },
}

impl Step {
    /// Bytes of its texts, for those that must bound what they keep.
    pub fn size(&self) -> usize {
        let some = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let texts = match self {
            Self::Set { proxy, set } => proxy.len() + set.len(),
            Self::Rule { text, .. } => text.len(),
            Self::Test {
                acl,
                text,
                values,
                pattern,
                ..
            } => {
                acl.len()
                    + text.len()
                    + values.iter().map(|value| value.len() + size_of::<String>()).sum::<usize>()
                    + some(pattern)
            }
            Self::Change { what, before, after, .. } => what.len() + some(before) + some(after),
            Self::Choice { kind, what, name, .. } => kind.len() + what.len() + name.len(),
            Self::Verdict { what } => what.len(),
        };
        size_of::<Self>() + texts
    }
}

/// Steps in the order in which they happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Trace {
    pub steps: Vec<Step>,
}

impl Trace {
    /// The rule set that ran last: its proxy and its name.
    pub fn set(&self) -> Option<(&str, &'static str)> {
        self.steps.iter().rev().find_map(|step| match step {
            Step::Set { proxy, set } => Some((proxy.as_str(), *set)),
            _ => None,
        })
    }

    /// Notes that a rule set begins. One that waited and goes on has begun.
    pub fn begin(&mut self, proxy: &str, set: &'static str) {
        if self.set() != Some((proxy, set)) {
            let proxy = proxy.to_owned();
            self.steps.push(Step::Set { proxy, set });
        }
    }

    /// Puts a rule in front of the tests that were made for it, which begin at `start`.
    pub(super) fn rule(&mut self, start: usize, at: At, text: &str, taken: Option<bool>) {
        let text = text.to_owned();
        self.steps.insert(start.min(self.steps.len()), Step::Rule { at, text, taken });
    }
}

/// Bytes as text for people.
pub fn legible(bytes: &[u8]) -> String {
    const MOST: usize = 256;
    let cut = bytes.get(..MOST).unwrap_or(bytes);
    let mut text = String::from_utf8_lossy(cut).into_owned();
    if cut.len() < bytes.len() {
        text.push_str("...");
    }
    text
}
