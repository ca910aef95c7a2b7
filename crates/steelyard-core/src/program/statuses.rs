//! What statuses of responses count as (manual, `http-err-codes` and `http-fail-codes`).

use crate::error::PlanError;
use crate::plan::Global;
use crate::table::Event;

/// Least status, and words for the 500 of them.
const LEAST: u16 = 100;
const WORDS: usize = 8;

#[derive(Debug, Default)]
struct Set([u64; WORDS]);

impl Set {
    fn new(ranges: &[(u16, u16)]) -> Result<Self, PlanError> {
        let mut set = Self::default();
        for status in ranges.iter().flat_map(|&(low, high)| low..=high) {
            let at = status.checked_sub(LEAST).map(usize::from);
            let word = at.and_then(|at| Some((set.0.get_mut(at / 64)?, at % 64)));
            let (word, bit) = word.ok_or_else(|| PlanError::new(format!("{status} is no status")))?;
            *word |= 1 << bit;
        }
        Ok(set)
    }

    fn has(&self, status: u16) -> bool {
        let at = usize::from(status.wrapping_sub(LEAST));
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 != 0)
    }
}

/// Statuses that count as errors of clients, and those that count as failures of servers.
#[derive(Debug)]
pub struct Statuses {
    errors: Set,
    failures: Set,
}

impl Statuses {
    pub(super) fn new(global: &Global) -> Result<Self, PlanError> {
        Ok(Self {
            errors: Set::new(&global.http_err_codes)?,
            failures: Set::new(&global.http_fail_codes)?,
        })
    }

    /// What the status of a server's response counts as: nothing, one of them, or both.
    pub fn events(&self, status: u16) -> impl Iterator<Item = Event> {
        let error = self.errors.has(status).then_some(Event::HttpError);
        error
            .into_iter()
            .chain(self.failures.has(status).then_some(Event::HttpFailure))
    }
}
