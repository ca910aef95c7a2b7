//! A worker thread and what it has for itself.

use crate::accept::gate::Gate;
use crate::accept::{self, listen::Listening};
use crate::buffer::Buffers;
use crate::clock::{Clock, Waits};
use crate::event::{Event, Events};
use crate::live::{add, Live, Random, Rate, Share};
use crate::meter::{Meter, Usage};
use crate::observe::Lines;
use crate::pool::Pool;
use crate::relay::splice::Pipes;
use crate::service::Services;
use crate::sys;
use parking_lot::{Condvar, Mutex};
use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::AcqRel, Ordering::Acquire, Ordering::Release};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use steelyard_core::ctx::Scratch;
use steelyard_core::plan::Server;
use steelyard_core::vars::ProcVars;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::Notify;

/// How often slow starts are moved on.
const WARM_EVERY: Duration = Duration::from_millis(250);

/// Between two sweeps of stick tables, and the entries of each of their shards that one of them may remove.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
const SWEEP_MOST: usize = 4_096;

/// What all threads of an engine share.
pub struct Shared {
    /// The plan that new connections are served with.
    pub live: arc_swap::ArcSwap<Live>,
    pub events: Events,
    pub services: Services,
    pub started: Instant,
    /// Soft stop: no connection is accepted and idle ones are closed.
    pub stopping: AtomicBool,
    /// Wakes whoever waits for `stopping`.
    pub stop: Notify,
    /// Client connections of the process (`maxconn` of the global section).
    pub gate: Gate,
    pub totals: Totals,
    pub proc_vars: ProcVars,
    pub threads: usize,
    usage: Usage,
    quitting: AtomicBool,
    quit: Notify,
    drained: Drained,
}

/// Counters of the whole process.
#[derive(Default)]
pub struct Totals {
    pub cum_conns: AtomicU64,
    pub conn_rate: Rate,
    pub cum_req: AtomicU64,
    /// Streams begun: numbers them for logs and unique ids (`%rt`).
    streams: AtomicU64,
    pub dropped_logs: AtomicU64,
    /// Traces of requests for which there was no room.
    pub dropped_traces: AtomicU64,
    /// Times that accepting paused because descriptors or memory ran out.
    pub accept_paused: AtomicU64,
}

impl Totals {
    /// The number of a stream that begins, from 0; it starts again after 32 bits.
    pub fn next_stream(&self) -> u32 {
        (add(&self.streams, 1) & u64::from(u32::MAX)) as u32
    }
}

/// The end of a soft stop.
#[derive(Default)]
struct Drained {
    told: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Shared {
    pub(crate) fn new(live: Live) -> io::Result<Self> {
        let threads = live.program.plan.global.nbthread as usize;
        Ok(Self {
            gate: Gate::new(live.program.plan.global.maxconn),
            live: arc_swap::ArcSwap::from_pointee(live),
            events: Events::new()?,
            services: Services::default(),
            started: Instant::now(),
            stopping: AtomicBool::new(false),
            stop: Notify::new(),
            totals: Totals::default(),
            proc_vars: ProcVars::new(),
            threads,
            usage: Usage::of_process(),
            quitting: AtomicBool::new(false),
            quit: Notify::new(),
            drained: Drained::default(),
        })
    }

    /// Milliseconds since the engine was made: the clock of rates.
    pub fn now_ms(&self) -> u64 {
        self.ms_at(Instant::now())
    }

    /// The same at a time that is known already.
    pub fn ms_at(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.started);
        since
            .as_secs()
            .saturating_mul(1000)
            .saturating_add(u64::from(since.subsec_millis()))
    }

    /// Whether a soft stop has begun: answer what is under way with `Connection: close`, take no further request.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Acquire)
    }

    /// Waits for a soft stop.
    pub async fn stopped(&self) {
        let stop = self.stop.notified();
        tokio::pin!(stop);
        stop.as_mut().enable();
        if !self.is_stopping() {
            stop.await;
        }
    }

    /// Begins a soft stop.
    pub(crate) fn soft_stop(&self) {
        self.stopping.store(true, Release);
        self.stop.notify_waiters();
        if self.gate.current() == 0 {
            self.tell_drained();
        }
    }

    /// A client connection ended.
    pub(crate) fn connection_ended(&self) {
        if self.gate.leave() == 0 && self.is_stopping() {
            self.tell_drained();
        }
    }

    fn tell_drained(&self) {
        if !self.drained.told.swap(true, AcqRel) {
            self.events.push(Event::Drained);
        }
        let _guard = self.drained.lock.lock();
        self.drained.changed.notify_all();
    }

    /// Waits until no connection is left after a soft stop, or for `grace`.
    pub(crate) fn wait_drained(&self, grace: Duration) {
        let end = Instant::now() + grace;
        let mut guard = self.drained.lock.lock();
        while self.gate.current() > 0 {
            if self.drained.changed.wait_until(&mut guard, end).timed_out() {
                return;
            }
        }
    }

    /// Makes the threads leave at once.
    pub(crate) fn quit(&self) {
        self.quitting.store(true, Release);
        self.quit.notify_waiters();
    }

    async fn quitted(&self) {
        let quit = self.quit.notified();
        tokio::pin!(quit);
        quit.as_mut().enable();
        if !self.quitting.load(Acquire) {
            quit.await;
        }
    }
}

/// The context of one thread, in an `Rc` that every task of the thread holds.
pub struct Worker {
    pub shared: Arc<Shared>,
    pub index: usize,
    pub buffers: Buffers,
    pub pool: Pool,
    pub pipes: Pipes,
    /// Memory of rule evaluation and log lines; borrowed only for the length of a call.
    pub scratch: RefCell<Scratch>,
    pub(crate) lines: RefCell<Lines>,
    /// `tune.bufsize`, bytes.
    pub bufsize: usize,
    pub meter: Meter,
    /// Asked for times on the way of a request.
    pub(crate) clock: Clock,
    usage: Usage,
    random: Random,
    /// See [`Worker::hold`].
    held: RefCell<Option<Rc<Share>>>,
    /// The latest time that [`Worker::ms_at`] was asked for, and what it gave.
    asked: Cell<(Instant, u64)>,
    /// Quarter of an hour since the epoch, and what local time differs from UTC in it.
    offset: Cell<(u64, i32)>,
}

impl Worker {
    /// `waits` counts how often the thread has waited.
    pub(crate) fn new(shared: Arc<Shared>, index: usize, waits: Waits) -> Self {
        let bufsize = shared.live.load().program.plan.global.bufsize as usize;
        let started = shared.started;
        Self {
            shared,
            index,
            buffers: Buffers::default(),
            pool: Pool::default(),
            pipes: Pipes::default(),
            scratch: RefCell::new(Scratch::new()),
            lines: RefCell::default(),
            bufsize: bufsize.max(1024),
            meter: Meter::default(),
            clock: Clock::new(waits),
            usage: Usage::of_thread(),
            random: Random::new(),
            held: RefCell::default(),
            asked: Cell::new((started, 0)),
            offset: Cell::new((0, 0)),
        }
    }

    /// A share in a plan for as long as a stream runs. It is counted within the thread: each stream takes several, and among threads
    /// that would need the processor's lock each time.
    pub fn hold(&self, live: &Arc<Live>) -> Rc<Share> {
        let mut held = self.held.borrow_mut();
        match &*held {
            Some(held) if held.is_of(live) => Rc::clone(held),
            _ => Rc::clone(held.insert(Rc::new(Share::new(live)))),
        }
    }

    /// A time on the clock of rates. Asked several times of the time at which a request came, worked out once.
    pub fn ms_at(&self, now: Instant) -> u64 {
        let (asked, ms) = self.asked.get();
        if asked == now {
            return ms;
        }
        let ms = self.shared.ms_at(now);
        self.asked.set((now, ms));
        ms
    }

    /// Difference of local time to UTC, in seconds. Zones change it on quarters of an hour only.
    pub fn utc_offset(&self, seconds: u64) -> i32 {
        let (quarter, offset) = self.offset.get();
        if quarter == seconds / 900 {
            return offset;
        }
        let offset = sys::utc_offset(i64::try_from(seconds).unwrap_or_default());
        self.offset.set((seconds / 900, offset));
        offset
    }

    /// How busy this thread was lately, or all threads on average: percent.
    pub fn cpu_usage(&self, process: bool) -> u8 {
        if process {
            self.shared.usage.percent(self.shared.threads)
        } else {
            self.usage.percent(1)
        }
    }

    /// A random number, not for secrets.
    pub fn random(&self) -> u32 {
        self.random.next()
    }
}

/// Starts a worker thread. Its runtime is made here, so that a failure is told before anything runs.
pub(crate) fn spawn(shared: Arc<Shared>, index: usize, listeners: Vec<Listening>) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(format!("steelyard-{index}")).spawn(move || {
        let waits = Waits::default();
        let waited = waits.clone();
        match Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .on_thread_unpark(move || waited.note())
            .build_local(LocalOptions::default())
        {
            Ok(runtime) => runtime.block_on(run(Rc::new(Worker::new(shared, index, waits)), listeners)),
            // Without an epoll instance or a timer this thread can't work; the others go on.
            Err(_) => shared.quit(),
        }
    })
}

async fn run(worker: Rc<Worker>, listeners: Vec<Listening>) {
    let live = worker.shared.live.load_full();
    for listening in listeners {
        tokio::task::spawn_local(accept::run(Rc::clone(&worker), Arc::clone(&live), listening));
    }
    let slow = |server: &Server| server.slowstart > 0;
    let backends = live.program.plan.proxies.iter().filter_map(|proxy| proxy.backend.as_ref());
    if worker.index == 0 && backends.flat_map(|backend| &backend.servers).any(slow) {
        tokio::task::spawn_local(warm(Arc::clone(&worker.shared)));
    }
    if worker.index == 0 && !live.tables.is_empty() {
        tokio::task::spawn_local(sweep(Arc::clone(&worker.shared)));
    }
    let grace = live.program.plan.global.hard_stop_after;
    drop(live);
    if worker.index == 0 && grace > 0 {
        let shared = Arc::clone(&worker.shared);
        tokio::task::spawn_local(async move {
            shared.stopped().await;
            tokio::time::sleep(Duration::from_millis(grace)).await;
            shared.quit();
        });
    }
    worker.shared.quitted().await;
}

/// Moves slow starts on, for as long as the engine runs.
async fn warm(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(WARM_EVERY).await;
        let live = shared.live.load_full();
        for backend in live.proxies.iter().filter_map(|proxy| proxy.backend.as_ref()) {
            backend.warm(shared.now_ms());
        }
    }
}

/// Removes expired entries of stick tables that nobody asks for any more.
async fn sweep(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        shared.live.load_full().tables.sweep(SWEEP_MOST);
    }
}
