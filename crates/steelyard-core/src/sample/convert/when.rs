//! `when`: the sample, where something is so (manual section 7.3.1).

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::rules::all;

#[derive(Debug)]
pub struct When {
    what: What,
    not: bool,
}

#[derive(Debug)]
enum What {
    Error,
    /// A server was asked.
    Forwarded,
    /// A server was asked, or the process itself answers as one.
    Processed,
    ToApplet,
    Stopping,
    Acl([(u32, bool); 1]),
}

pub const NAMES: &[&str] = &["when"];

impl When {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        if args.name != "when" {
            return Ok(None);
        }
        let word = args.str(0)?;
        let (word, not) = word.strip_prefix('!').map_or((word, false), |word| (word, true));
        let (what, not) = match word {
            "error" => (What::Error, not),
            "normal" => (What::Error, !not),
            "forwarded" => (What::Forwarded, not),
            "processed" => (What::Processed, not),
            "toapplet" => (What::ToApplet, not),
            "stopping" => (What::Stopping, not),
            "acl" => (What::Acl([args.acl(1)?]), not),
            _ => return Err(args.wrong(0, "a condition such as error")),
        };
        Ok(Some(Self { what, not }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let (forwarded, applet) = (view.server.is_some(), view.record.applet.is_some());
        let holds = match &self.what {
            What::Error => view.record.is_erroneous(),
            What::Forwarded => forwarded,
            What::Processed => forwarded || applet,
            What::ToApplet => applet,
            What::Stopping => view.state.stopping(),
            What::Acl(acl) => all(acl, view)?,
        };
        (holds != self.not).then_some(sample)
    }
}
