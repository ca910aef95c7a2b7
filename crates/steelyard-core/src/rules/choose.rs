//! Which backend and which server: `use_backend`, `use-server`, `monitor fail` and other bare conditions.

use super::cond::{Answer, Cond};
use super::lookup::Lookup;
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

/// `use_backend` or `use-server` rules, in order.
#[derive(Debug)]
pub struct Choosers {
    rules: Box<[Chooser]>,
    lookup: Option<Lookup>,
}

#[derive(Debug)]
enum Target {
    Index(u32),
    Name(Format),
}

impl Choosers {
    pub fn backends(rules: &[plan::UseBackend], build: &Build<'_>) -> Result<Self, PlanError> {
        let compile =
            |rule: &plan::UseBackend| Chooser::compile(rule.backend, &rule.name, rule.cond.as_ref(), rule.at, &rule.text, build);
        Ok(Self {
            rules: rules.iter().map(compile).collect::<Result<_, _>>()?,
            lookup: Lookup::compile(rules.iter().map(|rule| rule.cond.as_ref()), true, build)?,
        })
    }

    pub fn servers(rules: &[plan::UseServer], build: &Build<'_>) -> Result<Self, PlanError> {
        let compile =
            |rule: &plan::UseServer| Chooser::compile(rule.server, &rule.name, rule.cond.as_ref(), rule.at, &rule.text, build);
        Ok(Self {
            rules: rules.iter().map(compile).collect::<Result<_, _>>()?,
            lookup: Lookup::compile(rules.iter().map(|rule| rule.cond.as_ref()), true, build)?,
        })
    }

    pub(crate) fn conds(&self) -> impl Iterator<Item = &Cond> {
        self.rules.iter().filter_map(|rule| rule.cond.as_ref())
    }

    /// What names are made of.
    pub(crate) fn formats(&self) -> impl Iterator<Item = &Format> {
        self.rules.iter().filter_map(|rule| match &rule.target {
            Target::Index(_) => None,
            Target::Name(format) => Some(format),
        })
    }

    /// The first rule from number `from` on that applies, and its number. A trace shows every rule in turn, so then none is passed
    /// over.
    fn first(
        &self,
        from: usize,
        program: &Program,
        ctx: &mut Ctx<'_>,
        mut trace: Option<&mut Trace>,
    ) -> Option<(usize, &Chooser)> {
        match &self.lookup {
            Some(lookup) if trace.is_none() => {
                let mut walk = lookup.walk(u32::try_from(from).ok()?);
                loop {
                    ctx.scratch.arena.reset();
                    let candidate = lookup.next(&mut walk, &ctx.view(program, None))?;
                    let number = candidate.rule as usize;
                    let rule = self.rules.get(number)?;
                    if candidate.sure {
                        rule.render(program, ctx);
                        return Some((number, rule));
                    }
                    if rule.applies(program, ctx, None) {
                        return Some((number, rule));
                    }
                }
            }
            _ => {
                let mut rules = self.rules.iter().enumerate().skip(from);
                rules.find(|(_, rule)| rule.applies(program, ctx, trace.as_deref_mut()))
            }
        }
    }
}

impl Chooser {
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
            self.render(program, ctx);
        }
        taken
    }

    /// Leaves the name in the scratch text, where it has to be looked up.
    fn render(&self, program: &Program, ctx: &mut Ctx<'_>) {
        if let Target::Name(format) = &self.target {
            let mut text = std::mem::take(&mut ctx.scratch.text);
            text.clear();
            ctx.scratch.arena.reset();
            format.render(&ctx.view(program, None), &mut text);
            ctx.scratch.text = text;
        }
    }
}

pub(super) fn answer(cond: &Cond, program: &Program, ctx: &mut Ctx<'_>, trace: Option<&mut Trace>) -> Answer {
    ctx.scratch.arena.reset();
    match trace {
        None => cond.answer(&ctx.view(program, None)),
        Some(trace) => cond.traced(program, ctx, trace),
    }
}

/// Whether a condition holds now; what more input could change counts as no.
pub fn holds(cond: &Cond, program: &Program, ctx: &mut Ctx<'_>) -> bool {
    ctx.scratch.parsed.take();
    answer(cond, program, ctx, None) == Answer::True
}

/// `use_backend` rules of the frontend part of `proxy`, then `default_backend`: index in `Plan::proxies`, `None` when there
/// is none (503). A name that no backend has is passed over and the default is taken.
pub fn choose_backend(program: &Program, proxy: u32, ctx: &mut Ctx<'_>, mut trace: Option<&mut Trace>) -> Option<u32> {
    ctx.scratch.parsed.take();
    let compiled = program.proxies.get(proxy as usize)?;
    let rule = compiled.use_backend.first(0, program, ctx, trace.as_deref_mut());
    let chosen = rule.and_then(|(_, rule)| {
        let found = match rule.target {
            Target::Index(index) => Some(index),
            Target::Name(_) => program.backend(&ctx.scratch.text),
        };
        found.map(|index| (index, rule))
    });
    let index = chosen.map(|(index, _)| index).or_else(|| {
        let frontend = program.plan.proxies.get(proxy as usize)?.frontend.as_ref()?;
        frontend.default_backend
    });
    if let Some(trace) = trace {
        let name = index
            .and_then(|index| program.plan.proxies.get(index as usize))
            .map(|proxy| proxy.name.clone());
        let without_rule = if index == Some(proxy) {
            "the listen itself"
        } else {
            "default_backend"
        };
        trace.steps.push(Step::Choice {
            at: chosen.map(|(_, rule)| rule.at),
            kind: "backend",
            what: chosen.map_or_else(|| without_rule.into(), |(_, rule)| rule.text.to_string()),
            name: name.unwrap_or_default(),
        });
    }
    index
}

/// `use-server` rules: index in the backend's servers, `None` when none applies. A server that is not `usable` is passed over for
/// the next rule; a name that no server has ends them, as in HAProxy.
pub fn choose_server(
    program: &Program,
    backend: u32,
    ctx: &mut Ctx<'_>,
    usable: impl Fn(u32) -> bool,
    mut trace: Option<&mut Trace>,
) -> Option<u32> {
    ctx.scratch.parsed.take();
    let compiled = program.proxies.get(backend as usize)?;
    let servers = &program.plan.proxies.get(backend as usize)?.backend.as_ref()?.servers;
    let mut from = 0;
    loop {
        let (number, rule) = compiled.use_server.first(from, program, ctx, trace.as_deref_mut())?;
        let index = match rule.target {
            Target::Index(index) => Some(index),
            Target::Name(_) => {
                let at = servers.iter().position(|server| server.name.as_bytes() == ctx.scratch.text);
                at.and_then(|at| u32::try_from(at).ok())
            }
        };
        let name = || {
            let server = index.and_then(|index| servers.get(index as usize));
            server.map_or_else(String::new, |server| server.name.clone())
        };
        if index.is_some_and(|index| !usable(index)) {
            if let Some(trace) = trace.as_deref_mut() {
                let what = format!("{} is down: the next rule has its turn", name());
                trace.steps.push(Step::Verdict { what });
            }
            from = number + 1;
            continue;
        }
        if let Some(trace) = trace {
            let (what, name) = (rule.text.to_string(), name());
            trace.steps.push(Step::Choice {
                at: Some(rule.at),
                kind: "server",
                what,
                name,
            });
        }
        return index;
    }
}
