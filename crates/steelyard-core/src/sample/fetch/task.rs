//! What serving a stream costs, and how busy threads are (manual section 7.3.2, `cpu_*` and `lat_*`).

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;

#[derive(Debug)]
pub struct Task(Get);

type Get = for<'e> fn(&View<'e>) -> i64;

const ROWS: &[(&str, Get)] = &[
    ("cpu_calls", |view| i64::from(view.state.cost().calls)),
    ("cpu_ns_avg", |view| {
        let cost = view.state.cost();
        average(cost.cpu, cost.calls)
    }),
    ("cpu_ns_tot", |view| number(view.state.cost().cpu)),
    ("lat_ns_avg", |view| {
        let cost = view.state.cost();
        average(cost.latency, cost.calls)
    }),
    ("lat_ns_tot", |view| number(view.state.cost().latency)),
    ("cpu_usage_thr", |view| i64::from(view.state.cpu_usage(false))),
    // All threads are one group.
    ("cpu_usage_grp", |view| i64::from(view.state.cpu_usage(true))),
    ("cpu_usage_proc", |view| i64::from(view.state.cpu_usage(true))),
];

pub fn names() -> Vec<&'static str> {
    ROWS.iter().map(|row| row.0).collect()
}

impl Task {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let row = ROWS.iter().find(|row| row.0 == args.name);
        if row.is_some() && !args.name.starts_with("cpu_usage") {
            args.build.want_costs();
        }
        Ok(row.map(|row| Self(row.1)))
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        Some(Sample::Int((self.0)(view)))
    }
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn average(total: u64, calls: u32) -> i64 {
    number(total.checked_div(u64::from(calls)).unwrap_or(0))
}
