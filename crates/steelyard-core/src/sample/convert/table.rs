//! The sample as the key of a stick table (manual section 7.3.1, `table_*` and `in_table`).

use super::super::args::Args;
use super::super::fetch::in_table;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::table::{metric, Metric};

#[derive(Debug)]
pub struct Table {
    table: u32,
    what: What,
}

#[derive(Debug)]
enum What {
    In,
    Value(Metric),
    /// Milliseconds until the entry expires; else the value that is given.
    Expire(Option<i64>),
    /// Milliseconds since it was last changed.
    Idle(Option<i64>),
}

pub const NAMES: &[&str] = &[
    "in_table",
    "table_bytes_in_rate",
    "table_bytes_out_rate",
    "table_clr_gpc",
    "table_clr_gpc0",
    "table_clr_gpc1",
    "table_conn_cnt",
    "table_conn_cur",
    "table_conn_rate",
    "table_expire",
    "table_glitch_cnt",
    "table_glitch_rate",
    "table_gpc",
    "table_gpc0",
    "table_gpc0_rate",
    "table_gpc1",
    "table_gpc1_rate",
    "table_gpc_rate",
    "table_gpt",
    "table_gpt0",
    "table_http_err_cnt",
    "table_http_err_rate",
    "table_http_fail_cnt",
    "table_http_fail_rate",
    "table_http_req_cnt",
    "table_http_req_rate",
    "table_idle",
    "table_inc_gpc",
    "table_inc_gpc0",
    "table_inc_gpc1",
    "table_kbytes_in",
    "table_kbytes_out",
    "table_server_id",
    "table_sess_cnt",
    "table_sess_rate",
    "table_trackers",
];

impl Table {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let plain = |what| -> Result<_, PlanError> {
            Ok(Some(Self {
                table: args.table(0)?,
                what,
            }))
        };
        match args.name {
            "in_table" => return plain(What::In),
            "table_expire" => return plain(What::Expire(args.opt_int(1)?)),
            "table_idle" => return plain(What::Idle(args.opt_int(1)?)),
            _ => {}
        }
        let name = args.name.strip_prefix("table_").unwrap_or_default();
        let indexed = ["clr_gpc", "gpc", "gpc_rate", "gpt", "inc_gpc"].contains(&name);
        let index = if indexed { args.small(0)? } else { 0 };
        let table = args.table(usize::from(indexed))?;
        Ok(metric(name, index).map(|metric| Self {
            table,
            what: What::Value(metric),
        }))
    }

    pub fn apply<'e>(&self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let tables = view.state.tables();
        let table = tables.get(self.table)?;
        let key = table.key.of(sample, view.arena)?;
        let age = |default: Option<i64>, of: fn(u64, u64) -> u64| {
            let found = table.look(key, tables.now(), |row| {
                row.expires_in().map_or(0, |left| of(left, table.lifetime()))
            });
            found.and_then(|ms| i64::try_from(ms).ok()).or(default).map(Sample::Int)
        };
        match self.what {
            What::In => Some(Sample::Bool(table.look(key, tables.now(), |_| ()).is_some())),
            // HAProxy counts the look itself as one that tracks the key.
            What::Value(Metric::Trackers) => {
                let found = table.look(key, tables.now(), |row| i64::from(row.trackers()) + 1);
                Some(Sample::Int(found.unwrap_or(0)))
            }
            What::Value(metric) => in_table(table, key, metric, view),
            What::Expire(default) => age(default, |left, _| left),
            What::Idle(default) => age(default, |left, whole| whole.saturating_sub(left)),
        }
    }
}
