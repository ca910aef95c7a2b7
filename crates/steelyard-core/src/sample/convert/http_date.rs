//! `date`: the three forms of dates in HTTP (RFC 9110 section 5.6.7) as seconds since the epoch.

use super::super::args::Args;
use super::super::{Sample, View};
use super::date::{days_before, DAYS, LONG_DAYS, MONTHS};
use crate::error::PlanError;

#[derive(Clone, Copy, Debug)]
pub struct HttpDate;

pub const NAMES: &[&str] = &["date"];

impl HttpDate {
    pub fn compile(_args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Ok(Some(Self))
    }

    pub fn apply<'e>(self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        parse(sample.as_str(view.arena)).map(Sample::Int)
    }
}

/// One of the three forms, letter for letter. What follows it is not looked at, and numbers are only counted: a day 32 is the first
/// or second of the next month. Days before 1970 are as far behind the largest number of 32 bits, as in HAProxy.
fn parse(text: &[u8]) -> Option<i64> {
    let (year, month, day, time) = imf(text).or_else(|| rfc850(text)).or_else(|| asctime(text))?;
    let days = (days_before(year, month) + day - 1) & 0xffff_ffff;
    Some(days * 86_400 + time)
}

/// Year, month (from 1), day, and seconds of the day.
type Found = (i64, usize, i64, i64);

/// Sun, 06 Nov 1994 08:49:37 GMT
fn imf(text: &[u8]) -> Option<Found> {
    let mut rest = Rest(text);
    rest.name(&DAYS)?;
    rest.is(b", ")?;
    let day = rest.number(2)?;
    rest.is(b" ")?;
    let month = rest.name(&MONTHS)?;
    rest.is(b" ")?;
    let year = rest.number(4)?;
    rest.is(b" ")?;
    let time = rest.time()?;
    rest.is(b" GMT")?;
    Some((year, month, day, time))
}

/// Sunday, 06-Nov-94 08:49:37 GMT, the year in two digits or four. Up to 60 it is one of this century.
fn rfc850(text: &[u8]) -> Option<Found> {
    let mut rest = Rest(text);
    rest.name(&LONG_DAYS)?;
    rest.is(b", ")?;
    let day = rest.number(2)?;
    rest.is(b"-")?;
    let month = rest.name(&MONTHS)?;
    rest.is(b"-")?;
    let year = match rest.number(4) {
        Some(year) => year,
        None => match rest.number(2)? {
            year @ 0..=60 => 2000 + year,
            year => 1900 + year,
        },
    };
    rest.is(b" ")?;
    let time = rest.time()?;
    rest.is(b" GMT")?;
    Some((year, month, day, time))
}

/// Sun Nov  6 08:49:37 1994
fn asctime(text: &[u8]) -> Option<Found> {
    let mut rest = Rest(text);
    rest.name(&DAYS)?;
    rest.is(b" ")?;
    let month = rest.name(&MONTHS)?;
    rest.is(b" ")?;
    let day = match rest.is(b" ") {
        Some(()) => rest.number(1)?,
        None => rest.number(2)?,
    };
    rest.is(b" ")?;
    let time = rest.time()?;
    rest.is(b" ")?;
    Some((rest.number(4)?, month, day, time))
}

/// What is not read yet. A reader that gives nothing leaves it as it was.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    fn is(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// The place of a name in its list, from 1.
    fn name(&mut self, names: &[&str]) -> Option<usize> {
        let at = names.iter().position(|name| self.0.starts_with(name.as_bytes()))?;
        self.0 = &self.0[names[at].len()..];
        Some(at + 1)
    }

    /// Exactly so many digits.
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        if !number.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = rest;
        Some(number.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')))
    }

    fn time(&mut self) -> Option<i64> {
        let hour = self.number(2)?;
        self.is(b":")?;
        let minute = self.number(2)?;
        self.is(b":")?;
        Some(hour * 3_600 + minute * 60 + self.number(2)?)
    }
}
