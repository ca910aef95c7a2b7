//! Accepting connections: limits first, then `accept`, then whatever must be decided before the session is served.

pub mod gate;
mod guard;
mod header;
pub mod listen;
mod prepare;
pub mod proxy_header;
#[cfg(test)]
mod tests;

use crate::live::{bump, wall, FrontendLive, Live};
use crate::meter::Metered;
use crate::stream::Stream;
use crate::worker::Worker;
use crate::{http, relay};
use guard::{Guard, Guarded};
use listen::{Family, Listening};
use nix::errno::Errno;
pub use prepare::Kept;
use std::future::{poll_fn, Future};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::task::{ready, Context, Poll};
use std::time::Duration;
use steelyard_core::ctx::Session;
use steelyard_core::plan::Mode;
use steelyard_core::table::Event;
use tokio::net::{TcpListener, UnixListener};

/// Connections taken in a row before other tasks of the thread get their turn.
const BURST: u32 = 64;

/// How long accepting pauses when descriptors or memory have run out: HAProxy's own pause.
const PAUSE: Duration = Duration::from_millis(100);

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    fn new(listening: Listening) -> io::Result<Self> {
        match listening.family {
            Family::Inet(_) => TcpListener::from_std(listening.fd.into()).map(Self::Tcp),
            Family::Unix => UnixListener::from_std(listening.fd.into()).map(Self::Unix),
        }
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Stream, Option<SocketAddr>)>> {
        match self {
            Self::Tcp(listener) => {
                let (stream, from) = ready!(listener.poll_accept(cx))?;
                Poll::Ready(Ok((Stream::Tcp(stream), Some(from))))
            }
            Self::Unix(listener) => {
                let (stream, _) = ready!(listener.poll_accept(cx))?;
                Poll::Ready(Ok((Stream::Unix(stream), None)))
            }
        }
    }
}

/// Accepts on one listening socket until a soft stop.
pub(crate) async fn run(worker: Rc<Worker>, live: Arc<Live>, listening: Listening) {
    let (proxy, bind, family) = (listening.proxy, listening.bind, listening.family);
    let Ok(listener) = Listener::new(listening) else { return };
    let stop = worker.shared.stopped();
    tokio::pin!(stop);
    let accepting = accept_all(&worker, &live, &listener, proxy, bind, family);
    tokio::pin!(accepting);
    // Dropping the listener closes this thread's duplicate; Python closes the socket itself.
    poll_fn(|cx| {
        if stop.as_mut().poll(cx).is_ready() {
            Poll::Ready(())
        } else {
            accepting.as_mut().poll(cx)
        }
    })
    .await;
}

async fn accept_all(worker: &Rc<Worker>, live: &Arc<Live>, listener: &Listener, proxy: u32, bind: u32, family: Family) {
    let Some(frontend) = live.frontend(proxy) else { return };
    let rate_limit = live
        .program
        .plan
        .proxies
        .get(proxy as usize)
        .and_then(|p| p.frontend.as_ref())
        .map_or(0, |f| f.rate_limit_sessions);
    let global_rate = live.program.plan.global.maxconnrate;
    let mut burst = 0;
    loop {
        if !frontend.is_enabled() {
            frontend.enabled().await;
        }
        if rate_limit > 0 || global_rate > 0 {
            wait_for_rate(worker, frontend, rate_limit, global_rate).await;
        }
        // Readiness first: a place is held only across the call to accept, never while nobody comes.
        let accepted = poll_fn(|cx| {
            if !frontend.is_enabled() {
                return Poll::Ready(None);
            }
            let Some(guard) = Guard::enter(&worker.shared, live, proxy, bind) else {
                return Poll::Ready(None);
            };
            match listener.poll_accept(cx) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(result) => Poll::Ready(Some(result.map(|(stream, from)| (guard, stream, from)))),
            }
        })
        .await;
        match accepted {
            None => wait_for_place(worker, frontend, bind).await,
            Some(Ok((guard, stream, from))) => {
                begin(worker, live, guard, stream, from, family);
                burst += 1;
                if burst >= BURST {
                    burst = 0;
                    tokio::task::yield_now().await;
                }
            }
            Some(Err(error)) => after_failure(worker, &error).await,
        }
    }
}

/// Waits at the first limit that is reached.
async fn wait_for_place(worker: &Worker, frontend: &FrontendLive, bind: u32) {
    worker.shared.gate.wait().await;
    frontend.gate.wait().await;
    if let Some(gate) = frontend.binds.get(bind as usize) {
        gate.wait().await;
    }
}

async fn wait_for_rate(worker: &Worker, frontend: &FrontendLive, limit: u32, global: u32) {
    loop {
        let now = worker.shared.now_ms();
        let mine = frontend.counters.conn_rate.delay(now, limit);
        let all = worker.shared.totals.conn_rate.delay(now, global);
        match mine.max(all) {
            0 => return,
            delay => tokio::time::sleep(Duration::from_millis(delay)).await,
        }
    }
}

async fn after_failure(worker: &Worker, error: &io::Error) {
    let errno = Errno::from_raw(error.raw_os_error().unwrap_or(0));
    match errno {
        // The client left before its turn.
        Errno::ECONNABORTED | Errno::EINTR | Errno::EAGAIN | Errno::EPROTO => {}
        // Descriptors or memory have run out: others may free some. Anything else is as hopeless for the moment.
        _ => {
            bump(&worker.shared.totals.accept_paused);
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// A connection was accepted: counts it, and starts its task.
fn begin(worker: &Rc<Worker>, live: &Arc<Live>, guard: Guard, client: Stream, from: Option<SocketAddr>, family: Family) {
    let (proxy, bind) = (guard.proxy, guard.bind);
    let Some((frontend, plan)) = live.frontend(proxy).zip(live.program.plan.proxies.get(proxy as usize)) else {
        return;
    };
    count(worker, frontend);
    let dst = match family {
        Family::Inet(Some(address)) => Some(address),
        Family::Inet(None) => client.local_addr(),
        Family::Unix => None,
    };
    let mut session = Session {
        src: from,
        dst,
        frontend: proxy,
        bind,
        header: None,
        accepted: wall(),
    };
    if plan.options.nolinger {
        // Only closing is concerned: what is lost by a failure here is a TIME_WAIT entry.
        let _ = client.set_zero_linger();
    }
    let mut kept = Kept::default();
    if !prepare::connection_rules(worker, live, &client, &mut session, &mut kept) {
        return;
    }
    let Some(compiled) = live.program.proxies.get(proxy as usize) else {
        return;
    };
    let listener = plan.frontend.as_ref().and_then(|f| f.binds.get(bind as usize));
    kept.expects_proxy |= listener.is_some_and(|b| b.accept_proxy);
    // The rule asks for the header of a listener that may have no magic number: then that is 0.
    let magic = listener.map_or(0, |b| b.netscaler_cip);
    kept.netscaler = (magic != 0 || kept.netscaler.is_some()).then_some(magic);
    let header = kept.expects_proxy || kept.netscaler.is_some();
    let connection = Connection {
        worker: Rc::clone(worker),
        live: Arc::clone(live),
        client,
        session,
        kept,
    };
    let later = header || !compiled.tcp_request_session.is_empty();
    if !later {
        connection.begin_session();
    }
    match (later, plan.mode) {
        (true, mode) => spawn(guard, worker, prepare_and_serve(connection, header, mode)),
        (false, Mode::Http) => spawn(guard, worker, connection.http()),
        (false, Mode::Tcp) => spawn(guard, worker, connection.tcp()),
    }
}

/// An accepted connection on its way to who serves it.
struct Connection {
    worker: Rc<Worker>,
    live: Arc<Live>,
    client: Stream,
    session: Session,
    kept: Kept,
}

impl Connection {
    /// The rules of connections and sessions have let it in: from here on it counts as a session.
    fn begin_session(&self) {
        if let Some(frontend) = self.live.frontend(self.session.frontend) {
            bump(&frontend.counters.stot);
            frontend.counters.sess_rate.add(self.worker.shared.now_ms(), 1);
        }
        self.kept.tracking.count_session(Event::Session);
    }

    fn http(self) -> impl Future<Output = ()> {
        http::serve(self.worker, self.live, self.client, self.session, self.kept)
    }

    fn tcp(self) -> impl Future<Output = ()> {
        relay::tcp::serve(self.worker, self.live, self.client, self.session, self.kept)
    }
}

/// The future that serves is boxed: the one that prepares is larger than an idle session should be.
async fn prepare_and_serve(mut connection: Connection, header: bool, mode: Mode) {
    let Connection {
        worker,
        live,
        client,
        session,
        kept,
    } = &mut connection;
    if header && !Box::pin(header::read_headers(worker, live, client, session, kept)).await {
        return;
    }
    if !prepare::session_rules(worker, live, client, session, kept) {
        return;
    }
    connection.begin_session();
    match mode {
        Mode::Http => Box::pin(connection.http()).await,
        Mode::Tcp => Box::pin(connection.tcp()).await,
    }
}

fn spawn(guard: Guard, worker: &Rc<Worker>, future: impl Future<Output = ()> + 'static) {
    if guard.measures_costs() {
        tokio::task::spawn_local(Guarded::new(guard, Metered::new(Rc::clone(worker), Box::pin(future))));
    } else {
        tokio::task::spawn_local(Guarded::new(guard, future));
    }
}

fn count(worker: &Worker, frontend: &FrontendLive) {
    let now = worker.shared.now_ms();
    let counters = &frontend.counters;
    bump(&worker.shared.totals.cum_conns);
    worker.shared.totals.conn_rate.add(now, 1);
    bump(&counters.conn_tot);
    counters.conn_rate.add(now, 1);
    let current = frontend.gate.current();
    if current > counters.smax.load(Relaxed) {
        counters.smax.fetch_max(current, Relaxed);
    }
}
