//! `date`: the three forms of dates in HTTP (RFC 9110 section 5.6.7) as seconds since the epoch.

use super::super::args::Args;
use super::super::{Sample, View};
use super::date::{days_before, MONTHS};
use crate::error::PlanError;

#[derive(Clone, Copy, Debug)]
pub struct HttpDate;

pub const NAMES: &[&str] = &["date"];

impl HttpDate {
    pub fn compile(_args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Ok(Some(Self))
    }

    pub fn apply<'e>(self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let text = std::str::from_utf8(sample.as_str(view.arena)).ok()?;
        let now = i64::try_from(view.state.wall().0).ok()?;
        parse(text, now).map(Sample::Int)
    }
}

fn parse(text: &str, now: i64) -> Option<i64> {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).take(7).collect();
    let (day, month, year, clock) = match *words.as_slice() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        [_, day, month, year, clock, "GMT"] => (day, month, number(year, 4)?, clock),
        // Sunday, 06-Nov-94 08:49:37 GMT
        [_, date, clock, "GMT"] => {
            let mut parts = date.split('-');
            let (day, month, year) = (parts.next()?, parts.next()?, number(parts.next()?, 2)?);
            // More than 50 years ahead is meant to be in the century before.
            let this_year = 1970 + now / 31_556_952;
            let year = this_year - this_year % 100 + year;
            (day, month, if year > this_year + 50 { year - 100 } else { year }, clock)
        }
        // Sun Nov  6 08:49:37 1994
        [_, month, day, clock, year] => (day, month, number(year, 4)?, clock),
        _ => return None,
    };
    let day = number(day, 2).filter(|day| (1..=31).contains(day))?;
    let month = MONTHS.iter().position(|name| *name == month)?;
    let mut parts = clock.split(':');
    let mut part = |most| number(parts.next()?, 2).filter(|value| *value <= most);
    let (hour, minute, second) = (part(23)?, part(59)?, part(60)?);
    if parts.next().is_some() {
        return None;
    }
    Some((days_before(year, month + 1) + day - 1) * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// A number of at most so many digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    let good = !text.is_empty() && text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    good.then(|| text.parse().ok()).flatten()
}
