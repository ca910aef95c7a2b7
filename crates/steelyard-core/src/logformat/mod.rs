//! Log formats (manual section 8.2.6): compiled once, rendered for each stream.

use crate::ctx::Ctx;
use crate::program::Program;

/// A compiled log format.
#[derive(Debug, Default)]
pub struct Format {}

/// Appends one log line (its body: no syslog header, no end of line) to `out`.
pub fn render_log(_program: &Program, _format: &Format, _ctx: &mut Ctx<'_>, _out: &mut Vec<u8>) {}
