//! `set-var` and `set-var-fmt`.

use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::logformat::{Format, Style};
use crate::plan;
use crate::program::Program;
use crate::sample::args::Build;
use crate::sample::convert::SetIf;
use crate::sample::fetch::state::set_var;
use crate::sample::{CompiledExpr, Sample};
use crate::vars::VarId;

/// A value for a variable, and what must hold for the variable to take it.
#[derive(Debug)]
pub struct SetVar {
    id: VarId,
    conditions: Box<[SetIf]>,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Expr(CompiledExpr),
    Format(Format),
}

impl SetVar {
    pub fn compile(action: &plan::Action, build: &Build<'_>) -> Result<Option<Self>, PlanError> {
        use plan::Action as A;
        let (scope, name, conditions, value) = match action {
            A::SetVar {
                scope,
                name,
                conditions,
                expr,
            } => {
                let made = CompiledExpr::compile(expr, build).map_err(|error| error.within(&expr.text))?;
                (*scope, name, conditions, Value::Expr(made))
            }
            A::SetVarFmt {
                scope,
                name,
                conditions,
                value,
            } => (
                *scope,
                name,
                conditions,
                Value::Format(Format::compile(value, Style::Body, build)?),
            ),
            _ => return Ok(None),
        };
        let unknown = || PlanError::new("a condition on setting a variable is not known");
        let conditions = conditions.split_whitespace();
        Ok(Some(Self {
            id: build.var(scope, name),
            conditions: conditions
                .map(|word| SetIf::of(word).ok_or_else(unknown))
                .collect::<Result<_, _>>()?,
            value,
        }))
    }

    pub fn wants_body(&self) -> bool {
        match &self.value {
            Value::Expr(expr) => expr.wants_body(),
            Value::Format(format) => format.wants_body(),
        }
    }

    pub fn wants_request_line(&self) -> bool {
        match &self.value {
            Value::Expr(expr) => expr.wants_request_line(),
            Value::Format(format) => format.wants_request_line(),
        }
    }

    /// What is not there yet is not waited for, as in HAProxy: a condition can do that.
    pub fn run(&self, program: &Program, ctx: &mut Ctx<'_>) {
        let mut text = std::mem::take(&mut ctx.scratch.text);
        text.clear();
        let view = ctx.view(program, None);
        let sample = match &self.value {
            Value::Expr(expr) => expr.one(&view),
            Value::Format(format) => {
                format.render_kept(&view, &mut text);
                Some(Sample::Str(&text))
            }
        };
        let sample = sample.filter(|sample| self.conditions.iter().all(|each| each.holds(&view, self.id, *sample)));
        if let Some(sample) = sample {
            set_var(&view, self.id, sample);
        }
        ctx.scratch.text = text;
    }
}
