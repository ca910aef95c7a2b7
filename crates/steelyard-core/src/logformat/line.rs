//! Which formats a log line is made of: the frontend's, or those of the profile that its `log` line names (manual section 8.3.5).

use super::{Format, Style};
use crate::error::PlanError;
use crate::plan::{self, LogStep};
use crate::program::Program;
use crate::sample::args::Build;

/// A compiled `log-profile` section.
#[derive(Debug)]
pub struct Profile {
    pub tag: Option<Box<str>>,
    steps: Vec<(LogStep, Step)>,
}

#[derive(Debug)]
struct Step {
    drop: bool,
    body: Option<Format>,
    structured: Option<Format>,
}

/// Formats of a line's body and of its structured data (RFC 5424).
#[derive(Clone, Copy, Debug)]
pub struct LineFormats<'p> {
    pub body: Option<&'p Format>,
    pub structured: Option<&'p Format>,
}

impl Profile {
    pub(crate) fn compile(profile: &plan::LogProfile, build: &Build<'_>) -> Result<Self, PlanError> {
        let format = |format: &Option<plan::LogFormat>| {
            let compiled = format.as_ref().map(|format| Format::compile(format, Style::Log, build));
            compiled.transpose()
        };
        let steps = profile.steps.iter().map(|step| {
            let compiled = Step {
                drop: step.drop,
                body: format(&step.format)?,
                structured: format(&step.sd)?,
            };
            Ok::<_, PlanError>((step.step, compiled))
        });
        Ok(Self {
            tag: profile.tag.as_deref().map(Into::into),
            steps: steps.collect::<Result<_, _>>()?,
        })
    }

    /// What it says of a step by name, else of any.
    fn step(&self, step: LogStep) -> Option<&Step> {
        let find = |wanted| {
            self.steps
                .iter()
                .rev()
                .find(|(each, _)| *each == wanted)
                .map(|(_, step)| step)
        };
        find(step).or_else(|| find(LogStep::Any))
    }
}

impl Program {
    /// The formats for a line of `proxy` at `step`; `None`: the profile drops it. A missing body stands for the default text of an
    /// error, or for no line.
    pub fn line_formats(&self, proxy: u32, profile: Option<u32>, step: LogStep) -> Option<LineFormats<'_>> {
        let own = self.proxies.get(proxy as usize);
        let body = own.and_then(|own| match step {
            LogStep::Error => own.error_log.as_ref(),
            _ => own.log.as_ref(),
        });
        let structured = own.and_then(|own| own.log_sd.as_ref());
        let said = profile.and_then(|profile| self.profiles.get(profile as usize)?.step(step));
        match said {
            Some(said) if said.drop => None,
            Some(said) => Some(LineFormats {
                body: said.body.as_ref().or(body),
                structured: said.structured.as_ref().or(structured),
            }),
            None => Some(LineFormats { body, structured }),
        }
    }
}
