//! Help for the unit tests of rules: a process that never changes, and short ways to write plans.

use crate::ctx::{Ctx, Scratch, Session};
use crate::http1::{parse_request, parse_response, Head, Limits, Progress};
use crate::plan::{self, Arg, Call, Expr, Plan, Scope, PLAN_VERSION};
use crate::program::{compile, Program};
use crate::record::Record;
use crate::state::{Gauge, State};
use crate::table::{Tables, Tracking};
use crate::vars::{ProcVars, Vars};
use std::net::IpAddr;
use std::sync::Arc;

#[derive(Default)]
pub struct Fixed {
    vars: ProcVars,
    tables: Option<Arc<Tables>>,
}

impl State for Fixed {
    fn gauge(&self, gauge: Gauge) -> i64 {
        match gauge {
            Gauge::FeConn(proxy) => 10 + i64::from(proxy),
            Gauge::NbSrv(_) => 3,
            Gauge::SrvIsUp(_, server) => i64::from(server == 0),
            _ => 0,
        }
    }
    fn wall(&self) -> (u64, u32) {
        (784_111_777, 123_456)
    }
    fn random(&self) -> u32 {
        0x8000_0000
    }
    fn pid(&self) -> u32 {
        4242
    }
    fn is_local(&self, address: IpAddr) -> bool {
        address.is_loopback()
    }
    fn proc_vars(&self) -> &ProcVars {
        &self.vars
    }
    fn tables(&self) -> &Arc<Tables> {
        self.tables.as_ref().unwrap_or_else(|| Tables::none())
    }
}

/// Everything that a context borrows.
pub struct World {
    pub program: Program,
    pub session: Session,
    pub req: Option<Head>,
    pub res: Option<Head>,
    pub input: Vec<u8>,
    pub input_done: bool,
    pub vars: Vars,
    pub tracking: Tracking,
    pub record: Record,
    pub state: Fixed,
    pub scratch: Scratch,
    pub backend: Option<u32>,
    pub server: Option<u32>,
}

impl World {
    pub fn new(plan: Plan) -> Self {
        let tables = Tables::new(&plan.tables, Box::new(|| 1_000_000));
        Self {
            program: compile(plan).unwrap_or_else(|error| panic!("{error}")),
            session: Session {
                src: "192.0.2.7:4711".parse().ok(),
                dst: "127.0.0.1:80".parse().ok(),
                frontend: 0,
                bind: 0,
                header: None,
                accepted: (784_111_777, 89_000),
            },
            req: None,
            res: None,
            input: Vec::new(),
            input_done: true,
            vars: Vars::new(),
            tracking: Tracking::new(),
            record: Record::new(),
            state: Fixed {
                tables: Some(Arc::new(tables)),
                ..Fixed::default()
            },
            scratch: Scratch::new(),
            backend: None,
            server: None,
        }
    }

    pub fn request(mut self, text: &[u8]) -> Self {
        self.req = Some(request(text));
        self.record.request_line = text.split(|byte| *byte == b'\r').next().unwrap_or_default().to_vec();
        self
    }

    pub fn response(mut self, text: &[u8]) -> Self {
        let mut head = Head::new();
        let done = parse_response(text, &Limits::default(), &mut head).unwrap();
        assert!(matches!(done, Progress::Done { .. }));
        self.res = Some(head);
        self
    }

    /// The program and a context on the rest.
    pub fn ctx(&mut self) -> (&Program, Ctx<'_>) {
        let ctx = Ctx {
            session: &self.session,
            frontend: 0,
            backend: self.backend,
            server: self.server,
            req: self.req.as_mut(),
            res: self.res.as_mut(),
            input: &self.input,
            input_done: self.input_done,
            waits: true,
            vars: &mut self.vars,
            tracking: &mut self.tracking,
            record: &mut self.record,
            state: &self.state,
            scratch: &mut self.scratch,
        };
        (&self.program, ctx)
    }
}

pub fn request(text: &[u8]) -> Head {
    let mut head = Head::new();
    let done = parse_request(text, &Limits::default(), &mut head).unwrap();
    assert!(matches!(done, Progress::Done { .. }));
    head
}

/// A plan with one HTTP proxy, a frontend and a backend with servers `s1` and `s2`.
pub fn plan() -> Plan {
    let server = |name: &str, id| plan::Server {
        name: name.into(),
        id,
        ..plan::Server::default()
    };
    let proxy = plan::Proxy {
        id: 7,
        name: "web".into(),
        mode: plan::Mode::Http,
        frontend: Some(plan::Frontend {
            binds: vec![plan::Bind {
                id: 1,
                name: "door".into(),
                ..plan::Bind::default()
            }],
            ..plan::Frontend::default()
        }),
        backend: Some(plan::Backend {
            servers: vec![server("s1", 1), server("s2", 2)],
            ..plan::Backend::default()
        }),
        ..plan::Proxy::default()
    };
    let mut plan = Plan {
        version: PLAN_VERSION,
        proxies: vec![proxy],
        ..Plan::default()
    };
    plan.global.hostname = "vm".into();
    plan
}

/// A map of these entries.
pub fn map<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> plan::PatternFile {
    let lines = entries.into_iter().map(|(key, value)| format!("{key} {value}\n"));
    plan::PatternFile {
        path: "m".into(),
        map: true,
        text: std::sync::Arc::new(lines.collect()),
    }
}

/// An expression as it stands in a configuration; arguments are numbers, variables (`txn.a`) or strings.
pub fn expr(text: &str) -> Expr {
    let mut calls = split(text, ',').into_iter().map(call);
    let fetch = calls.next().unwrap_or_default();
    Expr {
        fetch,
        converters: calls.collect(),
        text: text.into(),
    }
}

fn call(text: &str) -> Call {
    let Some(open) = text.find('(') else {
        return Call {
            name: text.into(),
            args: Vec::new(),
        };
    };
    let name = &text[..open];
    let inner = &text[open + 1..text.len() - 1];
    if inner.is_empty() {
        return Call {
            name: name.into(),
            args: Vec::new(),
        };
    }
    let texts = ["str", "meth", "bin", "env"].contains(&name);
    let words = split(inner, ',');
    let args = words
        .into_iter()
        .enumerate()
        .map(|(index, word)| arg(name, index, word, texts))
        .collect();
    Call { name: name.into(), args }
}

fn arg(name: &str, index: usize, word: &str, text: bool) -> Arg {
    if name.starts_with("map") && index == 0 {
        return Arg::Map {
            map: word.parse().unwrap_or(0),
        };
    }
    if name.starts_with("http_auth") && index == 0 {
        return Arg::Userlist {
            userlist: word.parse().unwrap_or(0),
        };
    }
    if word == "table" {
        return Arg::Table { table: 0 };
    }
    if word.is_empty() && name != "str" {
        return Arg::Absent;
    }
    if let (false, Ok(value)) = (text, word.parse()) {
        return Arg::Int { value };
    }
    let scopes = [
        ("proc.", Scope::Proc),
        ("sess.", Scope::Sess),
        ("txn.", Scope::Txn),
        ("req.", Scope::Req),
        ("res.", Scope::Res),
    ];
    for (prefix, scope) in scopes {
        if let Some(rest) = word.strip_prefix(prefix) {
            return Arg::Var {
                scope,
                name: rest.into(),
            };
        }
    }
    if name == "srv_conn" || name == "srv_is_up" {
        return Arg::Server {
            proxy: 0,
            server: u32::from(word == "s2"),
        };
    }
    Arg::Str {
        value: word.trim_matches('"').into(),
    }
}

/// Splits at a sign outside brackets and quotes.
fn split(text: &str, sign: char) -> Vec<&str> {
    let (mut depth, mut quoted, mut start) = (0, false, 0);
    let mut parts = Vec::new();
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ if letter == sign && depth == 0 && !quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// A process of which only the changes of pattern files are known.
pub struct Changed<'a> {
    pub changes: &'a crate::rules::pattern::Changes,
}

impl State for Changed<'_> {
    fn gauge(&self, _: Gauge) -> i64 {
        0
    }
    fn wall(&self) -> (u64, u32) {
        (0, 0)
    }
    fn random(&self) -> u32 {
        0
    }
    fn pattern_changes(&self) -> &crate::rules::pattern::Changes {
        self.changes
    }
    fn proc_vars(&self) -> &ProcVars {
        static NONE: std::sync::OnceLock<ProcVars> = std::sync::OnceLock::new();
        NONE.get_or_init(ProcVars::new)
    }
}
