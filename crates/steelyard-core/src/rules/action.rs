//! Actions, compiled, and what each does.

use super::edit::{Edit, Removal};
use super::redirect::Redirect;
use super::track::Track;
use super::{RuleSet, Rules, Verdict};
use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::logformat::{Format, Style};
use crate::plan;
use crate::program::Program;
use crate::reply::{self, CompiledReply, MadeReply, ReplyCause};
use crate::sample::args::Build;
use crate::sample::fetch::state::{set_var, unset_var};
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
    },
    Redirect(Box<Redirect>),
    Auth(Option<Box<[u8]>>),
    Edit(Box<Edit>, Format),
    Remove(Removal),
    SetStatus(u16, Option<Box<[u8]>>),
    SetVar(VarId, Box<CompiledExpr>),
    SetVarFmt(VarId, Format),
    UnsetVar(VarId),
    SetLogLevel(Option<u8>),
    Capture {
        expr: Box<CompiledExpr>,
        length: usize,
        slot: usize,
    },
    Track(Box<Track>),
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
    "capture",
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
            return Ok(Self::Edit(Box::new(edit), value));
        }
        if let Some(redirect) = Redirect::compile(action, build)? {
            return Ok(Self::Redirect(Box::new(redirect)));
        }
        if let Some(track) = Track::compile(action, build)? {
            return Ok(Self::Track(Box::new(track)));
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
            A::Reject => Self::Close { silent: false },
            A::SilentDrop => Self::Close { silent: true },
            A::Auth { realm } => Self::Auth(realm.as_ref().map(|realm| realm.as_bytes().into())),
            A::DelHeader { name, matcher } => Self::Remove(Removal::compile(name, *matcher)?),
            A::SetStatus { status, reason } => Self::SetStatus(*status, reason.as_ref().map(|text| text.as_bytes().into())),
            A::SetVar {
                scope,
                name,
                expr: value,
            } => Self::SetVar(build.var(*scope, name), expr(value)?),
            A::SetVarFmt { scope, name, value } => {
                Self::SetVarFmt(build.var(*scope, name), Format::compile(value, Style::Http, build)?)
            }
            A::UnsetVar { scope, name } => Self::UnsetVar(build.var(*scope, name)),
            A::SetLogLevel { level } => Self::SetLogLevel(*level),
            A::Capture { expr: value, len } => Self::Capture {
                expr: expr(value)?,
                length: *len as usize,
                slot: 0,
            },
            A::UseService { name } => Self::UseService(name.as_str().into()),
            // Edits and redirects were taken above.
            _ => return Err(PlanError::new("this action is not supported")),
        })
    }

    pub fn wants_body(&self) -> bool {
        match self {
            Self::Edit(_, value) | Self::SetVarFmt(_, value) => value.wants_body(),
            Self::SetVar(_, expr) | Self::Capture { expr, .. } => expr.wants_body(),
            Self::Redirect(redirect) => redirect.wants_body(),
            Self::Track(track) => track.wants_body(),
            _ => false,
        }
    }

    pub fn wants_request_line(&self) -> bool {
        match self {
            Self::Edit(_, value) | Self::SetVarFmt(_, value) => value.wants_request_line(),
            Self::SetVar(_, expr) | Self::Capture { expr, .. } => expr.wants_request_line(),
            Self::Redirect(redirect) => redirect.wants_request_line(),
            Self::Track(track) => track.wants_request_line(),
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
            Self::Close { silent } => Some(Verdict::Close { silent: *silent }),
            Self::Deny(reply) => {
                let status = if response { 502 } else { 403 };
                made(reply.make(&ctx.view(program, None), rules.proxy, status, ReplyCause::Deny))
            }
            Self::Return(reply) => made(reply.make(&ctx.view(program, None), rules.proxy, 200, ReplyCause::Return)),
            Self::Tarpit(reply) => {
                let reply = reply.make(&ctx.view(program, None), rules.proxy, 500, ReplyCause::Tarpit);
                Some(Verdict::Tarpit(Box::new(reply)))
            }
            Self::Track(track) => track.run(rules, index, program, ctx),
            Self::Redirect(redirect) => redirect.make(&ctx.view(program, None)).and_then(made),
            Self::Auth(realm) => {
                let view = ctx.view(program, None);
                let name = program.plan.proxies.get(rules.proxy as usize).map_or("", |proxy| &proxy.name);
                let realm = realm.as_deref().unwrap_or(name.as_bytes());
                made(reply::auth(&view, rules.proxy, view.to_proxy(), realm))
            }
            Self::UseService(name) => Some(Verdict::Service(name.to_string())),
            Self::Edit(edit, value) => {
                let mut text = std::mem::take(&mut ctx.scratch.text);
                text.clear();
                value.render(&ctx.view(program, None), &mut text);
                let limit = program.plan.global.bufsize as usize;
                if let Some(head) = message(ctx, response) {
                    edit.apply(head, &text, limit);
                }
                ctx.scratch.text = text;
                None
            }
            Self::Remove(removal) => {
                if let Some(head) = message(ctx, response) {
                    removal.apply(head);
                }
                None
            }
            Self::SetStatus(status, reason) => {
                if let Some(head) = ctx.res.as_deref_mut() {
                    head.set_status(*status, reason.as_deref().unwrap_or_else(|| reply::reason(*status)));
                }
                None
            }
            Self::SetVar(id, expr) => {
                let view = ctx.view(program, None);
                // What is not there yet is not waited for, as in HAProxy: a condition can do that.
                if let Some(sample) = expr.one(&view) {
                    set_var(&view, *id, sample);
                }
                None
            }
            Self::SetVarFmt(id, format) => {
                let mut text = std::mem::take(&mut ctx.scratch.text);
                text.clear();
                let view = ctx.view(program, None);
                format.render(&view, &mut text);
                set_var(&view, *id, Sample::Str(&text));
                ctx.scratch.text = text;
                None
            }
            Self::UnsetVar(id) => {
                unset_var(&ctx.view(program, None), *id);
                None
            }
            Self::SetLogLevel(level) => {
                ctx.record.log_level = Some(*level);
                None
            }
            Self::Capture { expr, length, slot } => {
                let view = ctx.view(program, None);
                let sample = expr.one(&view);
                if sample.is_none() && view.incomplete.get() && !view.input_done {
                    return Some(Verdict::Wait { at: index });
                }
                let value = sample.map(|sample| {
                    let text = sample.as_str(view.arena);
                    text[..text.len().min(*length)].to_vec()
                });
                let slots = if response {
                    &mut ctx.record.response_captures
                } else {
                    &mut ctx.record.request_captures
                };
                if slots.len() <= *slot {
                    slots.resize(*slot + 1, None);
                }
                if value.is_some() {
                    slots[*slot] = value;
                }
                None
            }
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
