//! A broken-down date as text, as strftime(3) of the GNU C library writes it in the C locale, flags and widths included.

use super::super::text::{push_int, push_uint};
use super::date::{Moment, DAYS, LONG_DAYS, LONG_MONTHS, MONTHS};

/// What stands between `%` and the letter: `%[flags][width][E|O]letter`.
#[derive(Clone, Copy, Default)]
struct Spec {
    /// `_`, `-` or `0`: what numbers are filled up with.
    pad: Option<u8>,
    upper: bool,
    /// `#`: the other case.
    swap: bool,
    width: usize,
}

/// A width that no buffer holds.
const TOO_WIDE: usize = 1 << 20;

/// Appends a date. What is not known stays as it is; nothing is written where a width is larger than any buffer.
pub(crate) fn strftime(format: &[u8], at: &Moment, zone: &str, out: &mut Vec<u8>) {
    let start = out.len();
    if write(format, at, zone, out).is_none() {
        out.truncate(start);
    }
}

/// The digits of `%N`, with the number of them in front of the letter, before anything else is read. They are those of nanoseconds
/// without a sign, as HAProxy counts them.
pub(crate) fn with_fraction(format: &[u8], nanos: i64) -> Vec<u8> {
    let mut digits = Vec::new();
    padded(&mut digits, nanos as u64, 9);
    let mut out = Vec::with_capacity(format.len() + 8);
    let mut rest = format;
    while let Some(at) = memchr::memchr(b'%', rest) {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        let numbers = from[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if from.get(1 + numbers) == Some(&b'N') {
            let width = if numbers == 0 { 9 } else { number(&from[1..=numbers]).min(9) };
            out.extend_from_slice(&digits[..width]);
            rest = &from[numbers + 2..];
        } else {
            out.push(b'%');
            rest = &from[1..];
        }
    }
    out.extend_from_slice(rest);
    out
}

fn number(digits: &[u8]) -> usize {
    digits.iter().fold(0_usize, |value, digit| {
        value.saturating_mul(10).saturating_add(usize::from(digit - b'0'))
    })
}

fn write(format: &[u8], at: &Moment, zone: &str, out: &mut Vec<u8>) -> Option<()> {
    let mut rest = format;
    while let Some(from) = memchr::memchr(b'%', rest) {
        out.extend_from_slice(&rest[..from]);
        let mut spec = Spec::default();
        let mut end = from + 1;
        while let Some(flag) = rest.get(end) {
            match flag {
                b'_' | b'-' | b'0' => spec.pad = Some(*flag),
                b'^' => spec.upper = true,
                b'#' => spec.swap = true,
                _ => break,
            }
            end += 1;
        }
        let digits = rest[end..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        spec.width = number(&rest[end..end + digits]);
        if spec.width > TOO_WIDE {
            return None;
        }
        end += digits;
        let modifier = rest.get(end).copied().filter(|byte| matches!(byte, b'E' | b'O'));
        end += usize::from(modifier.is_some());
        let letter = rest.get(end).copied().filter(|letter| takes(*letter, modifier));
        match letter {
            Some(letter) => one(letter, spec, at, zone, out)?,
            None => spec.text(out, &rest[from..(end + 1).min(rest.len())]),
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Some(())
}

/// Whether a letter means something, also after `E` (the locale's era) or `O` (its digits), which change nothing in the C locale.
fn takes(letter: u8, modifier: Option<u8>) -> bool {
    if !b"aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%".contains(&letter) {
        return false;
    }
    match modifier {
        None => true,
        Some(b'E') => !b"aAbBhDdeFgGHIjklmMSuUVwW%".contains(&letter),
        Some(_) => !b"aAcCDFxXY%".contains(&letter),
    }
}

fn one(letter: u8, mut spec: Spec, at: &Moment, zone: &str, out: &mut Vec<u8>) -> Option<()> {
    let twelve = if at.hour % 12 == 0 { 12 } else { at.hour % 12 };
    let weekday = i64::try_from(at.weekday).unwrap_or(0);
    // `#` makes names upper case, but AM, PM and zones lower case.
    let named = Spec {
        upper: spec.upper || spec.swap,
        ..spec
    };
    match letter {
        b'a' => named.text(out, DAYS[at.weekday].as_bytes()),
        b'A' => named.text(out, LONG_DAYS[at.weekday].as_bytes()),
        b'b' | b'h' => named.text(out, MONTHS[at.month - 1].as_bytes()),
        b'B' => named.text(out, LONG_MONTHS[at.month - 1].as_bytes()),
        b'c' => spec.whole(out, b"%a %b %e %H:%M:%S %Y", at, zone)?,
        b'C' => spec.number(out, 1, at.year.div_euclid(100)),
        b'd' => spec.number(out, 2, at.day),
        b'D' | b'x' => spec.whole(out, b"%m/%d/%y", at, zone)?,
        b'e' => spec.spaced(out, at.day),
        b'F' => spec.whole(out, b"%Y-%m-%d", at, zone)?,
        b'g' => spec.number(out, 2, at.iso_week().1.rem_euclid(100)),
        b'G' => spec.number(out, 1, at.iso_week().1),
        b'H' => spec.number(out, 2, at.hour),
        b'I' => spec.number(out, 2, twelve),
        b'j' => spec.number(out, 3, at.yearday + 1),
        b'k' => spec.spaced(out, at.hour),
        b'l' => spec.spaced(out, twelve),
        b'm' => spec.number(out, 2, i64::try_from(at.month).unwrap_or(1)),
        b'M' => spec.number(out, 2, at.minute),
        b'n' => spec.text(out, b"\n"),
        b'p' | b'P' => {
            let lower = letter == b'P' || spec.swap;
            let half: &[u8] = match (at.hour < 12, lower) {
                (true, true) => b"am",
                (false, true) => b"pm",
                (true, false) => b"AM",
                (false, false) => b"PM",
            };
            spec.upper &= !lower;
            spec.text(out, half);
        }
        b'r' => spec.whole(out, b"%I:%M:%S %p", at, zone)?,
        b'R' => spec.whole(out, b"%H:%M", at, zone)?,
        b's' => spec.number(out, 1, at.epoch),
        b'S' => spec.number(out, 2, at.second),
        b't' => spec.text(out, b"\t"),
        b'T' | b'X' => spec.whole(out, b"%H:%M:%S", at, zone)?,
        b'u' => spec.number(out, 1, if weekday == 0 { 7 } else { weekday }),
        b'U' => spec.number(out, 2, (at.yearday + 7 - weekday) / 7),
        b'V' => spec.number(out, 2, at.iso_week().0),
        b'w' => spec.number(out, 1, weekday),
        b'W' => spec.number(out, 2, (at.yearday + 7 - (weekday + 6) % 7) / 7),
        b'y' => spec.number(out, 2, at.year.rem_euclid(100)),
        b'Y' => spec.number(out, 1, at.year),
        b'z' => {
            let minutes = at.offset.abs() / 60;
            spec.text(out, if at.offset < 0 { b"-" } else { b"+" });
            spec.number(out, 4, minutes / 60 * 100 + minutes % 60);
        }
        b'Z' if spec.swap => spec.text(out, zone.to_ascii_lowercase().as_bytes()),
        b'Z' => spec.text(out, zone.as_bytes()),
        b'%' => spec.text(out, b"%"),
        _ => {}
    }
    Some(())
}

impl Spec {
    fn text(self, out: &mut Vec<u8>, text: &[u8]) {
        let start = out.len();
        out.extend_from_slice(text);
        if self.upper {
            out[start..].make_ascii_uppercase();
        }
        fill(out, start, self.width, if self.pad == Some(b'0') { b'0' } else { b' ' });
    }

    /// A date inside of the date, filled up as one text.
    fn whole(self, out: &mut Vec<u8>, format: &[u8], at: &Moment, zone: &str) -> Option<()> {
        let start = out.len();
        write(format, at, zone, out)?;
        if self.upper {
            out[start..].make_ascii_uppercase();
        }
        fill(out, start, self.width, if self.pad == Some(b'0') { b'0' } else { b' ' });
        Some(())
    }

    /// A number with at least so many places.
    fn number(self, out: &mut Vec<u8>, places: usize, value: i64) {
        let (start, places) = (out.len(), places.max(self.width));
        match self.pad {
            Some(b'-') => push_int(out, value),
            Some(b'_') => {
                push_int(out, value);
                fill(out, start, places, b' ');
            }
            _ => {
                if value < 0 {
                    out.push(b'-');
                }
                let sign = out.len() - start;
                padded(out, value.unsigned_abs(), places.saturating_sub(sign));
            }
        }
        // With `-` the width still counts for the text as a whole.
        fill(out, start, self.width, b' ');
    }

    /// Numbers that are filled up with a space where nothing else is asked for.
    fn spaced(self, out: &mut Vec<u8>, value: i64) {
        let pad = self.pad.or(Some(b'_'));
        Self { pad, ..self }.number(out, 2, value);
    }
}

/// A number with at least so many digits.
pub(crate) fn padded(out: &mut Vec<u8>, value: u64, places: usize) {
    let start = out.len();
    push_uint(out, value);
    fill(out, start, places, b'0');
}

/// Makes what stands behind `start` so long, in front.
fn fill(out: &mut Vec<u8>, start: usize, length: usize, with: u8) {
    let end = out.len();
    let missing = length.saturating_sub(end - start);
    if missing > 0 {
        out.resize(end + missing, with);
        out.copy_within(start..end, start + missing);
        out[start..start + missing].fill(with);
    }
}
