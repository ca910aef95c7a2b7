//! What a backend's options do to requests and responses.

use crate::kit::*;
use steelyard_core::plan::{Cookie, CookieMode, ForwardFor, HttpReuse, KeepAlive, Plan};

fn back(plan: &mut Plan) -> &mut steelyard_core::plan::Backend {
    plan.proxies[0].backend.as_mut().unwrap()
}

#[test]
fn an_upgrade_is_a_tunnel_only_after_101() {
    let (address, diary) = server(|request, client| {
        if request.head.starts_with("GET /yes") {
            client.say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nwelcome");
            let heard = client.bytes(4);
            client.say(heard);
            let rest = client.until_end();
            client.say(rest);
            return false;
        }
        client.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        true
    });
    let running = start(plan(&[address]));
    let mut client = running.client();
    let upgrade = "Host: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
    // What was sent ahead stays HTTP: the server did not agree.
    client.say(format!("GET /no HTTP/1.1\r\n{upgrade}GET /evil HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_eq!(client.response("GET").text(), "ok");
    assert_eq!(client.response("GET").text(), "ok");
    assert_eq!(diary.last(), "GET /evil HTTP/1.1\r\nHost: a");
    client.say(format!("GET /yes HTTP/1.1\r\n{upgrade}"));
    let response = client.response("GET");
    assert_eq!((response.status(), response.field("upgrade")), (101, Some("x")));
    assert_eq!(client.bytes(7), b"welcome");
    client.say("ping");
    assert_eq!(client.bytes(4), b"ping");
    client.say("the rest").finish();
    assert_eq!(client.until_end(), b"the rest");
}

#[test]
fn connect_is_a_tunnel_after_2xx_and_not_after_an_error() {
    let (address, _) = server(|request, client| {
        if request.head.starts_with("CONNECT no") {
            client.say("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
            return true;
        }
        client.say("HTTP/1.1 200 OK\r\n\r\n");
        let heard = client.bytes(5);
        client.say(heard);
        false
    });
    let running = start(plan(&[address]));
    let mut client = running.client();
    client.say("CONNECT no:1 HTTP/1.1\r\nHost: no:1\r\n\r\n");
    assert_eq!(client.response("CONNECT").text(), "no");
    client.say("CONNECT yes:1 HTTP/1.1\r\nHost: yes:1\r\n\r\nhello");
    assert!(client.head().unwrap().starts_with("HTTP/1.1 200"));
    assert_eq!(client.bytes(5), b"hello");
    client.ends();
}

#[test]
fn a_silent_tunnel_ends_with_its_timeout() {
    let (address, _) = server(|_, client| {
        client.say("HTTP/1.1 101 Yes\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
        client.until_end();
        false
    });
    let mut plan = plan(&[address]);
    plan.proxies[0].timeouts.tunnel = Some(60);
    let running = start(plan);
    let mut client = running.client();
    client.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    assert_eq!(client.response("GET").status(), 101);
    client.ends();
}

#[test]
fn connections_follow_the_mode() {
    for (mode, to_server, to_client) in [
        (KeepAlive::KeepAlive, None, None),
        (KeepAlive::ServerClose, Some("close"), None),
        (KeepAlive::Close, Some("close"), Some("close")),
    ] {
        let (address, diary) = echo();
        let mut plan = plan(&[address]);
        plan.proxies[0].options.http_connection = mode;
        let running = start(plan);
        let mut client = running.client();
        let response = client.get("/a");
        assert_eq!(response.field("connection"), to_client, "{mode:?}");
        let request = Message {
            head: diary.last(),
            body: Vec::new(),
        };
        assert_eq!(request.field("connection"), to_server, "{mode:?}");
        if mode == KeepAlive::Close {
            client.ends();
        } else {
            client.get("/b");
            assert_eq!(diary.connections(), if mode == KeepAlive::KeepAlive { 1 } else { 2 });
        }
    }
}

#[test]
fn the_clients_close_is_not_the_servers() {
    let (address, diary) = echo();
    let mut plan = plan(&[address]);
    back(&mut plan).http_reuse = HttpReuse::Always;
    let running = start(plan);
    for _ in 0..3 {
        let mut client = running.client();
        client.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close, x-forwarded-for\r\n\r\n");
        assert_eq!(client.response("GET").field("connection"), Some("close"));
        client.ends();
        assert_eq!(diary.last(), "GET / HTTP/1.1\r\nHost: a");
    }
    assert_eq!(diary.connections(), 1);
}

#[test]
fn reuse_safe_and_never_keep_first_requests_apart() {
    for mode in [HttpReuse::Safe, HttpReuse::Never] {
        let (address, diary) = echo();
        let mut plan = plan(&[address]);
        back(&mut plan).http_reuse = mode;
        let running = start(plan);
        let (mut one, mut two) = (running.client(), running.client());
        one.get("/1");
        two.get("/2");
        assert_eq!(diary.connections(), 2, "{mode:?}");
        one.get("/3");
        two.get("/4");
        assert_eq!(diary.connections(), 2, "{mode:?}");
    }
}

#[test]
fn forwardfor_adds_its_own_line_unless_excepted() {
    let option = |if_none, except: &[(&str, u8)]| ForwardFor {
        header: "X-Forwarded-For".into(),
        except: except.iter().map(|(network, prefix)| ((*network).into(), *prefix)).collect(),
        if_none,
    };
    let given = "X-Forwarded-For: 9.9.9.9\r\n";
    for (option, header, expected) in [
        (option(false, &[]), "", vec!["127.0.0.1"]),
        (option(false, &[]), given, vec!["9.9.9.9", "127.0.0.1"]),
        (option(true, &[]), given, vec!["9.9.9.9"]),
        (option(false, &[("127.0.0.0", 8)]), "", vec![]),
        (option(false, &[("10.0.0.0", 8)]), "", vec!["127.0.0.1"]),
    ] {
        let (address, diary) = echo();
        let mut plan = plan(&[address]);
        plan.proxies[0].forwardfor = Some(option);
        let running = start(plan);
        running
            .client()
            .say(format!(
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: X-Forwarded-For\r\n{header}\r\n"
            ))
            .response("GET");
        let head = diary.last();
        let found: Vec<&str> = head
            .split("\r\n")
            .filter_map(|line| line.strip_prefix("X-Forwarded-For: "))
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn an_inserted_cookie_brings_the_client_back() {
    let (first, second) = (echo(), echo());
    let mut plan = plan(&[first.0, second.0]);
    back(&mut plan).cookie = Some(Cookie {
        name: "SERVERID".into(),
        indirect: true,
        nocache: true,
        ..Cookie::default()
    });
    for (index, server) in back(&mut plan).servers.iter_mut().enumerate() {
        server.cookie = Some(format!("c{index}"));
    }
    let running = start(plan);
    let mut client = running.client();
    let response = client.get("/");
    let cookie = response.field("set-cookie").unwrap().to_owned();
    // Nothing in this response invites a cache to keep it, so `nocache` has nothing to mark.
    assert_eq!(response.field("cache-control"), None);
    let value = cookie.strip_suffix("; path=/").unwrap();
    let used = if value == "SERVERID=c0" { &first.1 } else { &second.1 };
    for number in 0..4 {
        client.say(format!(
            "GET /{number} HTTP/1.1\r\nHost: a\r\nCookie: a=b; {value}; c=d\r\n\r\n"
        ));
        let response = client.response("GET");
        assert_eq!(response.field("set-cookie"), None);
        assert_eq!(used.last(), format!("GET /{number} HTTP/1.1\r\nHost: a\r\nCookie: a=b; c=d"));
    }
    // An unknown one is replaced.
    client.say("GET / HTTP/1.1\r\nHost: a\r\nCookie: SERVERID=zz\r\n\r\n");
    assert!(client.response("GET").field("set-cookie").is_some());
}

#[test]
fn prefix_and_rewrite_change_the_applications_cookie() {
    for (mode, expected) in [
        (CookieMode::Prefix, "S=c0~app; path=/x"),
        (CookieMode::Rewrite, "S=c0; path=/x"),
    ] {
        let (address, diary) = server(|_, client| {
            client.say("HTTP/1.1 200 OK\r\nSet-Cookie: T=1\r\nSet-Cookie: S=app; path=/x\r\nContent-Length: 0\r\n\r\n");
            true
        });
        let mut plan = plan(&[address]);
        back(&mut plan).cookie = Some(Cookie {
            name: "S".into(),
            mode,
            ..Cookie::default()
        });
        back(&mut plan).servers[0].cookie = Some("c0".into());
        let running = start(plan);
        let mut client = running.client();
        let response = client.get("/");
        assert!(
            response.head.contains(&format!("Set-Cookie: {expected}")),
            "{}",
            response.head
        );
        client
            .say("GET / HTTP/1.1\r\nHost: a\r\nCookie: S=c0~app\r\n\r\n")
            .response("GET");
        let seen = if mode == CookieMode::Prefix {
            "Cookie: S=app"
        } else {
            "Cookie: S=c0~app"
        };
        assert!(diary.last().ends_with(seen), "{}", diary.last());
    }
}

#[test]
fn http_proxy_goes_where_the_url_points() {
    let (address, diary) = echo();
    let mut plan = plan(&[]);
    plan.proxies[0].options.http_proxy = true;
    let running = start(plan);
    let mut client = running.client();
    client.say(format!("GET http://{address}/path?q HTTP/1.1\r\nHost: {address}\r\n\r\n"));
    assert_eq!(client.response("GET").text(), "/path?q");
    assert!(diary.last().starts_with("GET /path?q HTTP/1.1\r\n"));
    for bad in ["http://name/", "/path", "https://127.0.0.1/"] {
        let host = bad.split('/').nth(2).filter(|host| !host.is_empty()).unwrap_or("x");
        client.say(format!("GET {bad} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(client.response("GET").status(), 400, "{bad}");
        client = running.client();
    }
}

#[test]
fn redir_sends_the_client_away() {
    let (address, diary) = echo();
    let mut plan = plan(&[address]);
    back(&mut plan).servers[0].redir = Some("http://other".into());
    let running = start(plan);
    let response = running.client().get("/a?b");
    assert_eq!(
        (response.status(), response.field("location")),
        (302, Some("http://other/a?b"))
    );
    running
        .client()
        .say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
        .response("POST");
    assert_eq!(diary.count(), 1);
}

#[test]
fn monitor_uri_is_answered_here() {
    let (address, diary) = echo();
    let mut plan = plan(&[address]);
    plan.proxies[0].frontend.as_mut().unwrap().monitor_uri = Some("/alive".into());
    let running = start(plan);
    let mut client = running.client();
    assert_eq!(client.get("/alive").status(), 200);
    assert_eq!(client.get("/other").status(), 200);
    assert_eq!(diary.count(), 1);
}

#[test]
fn http_buffer_request_waits_for_the_body_and_says_continue() {
    let (address, diary) = echo();
    let mut plan = plan(&[address]);
    plan.proxies[0].options.http_buffer_request = true;
    plan.proxies[0].timeouts.http_request = Some(300);
    let running = start(plan);
    let mut client = running.client();
    client.say("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    assert_eq!(client.response("POST").status(), 100);
    assert_eq!(diary.count(), 0);
    client.say("hello");
    assert_eq!(client.response("POST").text(), "hello");
    client.say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    client.say("0\r\n\r\n");
    assert_eq!(client.response("POST").text(), "abc");
    client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    assert_eq!(client.response("POST").status(), 408);
}
