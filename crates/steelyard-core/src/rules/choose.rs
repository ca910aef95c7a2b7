//! Which backend and which server: `use_backend`, `use-server`, `monitor fail` and other bare conditions.

use super::cond::{Answer, Cond};
use super::trace::{Step, Trace};
use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::logformat::{Format, Style};
use crate::plan::{self, At, LogFormat};
use crate::program::Program;
use crate::sample::args::Build;

/// A compiled `use_backend` or `use-server` rule.
#[derive(Debug)]
pub struct Chooser {
    target: Target,
    cond: Option<Cond>,
    at: At,
    text: Box<str>,
}

#[derive(Debug)]
enum Target {
    Index(u32),
    Name(Format),
}

impl Chooser {
    pub fn backend(rule: &plan::UseBackend, build: &Build<'_>) -> Result<Self, PlanError> {
        Self::compile(rule.backend, &rule.name, rule.cond.as_ref(), rule.at, &rule.text, build)
    }

    pub fn server(rule: &plan::UseServer, build: &Build<'_>) -> Result<Self, PlanError> {
        Self::compile(rule.server, &rule.name, rule.cond.as_ref(), rule.at, &rule.text, build)
    }

    fn compile(
        index: Option<u32>,
        name: &LogFormat,
        cond: Option<&plan::Cond>,
        at: At,
        text: &str,
        build: &Build<'_>,
    ) -> Result<Self, PlanError> {
        let made = || {
            Ok::<_, PlanError>(Self {
                target: match index {
                    Some(index) => Target::Index(index),
                    None => Target::Name(Format::compile(name, Style::Raw, build)?),
                },
                cond: cond.map(|cond| Cond::compile(cond, build)).transpose()?,
                at,
                text: text.into(),
            })
        };
        made().map_err(|error| error.at(at))
    }

    pub(crate) fn cond(&self) -> Option<&Cond> {
        self.cond.as_ref()
    }

    /// Whether it does. The name is left in the scratch text where it has to be looked up.
    fn applies(&self, program: &Program, ctx: &mut Ctx<'_>, mut trace: Option<&mut Trace>) -> bool {
        let start = trace.as_deref().map_or(0, |trace| trace.steps.len());
        let taken = match &self.cond {
            None => true,
            Some(cond) => answer(cond, program, ctx, trace.as_deref_mut()) == Answer::True,
        };
        if let Some(trace) = trace {
            trace.rule(start, self.at, &self.text, Some(taken));
        }
        if taken {
            if let Target::Name(format) = &self.target {
                let mut text = std::mem::take(&mut ctx.scratch.text);
                text.clear();
                ctx.scratch.arena.reset();
                format.render(&ctx.view(program, None), &mut text);
                ctx.scratch.text = text;
            }
        }
        taken
    }
}

fn answer(cond: &Cond, program: &Program, ctx: &mut Ctx<'_>, trace: Option<&mut Trace>) -> Answer {
    ctx.scratch.arena.reset();
    match trace {
        None => cond.answer(&ctx.view(program, None)),
        Some(trace) => cond.traced(program, ctx, trace),
    }
}

/// Whether a condition holds now; what more input could change counts as no.
pub fn holds(cond: &Cond, program: &Program, ctx: &mut Ctx<'_>) -> bool {
    answer(cond, program, ctx, None) == Answer::True
}

/// `use_backend` rules of the frontend part of `proxy`, then `default_backend`: index in `Plan::proxies`, `None` when there
/// is none (503). A name that no backend has is passed over and the default is taken.
pub fn choose_backend(program: &Program, proxy: u32, ctx: &mut Ctx<'_>, mut trace: Option<&mut Trace>) -> Option<u32> {
    let compiled = program.proxies.get(proxy as usize)?;
    let mut chosen = None;
    for rule in &compiled.use_backend {
        if rule.applies(program, ctx, trace.as_deref_mut()) {
            let found = match rule.target {
                Target::Index(index) => Some(index),
                Target::Name(_) => program.backend(&ctx.scratch.text),
            };
            chosen = found.map(|index| (index, rule));
            break;
        }
    }
    let index = chosen.map(|(index, _)| index).or_else(|| {
        let frontend = program.plan.proxies.get(proxy as usize)?.frontend.as_ref()?;
        frontend.default_backend
    });
    if let Some(trace) = trace {
        let name = index
            .and_then(|index| program.plan.proxies.get(index as usize))
            .map(|proxy| proxy.name.clone());
        trace.steps.push(Step::Choice {
            at: chosen.map(|(_, rule)| rule.at),
            kind: "backend",
            what: chosen.map_or_else(|| "default_backend".into(), |(_, rule)| rule.text.to_string()),
            name: name.unwrap_or_default(),
        });
    }
    index
}

/// `use-server` rules: index in the backend's servers, `None` when none applies.
pub fn choose_server(program: &Program, backend: u32, ctx: &mut Ctx<'_>, mut trace: Option<&mut Trace>) -> Option<u32> {
    let compiled = program.proxies.get(backend as usize)?;
    for rule in &compiled.use_server {
        if !rule.applies(program, ctx, trace.as_deref_mut()) {
            continue;
        }
        let servers = &program.plan.proxies.get(backend as usize)?.backend.as_ref()?.servers;
        let index = match rule.target {
            Target::Index(index) => Some(index),
            Target::Name(_) => {
                let at = servers.iter().position(|server| server.name.as_bytes() == ctx.scratch.text);
                at.and_then(|at| u32::try_from(at).ok())
            }
        };
        if let Some(trace) = trace {
            let name = index
                .and_then(|index| servers.get(index as usize))
                .map(|server| server.name.clone());
            let (what, name) = (rule.text.to_string(), name.unwrap_or_default());
            trace.steps.push(Step::Choice {
                at: Some(rule.at),
                kind: "server",
                what,
                name,
            });
        }
        return index;
    }
    None
}
