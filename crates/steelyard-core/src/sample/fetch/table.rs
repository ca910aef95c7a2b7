//! What is tracked and what stick tables hold (manual section 7.3.3: `sc_*`, `sc0_*`, `src_*`, `table_*`).

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::table::{metric, Metric, Table};

#[derive(Debug)]
pub enum TableFetch {
    Value {
        of: Of,
        metric: Metric,
    },
    Key(u32),
    Tracked(u32),
    /// Entries, or with `false` the room for more.
    Count {
        table: u32,
        used: bool,
    },
}

/// Whose entry.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    /// What a counter tracks; with a table, the same key in that table.
    Counter(u32, Option<u32>),
    /// The client's address.
    Source(u32),
}

macro_rules! names {
    ($($metric:literal)*; $($of_counters:literal)*; $($with_index:literal)*) => {
        pub const NAMES: &[&str] = &[
            $(concat!("sc_", $metric), concat!("sc0_", $metric), concat!("sc1_", $metric), concat!("sc2_", $metric),
              concat!("src_", $metric),)*
            $(concat!("sc_", $of_counters), concat!("sc0_", $of_counters), concat!("sc1_", $of_counters),
              concat!("sc2_", $of_counters),)*
            $(concat!("sc_", $with_index), concat!("src_", $with_index),)*
            "sc1_clr_gpc",
            "src_updt_conn_cnt",
            "table_avl",
            "table_cnt",
        ];
    };
}

names! {
    "bytes_in_rate" "bytes_out_rate" "clr_gpc0" "clr_gpc1" "conn_cnt" "conn_cur" "conn_rate" "get_gpc0" "get_gpc1" "get_gpt0"
    "glitch_cnt" "glitch_rate" "gpc0_rate" "gpc1_rate" "http_err_cnt" "http_err_rate" "http_fail_cnt" "http_fail_rate"
    "http_req_cnt" "http_req_rate" "inc_gpc0" "inc_gpc1" "kbytes_in" "kbytes_out" "sess_cnt" "sess_rate";
    "key" "tracked" "trackers";
    "clr_gpc" "get_gpc" "get_gpt" "gpc_rate" "inc_gpc"
}

impl TableFetch {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let count = |used| -> Result<_, PlanError> {
            Ok(Some(Self::Count {
                table: args.table(0)?,
                used,
            }))
        };
        match args.name {
            "table_cnt" => return count(true),
            "table_avl" => return count(false),
            _ => {}
        }
        let Some((subject, name)) = args.name.split_once('_') else {
            return Ok(None);
        };
        let indexed = ["clr_gpc", "get_gpc", "get_gpt", "gpc_rate", "inc_gpc"].contains(&name);
        let index = if indexed { args.small(0)? } else { 0 };
        let at = usize::from(indexed);
        let of = match subject {
            "src" => Of::Source(args.table(at)?),
            "sc" => Of::Counter(args.small(at)?, args.opt_table(at + 1)?),
            other => match other.strip_prefix("sc").map(str::parse) {
                Some(Ok(number)) => Of::Counter(number, args.opt_table(at)?),
                _ => return Ok(None),
            },
        };
        Ok(Some(match (name, of) {
            ("key", Of::Counter(number, _)) => Self::Key(number),
            ("tracked", Of::Counter(number, _)) => Self::Tracked(number),
            (name, of) => match metric(name, index) {
                Some(metric) => Self::Value { of, metric },
                None => return Ok(None),
            },
        }))
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        match self {
            Self::Value { of, metric } => value(*of, *metric, view),
            Self::Key(number) => {
                let key = copy(view, *number)?;
                let table = view.state.tables().get(view.tracking.table(*number)?)?;
                Some(table.key.sample(key))
            }
            Self::Tracked(number) => Some(Sample::Bool(view.tracking.table(*number).is_some())),
            Self::Count { table, used } => {
                let tables = view.state.tables();
                let table = tables.get(*table)?;
                let count = table.count(tables.now());
                let count = if *used { count } else { table.size().saturating_sub(count) };
                Some(Sample::Int(i64::try_from(count).unwrap_or(i64::MAX)))
            }
        }
    }
}

/// The key that a counter tracks.
fn copy<'e>(view: &View<'e>, number: u32) -> Option<&'e [u8]> {
    view.tracking.with(number, |row| &*view.arena.alloc_slice_copy(row.key()))
}

fn value<'e>(of: Of, metric: Metric, view: &View<'e>) -> Option<Sample<'e>> {
    let found = match of {
        Of::Counter(number, None) => view.tracking.with(number, |row| metric.of(row))?,
        Of::Counter(number, Some(table)) => {
            let own = view.state.tables().get(view.tracking.table(number)?)?.key;
            let key = copy(view, number)?;
            let table = view.state.tables().get(table)?;
            if table.key == own {
                return in_table(table, key, metric, view);
            }
            Some(0)
        }
        Of::Source(table) => {
            let table = view.state.tables().get(table)?;
            let source = Sample::from_ip(view.src()?.ip());
            return in_table(table, table.key.of(source, view.arena)?, metric, view);
        }
    };
    number(found?)
}

/// The value of a key's entry; 0 where there is none. What counts makes one.
pub(crate) fn in_table<'e>(table: &Table, key: &[u8], metric: Metric, view: &View<'e>) -> Option<Sample<'e>> {
    let now = view.state.tables().now();
    let found = if metric.makes_entry() {
        table.enter(key, now, |row| metric.of(row))?
    } else {
        table.look(key, now, |row| metric.of(row)).unwrap_or(Some(0))
    };
    number(found?)
}

fn number<'e>(value: u64) -> Option<Sample<'e>> {
    Some(Sample::Int(i64::try_from(value).unwrap_or(i64::MAX)))
}
