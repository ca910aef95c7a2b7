//! `early-hint`: fields of a 103 response.

use crate::ctx::Ctx;
use crate::logformat::Format;
use crate::program::Program;

#[derive(Debug)]
pub struct EarlyHint {
    pub name: Box<[u8]>,
    pub value: Format,
}

impl EarlyHint {
    /// Writes the field behind those that are waiting. `last`: the response ends with it.
    pub fn run(&self, last: bool, program: &Program, ctx: &mut Ctx<'_>) {
        let mut hints = std::mem::take(&mut ctx.record.hints);
        if hints.is_empty() || hints.ends_with(b"\r\n\r\n") {
            hints.extend_from_slice(b"HTTP/1.1 103 Early Hints\r\n");
        }
        hints.extend_from_slice(&self.name);
        hints.extend_from_slice(b": ");
        let start = hints.len();
        self.value.render(&ctx.view(program, None), &mut hints);
        // A line end would be another field.
        let end = memchr::memchr3(b'\r', b'\n', 0, hints.get(start..).unwrap_or_default());
        hints.truncate(end.map_or(hints.len(), |at| start + at));
        hints.extend_from_slice(b"\r\n");
        if last {
            hints.extend_from_slice(b"\r\n");
        }
        ctx.record.hints = hints;
    }
}
