//! Any request through every fetch and converter, then a log line: no panic, and no header field that is two.
#![no_main]

mod kit;

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;
use steelyard_core::http1::{parse_request, Head, Limits, Progress};
use steelyard_core::logformat::render_log;
use steelyard_core::plan::{Acl, AclTest, Action, Arg, At, Call, Expr, Frontend, LogItem, Matcher, Mode, Plan, Proxy, Rule, PLAN_VERSION};
use steelyard_core::program::{capabilities, compile, Program};
use steelyard_core::rules::evaluate;

/// Arguments that suit most: an index, delimiters, a count.
fn arguments(number: usize) -> Vec<Arg> {
    let text = |value: &str| Arg::Str { value: value.into() };
    let int = |value| Arg::Int { value };
    match number {
        0 => vec![],
        1 => vec![int(1)],
        2 => vec![text("cookie")],
        3 => vec![int(-2), text(",;= "), int(0)],
        4 => vec![text("[a-z]*"), text("<\\0>"), text("g")],
        5 => vec![int(8), int(48)],
        6 => vec![text("1.2")],
        7 => vec![text("$.a[1].b")],
        8 => vec![text("connect"), text("username")],
        9 => vec![text("HS256"), text("secret")],
        10 => vec![text("MsgType")],
        11 => vec![text("host")],
        12 => vec![text("DIST"), int(1)],
        13 => vec![text("acl"), Arg::Acl { acl: 0, not: false }],
        14 => vec![Arg::Acl { acl: 0, not: true }, Arg::Acl { acl: 0, not: false }],
        15 => vec![text("tail")],
        16 => vec![text("!error")],
        17 => vec![text("txn"), text("a"), text("|")],
        _ => vec![int(128), text("MTIzNDU2Nzg5MDEy"), text("Rm9vNkZvbzZGb282Rm9vNg=="), text("uzUhANLs8qmrRy5Tbonm7w==")],
    }
}

/// One rule for each fetch by itself and for each converter behind four fetches, as far as the arguments suit.
fn program() -> &'static Program {
    static PROGRAM: OnceLock<Program> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let call = |name: &str, number| Call { name: name.into(), args: arguments(number) };
        let mut exprs = Vec::new();
        for name in capabilities().fetches {
            exprs.extend((0..=18).map(|number| Expr { fetch: call(name, number), ..Expr::default() }));
        }
        for name in capabilities().converters {
            for fetch in ["url", "req.hdrs", "req.body", "query"] {
                exprs.extend((0..=18).map(|number| Expr {
                    fetch: call(fetch, 0),
                    converters: vec![call(name, number)],
                    ..Expr::default()
                }));
            }
        }
        let plan = |rules: Vec<Expr>| {
            let rule = |expr: Expr| Rule {
                at: At::default(),
                action: Action::SetHeader { name: "x".into(), value: vec![LogItem::Expr { expr, flags: Vec::new(), label: Default::default() }] },
                cond: None,
                text: String::new(),
            };
            let mut proxy = Proxy { name: "f".into(), mode: Mode::Http, frontend: Some(Frontend::default()), ..Proxy::default() };
            proxy.rules.http_request = rules.into_iter().map(rule).collect();
            let names = capabilities().aliases;
            proxy.log_format =
                names.into_iter().map(|name| LogItem::Alias { name: name.into(), label: Default::default(), flags: vec![] }).collect();
            let test = AclTest {
                at: At::default(),
                expr: Expr { fetch: call("path", 0), ..Expr::default() },
                matcher: Matcher::Found,
                icase: false,
                patterns: vec![],
                files: vec![],
                text: String::new(),
            };
            let acls = vec![Acl { name: "a".into(), tests: vec![test] }];
            Plan { version: PLAN_VERSION, acls, proxies: vec![proxy], ..Plan::default() }
        };
        let good = exprs.into_iter().filter(|expr| compile(plan(vec![expr.clone()])).is_ok()).collect();
        compile(plan(good)).expect("each rule compiled by itself")
    })
}

fuzz_target!(|data: &[u8]| {
    let mut head = Head::new();
    let Ok(Progress::Done { consumed }) = parse_request(data, &Limits::default(), &mut head) else { return };
    let program = program();
    let line = data.split(|byte| *byte == b'\r').next().unwrap_or_default();
    kit::world(program, Some(&mut head), line, &data[consumed..], |program, ctx| {
        evaluate(&program.proxies[0].http_request, program, ctx, 0, None);
        let mut line = Vec::new();
        if let Some(format) = &program.proxies[0].log {
            render_log(program, format, ctx, &mut line);
        }
    });
    let value = head.get(b"x").unwrap_or_default();
    assert!(!value.contains(&b'\r') && !value.contains(&b'\n'));
});
