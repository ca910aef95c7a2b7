//! A client connection: what lives as long as it does.

use crate::accept::Kept;
use crate::live::Live;
use crate::pool::{Pool, ServerConn};
use crate::stream::Stream;
use crate::timer::{after, Timer};
use crate::worker::Worker;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::task::{Poll, Waker};
use std::time::Instant;
use steelyard_core::capture::Captures;
use steelyard_core::ctx::Session;
use steelyard_core::plan::{Mode, Proxy};
use steelyard_core::table::Tracking;
use steelyard_core::vars::Vars;
use tokio::io::AsyncWrite;

/// Longest that a connection that we have ended waits for its client to read what was sent.
const LINGER_MS: u64 = 2_000;
/// Most bytes of a client that are read away in that time.
const LINGER_BYTES: usize = 1 << 20;

/// A client connection. Small: an idle one is this, its task and its socket.
pub(super) struct Conn {
    pub worker: Rc<Worker>,
    pub live: Arc<Live>,
    pub client: Stream,
    pub session: Session,
    pub vars: Vars,
    pub tracking: Tracking,
    pub timer: Timer,
    /// Accept, or the end of the request before.
    pub since: Instant,
    /// Requests that came before on this connection.
    pub requests: u32,
    /// The client has ended its side.
    pub client_ended: bool,
    /// The runtime knows that this task waits for the client, and nothing was read since.
    pub watched: bool,
    /// A server connection that only this client may use (`http-reuse never`).
    pub held: Option<Box<ServerConn>>,
    /// Backend and server of the request before (`option prefer-last-server`).
    pub last: Option<(u32, u32)>,
    /// Number in the pool's list of idle clients.
    enrolled: Option<u32>,
}

impl Conn {
    pub fn new(worker: Rc<Worker>, live: Arc<Live>, client: Stream, session: Session, kept: Kept) -> Self {
        let now = Instant::now();
        Self {
            worker,
            live,
            client,
            session,
            vars: kept.vars,
            tracking: kept.tracking,
            timer: Timer::new(now),
            since: now,
            requests: 0,
            client_ended: false,
            watched: false,
            held: None,
            last: None,
            enrolled: None,
        }
    }

    /// The client's stream, to be read.
    pub fn reader(&mut self) -> &mut Stream {
        self.watched = false;
        &mut self.client
    }

    /// The plan of the frontend.
    pub fn front(&self) -> &Proxy {
        proxy(&self.live, self.session.frontend)
    }

    /// What the frontend keeps of messages for its log.
    pub fn captures(&self) -> &Captures {
        static NONE: OnceLock<Captures> = OnceLock::new();
        let program = self.live.program.proxies.get(self.session.frontend as usize);
        program.map_or_else(|| NONE.get_or_init(Captures::default), |program| &program.captures)
    }

    /// Whether the frontend is one of HTTP. The other kind logs and counts connections, whatever becomes of them.
    pub fn is_http(&self) -> bool {
        self.front().mode == Mode::Http
    }

    /// Counts the status of a response that the client gets. As in HAProxy, frontends in mode tcp have no such counters.
    pub fn count_status(&self, status: u16) {
        let front = self.live.frontend(self.session.frontend);
        if let Some(front) = front.filter(|_| self.is_http()) {
            front.counters.response(status);
        }
    }

    /// Makes the soft stop wake this connection.
    pub fn enrol(&mut self, waker: &Waker) {
        if self.enrolled.is_none() {
            self.enrolled = Some(Pool::enrol(&self.worker, waker));
        }
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        if let Some(number) = self.enrolled {
            self.worker.pool.discharge(number);
        }
    }
}

/// A proxy of the plan; an empty one where the index is none.
pub(super) fn proxy(live: &Live, index: u32) -> &Proxy {
    static NONE: OnceLock<Proxy> = OnceLock::new();
    let found = live.program.plan.proxies.get(index as usize);
    found.unwrap_or_else(|| NONE.get_or_init(Proxy::default))
}

/// Ends our side and reads away what the client still sends: closing with unread bytes would reset the connection and could
/// take the last reply away from the client.
pub(super) async fn linger(conn: &mut Conn) {
    if conn.client_ended {
        return;
    }
    let _ = poll_fn(|cx| Pin::new(&mut conn.client).poll_shutdown(cx)).await;
    if conn.front().options.nolinger {
        return;
    }
    conn.timer.set(after(Instant::now(), Some(LINGER_MS)));
    let mut left = LINGER_BYTES;
    poll_fn(|cx| {
        let mut scrap = [0u8; 4096];
        loop {
            match conn.client.poll_read_slice(cx, &mut scrap) {
                Poll::Ready(Ok(count)) if count > 0 && count < left => left -= count,
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return conn.timer.poll(cx),
            }
        }
    })
    .await;
}
