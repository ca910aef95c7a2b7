"""Statuses that rules change, and the bodies that go with them: what is sent must agree, or the next response is read wrong."""

from __future__ import annotations

import pytest

from tests.kit import Runner, http
from tests.kit.behaviours import hello, in_pieces, replies
from tests.kit.server import Behaviour, Conn
from tests.oracle.common import get, site

BODIES = {
    "length": http("HTTP/1.1 200 OK", "Content-Length: 5", body="hello"),
    "chunks": http("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body="5\r\nhello\r\n0\r\n\r\n"),
    "none": http("HTTP/1.1 200 OK", "Content-Length: 0"),
    "old": http("HTTP/1.0 200 OK", "Connection: keep-alive", "Content-Length: 5", body="hello"),
}
SECOND = http("HTTP/1.1 200 OK", "X-Second: 1", "Content-Length: 6", body="second")


def first_then_second(first: bytes) -> Behaviour:
    """Answers `/first` so, all else with the second."""

    def behave(conn: Conn) -> None:
        while True:
            conn.send(first if conn.request().target == "/first" else SECOND)

    return behave


NOTE = "http-request set-var(txn.path) path"
FIRST = "if { var(txn.path) -m str /first }"


@pytest.mark.parametrize("rules", ["http-response", "http-after-response"])
@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("body", BODIES)
def test_a_status_without_a_body_takes_the_body_away(run: Runner, serve, rules, status, body):
    proxy = site(run, back=f"{NOTE}\n{rules} set-status {status} {FIRST}", s1=serve(first_then_second(BODIES[body])))
    with proxy.connect() as client:
        first = client.ask(get("/first"))
        assert (first.status, first.body) == (status, b"")
        second = client.ask(get("/second"))
        assert (second.status, second.body) == (200, b"second")


def test_a_body_that_comes_late_is_not_sent_either(run: Runner, serve):
    proxy = site(run, back="http-response set-status 304", s1=serve(in_pieces(BODIES["length"])))
    with proxy.connect() as client:
        for _ in range(2):
            assert client.ask(get()).status == 304
        client.send(get("/", "Connection: close"))
        assert client.rest().endswith(b"\r\n\r\n")


def test_a_204_says_no_length(run: Runner, serve):
    message = site(run, back="http-response set-status 204", s1=serve(replies(BODIES["length"]))).ask(get())
    assert message.get("content-length") is None
    assert message.get("transfer-encoding") is None


def test_a_body_until_the_end_of_the_connection_is_taken_away(run: Runner, serve):
    answer = http("HTTP/1.1 200 OK", "Connection: close", body="until the end")
    proxy = site(run, back="http-response set-status 304", s1=serve(replies(answer)))
    assert proxy.raw(get("/", "Connection: close")).endswith(b"\r\n\r\n")


@pytest.mark.parametrize("status", [204, 304])
def test_replies_made_here_lose_their_body(run: Runner, serve, status):
    made = "http-request return status 200 content-type text/plain string hello if { path /first }"
    proxy = site(run, front=f"{NOTE}\n{made}\nhttp-after-response set-status {status} {FIRST}", s1=serve(hello))
    with proxy.connect() as client:
        first = client.ask(get("/first"))
        assert (first.status, first.body) == (status, b"")
        assert client.ask(get("/")).status == 200


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_status_with_a_body_says_where_it_ends(run: Runner, serve, status):
    """HAProxy 2.8 sends an empty chunk, newer ones leave the client waiting."""
    answer = http(f"HTTP/1.1 {status}", "ETag: x")
    proxy = site(run, back="http-response set-status 200 if { status 204 304 }", s1=serve(first_then_second(answer)))
    with proxy.connect() as client:
        first = client.ask(get("/first"))
        assert (first.status, first.body) == (200, b"")
        assert client.ask(get()).body == b"second"


@pytest.mark.parametrize("status", [100, 101, 103, 199])
def test_no_rule_makes_an_interim_response_of_a_final_one(run: Runner, serve, status):
    """HAProxy closes without a word; here the client is told."""
    proxy = site(run, back=f"http-response set-status {status}", s1=serve(replies(BODIES["length"])))
    said = proxy.raw(get("/", "Connection: close"))
    assert said == b"" if run.program.is_haproxy else said.startswith(b"HTTP/1.1 500 ")
