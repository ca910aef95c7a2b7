//! Rules: conditions, actions and their evaluation.

mod action;
mod bandwidth;
mod capture;
mod changes;
mod choose;
mod cond;
mod edit;
mod entry;
mod evaluate;
mod flow;
mod headers_bin;
mod hint;
mod log;
mod lookup;
mod normalize;
pub mod pattern;
mod persistence;
mod redirect;
mod resolve;
mod spread;
mod steer;
mod stick;
mod trace;
mod track;
mod variable;

pub use choose::{choose_backend, choose_server, holds, Choosers};
pub(crate) use cond::all;
pub use cond::{Acl, Answer, Cond};
pub use evaluate::evaluate;
pub(crate) use lookup::Shapes;
pub use persistence::{persistence, PersistRule, Persistence};
pub use resolve::Question;
pub use spread::balance_key;
pub use stick::{stick_request, stick_response, Stick, Stores};
pub use trace::{legible, Step, Trace};

use crate::error::PlanError;
use crate::plan::{self, At};
use crate::reply::MadeReply;
use crate::sample::args::Build;
use action::Action;
use lookup::Lookup;

/// Tags of all actions.
pub use action::NAMES as ACTIONS;

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

impl RuleSet {
    /// As a configuration names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TcpRequestConnection => "tcp-request connection",
            Self::TcpRequestSession => "tcp-request session",
            Self::TcpRequestContent => "tcp-request content",
            Self::TcpResponseContent => "tcp-response content",
            Self::HttpRequest => "http-request",
            Self::HttpResponse => "http-response",
            Self::HttpAfterResponse => "http-after-response",
            Self::Stats => "stats http-request",
        }
    }

    /// Whether it looks at responses.
    pub fn is_response(self) -> bool {
        matches!(self, Self::TcpResponseContent | Self::HttpResponse | Self::HttpAfterResponse)
    }
}

/// The compiled rules of one set of one proxy.
#[derive(Debug)]
pub struct Rules {
    pub set: RuleSet,
    /// Index in `Plan::proxies`: whose rules these are.
    pub proxy: u32,
    list: Box<[Rule]>,
    lookup: Option<Lookup>,
}

#[derive(Debug)]
struct Rule {
    action: Action,
    cond: Option<Cond>,
    at: At,
    text: Box<str>,
}

impl Rules {
    pub fn compile(set: RuleSet, proxy: u32, rules: &[plan::Rule], build: &Build<'_>) -> Result<Self, PlanError> {
        let compile = |rule: &plan::Rule| {
            let made = || {
                Ok::<_, PlanError>(Rule {
                    action: Action::compile(&rule.action, set, build)?,
                    cond: rule.cond.as_ref().map(|cond| Cond::compile(cond, build)).transpose()?,
                    at: rule.at,
                    text: rule.text.as_str().into(),
                })
            };
            made().map_err(|error| error.at(rule.at))
        };
        // The others are short, or look at input that may still come.
        let lookup = match set {
            RuleSet::HttpRequest | RuleSet::HttpResponse | RuleSet::HttpAfterResponse => {
                Lookup::compile(rules.iter().map(|rule| rule.cond.as_ref()), false, build)?
            }
            _ => None,
        };
        Ok(Self {
            set,
            proxy,
            lookup,
            list: rules.iter().map(compile).collect::<Result<_, _>>()?,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether the rule adds to the 103 response of the one before it, whatever comes: one with a condition begins its own.
    fn continues_hint(&self, index: usize) -> bool {
        self.list
            .get(index)
            .is_some_and(|rule| rule.cond.is_none() && matches!(rule.action, Action::EarlyHint(..)))
    }

    pub(crate) fn conds(&self) -> impl Iterator<Item = &Cond> {
        self.list.iter().filter_map(|rule| rule.cond.as_ref())
    }

    pub(crate) fn wants_body(&self) -> bool {
        self.list.iter().any(|rule| rule.action.wants_body())
    }

    pub(crate) fn wants_request_line(&self) -> bool {
        self.list.iter().any(|rule| rule.action.wants_request_line())
    }

    /// Gives each capture rule that has a place of its own its slot, in the order of the file.
    pub(crate) fn assign_slots(&mut self, slots: &[(At, usize)]) {
        for rule in &mut self.list {
            if let Action::Capture(capture) = &mut rule.action {
                let own = slots.iter().position(|(at, _)| *at == rule.at);
                if let (Some(at), Some(_)) = (own, capture.length) {
                    capture.slot = at;
                }
            }
        }
    }

    /// The capture rules that have a place of their own, and its length.
    pub(crate) fn captures(&self) -> impl Iterator<Item = (At, usize)> + '_ {
        self.list.iter().filter_map(|rule| match &rule.action {
            Action::Capture(capture) => capture.length.map(|length| (rule.at, length)),
            _ => None,
        })
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
    /// `ttl`: see `plan::Action::SilentDrop`.
    Close { silent: bool, ttl: Option<u8> },
    /// Send this instead of going on.
    Reply(Box<MadeReply>),
    /// Send this after `timeout tarpit`.
    Tarpit(Box<MadeReply>),
    /// More input is needed; call again with `from = at` when there is more, or when nobody waits any longer.
    Wait { at: usize },
    /// Wait so many milliseconds; call again with `from = at` then.
    Pause { at: usize, ms: u64 },
    /// Wait for the whole body, or `least` bytes of it where that is not 0, for so many milliseconds at most; in a large buffer where
    /// that is allowed and needed.
    Body { at: usize, ms: u64, least: u64, large: bool },
    /// Look a name up, tell the question its answer, and call again with `from = at`.
    Resolve { at: usize, question: Box<Question> },
    /// A change could not be made, and strict mode holds: an internal error.
    Failed,
    /// `tcp-response content close`: what came of the server goes to the client, and no more.
    CloseServer,
    /// `switch-mode http`: the connection goes on as one of HTTP. Where it is one already, that is no more than `Allow`.
    Switch,
    /// `use-service`: the name.
    Service(String),
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod allocations;

#[cfg(test)]
mod edit_tests;

#[cfg(test)]
mod lookup_tests;

#[cfg(test)]
mod speed;
