//! Clients and servers that misbehave, and how it is told.

use crate::kit::*;
use std::time::Instant;

#[test]
fn what_is_no_request_gets_400_and_is_not_forwarded() {
    let (address, diary) = echo();
    let running = start(plan(&[address]));
    for bad in [
        "GET / HTTP/1.1\r\nfoo bar\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let mut client = running.client();
        let response = client.say(bad).response("GET");
        assert_eq!(response.status(), 400, "{bad}");
        assert_eq!(response.field("connection"), Some("close"));
        client.ends();
    }
    assert_eq!(diary.count(), 0);
    // Nothing of them is left for the next client.
    assert_eq!(running.client().get("/good").text(), "/good");
}

#[test]
fn a_head_over_the_limit_gets_400() {
    let (address, _) = echo();
    let running = start(plan(&[address]));
    let mut client = running.client();
    client.say(format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "y".repeat(15_500)));
    assert_eq!(client.response("GET").status(), 400);
}

#[test]
fn a_request_that_does_not_come_in_time_gets_408() {
    let mut plan = plan(&[refusing()]);
    plan.proxies[0].timeouts.http_request = Some(60);
    let running = start(plan);
    for part in ["", "GET / HT"] {
        let mut client = running.client();
        assert_eq!(client.say(part).response("GET").status(), 408);
        client.ends();
    }
}

#[test]
fn an_idle_client_is_closed_without_a_word() {
    let (address, _) = echo();
    let mut plan = plan(&[address]);
    plan.proxies[0].timeouts.http_keep_alive = Some(60);
    let running = start(plan);
    let mut client = running.client();
    assert_eq!(client.get("/").status(), 200);
    client.ends();
}

#[test]
fn a_server_that_stalls_gives_504() {
    let (address, _) = server(|_, client| {
        client.until_end();
        false
    });
    let mut plan = plan(&[address]);
    plan.proxies[0].timeouts.server = Some(80);
    let running = start(plan);
    let mut client = running.client();
    let begun = Instant::now();
    assert_eq!(client.get("/").status(), 504);
    assert!(begun.elapsed().as_millis() >= 80);
    // The client may go on.
    assert_eq!(client.get("/").status(), 504);
}

#[test]
fn a_server_that_stalls_in_the_body_cuts_it() {
    let (address, _) = server(|_, client| {
        client.say("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok");
        client.until_end();
        false
    });
    let mut plan = plan(&[address]);
    plan.proxies[0].timeouts.server = Some(80);
    let running = start(plan);
    let mut client = running.client();
    let response = client.get("/");
    assert_eq!((response.status(), response.text().as_str()), (200, "ok"));
    running.until(|s| s["proxies"][0]["servers"][0]["srv_abrt"] == 1);
}

#[test]
fn wrong_responses_give_502() {
    for bad in [
        "",
        "HTPP\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
        "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: a\r\n\r\n",
    ] {
        let (address, _) = server(move |_, client| {
            client.say(bad);
            false
        });
        let running = start(plan(&[address]));
        assert_eq!(running.client().get("/").status(), 502, "{bad:?}");
        running.until(|s| s["proxies"][0]["servers"][0]["eresp"] == 1);
    }
}

#[test]
fn a_response_cut_short_is_cut_for_the_client_too() {
    let (address, _) = server(|request, client| {
        if request.head.starts_with("GET /length") {
            client.say("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok");
        } else {
            client.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\nok");
        }
        false
    });
    let running = start(plan(&[address]));
    let mut client = running.client();
    assert_eq!(client.get("/length").text(), "ok");
    let mut client = running.client();
    client.say("GET /chunks HTTP/1.1\r\nHost: a\r\n\r\n");
    let all = String::from_utf8_lossy(&client.until_end()).into_owned();
    assert!(all.ends_with("2\r\nok\r\n"), "{all}");
}

#[test]
fn no_server_gives_503_and_retries_are_counted() {
    let mut plan = plan(&[refusing()]);
    plan.proxies[0].backend.as_mut().unwrap().retries = 1;
    plan.proxies[0].timeouts.connect = Some(100);
    let running = start(plan);
    assert_eq!(running.client().get("/").status(), 503);
    running.until(|s| s["proxies"][0]["servers"][0]["econ"] == 1 && s["proxies"][0]["backend"]["wretr"] == 1);
}

#[test]
fn redispatch_finds_the_server_that_lives() {
    let (address, _) = echo();
    let mut plan = plan(&[refusing(), address]);
    plan.proxies[0].options.redispatch = true;
    let running = start(plan);
    for _ in 0..4 {
        assert_eq!(running.client().get("/x").text(), "/x");
    }
}

#[test]
fn an_early_answer_comes_through_while_the_request_is_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let running = start(plan(&[listener.local_addr().unwrap()]));
    let mut client = running.client();
    client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    let mut server = Client::over(listener.accept().unwrap().0);
    server.head().unwrap();
    server.say("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
    assert_eq!(client.response("POST").text(), "no");
    client.say("defghij");
    assert_eq!(server.bytes(10), b"abcdefghij");
    client.say("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(server.head().unwrap().starts_with("GET /next"));
}

#[test]
fn a_server_that_answers_and_closes_during_an_upload_is_heard() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let running = start(plan(&[listener.local_addr().unwrap()]));
    let mut client = running.client();
    client.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\nabc");
    let mut server = Client::over(listener.accept().unwrap().0);
    server.head().unwrap();
    assert_eq!(server.bytes(3), b"abc");
    server.say("HTTP/1.1 413 Much\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
    drop(server);
    assert_eq!(client.response("POST").text(), "no");
}

#[test]
fn a_pooled_connection_that_died_is_replaced_unseen() {
    let (address, diary) = server(|request, client| {
        client.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        // Closes without having said so.
        !request.head.starts_with("GET /last")
    });
    let running = start(plan(&[address]));
    let mut client = running.client();
    for _ in 0..20 {
        assert_eq!(client.get("/last").text(), "ok");
    }
    assert!(diary.connections() >= 20);
}

#[test]
fn a_client_that_leaves_is_noticed_with_abortonclose() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut plan = plan(&[listener.local_addr().unwrap()]);
    plan.proxies[0].options.abortonclose = true;
    let running = start(plan);
    let mut client = running.client();
    client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut server = Client::over(listener.accept().unwrap().0);
    server.head().unwrap();
    client.finish();
    server.ends();
    running.until(|s| s["proxies"][0]["backend"]["cli_abrt"] == 1);
}

#[test]
fn a_half_closed_client_gets_its_answer() {
    let (address, _) = echo();
    let running = start(plan(&[address]));
    let mut client = running.client();
    client.say("GET /half HTTP/1.1\r\nHost: a\r\n\r\n").finish();
    assert_eq!(client.response("GET").text(), "/half");
    client.ends();
}
