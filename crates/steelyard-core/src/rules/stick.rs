//! `stick` rules of a backend: the server that a key had before, and what is remembered of this one.

use super::choose::answer;
use super::cond::{Answer, Cond};
use super::trace::Trace;
use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::plan::{self, At, ServerKey, StickKind};
use crate::program::Program;
use crate::sample::args::Build;
use crate::sample::CompiledExpr;
use crate::table::{Row, Tables};

/// Keys that one request, or one response, may leave behind.
const MOST: usize = 8;

/// A compiled `stick` line.
#[derive(Debug)]
pub struct Stick {
    kind: StickKind,
    expr: CompiledExpr,
    table: u32,
    cond: Option<Cond>,
    at: At,
    text: Box<str>,
}

/// Keys that wait for the server to be known.
#[derive(Debug, Default)]
pub struct Stores {
    /// Table, whether it is of a response, and the end of the key in `bytes`.
    list: Vec<(u32, bool, usize)>,
    bytes: Vec<u8>,
}

impl Stores {
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn clear(&mut self) {
        self.list.clear();
        self.bytes.clear();
    }

    fn has(&self, table: u32, response: bool) -> bool {
        self.list.iter().any(|store| (store.0, store.1) == (table, response))
    }

    fn push(&mut self, table: u32, response: bool, key: &[u8]) {
        if self.list.len() < MOST {
            self.bytes.extend_from_slice(key);
            self.list.push((table, response, self.bytes.len()));
        }
    }

    /// Remembers the server that took the request under every key.
    pub fn commit(&mut self, program: &Program, tables: &Tables, backend: u32, server: u32) {
        let plan = program
            .plan
            .proxies
            .get(backend as usize)
            .and_then(|proxy| proxy.backend.as_ref());
        if let Some(plan) = plan
            .and_then(|plan| plan.servers.get(server as usize))
            .filter(|plan| !plan.non_stick)
        {
            let mut start = 0;
            for (table, _, end) in &self.list {
                if let (Some(table), Some(key)) = (tables.get(*table), self.bytes.get(start..*end)) {
                    table.enter(key, tables.now(), |row| row.set_server(backend, server, plan.id));
                }
                start = *end;
            }
        }
        self.clear();
    }
}

impl Stick {
    pub fn compile(rule: &plan::StickRule, build: &Build<'_>) -> Result<Self, PlanError> {
        let made = || {
            if rule.table as usize >= build.plan.tables.len() {
                return Err(PlanError::new("there is no such stick table"));
            }
            Ok(Self {
                kind: rule.kind,
                expr: CompiledExpr::compile(&rule.expr, build)?,
                table: rule.table,
                cond: rule.cond.as_ref().map(|cond| Cond::compile(cond, build)).transpose()?,
                at: rule.at,
                text: rule.text.as_str().into(),
            })
        };
        made().map_err(|error| error.at(rule.at))
    }

    pub(crate) fn cond(&self) -> Option<&Cond> {
        self.cond.as_ref()
    }

    pub(crate) fn wants_body(&self) -> bool {
        self.expr.wants_body()
    }

    pub(crate) fn wants_request_line(&self) -> bool {
        self.expr.wants_request_line()
    }

    fn holds(&self, program: &Program, ctx: &mut Ctx<'_>, trace: Option<&mut Trace>) -> bool {
        let Some(trace) = trace else {
            return self
                .cond
                .as_ref()
                .is_none_or(|cond| answer(cond, program, ctx, None) == Answer::True);
        };
        let start = trace.steps.len();
        let holds = self
            .cond
            .as_ref()
            .is_none_or(|cond| answer(cond, program, ctx, Some(trace)) == Answer::True);
        trace.rule(start, self.at, &self.text, Some(holds));
        holds
    }
}

/// `stick on`, `stick match` and `stick store-request` rules of a backend: the server that one of the keys had. `assigned`: the
/// server is known already, so keys are only looked for and stored. `usable`: whether a server takes persistent requests.
pub fn stick_request(
    program: &Program,
    backend: u32,
    ctx: &mut Ctx<'_>,
    stores: &mut Stores,
    assigned: bool,
    usable: impl Fn(u32) -> bool,
    mut trace: Option<&mut Trace>,
) -> Option<u32> {
    let rules = &program.proxies.get(backend as usize)?.stick;
    let mut wanted = None;
    for rule in rules.iter().filter(|rule| rule.kind != StickKind::StoreResponse) {
        let matches = rule.kind != StickKind::StoreRequest;
        let keeps = rule.kind != StickKind::Match;
        if (keeps && stores.has(rule.table, false)) || !rule.holds(program, ctx, trace.as_deref_mut()) {
            continue;
        }
        ctx.scratch.arena.reset();
        let view = ctx.view(program, None);
        let tables = view.state.tables();
        let Some(table) = tables.get(rule.table) else { continue };
        let Some(key) = rule.expr.one(&view).and_then(|sample| table.key.of(sample, view.arena)) else {
            continue;
        };
        if matches {
            let known = table.look(key, tables.now(), |row| {
                row.touch();
                server_of(program, backend, table.server_key, row)
            });
            let known = known.flatten().filter(|server| usable(*server));
            if wanted.is_none() && !assigned {
                wanted = known;
            }
        }
        if keeps {
            stores.push(rule.table, false, key);
        }
    }
    wanted
}

/// `stick store-response` rules of a backend.
pub fn stick_response(program: &Program, backend: u32, ctx: &mut Ctx<'_>, stores: &mut Stores, mut trace: Option<&mut Trace>) {
    let Some(compiled) = program.proxies.get(backend as usize) else {
        return;
    };
    for rule in compiled.stick.iter().filter(|rule| rule.kind == StickKind::StoreResponse) {
        if stores.has(rule.table, true) || !rule.holds(program, ctx, trace.as_deref_mut()) {
            continue;
        }
        ctx.scratch.arena.reset();
        let view = ctx.view(program, None);
        let Some(table) = view.state.tables().get(rule.table) else {
            continue;
        };
        if let Some(key) = rule.expr.one(&view).and_then(|sample| table.key.of(sample, view.arena)) {
            stores.push(rule.table, true, key);
        }
    }
}

/// The server of this backend that an entry names: by its name or address, else by its number. Tables may be shared by backends.
fn server_of(program: &Program, backend: u32, by: ServerKey, row: &mut Row<'_>) -> Option<u32> {
    let servers = |proxy: u32| {
        let plan = program.plan.proxies.get(proxy as usize)?;
        Some(&plan.backend.as_ref()?.servers)
    };
    let own = servers(backend)?;
    let named = row.server().and_then(|(proxy, server)| servers(proxy)?.get(server as usize));
    let same = named.and_then(|named| {
        own.iter().position(|server| match by {
            ServerKey::Name => server.name == named.name,
            ServerKey::Addr => server.address == named.address,
        })
    });
    let number = || {
        let id = named
            .map(|named| u64::from(named.id))
            .or_else(|| row.read(plan::TableData::ServerId, 0))?;
        own.iter().position(|server| u64::from(server.id) == id)
    };
    same.or_else(number).and_then(|at| u32::try_from(at).ok())
}
