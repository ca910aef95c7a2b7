//! `set-bandwidth-limit`: turns a limit on, which holds for the rest of the stream.

use crate::bandwidth::{data, Limit};
use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::plan::{self, At};
use crate::program::Program;
use crate::sample::args::Build;
use crate::sample::{CompiledExpr, Sample};
use crate::table::Grip;

/// A compiled action.
#[derive(Debug)]
pub struct SetLimit {
    filter: At,
    upload: bool,
    limit: u64,
    period: u64,
    least: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    /// Bytes and milliseconds where the rule says them.
    Own(Option<CompiledExpr>, Option<CompiledExpr>),
    /// Key and table.
    Shared(CompiledExpr, u32),
}

impl SetLimit {
    /// `None`: the action is another one.
    pub fn compile(action: &plan::Action, build: &Build<'_>) -> Result<Option<Self>, PlanError> {
        let plan::Action::SetBandwidthLimit { filter, limit, period } = action else {
            return Ok(None);
        };
        let expr = |expr: &plan::Expr| CompiledExpr::compile(expr, build).map_err(|error| error.within(&expr.text));
        let maybe = |given: &Option<plan::Expr>| given.as_ref().map(expr).transpose();
        let mut own_period = filter.period;
        let what = match &filter.key {
            None => What::Own(maybe(limit)?, maybe(period)?),
            Some(key) => {
                let table = build.plan.tables.get(filter.table as usize);
                let wanted = data(filter.upload);
                let column = table.and_then(|table| table.store.iter().find(|column| column.data == wanted));
                own_period = column
                    .ok_or_else(|| PlanError::new("the table of a shared bandwidth limit does not store its rate"))?
                    .period;
                What::Shared(expr(key)?, filter.table)
            }
        };
        Ok(Some(Self {
            filter: filter.at,
            upload: filter.upload,
            limit: filter.limit,
            period: own_period,
            least: filter.min_size,
            what,
        }))
    }

    pub fn exprs(&self) -> impl Iterator<Item = &CompiledExpr> {
        let (first, second) = match &self.what {
            What::Own(limit, period) => (limit.as_ref(), period.as_ref()),
            What::Shared(key, _) => (Some(key), None),
        };
        first.into_iter().chain(second)
    }

    /// Does it; a stream without the key has no limit, as in HAProxy.
    pub fn run(&self, program: &Program, ctx: &mut Ctx<'_>) {
        let made = {
            let view = ctx.view(program, None);
            match &self.what {
                What::Own(limit, period) => {
                    let number = |expr: &Option<CompiledExpr>, usual| {
                        let sample = expr.as_ref().and_then(|expr| expr.one(&view)).and_then(Sample::as_int);
                        sample
                            .and_then(|number| u64::try_from(number).ok())
                            .filter(|number| *number > 0)
                            .unwrap_or(usual)
                    };
                    let (limit, period) = (number(limit, self.limit), number(period, self.period));
                    Some(Limit::own(self.filter, self.upload, limit, period, self.least))
                }
                What::Shared(key, table) => view.state.tables().get(*table).and_then(|found| {
                    let key = found.key.of(key.one(&view)?, view.arena)?;
                    let entry = Grip::new(view.state.tables(), *table, key)?;
                    let (filter, upload) = (self.filter, self.upload);
                    Some(Limit::shared(filter, upload, self.limit, self.period, self.least, entry))
                }),
            }
        };
        let limits = &mut ctx.record.bandwidth;
        limits.retain(|limit| limit.filter != self.filter);
        if let Some(made) = made {
            let before = |limit: &Limit| (limit.filter.file, limit.filter.line) < (self.filter.file, self.filter.line);
            limits.insert(limits.iter().take_while(|limit| before(limit)).count(), made);
        }
    }
}
