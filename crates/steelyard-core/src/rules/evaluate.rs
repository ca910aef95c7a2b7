//! Running a rule set.

use super::cond::Answer;
use super::trace::{Step, Trace};
use super::{Rules, Verdict};
use crate::ctx::Ctx;
use crate::program::Program;
use std::cell::RefCell;

/// Runs a rule set over `ctx`, from rule number `from`.
pub fn evaluate(rules: &Rules, program: &Program, ctx: &mut Ctx<'_>, from: usize, trace: Option<&mut Trace>) -> Verdict {
    match trace {
        None => run(rules, program, ctx, from, None),
        Some(trace) => run(rules, program, ctx, from, Some(trace)),
    }
}

fn run(rules: &Rules, program: &Program, ctx: &mut Ctx<'_>, from: usize, mut trace: Option<&mut Trace>) -> Verdict {
    for (index, rule) in rules.list.iter().enumerate().skip(from) {
        if let Some(cond) = &rule.cond {
            // Samples live as long as the condition is looked at.
            ctx.scratch.arena.reset();
            let answer = match trace.as_deref_mut() {
                None => cond.answer(&ctx.view(program, None)),
                Some(trace) => {
                    let cell = RefCell::new(Trace::default());
                    let answer = cond.answer(&ctx.view(program, Some(&cell)));
                    trace.steps.append(&mut cell.into_inner().steps);
                    answer
                }
            };
            if let Some(trace) = trace.as_deref_mut() {
                trace.steps.push(Step::Rule {
                    at: rule.at,
                    text: rule.text.to_string(),
                    taken: answer == Answer::True,
                });
            }
            match answer {
                Answer::False => continue,
                Answer::Miss if !ctx.input_done => return Verdict::Wait { at: index },
                Answer::Miss => continue,
                Answer::True => {}
            }
        } else if let Some(trace) = trace.as_deref_mut() {
            trace.steps.push(Step::Rule {
                at: rule.at,
                text: rule.text.to_string(),
                taken: true,
            });
        }
        if let Some(verdict) = rule.action.run(rules, rule.at, index, program, ctx, trace.as_deref_mut()) {
            return verdict;
        }
    }
    Verdict::Pass
}
