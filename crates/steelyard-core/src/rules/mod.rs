//! Rules: conditions, actions and their evaluation.

mod trace;

pub use trace::{Step, Trace};

use crate::ctx::Ctx;
use crate::program::Program;
use crate::reply::MadeReply;

/// Which rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSet {
    TcpRequestConnection,
    TcpRequestSession,
    TcpRequestContent,
    TcpResponseContent,
    HttpRequest,
    HttpResponse,
    HttpAfterResponse,
    /// `stats http-request`
    Stats,
}

/// The compiled rules of one set of one proxy.
#[derive(Debug)]
pub struct Rules {
    pub set: RuleSet,
    /// Index in `Plan::proxies`: whose rules these are.
    pub proxy: u32,
}

impl Rules {
    pub fn is_empty(&self) -> bool {
        true
    }
}

/// What a rule set decided.
#[derive(Debug)]
pub enum Verdict {
    /// The end of the set was reached.
    Pass,
    /// `allow`/`accept`: the set was left early.
    Allow,
    /// Close the client's connection without a reply; `silent`: without telling the client either.
    Close { silent: bool },
    /// Send this instead of going on.
    Reply(Box<MadeReply>),
    /// Send this after `timeout tarpit`.
    Tarpit(Box<MadeReply>),
    /// More input is needed; call again with `from = at` when there is more, or with `Ctx::input_done`.
    Wait { at: usize },
    /// `use-service`: the name.
    Service(String),
}

/// Runs a rule set over `ctx`, from rule number `from`.
pub fn evaluate(_rules: &Rules, _program: &Program, _ctx: &mut Ctx<'_>, _from: usize, _trace: Option<&mut Trace>) -> Verdict {
    Verdict::Pass
}

/// `use_backend` rules, then `default_backend`: index in `Plan::proxies`, `None` when there is none (503).
pub fn choose_backend(program: &Program, proxy: u32, _ctx: &mut Ctx<'_>, _trace: Option<&mut Trace>) -> Option<u32> {
    program.plan.proxies.get(proxy as usize)?.frontend.as_ref()?.default_backend
}

/// `use-server` rules: index in the backend's servers, `None` when none applies.
pub fn choose_server(_program: &Program, _backend: u32, _ctx: &mut Ctx<'_>, _trace: Option<&mut Trace>) -> Option<u32> {
    None
}
