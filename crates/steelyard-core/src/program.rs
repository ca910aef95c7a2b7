//! A plan, ready to run: names looked up, regexes and matchers built.

use crate::error::PlanError;
use crate::logformat::Format;
use crate::plan::{Plan, PLAN_VERSION};
use crate::rules::{RuleSet, Rules};
use std::collections::HashMap;

/// What must be recorded or kept for a proxy's rules and logs to work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// `Record::request_line` is read.
    pub request_line: bool,
    /// Rules look at the request body: it must be buffered (`option http-buffer-request`).
    pub request_body: bool,
    /// A capture slot is written: number of request and response slots.
    pub request_captures: u16,
    pub response_captures: u16,
}

/// The compiled side of one proxy.
#[derive(Debug)]
pub struct ProxyProgram {
    pub tcp_request_connection: Rules,
    pub tcp_request_session: Rules,
    pub tcp_request_content: Rules,
    pub tcp_response_content: Rules,
    pub http_request: Rules,
    pub http_response: Rules,
    pub http_after_response: Rules,
    /// `stats http-request`
    pub stats: Rules,
    /// `None`: no log line is made.
    pub log: Option<Format>,
    pub error_log: Option<Format>,
    pub unique_id: Option<Format>,
    pub needs: Needs,
}

/// A plan that runs. Immutable: the engine holds it in an `Arc`.
#[derive(Debug)]
pub struct Program {
    pub plan: Plan,
    pub proxies: Vec<ProxyProgram>,
    backends: HashMap<String, u32>,
}

impl Program {
    /// Index of the backend (or listen) of that name.
    pub fn backend(&self, name: &[u8]) -> Option<u32> {
        self.backends.get(std::str::from_utf8(name).ok()?).copied()
    }
}

/// Builds what a plan describes. Fails on what this engine can't do, saying which line.
pub fn compile(plan: Plan) -> Result<Program, PlanError> {
    if plan.version != PLAN_VERSION {
        return Err(PlanError::new(format!("plan version {} is not {PLAN_VERSION}", plan.version)));
    }
    let mut proxies = Vec::with_capacity(plan.proxies.len());
    let mut backends = HashMap::new();
    for (index, proxy) in plan.proxies.iter().enumerate() {
        let index = u32::try_from(index).map_err(|_| PlanError::new("too many proxies"))?;
        if proxy.backend.is_some() {
            backends.insert(proxy.name.clone(), index);
        }
        let rules = |set| Rules { set, proxy: index };
        proxies.push(ProxyProgram {
            tcp_request_connection: rules(RuleSet::TcpRequestConnection),
            tcp_request_session: rules(RuleSet::TcpRequestSession),
            tcp_request_content: rules(RuleSet::TcpRequestContent),
            tcp_response_content: rules(RuleSet::TcpResponseContent),
            http_request: rules(RuleSet::HttpRequest),
            http_response: rules(RuleSet::HttpResponse),
            http_after_response: rules(RuleSet::HttpAfterResponse),
            stats: rules(RuleSet::Stats),
            log: None,
            error_log: None,
            unique_id: None,
            needs: Needs::default(),
        });
    }
    Ok(Program { plan, proxies, backends })
}

/// What this engine implements, by canonical name.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Capabilities {
    pub fetches: Vec<&'static str>,
    pub converters: Vec<&'static str>,
    /// Tags of [`plan::Action`](crate::plan::Action).
    pub actions: Vec<&'static str>,
    /// Log aliases, without the percent sign.
    pub aliases: Vec<&'static str>,
}

/// The names that fetches, converters, actions and log aliases may have in a plan.
pub fn capabilities() -> Capabilities {
    Capabilities::default()
}
