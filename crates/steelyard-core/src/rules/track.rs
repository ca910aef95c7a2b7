//! Actions on stick tables: `track-sc`, `sc-add-gpc`, `sc-inc-gpc`, `sc-set-gpt`.

use super::{RuleSet, Rules, Verdict};
use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::plan::{self, TableData};
use crate::program::Program;
use crate::sample::args::Build;
use crate::sample::{CompiledExpr, Sample};
use crate::table::{Event, Level, Place};

/// A compiled action on what is tracked.
#[derive(Debug)]
pub enum Track {
    Begin {
        number: u32,
        expr: CompiledExpr,
        table: u32,
    },
    /// Adds to a general purpose counter and its rate.
    Add {
        number: u32,
        place: Place,
        amount: CompiledExpr,
    },
    /// Sets a tag.
    Set {
        number: u32,
        place: Place,
        value: CompiledExpr,
    },
}

impl Track {
    /// `None`: the action is another one.
    pub fn compile(action: &plan::Action, build: &Build<'_>) -> Result<Option<Self>, PlanError> {
        use plan::Action as A;
        let expr = |expr: &plan::Expr| CompiledExpr::compile(expr, build).map_err(|error| error.within(&expr.text));
        Ok(Some(match action {
            A::TrackSc {
                number,
                expr: key,
                table,
            } => {
                if *table as usize >= build.plan.tables.len() {
                    return Err(PlanError::new("there is no such stick table"));
                }
                Self::Begin {
                    number: *number,
                    expr: expr(key)?,
                    table: *table,
                }
            }
            A::ScAddGpc {
                index,
                array,
                number,
                amount,
            } => Self::Add {
                number: *number,
                place: match (array, index) {
                    (true, index) => Place::element(TableData::Gpc, *index),
                    (false, 0) => Place::numbered(TableData::Gpc0, TableData::Gpc, 0),
                    (false, _) => Place::numbered(TableData::Gpc1, TableData::Gpc, 1),
                },
                amount: expr(amount)?,
            },
            A::ScSetGpt {
                index,
                array,
                number,
                value,
            } => Self::Set {
                number: *number,
                place: if *array {
                    Place::element(TableData::Gpt, *index)
                } else {
                    Place::numbered(TableData::Gpt0, TableData::Gpt, 0)
                },
                value: expr(value)?,
            },
            _ => return Ok(None),
        }))
    }

    fn expr(&self) -> &CompiledExpr {
        match self {
            Self::Begin { expr, .. } => expr,
            Self::Add { amount, .. } => amount,
            Self::Set { value, .. } => value,
        }
    }

    pub fn wants_body(&self) -> bool {
        self.expr().wants_body()
    }

    pub fn wants_request_line(&self) -> bool {
        self.expr().wants_request_line()
    }

    /// Does it; what can't be done is left out in silence, as in HAProxy. `Some`: more input is needed.
    pub fn run(&self, rules: &Rules, index: usize, program: &Program, ctx: &mut Ctx<'_>) -> Option<Verdict> {
        if let Self::Begin { number, expr, table } = self {
            return begin(rules, index, program, ctx, (*number, expr, *table));
        }
        let view = ctx.view(program, None);
        let amount = self.expr().one(&view).and_then(Sample::as_int)? as u32;
        match self {
            Self::Add { number, place, .. } => view.tracking.with(*number, |row| {
                place.rate().tick(row, amount);
                place.add(row, amount);
            }),
            Self::Set { number, place, .. } => view.tracking.with(*number, |row| {
                place.set(row, amount);
            }),
            Self::Begin { .. } => None,
        };
        None
    }
}

fn begin(
    rules: &Rules,
    index: usize,
    program: &Program,
    ctx: &mut Ctx<'_>,
    (number, expr, table): (u32, &CompiledExpr, u32),
) -> Option<Verdict> {
    let level = match rules.set {
        RuleSet::TcpRequestConnection | RuleSet::TcpRequestSession => Level::Session,
        _ if rules.proxy != ctx.frontend => Level::Backend,
        _ => Level::Stream,
    };
    if ctx.tracking.is_taken(number) {
        return None;
    }
    let tables = ctx.state.tables();
    let mut tracking = std::mem::take(ctx.tracking);
    let view = ctx.view(program, None);
    let status = view.res.map(crate::http1::Head::status);
    let key = expr
        .one(&view)
        .and_then(|sample| tables.get(table)?.key.of(sample, view.arena));
    let waits = key.is_none() && view.incomplete.get() && view.waits();
    if let Some(key) = key {
        tracking.track(tables, level, number, table, key, |row| match rules.set {
            RuleSet::HttpRequest => row.count(Event::HttpRequest),
            RuleSet::HttpResponse => {
                // The request and the fate of the response were counted before this was tracked.
                row.count(Event::HttpRequest);
                let events = program.statuses.events(status.unwrap_or(0));
                events.for_each(|event| row.count(event));
            }
            _ => {}
        });
    }
    *ctx.tracking = tracking;
    waits.then_some(Verdict::Wait { at: index })
}
