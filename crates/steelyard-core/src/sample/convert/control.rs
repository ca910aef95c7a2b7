//! `has_ctl`: control characters.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;

/// One bit for each byte from 0 to 31, and one for 127 (DEL).
#[derive(Clone, Copy, Debug)]
pub struct Control(u64);

pub const NAMES: &[&str] = &["has_ctl"];

const ALL: u64 = 0x1_ffff_ffff;
const TAB: u64 = 1 << 9;
/// CR, LF and NUL: what a header value can't hold.
const HTTP: u64 = 0x2401;

impl Control {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let wrong = || args.wrong(0, "a number of 33 bits, 'any' or 'http'");
        let mask = match args.opt_str(0)? {
            None | Some("") => ALL & !TAB,
            Some("any") => ALL,
            Some("http") => HTTP,
            Some(text) => match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
                Some(digits) => u64::from_str_radix(digits, 16).map_err(|_| wrong())?,
                None => text.parse().map_err(|_| wrong())?,
            },
        };
        if mask > ALL {
            return Err(wrong());
        }
        Ok(Some(Self(mask)))
    }

    pub fn apply<'e>(self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let found = sample.as_bin(view.arena).iter().any(|byte| match byte {
            0..=31 => self.0 >> byte & 1 == 1,
            127 => self.0 >> 32 & 1 == 1,
            _ => false,
        });
        Some(Sample::Bool(found))
    }
}
