//! What happened, in words.

use super::case::{End, Message};
use crate::http1::Head;
use crate::plan::{BalanceKind, Scope};
use crate::program::Program;
use crate::reply::ReplyCause;
use crate::rules::Verdict;
use crate::vars::Vars;
use bumpalo::Bump;

/// The request goes no further: how it ended, and why.
pub(super) type Stop = (End, String);

/// Why there is no backend.
pub const NO_BACKEND: &str = "no backend: no use_backend rule matched, and there is no default_backend";

/// The head of a message, as text for people.
pub fn message(head: &Head) -> Message {
    let mut line = Vec::new();
    if head.is_response() {
        line.extend_from_slice(head.version().as_bytes());
        line.extend_from_slice(format!(" {} ", head.status()).as_bytes());
        line.extend_from_slice(head.reason());
    } else {
        head.start_line(&mut line);
    }
    Message {
        line: text(&line),
        headers: head.fields().map(|(name, value)| (text(name), text(value))).collect(),
    }
}

/// Variables of a connection that are set, `scope.name` and value.
pub fn variables(program: &Program, vars: &Vars) -> Vec<(String, String)> {
    let (mut found, arena) = (Vec::new(), Bump::new());
    for (scope, shown) in [
        (Scope::Sess, "sess"),
        (Scope::Txn, "txn"),
        (Scope::Req, "req"),
        (Scope::Res, "res"),
    ] {
        vars.each(scope, &mut |number, value| {
            let name = program.variables.get(number as usize).map_or("", String::as_str);
            found.push((format!("{shown}.{name}"), text(value.as_str(&arena))));
        });
    }
    found
}

/// Bytes as text, to an end that is far away.
pub(super) fn text(bytes: &[u8]) -> String {
    const MOST: usize = 1 << 20;
    String::from_utf8_lossy(bytes.get(..MOST).unwrap_or(bytes)).into_owned()
}

pub(super) fn closed(silent: bool, set: &str) -> Stop {
    if silent {
        (End::Dropped, format!("{set} silent-drop"))
    } else {
        (End::Closed, format!("{set} reject"))
    }
}

/// The action that makes such a reply.
pub fn verb(cause: ReplyCause) -> &'static str {
    match cause {
        ReplyCause::Deny => "deny",
        ReplyCause::Tarpit => "tarpit",
        ReplyCause::Return => "return",
        ReplyCause::Redirect => "redirect",
        ReplyCause::Auth => "auth",
        ReplyCause::Error => "error",
    }
}

/// What keeps each server of a backend from taking load.
pub fn unusable<'n>(servers: impl Iterator<Item = (&'n str, Hindrance)>) -> String {
    let told = servers.map(|(name, what)| {
        let what = match what {
            Hindrance::Maintenance => "is in maintenance",
            Hindrance::Drained => "is drained",
            Hindrance::Down => "is down",
            Hindrance::Weightless => "has weight 0",
        };
        format!("{name} {what}")
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        "the backend has no server".into()
    } else {
        format!("no server is usable: {}", told.join(", "))
    }
}

/// Why a server takes no load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    Maintenance,
    Drained,
    Down,
    Weightless,
}

/// How a rule set ended, where rules after it did not run.
pub fn told(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Pass => None,
        Verdict::Allow => Some("accepted: the rest of this rule set is passed over".into()),
        Verdict::Close { silent: false, .. } => Some("the connection is closed".into()),
        Verdict::Close { silent: true, .. } => Some("the connection is dropped in silence".into()),
        Verdict::Reply(made) => Some(format!("answered here with {}", made.head.status())),
        Verdict::Tarpit(made) => Some(format!("answered here with {} after timeout tarpit", made.head.status())),
        Verdict::Wait { .. } | Verdict::Pause { .. } | Verdict::Body { .. } => Some("more input is needed".into()),
        Verdict::Resolve { question, .. } => Some(format!("'{}' would be looked up", question.name)),
        Verdict::Failed => Some("a change can't be made: internal error".into()),
        Verdict::CloseServer => Some("the connection to the server is closed".into()),
        Verdict::Switch => Some("the connection goes on as HTTP".into()),
        Verdict::Service(name) => Some(format!("the service {name} answers")),
    }
}

/// A balance algorithm, and the key that it hashed.
pub fn algorithm(kind: &BalanceKind, key: Option<u32>) -> String {
    let name = match kind {
        BalanceKind::Roundrobin => "roundrobin",
        BalanceKind::StaticRr => "static-rr",
        BalanceKind::Leastconn => "leastconn",
        BalanceKind::First => "first",
        BalanceKind::Source => "source",
        BalanceKind::Uri { .. } => "uri",
        BalanceKind::UrlParam { .. } => "url_param",
        BalanceKind::Hdr { .. } => "hdr",
        BalanceKind::Random { .. } => "random",
        BalanceKind::RdpCookie { .. } => "rdp-cookie",
        BalanceKind::Hash { .. } => "hash",
        BalanceKind::Sticky => "sticky",
    };
    let hashes = !matches!(
        kind,
        BalanceKind::Roundrobin
            | BalanceKind::StaticRr
            | BalanceKind::Leastconn
            | BalanceKind::First
            | BalanceKind::Random { .. }
            | BalanceKind::Sticky
    );
    match key {
        Some(key) => format!("balance {name}, key {key}"),
        None if hashes => format!("balance {name}, which finds no value: in turn"),
        None => format!("balance {name}"),
    }
}
