//! The plain path: requests, responses, connections kept on both sides.

use crate::kit::*;

#[test]
fn requests_of_one_client_share_one_server_connection() {
    let (address, diary) = echo();
    let running = start(plan(&[address]));
    let mut client = running.client();
    for number in 0..5 {
        let response = client.get(&format!("/{number}"));
        assert_eq!(response.head, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Case: A");
        assert_eq!(response.text(), format!("/{number}"));
    }
    assert_eq!(diary.connections(), 1);
    assert_eq!(diary.last(), "GET /4 HTTP/1.1\r\nHost: a");
    let settled =
        |s: &serde_json::Value| s["proxies"][0]["servers"][0]["hrsp_2xx"] == 5 && s["proxies"][0]["servers"][0]["scur"] == 0;
    let done = running.until(settled);
    assert_eq!(done["proxies"][0]["frontend"]["req_tot"], 5);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let (address, _) = echo();
    let running = start(plan(&[address]));
    let mut client = running.client();
    client.say("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\nPOST /c HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyzGET /d HTTP/1.1\r\nHost: a\r\n\r\n");
    for expected in ["/a", "/b", "xyz", "/d"] {
        assert_eq!(client.response("GET").text(), expected);
    }
}

#[test]
fn a_head_that_trickles_in_is_one_request() {
    let (address, _) = echo();
    let running = start(plan(&[address]));
    let mut client = running.client();
    for byte in b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" {
        client.say([*byte]);
    }
    assert_eq!(client.response("GET").text(), "/slow");
}

#[test]
fn bodies_of_both_framings_pass_whole() {
    let (address, diary) = echo();
    let running = start(plan(&[address]));
    let mut client = running.client();
    let body: Vec<u8> = (0..300_000u32).map(|n| (n * 7) as u8).collect();
    client
        .say(format!(
            "POST /l HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
            body.len()
        ))
        .say(&body);
    assert!(client.response("POST").body == body);
    client.say("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for piece in body.chunks(7_001) {
        client.say(format!("{:X};x=y\r\n", piece.len())).say(piece).say("\r\n");
    }
    client.say("0\r\nX-Trailer: t\r\n\r\n");
    assert!(client.response("POST").body == body);
    assert_eq!(diary.connections(), 1);
    assert_eq!(client.get("/after").text(), "/after");
}

#[test]
fn an_old_client_gets_plain_bytes_and_the_end_of_the_connection() {
    let (address, _) = server(|_, client| {
        client.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        true
    });
    let running = start(plan(&[address]));
    let mut client = running.client();
    let response = client.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").response("GET");
    assert_eq!(response.head.to_lowercase(), "http/1.1 200 ok\r\nconnection: close");
    assert_eq!(response.text(), "abcde");
    client.ends();
}

#[test]
fn keep_alive_of_http_1_0_is_said_to_both_sides() {
    let (address, diary) = echo();
    let running = start(plan(&[address]));
    let mut client = running.client();
    let response = client
        .say("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        .response("GET");
    assert_eq!(response.field("connection"), Some("keep-alive"));
    assert_eq!(diary.last(), "GET /a HTTP/1.0\r\nconnection: keep-alive");
    let response = client.say("GET /b HTTP/1.0\r\n\r\n").response("GET");
    assert_eq!(response.field("connection"), Some("close"));
    client.ends();
}

#[test]
fn head_and_204_have_no_body() {
    let (address, _) = server(|request, client| {
        if request.head.starts_with("HEAD") {
            client.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        } else {
            client.say("HTTP/1.1 204 No Content\r\n\r\n");
        }
        true
    });
    let running = start(plan(&[address]));
    let mut client = running.client();
    let response = client.say("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").response("HEAD");
    assert_eq!(response.field("content-length"), Some("1000"));
    assert_eq!(client.get("/").status(), 204);
    assert_eq!(client.get("/").status(), 204);
}

#[test]
fn the_end_of_the_connection_ends_a_response_without_length() {
    let (address, _) = server(|_, client| {
        client.say("HTTP/1.1 200 OK\r\n\r\nall of it");
        false
    });
    let running = start(plan(&[address]));
    let response = running.client().get("/");
    assert_eq!(response.field("connection"), Some("close"));
    assert_eq!(response.text(), "all of it");
}

#[test]
fn interim_responses_go_on_to_the_client() {
    let (address, _) = server(|_, client| {
        client.say("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
        client.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        true
    });
    let running = start(plan(&[address]));
    let mut client = running.client();
    assert_eq!(client.get("/").status(), 100);
    let hint = client.response("GET");
    assert_eq!((hint.status(), hint.field("link")), (103, Some("</a>")));
    assert_eq!(client.response("GET").text(), "ok");
    assert_eq!(client.get("/").status(), 100);
}

#[test]
fn expect_waits_for_the_servers_word() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let running = start(plan(&[listener.local_addr().unwrap()]));
    let mut client = running.client();
    client.say("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    let mut server = Client::over(listener.accept().unwrap().0);
    let head = server.head().unwrap();
    assert!(head.contains("Expect: 100-continue"), "{head}");
    server.say("HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(client.response("POST").status(), 100);
    client.say("hello");
    assert_eq!(server.bytes(5), b"hello");
    server.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(client.response("POST").status(), 200);
}
