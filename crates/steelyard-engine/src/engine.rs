//! The engine: worker threads, and the calls that Python makes.

use crate::accept::listen;
use crate::connect::may_use_client_address;
use crate::event::Event;
use crate::live::{set_variables, Live};
use crate::order::Order;
use crate::service::ServiceReply;
use crate::worker::{self, Shared};
use parking_lot::Mutex;
use std::fmt;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use steelyard_core::plan::Plan;
use steelyard_core::table::Cursor;

/// Why a call failed.
#[derive(Debug)]
pub enum EngineError {
    /// The plan can't be run.
    Plan(String),
    /// The orders can't be carried out; nothing was done.
    Order(String),
    /// The engine can't do it now.
    State(String),
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(text) | Self::Order(text) | Self::State(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for EngineError {}

/// A compiled plan and, once started, its threads. All calls may come from any thread.
pub struct Engine {
    shared: Arc<Shared>,
    threads: Mutex<Threads>,
}

enum Threads {
    NotStarted,
    Running(Vec<JoinHandle<()>>),
    Stopped,
}

impl Engine {
    /// Compiles a plan. No thread is started: the process may still fork.
    pub fn new(plan: Plan) -> Result<Self, EngineError> {
        let program = steelyard_core::program::compile(plan).map_err(|error| EngineError::Plan(error.to_string()))?;
        let live = Live::new(Arc::new(program)).map_err(EngineError::Plan)?;
        let shared = Shared::new(live).map_err(|error| EngineError::State(format!("cannot start: {error}")))?;
        Ok(Self {
            shared: Arc::new(shared),
            threads: Mutex::new(Threads::NotStarted),
        })
    }

    /// Starts the worker threads on the listening sockets of the plan. Nothing runs when any of it fails.
    pub fn start(&self) -> Result<(), EngineError> {
        let mut threads = self.threads.lock();
        if !matches!(*threads, Threads::NotStarted) {
            return Err(EngineError::State("the engine was started before".into()));
        }
        let live = self.shared.live.load_full();
        check_rights(&live)?;
        let count = live.program.plan.global.nbthread.max(1) as usize;
        // Lines for servers in `mode log` may come from a thread of Python too.
        if count > 1 || !live.program.plan.global.log_backends.is_empty() {
            crate::live::share();
        }
        let mut sockets = Vec::with_capacity(count);
        for _ in 0..count {
            sockets.push(listen::open(&live).map_err(EngineError::State)?);
        }
        set_variables(&self.shared);
        let mut running = Vec::with_capacity(count);
        for (index, listeners) in sockets.into_iter().enumerate() {
            match worker::spawn(Arc::clone(&self.shared), index, listeners) {
                Ok(handle) => running.push(handle),
                Err(error) => {
                    self.shared.quit();
                    join(running);
                    *threads = Threads::Stopped;
                    return Err(EngineError::State(format!("cannot start worker thread {index}: {error}")));
                }
            }
        }
        *threads = Threads::Running(running);
        Ok(())
    }

    /// Carries out orders: all of them, or none when one is wrong.
    pub fn order(&self, orders: &[Order]) -> Result<(), EngineError> {
        crate::order::apply(&self.shared, orders).map_err(EngineError::Order)
    }

    /// The state of the engine, as JSON.
    pub fn snapshot(&self) -> Result<Vec<u8>, EngineError> {
        let snapshot = crate::snapshot::take(&self.shared);
        serde_json::to_vec(&snapshot).map_err(|error| EngineError::State(error.to_string()))
    }

    /// Some entries of a stick table, as JSON: at most `most` (and never more than 1,000), from the cursor of the page before on.
    pub fn table(&self, table: u32, from: Cursor, most: usize) -> Result<Vec<u8>, EngineError> {
        let live = self.shared.live.load_full();
        let plan = live.program.plan.tables.get(table as usize);
        let page = plan.and_then(|plan| live.tables.page(table, plan, from, most.clamp(1, 1_000)));
        let page = page.ok_or_else(|| EngineError::Order(format!("there is no stick table {table}")))?;
        serde_json::to_vec(&page).map_err(|error| EngineError::State(error.to_string()))
    }

    /// The latest lines of a ring without servers: its index in the plan.
    pub fn ring(&self, index: usize) -> Option<Vec<u8>> {
        self.shared.live.load().logs.ring(index)
    }

    /// Readable while events wait.
    pub fn event_fd(&self) -> RawFd {
        self.shared.events.fd()
    }

    /// Takes the events that wait.
    pub fn events(&self) -> Vec<Event> {
        self.shared.events.drain()
    }

    /// Answers a `service` event. An answer that nobody waits for any more is dropped.
    pub fn reply(&self, token: u64, reply: ServiceReply) {
        self.shared.services.answer(token, reply);
    }

    /// Stops: nothing is accepted any more, connections get `grace` to end, then the threads are gone.
    pub fn stop(&self, grace: Duration) {
        let handles = match std::mem::replace(&mut *self.threads.lock(), Threads::Stopped) {
            Threads::Running(handles) => handles,
            Threads::NotStarted | Threads::Stopped => return,
        };
        self.shared.soft_stop();
        self.shared.wait_drained(grace);
        self.shared.quit();
        join(handles);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop(Duration::ZERO);
    }
}

/// What would fail for every connection is refused before there is one.
fn check_rights(live: &Live) -> Result<(), EngineError> {
    for (proxy, plan) in live.proxies.iter().zip(&live.program.plan.proxies) {
        let Some(backend) = &proxy.backend else { continue };
        let servers = backend.servers.iter().filter_map(|server| server.source.as_ref());
        if servers.chain(&backend.source).any(|source| source.client_ip) {
            may_use_client_address().map_err(|error| {
                EngineError::State(format!("proxy {}: 'usesrc clientip' needs CAP_NET_ADMIN: {error}", plan.name))
            })?;
        }
    }
    Ok(())
}

fn join(handles: Vec<JoinHandle<()>>) {
    for handle in handles {
        // A thread that panicked has nothing more to say; its message went to stderr.
        let _ = handle.join();
    }
}
