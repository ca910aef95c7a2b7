//! What an evaluation did, step by step: for `explain`, `test` and traced requests. Costs nothing when it is absent.

use crate::plan::At;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A rule was reached; `taken` is whether its condition held.
    Rule { at: At, text: String, taken: bool },
    /// An ACL test was made on a value.
    Test {
        at: At,
        acl: String,
        text: String,
        value: Option<String>,
        matched: bool,
    },
    /// A variable, header or other part was changed.
    Change { at: At, what: String, value: String },
    /// A backend or a server was chosen, and by what.
    Choice { at: Option<At>, what: String, name: String },
}

/// Steps in the order in which they happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    pub steps: Vec<Step>,
}
