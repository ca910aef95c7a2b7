//! `capture`: a sample that the log shows.

use super::Verdict;
use crate::ctx::Ctx;
use crate::program::Program;
use crate::sample::CompiledExpr;

#[derive(Debug)]
pub struct Capture {
    pub expr: Box<CompiledExpr>,
    /// `None`: that of the slot, which a line of the frontend declares.
    pub length: Option<usize>,
    pub slot: usize,
}

impl Capture {
    /// Keeps what there is. `index`: of the rule, where the set goes on when the sample needs more input.
    pub fn run(&self, response: bool, index: usize, program: &Program, ctx: &mut Ctx<'_>) -> Option<Verdict> {
        let view = ctx.view(program, None);
        let sample = self.expr.one(&view);
        if sample.is_none() && view.incomplete.get() && view.waits() {
            return Some(Verdict::Wait { at: index });
        }
        // A rule of a backend may find a frontend without such a place: then nothing is kept.
        let lengths = program
            .proxies
            .get(view.frontend as usize)
            .map(|proxy| &proxy.slots[usize::from(response)]);
        let room = self.length.or_else(|| lengths?.get(self.slot).copied())?;
        let value = sample.map(|sample| {
            let text = sample.as_str(view.arena);
            &text[..text.len().min(room)]
        });
        let slots = if response {
            &view.record.response_captures
        } else {
            &view.record.request_captures
        };
        if let Some(value) = value {
            slots.set(self.slot, value);
        }
        None
    }
}
