//! Actions, compiled, and what each does.

use super::bandwidth::SetLimit;
use super::capture::Capture;
use super::edit::{Edit, Fixed, Removal};
use super::entry::Entry;
use super::flow::Flow;
use super::headers_bin::HeadersBin;
use super::hint::EarlyHint;
use super::log;
use super::normalize::normalize;
use super::redirect::Redirect;
use super::resolve::DoResolve;
use super::steer::Steer;
use super::track::Track;
use super::variable::SetVar;
use super::{RuleSet, Rules, Verdict};
use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::logformat::{Format, Style};
use crate::plan::{self, Normalizer};
use crate::program::Program;
use crate::reply::{self, CompiledReply, MadeReply, ReplyCause};
use crate::sample::args::Build;
use crate::sample::fetch::state::unset_var;
use crate::sample::{CompiledExpr, Sample};
use crate::vars::VarId;

/// A compiled action.
#[derive(Debug)]
pub enum Action {
    Allow,
    Deny(Box<CompiledReply>),
    Tarpit(Box<CompiledReply>),
    Return(Box<CompiledReply>),
    Close {
        silent: bool,
        ttl: Option<u8>,
    },
    Redirect(Box<Redirect>),
    Auth(Option<Box<[u8]>>),
    Edit(Box<Edit>, Format),
    Fixed(Box<Fixed>),
    Remove(Removal),
    HeadersBin(Box<HeadersBin>),
    SetStatus(u16, Option<Box<[u8]>>),
    SetVar(Box<SetVar>),
    Steer(Box<Steer>),
    EarlyHint(Box<EarlyHint>),
    Normalize(Normalizer, bool),
    Pause(Box<CompiledExpr>),
    WaitForBody {
        ms: u64,
        least: u64,
        large: bool,
    },
    /// Nothing to do here: what it waits for is over.
    Pass,
    UnsetVar(VarId),
    SetLogLevel(Option<u8>),
    Capture(Capture),
    Track(Box<Track>),
    Entry(Box<Entry>),
    Flow(Flow),
    SetLimit(Box<SetLimit>),
    DoResolve(Box<DoResolve>),
    DoLog(Option<u32>),
    UseService(Box<str>),
}

/// Tags of all actions.
pub const NAMES: &[&str] = &[
    "allow",
    "deny",
    "tarpit",
    "return",
    "reject",
    "silent_drop",
    "redirect",
    "auth",
    "set_header",
    "add_header",
    "del_header",
    "replace_header",
    "replace_value",
    "replace_path",
    "replace_pathq",
    "replace_uri",
    "set_method",
    "set_path",
    "set_pathq",
    "set_query",
    "set_uri",
    "set_status",
    "set_var",
    "set_var_fmt",
    "unset_var",
    "set_log_level",
    "set_address",
    "set_timeout",
    "set_retries",
    "set_priority",
    "set_packet",
    "early_hint",
    "normalize_uri",
    "pause",
    "wait_for_body",
    "wait_for_handshake",
    "do_log",
    "do_resolve",
    "set_bandwidth_limit",
    "strict_mode",
    "disable_l7_retry",
    "expect_netscaler_cip",
    "expect_proxy",
    "close",
    "switch_mode",
    "set_nice",
    "add_headers_bin",
    "set_headers_bin",
    "del_headers_bin",
    "capture",
    "set_map",
    "del_map",
    "add_acl",
    "del_acl",
    "track_sc",
    "sc_add_gpc",
    "sc_set_gpt",
    "use_service",
];

impl Action {
    pub fn compile(action: &plan::Action, set: RuleSet, build: &Build<'_>) -> Result<Self, PlanError> {
        use plan::Action as A;
        if let Some((edit, value)) = Edit::compile(action, build)? {
            let request_only = !matches!(
                edit,
                Edit::SetHeader(_) | Edit::AddHeader(_) | Edit::ReplaceHeader(..) | Edit::ReplaceValue(..)
            );
            if request_only && set.is_response() {
                return Err(PlanError::new("a response has no method and no URI to change"));
            }
            return Ok(match Fixed::of(&edit, &value) {
                Some(fixed) => Self::Fixed(Box::new(fixed)),
                None => Self::Edit(Box::new(edit), value),
            });
        }
        if let Some(redirect) = Redirect::compile(action, build)? {
            return Ok(Self::Redirect(Box::new(redirect)));
        }
        if let Some(flow) = Flow::compile(action) {
            return Ok(Self::Flow(flow));
        }
        if let A::DoLog { profile } = action {
            log::check(*profile, build)?;
            return Ok(Self::DoLog(*profile));
        }
        if let Some(resolve) = DoResolve::compile(action, build)? {
            return Ok(Self::DoResolve(Box::new(resolve)));
        }
        if let Some(limit) = SetLimit::compile(action, build)? {
            return Ok(Self::SetLimit(Box::new(limit)));
        }
        if let Some(headers) = HeadersBin::compile(action, build)? {
            return Ok(Self::HeadersBin(Box::new(headers)));
        }
        if let Some(entry) = Entry::compile(action, build)? {
            return Ok(Self::Entry(Box::new(entry)));
        }
        if let Some(track) = Track::compile(action, build)? {
            return Ok(Self::Track(Box::new(track)));
        }
        if let Some(steer) = Steer::compile(action, build)? {
            return Ok(Self::Steer(Box::new(steer)));
        }
        if let Some(set) = SetVar::compile(action, build)? {
            return Ok(Self::SetVar(Box::new(set)));
        }
        let reply = |reply| CompiledReply::compile(reply, build).map(Box::new);
        let expr = |expr: &plan::Expr| {
            CompiledExpr::compile(expr, build)
                .map(Box::new)
                .map_err(|error| error.within(&expr.text))
        };
        Ok(match action {
            A::Allow => Self::Allow,
            A::Deny { reply: made } => Self::Deny(reply(made)?),
            A::Tarpit { reply: made } => Self::Tarpit(reply(made)?),
            A::Return { reply: made } => Self::Return(reply(made)?),
            A::Reject => Self::Close {
                silent: false,
                ttl: None,
            },
            A::SilentDrop { ttl } => Self::Close { silent: true, ttl: *ttl },
            A::Auth { realm } => Self::Auth(realm.as_ref().map(|realm| realm.as_bytes().into())),
            A::DelHeader { name, matcher } => Self::Remove(Removal::compile(name, *matcher)?),
            A::SetStatus { status, reason } => Self::SetStatus(*status, reason.as_ref().map(|text| text.as_bytes().into())),
            A::EarlyHint { name, value } => Self::EarlyHint(Box::new(EarlyHint {
                name: name.as_bytes().into(),
                value: Format::compile(value, Style::Http, build)?,
            })),
            A::NormalizeUri { name, option } => Self::Normalize(*name, *option),
            A::Pause { time } => Self::Pause(expr(time)?),
            A::WaitForBody { time, at_least, large } => Self::WaitForBody {
                ms: *time,
                least: *at_least,
                large: *large,
            },
            // Streams are served in turn: there is no order among them to change.
            A::WaitForHandshake | A::SetNice { .. } => Self::Pass,
            A::UnsetVar { scope, name } => Self::UnsetVar(build.var(*scope, name)),
            A::SetLogLevel { level } => Self::SetLogLevel(*level),
            A::Capture { expr: value, len, id } => Self::Capture(Capture {
                expr: expr(value)?,
                length: len.map(|len| len as usize),
                slot: id.unwrap_or(0) as usize,
            }),
            A::UseService { name } => Self::UseService(name.as_str().into()),
            // Edits and redirects were taken above.
            _ => return Err(PlanError::new("this action is not supported")),
        })
    }

    pub fn wants_body(&self) -> bool {
        match self {
            Self::Edit(_, value) => value.wants_body(),
            Self::SetVar(set) => set.wants_body(),
            Self::EarlyHint(hint) => hint.value.wants_body(),
            Self::Capture(capture) => capture.expr.wants_body(),
            Self::Pause(expr) => expr.wants_body(),
            Self::Redirect(redirect) => redirect.wants_body(),
            Self::HeadersBin(headers) => headers.expr.wants_body(),
            Self::SetLimit(limit) => limit.exprs().any(CompiledExpr::wants_body),
            Self::DoResolve(resolve) => resolve.expr.wants_body(),
            Self::Steer(steer) => steer.wants_body(),
            Self::WaitForBody { .. } => true,
            Self::Track(track) => track.wants_body(),
            Self::Entry(entry) => entry.formats().any(Format::wants_body),
            Self::Deny(reply) | Self::Tarpit(reply) | Self::Return(reply) => reply.formats().any(Format::wants_body),
            _ => false,
        }
    }

    pub fn wants_request_line(&self) -> bool {
        match self {
            Self::Edit(_, value) => value.wants_request_line(),
            Self::SetVar(set) => set.wants_request_line(),
            Self::EarlyHint(hint) => hint.value.wants_request_line(),
            Self::Capture(capture) => capture.expr.wants_request_line(),
            Self::Pause(expr) => expr.wants_request_line(),
            Self::Redirect(redirect) => redirect.wants_request_line(),
            Self::HeadersBin(headers) => headers.expr.wants_request_line(),
            Self::SetLimit(limit) => limit.exprs().any(CompiledExpr::wants_request_line),
            Self::DoResolve(resolve) => resolve.expr.wants_request_line(),
            Self::Steer(steer) => steer.wants_request_line(),
            Self::Track(track) => track.wants_request_line(),
            Self::Entry(entry) => entry.formats().any(Format::wants_request_line),
            Self::Deny(reply) | Self::Tarpit(reply) | Self::Return(reply) => reply.formats().any(Format::wants_request_line),
            _ => false,
        }
    }

    /// Does it. `Some` ends the rule set.
    pub fn run(&self, rules: &Rules, index: usize, program: &Program, ctx: &mut Ctx<'_>) -> Option<Verdict> {
        ctx.scratch.arena.reset();
        let response = rules.set.is_response();
        let made = |reply: MadeReply| Some(Verdict::Reply(Box::new(reply)));
        match self {
            Self::Allow => Some(Verdict::Allow),
            Self::Close { silent, ttl } => Some(Verdict::Close {
                silent: *silent,
                ttl: *ttl,
            }),
            Self::Deny(reply) => {
                let status = if response { 502 } else { 403 };
                made(reply.answer(program, ctx, rules.proxy, status, ReplyCause::Deny))
            }
            Self::Return(reply) => made(reply.answer(program, ctx, rules.proxy, 200, ReplyCause::Return)),
            Self::Tarpit(reply) => {
                let reply = reply.answer(program, ctx, rules.proxy, 500, ReplyCause::Tarpit);
                Some(Verdict::Tarpit(Box::new(reply)))
            }
            Self::Track(track) => track.run(rules, index, program, ctx),
            Self::Entry(entry) => {
                entry.run(&ctx.view(program, None));
                None
            }
            Self::Redirect(redirect) => redirect.make(&ctx.view(program, None)).and_then(made),
            Self::Auth(realm) => {
                let view = ctx.view(program, None);
                let name = program.plan.proxies.get(rules.proxy as usize).map_or("", |proxy| &proxy.name);
                let realm = realm.as_deref().unwrap_or(name.as_bytes());
                made(reply::auth(&view, rules.proxy, view.to_proxy(), realm))
            }
            Self::UseService(name) => Some(Verdict::Service(name.to_string())),
            Self::Fixed(fixed) => {
                let limit = program.plan.global.bufsize as usize;
                let made = message(ctx, response).is_none_or(|head| fixed.apply(head, limit));
                (!made && !ctx.record.soft).then_some(Verdict::Failed)
            }
            Self::Edit(edit, value) => {
                let mut text = std::mem::take(&mut ctx.scratch.text);
                text.clear();
                value.render(&ctx.view(program, None), &mut text);
                let limit = program.plan.global.bufsize as usize;
                let made = message(ctx, response).is_none_or(|head| edit.apply(head, &text, limit));
                ctx.scratch.text = text;
                (!made && !ctx.record.soft).then_some(Verdict::Failed)
            }
            Self::Remove(removal) => {
                if let Some(head) = message(ctx, response) {
                    removal.apply(head);
                }
                None
            }
            Self::HeadersBin(headers) => {
                let mut text = std::mem::take(&mut ctx.scratch.text);
                text.clear();
                let found = {
                    let view = ctx.view(program, None);
                    let sample = headers.expr.one(&view);
                    sample
                        .map(|sample| text.extend_from_slice(sample.as_bin(view.arena)))
                        .is_some()
                };
                let limit = program.plan.global.bufsize as usize;
                let made = !found || message(ctx, response).is_none_or(|head| headers.apply(head, &text, limit));
                ctx.scratch.text = text;
                (!made && !ctx.record.soft).then_some(Verdict::Failed)
            }
            Self::Flow(flow) => flow.run(ctx),
            Self::DoLog(profile) => {
                log::run(rules.set, *profile, program, ctx);
                None
            }
            Self::DoResolve(resolve) => resolve.run(index, program, ctx),
            Self::SetLimit(limit) => {
                limit.run(program, ctx);
                None
            }
            Self::SetStatus(status, reason) => {
                if let Some(head) = ctx.res.as_deref_mut() {
                    ctx.record.status = *status;
                    head.set_status(*status, reason.as_deref().unwrap_or_else(|| reply::reason(*status)));
                }
                None
            }
            Self::SetVar(set) => {
                set.run(program, ctx);
                None
            }
            Self::UnsetVar(id) => {
                unset_var(&ctx.view(program, None), *id);
                None
            }
            Self::Steer(steer) => {
                steer.run(program, ctx);
                None
            }
            Self::EarlyHint(hint) => {
                // Hints in a row make one response.
                hint.run(!rules.continues_hint(index + 1), program, ctx);
                None
            }
            Self::Normalize(normalizer, option) => {
                let malformed = ctx
                    .req
                    .as_deref_mut()
                    .is_some_and(|head| normalize(head, *normalizer, *option).is_err());
                malformed.then(|| Verdict::Reply(Box::new(reply::error_reply(program, rules.proxy, 400, ctx))))
            }
            Self::Pause(expr) => {
                let ms = expr.one(&ctx.view(program, None)).and_then(Sample::as_int);
                let ms = u64::try_from(ms?).ok().filter(|ms| *ms > 0)?;
                Some(Verdict::Pause { at: index + 1, ms })
            }
            Self::WaitForBody { ms, least, large } => {
                // What filled a buffer may go on in a larger one.
                let there = (ctx.input_done && !large) || (*least > 0 && ctx.input.len() as u64 >= *least);
                (!there).then_some(Verdict::Body {
                    at: index + 1,
                    ms: *ms,
                    least: *least,
                    large: *large,
                })
            }
            Self::Pass => None,
            Self::SetLogLevel(level) => {
                ctx.record.log_level = Some(*level);
                None
            }
            Self::Capture(capture) => capture.run(response, index, program, ctx),
        }
    }
}

/// The message that the rule set changes.
fn message<'c>(ctx: &'c mut Ctx<'_>, response: bool) -> Option<&'c mut crate::http1::Head> {
    if response {
        ctx.res.as_deref_mut()
    } else {
        ctx.req.as_deref_mut()
    }
}
