//! What a worker thread keeps for its HTTP sessions: idle server connections, spare exchanges, wakers of idle clients.
//!
//! A connection in the pool has no task. That its server closed it is seen when it is taken (the runtime knows without a system
//! call whether it is readable) and by a sweep each second, which also drops those that nobody took for `pool-purge-delay`.
//!
//! No more are kept than were needed at once of late: under `http-reuse safe` each new client opens a connection, and without
//! that bound short sessions would pile them up. A spare one is closed with a reset: nothing is under way on it, and an orderly
//! end would leave a port waiting here for a minute, which makes the next connections dearer.

use crate::http::Exchange;
use crate::live::Live;
use crate::stream::Stream;
use crate::worker::Worker;
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

/// Exchanges that a thread keeps for later, at most.
const KEEP_EXCHANGES: usize = 256;
/// Time between two sweeps.
const SWEEP: Duration = Duration::from_secs(1);

/// A connection to a server.
pub struct ServerConn {
    pub stream: Stream,
    /// Indices of the proxy and of its server.
    pub backend: u32,
    pub server: u32,
    /// Requests that were sent on it.
    pub uses: u32,
    pub idle_since: Instant,
    /// Our address towards the server; known where it is logged.
    pub local: Option<SocketAddr>,
}

impl ServerConn {
    /// The connection, which is between two requests, will be closed with a reset.
    fn discard(&self) {
        // A socket that refuses the option is closed in order.
        let _ = self.stream.set_zero_linger();
    }

    /// Whether the server still seems to be there and has said nothing that nobody asked for. Costs no system call in the
    /// common case; a server that closes this very moment is not seen.
    pub fn is_alive(&self) -> bool {
        if self.stream.is_quiet() {
            return true;
        }
        let mut byte = [0u8; 1];
        matches!(self.stream.try_read(&mut byte), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    }
}

/// The idle connections of one server.
#[derive(Default)]
struct Idle {
    /// The latest comes last and is taken first. Boxed: a connection goes in and out with each request, without moving.
    #[allow(clippy::vec_box)]
    conns: Vec<Box<ServerConn>>,
    /// Most streams that the server had at once: since the last sweep, and before that, fading.
    peak: usize,
    past: usize,
}

impl Idle {
    /// Notes that so many streams are on the server: asked when one looks for a connection, which is when they are most.
    fn note(&mut self, busy: usize) {
        self.peak = self.peak.max(busy);
    }

    /// Whether one more is worth keeping beside the `kept`, while `busy` streams are on the server, the one that gives it among
    /// them.
    fn wants(&mut self, kept: usize, busy: usize) -> bool {
        self.note(busy.max(1));
        kept + busy.max(1) <= self.peak.max(self.past)
    }

    fn fade(&mut self) {
        self.past = self.peak.max(self.past - self.past.div_ceil(8));
        self.peak = 0;
    }
}

/// What one thread keeps.
#[derive(Default)]
pub struct Pool {
    /// By proxy and server.
    idle: RefCell<Vec<Vec<Idle>>>,
    kept: Cell<usize>,
    sweeping: Cell<bool>,
    // Boxed: an exchange is handed out and taken back without moving it.
    #[allow(clippy::vec_box)]
    exchanges: RefCell<Vec<Box<Exchange>>>,
    clients: RefCell<Clients>,
}

/// Wakers of client connections, for the soft stop.
#[derive(Default)]
struct Clients {
    wakers: Vec<Option<Waker>>,
    free: Vec<u32>,
    watching: bool,
}

impl Pool {
    /// An idle connection to a server, on which `busy` streams are, the one that asks among them. `proven`: only one that has
    /// carried more than one request (`http-reuse aggressive`).
    pub fn take(&self, backend: u32, server: u32, busy: usize, proven: bool) -> Option<Box<ServerConn>> {
        let mut idle = self.idle.borrow_mut();
        let idle = at(at(&mut idle, backend), server);
        idle.note(busy);
        let list = &mut idle.conns;
        loop {
            let at = if proven {
                list.iter().rposition(|conn| conn.uses > 1)?
            } else {
                list.len().checked_sub(1)?
            };
            let conn = list.remove(at);
            self.kept.set(self.kept.get() - 1);
            if conn.is_alive() {
                return Some(conn);
            }
        }
    }

    /// Keeps a connection that is between two requests, unless the limits say no.
    pub fn give(worker: &Rc<Worker>, live: &Arc<Live>, mut conn: Box<ServerConn>, now: Instant) {
        let plan = &live.program.plan;
        let server = plan
            .proxies
            .get(conn.backend as usize)
            .and_then(|proxy| proxy.backend.as_ref());
        let limit = server
            .and_then(|backend| backend.servers.get(conn.server as usize))
            .map_or(-1, |server| server.pool_max_conn);
        let most = plan.global.pool_max_idle as usize;
        let most = usize::try_from(limit).map_or(most, |limit| limit.min(most));
        let pool = &worker.pool;
        let mut idle = pool.idle.borrow_mut();
        let list = at(at(&mut idle, conn.backend), conn.server);
        let busy = live
            .server(conn.backend, conn.server)
            .map_or(0, |server| server.counters.scur.load(Relaxed));
        if !list.wants(list.conns.len(), busy as usize) || list.conns.len() >= most {
            return conn.discard();
        }
        conn.idle_since = now;
        list.conns.push(conn);
        drop(idle);
        pool.kept.set(pool.kept.get() + 1);
        if !pool.sweeping.replace(true) {
            tokio::task::spawn_local(sweep(Rc::clone(worker), Arc::clone(live)));
        }
    }

    /// Closes all idle connections to a server (it went down, or the engine stops).
    pub fn forget(&self, backend: u32, server: u32) {
        let mut idle = self.idle.borrow_mut();
        if let Some(list) = idle
            .get_mut(backend as usize)
            .and_then(|proxy| proxy.get_mut(server as usize))
        {
            self.kept.set(self.kept.get() - list.conns.len());
            list.conns.drain(..).for_each(|conn| conn.discard());
        }
    }

    /// Idle connections of this thread.
    pub fn len(&self) -> usize {
        self.kept.get()
    }

    pub fn is_empty(&self) -> bool {
        self.kept.get() == 0
    }

    /// A spare exchange.
    pub(crate) fn exchange(&self) -> Option<Box<Exchange>> {
        self.exchanges.borrow_mut().pop()
    }

    /// Keeps an exchange for later.
    pub(crate) fn give_exchange(&self, exchange: Box<Exchange>) {
        let mut list = self.exchanges.borrow_mut();
        if list.len() < KEEP_EXCHANGES {
            list.push(exchange);
        }
    }

    /// Registers an idle client connection: it is woken when the soft stop begins. Gives its number.
    pub(crate) fn enrol(worker: &Rc<Worker>, waker: &Waker) -> u32 {
        let mut clients = worker.pool.clients.borrow_mut();
        if !clients.watching {
            clients.watching = true;
            let worker = Rc::clone(worker);
            tokio::task::spawn_local(async move {
                worker.shared.stopped().await;
                let clients = worker.pool.clients.borrow();
                clients.wakers.iter().flatten().for_each(Waker::wake_by_ref);
            });
        }
        match clients.free.pop() {
            Some(number) => {
                if let Some(place) = clients.wakers.get_mut(number as usize) {
                    *place = Some(waker.clone());
                }
                number
            }
            None => {
                clients.wakers.push(Some(waker.clone()));
                u32::try_from(clients.wakers.len() - 1).unwrap_or(u32::MAX)
            }
        }
    }

    /// Takes a client connection off the list.
    pub(crate) fn discharge(&self, number: u32) {
        let mut clients = self.clients.borrow_mut();
        if let Some(place) = clients.wakers.get_mut(number as usize) {
            *place = None;
            clients.free.push(number);
        }
    }
}

/// Drops connections that are dead or have been idle for `pool-purge-delay`; ends with the last connection.
async fn sweep(worker: Rc<Worker>, live: Arc<Live>) {
    let pool = &worker.pool;
    while !pool.is_empty() {
        tokio::time::sleep(SWEEP).await;
        let now = Instant::now();
        let mut idle = pool.idle.borrow_mut();
        let mut kept = 0;
        for (proxy, servers) in idle.iter_mut().enumerate() {
            let plan = live.program.plan.proxies.get(proxy).and_then(|proxy| proxy.backend.as_ref());
            for (number, list) in servers.iter_mut().enumerate() {
                let delay = plan
                    .and_then(|plan| plan.servers.get(number))
                    .map_or(5_000, |server| server.pool_purge_delay);
                let delay = Duration::from_millis(delay);
                list.conns.retain(|conn| {
                    let keep = now.duration_since(conn.idle_since) < delay && conn.is_alive();
                    if !keep {
                        conn.discard();
                    }
                    keep
                });
                list.fade();
                kept += list.conns.len();
            }
        }
        pool.kept.set(kept);
    }
    pool.sweeping.set(false);
}

fn at<T: Default>(list: &mut Vec<T>, index: u32) -> &mut T {
    let index = index as usize;
    if list.len() <= index {
        list.resize_with(index + 1, T::default);
    }
    &mut list[index]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_kept_as_were_in_use_at_once_and_fewer_later() {
        let mut idle = Idle::default();
        idle.note(2);
        assert!(
            idle.wants(0, 1) && idle.wants(1, 0),
            "both were needed, whoever is there when they are given back"
        );
        assert!(!idle.wants(2, 0), "nobody needed a third");
        (0..5).for_each(|_| idle.fade());
        assert!(!idle.wants(1, 0), "not needed of late");
    }
}
