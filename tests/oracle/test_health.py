"""Active checks: up, down, and what is said about it."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import hello, pump
from tests.kit.server import Server
from tests.oracle.common import GET

FAST = "check inter 60ms fastinter 40ms downinter 40ms rise 2 fall 2"


def site(run, sink, lines="", words=FAST, mode="http", **given):
    return run(
        f"global\n    log <sink> local0\ndefaults\n    mode {mode}\n    log global\n    timeout client 20s\n    timeout server 20s\n"
        f"    timeout connect 20s\n    timeout check 2s\nfrontend fe\n    bind <fe>\n    default_backend be\nbackend be\n    {lines}\n"
        f"    server s1 <s1> {words}\n    server b1 <b1> backup\n",
        bare=True,
        wait_for="fe",
        sink=sink,
        **given,
    )


class Health:
    """A server whose answer to checks can be changed."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def __call__(self, conn) -> None:
        while True:
            conn.request()
            conn.send(self.answer)


def ok(code: int = 200, body: str = "s1") -> bytes:
    return http(f"HTTP/1.1 {code} X", f"Content-Length: {len(body)}", body=body)


def until(proxy, text):
    """Asks until the answer is this one; the runner's deadline ends it."""
    import time

    end = time.monotonic() + 15
    while time.monotonic() < end:
        if proxy.ask(GET).text == text:
            return
    raise AssertionError(f"never {text}")


def test_tcp_check_takes_a_dead_server_out_and_back(run, serve, sink):
    server = serve(hello, "s1")
    port = server.port
    proxy = site(run, sink, s1=server, b1=serve(hello, "b1"))
    assert proxy.ask(GET).text == "s1"
    server.stop_listening()
    line = sink.take("is DOWN")
    assert line.startswith(
        'Server be/s1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: '
    )
    assert line.endswith(
        "ms. 0 active and 1 backup servers left. Running on backup. 0 sessions active, 0 requeued, 0 remaining in queue."
    )
    assert line.severity == 1
    assert proxy.ask(GET).text == "b1"
    back = Server(hello, "s1", port=port)
    try:
        line = sink.take("is UP")
        assert line.startswith("Server be/s1 is UP, reason: Layer4 check passed, check duration: ")
        assert line.endswith("ms. 1 active and 1 backup servers online. 0 sessions requeued, 0 total in queue.")
        assert line.severity == 5
        assert proxy.ask(GET).text == "s1"
    finally:
        back.close()


def test_last_server_down_is_an_emergency(run, serve, sink):
    server = serve(hello, "s1")
    run(
        "global\n log <sink> local0\ndefaults\n mode http\n log global\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n"
        f"frontend fe\n bind <fe>\n default_backend be\nbackend be\n server s1 <s1> {FAST}\n",
        bare=True,
        sink=sink,
        s1=server,
    )
    server.stop_listening()
    sink.take("Server be/s1 is DOWN")
    line = sink.take("backend be has no server available!")
    assert line.severity == 0


CHECKS = [
    # lines, answer that passes, answer that fails, what is asked (start line), code in the reason
    ("option httpchk", ok(), ok(500), "OPTIONS / HTTP/1.0", "Layer7 wrong status, code: 500"),
    ("option httpchk /health", ok(302), ok(404), "OPTIONS /health HTTP/1.0", "Layer7 wrong status, code: 404"),
    ("option httpchk GET /health", ok(), ok(503), "GET /health HTTP/1.0", "Layer7 wrong status, code: 503"),
    (
        "option httpchk HEAD / HTTP/1.1",
        http("HTTP/1.1 200 OK"),
        http("HTTP/1.1 500 X"),
        "HEAD / HTTP/1.1",
        "Layer7 wrong status, code: 500",
    ),
    (
        "option httpchk\n    http-check send meth GET uri /up ver HTTP/1.1 hdr Host www hdr X-Check 1\n    http-check expect status 204",
        http("HTTP/1.1 204 X"),
        ok(200),
        "GET /up HTTP/1.1",
        "Layer7 wrong status, code: 200",
    ),
    (
        "option httpchk GET /\n    http-check expect string good",
        ok(200, "all good"),
        ok(200, "bad"),
        "GET / HTTP/1.0",
        "Layer7 invalid response",
    ),
    (
        "option httpchk GET /\n    http-check expect rstatus ^2",
        ok(201),
        ok(300),
        "GET / HTTP/1.0",
        "Layer7 wrong status, code: 300",
    ),
    (
        "option httpchk GET /\n    http-check expect ! status 500",
        ok(404),
        ok(500),
        "GET / HTTP/1.0",
        "Layer7 wrong status, code: 500",
    ),
]


@pytest.mark.parametrize(("lines", "good", "bad", "start", "reason"), CHECKS)
def test_http_checks(run, serve, sink, lines, good, bad, start, reason):
    health = Health(good)
    server = serve(health, "s1")
    proxy = site(run, sink, lines, s1=server, b1=serve(hello, "b1"))
    server.wait_requests(3)
    assert server.requests[0].start == start
    assert server.requests[0].get("connection") == ("close" if start.endswith("1.1") else None)
    if "www" in lines:
        assert server.requests[0].all("host") == ["www"]
    health.answer = bad
    line = sink.take("is DOWN")
    assert f"Server be/s1 is DOWN, reason: {reason}" in line
    assert proxy.ask(GET).text == "b1"
    health.answer = good
    sink.take("Server be/s1 is UP, reason: Layer7 check passed, code: ")


def test_check_port_and_addr(run, serve, sink):
    health = Health(ok(500))
    side = serve(health, "side")
    proxy = site(
        run, sink, "option httpchk", f"{FAST} port {side.port} addr 127.0.0.1", s1=serve(hello, "s1"), b1=serve(hello, "b1")
    )
    sink.take("is DOWN")
    assert proxy.ask(GET).text == "b1"


def test_check_timeout(run, serve, sink):
    proxy = site(run, sink, "timeout check 80ms\n    option httpchk", s1=serve(pump, "s1"), b1=serve(hello, "b1"))
    line = sink.take("is DOWN")
    assert "reason: Layer7" in line
    assert proxy.ask(GET).text == "b1"


def test_log_health_checks(run, serve, sink):
    server = serve(hello, "s1")
    site(run, sink, "option log-health-checks", s1=server, b1=serve(hello, "b1"))
    line = sink.take("Health check for server be/s1 succeeded")
    assert line.startswith("Health check for server be/s1 succeeded, reason: Layer4 check passed, check duration: ")
    assert line.endswith("ms, status: 2/2 UP.")
    server.stop_listening()
    line = sink.take("Health check for server be/s1 failed")
    assert 'reason: Layer4 connection problem, info: "Connection refused"' in line
    assert line.endswith("ms, status: 1/2 UP.")
    assert sink.take("Health check for server be/s1 failed").endswith("ms, status: 0/2 DOWN.")


def test_tcp_check_in_tcp_mode(run, serve, sink):
    server = serve(hello, "s1")
    proxy = site(run, sink, "", mode="tcp", s1=server, b1=serve(hello, "b1"))
    assert proxy.ask(GET).text == "s1"
    server.stop_listening()
    sink.take("is DOWN")
    assert proxy.ask(GET).text == "b1"


def test_fall_counts(run, serve, sink):
    health = Health(ok())
    server = serve(health, "s1")
    site(run, sink, "option httpchk", "check inter 50ms fall 4 rise 1", s1=server, b1=serve(hello, "b1"))
    server.wait_requests(2)
    before = len(server.requests)
    health.answer = ok(500)
    sink.take("is DOWN")
    assert len(server.requests) - before >= 3


def test_checks_and_requests_live_together(run, serve, sink):
    proxy = site(run, sink, "option httpchk", s1=serve(hello, "s1"), b1=serve(hello, "b1"))
    assert {proxy.ask(GET).text for _ in range(20)} == {"s1"}
