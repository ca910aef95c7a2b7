//! A TCP session: content rules, backend, server, relay. One that turns out to be HTTP is handed over to [`http`].

mod finish;

use super::content::Content;
use super::direction::Splicing;
use super::duplex::{Duplex, Limits};
use super::input::Input;
use crate::accept::Kept;
use crate::buffer::Buffer;
use crate::connect::{establish, Connection, Established, Purpose};
use crate::error::{Error, Fault, Stage};
use crate::http::{self, Handed};
use crate::live::{add, bump, InBackend, Live, WorkerState};
use crate::pick::{Slot, Want};
use crate::stream::Stream;
use crate::worker::Worker;
use std::cell::Cell;
use std::convert::Infallible;
use std::future::{poll_fn, Future};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;
use steelyard_core::ctx::{Ctx, Session};
use steelyard_core::failure::RESET;
use steelyard_core::plan::{Mode, Proxy};
use steelyard_core::program::Program;
use steelyard_core::record::Record;
use steelyard_core::rules::{
    balance_key, choose_backend, choose_server, persistence, stick_request, stick_response, Persistence, Stores,
};
use steelyard_core::table::{Event, Tracking};
use steelyard_core::vars::Vars;

/// Serves one client connection of a frontend in TCP mode until both sides are closed.
pub async fn serve(worker: Rc<Worker>, live: Arc<Live>, client: Stream, session: Session, kept: Kept) {
    let mut tcp = Tcp {
        worker,
        live,
        session,
        input: Input::new(client),
        vars: kept.vars,
        tracking: kept.tracking,
        stores: Stores::default(),
        record: Record::new(),
        began: Instant::now(),
        inside: None,
        backend: None,
        server: None,
        closing: None,
        bytes: (0, 0),
        logged: false,
    };
    tcp.record.counter = tcp.worker.shared.totals.next_stream();
    tcp.log_accept();
    match tcp.run().await {
        Ok(Run::Relayed) => tcp.finish(Ok(())),
        Ok(Run::Http) => Box::pin(http::take_over(tcp.hand_over())).await,
        Err(error) => tcp.finish(Err(error)),
    }
}

/// How a session ended that went well.
enum Run {
    /// Both sides are closed.
    Relayed,
    /// It goes on as HTTP.
    Http,
}

pub(super) struct Tcp {
    pub(super) worker: Rc<Worker>,
    pub(super) live: Arc<Live>,
    pub(super) session: Session,
    pub(super) input: Input,
    pub(super) vars: Vars,
    pub(super) tracking: Tracking,
    stores: Stores,
    pub(super) record: Record,
    pub(super) began: Instant,
    pub(super) inside: Option<InBackend>,
    pub(super) backend: Option<u32>,
    pub(super) server: Option<u32>,
    /// The connection to the server while its end is told: the log may ask for its measurements.
    closing: Option<Stream>,
    /// Client to server, server to client.
    pub(super) bytes: (u64, u64),
    pub(super) logged: bool,
}

impl Tcp {
    async fn run(&mut self) -> Result<Run, Error> {
        let frontend = self.session.frontend;
        if Box::pin(self.content(frontend)).await? == Content::Http {
            return Ok(Run::Http);
        }
        let live = Arc::clone(&self.live);
        let backend = self
            .with_ctx(|program, ctx| choose_backend(program, frontend, ctx, None))
            .ok_or(no_server())?;
        self.backend = Some(backend);
        self.inside = InBackend::enter(&self.worker, &live, backend, self.worker.shared.now_ms());
        if plan(&live, backend).is_some_and(|plan| plan.mode == Mode::Http) {
            return Ok(Run::Http);
        }
        let Established { slot, connection } = Box::pin(self.reach(backend)).await?;
        let Connection::New(server) = connection;
        self.relay(backend, slot, server).await?;
        Ok(Run::Relayed)
    }

    /// What the backend says of the session, and a server. Apart from the session's own task, which is small while nothing happens.
    async fn reach(&mut self, backend: u32) -> Result<Established<Infallible>, Error> {
        let manner = self.with_ctx(|program, ctx| persistence(program, backend, ctx, None));
        if backend != self.session.frontend {
            self.content(backend).await?;
        }
        self.session.src = self.record.src.or(self.session.src);
        self.session.dst = self.record.dst.or(self.session.dst);
        self.connect(backend, manner == Persistence::Forced).await
    }

    fn hand_over(self) -> Handed {
        Handed {
            worker: self.worker,
            live: self.live,
            client: self.input.client,
            read: self.input.buffer,
            session: self.session,
            vars: self.vars,
            tracking: self.tracking,
            record: self.record,
            accepted: self.began,
            backend: self.backend,
            inside: self.inside,
        }
    }

    /// Finds a server. A client that leaves before, with nothing to send, ends the session.
    async fn connect(&mut self, backend: u32, forced: bool) -> Result<Established<Infallible>, Error> {
        let live = Arc::clone(&self.live);
        let key = self.with_ctx(|program, ctx| balance_key(program, backend, ctx));
        let always = forced || plan(&live, backend).is_some_and(|plan| plan.options.persist);
        let usable = |server| always || live.server(backend, server).is_some_and(|server| server.takes_persistent());
        let server = self.with_ctx(|program, ctx| choose_server(program, backend, ctx, usable, None));
        let server = server.or_else(|| self.stuck(backend, forced));
        let want = Want {
            key,
            server,
            forced,
            ..Want::default()
        };
        let purpose = Purpose { backend, want, to: None };
        let abort = plan(&live, backend).is_some_and(|p| p.options.abortonclose);
        let worker = &self.worker;
        // The log names the server even when it can't be reached.
        let tried = Cell::new(None);
        let mut never = |slot: &Slot| {
            tried.set(Some(slot.server));
            None
        };
        let established = {
            let establishing = establish(worker, &live, &self.session, purpose, &mut self.record, &mut never);
            tokio::pin!(establishing);
            let input = &mut self.input;
            poll_fn(|cx| {
                if input.poll_gone(cx, worker, abort).is_ready() {
                    return Poll::Ready(None);
                }
                establishing.as_mut().poll(cx).map(Some)
            })
            .await
        };
        self.server = tried.get();
        match established {
            Some(result) => result,
            None => Err(Error {
                fault: Fault::Client,
                stage: waiting_stage(&self.record),
                retry: false,
            }),
        }
    }

    async fn relay(&mut self, backend: u32, slot: Slot, mut server: Stream) -> Result<(), Error> {
        let live = Arc::clone(&self.live);
        let frontend = self.session.frontend;
        let (Some(front), Some(back)) = (plan(&live, frontend), plan(&live, backend)) else {
            return Err(no_server());
        };
        self.server = Some(slot.server);
        self.note_addresses(&server);
        self.log_connect();
        let mut duplex = {
            let splicing = |always: bool| match (live.program.plan.global.nosplice, always) {
                (true, _) => Splicing::Never,
                (false, true) => Splicing::Always,
                (false, false) => Splicing::Bulk,
            };
            let up = front.options.splice_request || back.options.splice_request;
            let down = front.options.splice_response || back.options.splice_response;
            Duplex::new(
                Limits::new(front, back, &self.record.set),
                splicing(up),
                splicing(down),
                Instant::now(),
            )
        };
        if let Some(buffer) = self.input.buffer.take() {
            duplex.up.preload(buffer);
        }
        duplex.up.ended = self.input.ended;
        duplex.up.limit(&mut self.record, true);
        Box::pin(self.response_content(backend, &mut duplex, &mut server)).await?;
        duplex.up.limit(&mut self.record, true);
        duplex.down.limit(&mut self.record, false);
        if back.backend.as_ref().is_some_and(|back| !back.stick.is_empty()) {
            self.stick(backend, slot.server, duplex.down.data());
        }
        let (worker, client, tracking) = (&self.worker, &mut self.input.client, &self.tracking);
        let counts = front.options.contstats;
        let mut told = (0, 0);
        let ended = poll_fn(|cx| {
            let polled = duplex.poll(cx, worker, client, &mut server);
            if counts {
                let now = (duplex.up.bytes, duplex.down.bytes);
                count_bytes(&live, frontend, &slot, tracking, (now.0 - told.0, now.1 - told.1));
                told = now;
            }
            polled
        })
        .await;
        duplex.rest(worker);
        self.bytes = (duplex.up.bytes, duplex.down.bytes);
        let rest = (self.bytes.0 - told.0, self.bytes.1 - told.1);
        count_bytes(&live, frontend, &slot, &self.tracking, rest);
        if duplex.up.broken {
            self.record.client_error = RESET;
        }
        if duplex.down.broken {
            self.record.server_error = RESET;
        }
        if let Err(error) = ended {
            if error.fault == Fault::Client {
                // The server is to know that the client did not end well. Closing does the rest, with or without the option.
                let _ = server.set_zero_linger();
            }
            count_abort(&slot, error.fault);
        }
        self.closing = Some(server);
        ended
    }

    /// The server that one of the client's keys had before.
    fn stuck(&mut self, backend: u32, forced: bool) -> Option<u32> {
        let live = Arc::clone(&self.live);
        let plan = plan(&live, backend)?;
        if plan.backend.as_ref().is_none_or(|back| back.stick.is_empty()) {
            return None;
        }
        let always = forced || plan.options.persist;
        let usable = |index| always || live.server(backend, index).is_some_and(|server| server.takes_persistent());
        let mut stores = std::mem::take(&mut self.stores);
        let wanted = self.with_ctx(|program, ctx| stick_request(program, backend, ctx, &mut stores, false, usable, None));
        self.stores = stores;
        wanted
    }

    /// Remembers the server under the keys of `stick` rules. `input`: the first bytes of the server.
    fn stick(&mut self, backend: u32, server: u32, input: &[u8]) {
        let mut stores = std::mem::take(&mut self.stores);
        self.with_input(input, true, |program, ctx| {
            stick_response(program, backend, ctx, &mut stores, None);
            stores.commit(program, ctx.state.tables(), backend, server);
        });
    }

    fn note_addresses(&mut self, server: &Stream) {
        let needed = self
            .live
            .program
            .proxies
            .get(self.session.frontend as usize)
            .is_some_and(|p| p.log.is_some())
            || self.live.program.keeps_addresses();
        if needed {
            self.record.backend_source = server.local_addr();
            self.record.server_address = match server {
                Stream::Tcp(stream) => stream.peer_addr().ok(),
                Stream::Unix(_) => None,
            };
        }
    }

    fn with_ctx<R>(&mut self, run: impl FnOnce(&Program, &mut Ctx<'_>) -> R) -> R {
        let buffer = self.input.buffer.take();
        let result = self.with_input(buffer.as_ref().map(Buffer::data).unwrap_or_default(), true, run);
        self.input.buffer = buffer;
        result
    }

    pub(super) fn with_input<R>(&mut self, input: &[u8], done: bool, run: impl FnOnce(&Program, &mut Ctx<'_>) -> R) -> R {
        let live = Arc::clone(&self.live);
        let state = WorkerState {
            client: Some(&self.input.client),
            server: self.closing.as_ref(),
            ..WorkerState::without_streams(&self.worker, &live)
        };
        let mut scratch = self.worker.scratch.borrow_mut();
        let mut ctx = Ctx {
            session: &self.session,
            frontend: self.session.frontend,
            backend: self.backend,
            server: self.server,
            req: None,
            res: None,
            input,
            input_done: done,
            waits: true,
            vars: &mut self.vars,
            tracking: &mut self.tracking,
            record: &mut self.record,
            state: &state,
            scratch: &mut scratch,
        };
        run(&live.program, &mut ctx)
    }
}

pub(super) fn plan(live: &Live, proxy: u32) -> Option<&Proxy> {
    live.program.plan.proxies.get(proxy as usize)
}

/// Where a stream without a server stands: in a queue, or connecting.
fn waiting_stage(record: &Record) -> Stage {
    if record.times.queue < 0 {
        Stage::Queue
    } else {
        Stage::Connect
    }
}

fn no_server() -> Error {
    Error {
        fault: Fault::Server,
        stage: Stage::Connect,
        retry: false,
    }
}

fn count_bytes(live: &Live, frontend: u32, slot: &Slot, tracking: &Tracking, bytes: (u64, u64)) {
    let (up, down) = bytes;
    if !tracking.is_empty() {
        tracking.count(Event::BytesIn(up));
        tracking.count(Event::BytesOut(down));
    }
    if let Some(frontend) = live.frontend(frontend) {
        add(&frontend.counters.bin, up);
        add(&frontend.counters.bout, down);
    }
    for counters in slot
        .backend_live()
        .map(|b| &b.counters)
        .into_iter()
        .chain([&slot.server_live.counters])
    {
        add(&counters.bin, up);
        add(&counters.bout, down);
    }
}

fn count_abort(slot: &Slot, fault: Fault) {
    let client = matches!(fault, Fault::Client | Fault::ClientTimeout);
    for counters in slot
        .backend_live()
        .map(|b| &b.counters)
        .into_iter()
        .chain([&slot.server_live.counters])
    {
        bump(if client { &counters.cli_abrt } else { &counters.srv_abrt });
    }
}
