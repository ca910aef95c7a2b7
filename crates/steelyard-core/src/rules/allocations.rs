//! Deciding allocates nothing per request, once buffers have the size that requests need.

use super::tests::{cond, net, rule, test, text, texts, value, with_acls};
use super::*;
use crate::kit::{expr, map, World};
use crate::plan::{LogItem, Matcher, Plan};

const REQUEST: &[u8] = b"GET /static/img/logo.png?v=3 HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: curl/8.0 (x86_64)\r\n\
Accept: */*\r\nAccept-Language: en\r\nCookie: SERVERID=s1; session=abcdef\r\nX-Forwarded-For: 10.1.2.3\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: image/png\r\nContent-Length: 12\r\n\r\n";

/// What `request` allocates when it has been done before.
fn allocations(world: &mut World, mut request: impl FnMut(&mut World)) -> u64 {
    (0..3).for_each(|_| request(world));
    allocation_counter::measure(|| request(world)).count_total
}

fn parse(world: &mut World) {
    let mut head = world.req.take().unwrap_or_default();
    head.clear();
    crate::http1::parse_request(REQUEST, &crate::http1::Limits::default(), &mut head).unwrap();
    world.req = Some(head);
    let mut head = world.res.take().unwrap_or_default();
    head.clear();
    crate::http1::parse_response(RESPONSE, &crate::http1::Limits::default(), &mut head).unwrap();
    world.res = Some(head);
}

fn header(name: &str, value: plan::LogFormat) -> plan::Action {
    plan::Action::SetHeader {
        name: name.into(),
        value,
    }
}

fn variable(name: &str, text: &str) -> plan::Action {
    plan::Action::SetVar {
        scope: plan::Scope::Txn,
        name: name.into(),
        conditions: String::new(),
        expr: expr(text),
    }
}

/// Rules as people write them: prefixes, networks, substrings, a regex, maps, variables, headers.
fn typical() -> Plan {
    let many: Vec<String> = (0..20).map(|number| format!("h{number}.example")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let regex = |value: &str| vec![plan::Pattern::Regex { value: value.into() }];
    let mut plan = with_acls(vec![
        test("path", Matcher::Beg, false, texts(&["/admin", "/private", "/.git"])),
        test("src", Matcher::Ip, false, net("10.0.0.0", 8)),
        test("req.hdr(host)", Matcher::Str, true, texts(&many)),
        test("path", Matcher::End, false, texts(&[".php", ".asp"])),
        test("method", Matcher::Str, false, texts(&["TRACE"])),
        test("req.hdr(user-agent)", Matcher::Sub, true, texts(&["sqlmap", "nikto"])),
        test("path", Matcher::Reg, false, regex("^/[a-z]+/[0-9]+$")),
        test("req.cook(session)", Matcher::Found, false, Vec::new()),
        test(
            "url_param(v),add(1)",
            Matcher::Int,
            false,
            vec![plan::Pattern::Range {
                min: Some(4),
                max: Some(4),
            }],
        ),
        test("req.hdr(host),lower,map_end(0)", Matcher::Str, false, texts(&["two"])),
        test("src,map_ip(1)", Matcher::Str, false, texts(&["home"])),
        test("res.hdr(content-type)", Matcher::Beg, false, texts(&["image/"])),
    ]);
    plan.pattern_files = vec![
        map([(".example.com", "one"), (".example", "three")]),
        map([("192.0.2.0/24", "home"), ("10.0.0.0/8", "ten")]),
    ];
    let deny = || plan::Action::Deny {
        reply: plan::Reply::default(),
    };
    let rules = &mut plan.proxies[0].rules;
    for denied in [1, 2, 3, 4, 5, 6, 7, 10] {
        rules.http_request.push(rule(deny(), Some(cond(&[&[denied]]))));
    }
    let delete = plan::Action::DelHeader {
        name: "X-Forwarded-For".into(),
        matcher: Matcher::Str,
    };
    let set = [
        (header("X-Client", value("src")), None),
        (header("X-Proto", text("http")), None),
        (delete, None),
        (header("X-Known", text("1")), Some(cond(&[&[8, 9], &[11]]))),
        (variable("host", "req.hdr(host),lower,field(1,:)"), None),
        (header("X-Host", value("var(txn.host),map_end(0,none)")), None),
        (variable("age", "int(5),mul(3)"), None),
    ];
    rules
        .http_request
        .extend(set.into_iter().map(|(action, cond)| rule(action, cond)));
    let image = Some(cond(&[&[12]]));
    rules.http_response.push(rule(header("X-Served-By", text("bench")), image));
    plan
}

#[test]
fn rules_allocate_nothing() {
    let mut world = World::new(typical());
    let count = allocations(&mut world, |world| {
        parse(world);
        let (program, mut ctx) = world.ctx();
        let proxy = &program.proxies[0];
        let response = ctx.res.take();
        assert!(matches!(
            evaluate(&proxy.http_request, program, &mut ctx, 0, None),
            Verdict::Pass
        ));
        ctx.res = response;
        assert!(matches!(
            evaluate(&proxy.http_response, program, &mut ctx, 0, None),
            Verdict::Pass
        ));
        assert_eq!(
            ctx.req.as_ref().unwrap().get(b"x-known"),
            Some(&b"1"[..]),
            "the rules did something"
        );
        assert_eq!(ctx.req.as_ref().unwrap().get(b"x-host"), Some(&b"one"[..]));
        assert_eq!(ctx.res.as_ref().unwrap().get(b"x-served-by"), Some(&b"bench"[..]));
        ctx.vars.end_transaction();
    });
    assert_eq!(count, 0);
}

#[test]
fn choosing_a_backend_among_a_thousand_allocates_nothing() {
    let hosts: Vec<String> = (0..1_000).map(|number| format!("h{number}.example")).collect();
    let tests = hosts
        .iter()
        .map(|host| test("req.hdr(host)", Matcher::Str, true, texts(&[host])));
    let mut plan = with_acls(tests.collect());
    let rules = (1..=1_000).map(|number| plan::UseBackend {
        at: At::default(),
        backend: Some(0),
        name: Vec::new(),
        cond: Some(cond(&[&[number]])),
        text: String::new(),
    });
    plan.proxies[0].frontend.as_mut().unwrap().use_backend.extend(rules);
    let mut world = World::new(plan);
    let count = allocations(&mut world, |world| {
        parse(world);
        let (program, mut ctx) = world.ctx();
        ctx.res = None;
        assert_eq!(choose_backend(program, 0, &mut ctx, None), None);
    });
    assert_eq!(count, 0);
}

#[test]
fn a_log_line_allocates_nothing() {
    let mut plan = typical();
    let alias = |name: &str| LogItem::Alias {
        name: name.into(),
        label: plan::Label::default(),
        flags: Vec::new(),
    };
    let space = || LogItem::Text { value: " ".into() };
    let names = "ci cp tr ft b s TR Tw Tc Tr Ta ST B CC CS tsc ac fc bc sc rc sq bq hr hs r";
    plan.proxies[0].log_format = names.split(' ').flat_map(|name| [alias(name), space()]).collect();
    let mut world = World::new(plan);
    let mut line = Vec::new();
    let count = allocations(&mut world, |world| {
        parse(world);
        line.clear();
        let (program, mut ctx) = world.ctx();
        let format = program.proxies[0].log.as_ref().unwrap();
        crate::logformat::render_log(program, format, &mut ctx, &mut line);
        assert!(line.len() > 50);
    });
    assert_eq!(count, 0);
}
