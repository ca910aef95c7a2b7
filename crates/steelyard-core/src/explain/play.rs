//! The straight line of a request, from its first rule to its log line.

mod pick;

use super::body::body_of;
use super::case::{Case, End, Message, Outcome};
use super::words::{closed, message, told, verb};
use super::world::World;
use super::{CaseError, Simulation};
use crate::balance::Balancer;
use crate::ctx::{Ctx, Scratch, Session};
use crate::forward::forwarded;
use crate::http1::{parse_request, parse_response, Head, Limits, Progress};
use crate::logformat::{render_log, stream_id};
use crate::persist::Persist;
use crate::plan::{Mode, Payload, Proxy};
use crate::program::{Program, ProxyProgram};
use crate::record::Record;
use crate::reply::{error_reply, MadeReply, ReplyCause};
use crate::rules::{choose_backend, count_status, evaluate, holds, legible};
use crate::rules::{stick_response, Rules, Step, Stores, Trace, Verdict};
use crate::table::{Event, Tracking};
use crate::vars::Vars;
use crate::{capture, state::State};
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
    let mut play = Play {
        program,
        front,
        case,
        world: &world,
        session,
        vars: Vars::new(),
        tracking: Tracking::new(),
        stores: Stores::default(),
        record: Record::new(),
        scratch: Scratch::new(),
        req: Head::new(),
        res: Head::new(),
        answered: false,
        http: false,
        input: bytes(&case.request)?,
        backend: None,
        server: None,
        persist: Persist::default(),
        trace: Trace::default(),
        sent: None,
        body: Vec::new(),
    };
    play.record.counter = *played;
    let (end, why) = match play.line(balancers)? {
        Ok(()) => (End::Forwarded, String::new()),
        Err(stop) => stop,
    };
    Ok(play.outcome(end, why))
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

/// The request goes no further: how it ended, and why.
pub(super) type Stop = (End, String);

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
    /// A request was read.
    http: bool,
    /// Bytes of the stream, or the decoded body of the request.
    input: Vec<u8>,
    backend: Option<u32>,
    server: Option<u32>,
    persist: Persist,
    trace: Trace,
    /// The request as the server gets it.
    sent: Option<Message>,
    /// Of a reply made here.
    body: Vec<u8>,
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
        let http = self.front.mode == Mode::Http;
        let decided = if http { self.request() } else { Ok(()) };
        let decided = decided
            .and_then(|()| self.decide(front))
            .and_then(|backend| self.choose(backend, balancers));
        if let Err(stop) = decided {
            return Ok(Err(stop));
        }
        if http {
            self.forward();
            return self.respond();
        }
        Ok(Ok(()))
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
            input_done: true,
            waits: false,
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
        let program = self.program;
        let Some(compiled) = program
            .proxies
            .get(proxy as usize)
            .filter(|compiled| !which(compiled).is_empty())
        else {
            return Verdict::Pass;
        };
        let proxy = program.plan.proxies.get(proxy as usize).map_or("", |proxy| &proxy.name);
        self.trace.steps.push(Step::Set {
            proxy: proxy.to_owned(),
            set: name,
        });
        let mut from = 0;
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
            let proxy = proxy.name.clone();
            self.trace.steps.push(Step::Set { proxy, set });
        }
    }

    /// Rules that see no byte of the client.
    fn connection(&mut self, front: u32) -> Result<(), Stop> {
        type Which = fn(&ProxyProgram) -> &Rules;
        let sets: [(&'static str, Which); 2] = [
            ("tcp-request connection", |program| &program.tcp_request_connection),
            ("tcp-request session", |program| &program.tcp_request_session),
        ];
        for (name, which) in sets {
            if let Verdict::Close { silent, .. } = self.set(front, name, which) {
                return Err(closed(silent, name));
            }
        }
        Ok(())
    }

    /// Reads the head of the request and its body.
    fn request(&mut self) -> Result<(), Stop> {
        let raw = std::mem::take(&mut self.input);
        let limits = self.limits(self.front.options.accept_invalid_http_request);
        let read = parse_request(&raw, &limits, &mut self.req);
        let consumed = match read {
            Ok(Progress::Done { consumed }) => consumed,
            Ok(Progress::Partial) => return Err((End::Waits, "the head of the request is not complete".into())),
            Err(error) => return Err(self.failed(400, &format!("not a valid request: {error}"), *b"PR")),
        };
        self.http = true;
        self.record.times.request = 0;
        self.req.start_line(&mut self.record.request_line);
        let Ok(framing) = self.req.request_body() else {
            return Err(self.failed(400, "the length of the body is not clear", *b"PR"));
        };
        self.input = body_of(framing, raw.get(consumed..).unwrap_or_default());
        let program = self.program;
        if let Some(compiled) = program.proxies.get(self.case.frontend as usize) {
            capture::headers(&compiled.captures.request, &self.req, &self.record.request_captures);
            self.record.request_cookie = compiled
                .captures
                .cookie
                .as_ref()
                .and_then(|cookie| cookie.of_request(&self.req));
        }
        Ok(())
    }

    fn limits(&self, relaxed: bool) -> Limits {
        let global = &self.program.plan.global;
        Limits {
            max_head: global.bufsize.saturating_sub(global.maxrewrite) as usize,
            max_headers: global.max_headers as usize,
            relaxed,
        }
    }

    /// Everything that looks at a request before a server is chosen; gives the backend.
    fn decide(&mut self, front: u32) -> Result<u32, Stop> {
        if self.http && self.monitored(front) {
            return Err((End::Replied, "monitor-uri".into()));
        }
        self.proxy_rules(front)?;
        self.begin(front, "use_backend", |front| {
            front.frontend.as_ref().is_some_and(|front| !front.use_backend.is_empty())
        });
        let Some(backend) = self.ctx(|program, ctx, trace| choose_backend(program, front, ctx, Some(trace))) else {
            return Err(self.failed(
                503,
                "no backend: no use_backend rule matched, and there is no default_backend",
                *b"SC",
            ));
        };
        self.backend = Some(backend);
        if backend != front {
            self.proxy_rules(backend)?;
        }
        Ok(backend)
    }

    fn monitored(&mut self, front: u32) -> bool {
        let uri = self.front.frontend.as_ref().and_then(|front| front.monitor_uri.as_ref());
        if uri.is_none_or(|uri| uri.as_bytes() != self.req.target()) {
            return false;
        }
        let made = self.ctx(|program, ctx, _| {
            let conditions = program
                .proxies
                .get(front as usize)
                .map_or(&[][..], |proxy| &proxy.monitor_fail);
            let fails = conditions.iter().any(|condition| holds(condition, program, ctx));
            error_reply(program, front, if fails { 503 } else { 200 }, ctx)
        });
        self.reply(made, *b"LR");
        true
    }

    /// `tcp-request content`, `http-request` and the statistics page of one proxy.
    fn proxy_rules(&mut self, proxy: u32) -> Result<(), Stop> {
        let verdict = self.set(proxy, "tcp-request content", |program| &program.tcp_request_content);
        self.stop(verdict, "tcp-request content")?;
        if !self.http {
            return Ok(());
        }
        if proxy == self.session.frontend {
            self.tracking.count(Event::HttpRequest);
        } else {
            self.tracking.count_backend(Event::HttpRequest);
        }
        let verdict = self.set(proxy, "http-request", |program| &program.http_request);
        self.stop(verdict, "http-request")?;
        let stats = self
            .program
            .plan
            .proxies
            .get(proxy as usize)
            .and_then(|proxy| proxy.stats.as_ref());
        let uri = stats.map_or(&[][..], |stats| stats.uri.as_bytes());
        if !uri.is_empty() && self.req.pathq().unwrap_or_default().starts_with(uri) {
            let verdict = self.set(proxy, "stats http-request", |program| &program.stats);
            self.stop(verdict, "stats http-request")?;
            return Err((End::Served, "stats uri".into()));
        }
        Ok(())
    }

    /// What a verdict means for the request.
    fn stop(&mut self, verdict: Verdict, set: &str) -> Result<(), Stop> {
        match verdict {
            Verdict::Pass
            | Verdict::Allow
            | Verdict::Wait { .. }
            | Verdict::Pause { .. }
            | Verdict::Body { .. }
            | Verdict::Resolve { .. } => Ok(()),
            Verdict::Close { silent, .. } => {
                self.terminate(*b"PR");
                Err(closed(silent, set))
            }
            Verdict::Reply(made) => {
                let why = format!("{set} {}", verb(made.cause));
                let local = matches!(made.cause, ReplyCause::Return | ReplyCause::Redirect);
                self.reply(*made, if local { *b"LR" } else { *b"PR" });
                Err((End::Replied, why))
            }
            Verdict::Tarpit(made) => {
                self.reply(*made, *b"PT");
                Err((End::Tarpitted, format!("{set} tarpit")))
            }
            Verdict::Failed => Err(self.failed(500, &format!("{set}: a change can't be made"), *b"IR")),
            Verdict::CloseServer => Err(closed(false, set)),
            Verdict::Service(name) => Err((End::Served, format!("{set} use-service {name}"))),
        }
    }

    /// What is done to the request before the server gets it.
    fn forward(&mut self) {
        let program = self.program;
        let of = |index: u32| program.proxies.get(index as usize);
        let upgrade = self.req.upgrade().is_some();
        self.req.strip_connection(upgrade);
        let back = self.backend.filter(|&back| back != self.session.frontend).and_then(of);
        forwarded(
            of(self.session.frontend),
            back,
            self.record.src.or(self.session.src),
            self.record.dst.or(self.session.dst),
            &mut self.req,
        );
        if let Some(name) = &self.front.unique_id_header {
            let mut id = Vec::new();
            self.ctx(|program, ctx, _| stream_id(program, ctx, &mut id));
            self.req.add(name.as_bytes(), &id);
        }
        let plan = self.backend.and_then(|backend| program.plan.proxies.get(backend as usize));
        if let Some(cookie) = plan
            .and_then(|plan| plan.backend.as_ref())
            .and_then(|back| back.cookie.as_ref())
        {
            self.persist.clean_request(cookie, &mut self.req);
        }
        self.sent = Some(message(&self.req));
    }

    /// What is done to the server's response.
    fn respond(&mut self) -> Result<Result<(), Stop>, CaseError> {
        let raw = match &self.case.response {
            None => b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec(),
            Some(payload) => bytes(payload)?,
        };
        let relaxed = self.program.plan.proxies.get(self.backend.unwrap_or(0) as usize);
        let limits = self.limits(relaxed.is_some_and(|proxy| proxy.options.accept_invalid_http_response));
        match parse_response(&raw, &limits, &mut self.res) {
            Ok(Progress::Done { consumed }) => self.body = raw.get(consumed..).unwrap_or_default().to_vec(),
            Ok(Progress::Partial) => return Err(CaseError("the head of the response is not complete".into())),
            Err(error) => return Ok(Err(self.failed(502, &format!("not a valid response: {error}"), *b"PH"))),
        }
        if let Ok(framing) = self.res.response_body(self.req.method()) {
            self.input = body_of(framing, &self.body);
        }
        self.answered = true;
        self.record.status = self.res.status();
        self.record.times.response = 0;
        self.vars.enter_response();
        count_status(self.record.status)
            .into_iter()
            .for_each(|event| self.tracking.count(event));
        if let Some(backend) = self.backend {
            let verdict = self.set(backend, "tcp-response content", |program| &program.tcp_response_content);
            if let Verdict::Close { silent, .. } = verdict {
                self.terminate(*b"PD");
                return Ok(Err(closed(silent, "tcp-response content")));
            }
        }
        if let Some((backend, server)) = self.backend.zip(self.server) {
            let mut stores = std::mem::take(&mut self.stores);
            self.ctx(|program, ctx, trace| {
                stick_response(program, backend, ctx, &mut stores, Some(trace));
                stores.commit(program, ctx.state.tables(), backend, server);
            });
        }
        let front = self.session.frontend;
        let program = self.program;
        if let Some(compiled) = program.proxies.get(front as usize) {
            capture::headers(&compiled.captures.response, &self.res, &self.record.response_captures);
        }
        for proxy in self.response_order() {
            let verdict = self.set(proxy, "http-response", |program| &program.http_response);
            match verdict {
                Verdict::Pass | Verdict::Allow | Verdict::Wait { .. } | Verdict::Pause { .. } | Verdict::Body { .. } => {}
                Verdict::Reply(made) | Verdict::Tarpit(made) => {
                    let why = format!("http-response {}", verb(made.cause));
                    self.reply(*made, *b"PH");
                    return Ok(Err((End::Replied, why)));
                }
                Verdict::Failed => return Ok(Err(self.failed(500, "http-response: a change can't be made", *b"IH"))),
                Verdict::Close { .. } | Verdict::CloseServer | Verdict::Service(_) | Verdict::Resolve { .. } => {
                    return Ok(Err(self.failed(502, "http-response", *b"PH")))
                }
            }
        }
        if let Some(cookie) = program
            .proxies
            .get(front as usize)
            .and_then(|compiled| compiled.captures.cookie.as_ref())
        {
            self.record.response_cookie = cookie.of_response(&self.res);
        }
        self.mark();
        self.after_response();
        Ok(Ok(()))
    }

    /// The backend's rules come first, then the frontend's.
    fn response_order(&self) -> impl Iterator<Item = u32> {
        let front = self.session.frontend;
        self.backend.filter(|&back| back != front).into_iter().chain([front])
    }

    fn after_response(&mut self) {
        for proxy in self.response_order() {
            // They only edit.
            let _ = self.set(proxy, "http-after-response", |program| &program.http_after_response);
        }
    }

    /// The cookie of persistence.
    fn mark(&mut self) {
        let plan = self
            .backend
            .and_then(|backend| self.program.plan.proxies.get(backend as usize));
        let (Some(back), Some(server)) = (plan.and_then(|plan| plan.backend.as_ref()), self.server) else {
            return;
        };
        let (post, now) = (self.req.method() == b"POST", self.world.wall().0);
        let done = self.persist.mark_response(back, server, post, &mut self.res, now);
        if let (Some(done), Some(fourth)) = (done, self.record.termination.get_mut(3)) {
            *fourth = done;
        }
    }

    /// An error page of our own.
    fn failed(&mut self, status: u16, why: &str, termination: [u8; 2]) -> Stop {
        let proxy = self.backend.unwrap_or(self.session.frontend);
        let made = self.ctx(|program, ctx, _| error_reply(program, proxy, status, ctx));
        self.reply(made, termination);
        (End::Replied, why.into())
    }

    /// Any reply that is made here.
    fn reply(&mut self, made: MadeReply, termination: [u8; 2]) {
        self.terminate(termination);
        self.record.status = made.head.status();
        self.res = made.head;
        self.input.clone_from(&made.body);
        self.body = made.body;
        self.answered = true;
        if self.http {
            self.after_response();
        }
    }

    fn terminate(&mut self, letters: [u8; 2]) {
        let [first, second, ..] = &mut self.record.termination;
        [*first, *second] = letters;
    }

    fn outcome(mut self, end: End, why: String) -> Outcome {
        let log = self.log();
        let names = self
            .backend
            .and_then(|backend| self.program.plan.proxies.get(backend as usize));
        let server = self
            .server
            .and_then(|server| names?.backend.as_ref()?.servers.get(server as usize));
        Outcome {
            end,
            why,
            backend: names.map(|proxy| proxy.name.clone()),
            server: server.map(|server| server.name.clone()),
            request: self.sent,
            status: self.answered.then(|| self.res.status()),
            response: self.answered.then(|| message(&self.res)),
            body: legible(&self.body),
            termination: String::from_utf8_lossy(&self.record.termination).into_owned(),
            log,
            steps: self.trace.steps,
        }
    }

    fn log(&mut self) -> Option<String> {
        if self.front.logs.is_empty() || self.record.log_level == Some(None) {
            return None;
        }
        let front = self.session.frontend;
        self.ctx(|program, ctx, _| {
            let format = program.proxies.get(front as usize)?.log.as_ref()?;
            let mut line = Vec::new();
            render_log(program, format, ctx, &mut line);
            Some(String::from_utf8_lossy(&line).into_owned())
        })
    }
}
