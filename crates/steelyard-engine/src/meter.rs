//! What serving a stream costs: calls of its task, time in them, time between a wish to be called and the call. Only where the plan
//! asks for it (`cpu_calls` and its like) is anything measured.
//!
//! A thread runs one task at a time, so the cost of the one that runs now stands in the thread's meter.

use crate::worker::{Shared, Worker};
use nix::time::{clock_gettime, ClockId};
use parking_lot::Mutex;
use pin_project_lite::pin_project;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};
use steelyard_core::state::Cost;

/// The cost of the task that runs now, and when its call began; nothing while it is not measured.
#[derive(Default)]
pub struct Meter(Cell<Option<(Cost, Instant)>>);

impl Meter {
    /// The call under way counts as far as it has come.
    pub fn read(&self) -> Cost {
        let Some((mut cost, since)) = self.0.get() else {
            return Cost::default();
        };
        cost.cpu += nanos(since.elapsed());
        cost
    }

    /// A request begins: what came before was another's, or idle.
    pub fn begin(&self) {
        if self.0.get().is_some() {
            let cost = Cost {
                calls: 1,
                ..Cost::default()
            };
            self.0.set(Some((cost, Instant::now())));
        }
    }
}

pin_project! {
    /// A session's future whose calls are timed.
    pub struct Metered<F> {
        #[pin]
        future: F,
        worker: Rc<Worker>,
        cost: Cost,
        bell: Option<(Arc<Bell>, Waker)>,
    }
}

impl<F> Metered<F> {
    pub fn new(worker: Rc<Worker>, future: F) -> Self {
        Self {
            future,
            worker,
            cost: Cost::default(),
            bell: None,
        }
    }
}

impl<F: Future<Output = ()>> Future for Metered<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let began = Instant::now();
        if this.bell.as_ref().is_none_or(|(bell, _)| !bell.next.will_wake(cx.waker())) {
            let bell = Arc::new(Bell {
                next: cx.waker().clone(),
                shared: Arc::clone(&this.worker.shared),
                rung: AtomicU64::new(0),
            });
            *this.bell = Some((Arc::clone(&bell), Waker::from(bell)));
        }
        let Some((bell, waker)) = this.bell else {
            return Poll::Pending;
        };
        if let Some(rung) = bell.rung.swap(0, Relaxed).checked_sub(1) {
            let now = nanos(began.saturating_duration_since(this.worker.shared.started));
            this.cost.latency += now.saturating_sub(rung);
        }
        this.cost.calls = this.cost.calls.saturating_add(1);
        let meter = &this.worker.meter;
        meter.0.set(Some((*this.cost, began)));
        let done = this.future.poll(&mut Context::from_waker(waker));
        *this.cost = meter.read();
        meter.0.set(None);
        done
    }
}

/// A waker that keeps the time of the first wish since the last call.
struct Bell {
    next: Waker,
    shared: Arc<Shared>,
    /// Nanoseconds since the engine was made, plus one; 0: not rung.
    rung: AtomicU64,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let now = nanos(self.shared.started.elapsed()).saturating_add(1);
        // One that is there already is earlier.
        let _ = self.rung.compare_exchange(0, now, Relaxed, Relaxed);
        self.next.wake_by_ref();
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Shorter stretches say little.
const STRETCH: Duration = Duration::from_millis(100);

/// How busy a thread or the process is: its CPU time in the latest stretch that was looked at.
pub struct Usage {
    clock: ClockId,
    last: Mutex<Last>,
}

#[derive(Clone, Copy)]
struct Last {
    at: Instant,
    cpu: Duration,
    percent: u8,
}

impl Usage {
    /// Of the calling thread, by whom it must be read.
    pub fn of_thread() -> Self {
        Self::new(ClockId::CLOCK_THREAD_CPUTIME_ID)
    }

    pub fn of_process() -> Self {
        Self::new(ClockId::CLOCK_PROCESS_CPUTIME_ID)
    }

    fn new(clock: ClockId) -> Self {
        let last = Last {
            at: Instant::now(),
            cpu: cpu(clock),
            percent: 0,
        };
        Self {
            clock,
            last: Mutex::new(last),
        }
    }

    /// Percent of the time, on average over so many threads.
    pub fn percent(&self, threads: usize) -> u8 {
        let mut last = self.last.lock();
        let (now, elapsed) = (Instant::now(), last.at.elapsed());
        if elapsed >= STRETCH {
            let spent = cpu(self.clock);
            let busy = nanos(spent.saturating_sub(last.cpu));
            let whole = nanos(elapsed).saturating_mul(threads.max(1) as u64);
            let percent = busy.saturating_mul(100).checked_div(whole).unwrap_or(0).min(100);
            *last = Last {
                at: now,
                cpu: spent,
                percent: u8::try_from(percent).unwrap_or(100),
            };
        }
        last.percent
    }
}

fn cpu(clock: ClockId) -> Duration {
    clock_gettime(clock).map(Duration::from).unwrap_or(Duration::ZERO)
}
