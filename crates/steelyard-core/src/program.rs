//! A plan, ready to run: names looked up, regexes and matchers built.

mod capabilities;
mod check;
mod needs;
mod statuses;
mod wants;

pub use capabilities::{capabilities, Capabilities};
pub use needs::Needs;
pub use statuses::Statuses;
pub use wants::Wants;

use crate::capture::Captures;
use crate::crypt::Password;
use crate::error::PlanError;
use crate::logformat::{Format, Profile, Style};
use crate::plan::{self, Plan, PLAN_VERSION};
use crate::reply::CompiledReply;
use crate::rules::pattern::{FileUse, NetSet};
use crate::rules::{Acl, Choosers, Cond, PersistRule, RuleSet, Rules, Stick};
use crate::sample::args::Build;
use crate::sample::convert::DebugSink;
use crate::sample::key::{Keys, PublicKey};
use crate::sample::private::PrivateKey;
use crate::sample::CompiledExpr;
use crate::vars::Limits;
use check::{check_circles, check_indices};
use needs::needs;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// `option forwardfor` and `option originalto`.
#[derive(Debug)]
pub struct Forwarded {
    pub header: Box<[u8]>,
    /// Nothing is added for these addresses.
    pub except: NetSet,
    pub if_none: bool,
}

/// Whose requests are traced, when they ask for it.
#[derive(Debug)]
pub struct Tracing {
    pub header: Box<[u8]>,
    pub sources: NetSet,
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
    /// `stats admin`: conditions, see [`holds`](crate::rules::holds).
    pub stats_admin: Vec<Cond>,
    /// `monitor fail`
    pub monitor_fail: Vec<Cond>,
    pub forwardfor: Option<Forwarded>,
    pub originalto: Option<Forwarded>,
    /// `None`: no log line is made.
    pub log: Option<Format>,
    /// `log-format-sd`
    pub log_sd: Option<Format>,
    pub error_log: Option<Format>,
    pub unique_id: Option<Format>,
    pub needs: Needs,
    pub wants: Wants,
    /// What the frontend keeps of messages for its log.
    pub captures: Captures,
    /// Bytes that each place of the log has, for requests and for responses.
    pub(crate) slots: [Box<[usize]>; 2],
    pub(crate) use_backend: Choosers,
    pub(crate) use_server: Choosers,
    pub(crate) persistence: Vec<PersistRule>,
    pub(crate) stick: Vec<Stick>,
    /// `balance hash`
    pub(crate) balance: Option<CompiledExpr>,
    pub(crate) errorfiles: Vec<(u16, CompiledReply)>,
}

/// A plan that runs. Immutable: the engine holds it in an `Arc`.
#[derive(Debug)]
pub struct Program {
    pub plan: Plan,
    pub proxies: Vec<ProxyProgram>,
    /// Done once before the first connection, without one: see `plan::Global::init`.
    pub init: Rules,
    /// `log-profile` sections, as `LogTarget::profile` counts them.
    pub profiles: Vec<Profile>,
    pub tracing: Option<Tracing>,
    pub statuses: Statuses,
    pub(crate) acls: Vec<Acl>,
    /// Names of variables, by number.
    pub(crate) variables: Vec<String>,
    /// Of each user of each userlist, in the order of the plan.
    pub(crate) passwords: Vec<Vec<Password>>,
    backends: HashMap<Box<[u8]>, u32, ahash::RandomState>,
    keys: Keys,
    /// How each pattern file is used: what [`Changes`](crate::rules::pattern::Changes) needs to know.
    pub pattern_uses: Vec<FileUse>,
    /// Of variables; `None`: there are none.
    pub(crate) var_limits: Option<Limits>,
    keeps_request_line: bool,
    keeps_addresses: bool,
    reads_response_body: bool,
    measures_costs: bool,
    /// Where the converter `debug` writes.
    pub debug_sinks: Vec<DebugSink>,
}

impl Program {
    /// Index of the backend (or listen) of that name.
    pub fn backend(&self, name: &[u8]) -> Option<u32> {
        self.backends.get(name).copied()
    }

    /// The public key of that path, where an expression names the path.
    pub fn key(&self, path: &[u8], certificate: bool) -> Option<&PublicKey> {
        self.keys.get(path, certificate)
    }

    /// The private key of the certificate of that name, where tokens may be decrypted with it.
    pub fn private_key(&self, name: &[u8]) -> Option<&PrivateKey> {
        self.keys.private(name).map(|key| &**key)
    }

    /// Whether anything but a log line reads `Record::request_line`.
    pub fn keeps_request_line(&self) -> bool {
        self.keeps_request_line
    }

    /// Whether anything asks what serving a stream costs: calls of its task are timed then.
    pub fn measures_costs(&self) -> bool {
        self.measures_costs
    }

    /// Whether anything looks at the body of a response: what has come of it is an input of the rules then.
    pub fn reads_response_body(&self) -> bool {
        self.reads_response_body
    }

    /// Whether anything but a log line reads `Record::backend_source` and `Record::server_address`.
    pub fn keeps_addresses(&self) -> bool {
        self.keeps_addresses
    }
}

/// Builds what a plan describes. Fails on what this engine can't do, saying which line.
pub fn compile(mut plan: Plan) -> Result<Program, PlanError> {
    if plan.version != PLAN_VERSION {
        return Err(PlanError::new(format!("plan version {} is not {PLAN_VERSION}", plan.version)));
    }
    let build = Build::new(&plan);
    let mut acls = Vec::with_capacity(plan.acls.len());
    // The ACLs that each one names, as a part of what expressions have named.
    let mut named = Vec::new();
    for (acl, index) in plan.acls.iter().zip(0..) {
        let before = build.acls().len();
        acls.push(Acl::compile(index, acl, &build)?);
        named.push(before..build.acls().len());
    }
    check_circles(&plan, &named, &build.acls())?;
    let mut proxies = Vec::with_capacity(plan.proxies.len());
    let mut backends = HashMap::default();
    for (index, proxy) in plan.proxies.iter().enumerate() {
        let index = u32::try_from(index).map_err(|_| PlanError::new("too many proxies"))?;
        if proxy.backend.is_some() {
            backends.insert(proxy.name.as_bytes().into(), index);
        }
        check_indices(&plan, proxy)?;
        proxies.push(compile_proxy(index, proxy, &acls, &build).map_err(|error| error.at(proxy.at))?);
    }
    let passwords = plan
        .userlists
        .iter()
        .map(|list| list.users.iter().map(Password::new).collect());
    let passwords = passwords.collect::<Result<_, _>>()?;
    let init = Rules::compile(RuleSet::TcpRequestSession, 0, &plan.global.init, &build)?;
    let profiles = plan
        .global
        .log_profiles
        .iter()
        .map(|profile| Profile::compile(profile, &build));
    let profiles = profiles.collect::<Result<_, _>>()?;
    let tracing = plan.global.tracing.as_ref().map(|tracing| {
        Ok::<_, PlanError>(Tracing {
            header: tracing.header.as_bytes().into(),
            sources: nets(&tracing.sources)?,
        })
    });
    let tracing = tracing.transpose()?;
    let keeps_addresses = build.wants_addresses();
    let reads_response_body = build.wants_response_body();
    let measures_costs = build.wants_costs();
    let debug_sinks = build.debug_sinks();
    let (variables, keys, pattern_uses) = build.into_tables();
    // Who looks the files up has a share of their texts; others are let go.
    for file in &mut plan.pattern_files {
        file.text = Arc::default();
    }
    let var_limits = Some(Limits::of(&plan.global.var_limits)).filter(Limits::any);
    let statuses = Statuses::new(&plan.global)?;
    let keeps_request_line = proxies.iter().any(|proxy| proxy.needs.request_line);
    Ok(Program {
        plan,
        proxies,
        init,
        profiles,
        tracing,
        statuses,
        acls,
        variables,
        passwords,
        backends,
        keys,
        pattern_uses,
        var_limits,
        keeps_request_line,
        keeps_addresses,
        reads_response_body,
        measures_costs,
        debug_sinks,
    })
}

fn compile_proxy(index: u32, proxy: &plan::Proxy, acls: &[Acl], build: &Build<'_>) -> Result<ProxyProgram, PlanError> {
    let rules = |set, list: &[plan::Rule]| Rules::compile(set, index, list, build);
    let format = |format: &plan::LogFormat, style| -> Result<Option<Format>, PlanError> {
        Ok(Some(Format::compile(format, style, build)?).filter(|format| !format.is_empty()))
    };
    let conds = |list: &[plan::Cond]| {
        list.iter()
            .map(|cond| Cond::compile(cond, build))
            .collect::<Result<Vec<_>, _>>()
    };
    let frontend = proxy.frontend.as_ref();
    let backend = proxy.backend.as_ref();
    let stats = proxy.stats.as_ref();
    let use_backend = frontend.map_or(&[][..], |frontend| &frontend.use_backend);
    let use_server = backend.map_or(&[][..], |backend| &backend.use_server);
    let stick = backend.map_or(&[][..], |backend| &backend.stick);
    let sets = &proxy.rules;
    let mut made = ProxyProgram {
        tcp_request_connection: rules(RuleSet::TcpRequestConnection, &sets.tcp_request_connection)?,
        tcp_request_session: rules(RuleSet::TcpRequestSession, &sets.tcp_request_session)?,
        tcp_request_content: rules(RuleSet::TcpRequestContent, &sets.tcp_request_content)?,
        tcp_response_content: rules(RuleSet::TcpResponseContent, &sets.tcp_response_content)?,
        http_request: rules(RuleSet::HttpRequest, &sets.http_request)?,
        http_response: rules(RuleSet::HttpResponse, &sets.http_response)?,
        http_after_response: rules(RuleSet::HttpAfterResponse, &sets.http_after_response)?,
        stats: rules(RuleSet::Stats, stats.map_or(&[][..], |stats| &stats.rules))?,
        stats_admin: conds(stats.map_or(&[][..], |stats| &stats.admin))?,
        monitor_fail: conds(frontend.map_or(&[][..], |frontend| &frontend.monitor_fail))?,
        forwardfor: proxy.forwardfor.as_ref().map(forwarded).transpose()?,
        originalto: proxy.originalto.as_ref().map(forwarded).transpose()?,
        log: format(&proxy.log_format, Style::Log)?,
        log_sd: format(&proxy.log_format_sd, Style::Log)?,
        error_log: format(&proxy.error_log_format, Style::Log)?,
        unique_id: format(&proxy.unique_id_format, Style::Http)?,
        needs: Needs::default(),
        wants: Wants::NOTHING,
        captures: Captures::default(),
        slots: Default::default(),
        use_backend: Choosers::backends(use_backend, build)?,
        use_server: Choosers::servers(use_server, build)?,
        persistence: backend
            .map_or(&[][..], |backend| &backend.persistence)
            .iter()
            .map(|rule| PersistRule::compile(rule, build))
            .collect::<Result<_, _>>()?,
        stick: stick
            .iter()
            .map(|rule| Stick::compile(rule, build))
            .collect::<Result<_, _>>()?,
        balance: match backend.map(|backend| &backend.balance.kind) {
            Some(plan::BalanceKind::Hash { expr }) => Some(CompiledExpr::compile(expr, build)?),
            _ => None,
        },
        errorfiles: proxy
            .errorfiles
            .iter()
            .map(|file| Ok((file.status, CompiledReply::compile(&file.reply, build)?)))
            .collect::<Result<_, PlanError>>()?,
    };
    made.needs = needs(&mut made, frontend, acls, &build.acls())?;
    made.wants = Wants::of(proxy, &made);
    Ok(made)
}

fn forwarded(option: &plan::ForwardFor) -> Result<Forwarded, PlanError> {
    Ok(Forwarded {
        header: option.header.as_bytes().into(),
        except: nets(&option.except)?,
        if_none: option.if_none,
    })
}

fn nets(list: &[(String, u8)]) -> Result<NetSet, PlanError> {
    let nets = list.iter().map(|(address, prefix)| {
        let ip = address
            .parse::<IpAddr>()
            .map_err(|_| PlanError::new(format!("'{address}' is not an address")))?;
        Ok::<_, PlanError>((ip, *prefix))
    });
    NetSet::new(nets.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests;
