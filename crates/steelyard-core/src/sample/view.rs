//! What fetches, converters and log aliases read: a context, borrowed for one evaluation.

use crate::ctx::{Ctx, Parsed, Session};
use crate::http1::Head;
use crate::program::Program;
use crate::record::Record;
use crate::rules::Trace;
use crate::state::State;
use crate::table::Tracking;
use crate::vars::Vars;
use bumpalo::Bump;
use std::cell::{Cell, OnceCell, RefCell};
use std::net::SocketAddr;

/// See [`Ctx`]; everything is shared here, and samples live as long as `'e`.
pub struct View<'e> {
    pub program: &'e Program,
    pub session: &'e Session,
    pub frontend: u32,
    pub backend: Option<u32>,
    pub server: Option<u32>,
    pub req: Option<&'e Head>,
    pub res: Option<&'e Head>,
    pub input: &'e [u8],
    pub input_done: bool,
    pub(crate) asks_again: bool,
    pub vars: &'e Vars,
    pub tracking: &'e Tracking,
    pub record: &'e Record,
    pub state: &'e dyn State,
    pub arena: &'e Bump,
    pub(crate) parsed: &'e OnceCell<Parsed>,
    pub trace: Option<&'e RefCell<Trace>>,
    /// A fetch wanted more input than there is, and more may come.
    pub incomplete: Cell<bool>,
}

impl Ctx<'_> {
    /// Whether a verdict may be put off until there is more input.
    pub(crate) fn may_wait(&self) -> bool {
        self.waits && !self.input_done
    }

    pub(crate) fn view<'e>(&'e self, program: &'e Program, trace: Option<&'e RefCell<Trace>>) -> View<'e> {
        View {
            program,
            session: self.session,
            frontend: self.frontend,
            backend: self.backend,
            server: self.server,
            req: self.req.as_deref(),
            res: self.res.as_deref(),
            input: self.input,
            input_done: self.input_done,
            asks_again: self.waits,
            vars: self.vars,
            tracking: self.tracking,
            record: self.record,
            state: self.state,
            arena: &self.scratch.arena,
            parsed: &self.scratch.parsed,
            trace,
            incomplete: Cell::new(false),
        }
    }
}

impl<'e> View<'e> {
    /// The client's address, as rules have left it.
    pub fn src(&self) -> Option<SocketAddr> {
        self.record.src.or(self.session.src)
    }

    /// The address that the client wanted, as rules have left it.
    pub fn dst(&self) -> Option<SocketAddr> {
        self.record.dst.or(self.session.dst)
    }

    /// The backend that a fetch without an argument means: the chosen one, else the proxy itself where it is one.
    pub fn backend_or_self(&self) -> u32 {
        self.backend.unwrap_or(self.frontend)
    }

    /// Bytes made by `fill`, which appends to a buffer; kept in the arena.
    pub fn build(&self, fill: impl FnOnce(&mut bumpalo::collections::Vec<'e, u8>)) -> &'e [u8] {
        let mut out = bumpalo::collections::Vec::new_in(self.arena);
        fill(&mut out);
        out.into_bump_slice()
    }

    /// Longest value that a fetch or converter may make.
    pub fn limit(&self) -> usize {
        self.program.plan.global.bufsize as usize
    }

    /// Whether the client speaks to us as to a proxy: then it authenticates with the fields for proxies.
    pub fn to_proxy(&self) -> bool {
        let Some(proxy) = self.program.plan.proxies.get(self.frontend as usize) else {
            return false;
        };
        (proxy.options.http_proxy || proxy.options.http_use_proxy_header)
            && self
                .req
                .is_some_and(|head| !matches!(head.target().first(), Some(b'/' | b'*')))
    }

    /// More input is needed; gives the answer of a fetch that has none.
    pub fn wait<T>(&self) -> Option<T> {
        self.incomplete.set(self.incomplete.get() || self.waits());
        None
    }

    /// Whether an answer may be put off until there is more input.
    pub fn waits(&self) -> bool {
        self.asks_again && !self.input_done
    }
}
