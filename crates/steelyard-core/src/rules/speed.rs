//! What ten typical rules cost. Run by hand: `cargo test --release -p steelyard-core speed -- --ignored --nocapture`.
//!
//! `speed_of_a_plan` takes the rules of a configuration: `steelyard plan -f haproxy.cfg >plan.json` and `STEELYARD_PLAN=plan.json`.
//! Under `valgrind --tool=callgrind` it counts instructions, which no other load of the machine changes: two numbers of
//! `STEELYARD_ROUNDS`, and the difference.

use super::tests::{cond, net, rule, test, text, texts, value, with_acls};
use super::*;
use crate::http1::{parse_request, parse_response, Head, Limits};
use crate::kit::{request, World};
use crate::plan::{LogItem, Matcher};
use std::time::Instant;

const GET: &[u8] = b"GET /static/img/logo.png?v=3 HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: curl/8.0 (x86_64)\r\n\
Accept: */*\r\nAccept-Language: en\r\nCookie: SERVERID=s1; session=abcdef\r\nX-Forwarded-For: 10.1.2.3\r\n\r\n";

#[test]
#[ignore = "a measurement, not a test"]
fn speed_of_ten_rules() {
    use plan::Action as A;
    let mut plan = with_acls(vec![
        test("path", Matcher::Beg, false, texts(&["/admin", "/private", "/.git"])),
        test("src", Matcher::Ip, false, net("10.0.0.0", 8)),
        test("req.hdr(host)", Matcher::Str, true, texts(&["evil.example", "bad.example"])),
        test("path", Matcher::End, false, texts(&[".php", ".asp"])),
        test("method", Matcher::Str, false, texts(&["TRACE"])),
        test("req.hdr(user-agent)", Matcher::Sub, true, texts(&["sqlmap"])),
        test("path", Matcher::Beg, false, texts(&["/static"])),
    ]);
    let set = &mut plan.proxies[0].rules.http_request;
    let deny = || A::Deny {
        reply: plan::Reply::default(),
    };
    set.push(rule(deny(), Some(cond(&[&[1, -2]]))));
    set.push(rule(deny(), Some(cond(&[&[3]]))));
    set.push(rule(deny(), Some(cond(&[&[4]]))));
    set.push(rule(deny(), Some(cond(&[&[5]]))));
    set.push(rule(deny(), Some(cond(&[&[6]]))));
    set.push(rule(
        A::SetHeader {
            name: "X-Client".into(),
            value: value("src"),
        },
        None,
    ));
    set.push(rule(
        A::SetHeader {
            name: "X-Proto".into(),
            value: text("http"),
        },
        None,
    ));
    set.push(rule(
        A::DelHeader {
            name: "X-Forwarded-For".into(),
            matcher: Matcher::Str,
        },
        None,
    ));
    set.push(rule(
        A::SetHeader {
            name: "X-Static".into(),
            value: text("1"),
        },
        Some(cond(&[&[7]])),
    ));
    set.push(rule(
        A::SetVar {
            scope: plan::Scope::Txn,
            name: "h".into(),
            conditions: String::new(),
            expr: crate::kit::expr("req.hdr(host)"),
        },
        None,
    ));
    let alias = |name: &str| LogItem::Alias {
        name: name.into(),
        label: crate::plan::Label::default(),
        flags: Vec::new(),
    };
    let space = || LogItem::Text { value: " ".into() };
    let names = "ci cp tr ft b s TR Tw Tc Tr Ta ST B CC CS tsc ac fc bc sc rc sq bq hr hs r";
    plan.proxies[0].log_format = names.split(' ').flat_map(|name| [alias(name), space()]).collect();
    let mut world = World::new(plan);
    let fresh = request(GET);
    let mut wire = Vec::new();
    fresh.write(&mut wire);
    let rounds = 300_000_u32;
    let run = |world: &mut World, rules: bool| {
        let start = Instant::now();
        for _ in 0..rounds {
            let mut head = world.req.take().unwrap_or_default();
            head.clear();
            let _ = crate::http1::parse_request(&wire, &crate::http1::Limits::default(), &mut head);
            world.req = Some(head);
            if rules {
                let (program, mut ctx) = world.ctx();
                let verdict = evaluate(&program.proxies[0].http_request, program, &mut ctx, 0, None);
                assert!(matches!(verdict, Verdict::Pass));
                world.vars.end_transaction();
            }
        }
        f64::from(u32::try_from(start.elapsed().as_nanos() / u128::from(rounds)).unwrap_or(u32::MAX))
    };
    run(&mut world, true);
    let (bare, ruled) = (run(&mut world, false), run(&mut world, true));
    println!("ten rules: {:.0} ns (parsing alone {bare:.0} ns)", ruled - bare);
    let mut out = Vec::new();
    let start = Instant::now();
    for _ in 0..rounds {
        out.clear();
        let (program, mut ctx) = world.ctx();
        crate::logformat::render_log(program, program.proxies[0].log.as_ref().unwrap(), &mut ctx, &mut out);
    }
    println!(
        "log line: {} ns, {} bytes",
        start.elapsed().as_nanos() / u128::from(rounds),
        out.len()
    );
}

#[test]
#[ignore = "a measurement, not a test"]
fn speed_of_host_rules() {
    for count in [10, 100, 1_000] {
        let hosts: Vec<String> = (0..count).map(|number| format!("h{number}.example")).collect();
        let tests = hosts
            .iter()
            .map(|host| test("req.hdr(host)", Matcher::Str, true, texts(&[host])));
        let mut plan = with_acls(tests.collect());
        for number in 1..=count {
            let rule = plan::UseBackend {
                at: At::default(),
                backend: Some(0),
                name: Vec::new(),
                cond: Some(cond(&[&[number]])),
                text: String::new(),
            };
            plan.proxies[0].frontend.as_mut().unwrap().use_backend.push(rule);
        }
        let mut world = World::new(plan).request(GET);
        let rounds = 300_000_u32;
        for last in [
            "h0.example".to_owned(),
            format!("h{}.example", count - 1),
            "none.example".to_owned(),
        ] {
            world.req = Some(request(format!("GET / HTTP/1.1\r\nHost: {last}\r\n\r\n").as_bytes()));
            let start = Instant::now();
            for _ in 0..rounds {
                let (program, mut ctx) = world.ctx();
                let _ = std::hint::black_box(choose_backend(program, 0, &mut ctx, None));
            }
            println!(
                "{count} host rules, {last}: {} ns",
                start.elapsed().as_nanos() / u128::from(rounds)
            );
        }
    }
}

const PLAIN_GET: &[u8] = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Mon, 23 Nov 2026 13:48:11 GMT\r\n\
Content-Type: text/plain\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n";

#[test]
#[ignore = "a measurement, not a test"]
fn speed_of_a_plan() {
    let Ok(path) = std::env::var("STEELYARD_PLAN") else {
        return;
    };
    let plan = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let rounds = std::env::var("STEELYARD_ROUNDS").map_or(100_000, |rounds| rounds.parse().unwrap());
    let mut world = World::new(plan);
    let (mut request, mut response) = (Head::new(), Head::new());
    let start = Instant::now();
    for _ in 0..rounds {
        request.clear();
        let _ = parse_request(PLAIN_GET, &Limits::default(), &mut request);
        response.clear();
        let _ = parse_response(OK, &Limits::default(), &mut response);
        (world.req, world.res) = (Some(request), None);
        let (program, mut ctx) = world.ctx();
        let verdict = evaluate(&program.proxies[0].http_request, program, &mut ctx, 0, None);
        assert!(matches!(verdict, Verdict::Pass));
        std::hint::black_box(choose_backend(program, 0, &mut ctx, None));
        world.res = Some(response);
        let (program, mut ctx) = world.ctx();
        let verdict = evaluate(&program.proxies[0].http_response, program, &mut ctx, 0, None);
        assert!(matches!(verdict, Verdict::Pass));
        ctx.tracking.bytes(60, 160);
        ctx.tracking.end_stream();
        ctx.vars.end_transaction();
        (request, response) = (world.req.take().unwrap(), world.res.take().unwrap());
    }
    println!("{} ns a request", start.elapsed().as_nanos() / u128::from(rounds.max(1_u32)));
}
