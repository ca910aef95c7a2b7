//! `do-resolve`: a name is looked up by those who may wait; the rule set goes on behind the rule then.

use super::Verdict;
use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::plan;
use crate::program::Program;
use crate::sample::args::Build;
use crate::sample::fetch::state::set_var;
use crate::sample::{CompiledExpr, Sample};
use crate::vars::VarId;
use std::net::IpAddr;

/// Longest name, as DNS has it (RFC 1035, section 2.3.4).
const LONGEST: usize = 253;

/// A compiled action.
#[derive(Debug)]
pub struct DoResolve {
    pub expr: CompiledExpr,
    var: VarId,
    resolvers: Box<str>,
    family: u8,
}

/// A name to be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Name of a `resolvers` section.
    pub resolvers: Box<str>,
    pub name: String,
    /// 4 or 6 for addresses that are preferred; 0: no preference.
    pub family: u8,
    var: VarId,
}

impl Question {
    /// Keeps the answer in the variable of the rule.
    pub fn answered(&self, program: &Program, ctx: &mut Ctx<'_>, address: IpAddr) {
        let sample = match address {
            IpAddr::V4(ip) => Sample::Ipv4(ip),
            IpAddr::V6(ip) => Sample::Ipv6(ip),
        };
        set_var(&ctx.view(program, None), self.var, sample);
    }
}

impl DoResolve {
    /// `None`: the action is another one.
    pub fn compile(action: &plan::Action, build: &Build<'_>) -> Result<Option<Self>, PlanError> {
        let plan::Action::DoResolve {
            scope,
            name,
            resolvers,
            family,
            expr,
        } = action
        else {
            return Ok(None);
        };
        Ok(Some(Self {
            expr: CompiledExpr::compile(expr, build).map_err(|error| error.within(&expr.text))?,
            var: build.var(*scope, name),
            resolvers: resolvers.as_str().into(),
            family: *family,
        }))
    }

    /// `None`: there is no name, and nothing to look up.
    pub fn run(&self, index: usize, program: &Program, ctx: &mut Ctx<'_>) -> Option<Verdict> {
        let view = ctx.view(program, None);
        let name = self.expr.one(&view)?.as_str(view.arena);
        let good = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
        if name.is_empty() || name.len() > LONGEST || !name.iter().all(good) {
            return None;
        }
        let question = Question {
            resolvers: self.resolvers.clone(),
            name: std::str::from_utf8(name).ok()?.to_ascii_lowercase(),
            family: self.family,
            var: self.var,
        };
        Some(Verdict::Resolve {
            at: index + 1,
            question: Box::new(question),
        })
    }
}
