//! The trace of a request that asked for one (`--trace-header`, `--trace-from`): what `explain` tells of a request that is
//! made up, told of a real one.
//!
//! Rules of the connection have run before there was a header to ask with: they are not in it. The header goes no further,
//! whoever sent it: a second balancer behind this one would take it for ours, and rules must not see a difference.

use super::decide::Decision;
use super::exchange::{ms, Exchange};
use super::session::{proxy, Conn};
use crate::error::Error;
use crate::event::{Event, Times, Traced};
use crate::live::{wall, Admin};
use std::sync::atomic::Ordering::Relaxed;
use steelyard_core::explain::{algorithm, message, told, unusable, variables, verb, End, Hindrance, Message, Outcome};
use steelyard_core::http1::Head;
use steelyard_core::rules::{Step, Trace, Verdict};

/// Longest id that a client may give its trace.
const MOST_ID: usize = 64;
/// Steps of one trace that are told.
const MOST_STEPS: usize = 4_000;
/// Bytes of them.
const MOST_BYTES: usize = 2 << 20;
/// What is told of the body of a reply made here, bytes.
const MOST_BODY: usize = 4_096;
/// Headers whose values nobody else may know.
const SECRET: [&[u8]; 4] = [b"authorization", b"proxy-authorization", b"cookie", b"set-cookie"];

/// A trace under way.
pub(super) struct Tracing {
    id: String,
    pub trace: Trace,
    received: Message,
    secrets: Vec<String>,
    end: End,
    why: String,
    /// What asked for a server, and for which.
    wanted: Option<(String, u32)>,
    sent: Option<Message>,
    response: Option<Message>,
    /// What the client gets, whatever is logged.
    status: Option<u16>,
    variables: Vec<(String, String)>,
    body: String,
    log: Option<String>,
}

impl Tracing {
    fn note(&mut self, what: String) {
        self.trace.steps.push(Step::Verdict { what });
    }

    fn keep_secrets(&mut self, head: &Head) {
        for (name, value) in head.fields() {
            if SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret)) {
                let value = String::from_utf8_lossy(value).into_owned();
                if !self.secrets.contains(&value) {
                    self.secrets.push(value);
                }
            }
        }
    }

    /// A rule set was left.
    pub fn left(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Wait { .. } => {}
            Verdict::Pause { ms, .. } => self.note(format!("waits for {ms} ms")),
            Verdict::Body { .. } => self.note("waits for the body of the request".into()),
            verdict => {
                if let Some(what) = told(verdict) {
                    self.note(what);
                }
            }
        }
    }

    /// What the rules made of the request, where it does not go to a server.
    pub fn decided(&mut self, decision: &Decision) {
        let set = self.trace.set().map_or("", |(_, set)| set);
        let (end, why) = match decision {
            Decision::Forward | Decision::Failed(_) => return,
            Decision::Reply(made) | Decision::Response(made) => (End::Replied, format!("{set} {}", verb(made.cause))),
            Decision::Tarpit(_) => (End::Tarpitted, format!("{set} tarpit")),
            Decision::Monitor(_) => (End::Replied, "monitor-uri".into()),
            Decision::Service { name, .. } if name == "stats" => (End::Served, "stats uri".into()),
            Decision::Service { name, .. } => (End::Served, format!("{set} use-service {name}")),
            Decision::Close { silent: false, .. } => (End::Closed, format!("{set} reject")),
            Decision::NotHttp => (End::Closed, "the backend is not in mode http".into()),
            Decision::Close { silent: true, .. } => (End::Dropped, format!("{set} silent-drop")),
        };
        self.end = end;
        // What knew more has said so already.
        if self.why.is_empty() {
            self.why = why;
        }
    }

    pub fn failed(&mut self, error: Error) {
        if self.why.is_empty() {
            self.why = error.words().into();
        }
    }

    /// The answer to a failure is an error page of our own, or none.
    pub fn answered_failure(&mut self, status: Option<u16>) {
        self.end = if status.is_some() { End::Replied } else { End::Closed };
    }

    /// Says more of the end than what follows knows.
    pub fn explains(&mut self, why: &str) {
        self.why = why.into();
    }

    pub fn logged(&mut self, line: &[u8]) {
        self.log = Some(String::from_utf8_lossy(line).into_owned());
    }

    /// The request as the server gets it.
    pub fn sends(&mut self, head: &Head) {
        self.keep_secrets(head);
        self.sent = Some(message(head));
    }

    /// The response as the server gave it.
    pub fn answered(&mut self, head: &Head) {
        self.keep_secrets(head);
    }

    pub fn body(&mut self, body: &[u8]) {
        let shown = body.get(..MOST_BODY.min(body.len())).unwrap_or_default();
        self.body = String::from_utf8_lossy(shown).into_owned();
    }
}

/// Begins a trace where the request asks for one and may, and takes the header away.
#[cold]
pub(super) fn begin(conn: &Conn, ex: &mut Exchange) {
    let Some(tracing) = &conn.live.program.tracing else { return };
    let Some(asked) = ex.req.get(&tracing.header).map(id_of) else {
        return;
    };
    ex.req.remove(&tracing.header);
    let source = conn.session.src_ip().map(|ip| ip.to_canonical());
    if source.is_none_or(|ip| tracing.sources.find(ip).is_none()) {
        return;
    }
    let id = asked.unwrap_or_else(|| {
        let now = wall();
        format!("{:08x}{:05x}-{:x}", now.0, now.1, ex.record.counter)
    });
    let mut made = Tracing {
        id,
        trace: Trace::default(),
        received: message(&ex.req),
        secrets: Vec::new(),
        end: End::Forwarded,
        why: String::new(),
        wanted: None,
        sent: None,
        response: None,
        status: None,
        variables: Vec::new(),
        body: String::new(),
        log: None,
    };
    made.keep_secrets(&ex.req);
    ex.tracing = Some(Box::new(made));
}

/// The id that the client wants; a bare switch (`1`, `on`, nothing) asks for a new one.
fn id_of(value: &[u8]) -> Option<String> {
    let sound = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let switch = matches!(value, b"" | b"1" | b"on" | b"yes" | b"true");
    if switch || value.len() > MOST_ID || !value.iter().all(sound) {
        return None;
    }
    String::from_utf8(value.to_vec()).ok()
}

/// A rule set of a proxy begins.
pub(super) fn set(conn: &Conn, ex: &mut Exchange, index: u32, set: &'static str) {
    if let Some(tracing) = &mut ex.tracing {
        tracing.trace.begin(&proxy(&conn.live, index).name, set);
    }
}

/// Something asks for a server.
pub(super) fn wants(ex: &mut Exchange, by: &str) {
    let server = ex.persist.server;
    if let (Some(tracing), Some(server)) = (&mut ex.tracing, server) {
        if tracing.wanted.is_none() {
            tracing.wanted = Some((by.to_owned(), server));
        }
    }
}

/// A server was taken, and a connection to it.
pub(super) fn chosen(conn: &mut Conn, ex: &mut Exchange) {
    if ex.tracing.is_none() {
        return;
    }
    let Some((server, name)) = ex.slot.as_ref().map(|slot| (slot.server, slot.server_live.name.clone())) else {
        return;
    };
    let key = super::want::balance_key(conn, ex);
    let kind = ex.back(conn).backend.as_ref().map(|back| algorithm(&back.balance.kind, key));
    let cookie = ex.back(conn).backend.as_ref().and_then(|back| back.cookie.as_ref());
    let cookie = cookie.map(|cookie| cookie.name.clone());
    let unused_cookie = ex.record.termination[2] == b'D';
    let (reused, times, retries) = (ex.record.reused, ex.record.times, ex.record.retries);
    let Some(tracing) = &mut ex.tracing else { return };
    let mut what = match &tracing.wanted {
        Some((by, wanted)) if *wanted == server => by.clone(),
        Some((by, _)) => format!("{} (the server of {by} is not usable)", kind.unwrap_or_default()),
        None => kind.unwrap_or_default(),
    };
    if unused_cookie {
        let name = cookie.unwrap_or_default();
        what.push_str(&format!("; cookie {name} names a server that is down"));
    }
    if times.queue > 0 {
        what.push_str(&format!(", after {} ms in the queue", times.queue));
    }
    if reused {
        what.push_str(", on a connection that was open");
    } else {
        what.push_str(&format!(", on a new connection ({} ms)", times.connect));
    }
    if retries > 0 {
        what.push_str(&format!(", at retry {retries}"));
    }
    tracing.trace.steps.push(Step::Choice {
        at: None,
        kind: "server",
        what,
        name,
    });
}

/// No server of the backend takes the request: says what keeps each from it.
#[cold]
pub(super) fn no_server(conn: &Conn, ex: &mut Exchange, backend: u32) {
    let (Some(tracing), Some(back)) = (&mut ex.tracing, conn.live.backend(backend)) else {
        return;
    };
    let servers = back.servers.iter().map(|server| {
        let what = match server.admin() {
            Admin::Maint => Hindrance::Maintenance,
            Admin::Drain => Hindrance::Drained,
            Admin::Ready if !server.is_up() => Hindrance::Down,
            Admin::Ready => Hindrance::Weightless,
        };
        (server.name.as_str(), what)
    });
    tracing.why = unusable(servers);
}

/// The client gets this head: the id of the trace goes with it.
#[cold]
pub(super) fn answers(conn: &Conn, ex: &mut Exchange) {
    if let (Some(tracing), Some(asked)) = (&mut ex.tracing, &conn.live.program.tracing) {
        ex.res.add(&asked.header, tracing.id.as_bytes());
        tracing.keep_secrets(&ex.res);
        tracing.response = Some(message(&ex.res));
        tracing.status = Some(ex.res.status());
        tracing.variables = variables(&conn.live.program, &conn.vars);
    }
}

/// The request is over: tells its trace, unless too many wait already.
#[cold]
pub(super) fn tell(conn: &Conn, ex: &mut Exchange) {
    let Some(mut tracing) = ex.tracing.take() else { return };
    let mut bytes = 0;
    let fits = |step: &&Step| {
        bytes += step.size();
        bytes <= MOST_BYTES
    };
    let shown = tracing.trace.steps.iter().take(MOST_STEPS).take_while(fits).count();
    let surplus = tracing.trace.steps.len() - shown;
    if surplus > 0 {
        tracing.trace.steps.truncate(shown);
        tracing.note(format!("{surplus} further steps are not shown"));
    }
    let plan = &conn.live.program.plan;
    let backend = ex.backend.and_then(|backend| plan.proxies.get(backend as usize));
    let server = ex.slot.as_ref().map(|slot| slot.server_live.name.clone());
    let tried = ex
        .tried
        .and_then(|tried| backend?.backend.as_ref()?.servers.get(tried as usize));
    let record = &ex.record;
    let text = |address: Option<std::net::SocketAddr>| address.map(|address| address.to_string());
    let date = if record.request_date.0 > 0 {
        record.request_date
    } else {
        wall()
    };
    let traced = Traced {
        id: tracing.id,
        date,
        src: text(conn.session.src),
        dst: text(conn.session.dst),
        frontend: conn.front().name.clone(),
        received: tracing.received,
        secrets: tracing.secrets,
        times: Times {
            request: record.times.request,
            queue: record.times.queue,
            connect: record.times.connect,
            response: record.times.response,
            total: ms(ex.begun, ex.now),
        },
        outcome: Outcome {
            steps: tracing.trace.steps,
            end: tracing.end,
            why: tracing.why,
            backend: backend.map(|proxy| proxy.name.clone()),
            server: server.or_else(|| tried.map(|server| server.name.clone())),
            request: tracing.sent,
            status: tracing.status,
            response: tracing.response,
            body: tracing.body,
            termination: String::from_utf8_lossy(&record.termination).into_owned(),
            log: tracing.log,
            variables: tracing.variables,
            keeps: ex.keep_client,
            unread: 0,
        },
    };
    let shared = &conn.worker.shared;
    if !shared.events.push(Event::Trace(Box::new(traced))) {
        shared.totals.dropped_traces.fetch_add(1, Relaxed);
    }
}
