//! Dates as text: `http_date`, `ltime`, `utime` and their finer kin.

use std::borrow::Cow;

use super::super::args::Args;
use super::super::fetch::state::Unit;
use super::super::{Sample, View};
use super::strftime::{padded, strftime, with_fraction};
use crate::error::PlanError;

#[derive(Debug)]
pub enum Date {
    Http {
        offset: i64,
        unit: Unit,
    },
    Format {
        format: Box<[u8]>,
        offset: i64,
        unit: Unit,
        local: bool,
    },
}

pub const NAMES: &[&str] = &["http_date", "ltime", "utime", "ms_ltime", "ms_utime", "us_ltime", "us_utime"];

/// A moment, broken down (proleptic Gregorian calendar, UTC plus `offset`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub year: i64,
    /// From 1.
    pub month: usize,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// 0 is Sunday.
    pub weekday: usize,
    /// From 0.
    pub yearday: i64,
    /// Seconds east of UTC.
    pub offset: i64,
    /// Seconds since the epoch, UTC.
    pub epoch: i64,
}

pub(super) const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
pub(super) const LONG_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
pub(super) const LONG_DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Moment {
    pub(crate) fn new(epoch: i64, offset: i64) -> Self {
        let local = epoch.saturating_add(offset);
        let (days, seconds) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        // Days to a date, by eras of 400 years that start in March.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        let month = usize::try_from(month).unwrap_or(1).clamp(1, 12);
        Self {
            year,
            month,
            day,
            hour: seconds / 3_600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            weekday: usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0),
            yearday: before[month - 1] + day - 1 + i64::from(leap && month > 2),
            offset,
            epoch,
        }
    }

    fn weekday_number(&self) -> i64 {
        i64::try_from(self.weekday).unwrap_or(0)
    }

    /// ISO 8601 week and its year.
    pub(super) fn iso_week(&self) -> (i64, i64) {
        let week = (self.yearday - (self.weekday_number() + 6) % 7 + 10) / 7;
        let last_day = |year: i64| (year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)).rem_euclid(7);
        let weeks_in = |year: i64| {
            if last_day(year) == 4 || last_day(year - 1) == 3 {
                53
            } else {
                52
            }
        };
        if week < 1 {
            (weeks_in(self.year - 1), self.year - 1)
        } else if week > weeks_in(self.year) {
            (1, self.year + 1)
        } else {
            (week, self.year)
        }
    }
}

impl Date {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let format = |unit, local| -> Result<Self, PlanError> {
            let format = args.str(0)?.as_bytes().into();
            Ok(Self::Format {
                format,
                offset: args.opt_int(1)?.unwrap_or(0),
                unit,
                local,
            })
        };
        Ok(Some(match args.name {
            "http_date" => Self::Http {
                offset: args.opt_int(0)?.unwrap_or(0),
                unit: Unit::parse(args, 1)?,
            },
            "ltime" => format(Unit::Seconds, true)?,
            "utime" => format(Unit::Seconds, false)?,
            "ms_ltime" => format(Unit::Millis, true)?,
            "ms_utime" => format(Unit::Millis, false)?,
            "us_ltime" => format(Unit::Micros, true)?,
            "us_utime" => format(Unit::Micros, false)?,
            _ => return Ok(None),
        }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let value = sample.as_int()?;
        let mut out = Vec::new();
        match self {
            Self::Http { offset, unit } => {
                let (seconds, fraction) = split(value.wrapping_add(*offset), *unit);
                strftime(b"%a, %d %b %Y %H:%M:%S", &Moment::new(seconds & SECONDS, 0), "GMT", &mut out);
                let places = match unit {
                    Unit::Seconds => 0,
                    Unit::Millis => 3,
                    Unit::Micros => 6,
                };
                if places > 0 {
                    out.push(b'.');
                    if fraction < 0 {
                        out.push(b'-');
                    }
                    padded(&mut out, fraction.unsigned_abs(), places - usize::from(fraction < 0));
                }
                out.extend_from_slice(b" GMT");
            }
            Self::Format {
                format,
                offset,
                unit,
                local,
            } => {
                let (seconds, format) = match unit {
                    Unit::Seconds => ((value & SECONDS).saturating_add(*offset), Cow::Borrowed(&**format)),
                    Unit::Millis | Unit::Micros => {
                        let (seconds, fraction) = split(value.saturating_add(*offset), *unit);
                        let nanos = if *unit == Unit::Millis { 1_000_000 } else { 1_000 };
                        (seconds, Cow::Owned(with_fraction(format, fraction * nanos)))
                    }
                };
                let (east, zone) = if *local {
                    (view.state.utc_offset_at(seconds), view.state.zone_at(seconds))
                } else {
                    (0, Cow::Borrowed("GMT"))
                };
                strftime(&format, &Moment::new(seconds, i64::from(east)), &zone, &mut out);
                if out.len() > view.limit() {
                    // As strftime(3), which says nothing where there is no room for all.
                    out.clear();
                }
            }
        }
        Some(Sample::Str(view.arena.alloc_slice_copy(&out)))
    }
}

/// Seconds of dates in seconds are counted in so many bits, and without a sign: before 1970 is far in the future.
const SECONDS: i64 = 0x007f_ffff_ffff_ffff;

/// Seconds, and what is left in units: towards zero, so that it has the sign of the date.
fn split(value: i64, unit: Unit) -> (i64, i64) {
    match unit {
        Unit::Seconds => (value, 0),
        Unit::Millis => (value / 1_000, value % 1_000),
        Unit::Micros => (value / 1_000_000, value % 1_000_000),
    }
}

/// Days from the epoch to the first of a month (from 1).
pub(super) fn days_before(year: i64, month: usize) -> i64 {
    let month = i64::try_from(month).unwrap_or(1);
    // Years start in March here: the day that leap years add is then the last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}
