//! What the engine itself reads of a configuration: pattern and map files with all match methods, regular expressions, and
//! arguments of converters that are small languages. A text is refused or works; neither panics.
//!
//! The first byte chooses, the first line is the value that is looked up, or the arguments with `|` between them.
#![no_main]

mod kit;

use libfuzzer_sys::fuzz_target;
use std::sync::Arc;
use steelyard_core::plan::{Acl, AclTest, Action, Arg, At, Call, Cond, Expr, Frontend, LogItem, Matcher, Mode, PatternFile};
use steelyard_core::plan::{Plan, Proxy, Rule, Scope, Term, PLAN_VERSION};
use steelyard_core::program::compile;
use steelyard_core::rules::evaluate;

const MATCHERS: &[Matcher] = &[
    Matcher::Reg,
    Matcher::Str,
    Matcher::Beg,
    Matcher::End,
    Matcher::Sub,
    Matcher::Dir,
    Matcher::Dom,
    Matcher::Ip,
    Matcher::Int,
    Matcher::Len,
    Matcher::Bin,
];
const CALLS: &[&str] = &[
    "json_query",
    "protobuf",
    "ungrpc",
    "regsub",
    "utime",
    "ms_ltime",
    "fix_tag_value",
    "mqtt_field_value",
    "language",
    "digest",
    "hmac",
    "jwt_verify",
    "aes_gcm_dec",
    "rfc7239_field",
    "json",
    "when",
    "jwt_payload_query",
    "iif",
];

fuzz_target!(|data: &[u8]| {
    let Some((&which, rest)) = data.split_first() else { return };
    let (first, rest) = rest.split_at(rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
    let at = usize::from(which) % (MATCHERS.len() + CALLS.len());
    let (text, input) = if at < MATCHERS.len() { (rest, first) } else { (first, rest) };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let args = vec![Arg::Int { value: 0 }, Arg::Int { value: 0 }];
    let mut expr = Expr {
        fetch: Call {
            name: "req.payload".into(),
            args,
        },
        ..Expr::default()
    };
    let mut plan = Plan {
        version: PLAN_VERSION,
        ..Plan::default()
    };
    let mut cond = None;
    if let Some(matcher) = MATCHERS.get(at) {
        plan.pattern_files = vec![PatternFile {
            path: "f".into(),
            map: which & 64 != 0,
            text: Arc::new(text.into()),
        }];
        let test = AclTest {
            at: At::default(),
            expr: expr.clone(),
            matcher: *matcher,
            icase: which & 128 != 0,
            patterns: vec![],
            files: vec![0],
            text: String::new(),
        };
        plan.acls = vec![Acl {
            name: "a".into(),
            tests: vec![test],
        }];
        cond = Some(Cond {
            any: vec![vec![Term { acl: 0, not: false }]],
            ..Cond::default()
        });
    } else {
        let arg = |value: &str| match value.parse() {
            Ok(value) => Arg::Int { value },
            Err(_) => Arg::Str { value: value.into() },
        };
        expr.converters = vec![Call {
            name: CALLS[at - MATCHERS.len()].into(),
            args: text.split('|').map(arg).collect(),
        }];
    }
    let action = Action::SetVarFmt {
        scope: Scope::Txn,
        name: "a".into(),
        conditions: String::new(),
        value: vec![LogItem::Expr {
            expr,
            flags: Vec::new(),
            label: Default::default(),
        }],
    };
    let mut proxy = Proxy {
        name: "f".into(),
        mode: Mode::Tcp,
        frontend: Some(Frontend::default()),
        ..Proxy::default()
    };
    proxy.rules.tcp_request_content = vec![Rule {
        at: At::default(),
        action,
        cond,
        text: String::new(),
    }];
    plan.proxies = vec![proxy];
    let Ok(program) = compile(plan) else { return };
    kit::world(&program, None, b"", input, |program, ctx| {
        evaluate(&program.proxies[0].tcp_request_content, program, ctx, 0, None);
    });
});
