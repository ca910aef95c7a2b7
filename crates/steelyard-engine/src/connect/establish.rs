//! Server and connection together, with retries and redispatch: the same for TCP and HTTP.

use super::{connect, ConnectError};
use crate::error::{Error, Fault, Stage};
use crate::live::{bump, Live, Target};
use crate::pick::{try_pick, PickError, Picked, Slot, Want};
use crate::stream::Stream;
use crate::worker::Worker;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use steelyard_core::ctx::Session;
use steelyard_core::plan::{BalanceKind, Proxy};
use steelyard_core::record::Record;
use tokio::time::Instant;

/// Longest pause before the same server is tried again, as HAProxy makes it (manual, `retries`).
const PAUSE: Duration = Duration::from_secs(1);

/// What to establish.
#[derive(Clone, Copy, Debug)]
pub struct Purpose {
    /// Index in `Plan::proxies`.
    pub backend: u32,
    /// `deadline` is set here from `timeout queue`, anew for each wait.
    pub want: Want,
    /// Instead of the server's own address.
    pub to: Option<SocketAddr>,
}

/// A place on a server and a connection to it.
pub struct Established<C> {
    pub slot: Slot,
    pub connection: Connection<C>,
}

/// Where the connection comes from.
pub enum Connection<C> {
    New(Stream),
    /// It was open already: a failure on it may be repeated on a new one.
    Reused(C),
}

/// Picks a server and connects to it, trying again as `retries` and `option redispatch` say. `reuse` may give an idle
/// connection to the picked server; `record` gets times, queue places and retries. Dropping the future gives up.
pub async fn establish<C>(
    worker: &Rc<Worker>,
    live: &Arc<Live>,
    session: &Session,
    purpose: Purpose,
    record: &mut Record,
    reuse: &mut dyn FnMut(&Slot) -> Option<C>,
) -> Result<Established<C>, Error> {
    establish_from(worker, live, session, purpose, None, record, reuse).await
}

/// As [`establish`]; `first` is a place that the caller has taken already for the first try.
pub async fn establish_from<C>(
    worker: &Rc<Worker>,
    live: &Arc<Live>,
    session: &Session,
    purpose: Purpose,
    first: Option<Slot>,
    record: &mut Record,
    reuse: &mut dyn FnMut(&Slot) -> Option<C>,
) -> Result<Established<C>, Error> {
    let plan = live.program.plan.proxies.get(purpose.backend as usize);
    let (Some(proxy), Some(backend)) = (plan, live.backend(purpose.backend)) else {
        return Err(no_server());
    };
    let set = record.set;
    let retries = set.retries.unwrap_or(proxy.backend.as_ref().map_or(0, |b| b.retries));
    let again = proxy.backend.as_ref().is_none_or(|b| b.retry_on.connection);
    let mut want = purpose.want;
    (want.class, want.offset) = (set.priority_class, set.priority_offset);
    let mut kept: Option<Slot> = first;
    // Who comes without a place and avoids a server was there before.
    let mut left: Option<u32> = want.avoid.filter(|_| kept.is_none());
    loop {
        let slot = match kept.take() {
            Some(slot) => slot,
            None => {
                let asked = Instant::now();
                want.deadline = set
                    .queue
                    .or(proxy.timeouts.queue)
                    .or(proxy.timeouts.connect)
                    .map(|ms| asked + Duration::from_millis(ms));
                let picked = match try_pick(worker, live, purpose.backend, want, worker.ms_at(asked.into_std())) {
                    Ok(Picked::Slot(slot)) => Ok(slot),
                    Ok(Picked::Queued(queued)) => {
                        let (server_queue, backend_queue) = queued.places();
                        record.srv_queue += server_queue;
                        record.backend_queue += backend_queue;
                        queued.wait(worker, want.deadline).await
                    }
                    Err(error) => Err(error),
                };
                if picked.is_err() && asked.elapsed() >= Duration::from_millis(1) {
                    record.times.queue = record.times.queue.max(0) + milliseconds(asked);
                }
                let slot = picked.map_err(|error| not_picked(live, purpose.backend, error))?;
                record.times.queue = record.times.queue.max(0) + milliseconds(asked);
                slot
            }
        };
        count_change(live, &slot, left.take(), record);
        let began = Instant::now();
        if let Some(connection) = reuse(&slot) {
            bump(&slot.server_live.counters.reuse);
            bump(&backend.counters.reuse);
            record.times.connect = 0;
            return Ok(Established {
                slot,
                connection: Connection::Reused(connection),
            });
        }
        bump(&slot.server_live.counters.connect);
        bump(&backend.counters.connect);
        let error = match connect(worker, live, &slot, session, purpose.to, &set).await {
            Ok(stream) => {
                record.server_error = 0;
                record.times.connect = milliseconds(began);
                return Ok(Established {
                    slot,
                    connection: Connection::New(stream),
                });
            }
            Err(failed) => {
                record.server_error = failed.code;
                record.server_address = purpose.to.or(match slot.server_live.target {
                    Target::Inet(address) => Some(address),
                    Target::Unix(_) | Target::Abstract(_) => None,
                });
                failed.why
            }
        };
        if record.retries >= retries || !again {
            bump(&slot.server_live.counters.econ);
            bump(&backend.counters.econ);
            return Err(not_connected(error));
        }
        record.retries += 1;
        let other = !want.forced && redispatches(proxy, live, &slot, want.server.is_some(), record.retries);
        let elsewhere = other && is_round_robin(proxy) && backend.usable().0 > 1;
        let failed = slot.server;
        if other {
            left = Some(failed);
            want.server = None;
            want.avoid = Some(failed);
            drop(slot);
        } else {
            bump(&slot.server_live.counters.wretr);
            bump(&backend.counters.wretr);
            kept = Some(slot);
        }
        // A timeout has waited long enough by itself.
        if error != ConnectError::Timeout && !elsewhere {
            let limit = proxy.timeouts.connect.map_or(PAUSE, Duration::from_millis);
            tokio::time::sleep(PAUSE.min(limit)).await;
        }
    }
}

/// Whether the next try may go to another server (manual, `option redispatch`). `persistent`: this one was asked for by its name.
pub(crate) fn redispatches(proxy: &Proxy, live: &Live, slot: &Slot, persistent: bool, tries: u32) -> bool {
    if !proxy.options.redispatch {
        return false;
    }
    if !slot.server_live.takes_persistent() {
        return true;
    }
    let retries = proxy.backend.as_ref().map_or(0, |b| i64::from(b.retries));
    // 0 is the default, -1: at the last try. N: every N tries. -N: at the Nth try from the end.
    let every = match i64::from(proxy.options.redispatch_after) {
        0 => retries,
        after if after > 0 => after,
        after => retries + 1 + after,
    };
    let due = every > 0 && i64::from(tries) % every == 0;
    let others = live.backend(slot.backend).is_some_and(|b| b.usable().0 > 1);
    due || (!persistent && is_round_robin(proxy) && others)
}

/// Round robin has no reason to prefer the server that failed: the next one is tried at once.
fn is_round_robin(proxy: &Proxy) -> bool {
    proxy
        .backend
        .as_ref()
        .is_some_and(|b| matches!(b.balance.kind, BalanceKind::Roundrobin | BalanceKind::StaticRr))
}

/// After a server was left: counts a redispatch, or a retry when the same server was chosen again.
pub(crate) fn count_change(live: &Live, slot: &Slot, left: Option<u32>, record: &mut Record) {
    let Some(left) = left else { return };
    let (Some(backend), Some(server)) = (live.backend(slot.backend), live.server(slot.backend, left)) else {
        return;
    };
    if left == slot.server {
        bump(&server.counters.wretr);
        bump(&backend.counters.wretr);
    } else {
        record.redispatched = true;
        bump(&server.counters.wredis);
        bump(&backend.counters.wredis);
    }
}

fn no_server() -> Error {
    Error {
        fault: Fault::Server,
        stage: Stage::Connect,
        retry: false,
    }
}

fn not_picked(live: &Live, backend: u32, error: PickError) -> Error {
    if let Some(backend) = live.backend(backend) {
        bump(&backend.counters.econ);
    }
    let (fault, stage) = match error {
        PickError::NoServer => (Fault::Server, Stage::Connect),
        PickError::QueueTimeout => (Fault::ServerTimeout, Stage::Queue),
        PickError::QueueFull => (Fault::Server, Stage::Queue),
    };
    Error {
        fault,
        stage,
        retry: false,
    }
}

fn not_connected(error: ConnectError) -> Error {
    let fault = match error {
        ConnectError::Refused | ConnectError::Unreachable | ConnectError::Other => Fault::Server,
        ConnectError::Timeout => Fault::ServerTimeout,
        ConnectError::Resource => Fault::Resource,
    };
    Error {
        fault,
        stage: Stage::Connect,
        retry: false,
    }
}

fn milliseconds(since: Instant) -> i64 {
    i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX)
}
