"""Rules that say how a stream goes on: waiting with a response in hand, changes that can't be made, PROXY headers, servers left."""

from __future__ import annotations

import time

import pytest

from tests.kit import http
from tests.kit.behaviours import early, echo, hello, pump, reply, stall_after
from tests.kit.server import Conn
from tests.oracle.common import GET, get, since, site


@pytest.mark.parametrize("value", ["200ms", "int(200)"])
@pytest.mark.parametrize("side", ["front", "back"])
def test_a_response_pauses(run, serve, side, value):
    rules = f"http-response set-header X-A 1\nhttp-response pause {value}\nhttp-response set-header X-B 2"
    since(run, 3, 2)
    proxy = site(run, **{side: rules}, s1=serve(reply(http("HTTP/1.1 200 OK", "Content-Length: 2", body=b"hi"))))
    with proxy.connect() as client:
        for _ in range(2):
            began = time.monotonic()
            answer = client.ask(GET)
            assert time.monotonic() - began >= 0.19
            assert (answer.status, answer.get("x-a"), answer.get("x-b"), answer.text) == (200, "1", "2", "hi")


@pytest.mark.parametrize("value", ["int(-1)", "int(0)", "str(x)"])
def test_a_pause_without_a_time_is_none(run, serve, value):
    since(run, 3, 2)
    assert site(run, back=f"http-response pause {value}", s1=serve(hello)).ask(GET).status == 200


def test_the_rules_of_both_sides_pause_once(run, serve):
    since(run, 3, 2)
    rules = "http-response pause 100ms\nhttp-response add-header X-A {}"
    proxy = site(run, front=rules.format("front"), back=rules.format("back"), s1=serve(hello))
    began = time.monotonic()
    answer = proxy.ask(GET)
    assert time.monotonic() - began >= 0.19
    assert answer.all("x-a") == ["back", "front"]


BODIES = {
    "length": http("HTTP/1.1 200 OK", "Content-Length: 10", body=b"abcdefghij"),
    "chunked": http("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body=b"4\r\nabcd\r\n6\r\nefghij\r\n0\r\n\r\n"),
    "close": http("HTTP/1.1 200 OK", body=b"abcdefghij"),
    "none": http("HTTP/1.1 204 No Content"),
}


@pytest.mark.parametrize("framing", BODIES)
def test_a_response_waits_for_its_body(run, serve, framing):
    def behave(conn: Conn) -> None:
        conn.request()
        conn.send(BODIES[framing][:-4])
        conn.send(BODIES[framing][-4:])

    proxy = site(run, back="http-response wait-for-body time 10s\nhttp-response set-header X-A 1", s1=serve(behave))
    answer = proxy.ask(GET)
    assert (answer.get("x-a"), answer.text) == ("1", "" if framing == "none" else "abcdefghij")


def test_the_body_of_a_response_that_does_not_come_is_504(run, serve):
    proxy = site(run, back="http-response wait-for-body time 200ms", s1=serve(stall_after(BODIES["length"][:-4])))
    assert proxy.ask(GET).status == 504


def test_enough_of_the_body_of_a_response_is_enough(run, serve):
    server = serve(stall_after(BODIES["length"][:-4]))
    proxy = site(run, back="http-response wait-for-body time 10s at-least 4\nhttp-response return status 203", s1=server)
    assert proxy.ask(GET).status == 203


def test_a_body_over_the_buffer_is_not_waited_for_in_whole(run, serve):
    body = bytes(200_000)
    server = serve(reply(http("HTTP/1.1 200 OK", f"Content-Length: {len(body)}", body=body)))
    proxy = site(run, back="http-response wait-for-body time 10s", s1=server)
    with proxy.connect() as client:
        assert client.ask(GET).body == body
        assert client.ask(GET).body == body


def test_a_request_moves_on_while_its_response_is_held(run, serve):
    since(run, 3, 2)
    server = serve(early(http("HTTP/1.1 200 OK", "Content-Length: 2", body=b"ok")))
    proxy = site(run, back="http-response pause 200ms", s1=server)
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a.test", "Content-Length: 300000"))
        client.send(bytes(300_000))
        assert client.response("POST").text == "ok"


LONG = "X-Long: " + "a" * 9000
FAILING = {
    "set": "set-header X-B %[{hdr}(x-long)]%[{hdr}(x-long)]",
    "add": "add-header X-B %[{hdr}(x-long)]%[{hdr}(x-long)]",
    "replace": "replace-header X-Long (.*) \\1\\1",
    "value": "replace-value X-Long (.*) \\1\\1",
}


@pytest.mark.parametrize("mode", ["", "on", "off", "off, on", "off if FALSE"])
@pytest.mark.parametrize("change", FAILING)
def test_a_change_that_has_no_room(run, serve, change, mode):
    rules = "".join(f"http-request strict-mode {each}\n" for each in mode.split(", ") if each)
    rules += f"http-request {FAILING[change].format(hdr='req.hdr')}\nhttp-request set-var(txn.a) int(1)"
    proxy = site(run, front=rules, back="http-response set-header X-A %[var(txn.a)]", s1=serve(hello))
    answer = proxy.ask(get("/", LONG))
    assert (answer.status, answer.get("x-a")) == ((200, "1") if mode == "off" else (500, None))


def test_the_mode_of_one_rule_set_is_not_that_of_the_next(run, serve):
    proxy = site(
        run, front="http-request strict-mode off", back=f"http-request {FAILING['add'].format(hdr='req.hdr')}", s1=serve(hello)
    )
    assert proxy.ask(get("/", LONG)).status == 500


@pytest.mark.parametrize("mode", ["on", "off"])
@pytest.mark.parametrize("rules", ["http-response", "http-after-response"])
def test_a_change_of_a_response_that_has_no_room(run, serve, rules, mode):
    back = f"{rules} strict-mode {mode}\n{rules} {FAILING['set'].format(hdr='res.hdr')}"
    proxy = site(run, back=back, s1=serve(reply(http("HTTP/1.1 200 OK", LONG, "Content-Length: 2", body=b"hi"))))
    assert proxy.ask(GET).status == (200 if mode == "off" else 500)


def test_a_uri_that_has_no_room(run, serve):
    rules = "http-request {}set-path /%[req.hdr(x-long)]%[req.hdr(x-long)]"
    proxy = site(run, front=rules.format(""), s1=serve(hello))
    assert proxy.ask(get("/", LONG)).status == 500
    proxy = site(run, front="http-request strict-mode off\n" + rules.format(""), s1=serve(echo))
    assert proxy.ask(get("/x", LONG)).echoed.target == "/x"


def test_a_proxy_header_for_some(run):
    rules = (
        "tcp-request connection expect-proxy layer4 if { src 127.0.0.2 }\n"
        'http-request return content-type text/plain lf-string "%[src]"'
    )
    proxy = site(run, front=rules, s1="127.0.0.1:1")
    assert proxy.ask(GET).text == "127.0.0.1"
    with proxy.connect(source="127.0.0.2") as client:
        client.send(b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + GET)
        assert client.response().text == "192.0.2.1"
    with proxy.connect(source="127.0.0.2") as client:
        client.send(GET)
        assert client.closed()


def test_a_proxy_header_before_session_rules(run):
    rules = (
        "tcp-request connection expect-proxy layer4\ntcp-request session reject if { src 192.0.2.9 }\n"
        'http-request return content-type text/plain lf-string "%[src]"'
    )
    proxy = site(run, front=rules, s1="127.0.0.1:1")
    for source, served in (("192.0.2.1", True), ("192.0.2.9", False)):
        with proxy.connect() as client:
            client.send(f"PROXY TCP4 {source} 192.0.2.2 1 2\r\n".encode() + GET)
            assert (client.response().text == source) if served else client.closed()


def test_a_server_that_says_goodbye_is_left(run, serve):
    def behave(conn: Conn) -> None:
        conn.send(b"bye\r\n")
        pump(conn)

    back = "mode tcp\ntcp-response inspect-delay 10s\ntcp-response content close if { res.payload(0,3) -m str bye }"
    proxy = site(run, front="mode tcp", back=back, s1=serve(behave))
    with proxy.connect() as client:
        got = client.rest()
    # HAProxy since 3.0 forgets what it has not sent yet.
    assert got == b"bye\r\n" or (run.program.is_haproxy and not got)


def test_a_nice_stream_is_served(run, serve):
    proxy = site(run, front="http-request set-nice 500", back="http-response set-nice -1024", s1=serve(hello))
    assert proxy.ask(GET).status == 200


def test_content_of_responses_in_mode_http(run, serve):
    """They run before `http-response`, and a refused response leaves the client without a word."""

    def behave(conn: Conn) -> None:
        while request := conn.request():
            status = request.target.strip("/")
            conn.send(http(f"HTTP/1.1 {status} Some", "X-A: hi", "Content-Length: 2", body=b"ok"))

    back = """
        tcp-response inspect-delay 2s
        tcp-response content set-var(txn.a) status
        tcp-response content reject if { status 404 }
        tcp-response content accept if { status 200 }
        tcp-response content set-var(txn.b) res.hdr(x-a)
        http-response set-header X-Vars "%[var(txn.a)]-%[var(txn.b)]"
    """
    proxy = site(run, back=back, s1=serve(behave))
    for status, told in ((200, "200-"), (201, "201-hi")):
        answer = proxy.ask(get(f"/{status}"))
        assert (answer.status, answer.get("x-vars"), answer.text) == (status, told, "ok")
    assert proxy.raw(get("/404")) == b""
    assert proxy.ask(get("/201")).status == 201
