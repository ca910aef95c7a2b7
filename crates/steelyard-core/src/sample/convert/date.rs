//! Dates as text: `http_date`, `ltime`, `utime` and their finer kin.

use super::super::args::Args;
use super::super::fetch::state::Unit;
use super::super::{push_int, Sample, View};
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
const LONG_MONTHS: [&str; 12] = [
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
const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const LONG_DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Moment {
    pub(crate) fn new(epoch: i64, offset: i64) -> Self {
        // Years 0 to 9999: dates outside have no text that anyone reads.
        let epoch = epoch.clamp(-62_167_219_200, 253_402_300_799);
        let local = epoch + offset;
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
    fn iso_week(&self) -> (i64, i64) {
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
        let split = |value: i64, unit| match unit {
            Unit::Seconds => (value, 0),
            Unit::Millis => (value.div_euclid(1_000), value.rem_euclid(1_000) * 1_000_000),
            Unit::Micros => (value.div_euclid(1_000_000), value.rem_euclid(1_000_000) * 1_000),
        };
        let mut out = Vec::new();
        match self {
            Self::Http { offset, unit } => {
                let (seconds, nanos) = split(value.saturating_add(*offset), *unit);
                strftime(b"%a, %d %b %Y %H:%M:%S", &Moment::new(seconds, 0), 0, &mut out);
                if *unit != Unit::Seconds {
                    out.push(b'.');
                    push_int(
                        &mut out,
                        if *unit == Unit::Millis {
                            nanos / 1_000_000
                        } else {
                            nanos / 1_000
                        },
                    );
                }
                out.extend_from_slice(b" GMT");
            }
            Self::Format {
                format,
                offset,
                unit,
                local,
            } => {
                let (seconds, nanos) = split(value.saturating_add(*offset), *unit);
                let east = if *local {
                    i64::from(view.state.utc_offset_at(seconds))
                } else {
                    0
                };
                strftime(format, &Moment::new(seconds, east), nanos, &mut out);
            }
        }
        (out.len() <= view.limit()).then(|| Sample::Str(view.arena.alloc_slice_copy(&out)))
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

/// Appends a date as strftime(3) does in the C locale; `%N` (with an optional width in front) gives nanoseconds. What is not
/// known stays as it is.
pub(crate) fn strftime(format: &[u8], at: &Moment, nanos: i64, out: &mut Vec<u8>) {
    let mut bytes = format.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let Some(mut letter) = bytes.next() else {
            out.push(b'%');
            return;
        };
        let mut width = 9;
        if letter.is_ascii_digit() && letter != b'0' {
            width = usize::from(letter - b'0');
            let Some(next) = bytes.next() else { return };
            letter = next;
        }
        let twelve = if at.hour % 12 == 0 { 12 } else { at.hour % 12 };
        let weekday = at.weekday_number();
        match letter {
            b'a' => out.extend_from_slice(DAYS[at.weekday].as_bytes()),
            b'A' => out.extend_from_slice(LONG_DAYS[at.weekday].as_bytes()),
            b'b' | b'h' => out.extend_from_slice(MONTHS[at.month - 1].as_bytes()),
            b'B' => out.extend_from_slice(LONG_MONTHS[at.month - 1].as_bytes()),
            b'c' => strftime(b"%a %b %e %H:%M:%S %Y", at, nanos, out),
            b'C' => padded(out, at.year / 100, 2, b'0'),
            b'd' => padded(out, at.day, 2, b'0'),
            b'D' | b'x' => strftime(b"%m/%d/%y", at, nanos, out),
            b'e' => padded(out, at.day, 2, b' '),
            b'F' => strftime(b"%Y-%m-%d", at, nanos, out),
            b'g' => padded(out, at.iso_week().1 % 100, 2, b'0'),
            b'G' => push_int(out, at.iso_week().1),
            b'H' => padded(out, at.hour, 2, b'0'),
            b'I' => padded(out, twelve, 2, b'0'),
            b'j' => padded(out, at.yearday + 1, 3, b'0'),
            b'k' => padded(out, at.hour, 2, b' '),
            b'l' => padded(out, twelve, 2, b' '),
            b'm' => padded(out, i64::try_from(at.month).unwrap_or(1), 2, b'0'),
            b'M' => padded(out, at.minute, 2, b'0'),
            b'n' => out.push(b'\n'),
            b'N' => {
                let start = out.len();
                padded(out, nanos, 9, b'0');
                out.truncate(start + width.min(9));
            }
            b'p' => out.extend_from_slice(if at.hour < 12 { b"AM" } else { b"PM" }),
            b'P' => out.extend_from_slice(if at.hour < 12 { b"am" } else { b"pm" }),
            b'r' => strftime(b"%I:%M:%S %p", at, nanos, out),
            b'R' => strftime(b"%H:%M", at, nanos, out),
            b's' => push_int(out, at.epoch),
            b'S' => padded(out, at.second, 2, b'0'),
            b't' => out.push(b'\t'),
            b'T' | b'X' => strftime(b"%H:%M:%S", at, nanos, out),
            b'u' => push_int(out, if weekday == 0 { 7 } else { weekday }),
            b'U' => padded(out, (at.yearday + 7 - weekday) / 7, 2, b'0'),
            b'V' => padded(out, at.iso_week().0, 2, b'0'),
            b'w' => push_int(out, weekday),
            b'W' => padded(out, (at.yearday + 7 - (weekday + 6) % 7) / 7, 2, b'0'),
            b'y' => padded(out, at.year % 100, 2, b'0'),
            b'Y' => push_int(out, at.year),
            b'z' => push_offset(out, at.offset),
            b'Z' => out.extend_from_slice(if at.offset == 0 { b"UTC" } else { b"" }),
            b'%' => out.push(b'%'),
            other => out.extend_from_slice(&[b'%', other]),
        }
    }
}

/// A number with at least so many places.
fn padded(out: &mut Vec<u8>, value: i64, width: usize, fill: u8) {
    let start = out.len();
    push_int(out, value);
    let digits = out.len() - start;
    if digits < width {
        out.resize(start + width, fill);
        out.copy_within(start..start + digits, start + width - digits);
        out[start..start + width - digits].fill(fill);
    }
}

/// `+0100`
fn push_offset(out: &mut Vec<u8>, offset: i64) {
    out.push(if offset < 0 { b'-' } else { b'+' });
    let minutes = offset.abs() / 60;
    padded(out, minutes / 60 * 100 + minutes % 60, 4, b'0');
}
