//! ACLs and conditions (manual section 7.2).

use super::pattern::Matching;
use super::trace::Step;
use crate::error::PlanError;
use crate::plan::{self, At};
use crate::sample::args::Build;
use crate::sample::{CompiledExpr, Sample, View};

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
}

#[derive(Debug)]
struct Test {
    expr: CompiledExpr,
    matching: Matching,
    at: At,
    text: Box<str>,
}

impl Acl {
    pub fn compile(acl: &plan::Acl, build: &Build<'_>) -> Result<Self, PlanError> {
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
        for test in &self.tests {
            view.incomplete.set(false);
            let matched = match view.trace {
                None => test.expr.any(view, |sample| test.matching.matches(sample, view.arena)),
                Some(_) => self.traced(test, view),
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
    fn traced<'e>(&'e self, test: &'e Test, view: &View<'e>) -> bool {
        let mut values: Vec<String> = Vec::new();
        let matched = test.expr.any(view, |sample| {
            values.push(shown(sample, view));
            test.matching.matches(sample, view.arena)
        });
        if let Some(trace) = view.trace {
            trace.borrow_mut().steps.push(Step::Test {
                at: test.at,
                acl: self.name.to_string(),
                text: test.text.to_string(),
                value: (!values.is_empty()).then(|| values.join(", ")),
                matched,
            });
        }
        matched
    }
}

/// A value for people to read: at most 256 bytes of it.
pub(super) fn shown<'e>(sample: Sample<'e>, view: &View<'e>) -> String {
    let text = sample.as_str(view.arena);
    String::from_utf8_lossy(&text[..text.len().min(256)]).into_owned()
}

/// A compiled condition: sums of products of ACLs.
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
        if terms.is_empty() {
            return Err(PlanError::new("a condition without an ACL"));
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

fn negated(answer: Answer) -> Answer {
    match answer {
        Answer::False => Answer::True,
        Answer::Miss => Answer::Miss,
        Answer::True => Answer::False,
    }
}
