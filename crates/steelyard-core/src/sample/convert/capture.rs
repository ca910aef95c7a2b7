//! `capture-req` and `capture-res`: the sample goes to a place of the log, too (manual section 7.3.1).

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;

#[derive(Debug)]
pub struct Capture {
    response: bool,
    /// `None`: there can be no such place.
    slot: Option<usize>,
}

pub const NAMES: &[&str] = &["capture-req", "capture-res"];

impl Capture {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let response = match args.name {
            "capture-req" => false,
            "capture-res" => true,
            _ => return Ok(None),
        };
        Ok(Some(Self {
            response,
            slot: usize::try_from(args.int(0)?).ok(),
        }))
    }

    /// A place that the frontend has not takes nothing; then there is no value, as in HAProxy.
    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let slot = self.slot?;
        let lengths = &view.program.proxies.get(view.frontend as usize)?.slots[usize::from(self.response)];
        let length = *lengths.get(slot)?;
        let text = sample.as_str(view.arena);
        let slots = if self.response {
            &view.record.response_captures
        } else {
            &view.record.request_captures
        };
        slots.set(slot, &text[..text.len().min(length)]);
        Some(Sample::Str(text))
    }
}
