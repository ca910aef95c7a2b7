//! A compiled expression: a fetch and its converters.

use super::args::{Args, Build};
use super::convert::Convert;
use super::fetch::Fetch;
use super::{Sample, View};
use crate::error::PlanError;
use crate::plan::Expr;

/// A fetch and the converters its sample goes through.
#[derive(Debug)]
pub struct CompiledExpr {
    fetch: Fetch,
    converters: Box<[Convert]>,
    /// The fetch gives one value at most, to ACLs too.
    single: bool,
}

impl CompiledExpr {
    pub fn compile(expr: &Expr, build: &Build<'_>) -> Result<Self, PlanError> {
        let args = Args {
            name: &expr.fetch.name,
            list: &expr.fetch.args,
            build,
        };
        let fetch = Fetch::compile(&args)?;
        let converters = expr
            .converters
            .iter()
            .map(|call| {
                Convert::compile(&Args {
                    name: &call.name,
                    list: &call.args,
                    build,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            single: fetch.is_single(),
            fetch,
            converters,
        })
    }

    /// The value, or nothing when the fetch or a converter has none.
    #[inline]
    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        let sample = self.fetch.one(view);
        // Most expressions have no converters.
        if self.converters.is_empty() {
            return sample;
        }
        self.convert(view, sample?)
    }

    /// Hands each value that the fetch can give to `test` until it says true. Stops where a converter has no answer, as
    /// HAProxy does.
    #[inline]
    pub fn any<'e>(&'e self, view: &View<'e>, mut test: impl FnMut(Sample<'e>) -> bool) -> bool {
        if self.single {
            return self.one(view).is_some_and(test);
        }
        let mut matched = false;
        self.fetch.each(view, &mut |sample| match self.convert(view, sample) {
            Some(sample) => {
                matched = test(sample);
                matched
            }
            None => true,
        });
        matched
    }

    fn convert<'e>(&'e self, view: &View<'e>, mut sample: Sample<'e>) -> Option<Sample<'e>> {
        for converter in &self.converters {
            sample = converter.apply(view, sample)?;
        }
        Some(sample)
    }

    /// Whether the value stays the same while conditions of one rule set are asked: it depends on the message and the
    /// connection alone.
    pub fn is_stable(&self) -> bool {
        self.fetch.is_stable() && self.converters.iter().all(Convert::is_stable)
    }

    /// Whether more input may give it another value.
    pub fn waits(&self) -> bool {
        self.fetch.waits()
    }

    /// Whether an edit of header fields may give a stable expression another value.
    pub fn reads_headers(&self) -> bool {
        self.fetch.reads_headers()
    }

    /// Whether the request line must have been kept.
    pub fn wants_request_line(&self) -> bool {
        self.fetch.wants_request_line()
    }

    /// Whether the request body is looked at.
    pub fn wants_body(&self) -> bool {
        self.fetch.wants_body()
    }
}
