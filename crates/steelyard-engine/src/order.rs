//! Orders: the one way to change a running engine.

use crate::live::{Admin, Live};
use crate::observe;
use crate::worker::Shared;
use serde::Deserialize;
use std::sync::Arc;

/// One order, as the seam writes it. Proxies and servers are indices in the plan.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Order {
    /// A health verdict.
    ServerHealth { proxy: u32, server: u32, up: bool },
    /// The administrator's will.
    ServerAdmin { proxy: u32, server: u32, state: AdminState },
    /// 0 to 256.
    ServerWeight { proxy: u32, server: u32, weight: u32 },
    /// Accept nothing more; `drained` follows when no session is left.
    SoftStop,
    /// Stop or resume accepting on one frontend.
    Frontend { proxy: u32, state: FrontendState },
    /// The value of a key in a map (index in `Plan::pattern_files`), or a new entry.
    PatternSet { file: u32, key: String, value: String },
    /// A new entry of a pattern file or map, where there is none of that key.
    PatternAdd { file: u32, key: String, value: String },
    /// All entries of a key go.
    PatternDel { file: u32, key: String },
    /// All entries go.
    PatternClear { file: u32 },
    /// Entries of a stick table go: that of a key, or all. Those that are tracked are emptied.
    TableClear { table: u32, key: Option<String> },
    /// Send a line to the logs of a proxy, or the global ones; `level` 0 (emerg) to 7 (debug).
    Log { proxy: Option<u32>, level: u8, message: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminState {
    Ready,
    Drain,
    Maint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrontendState {
    Enable,
    Disable,
}

/// Carries out all orders, or none: the first wrong one is named.
pub fn apply(shared: &Arc<Shared>, orders: &[Order]) -> Result<(), String> {
    let live = shared.live.load_full();
    for (number, order) in orders.iter().enumerate() {
        check(&live, order).map_err(|error| format!("order {number}: {error}"))?;
    }
    for order in orders {
        carry_out(shared, &live, order);
    }
    Ok(())
}

fn check(live: &Live, order: &Order) -> Result<(), String> {
    match order {
        Order::ServerHealth { proxy, server, .. } | Order::ServerAdmin { proxy, server, .. } => {
            server_exists(live, *proxy, *server)
        }
        Order::ServerWeight { proxy, server, weight } => {
            if *weight > 256 {
                return Err(format!("weight {weight} is above 256"));
            }
            server_exists(live, *proxy, *server)
        }
        Order::SoftStop => Ok(()),
        Order::Frontend { proxy, .. } => match live.frontend(*proxy) {
            Some(_) => Ok(()),
            None => Err(format!("there is no frontend {proxy}")),
        },
        Order::PatternSet { file, key, .. } | Order::PatternAdd { file, key, .. } => {
            pattern_file(live, *file)?;
            if key.is_empty() || !live.pattern_changes.takes(*file, key.as_bytes()) {
                return Err(format!("'{key}' can't be a key of pattern file {file}"));
            }
            Ok(())
        }
        Order::PatternDel { file, .. } | Order::PatternClear { file } => pattern_file(live, *file),
        Order::TableClear { table, key } => match (live.tables.get(*table), key) {
            (None, _) => Err(format!("there is no stick table {table}")),
            (Some(found), Some(key)) if !found.takes(key) => Err(format!("'{key}' can't be a key of stick table {table}")),
            _ => Ok(()),
        },
        Order::Log { proxy, level, .. } => {
            if *level > 7 {
                return Err(format!("log level {level} is above 7"));
            }
            match proxy.filter(|proxy| live.proxies.get(*proxy as usize).is_none()) {
                Some(proxy) => Err(format!("there is no proxy {proxy}")),
                None => Ok(()),
            }
        }
    }
}

fn pattern_file(live: &Live, file: u32) -> Result<(), String> {
    match live.program.plan.pattern_files.get(file as usize) {
        Some(_) => Ok(()),
        None => Err(format!("there is no pattern file {file}")),
    }
}

fn server_exists(live: &Live, proxy: u32, server: u32) -> Result<(), String> {
    match live.server(proxy, server) {
        Some(_) => Ok(()),
        None => Err(format!("there is no server {server} in proxy {proxy}")),
    }
}

fn carry_out(shared: &Arc<Shared>, live: &Arc<Live>, order: &Order) {
    let now = shared.now_ms();
    match order {
        Order::ServerHealth { proxy, server, up } => change(live, *proxy, *server, now, |s| s.set_up(*up, now)),
        Order::ServerAdmin { proxy, server, state } => {
            let admin = match state {
                AdminState::Ready => Admin::Ready,
                AdminState::Drain => Admin::Drain,
                AdminState::Maint => Admin::Maint,
            };
            change(live, *proxy, *server, now, |s| s.set_admin(admin, now));
        }
        Order::ServerWeight { proxy, server, weight } => change(live, *proxy, *server, now, |s| s.set_weight(*weight)),
        Order::SoftStop => shared.soft_stop(),
        Order::Frontend { proxy, state } => {
            if let Some(frontend) = live.frontend(*proxy) {
                frontend.set_enabled(*state == FrontendState::Enable);
            }
        }
        Order::PatternSet { file, key, value } => {
            live.pattern_changes.set(*file, key.as_bytes(), value.as_bytes());
        }
        Order::PatternAdd { file, key, value } => {
            live.pattern_changes.add(*file, key.as_bytes(), value.as_bytes());
        }
        Order::PatternDel { file, key } => {
            live.pattern_changes.remove(*file, key.as_bytes());
        }
        Order::PatternClear { file } => {
            live.pattern_changes.clear(*file);
        }
        Order::TableClear { table, key } => {
            if let Some(table) = live.tables.get(*table) {
                match key {
                    Some(key) => table.remove_text(key, live.tables.now()),
                    None => table.clear(),
                }
            }
        }
        Order::Log { proxy, level, message } => observe::send_order(shared, live, *proxy, *level, message.as_bytes()),
    }
}

fn change(live: &Live, proxy: u32, server: u32, now: u64, set: impl FnOnce(&crate::live::ServerLive)) {
    if let (Some(backend), Some(server)) = (live.backend(proxy), live.server(proxy, server)) {
        backend.change(now, || set(server));
    }
}
