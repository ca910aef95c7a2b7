//! The straight line of a request, from its first rule to its log line.

mod end;
mod pick;
mod request;
mod response;

use super::case::{Case, End, Message, Outcome};
use super::words::{told, Stop};
use super::world::World;
use super::{CaseError, Kept, Simulation};
use crate::balance::Balancer;
use crate::ctx::{Ctx, Scratch, Session};
use crate::http1::{Head, Limits};
use crate::persist::Persist;
use crate::plan::{Mode, Payload, Proxy};
use crate::program::{Program, ProxyProgram};
use crate::record::Record;
use crate::rules::{evaluate, Rules, Step, Stores, Trace, Verdict};
use crate::state::State;
use crate::table::{Event, Tracking};
use crate::vars::Vars;
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;

pub(super) fn play(simulation: &mut Simulation, case: &Case) -> Result<Outcome, CaseError> {
    let Simulation {
        program,
        balancers,
        vars,
        tables,
        changes,
        clock,
        played,
        kept,
        lines,
    } = simulation;
    clock.store(case.now / 1_000, Relaxed);
    let world = World::new(&program.plan, case, vars, tables, changes);
    let front = program.plan.proxies.get(case.frontend as usize);
    let front = front.filter(|proxy| proxy.frontend.is_some());
    let front = front.ok_or_else(|| CaseError(format!("the configuration has no frontend number {}", case.frontend)))?;
    let session = Session {
        src: address(case.src.as_deref())?,
        dst: address(case.dst.as_deref())?,
        frontend: case.frontend,
        bind: case.bind,
        header: None,
        accepted: world.wall(),
    };
    // A connection that is not used again is closed before the next one is opened.
    let before = kept.take().filter(|kept| {
        let same = (kept.session.frontend, kept.session.src) == (session.frontend, session.src);
        case.reused && same
    });
    let kept_before = before.unwrap_or_else(|| Kept {
        session: session.clone(),
        vars: Vars::new(),
        tracking: Tracking::new(),
        requests: u32::from(case.reused),
        last: None,
    });
    let mut play = Play {
        program,
        front,
        case,
        world: &world,
        session,
        vars: kept_before.vars,
        tracking: kept_before.tracking,
        requests: kept_before.requests,
        last: kept_before.last,
        stores: Stores::default(),
        record: Record::new(),
        scratch: Scratch::new(),
        req: Head::new(),
        res: Head::new(),
        answered: false,
        keeps: false,
        early: false,
        http: false,
        input: bytes(&case.request)?,
        backend: None,
        server: None,
        target: None,
        persist: Persist::default(),
        trace: Trace::default(),
        sent: None,
        interim: 0,
        body: Vec::new(),
        unlogged: false,
        refused: false,
        complete: true,
        unread: 0,
        log: None,
        lines,
    };
    play.record.counter = *played;
    play.record.request_index = kept_before.requests;
    play.record.request_date = world.wall();
    let (end, why) = match play.line(balancers)? {
        Ok(()) if play.complete => (End::Forwarded, String::new()),
        Ok(()) => (End::Forwarded, "the body of the request is shorter than its head says".into()),
        Err(stop) => stop,
    };
    let (outcome, connection) = play.outcome(end, why);
    *kept = connection;
    Ok(outcome)
}

fn address(text: Option<&str>) -> Result<Option<SocketAddr>, CaseError> {
    let read = |text: &str| {
        text.parse()
            .map_err(|_| CaseError(format!("'{text}' is not an address with a port")))
    };
    text.map(read).transpose()
}

fn bytes(payload: &Payload) -> Result<Vec<u8>, CaseError> {
    STANDARD
        .decode(&payload.0)
        .map_err(|_| CaseError("the message is not base64".into()))
}

struct Play<'p> {
    program: &'p Program,
    front: &'p Proxy,
    case: &'p Case,
    world: &'p World<'p>,
    session: Session,
    vars: Vars,
    tracking: Tracking,
    stores: Stores,
    record: Record,
    scratch: Scratch,
    req: Head,
    res: Head,
    answered: bool,
    /// The client's connection may carry a further request.
    keeps: bool,
    /// Requests that came before on it, and the backend and server of the latest.
    requests: u32,
    last: Option<(u32, u32)>,
    /// The server is connected, and has yet to answer.
    early: bool,
    /// A request was read.
    http: bool,
    /// Bytes of the stream, or the decoded body of the request.
    input: Vec<u8>,
    backend: Option<u32>,
    server: Option<u32>,
    /// Where the request goes instead of to its server's address (`option http_proxy`, `option transparent`).
    target: Option<SocketAddr>,
    persist: Persist,
    trace: Trace,
    /// The request as the server gets it.
    sent: Option<Message>,
    /// Bytes of the responses that announced the last one.
    interim: u64,
    /// Of the response, decoded.
    body: Vec<u8>,
    /// No line is written at the end.
    unlogged: bool,
    /// What came is no request: the line of the log is that of an error.
    refused: bool,
    /// The body of the request is there to its end.
    complete: bool,
    /// Bytes behind it.
    unread: u64,
    log: Option<String>,
    /// Lines that each proxy has logged.
    lines: &'p mut [u32],
}

impl<'p> Play<'p> {
    /// All of it. The outer error is the case's, the inner one ends the request.
    fn line(&mut self, balancers: &mut [Option<Balancer>]) -> Result<Result<(), Stop>, CaseError> {
        let front = self.case.frontend;
        if !self.case.reused {
            if let Err(stop) = self.connection(front) {
                return Ok(Err(stop));
            }
            self.tracking.count_session(Event::Session);
        }
        let decided = match self.front.mode {
            Mode::Http => self.request(),
            Mode::Tcp => Ok(()),
        };
        let decided = decided
            .and_then(|()| self.decide(front))
            .and_then(|backend| self.choose(backend, balancers));
        if let Err(stop) = decided {
            return Ok(Err(stop));
        }
        if self.http {
            self.forward();
            return self.respond();
        }
        self.relay()
    }

    fn ctx<R>(&mut self, run: impl FnOnce(&'p Program, &mut Ctx<'_>, &mut Trace) -> R) -> R {
        let mut ctx = Ctx {
            session: &self.session,
            frontend: self.session.frontend,
            backend: self.backend,
            server: self.server,
            req: self.http.then_some(&mut self.req),
            res: self.answered.then_some(&mut self.res),
            input: &self.input,
            input_done: !self.early,
            waits: self.early,
            vars: &mut self.vars,
            tracking: &mut self.tracking,
            record: &mut self.record,
            state: self.world,
            scratch: &mut self.scratch,
        };
        run(self.program, &mut ctx, &mut self.trace)
    }

    /// Runs one rule set of a proxy.
    fn set(&mut self, proxy: u32, name: &'static str, which: fn(&ProxyProgram) -> &Rules) -> Verdict {
        self.set_from(proxy, name, which, 0)
    }

    /// The same, from rule number `from` on.
    fn set_from(&mut self, proxy: u32, name: &'static str, which: fn(&ProxyProgram) -> &Rules, mut from: usize) -> Verdict {
        let program = self.program;
        let Some(compiled) = program
            .proxies
            .get(proxy as usize)
            .filter(|compiled| !which(compiled).is_empty())
        else {
            return Verdict::Pass;
        };
        self.begin(proxy, name, |_| true);
        let verdict = loop {
            match self.ctx(|program, ctx, trace| evaluate(which(compiled), program, ctx, from, Some(trace))) {
                // Time passes at once here, and the body is there.
                Verdict::Pause { at, .. } | Verdict::Body { at, .. } => from = at,
                verdict @ Verdict::Resolve { at, .. } => {
                    self.trace.steps.extend(told(&verdict).map(|what| Step::Verdict { what }));
                    from = at;
                }
                verdict => break verdict,
            }
        };
        if let Some(what) = told(&verdict) {
            self.trace.steps.push(Step::Verdict { what });
        }
        verdict
    }

    /// Notes that rules of a proxy begin, where it has any.
    fn begin(&mut self, proxy: u32, set: &'static str, has: fn(&Proxy) -> bool) {
        if let Some(proxy) = self.program.plan.proxies.get(proxy as usize).filter(|proxy| has(proxy)) {
            self.trace.begin(&proxy.name, set);
        }
    }

    fn limits(&self, relaxed: bool) -> Limits {
        let global = &self.program.plan.global;
        Limits {
            max_head: global.bufsize.saturating_sub(global.maxrewrite) as usize,
            max_headers: global.max_headers as usize,
            relaxed,
            any_payload: global.any_payload,
        }
    }
}
