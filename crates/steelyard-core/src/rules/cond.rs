//! ACLs and conditions (manual section 7.2).

use super::pattern::Matching;
use super::trace::{legible, Step, Trace};
use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::plan::{self, At};
use crate::program::Program;
use crate::sample::args::Build;
use crate::sample::{CompiledExpr, View};
use std::cell::RefCell;

/// Answer of a test: `Miss` is false as far as can be known, and more input may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    False,
    Miss,
    True,
}

/// A compiled ACL.
#[derive(Debug)]
pub struct Acl {
    tests: Box<[Test]>,
    name: Box<str>,
    /// In `Plan::acls`.
    index: u32,
}

#[derive(Debug)]
struct Test {
    expr: CompiledExpr,
    matching: Matching,
    at: At,
    text: Box<str>,
}

impl Acl {
    pub fn compile(index: u32, acl: &plan::Acl, build: &Build<'_>) -> Result<Self, PlanError> {
        let test = |test: &plan::AclTest| {
            let made = || {
                Ok::<_, PlanError>(Test {
                    expr: CompiledExpr::compile(&test.expr, build)?,
                    matching: Matching::compile(test, build)?,
                    at: test.at,
                    text: test.text.as_str().into(),
                })
            };
            made().map_err(|error| error.at(test.at))
        };
        let tests = acl.tests.iter().map(test).collect::<Result<_, _>>()?;
        Ok(Self {
            tests,
            name: acl.name.as_str().into(),
            index,
        })
    }

    /// Whether any test of the ACL looks at the request body.
    pub fn wants_body(&self) -> bool {
        self.tests.iter().any(|test| test.expr.wants_body())
    }

    pub fn wants_request_line(&self) -> bool {
        self.tests.iter().any(|test| test.expr.wants_request_line())
    }

    fn answer<'e>(&'e self, view: &View<'e>) -> Answer {
        let mut answer = Answer::False;
        for (number, test) in self.tests.iter().enumerate() {
            view.incomplete.set(false);
            let matched = match view.trace {
                None => test.expr.any(view, |sample| test.matching.matches(sample, view)),
                Some(trace) => self.traced(number, test, view, trace),
            };
            if matched {
                return Answer::True;
            }
            if view.incomplete.get() {
                answer = Answer::Miss;
            }
        }
        answer
    }

    #[cold]
    fn traced<'e>(&'e self, number: usize, test: &'e Test, view: &View<'e>, trace: &RefCell<Trace>) -> bool {
        let mut values: Vec<String> = Vec::new();
        let mut pattern = None;
        let matched = test.expr.any(view, |sample| {
            values.push(legible(sample.as_str(view.arena)));
            let matched = test.matching.matches(sample, view);
            if matched {
                pattern = test.matching.which(sample, view);
            }
            matched
        });
        let plan = view
            .program
            .plan
            .acls
            .get(self.index as usize)
            .and_then(|acl| acl.tests.get(number));
        trace.borrow_mut().steps.push(Step::Test {
            at: test.at,
            acl: self.name.to_string(),
            text: test.text.to_string(),
            values,
            matched,
            pattern: pattern.and_then(|index| pattern_text(&view.program.plan, plan?, &test.matching, index)),
        });
        matched
    }
}

/// The pattern of that number, as the configuration or the file has it.
fn pattern_text(plan: &plan::Plan, test: &plan::AclTest, matching: &Matching, index: usize) -> Option<String> {
    if let Some(pattern) = test.patterns.get(index) {
        return match pattern {
            plan::Pattern::Text { value } | plan::Pattern::Hex { value } | plan::Pattern::Regex { value } => Some(value.clone()),
            plan::Pattern::Net { address, prefix } => Some(format!("{address}/{prefix}")),
            plan::Pattern::Range { .. } => None,
        };
    }
    let (key, file) = matching.key(index)?;
    let path = &plan.pattern_files.get(file as usize)?.path;
    Some(format!("{} ({path})", String::from_utf8_lossy(key)))
}

/// A compiled condition: sums of products of ACLs. One without any is false, so that a rule with a bare `if` is never for a request.
#[derive(Debug)]
pub struct Cond {
    unless: bool,
    /// Index of the ACL, whether it is negated, whether it ends its product.
    terms: Box<[(u32, bool, bool)]>,
}

impl Cond {
    pub fn compile(cond: &plan::Cond, build: &Build<'_>) -> Result<Self, PlanError> {
        let mut terms = Vec::new();
        for product in &cond.any {
            for (index, term) in product.iter().enumerate() {
                if term.acl as usize >= build.plan.acls.len() {
                    return Err(PlanError::new(format!("there is no ACL number {}", term.acl)));
                }
                terms.push((term.acl, term.not, index + 1 == product.len()));
            }
        }
        Ok(Self {
            unless: cond.unless,
            terms: terms.into(),
        })
    }

    /// The ACLs that are used.
    pub fn acls(&self) -> impl Iterator<Item = u32> + '_ {
        self.terms.iter().map(|term| term.0)
    }

    /// The answer, and its tests at the end of the trace.
    #[cold]
    pub(super) fn traced(&self, program: &Program, ctx: &Ctx<'_>, trace: &mut Trace) -> Answer {
        let cell = RefCell::new(std::mem::take(trace));
        let answer = self.answer(&ctx.view(program, Some(&cell)));
        *trace = cell.into_inner();
        answer
    }

    pub fn answer(&self, view: &View<'_>) -> Answer {
        let mut sum = Answer::False;
        let mut product = Answer::True;
        for (acl, not, last) in &self.terms {
            if product != Answer::False {
                let answer = match view.program.acls.get(*acl as usize) {
                    Some(acl) => acl.answer(view),
                    None => Answer::False,
                };
                product = product.min(if *not { negated(answer) } else { answer });
            }
            if *last {
                sum = sum.max(product);
                if sum == Answer::True {
                    break;
                }
                product = Answer::True;
            }
        }
        if self.unless {
            negated(sum)
        } else {
            sum
        }
    }
}

/// Whether all of these ACLs hold, each perhaps turned round; `None` where that is not known yet, and more input may tell.
pub(crate) fn all<'e>(acls: &'e [(u32, bool)], view: &View<'e>) -> Option<bool> {
    let before = view.incomplete.get();
    let mut product = Answer::True;
    for (acl, not) in acls {
        let answer = view
            .program
            .acls
            .get(*acl as usize)
            .map_or(Answer::False, |acl| acl.answer(view));
        product = product.min(if *not { negated(answer) } else { answer });
        if product == Answer::False {
            break;
        }
    }
    let unknown = product == Answer::Miss && view.waits();
    view.incomplete.set(before || unknown);
    (!unknown).then_some(product == Answer::True)
}

fn negated(answer: Answer) -> Answer {
    match answer {
        Answer::False => Answer::True,
        Answer::Miss => Answer::Miss,
        Answer::True => Answer::False,
    }
}
