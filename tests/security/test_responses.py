"""Replies that would split or confuse: the client gets 502, or one message with one meaning, and the next request its own reply."""

from __future__ import annotations

import pytest

from tests.kit import Runner, http
from tests.kit.behaviours import early, reply, upgrade
from tests.oracle.common import GET, get, site

EVIL = http("HTTP/1.1 200 OK", "Content-Length: 4", body="evil")

REFUSED: dict[str, bytes] = {
    "cl-two-differ": http("HTTP/1.1 200 OK", "Content-Length: 2", "Content-Length: 3", body="abc"),
    "cl-letters": http("HTTP/1.1 200 OK", "Content-Length: 2a", body="ab"),
    "cl-minus": http("HTTP/1.1 200 OK", "Content-Length: -2", body="ab"),
    "cl-plus": http("HTTP/1.1 200 OK", "Content-Length: +2", body="ab"),
    "cl-empty": http("HTTP/1.1 200 OK", "Content-Length:", body="ab"),
    "name-empty": http("HTTP/1.1 200 OK", ": x", "Content-Length: 2", body="ab"),
    "name-with-space": http("HTTP/1.1 200 OK", "X Y: z", "Content-Length: 2", body="ab"),
    "name-space-before-colon": http("HTTP/1.1 200 OK", "Content-Length : 2", body="ab"),
    "name-without-colon": http("HTTP/1.1 200 OK", "nothing", "Content-Length: 2", body="ab"),
    "value-nul": http("HTTP/1.1 200 OK", b"X: a\x00b", "Content-Length: 2", body="ab"),
    "value-bare-cr": http("HTTP/1.1 200 OK", b"X: a\rSet-Cookie: b=c", "Content-Length: 2", body="ab"),
    "status-letters": http("HTTP/1.1 2OO OK", "Content-Length: 2", body="ab"),
    "status-short": http("HTTP/1.1 20 OK", "Content-Length: 2", body="ab"),
    "status-line-odd": http("HTP/1.1 200 OK", "Content-Length: 2", body="ab"),
    "no-status": http("HTTP/1.1", "Content-Length: 2", body="ab"),
    "te-unknown-after-chunked": http("HTTP/1.1 200 OK", "Transfer-Encoding: chunked, chunked", body="0\r\n\r\n"),
    "head-too-large": http("HTTP/1.1 200 OK", "X: " + "a" * 70_000, "Content-Length: 2", body="ab"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(run: Runner, serve, name, program):
    if program.is_haproxy and name == "status-short":
        pytest.skip("HAProxy 2.8 is more lenient here")
    proxy = site(run, s1=serve(reply(REFUSED[name] + EVIL)))
    with proxy.connect() as client:
        got = client.ask(GET)
        assert got.status == 502
        assert got.body != b"ab"


@pytest.mark.parametrize("status", [200, 204, 304])
def test_bytes_behind_a_reply_are_nobodys(run: Runner, serve, status):
    """A server that sends more than one reply must not answer the next request with it."""
    length = ["Content-Length: 0"] if status == 200 else []
    server = serve(reply(http(f"HTTP/1.1 {status} X", *length) + EVIL))
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        for _ in range(3):
            got = client.ask(GET)
            assert (got.status, got.body) == (status, b"")


def test_body_of_a_head_reply_is_nobodys(run: Runner, serve):
    server = serve(reply(http("HTTP/1.1 200 OK", "Content-Length: 4", body="evil")))
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        for _ in range(2):
            client.send(http("HEAD / HTTP/1.1", "Host: a"))
            assert client.response("HEAD").status == 200


def test_cl_and_te_of_a_reply(run: Runner, serve):
    body = "3\r\nabc\r\n0\r\n\r\n"
    proxy = site(run, s1=serve(reply(http("HTTP/1.1 200 OK", "Content-Length: 2", "Transfer-Encoding: chunked", body=body))))
    with proxy.connect() as client:
        got = client.ask(GET)
        assert got.body == b"abc"
        assert got.all("content-length") == []


@pytest.mark.parametrize(
    "chunks",
    ["g\r\nabc\r\n0\r\n\r\n", "+3\r\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "ffffffffffffffffff\r\nabc", "0x3\r\nabc\r\n"],
)
def test_bad_chunks_of_a_reply_never_look_complete(run: Runner, serve, chunks):
    proxy = site(run, s1=serve(reply(http("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body=chunks), close=True)))
    with proxy.connect() as client:
        client.send(get("/", "Connection: close"))
        said = client.rest()
    assert said.startswith(b"HTTP/1.1 502 ") or not said.endswith(b"0\r\n\r\n"), said


def test_switching_that_nobody_asked_for(run: Runner, serve):
    proxy = site(run, front="http-request deny if { path /admin }", s1=serve(upgrade))
    with proxy.connect() as client:
        client.send(GET)
        assert client.head().status == 502


def test_words_that_nobody_asked_for_end_an_idle_connection(run: Runner, serve):
    """What a server says on a connection in the pool must not answer the next request."""

    def behave(conn):
        conn.request()
        conn.send(http("HTTP/1.1 200 OK", "Content-Length: 2", body="ok"))
        conn.server.gate.wait(15)
        conn.send(EVIL)
        conn.rest()

    server = serve(behave)
    proxy = site(run, back="http-reuse always", s1=server)
    with proxy.connect() as client:
        assert client.ask(GET).body == b"ok"
        server.release()
        server.wait(lambda s: s.open == 0)
        server.gate.clear()
        assert client.ask(GET).body == b"ok"
    assert server.connections == 2


def test_early_reply_does_not_turn_the_body_into_a_request(run: Runner, serve):
    """The server answers before the body came: the rest of the body is not a new request for the server or the rules."""
    server = serve(early(http("HTTP/1.1 200 OK", "Content-Length: 2", body="ok")))
    proxy = site(run, s1=server)
    hidden = http("GET /smuggled HTTP/1.1", "Host: a.test")
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a.test", f"Content-Length: {len(hidden)}"))
        assert client.response().text == "ok"
        client.send(hidden)
        client.shut()
        assert client.rest() == b""
    assert [request.target for request in server.requests] == ["/"]
