//! `force-persist` and `ignore-persist`: whether what binds a client to a server counts for this request.

use super::choose::answer;
use super::cond::{Answer, Cond};
use super::trace::Trace;
use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::plan::{self, At};
use crate::program::Program;
use crate::sample::args::Build;

/// What counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Persistence {
    #[default]
    Usual,
    /// A server that is down is used all the same, and never left for another one.
    Forced,
    /// Cookies of persistence name no server, and none is given.
    Ignored,
}

/// A compiled line.
#[derive(Debug)]
pub struct PersistRule {
    says: Persistence,
    pub(crate) cond: Cond,
    at: At,
    text: Box<str>,
}

impl PersistRule {
    pub fn compile(rule: &plan::PersistRule, build: &Build<'_>) -> Result<Self, PlanError> {
        Ok(Self {
            says: if rule.force {
                Persistence::Forced
            } else {
                Persistence::Ignored
            },
            cond: Cond::compile(&rule.cond, build).map_err(|error| error.at(rule.at))?,
            at: rule.at,
            text: rule.text.as_str().into(),
        })
    }
}

/// What the first line that applies says.
pub fn persistence(program: &Program, backend: u32, ctx: &mut Ctx<'_>, mut trace: Option<&mut Trace>) -> Persistence {
    let rules = program
        .proxies
        .get(backend as usize)
        .map_or(&[][..], |proxy| &proxy.persistence);
    if rules.is_empty() {
        return Persistence::Usual;
    }
    ctx.scratch.parsed.take();
    for rule in rules {
        let start = trace.as_deref().map_or(0, |trace| trace.steps.len());
        let taken = answer(&rule.cond, program, ctx, trace.as_deref_mut()) == Answer::True;
        if let Some(trace) = trace.as_deref_mut() {
            trace.rule(start, rule.at, &rule.text, Some(taken));
        }
        if taken {
            return rule.says;
        }
    }
    Persistence::Usual
}
