//! Running a rule set.

use super::changes::Before;
use super::cond::{Answer, Cond};
use super::lookup::{Edits, Lookup};
use super::trace::Trace;
use super::{Rule, RuleSet, Rules, Verdict};
use crate::ctx::Ctx;
use crate::program::Program;

/// A condition needs more input. When it is there, the rules in front of it see it, too: all begin again, as in HAProxy.
const AGAIN: Verdict = Verdict::Wait { at: 0 };

/// Runs a rule set over `ctx`, from rule number `from`.
pub fn evaluate(rules: &Rules, program: &Program, ctx: &mut Ctx<'_>, from: usize, trace: Option<&mut Trace>) -> Verdict {
    // The input may be another than the last time.
    ctx.scratch.parsed.take();
    if from == 0 {
        // `strict-mode` holds until its rule set ends.
        ctx.record.soft = false;
    }
    // Rules on the reply to what went wrong while a rule waited don't hide which one that was.
    if rules.set != RuleSet::HttpAfterResponse {
        ctx.record.waiting_rule = None;
    }
    match (trace, &rules.lookup) {
        (None, None) => run(rules, program, ctx, from, None),
        (None, Some(lookup)) => run_found(rules, lookup, program, ctx, from),
        // A trace shows every rule in turn, so then none is passed over.
        (Some(trace), _) => run(rules, program, ctx, from, Some(trace)),
    }
}

/// Runs the rules that can apply.
fn run_found(rules: &Rules, lookup: &Lookup, program: &Program, ctx: &mut Ctx<'_>, from: usize) -> Verdict {
    let mut walk = lookup.walk(u32::try_from(from).unwrap_or(u32::MAX));
    loop {
        ctx.scratch.arena.reset();
        let Some(candidate) = lookup.next(&mut walk, &ctx.view(program, None)) else {
            return Verdict::Pass;
        };
        let index = candidate.rule as usize;
        let Some(rule) = rules.list.get(index) else {
            return Verdict::Pass;
        };
        if let Some(cond) = rule.cond.as_ref().filter(|_| !candidate.sure) {
            match applies(cond, rule, program, ctx, None) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(wait) => return wait,
            }
        }
        if let Some(verdict) = rule.action.run(rules, index, program, ctx) {
            ended(&verdict, rule, ctx);
            return verdict;
        }
        lookup.forget(&mut walk, Edits::of(&rule.action));
    }
}

/// Notes which rule ended the set, or waits.
fn ended(verdict: &Verdict, rule: &Rule, ctx: &mut Ctx<'_>) {
    if matches!(
        verdict,
        Verdict::Wait { .. } | Verdict::Pause { .. } | Verdict::Body { .. } | Verdict::Resolve { .. }
    ) {
        ctx.record.waiting_rule = Some(rule.at);
    } else {
        ctx.record.last_rule = Some(rule.at);
    }
}

fn run(rules: &Rules, program: &Program, ctx: &mut Ctx<'_>, from: usize, mut trace: Option<&mut Trace>) -> Verdict {
    for (index, rule) in rules.list.iter().enumerate().skip(from) {
        if let Some(cond) = &rule.cond {
            match applies(cond, rule, program, ctx, trace.as_deref_mut()) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(wait) => return wait,
            }
        } else if let Some(trace) = trace.as_deref_mut() {
            trace.rule(trace.steps.len(), rule.at, &rule.text, Some(true));
        }
        let verdict = match trace.as_deref_mut() {
            None => rule.action.run(rules, index, program, ctx),
            Some(trace) => {
                let before = Before::of(program, ctx);
                let verdict = rule.action.run(rules, index, program, ctx);
                before.compare(program, ctx, rule.at, trace);
                verdict
            }
        };
        if let Some(verdict) = verdict {
            ended(&verdict, rule, ctx);
            return verdict;
        }
    }
    Verdict::Pass
}

/// Whether the rule's action is to be run; an error: that depends on what has not come yet.
#[inline]
fn applies(cond: &Cond, rule: &Rule, program: &Program, ctx: &mut Ctx<'_>, trace: Option<&mut Trace>) -> Result<bool, Verdict> {
    match answer(cond, rule, program, ctx, trace) {
        Answer::True => Ok(true),
        Answer::Miss if ctx.may_wait() => {
            ctx.record.waiting_rule = Some(rule.at);
            Err(AGAIN)
        }
        Answer::False | Answer::Miss => Ok(false),
    }
}

fn answer(cond: &Cond, rule: &Rule, program: &Program, ctx: &mut Ctx<'_>, trace: Option<&mut Trace>) -> Answer {
    // Samples live as long as the condition is looked at.
    ctx.scratch.arena.reset();
    let Some(trace) = trace else {
        return cond.answer(&ctx.view(program, None));
    };
    let start = trace.steps.len();
    let answer = cond.traced(program, ctx, trace);
    let taken = match answer {
        Answer::Miss if ctx.may_wait() => None,
        answer => Some(answer == Answer::True),
    };
    trace.rule(start, rule.at, &rule.text, taken);
    answer
}
