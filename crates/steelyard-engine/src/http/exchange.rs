//! One request and its response: everything that is needed while it runs, lent by the thread and used again.

use super::again::Again;
use super::session::{proxy, Conn};
use super::trace::{self, Tracing};
use crate::live::InBackend;
use crate::pick::Slot;
use crate::pool::ServerConn;
use crate::relay::http::{Flow, Framing};
use std::net::SocketAddr;
use std::time::Instant;
use steelyard_core::ctx::{Ctx, Scratch};
use steelyard_core::forward::closes_server;
use steelyard_core::http1::{Body, Head, Limits};
use steelyard_core::persist::Persist;
use steelyard_core::plan::{KeepAlive, Proxy};
use steelyard_core::program::{Program, ProxyProgram, Wants};
use steelyard_core::record::Record;
use steelyard_core::rules::{evaluate, Rules, Stores, Trace, Verdict};

/// Memory that a spare exchange may hold for each head, bytes.
const KEEP_HEAD: usize = 32 * 1024;

/// A request and its response.
pub struct Exchange {
    pub(super) req: Head,
    pub(super) res: Head,
    pub(super) record: Record,
    pub(super) scratch: Scratch,
    /// Client to server, and back.
    pub(super) up: Flow,
    pub(super) down: Flow,
    pub(super) server: Option<Box<ServerConn>>,
    pub(super) slot: Option<Slot>,
    /// The server of the last try to connect.
    pub(super) tried: Option<u32>,
    pub(super) inside: Option<InBackend>,
    /// The first request of a connection that began as one of TCP: when it was accepted.
    pub(super) raw: Option<Instant>,
    pub(super) backend: Option<u32>,
    /// What the frontend and, once there is one, the backend may want of this request.
    pub(super) wants: Wants,
    /// The connection was used before: its death may mean that the server had closed it meanwhile.
    pub(super) reused: bool,
    /// `option http_proxy`: where the URL points.
    pub(super) target: Option<SocketAddr>,
    /// The body of the request, as its head said.
    pub(super) body: Body,
    /// The request was edited for the server.
    pub(super) prepared: bool,
    /// The request was sent to its end, or the server takes no more of it.
    pub(super) up_done: bool,
    /// The response of the server counts, and rules may see it.
    pub(super) answered: bool,
    /// Both sides' connections may carry a further message.
    pub(super) keep_client: bool,
    /// The client said that it sends no further one.
    pub(super) last_request: bool,
    pub(super) keep_server: bool,
    /// What is needed to send the request to a server once more.
    pub(super) again: Again,
    /// A rule gave the request `Connection: close`.
    pub(super) rule_closes: bool,
    /// Decoded bytes of the body, for rules that look at it.
    pub(super) seen_body: Vec<u8>,
    pub(super) body_known: bool,
    /// Rules may put their verdict off until more of the body is there.
    pub(super) waits: bool,
    pub(super) persist: Persist,
    /// Keys that `stick` rules keep until the server has answered.
    pub(super) stores: Stores,
    /// When the first byte came, when the head was complete, when the server was there, when its head came.
    pub(super) begun: Instant,
    pub(super) received: Instant,
    pub(super) connected: Instant,
    /// The latest time that was asked for.
    pub(super) now: Instant,
    /// Bytes of the request's head.
    pub(super) head_bytes: u64,
    /// Bytes of the head as it was sent to the server.
    pub(super) sent_head: u64,
    /// The body of the request is malformed: the client's fault, whatever stage it is found in.
    pub(super) bad_request: bool,
    /// Not logged (monitoring, silent aborts).
    pub(super) unlogged: bool,
    /// What came is no request: the line of the log is that of an error.
    pub(super) refused: bool,
    /// The request asked for a trace, and may.
    pub(super) tracing: Option<Box<Tracing>>,
    line: Vec<u8>,
}

impl Exchange {
    /// A spare exchange of the thread, or a new one.
    pub(super) fn take(conn: &Conn) -> Box<Self> {
        conn.worker.pool.exchange().unwrap_or_else(|| Self::new(conn))
    }

    #[cold]
    fn new(conn: &Conn) -> Box<Self> {
        let size = conn.live.program.plan.global.bufsize as usize;
        let flow = || Flow::new(conn.worker.buffers.take(size));
        let now = Instant::now();
        Box::new(Self {
            req: Head::new(),
            res: Head::new(),
            record: Record::new(),
            scratch: Scratch::new(),
            up: flow(),
            down: flow(),
            server: None,
            slot: None,
            tried: None,
            inside: None,
            raw: None,
            backend: None,
            wants: Wants::ANYTHING,
            reused: false,
            target: None,
            body: Body::None,
            prepared: false,
            up_done: false,
            answered: false,
            keep_client: false,
            last_request: false,
            keep_server: false,
            again: Again::default(),
            rule_closes: false,
            seen_body: Vec::new(),
            body_known: false,
            waits: false,
            persist: Persist::default(),
            stores: Stores::default(),
            begun: now,
            received: now,
            connected: now,
            now,
            head_bytes: 0,
            sent_head: 0,
            bad_request: false,
            unlogged: false,
            refused: false,
            tracing: None,
            line: Vec::new(),
        })
    }

    /// The request is over: forgets it. Bytes of the next one stay in `up.input`.
    pub(super) fn end(&mut self) {
        self.server = None;
        self.slot = None;
        self.tried = None;
        self.inside = None;
        self.raw = None;
        self.backend = None;
        self.wants = Wants::ANYTHING;
        self.reused = false;
        self.target = None;
        self.body = Body::None;
        self.prepared = false;
        self.rule_closes = false;
        self.up_done = false;
        self.answered = false;
        self.again.forget();
        self.seen_body.clear();
        self.body_known = false;
        self.persist = Persist::default();
        self.stores.clear();
        self.head_bytes = 0;
        self.sent_head = 0;
        self.bad_request = false;
        self.unlogged = false;
        self.refused = false;
        self.up.reset();
        self.down.reset();
        self.down.input.clear();
        self.up.ended = false;
        self.down.ended = false;
        self.req.clear();
        self.res.clear();
        self.req.shrink(KEEP_HEAD);
        self.res.shrink(KEEP_HEAD);
        self.record.reset();
    }

    /// Lends it back to the thread. The next borrower is another client: no byte of this one may be left.
    pub(super) fn give_back(mut self: Box<Self>, conn: &Conn) {
        self.up.input.clear();
        self.down.input.clear();
        super::transfer::shrink(conn, &mut self);
        conn.worker.pool.give_exchange(self);
    }

    /// Notes what both sides want, as far as they are known.
    pub(super) fn hear(&mut self, conn: &Conn) {
        let of = |index: u32| conn.live.program.proxies.get(index as usize).map(|program| program.wants);
        let front = of(conn.session.frontend);
        let back = self.backend.and_then(of);
        self.wants = front.unwrap_or(Wants::ANYTHING).with(back.unwrap_or(Wants::NOTHING));
    }

    /// Runs rules or logs with all that they may look at.
    pub(super) fn with_ctx<R>(&mut self, conn: &mut Conn, run: impl FnOnce(&Program, &mut Ctx<'_>) -> R) -> R {
        self.with_trace(conn, |program, ctx, _| run(program, ctx))
    }

    /// The same, with the trace of this request where it has one.
    pub(super) fn with_trace<R>(
        &mut self,
        conn: &mut Conn,
        run: impl FnOnce(&Program, &mut Ctx<'_>, Option<&mut Trace>) -> R,
    ) -> R {
        let live = &conn.live;
        let state = crate::live::WorkerState {
            client: Some(&conn.client),
            server: self.server.as_ref().map(|server| &server.stream),
            ..crate::live::WorkerState::without_streams(&conn.worker, live)
        };
        let mut ctx = Ctx {
            session: &conn.session,
            frontend: conn.session.frontend,
            backend: self.backend,
            server: self.slot.as_ref().map(|slot| slot.server).or(self.tried),
            req: Some(&mut self.req),
            res: self.answered.then_some(&mut self.res),
            input: &self.seen_body,
            input_done: self.body_known,
            waits: self.waits,
            vars: &mut conn.vars,
            tracking: &mut conn.tracking,
            record: &mut self.record,
            state: &state,
            scratch: &mut self.scratch,
        };
        run(
            &live.program,
            &mut ctx,
            self.tracing.as_mut().map(|tracing| &mut tracing.trace),
        )
    }

    /// Runs one rule set of a proxy, from rule number `from` on.
    pub(super) fn rules(&mut self, conn: &mut Conn, index: u32, which: fn(&ProxyProgram) -> &Rules, from: usize) -> Verdict {
        if self.tracing.is_some() {
            if let Some(program) = conn.live.program.proxies.get(index as usize) {
                trace::set(conn, self, index, which(program).set.name());
            }
        }
        let verdict = self.with_trace(conn, |program, ctx, trace| match program.proxies.get(index as usize) {
            Some(proxy) => evaluate(which(proxy), program, ctx, from, trace),
            None => Verdict::Pass,
        });
        if let Some(tracing) = &mut self.tracing {
            tracing.left(&verdict);
        }
        verdict
    }

    /// The line buffer of the log, for the time of a call.
    pub(super) fn with_line<R>(&mut self, run: impl FnOnce(&mut Self, &mut Vec<u8>) -> R) -> R {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let result = run(self, &mut line);
        self.line = line;
        result
    }

    /// The plan of the backend; of the frontend while there is none.
    pub(super) fn back<'a>(&self, conn: &'a Conn) -> &'a Proxy {
        proxy(&conn.live, self.backend.unwrap_or(conn.session.frontend))
    }

    /// Whether the client's connection is closed after this message: `option httpclose` of the frontend.
    pub(super) fn closes_client(&self, conn: &Conn) -> bool {
        self.wants.any(Wants::CLOSE) && conn.front().options.http_connection == KeepAlive::Close
    }

    /// Whether the server's connection is: `option http-server-close` of either side, `option httpclose` of the backend.
    pub(super) fn closes_server(&self, conn: &Conn) -> bool {
        if !self.wants.any(Wants::CLOSE) {
            return self.rule_closes;
        }
        self.rule_closes || closes_server(&conn.front().options, &self.back(conn).options)
    }

    /// How the end of the body of the request is found.
    pub(super) fn request_framing(&self) -> Framing {
        framing(self.body)
    }
}

/// How the end of a body is found.
pub(super) fn framing(body: Body) -> Framing {
    match body {
        Body::None | Body::Length(0) => Framing::Done,
        Body::Length(length) => Framing::Length(length),
        Body::Chunked => Framing::Chunked(crate::relay::rechunk::Rechunk::new()),
        Body::Close => Framing::Close,
    }
}

/// The bounds of heads.
pub(super) fn limits(conn: &Conn, relaxed: bool) -> Limits {
    let global = &conn.live.program.plan.global;
    Limits {
        max_head: global.bufsize.saturating_sub(global.maxrewrite) as usize,
        max_headers: global.max_headers as usize,
        relaxed,
        any_payload: global.any_payload,
    }
}

/// Milliseconds from one time to another.
pub(super) fn ms(from: Instant, to: Instant) -> i64 {
    // The head of a request comes in one piece nearly always.
    if from == to {
        return 0;
    }
    i64::try_from(to.saturating_duration_since(from).as_millis()).unwrap_or(i64::MAX)
}
