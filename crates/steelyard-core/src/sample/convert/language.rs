//! `language`: the best language of an Accept-Language value (RFC 9110 section 12.5.4).

use super::super::args::Args;
use super::super::fetch::split_list;
use super::super::{Sample, View};
use crate::error::PlanError;

#[derive(Debug)]
pub struct Language {
    known: Box<[Box<[u8]>]>,
    default: Option<Box<[u8]>>,
}

pub const NAMES: &[&str] = &["language"];

impl Language {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let known = args.str(0)?.split(';').map(|name| name.as_bytes().into()).collect();
        Ok(Some(Self {
            known,
            // An empty one is none.
            default: args
                .opt_str(1)?
                .filter(|text| !text.is_empty())
                .map(|text| text.as_bytes().into()),
        }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let mut best: Option<(u32, &'e [u8])> = None;
        for element in split_list(sample.as_str(view.arena)) {
            let mut parts = element.split(|byte| *byte == b';');
            let name = parts.next().unwrap_or_default().trim_ascii();
            let quality = parts.next().map_or(1000, |part| quality(part.trim_ascii()));
            if quality == 0 || best.is_some_and(|(seen, _)| seen >= quality) {
                continue;
            }
            if let Some(known) = self.find(name) {
                best = Some((quality, known));
            }
        }
        best.map(|(_, name)| name).or(self.default.as_deref()).map(Sample::Str)
    }

    /// The name itself, else its language without the variant.
    fn find(&self, name: &[u8]) -> Option<&[u8]> {
        let base = name.split(|byte| *byte == b'-').next().unwrap_or_default();
        let get = |name: &[u8]| self.known.iter().find(|known| ***known == *name).map(|known| &**known);
        get(name).or_else(|| get(base))
    }
}

/// `q=0.8` in thousandths; what can't be read is 0.
fn quality(text: &[u8]) -> u32 {
    let Some(value) = text.strip_prefix(b"q=").or_else(|| text.strip_prefix(b"Q=")) else {
        return 0;
    };
    let digit = |index: usize| value.get(index).and_then(|byte| char::from(*byte).to_digit(10)).unwrap_or(0);
    (digit(0) * 1000 + digit(2) * 100 + digit(3) * 10 + digit(4)).min(1000)
}
