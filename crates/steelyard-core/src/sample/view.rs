//! What fetches, converters and log aliases read: a context, borrowed for one evaluation.

use crate::ctx::{Ctx, Parsed};
use crate::http1::Head;
use crate::program::Program;
use crate::record::Record;
use crate::rules::Trace;
use bumpalo::Bump;
use std::cell::{Cell, OnceCell, RefCell};
use std::net::SocketAddr;
use std::ops::Deref;

/// See [`Ctx`]; everything is shared here, and samples live as long as `'e`. It is made for each evaluation, so it is small: what
/// is not here is read from the context.
pub struct View<'e> {
    pub program: &'e Program,
    ctx: &'e Ctx<'e>,
    pub req: Option<&'e Head>,
    pub res: Option<&'e Head>,
    pub record: &'e Record,
    pub arena: &'e Bump,
    pub trace: Option<&'e RefCell<Trace>>,
    /// A fetch wanted more input than there is, and more may come.
    pub incomplete: Cell<bool>,
}

impl<'e> Deref for View<'e> {
    type Target = Ctx<'e>;

    fn deref(&self) -> &Ctx<'e> {
        self.ctx
    }
}

impl Ctx<'_> {
    /// Whether a verdict may be put off until there is more input.
    pub(crate) fn may_wait(&self) -> bool {
        self.waits && !self.input_done
    }

    #[inline]
    pub(crate) fn view<'e>(&'e self, program: &'e Program, trace: Option<&'e RefCell<Trace>>) -> View<'e> {
        View {
            program,
            ctx: self,
            req: self.req.as_deref(),
            res: self.res.as_deref(),
            record: self.record,
            arena: &self.scratch.arena,
            trace,
            incomplete: Cell::new(false),
        }
    }
}

impl<'e> View<'e> {
    /// The request that was read from the input of a TCP rule set, once it was asked for.
    pub(crate) fn parsed(&self) -> &'e OnceCell<Box<Parsed>> {
        &self.ctx.scratch.parsed
    }

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

    /// The response. Rules of a server's connection may be looked at before it is there, and then wait for it.
    pub fn response(&self) -> Option<&'e Head> {
        match self.res {
            None if self.server.is_some() => self.wait(),
            res => res,
        }
    }

    /// Whether an answer may be put off until there is more input.
    pub fn waits(&self) -> bool {
        self.may_wait()
    }
}
