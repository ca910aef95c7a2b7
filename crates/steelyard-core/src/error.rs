//! Why a plan can't be run.

use crate::plan::At;
use std::fmt;

/// A plan that can't be run, and the line of the configuration that is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanError {
    pub message: String,
    pub at: Option<At>,
}

impl PlanError {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            at: None,
        }
    }

    /// Says where, unless an inner part already did.
    #[must_use]
    pub fn at(mut self, at: At) -> Self {
        self.at = self.at.or(Some(at));
        self
    }

    /// Puts words in front of the message.
    #[must_use]
    pub fn within(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PlanError {}
