//! What an action changed, found by comparing before and after: so no action has to tell, and none can forget to.

use super::trace::{legible, Step, Trace};
use crate::ctx::Ctx;
use crate::http1::Head;
use crate::plan::{At, Scope};
use crate::program::Program;
use bumpalo::Bump;

/// The changeable parts of a context, as text. Made only while tracing.
pub(super) struct Before {
    parts: Vec<(String, String)>,
}

impl Before {
    pub(super) fn of(program: &Program, ctx: &Ctx<'_>) -> Self {
        Self {
            parts: parts(program, ctx),
        }
    }

    /// Notes what is different now.
    pub(super) fn compare(self, program: &Program, ctx: &Ctx<'_>, at: At, trace: &mut Trace) {
        let now = parts(program, ctx);
        let mut note = |what: &str, before: Option<&String>, after: Option<&String>| {
            trace.steps.push(Step::Change {
                at,
                what: what.to_owned(),
                before: before.cloned(),
                after: after.cloned(),
            });
        };
        let find = |list: &'_ [(String, String)], what: &str| list.iter().position(|part| part.0 == what);
        for (what, before) in &self.parts {
            let after = find(&now, what).and_then(|index| now.get(index)).map(|part| &part.1);
            if after != Some(before) {
                note(what, Some(before), after);
            }
        }
        for (what, after) in &now {
            if find(&self.parts, what).is_none() {
                note(what, None, Some(after));
            }
        }
    }
}

fn parts(program: &Program, ctx: &Ctx<'_>) -> Vec<(String, String)> {
    let mut parts = Vec::new();
    if let Some(head) = ctx.req.as_deref() {
        parts.push(("method".into(), legible(head.method())));
        parts.push(("uri".into(), legible(head.target())));
        fields("request", head, &mut parts);
    }
    if let Some(head) = ctx.res.as_deref() {
        parts.push(("status".into(), format!("{} {}", head.status(), legible(head.reason()))));
        fields("response", head, &mut parts);
    }
    variables(program, ctx, &mut parts);
    if let Some(level) = ctx.record.log_level {
        parts.push(("log level".into(), level.map_or("silent".into(), |level| level.to_string())));
    }
    captures("request", &ctx.record.request_captures.read(), &mut parts);
    captures("response", &ctx.record.response_captures.read(), &mut parts);
    parts
}

/// Lines of the same name are one part.
fn fields(side: &str, head: &Head, parts: &mut Vec<(String, String)>) {
    for (name, value) in head.fields() {
        let what = format!("{side} header {}", legible(name).to_ascii_lowercase());
        match parts.iter_mut().find(|part| part.0 == what) {
            Some((_, text)) => {
                text.push_str(" | ");
                text.push_str(&legible(value));
            }
            None => parts.push((what, legible(value))),
        }
    }
}

fn variables(program: &Program, ctx: &Ctx<'_>, parts: &mut Vec<(String, String)>) {
    let arena = Bump::new();
    for (number, name) in (0..).zip(&program.variables) {
        for (scope, shown) in [
            (Scope::Proc, "proc"),
            (Scope::Sess, "sess"),
            (Scope::Txn, "txn"),
            (Scope::Req, "req"),
            (Scope::Res, "res"),
        ] {
            let id = crate::vars::VarId { scope, name: number };
            let value = match scope {
                Scope::Proc => ctx.state.proc_vars().get(number, &arena),
                _ => ctx.vars.get(id, &arena),
            };
            if let Some(value) = value {
                parts.push((format!("variable {shown}.{name}"), legible(value.as_str(&arena))));
            }
        }
    }
}

fn captures(side: &str, slots: &[Option<Vec<u8>>], parts: &mut Vec<(String, String)>) {
    for (index, value) in slots.iter().enumerate() {
        if let Some(value) = value {
            parts.push((format!("{side} capture {index}"), legible(value)));
        }
    }
}
