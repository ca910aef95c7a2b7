//! Expectations follow from the configuration alone.

use super::*;
use crate::kit;
use crate::plan::{self, At, Cond, LogItem, Payload, Term};
use crate::rules::Step;
use base64::engine::general_purpose::STANDARD;
use base64::Engine;

fn simulation() -> Simulation {
    let mut plan = kit::plan();
    let test = plan::AclTest {
        at: At { file: 0, line: 3 },
        expr: kit::expr("path"),
        matcher: plan::Matcher::Beg,
        icase: false,
        patterns: vec![
            plan::Pattern::Text { value: "/b".into() },
            plan::Pattern::Text { value: "/a".into() },
        ],
        files: Vec::new(),
        text: "path_beg /b /a".into(),
    };
    plan.acls.push(plan::Acl {
        name: "wanted".into(),
        tests: vec![test],
    });
    plan.proxies[0].frontend.as_mut().unwrap().default_backend = Some(0);
    plan.proxies[0].rules.http_request = vec![plan::Rule {
        at: At { file: 0, line: 4 },
        action: plan::Action::SetHeader {
            name: "X-Way".into(),
            value: vec![LogItem::Text { value: "b".into() }],
        },
        cond: Some(Cond {
            unless: false,
            any: vec![vec![Term { acl: 0, not: false }]],
            text: "if wanted".into(),
        }),
        text: "http-request set-header X-Way b if wanted".into(),
    }];
    Simulation::new(plan).unwrap()
}

fn case(request: &[u8]) -> Case {
    Case {
        frontend: 0,
        bind: 0,
        src: Some("192.0.2.1:1000".into()),
        dst: None,
        request: Payload(STANDARD.encode(request)),
        response: None,
        now: 1_700_000_000_000_000,
        servers: Vec::new(),
        proxies: Vec::new(),
        random: 0,
        reused: false,
    }
}

#[test]
fn a_request_is_played_to_its_server() {
    let mut simulation = simulation();
    let outcome = simulation.play(&case(b"GET /a/b HTTP/1.1\r\nHost: x\r\n\r\n")).unwrap();
    assert_eq!((outcome.end, outcome.server.as_deref()), (End::Forwarded, Some("s1")));
    let sent = outcome.request.unwrap();
    assert_eq!(sent.line, "GET /a/b HTTP/1.1");
    assert!(sent.headers.contains(&("X-Way".into(), "b".into())));
    let tests = outcome.steps.iter().filter_map(|step| match step {
        Step::Test { pattern, matched, .. } => Some((pattern.as_deref(), *matched)),
        _ => None,
    });
    assert_eq!(tests.collect::<Vec<_>>(), [(Some("/a"), true)]);
    assert!(matches!(
        &outcome.steps[1],
        Step::Rule {
            taken: Some(true),
            at: At { line: 4, .. },
            ..
        }
    ));
    // Turns are taken from case to case.
    let next = simulation.play(&case(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")).unwrap();
    assert_eq!(next.server.as_deref(), Some("s2"));
}

#[test]
fn servers_of_the_case_are_what_the_balancer_sees() {
    let mut simulation = simulation();
    let mut down = case(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    let state = |server, up| ServerState {
        proxy: 0,
        server,
        up,
        drain: false,
        conns: 0,
        queued: 0,
        weight: None,
    };
    down.servers = vec![state(0, false)];
    assert_eq!(simulation.play(&down).unwrap().server.as_deref(), Some("s2"));
    down.servers.push(state(1, false));
    let outcome = simulation.play(&down).unwrap();
    assert_eq!(
        (outcome.end, outcome.status, outcome.why.as_str()),
        (End::Replied, Some(503), "no server is usable: s1 is down, s2 is down")
    );
}

#[test]
fn a_wrong_request_is_an_outcome_and_a_wrong_case_an_error() {
    let mut simulation = simulation();
    let outcome = simulation.play(&case(b"GET  / HTTP/1.1\r\n\r\n")).unwrap();
    assert_eq!((outcome.end, outcome.status), (End::Replied, Some(400)));
    assert_eq!(simulation.play(&case(b"GET / HTTP")).unwrap().end, End::Waits);
    let mut wrong = case(b"");
    wrong.frontend = 9;
    assert!(simulation.play(&wrong).is_err());
    wrong.frontend = 0;
    wrong.src = Some("nowhere".into());
    assert!(simulation.play(&wrong).is_err());
}
