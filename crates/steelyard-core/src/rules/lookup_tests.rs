//! A look-up must choose, and do, what asking each rule in turn does. A trace asks each in turn.

use super::tests::{cond, net, test, texts, value, with_acls};
use super::*;
use crate::kit::{request, World};
use crate::plan::{Matcher, Plan, UseBackend};
use proptest::prelude::*;

fn use_backend(number: usize, cond: Option<plan::Cond>) -> UseBackend {
    UseBackend {
        at: At {
            file: 0,
            line: u32::try_from(number).unwrap(),
        },
        backend: Some(u32::try_from(number).unwrap()),
        name: Vec::new(),
        cond,
        text: format!("rule {number}"),
    }
}

/// A plan whose rule `n` sends to backend `n`.
fn chooses(mut plan: Plan, conds: Vec<Option<plan::Cond>>) -> Plan {
    let proxy = plan.proxies[0].clone();
    for (number, cond) in conds.into_iter().enumerate() {
        if number > 0 {
            plan.proxies.push(plan::Proxy {
                name: format!("b{number}"),
                frontend: None,
                ..proxy.clone()
            });
        }
        plan.proxies[0]
            .frontend
            .as_mut()
            .unwrap()
            .use_backend
            .push(use_backend(number, cond));
    }
    plan
}

/// By the look-up, and by asking in turn.
fn both(world: &mut World) -> (Option<u32>, Option<u32>) {
    let (program, mut ctx) = world.ctx();
    let quick = choose_backend(program, 0, &mut ctx, None);
    ctx.vars.end_transaction();
    let slow = choose_backend(program, 0, &mut ctx, Some(&mut Trace::default()));
    (quick, slow)
}

const HOSTS: [&str; 6] = ["a.test", "b.test", "A.TEST", "c.b.test", "/p/", "test"];
const PATHS: [&str; 6] = ["/", "/p", "/p/q", "/p/q/r", "q", ""];

/// ACLs of few shapes, so that rules share them.
fn acls() -> Vec<plan::AclTest> {
    let mut list = Vec::new();
    for host in HOSTS {
        list.push(test("req.hdr(x)", Matcher::Str, true, texts(&[host])));
        list.push(test("req.hdr(x)", Matcher::End, false, texts(&[host])));
        list.push(test("req.hdr(x),lower", Matcher::Dom, false, texts(&[host, "zz"])));
    }
    for path in PATHS {
        list.push(test("path", Matcher::Beg, false, texts(&[path])));
        list.push(test("path", Matcher::Dir, false, texts(&[path])));
        list.push(test("path", Matcher::Sub, true, texts(&[path])));
    }
    for prefix in [0, 8, 24, 25, 32] {
        list.push(test("src", Matcher::Ip, false, net("192.0.2.7", prefix)));
        list.push(test("src", Matcher::Ip, false, net("::ffff:192.0.2.9", 96 + prefix)));
    }
    // Values that may change from rule to rule, or that no set can hold.
    list.push(test("req.hdr(x),set-var(txn.seen)", Matcher::Str, false, texts(&["b.test"])));
    list.push(test("var(txn.seen)", Matcher::Str, false, texts(&["a.test"])));
    list.push(test("always_true", Matcher::Bool, false, Vec::new()));
    list
}

fn any_cond(acls: i32) -> impl Strategy<Value = Option<plan::Cond>> {
    let term = prop_oneof![8 => 1..=acls, 1 => (1..=acls).prop_map(|number| -number)];
    let product = prop::collection::vec(term, 1..3);
    let sum = prop::collection::vec(product, 1..3);
    let made = (sum, prop::bool::weighted(0.05)).prop_map(|(sum, unless)| {
        let products: Vec<&[i32]> = sum.iter().map(Vec::as_slice).collect();
        Some(plan::Cond {
            unless,
            ..cond(&products)
        })
    });
    prop_oneof![60 => made, 1 => Just(None)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn the_first_rule_that_applies_is_taken(
        conds in prop::collection::vec(any_cond(i32::try_from(acls().len()).unwrap()), 1..60),
        host in prop::sample::select(&HOSTS[..]),
        other in prop::sample::select(&HOSTS[..]),
        path in prop::sample::select(&["/", "/p", "/p/q", "/p/q/r", "/x/q?z", "/Pq"][..]),
    ) {
        let mut world = World::new(chooses(with_acls(acls()), conds));
        world.req = Some(request(format!("GET {path} HTTP/1.1\r\nHost: a\r\nX: {host}, {other}\r\n\r\n").as_bytes()));
        let (quick, slow) = both(&mut world);
        prop_assert_eq!(quick, slow);
    }
}

#[test]
fn rules_in_between_keep_their_turn() {
    let plan = with_acls(vec![
        test("req.hdr(host)", Matcher::Str, true, texts(&["h1"])),
        test("req.hdr(host)", Matcher::Str, true, texts(&["h2"])),
        test("path", Matcher::Beg, false, texts(&["/first"])),
        test("req.hdr(host)", Matcher::Str, true, texts(&["h3", "h1"])),
        test("req.hdr(host)", Matcher::Str, true, texts(&["h5"])),
    ]);
    let rules = [&[-1_i32, -1] as &[i32], &[2], &[3], &[4, -3], &[1], &[5]];
    let conds = rules.iter().map(|product| Some(cond(&[product]))).collect();
    let mut world = World::new(chooses(plan, conds));
    for (host, path, wanted) in [
        ("H1", "/", 3),
        ("h1", "/first", 2),
        ("h2", "/first", 0),
        ("h5", "/", 0),
        ("h3", "/", 0),
    ] {
        world.req = Some(request(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()));
        assert_eq!(both(&mut world), (Some(wanted), Some(wanted)), "{host} {path}");
    }
}

#[test]
fn a_name_that_is_rendered_is_the_one_of_the_rule() {
    let mut plan = with_acls(
        (0..8)
            .map(|n| test("req.hdr(host)", Matcher::Str, false, texts(&[&format!("h{n}")])))
            .collect(),
    );
    let frontend = plan.proxies[0].frontend.as_mut().unwrap();
    for number in 1..8 {
        let name = if number == 5 { value("str(web)") } else { value("str(none)") };
        frontend.use_backend.push(UseBackend {
            backend: None,
            name,
            ..use_backend(0, Some(cond(&[&[number]])))
        });
    }
    frontend.default_backend = None;
    let mut world = World::new(plan).request(b"GET / HTTP/1.1\r\nHost: h4\r\n\r\n");
    assert_eq!(both(&mut world), (Some(0), Some(0)));
    world.req = Some(request(b"GET / HTTP/1.1\r\nHost: h3\r\n\r\n"));
    assert_eq!(both(&mut world), (None, None));
}

/// Actions that change what later rules ask, and some that do not.
fn actions() -> Vec<plan::Action> {
    use plan::Action as A;
    let header = |value: &str| A::SetHeader {
        name: "x".into(),
        value: super::tests::text(value),
    };
    vec![
        A::SetVar {
            scope: plan::Scope::Txn,
            name: "seen".into(),
            conditions: String::new(),
            expr: crate::kit::expr("path"),
        },
        header("a.test"),
        header("c.b.test, test"),
        A::AddHeader {
            name: "x".into(),
            value: super::tests::text("b.test"),
        },
        A::DelHeader {
            name: "x".into(),
            matcher: Matcher::Str,
        },
        A::SetPath {
            value: super::tests::text("/p/q"),
        },
        A::Allow,
    ]
}

/// What is left of a request after its rules, and where they ended.
fn after(world: &mut World, text: &str, trace: Option<&mut Trace>) -> (String, Option<At>) {
    world.req = Some(request(text.as_bytes()));
    world.record.reset();
    let (program, mut ctx) = world.ctx();
    evaluate(&program.proxies[0].http_request, program, &mut ctx, 0, trace);
    ctx.vars.end_transaction();
    let mut out = Vec::new();
    world.req.as_ref().unwrap().write(&mut out);
    (String::from_utf8(out).unwrap(), world.record.last_rule)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn rules_do_what_they_do_in_turn(
        rules in prop::collection::vec((any_cond(i32::try_from(acls().len()).unwrap()), 0..actions().len()), 1..60),
        host in prop::sample::select(&HOSTS[..]),
        path in prop::sample::select(&["/", "/p", "/p/q", "/p/q/r", "/x/q?z", "/Pq"][..]),
    ) {
        let mut plan = with_acls(acls());
        for (line, (cond, action)) in (1..).zip(rules) {
            let action = actions().swap_remove(action);
            plan.proxies[0].rules.http_request.push(plan::Rule {
                at: At { file: 0, line },
                ..super::tests::rule(action, cond)
            });
        }
        let mut world = World::new(plan);
        let text = format!("GET {path} HTTP/1.1\r\nHost: a\r\nX: {host}\r\n\r\n");
        let quick = after(&mut world, &text, None);
        let slow = after(&mut world, &text, Some(&mut Trace::default()));
        prop_assert_eq!(quick, slow);
    }
}
