//! Expectations on ACLs are what HAProxy 2.8 answers to the same lines and request.

use super::*;
use crate::kit::{expr, plan as base_plan, World};
use crate::plan::{AclTest, LogItem, Matcher, Pattern, Plan, RedirectKind, Reply, ReplyBody, Scope, Term, UseBackend, UseServer};

pub(super) fn test(text: &str, matcher: Matcher, icase: bool, patterns: Vec<Pattern>) -> AclTest {
    AclTest {
        at: At::default(),
        expr: expr(text),
        matcher,
        icase,
        patterns,
        files: Vec::new(),
        text: text.into(),
    }
}

pub(super) fn texts(list: &[&str]) -> Vec<Pattern> {
    list.iter().map(|value| Pattern::Text { value: (*value).into() }).collect()
}

fn range(min: i64, max: i64) -> Vec<Pattern> {
    vec![Pattern::Range {
        min: Some(min),
        max: Some(max),
    }]
}

pub(super) fn net(address: &str, prefix: u8) -> Vec<Pattern> {
    vec![Pattern::Net {
        address: address.into(),
        prefix,
    }]
}

/// A plan in which each test is one ACL.
pub(super) fn with_acls(tests: Vec<AclTest>) -> Plan {
    let mut plan = base_plan();
    plan.acls = tests
        .into_iter()
        .map(|test| plan::Acl {
            name: String::new(),
            tests: vec![test],
        })
        .collect();
    plan
}

/// Terms by ACL number from 1, negative ones negated; sums of products.
pub(super) fn cond(any: &[&[i32]]) -> plan::Cond {
    let term = |number: &i32| Term {
        acl: number.unsigned_abs() - 1,
        not: *number < 0,
    };
    plan::Cond {
        unless: false,
        any: any.iter().map(|product| product.iter().map(term).collect()).collect(),
        text: String::new(),
    }
}

pub(super) fn rule(action: plan::Action, cond: Option<plan::Cond>) -> plan::Rule {
    plan::Rule {
        at: At { file: 0, line: 1 },
        action,
        cond,
        text: "rule".into(),
    }
}

pub(super) fn text(value: &str) -> plan::LogFormat {
    vec![LogItem::Text { value: value.into() }]
}

pub(super) fn value(text: &str) -> plan::LogFormat {
    vec![LogItem::Expr {
        expr: expr(text),
        label: plan::Label::default(),
        flags: Vec::new(),
    }]
}

fn run(world: &mut World) -> Verdict {
    let (program, mut ctx) = world.ctx();
    evaluate(&program.proxies[0].http_request, program, &mut ctx, 0, None)
}

fn sent(verdict: Verdict) -> String {
    let (Verdict::Reply(made) | Verdict::Tarpit(made)) = verdict else {
        panic!("no reply: {verdict:?}")
    };
    let mut out = Vec::new();
    made.head.write(&mut out);
    out.extend_from_slice(&made.body);
    String::from_utf8(out).unwrap()
}

fn header(world: &World, name: &str) -> Option<String> {
    let head = world.req.as_ref().unwrap();
    head.get(name.as_bytes())
        .map(|value| String::from_utf8_lossy(value).into_owned())
}

const GET: &[u8] = b"GET /a/b/c.html?n&q=&e=x&=5&r=2 HTTP/1.1\r\nHost: ex.com\r\ni: 1.2.3.4, 5.6.7.8\r\nbad: zz, 5.6.7.8\r\n\
x: a, b\r\ny: zz, b\r\nv: x, 7\r\nempty:\r\nCookie: a=1; b=2; a=3\r\nb64: !!!\r\n\r\n";

#[test]
fn acls_answer_as_haproxy() {
    use Matcher as M;
    let cases: Vec<(AclTest, bool)> = vec![
        (test("req.hdr_ip(i)", M::Ip, false, net("5.6.7.8", 32)), true),
        (test("req.hdr_ip(i)", M::Ip, false, net("1.2.3.4", 32)), true),
        (test("req.hdr_ip(bad)", M::Ip, false, net("5.6.7.8", 32)), true),
        (test("req.hdr_val(v)", M::Int, false, range(7, 7)), true),
        (test("req.hdr_val(v)", M::Int, false, range(0, 0)), true),
        (test("req.hdr(empty)", M::Found, false, vec![]), true),
        (test("req.hdr(none)", M::Found, false, vec![]), false),
        (test("req.hdr(x)", M::Len, false, range(1, 1)), true),
        (test("req.hdr_cnt(none)", M::Found, false, vec![]), true),
        (test("url_param(n)", M::Found, false, vec![]), false),
        (test("url_param(q)", M::Found, false, vec![]), true),
        (test("url_param(zz)", M::Found, false, vec![]), false),
        (test("url_param", M::Str, false, texts(&["2"])), true),
        (test("method", M::Str, false, texts(&["get"])), false),
        (test("method", M::Str, false, texts(&["GET"])), true),
        (test("str(ab)", M::Int, false, range(0, 0)), true),
        (test("str()", M::Int, false, range(0, 0)), false),
        (test("str()", M::Found, false, vec![]), true),
        (test("bool(0)", M::Int, false, range(0, 0)), true),
        (test("int(5)", M::Bool, false, vec![]), true),
        (test("int(0)", M::Bool, false, vec![]), false),
        (test("src", M::Str, false, texts(&["192.0.2.7"])), true),
        (test("src", M::Beg, false, texts(&["192."])), true),
        (
            test(
                "bin(61620063)",
                M::Bin,
                false,
                vec![Pattern::Hex {
                    value: "61620063".into(),
                }],
            ),
            true,
        ),
        (test("bin(61620063)", M::Str, false, texts(&["ab"])), true),
        (test("bin(61620063)", M::Len, false, range(4, 4)), false),
        (
            test("str(abc)", M::Bin, false, vec![Pattern::Hex { value: "616263".into() }]),
            true,
        ),
        (
            test("str(abc)", M::Reg, false, vec![Pattern::Regex { value: "^B".into() }]),
            false,
        ),
        (
            test("str(abc)", M::Reg, true, vec![Pattern::Regex { value: "^A".into() }]),
            true,
        ),
        (test("req.cook(a)", M::Str, false, texts(&["1"])), true),
        (test("req.cook(a)", M::Str, false, texts(&["3"])), true),
        (test("req.cook", M::Str, false, texts(&["2"])), true),
        (test("str(1.2.3.4)", M::Ip, false, net("1.2.3.4", 32)), true),
        (test("path", M::Dir, false, texts(&["a/b"])), true),
        (test("path", M::Dir, false, texts(&["/a/b/"])), true),
        (test("path", M::Dom, false, texts(&["b.html"])), false),
        (test("path", M::End, false, texts(&[".HTML"])), false),
        (test("path", M::End, true, texts(&[".HTML"])), true),
        (test("req.fhdr(x)", M::Str, false, texts(&["a"])), false),
        (test("int(3),add(2)", M::Int, false, range(5, 5)), true),
        (test("var(txn.none)", M::Found, false, vec![]), false),
        (test("req.hdr(b64),b64dec", M::Found, false, vec![]), false),
        (test("req.hdr(host)", M::Str, true, texts(&["EX.com"])), true),
        (test("ipv6(::1)", M::Ip, false, net("0.0.0.1", 32)), true),
        // A converter without an answer ends the search through the values.
        (test("req.hdr(y),hex2i", M::Int, false, range(11, 11)), false),
        (test("req.hdr(x),hex2i", M::Int, false, range(11, 11)), true),
    ];
    let (tests, wanted): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let mut plan = with_acls(tests);
    for number in 1..=i32::try_from(wanted.len()).unwrap() {
        let action = plan::Action::SetHeader {
            name: format!("r{number}"),
            value: text("1"),
        };
        plan.proxies[0]
            .rules
            .http_request
            .push(rule(action, Some(cond(&[&[number]]))));
    }
    let names: Vec<String> = plan.acls.iter().map(|acl| acl.tests[0].text.clone()).collect();
    let mut world = World::new(plan).request(GET);
    assert!(matches!(run(&mut world), Verdict::Pass));
    for (index, (wanted, name)) in wanted.iter().zip(names).enumerate() {
        assert_eq!(header(&world, &format!("r{}", index + 1)).is_some(), *wanted, "{name}");
    }
}

#[test]
fn conditions_are_sums_of_products() {
    let yes = test("always_true", Matcher::Bool, false, vec![]);
    let no = test("always_false", Matcher::Bool, false, vec![]);
    let cases: [(&[&[i32]], bool); 6] = [
        (&[&[1]], true),
        (&[&[1, 2]], false),
        (&[&[1, -2]], true),
        (&[&[2], &[1]], true),
        (&[&[2, 1], &[-1]], false),
        (&[&[-2, 1], &[2]], true),
    ];
    for (any, wanted) in cases {
        for unless in [false, true] {
            let mut plan = with_acls(vec![yes.clone(), no.clone()]);
            let cond = plan::Cond { unless, ..cond(any) };
            plan.proxies[0]
                .rules
                .http_request
                .push(rule(plan::Action::Reject, Some(cond)));
            let taken = matches!(run(&mut World::new(plan).request(GET)), Verdict::Close { silent: false, .. });
            assert_eq!(taken, wanted != unless, "{any:?} {unless}");
        }
    }
}

#[test]
fn content_rules_wait_for_what_they_need() {
    let mut plan = with_acls(vec![test("req.payload(0,3)", Matcher::Str, false, texts(&["abc"]))]);
    plan.proxies[0]
        .rules
        .tcp_request_content
        .push(rule(plan::Action::Reject, None));
    plan.proxies[0].rules.tcp_request_content[0].cond = Some(cond(&[&[-1]]));
    let mut world = World::new(plan);
    let mut ask = |input: &[u8], done: bool| {
        world.input = input.to_vec();
        world.input_done = done;
        let (program, mut ctx) = world.ctx();
        evaluate(&program.proxies[0].tcp_request_content, program, &mut ctx, 0, None)
    };
    assert!(matches!(ask(b"ab", false), Verdict::Wait { at: 0 }));
    assert!(matches!(ask(b"abc", false), Verdict::Pass));
    assert!(matches!(ask(b"abd", false), Verdict::Close { .. }));
    assert!(matches!(ask(b"ab", true), Verdict::Close { .. } | Verdict::Pass));
}

#[test]
fn headers_and_targets_are_changed() {
    use plan::Action as A;
    let mut plan = base_plan();
    let name = |name: &str| name.to_owned();
    let set = &mut plan.proxies[0].rules.http_request;
    for action in [
        A::SetHeader {
            name: name("X-Src"),
            value: value("src"),
        },
        A::AddHeader {
            name: name("x"),
            value: text("c"),
        },
        A::DelHeader {
            name: name("B"),
            matcher: Matcher::Beg,
        },
        A::ReplaceHeader {
            name: name("i"),
            regex: "^1.*(.)$".into(),
            value: text("<\\1>"),
        },
        A::ReplaceValue {
            name: name("y"),
            regex: "^z(.)".into(),
            value: text("\\1!"),
        },
        A::SetVar {
            scope: Scope::Txn,
            name: name("p"),
            conditions: String::new(),
            expr: expr("path"),
        },
        A::SetPath { value: text("/new") },
        A::SetQuery { value: text("k=v") },
        A::SetHeader {
            name: name("X-P"),
            value: value("var(txn.p)"),
        },
        A::SetMethod { value: text("POST") },
        A::ReplacePath {
            regex: "/(n)ew".into(),
            value: text("/\\1o"),
        },
        A::SetVarFmt {
            scope: Scope::Sess,
            name: name("f"),
            conditions: String::new(),
            value: value("query,url_dec"),
        },
        A::UnsetVar {
            scope: Scope::Txn,
            name: name("p"),
        },
        A::SetLogLevel { level: None },
    ] {
        set.push(rule(action, None));
    }
    let mut world = World::new(plan).request(GET);
    assert!(matches!(run(&mut world), Verdict::Pass));
    assert_eq!(header(&world, "x-src").as_deref(), Some("192.0.2.7"));
    assert_eq!(header(&world, "bad"), None);
    assert_eq!(header(&world, "b64"), None);
    assert_eq!(header(&world, "i").as_deref(), Some("<8>"));
    assert_eq!(header(&world, "y").as_deref(), Some("z!, b"));
    assert_eq!(header(&world, "x-p").as_deref(), Some("/a/b/c.html"));
    let head = world.req.as_ref().unwrap();
    assert_eq!((head.method(), head.target()), (&b"POST"[..], &b"/no?k=v"[..]));
    assert_eq!(world.record.log_level, Some(None));
    assert!(!world.vars.is_empty());
    world.vars.end_transaction();
    assert!(!world.vars.is_empty(), "a session's variable stays");
}

#[test]
fn replies_are_haproxys() {
    use plan::Action as A;
    let page = Reply::default();
    let own = Reply {
        status: Some(200),
        content_type: Some("text/plain".into()),
        body: ReplyBody::LogFormat { format: value("path") },
        headers: vec![("X".into(), text("y"))],
    };
    let redirect = |kind, target: &str, code, drop_query, append_slash| A::Redirect {
        kind,
        target: text(target),
        code,
        drop_query,
        append_slash,
        ignore_empty: false,
        set_cookie: None,
        clear_cookie: None,
        keep_query: false,
        set_cookie_fmt: Vec::new(),
        clear_cookie_fmt: Vec::new(),
    };
    let forbidden = "<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>\n";
    let cases = [
        (
            A::Deny { reply: page.clone() },
            format!("HTTP/1.1 403 Forbidden\r\ncontent-length: 93\r\ncache-control: no-cache\r\ncontent-type: text/html\r\n\r\n{forbidden}"),
        ),
        (
            A::Return { reply: own },
            "HTTP/1.1 200 OK\r\nX: y\r\ncontent-length: 11\r\ncontent-type: text/plain\r\n\r\n/a/b/c.html".into(),
        ),
        (
            A::Return { reply: Reply { status: Some(204), body: ReplyBody::Empty, ..Reply::default() } },
            "HTTP/1.1 204 No Content\r\n\r\n".into(),
        ),
        (
            A::Return { reply: Reply { body: ReplyBody::Empty, ..Reply::default() } },
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".into(),
        ),
        (
            redirect(RedirectKind::Location, "/x", 302, false, false),
            "HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: /x\r\ncache-control: no-cache\r\n\r\n".into(),
        ),
        (
            redirect(RedirectKind::Prefix, "http://p/q", 307, true, true),
            "HTTP/1.1 307 Temporary Redirect\r\ncontent-length: 0\r\nlocation: http://p/q/a/b/c.html/\r\ncache-control: no-cache\r\n\r\n".into(),
        ),
        (
            redirect(RedirectKind::Scheme, "https", 301, false, false),
            "HTTP/1.1 301 Moved Permanently\r\ncontent-length: 0\r\nlocation: https://ex.com/a/b/c.html?n&q=&e=x&=5&r=2\r\n\r\n".into(),
        ),
    ];
    for (action, wanted) in cases {
        let mut plan = base_plan();
        plan.proxies[0].rules.http_request.push(rule(action, None));
        assert_eq!(sent(run(&mut World::new(plan).request(GET))), wanted);
    }
    let mut plan = base_plan();
    plan.proxies[0].rules.http_request.push(rule(A::Auth { realm: None }, None));
    let auth = sent(run(&mut World::new(plan.clone()).request(GET)));
    assert!(auth.starts_with("HTTP/1.1 401 Unauthorized\r\n") && auth.contains("\r\nwww-authenticate: Basic realm=\"web\"\r\n"));
    plan.proxies[0].options.http_proxy = true;
    let auth = sent(run(
        &mut World::new(plan).request(b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n")
    ));
    assert!(
        auth.starts_with("HTTP/1.1 407 Unauthorized\r\n") && auth.contains("\r\nproxy-authenticate: Basic realm=\"web\"\r\n")
    );
}

#[test]
fn an_error_file_takes_the_place_of_a_page() {
    let mut plan = base_plan();
    let body = ReplyBody::Location {
        status: 302,
        url: "/sorry".into(),
    };
    plan.proxies[0].errorfiles.push(plan::ErrorFile {
        status: 403,
        reply: Reply {
            body,
            ..Reply::default()
        },
    });
    plan.proxies[0]
        .rules
        .http_request
        .push(rule(plan::Action::Deny { reply: Reply::default() }, None));
    let reply = sent(run(&mut World::new(plan).request(GET)));
    assert!(
        reply.starts_with("HTTP/1.1 302 Found\r\n") && reply.contains("location: /sorry\r\n"),
        "{reply}"
    );
}

#[test]
fn an_error_file_of_the_frontend_stands_in_for_one_that_the_backend_has_not() {
    let page = |body: &str| plan::ErrorFile {
        status: 503,
        reply: Reply {
            body: ReplyBody::Location {
                status: 302,
                url: body.into(),
            },
            ..Reply::default()
        },
    };
    let location = |own: Vec<plan::ErrorFile>| {
        let mut plan = base_plan();
        plan.proxies[0].errorfiles.push(page("/front"));
        plan.proxies.push(plan::Proxy {
            name: "be".into(),
            backend: Some(plan::Backend::default()),
            errorfiles: own,
            ..plan::Proxy::default()
        });
        let mut world = World::new(plan).request(GET);
        world.backend = Some(1);
        let (program, mut ctx) = world.ctx();
        let made = crate::reply::error_reply(program, 1, 503, &mut ctx);
        sent(Verdict::Reply(Box::new(made)))
    };
    assert!(location(vec![page("/back")]).contains("location: /back\r\n"));
    assert!(location(vec![]).contains("location: /front\r\n"));
    let default = plan::ErrorFile {
        status: 503,
        reply: Reply::default(),
    };
    assert!(location(vec![default]).contains("location: /front\r\n"));
}

#[test]
fn backends_and_servers_are_chosen() {
    let mut plan = with_acls(vec![test("path", Matcher::Beg, false, texts(&["/a"]))]);
    plan.proxies.push(plan::Proxy {
        name: "ex.com".into(),
        backend: Some(plan::Backend::default()),
        ..plan::Proxy::default()
    });
    let choose = |backend, name: plan::LogFormat, any: &[&[i32]]| UseBackend {
        at: At { file: 0, line: 5 },
        backend,
        name,
        cond: Some(cond(any)),
        text: "use_backend".into(),
    };
    let frontend = plan.proxies[0].frontend.as_mut().unwrap();
    frontend.default_backend = Some(0);
    frontend.use_backend.push(choose(Some(0), Vec::new(), &[&[-1]]));
    frontend.use_backend.push(choose(None, value("req.hdr(host)"), &[&[1]]));
    let backend = plan.proxies[0].backend.as_mut().unwrap();
    backend.use_server.push(UseServer {
        at: At::default(),
        server: None,
        name: value("req.hdr(s)"),
        cond: None,
        text: "use-server".into(),
    });
    let mut world = World::new(plan).request(b"GET /a HTTP/1.1\r\nHost: ex.com\r\nS: s2\r\n\r\n");
    let mut trace = Trace::default();
    let (program, mut ctx) = world.ctx();
    assert_eq!(choose_backend(program, 0, &mut ctx, Some(&mut trace)), Some(1));
    assert_eq!(choose_server(program, 0, &mut ctx, |_| true, None), Some(1));
    let chosen = Step::Choice {
        kind: "backend",
        at: Some(At { file: 0, line: 5 }),
        what: "use_backend".into(),
        name: "ex.com".into(),
    };
    assert_eq!(trace.steps.last(), Some(&chosen));
    assert!(matches!(&trace.steps[0], Step::Rule { taken: Some(false), .. }));
    assert!(matches!(&trace.steps[1], Step::Test { values, matched: true, .. } if values == &["/a"]));
    let mut other = World::new(world.program.plan.clone()).request(b"GET /a HTTP/1.1\r\nHost: nowhere\r\n\r\n");
    let (program, mut ctx) = other.ctx();
    assert_eq!(
        choose_backend(program, 0, &mut ctx, None),
        Some(0),
        "an unknown name falls back to the default"
    );
}

#[test]
fn a_plan_that_cannot_run_says_where() {
    let mut plan = with_acls(vec![test(
        "path",
        Matcher::Reg,
        false,
        vec![Pattern::Regex { value: "a(?!b)".into() }],
    )]);
    plan.acls[0].tests[0].at = At { file: 0, line: 12 };
    let error = crate::program::compile(plan).unwrap_err();
    assert_eq!(error.at, Some(At { file: 0, line: 12 }));
    assert!(error.message.contains("look-ahead"), "{error}");
    let mut plan = base_plan();
    plan.proxies[0].rules.http_request.push(rule(
        plan::Action::SetHeader {
            name: "a".into(),
            value: value("nosuch"),
        },
        None,
    ));
    assert!(crate::program::compile(plan).unwrap_err().message.contains("'nosuch'"));
}

#[test]
fn a_trace_tells_what_each_action_changed() {
    let mut plan = base_plan();
    let action = |action| plan::Rule {
        at: At { file: 0, line: 9 },
        action,
        cond: None,
        text: "set".into(),
    };
    plan.proxies[0].rules.http_request = vec![
        action(plan::Action::SetHeader {
            name: "X-Who".into(),
            value: vec![plan::LogItem::Text { value: "me".into() }],
        }),
        action(plan::Action::DelHeader {
            name: "Cookie".into(),
            matcher: plan::Matcher::Str,
        }),
        action(plan::Action::SetVar {
            scope: plan::Scope::Txn,
            name: "p".into(),
            conditions: String::new(),
            expr: expr("path"),
        }),
    ];
    let mut world = World::new(plan).request(b"GET /a HTTP/1.1\r\nHost: ex.com\r\nCookie: a=b\r\n\r\n");
    let mut trace = Trace::default();
    let (program, mut ctx) = world.ctx();
    evaluate(&program.proxies[0].http_request, program, &mut ctx, 0, Some(&mut trace));
    let changes: Vec<_> = trace
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Change { what, before, after, .. } => Some((what.as_str(), before.as_deref(), after.as_deref())),
            _ => None,
        })
        .collect();
    let expected = [
        ("request header x-who", None, Some("me")),
        ("request header cookie", Some("a=b"), None),
        ("variable txn.p", None, Some("/a")),
    ];
    assert_eq!(changes, expected);
}
