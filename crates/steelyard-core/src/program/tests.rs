use super::*;
use crate::kit::{expr, plan as base_plan};
use crate::plan::{Action, At, LogItem, Rule};

#[test]
fn names_are_told_once() {
    let told = capabilities();
    for mut names in [told.fetches, told.converters, told.actions, told.aliases] {
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{names:?}");
    }
}

/// Each name that is told compiles with some arguments, so that none is only a name.
#[test]
fn every_name_compiles() {
    let mut plan = base_plan();
    plan.userlists.push(plan::Userlist::default());
    plan.pattern_files.push(plan::PatternFile {
        path: "m".into(),
        ..plan::PatternFile::default()
    });
    plan.tables.push(plan::StickTable::default());
    plan.acls.push(plan::Acl::default());
    let build = Build::new(&plan);
    let tries = [
        "",
        "(1)",
        "(a)",
        "(txn.a)",
        "(s1)",
        "(0,1)",
        "(1,a)",
        "(a,b)",
        "(a,1)",
        "(61)",
        "(1.2.3.4)",
        "(::1)",
        "(s)",
        "(,2)",
        "(256)",
        "(md5)",
        "(table)",
        "(1,table)",
        "(md5,\"\")",
        "(DIST)",
        "(HS256,a)",
        "(host)",
        "(MsgType)",
        "($.a)",
        "(\"1\")",
        "(SSL)",
        "(connect,flags)",
        "(128,\"\",\"\",txn.a)",
        "(128,\"\",\"\",\"\")",
        "(128,\"\",\"\")",
        "(error)",
        "(tail)",
    ];
    let compiles = |text: String| crate::sample::CompiledExpr::compile(&expr(&text), &build).is_ok();
    for name in capabilities().fetches {
        let server = name.starts_with("srv_") && !["srv_id", "srv_name"].contains(&name);
        if server || name == "acl" {
            let arg = match server {
                true => plan::Arg::Server { proxy: 0, server: 0 },
                false => plan::Arg::Acl { acl: 0, not: false },
            };
            let call = plan::Call {
                name: name.into(),
                args: vec![arg],
            };
            let expr = plan::Expr {
                fetch: call,
                ..plan::Expr::default()
            };
            assert!(crate::sample::CompiledExpr::compile(&expr, &build).is_ok(), "{name}");
        } else {
            assert!(tries.iter().any(|args| compiles(format!("{name}{args}"))), "{name}");
        }
    }
    for name in capabilities().converters {
        assert!(tries.iter().any(|args| compiles(format!("str(x),{name}{args}"))), "{name}");
    }
    for name in capabilities().aliases {
        let item = LogItem::Alias {
            name: name.into(),
            label: crate::plan::Label::default(),
            flags: Vec::new(),
        };
        assert!(Format::compile(&vec![item], Style::Log, &build).is_ok(), "{name}");
    }
}

#[test]
fn needs_are_read_off_rules_acls_and_logs() {
    let at = |line| At { file: 0, line };
    let capture = |line, text: &str| Rule {
        at: at(line),
        action: Action::Capture {
            expr: expr(text),
            len: Some(10),
            id: None,
        },
        cond: None,
        text: String::new(),
    };
    let mut plan = base_plan();
    assert_eq!(compile(plan.clone()).unwrap().proxies[0].needs, Needs::default());
    plan.proxies[0].rules.http_request.push(capture(9, "req.body"));
    plan.proxies[0].rules.tcp_request_content.push(capture(3, "src"));
    plan.proxies[0].rules.http_request.push(capture(10, "capture.req.uri"));
    plan.proxies[0].log_format = vec![LogItem::Alias {
        name: "r".into(),
        label: crate::plan::Label::default(),
        flags: Vec::new(),
    }];
    let needs = compile(plan).unwrap().proxies[0].needs;
    assert_eq!(
        needs,
        Needs {
            request_line: true,
            request_body: true,
            request_captures: 3,
            response_captures: 0
        }
    );
}

#[test]
fn a_plan_with_wrong_indices_is_refused() {
    let mut plan = base_plan();
    if let Some(frontend) = plan.proxies[0].frontend.as_mut() {
        frontend.default_backend = Some(4);
    }
    assert!(compile(plan).is_err());
    assert!(compile(Plan::default()).is_err(), "another version");
}

/// An ACL may ask for others, and for none that asks for it.
#[test]
fn acls_that_ask_in_a_circle_are_refused() {
    let acl = |name: &str, asks: Option<u32>| {
        let fetch = match asks {
            Some(acl) => plan::Call {
                name: "acl".into(),
                args: vec![plan::Arg::Acl { acl, not: false }],
            },
            None => expr("path").fetch,
        };
        let test = plan::AclTest {
            at: plan::At::default(),
            expr: plan::Expr {
                fetch,
                ..plan::Expr::default()
            },
            matcher: plan::Matcher::Found,
            icase: false,
            patterns: vec![],
            files: vec![],
            text: String::new(),
        };
        plan::Acl {
            name: name.into(),
            tests: vec![test],
        }
    };
    let with = |acls: Vec<plan::Acl>| {
        let mut plan = base_plan();
        plan.acls = acls;
        compile(plan).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(with(vec![acl("a", Some(1)), acl("b", Some(2)), acl("c", None)]), Ok(()));
    assert_eq!(with(vec![acl("a", None), acl("b", Some(0)), acl("c", Some(0))]), Ok(()));
    for circle in [
        vec![acl("a", Some(0))],
        vec![acl("a", Some(1)), acl("b", Some(0))],
        vec![acl("x", None), acl("a", Some(2)), acl("b", Some(3)), acl("c", Some(1))],
    ] {
        assert!(with(circle).is_err_and(|error| error.contains("asks for itself")));
    }
}

#[test]
fn a_proxy_wants_what_its_lines_ask_for_and_nothing_else() {
    let wants = |change: &dyn Fn(&mut plan::Proxy)| {
        let mut plan = base_plan();
        change(&mut plan.proxies[0]);
        compile(plan).unwrap().proxies[0].wants
    };
    assert_eq!(wants(&|_| {}), Wants::NOTHING);
    let front = |change: fn(&mut plan::Frontend)| wants(&|proxy| change(proxy.frontend.as_mut().unwrap()));
    let back = |change: fn(&mut plan::Backend)| wants(&|proxy| change(proxy.backend.as_mut().unwrap()));
    let rule = || Rule {
        at: At::default(),
        action: Action::Allow,
        cond: None,
        text: String::new(),
    };
    for (wish, found) in [
        (Wants::REQUEST_RULES, wants(&|proxy| proxy.rules.http_request.push(rule()))),
        (
            Wants::REQUEST_CONTENT,
            wants(&|proxy| proxy.rules.tcp_request_content.push(rule())),
        ),
        (
            Wants::REQUEST_RULES,
            wants(&|proxy| proxy.stats = Some(plan::Stats::default())),
        ),
        (
            Wants::RESPONSE_CONTENT,
            wants(&|proxy| proxy.rules.tcp_response_content.push(rule())),
        ),
        (Wants::RESPONSE_RULES, wants(&|proxy| proxy.rules.http_response.push(rule()))),
        (
            Wants::AFTER_RESPONSE,
            wants(&|proxy| proxy.rules.http_after_response.push(rule())),
        ),
        (Wants::REQUEST_BODY, wants(&|proxy| proxy.options.http_buffer_request = true)),
        (Wants::OTHER_MODE, wants(&|proxy| proxy.mode = plan::Mode::Tcp)),
        (
            Wants::CLOSE,
            wants(&|proxy| proxy.options.http_connection = plan::KeepAlive::Close),
        ),
        (
            Wants::CLOSE,
            wants(&|proxy| proxy.options.http_connection = plan::KeepAlive::ServerClose),
        ),
        (Wants::ABORT_ON_CLOSE, wants(&|proxy| proxy.options.abortonclose = true)),
        (Wants::SERVER, wants(&|proxy| proxy.options.prefer_last_server = true)),
        (Wants::SERVER, wants(&|proxy| proxy.options.http_proxy = true)),
        (Wants::SERVER, wants(&|proxy| proxy.options.transparent = true)),
        (Wants::UNIQUE_ID, wants(&|proxy| proxy.unique_id_header = Some("X-Id".into()))),
        (Wants::FORWARDED, wants(&|proxy| proxy.forwardfor = Some(header()))),
        (Wants::FORWARDED, wants(&|proxy| proxy.originalto = Some(header()))),
        (Wants::MONITOR, front(|front| front.monitor_uri = Some("/up".into()))),
        (
            Wants::CAPTURES,
            front(|front| front.capture_cookie = Some(plan::CookieCapture::default())),
        ),
        (
            Wants::CAPTURES,
            front(|front| front.capture_response.push(plan::HeaderCapture::default())),
        ),
        (Wants::LOG_STEPS, front(|front| front.log_moment = plan::LogMoment::Answer)),
        (Wants::LOG_STEPS, front(|front| front.log_steps.push(plan::LogStep::Request))),
        (
            Wants::COOKIE.with(Wants::SERVER),
            back(|back| back.cookie = Some(plan::Cookie::default())),
        ),
        (Wants::BALANCE_KEY, back(|back| back.balance.kind = plan::BalanceKind::Source)),
        (Wants::REDIRECT, back(|back| back.servers[0].redir = Some("http://a".into()))),
        (Wants::REPEAT, back(|back| back.retry_on.statuses.push(503))),
    ] {
        assert_eq!(found, wish);
    }
}

fn header() -> plan::ForwardFor {
    plan::ForwardFor {
        header: "X-Forwarded-For".into(),
        except: Vec::new(),
        if_none: false,
    }
}
