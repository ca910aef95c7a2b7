"""HTTP/1 messages on their way through: framing, connections, interim replies, tunnels."""

from __future__ import annotations

import pytest

from tests.kit import Closed, Reset, http
from tests.kit.behaviours import continues, early, echo, hello, in_pieces, replies, reply, stall_at_once, upgrade
from tests.oracle.common import GET, get, site

KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="


def test_request_arrives_as_it_was_sent(run, serve):
    proxy = site(run, s1=serve(echo))
    request = http(
        "GET /a/b?c=d#e HTTP/1.1".replace("#e", ""), "Host: a.test", "X-One: 1", "Accept: a, b", "X-Two:2", "X-One:  3 "
    )
    got = proxy.ask(request).echoed
    assert got.start == "GET /a/b?c=d HTTP/1.1"
    assert got.lowered == [("host", "a.test"), ("x-one", "1"), ("accept", "a, b"), ("x-two", "2"), ("x-one", "3")]


def test_response_arrives_as_it_was_sent(run, serve):
    answer = http("HTTP/1.1 299 Fine By Me", "X-B: 2", "content-length: 2", "X-A: 1", "x-b: 3", "Set-Cookie: a=b", body="hi")
    proxy = site(run, s1=serve(reply(answer)))
    got = proxy.ask(GET)
    assert got.start == "HTTP/1.1 299 Fine By Me"
    assert got.lowered == [("x-b", "2"), ("content-length", "2"), ("x-a", "1"), ("x-b", "3"), ("set-cookie", "a=b")]
    assert got.body == b"hi"


def test_keep_alive_on_both_sides(run, serve):
    server = serve(echo)
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        for n in range(5):
            got = client.ask(get(f"/{n}"))
            assert got.echoed.target == f"/{n}"
            assert got.get("connection") is None
    assert server.connections == 1


def test_pipelined_requests_are_answered_in_order(run, serve):
    proxy = site(run, s1=serve(echo))
    with proxy.connect() as client:
        client.send(b"".join(get(f"/{n}") for n in range(10)))
        assert [client.response().echoed.target for _ in range(10)] == [f"/{n}" for n in range(10)]


def test_pipelined_post_then_get(run, serve):
    proxy = site(run, s1=serve(echo))
    with proxy.connect() as client:
        client.send(http("POST /1 HTTP/1.1", "Host: a", "Content-Length: 5", body="abcde") + get("/2"))
        assert client.response().echoed.body == b"abcde"
        assert client.response().echoed.target == "/2"


def test_connection_close_from_the_client(run, serve):
    proxy = site(run, s1=serve(hello))
    with proxy.connect() as client:
        got = client.ask(get("/", "Connection: close"))
        assert got.body == b"s1"
        assert got.get("connection") == "close"
        assert client.closed()


def test_connection_header_of_the_client_is_not_forwarded(run, serve):
    proxy = site(run, s1=serve(echo))
    got = proxy.ask(get("/", "Connection: keep-alive", "Keep-Alive: 5", "X-A: 1")).echoed
    assert got.get("connection") is None
    assert got.get("x-a") == "1"


@pytest.mark.parametrize("option", ["httpclose", "http-server-close", "http-keep-alive"])
def test_close_modes(run, serve, option):
    server = serve(echo)
    proxy = site(run, front=f"option {option}", s1=server)
    with proxy.connect() as client:
        first = client.ask(get("/1"))
        told_server = first.echoed.get("connection")
        told_client = first.get("connection")
        if option == "httpclose":
            assert (told_server, told_client) == (None, "close")
            assert client.closed()
            return
        assert client.ask(get("/2")).status == 200
    if option == "http-server-close":
        assert (told_server, told_client, server.connections) == ("close", None, 2)
    else:
        assert (told_server, told_client, server.connections) == (None, None, 1)


def test_close_mode_of_the_backend(run, serve):
    server = serve(echo)
    proxy = site(run, back="option httpclose", s1=server)
    with proxy.connect() as client:
        first = client.ask(get("/1"))
        assert (first.echoed.get("connection"), first.get("connection")) == ("close", None)
        assert client.ask(get("/2")).echoed.target == "/2"
    assert server.connections == 2


def test_websocket_upgrade_without_a_key_is_refused(run, serve):
    server = serve(upgrade)
    proxy = site(run, s1=server)
    assert proxy.ask(http("GET /ws HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket")).status == 400
    assert server.connections == 0


def test_server_that_closes_keeps_the_client_open(run, serve):
    answer = http("HTTP/1.1 200 OK", "Connection: close", "Content-Length: 2", body="ok")
    server = serve(reply(answer, close=True))
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        for _ in range(3):
            got = client.ask(GET)
            assert (got.body, got.get("connection")) == (b"ok", None)
    assert server.connections == 3


def test_http10_client(run, serve):
    proxy = site(run, s1=serve(echo))
    with proxy.connect() as client:
        got = client.ask(http("GET / HTTP/1.0", "Host: a"))
        assert got.start == "HTTP/1.1 200 OK"
        assert got.echoed.start == "GET / HTTP/1.0"
        assert got.echoed.lowered == [("host", "a"), ("connection", "keep-alive")]
        assert client.closed()


def test_http10_keep_alive(run, serve):
    proxy = site(run, s1=serve(hello))
    with proxy.connect() as client:
        for _ in range(2):
            got = client.ask(http("GET / HTTP/1.0", "Connection: keep-alive"))
            assert got.get("connection") == "keep-alive"
            assert got.body == b"s1"


def test_http10_server(run, serve):
    server = serve(reply(http("HTTP/1.0 200 OK", "Content-Length: 2", body="ok"), close=True))
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        for _ in range(2):
            got = client.ask(GET)
            assert (got.start, got.body) == ("HTTP/1.0 200 OK", b"ok")


def test_close_delimited_body_stays_so(run, serve):
    proxy = site(run, s1=serve(reply(http("HTTP/1.1 200 OK", "X-A: 1", body="until the end"), close=True)))
    with proxy.connect() as client:
        got = client.ask(GET)
        assert got.body == b"until the end"
        assert (got.get("transfer-encoding"), got.get("connection")) == (None, "close")


def test_close_delimited_body_stays_so_for_10(run, serve):
    proxy = site(run, s1=serve(reply(http("HTTP/1.1 200 OK", "X-A: 1", body="until the end"), close=True)))
    with proxy.connect() as client:
        got = client.ask(http("GET / HTTP/1.0"))
        assert got.body == b"until the end"
        assert got.get("transfer-encoding") is None


def test_head_has_no_body(run, serve):
    proxy = site(run, s1=serve(echo))
    with proxy.connect() as client:
        got = client.ask(http("HEAD /h HTTP/1.1", "Host: a"))
        assert int(got.get("content-length") or "0") > 0
        assert client.ask(get("/after")).echoed.target == "/after"


@pytest.mark.parametrize("code", [204, 304])
def test_replies_without_a_body(run, serve, code):
    proxy = site(run, s1=serve(reply(http(f"HTTP/1.1 {code} Nothing", "ETag: x"))))
    with proxy.connect() as client:
        for _ in range(2):
            got = client.ask(GET)
            assert (got.status, got.lowered) == (code, [("etag", "x")])


def test_304_with_a_length_has_no_body(run, serve):
    proxy = site(run, s1=serve(reply(http("HTTP/1.1 304 Not Modified", "Content-Length: 1234"))))
    with proxy.connect() as client:
        for _ in range(2):
            got = client.ask(GET)
            assert (got.status, got.get("content-length")) == (304, "1234")


def test_chunked_response(run, serve):
    body = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    proxy = site(run, s1=serve(reply(http("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body=body.decode()))))
    with proxy.connect() as client:
        for _ in range(2):
            got = client.ask(GET)
            assert got.body == b"hello world"
            assert got.get("transfer-encoding") == "chunked"


def test_chunked_response_for_a_10_client(run, serve, program):
    """HAProxy 2.8 leaves the chunks to a client that may not know them; RFC 9112 6.1 forbids it, and Steelyard unwraps them."""
    body = "5\r\nhello\r\n0\r\n\r\n"
    proxy = site(run, s1=serve(reply(http("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body=body))))
    with proxy.connect() as client:
        got = client.ask(http("GET / HTTP/1.0"))
        assert got.body == b"hello"
        assert (got.get("transfer-encoding"), got.get("connection")) == ("chunked" if program.is_haproxy else None, "close")


def test_chunked_request(run, serve):
    proxy = site(run, s1=serve(echo))
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", body="3\r\nabc\r\n"))
        client.send(b"4;ext=1\r\ndefg\r\n0\r\n\r\n")
        got = client.response().echoed
        assert got.body == b"abcdefg"
        assert got.get("transfer-encoding") == "chunked"
        assert got.get("content-length") is None


def test_trailers_of_a_response(run, serve):
    body = "3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n"
    proxy = site(run, s1=serve(reply(http("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Trailer: X-Sum", body=body))))
    got = proxy.ask(GET)
    assert got.body == b"abc"
    assert [(name.lower(), value) for name, value in got.trailers] == [("x-sum", "9")]


def test_trailers_of_a_request(run, serve):
    server = serve(echo)
    proxy = site(run, s1=server)
    got = proxy.ask(http("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", body="3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n"))
    assert got.echoed.body == b"abc"
    assert [(name.lower(), value) for name, value in server.requests[0].trailers] == [("x-sum", "9")]


def test_response_in_single_bytes(run, serve):
    answer = http("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body="5\r\nhello\r\n0\r\n\r\n")
    proxy = site(run, s1=serve(in_pieces(answer)))
    with proxy.connect() as client:
        for _ in range(2):
            assert client.ask(GET).body == b"hello"


def test_request_in_single_bytes(run, serve):
    proxy = site(run, s1=serve(echo))
    with proxy.connect() as client:
        for part in http("POST /x HTTP/1.1", "Host: a", "Content-Length: 3", body="abc"):
            client.send(bytes([part]))
        assert client.response().echoed.body == b"abc"


def test_large_bodies_both_ways(run, serve):
    proxy = site(run, s1=serve(echo))
    body = bytes(range(256)) * 12_000
    with proxy.connect() as client:
        for _ in range(2):
            got = client.ask(http("POST / HTTP/1.1", "Host: a", f"Content-Length: {len(body)}") + body, "POST")
            assert got.echoed.body == body


def test_100_continue(run, serve):
    proxy = site(run, s1=serve(continues))
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a", "Content-Length: 3", "Expect: 100-continue"))
        assert client.response(interim=True).start == "HTTP/1.1 100 Continue"
        client.send(b"abc")
        got = client.response()
        assert got.status == 200
        assert got.echoed.get("expect") == "100-continue"
        assert got.echoed.body == b"abc"


def test_other_interim_replies_pass(run, serve):
    answer = http("HTTP/1.1 103 Early Hints", "Link: </a>") + http("HTTP/1.1 200 OK", "Content-Length: 2", body="ok")
    proxy = site(run, s1=serve(reply(answer)))
    with proxy.connect() as client:
        client.send(GET)
        first = client.response(interim=True)
        assert (first.status, first.get("link")) == (103, "</a>")
        assert client.response().body == b"ok"


def test_early_reply_before_the_body_has_come(run, serve):
    answer = http("HTTP/1.1 413 Too Much", "Content-Length: 2", "Connection: close", body="no")
    proxy = site(run, s1=serve(early(answer)))
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a", "Content-Length: 1000", body="x" * 10))
        got = client.response()
        assert (got.status, got.body) == (413, b"no")


def test_websocket_upgrade_becomes_a_tunnel(run, serve):
    proxy = site(run, back="timeout tunnel 20s", s1=serve(upgrade))
    with proxy.connect() as client:
        client.send(http("GET /ws HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket", KEY))
        got = client.response()
        assert (got.status, got.get("connection"), got.get("upgrade")) == (101, "Upgrade", "websocket")
        for data in (b"\x81\x02hi", b"GET / HTTP/1.1\r\n\r\n"):
            client.send(data)
            assert client.exactly(len(data)) == data
        client.shut()
        assert client.closed()


def test_upgrade_request_reaches_the_server_whole(run, serve):
    server = serve(upgrade)
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        client.send(http("GET /ws HTTP/1.1", "Host: a", "Connection: keep-alive, Upgrade", "Upgrade: websocket", KEY))
        assert client.response().status == 101
    assert server.requests[0].get("upgrade") == "websocket"
    assert "upgrade" in (server.requests[0].get("connection") or "").lower()


def test_upgrade_that_the_server_does_not_take(run, serve):
    proxy = site(run, s1=serve(hello))
    with proxy.connect() as client:
        client.send(http("GET /ws HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket", KEY) + get("/2"))
        assert client.response().body == b"s1"
        assert client.response().body == b"s1"


def test_connect_becomes_a_tunnel_on_2xx(run, serve):
    def tunnel(conn):
        conn.request_head()
        conn.send(http("HTTP/1.1 200 Connected"))
        conn.send(conn.exactly(4) + b" pong")

    server = serve(tunnel)
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        client.send(http("CONNECT b.test:443 HTTP/1.1", "Host: b.test:443"))
        got = client.response("CONNECT")
        assert (got.status, got.lowered) == (200, [])
        client.send(b"ping")
        assert client.exactly(9) == b"ping pong"
    assert server.requests[0].start == "CONNECT b.test:443 HTTP/1.1"


def test_connect_refused_by_the_server(run, serve):
    proxy = site(run, s1=serve(reply(http("HTTP/1.1 403 No", "Content-Length: 2", body="no"))))
    with proxy.connect() as client:
        client.send(http("CONNECT b.test:443 HTTP/1.1", "Host: b.test:443"))
        got = client.head()
        assert got.status == 403
        assert client.exactly(2) == b"no"


def test_absolute_form_is_kept(run, serve):
    proxy = site(run, s1=serve(echo))
    got = proxy.ask(http("GET http://a.test/x?y HTTP/1.1", "Host: a.test")).echoed
    assert got.start == "GET http://a.test/x?y HTTP/1.1"
    assert got.all("host") == ["a.test"]


def test_options_asterisk(run, serve):
    proxy = site(run, s1=serve(echo))
    assert proxy.ask(http("OPTIONS * HTTP/1.1", "Host: a.test")).echoed.start == "OPTIONS * HTTP/1.1"


def test_get_with_a_body(run, serve):
    proxy = site(run, s1=serve(echo))
    got = proxy.ask(http("GET / HTTP/1.1", "Host: a", "Content-Length: 3", body="abc")).echoed
    assert got.body == b"abc"


def test_leading_empty_line_is_skipped(run, serve):
    proxy = site(run, s1=serve(echo))
    with proxy.connect() as client:
        assert client.ask(b"\r\n" + GET, "GET").echoed.start == "GET / HTTP/1.1"


def test_hop_by_hop_fields_of_a_response(run, serve, program):
    """HAProxy 2.8 hands on what the server's Connection field names; RFC 9110 7.6.1 ends Connection and Keep-Alive here."""
    answer = http("HTTP/1.1 200 OK", "Connection: keep-alive, X-Hop", "Keep-Alive: timeout=5", "X-Hop: 1", "Content-Length: 0")
    proxy = site(run, s1=serve(reply(answer)))
    got = proxy.ask(GET)
    handed_on = [("connection", "X-Hop"), ("keep-alive", "timeout=5")] if program.is_haproxy else []
    assert got.lowered == [*handed_on, ("x-hop", "1"), ("content-length", "0")]


def test_two_identical_lengths_are_one(run, serve):
    proxy = site(run, s1=serve(echo))
    got = proxy.ask(http("POST / HTTP/1.1", "Host: a", "Content-Length: 3", "Content-Length: 3", body="abc")).echoed
    assert got.all("content-length") == ["3"]
    assert got.body == b"abc"


def test_server_pool_gives_up_a_connection_the_server_closed(run, serve):
    server = serve(replies(http("HTTP/1.1 200 OK", "Content-Length: 1", body="1")))
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        assert client.ask(GET).body == b"1"
        server.wait(lambda s: s.open == 0)
        try:
            assert client.ask(GET).body == b"1"
        except (Closed, Reset):
            # HAProxy that has not noticed the end yet leaves the second try to the client; Steelyard makes it itself.
            assert run.program.is_haproxy
            assert proxy.ask(GET).body == b"1"
    assert server.connections == 2


def test_client_half_close_after_the_request_still_gets_the_answer(run, serve):
    proxy = site(run, s1=serve(hello))
    with proxy.connect() as client:
        client.send(GET)
        client.shut()
        assert client.response().body == b"s1"


def test_client_abort_reaches_the_server(run, serve):
    server = serve(stall_at_once)
    proxy = site(run, back="option abortonclose", s1=server)
    client = proxy.connect()
    client.send(GET)
    server.wait(lambda s: s.received)
    client.reset()
    server.wait(lambda s: s.open == 0)
