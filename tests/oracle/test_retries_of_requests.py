"""`retry-on`: requests that a server had and that go to a server once more."""

from __future__ import annotations

import threading

import pytest

from tests.kit import http
from tests.kit.behaviours import hello
from tests.oracle.common import get, since, site

BIG = http("POST / HTTP/1.1", "Host: a.test", "Content-Length: 12") + b"twelve bytes"
CHUNKED = http("POST / HTTP/1.1", "Host: a.test", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\n\r\n"


class Flaky:
    """A server that does something else for the first requests; it counts them, and keeps what it got."""

    def __init__(self, *first, then=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"):
        self.first = list(first)
        self.then = then
        self.seen = []
        self.lock = threading.Lock()

    def __call__(self, conn):
        request = conn.request()
        with self.lock:
            answer = self.first[len(self.seen)] if len(self.seen) < len(self.first) else self.then
            self.seen.append(request)
        if answer is None:
            conn.stall()
            return
        conn.send(answer)


CLOSED = b""
JUNK = b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n"
PART = b"HTTP/1.1 200 OK\r\nContent-Le"
STALLS = None


def status(code: int) -> bytes:
    return b"HTTP/1.1 %d Some\r\nContent-Length: 4\r\nConnection: close\r\n\r\nsome" % code


# What `retry-on` says, what the server does first, and the status that the client gets.
CASES = {
    "closed": ("empty-response", CLOSED, 200),
    "closed, not asked for": ("junk-response response-timeout 500", CLOSED, 502),
    "closed, the default": ("", CLOSED, 502),
    "junk": ("junk-response", JUNK, 200),
    "junk, not asked for": ("empty-response response-timeout 500", JUNK, 502),
    "part": ("junk-response", PART, 200),
    "part, not asked for": ("empty-response response-timeout", PART, 502),
    "a length that is none": ("junk-response", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", 200),
    "stalls": ("response-timeout", STALLS, 200),
    "stalls, not asked for": ("empty-response junk-response 504", STALLS, 504),
    "500": ("500", status(500), 200),
    "500, not asked for": ("503", status(500), 500),
    "404": ("404 503", status(404), 200),
    "429": ("429", status(429), 200),
    "all": ("all-retryable-errors", status(503), 200),
    "all, closed": ("all-retryable-errors", CLOSED, 200),
    "all, 501 is not": ("all-retryable-errors", status(501), 501),
    "all and one more": ("all-retryable-errors 501", status(501), 200),
    "no more connections": ("none", CLOSED, 502),
    "the last line holds": ("503\nretry-on 500", status(503), 503),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("request_", [get("/"), BIG, CHUNKED], ids=["head", "body", "chunks"])
def test_a_request_goes_again(run, serve, sink, case, request_):
    words, first, want = CASES[case]
    if "429" in words:
        since(run, 3, 2)
    server = Flaky(first)
    back = f"timeout server 300ms\nretry-on {words}" if words else "timeout server 300ms"
    front = 'log <sink> local0\nlog-format "%ST %rc %tsc %s"'
    proxy = site(run, front=front, back=back, s1=serve(server), sink=sink)
    with proxy.connect() as client:
        client.send(request_)
        got = client.response()
    assert got.status == want
    assert len(server.seen) == (2 if want == 200 else 1)
    line = sink.take().split()
    assert line[:2] == [str(want), "1" if want == 200 else "0"]
    assert line[3] == "s1"
    if want == 200:
        assert line[2] == "----"
        assert server.seen[0].body == server.seen[1].body
        assert server.seen[0].head == server.seen[1].head


def test_no_more_often_than_retries(run, serve, sink):
    server = Flaky(*[status(503)] * 9)
    proxy = site(
        run, front='log <sink> local0\nlog-format "%ST %rc"', back="retries 2\nretry-on 503", s1=serve(server), sink=sink
    )
    got = proxy.ask(get("/"))
    assert (got.status, got.text) == (503, "some")
    assert len(server.seen) == 3
    assert sink.take() == "503 2"


def test_retries_are_shared_with_connections(run, serve, ports):
    """Each failure counts, whatever it is."""
    server = Flaky(*[CLOSED] * 9)
    proxy = site(run, back="retries 3\nretry-on empty-response 500", s1=serve(server))
    assert proxy.ask(get("/")).status == 502
    assert len(server.seen) == 4


def test_a_rule_sets_how_often(run, serve):
    since(run, 3, 0)
    server = Flaky(*[status(503)] * 9)
    proxy = site(run, back="http-request set-retries 1\nretry-on 503", s1=serve(server))
    assert proxy.ask(get("/")).status == 503
    assert len(server.seen) == 2


def test_a_rule_says_once(run, serve):
    server = Flaky(*[status(503)] * 2)
    proxy = site(run, back="http-request disable-l7-retry if METH_POST\nretry-on 503", s1=serve(server))
    assert proxy.ask(BIG).status == 503
    assert len(server.seen) == 1
    assert proxy.ask(get("/")).status == 200
    assert len(server.seen) == 3


def test_a_rule_of_the_frontend_says_once_and_only_for_its_request(run, serve):
    server = Flaky(status(503), status(503))
    proxy = site(run, front="http-request disable-l7-retry if { path /once }", back="retry-on 503", s1=serve(server))
    with proxy.connect() as client:
        assert client.ask(get("/once"), "GET").status == 503
        assert client.ask(get("/"), "GET").status == 200
    assert len(server.seen) == 3


def test_connections_are_tried_once_where_it_says_so(run, sink):
    for words, retries in (("none", "0"), ("503", "0"), ("conn-failure 503", "2"), ("all-retryable-errors", "2")):
        proxy = site(
            run,
            front='log <sink> local0\nlog-format "%ST %rc"',
            back=f"retries 2\ntimeout connect 100ms\nretry-on {words}",
            s1="127.0.0.1:1",
            sink=sink,
        )
        assert proxy.ask(get("/")).status == 503
        assert sink.take() == f"503 {retries}", words


@pytest.mark.parametrize(("words", "retries"), [("none", "0"), ("conn-failure 503", "2")])
def test_connections_of_tcp_mode_too(run, sink, words, retries):
    """All that is not about connections says nothing there, whatever the manual says of the whole line."""
    proxy = run(
        "defaults\n    mode tcp\n    timeout client 20s\n    timeout server 20s\n    timeout connect 100ms\n    retries 2\n"
        f"    retry-on {words}\n"
        'frontend fe\n    bind <fe>\n    log <sink> local0\n    log-format "%rc"\n    default_backend be\n'
        "backend be\n    server s1 127.0.0.1:1\n",
        bare=True,
        sink=sink,
    )
    with proxy.connect() as client:
        client.send(b"x")
        assert client.closed()
    assert sink.take() == retries


def test_another_server_takes_it(run, serve, sink):
    """With redispatch: the next one at once where servers are taken in turn, and at the last try where a cookie names one."""
    bad, good = Flaky(*[status(503)] * 99), serve(hello)
    back = "option redispatch\nretries 3\nretry-on 503\ncookie S\nserver s2 <s2> cookie s2"
    front = 'log <sink> local0\nlog-format "%s %rc"'
    proxy = site(run, front=front, back=back, server="cookie s1", s1=serve(bad), s2=good, sink=sink)
    for _ in range(2):
        assert proxy.ask(get("/")).status == 200
    assert sorted(sink.take() for _ in range(2)) in (["s2 +1", "s2 0"], ["s2 +1", "s2 +1"])
    bad.seen.clear()
    assert proxy.ask(get("/", "Cookie: S=s1")).status == 200
    assert len(bad.seen) == 3
    assert sink.take() == "s2 +3"


def test_the_same_server_without_redispatch(run, serve, sink):
    bad = Flaky(status(503), status(503))
    back = "retries 3\nretry-on 503\nserver s2 <s2>"
    front = 'log <sink> local0\nlog-format "%s %rc"'
    proxy = site(run, front=front, back=back, s1=serve(bad), s2=serve(hello), sink=sink)
    lines = set()
    for _ in range(2):
        assert proxy.ask(get("/")).status == 200
        lines.add(sink.take())
    assert lines == {"s1 2", "s2 0"}


def test_a_body_that_is_not_there_yet_goes_once(run, serve):
    server = Flaky(status(503))
    s1 = serve(server)
    proxy = site(run, back="retry-on 503", s1=s1)
    with proxy.connect() as client:
        client.send(BIG[:-6])
        s1.wait(lambda server: b"twelve" in server.received)
        client.send(BIG[-6:])
        assert client.response().status == 503
    assert len(server.seen) == 1


def test_a_body_that_was_waited_for_goes_again(run, serve):
    server = Flaky(status(503))
    proxy = site(run, back="option http-buffer-request\nretry-on 503", s1=serve(server))
    with proxy.connect() as client:
        client.send(BIG[:-6])
        client.send(BIG[-6:])
        assert client.response().status == 200
    assert [each.body for each in server.seen] == [b"twelve bytes"] * 2


def test_a_body_larger_than_a_buffer_goes_once(run, serve):
    server = Flaky(status(503))
    proxy = site(run, back="option http-buffer-request\nretry-on 503", s1=serve(server))
    body = b"x" * 40_000
    assert proxy.ask(http("POST / HTTP/1.1", "Host: a.test", f"Content-Length: {len(body)}") + body).status == 503
    assert len(server.seen) == 1


def test_what_follows_stays_behind(run, serve):
    """A second request that came with the first is neither lost nor sent in between."""
    server = Flaky(status(503), status(503))
    proxy = site(run, back="retry-on 503", s1=serve(server))
    with proxy.connect() as client:
        client.send(BIG + CHUNKED + get("/last"))
        assert [client.response().status for _ in range(3)] == [200] * 3
    assert [each.body for each in server.seen[:3]] == [b"twelve bytes"] * 3
    assert len(server.seen) == 5


def test_rules_of_the_response_see_the_last_one_alone(run, serve, sink):
    server = Flaky(status(503), CLOSED)
    proxy = site(
        run,
        front='log <sink> local0\nlog-format "%ST %[var(txn.seen)]"',
        back="retry-on 503 empty-response\nhttp-response set-var-fmt(txn.seen) %[var(txn.seen)]%[status]",
        s1=serve(server),
        sink=sink,
    )
    assert proxy.ask(get("/")).status == 200
    assert sink.take() == "200 200"
