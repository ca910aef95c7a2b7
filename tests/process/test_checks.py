"""Health checks end to end: the lines in the log are HAProxy's to the byte, proved on HAProxy itself."""

from __future__ import annotations

import re
import socket
import struct

import pytest

from tests.kit.behaviours import reply
from tests.kit.server import Conn
from tests.kit.wire import http
from tests.process.conftest import eventually

GOOD = b"HTTP/1.0 200 OK\r\n\r\n"
LOGGED = (
    "global\n log <sink> local0\ndefaults\n mode http\n log global\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n"
    " timeout check 5s\n"
)
LEFT = "0 sessions active, 0 requeued, 0 remaining in queue."


def reads_a_check(conn: Conn) -> None:
    """To the end of its request: a PROXY header may come before the rest."""
    while b"HTTP/1.0\r\n\r\n" not in conn.buffer and conn.fill():
        pass
    conn.send(GOOD)


def timeless(line: str) -> str:
    return re.sub(r"duration: \d+ms", "duration: Nms", line)


def take(sink, *expected: tuple[int, str]) -> None:
    for severity, text in expected:
        line = sink.take(lambda line: line)
        while line.startswith("Proxy "):
            line = sink.take(lambda line: line)
        assert (line.severity, timeless(line)) == (severity, text)


def test_a_dead_server(run, sink, ports):
    dead = ports.lend()
    proxy = run(
        LOGGED + f"frontend f\n bind <fe>\n default_backend b\nbackend b\n server s1 127.0.0.1:{dead} check inter 100ms\n",
        bare=True,
        sink=sink,
    )
    reason = 'reason: Layer4 connection problem, info: "Connection refused", check duration: Nms'
    take(
        sink,
        (1, f"Server b/s1 is DOWN, {reason}. 0 active and 0 backup servers left. {LEFT}"),
        (0, "backend b has no server available!"),
    )
    eventually("the console's line", lambda: "backend 'b' has no server available!" in proxy.stderr)


def test_up_and_down_over_a_backup(run, sink, serve):
    server, spare = serve(reply(GOOD, close=True)), serve(reply(GOOD, close=True), "s2")
    run(
        LOGGED
        + "frontend f\n bind <fe>\n default_backend b\nbackend b\n option httpchk GET /x\n option log-health-checks\n"
        + " server s1 <s1> check inter 100ms fall 2\n server s2 <s2> backup\n",
        bare=True,
        sink=sink,
        s1=server,
        s2=spare,
    )
    check = "Health check for server b/s1"
    passed = f"{check} succeeded, reason: Layer7 check passed, code: 200, check duration: Nms"
    take(sink, (5, f"{passed}, status: 2/2 UP."))
    server.behaviour = reply(b"HTTP/1.0 500 Oops\r\n\r\n", close=True)
    wrong = f'{check} failed, reason: Layer7 wrong status, code: 500, info: "Oops", check duration: Nms'
    take(
        sink,
        (5, f"{wrong}, status: 1/2 UP."),
        (5, f"{wrong}, status: 0/2 DOWN."),
        (1, f"Server b/s1 is DOWN. 0 active and 1 backup servers left. Running on backup. {LEFT}"),
    )
    server.behaviour = reply(GOOD, close=True)
    take(
        sink,
        (5, f"{passed}, status: 1/2 DOWN."),
        (5, f"{passed}, status: 2/2 UP."),
        (5, "Server b/s1 is UP. 1 active and 1 backup servers online. 0 sessions requeued, 0 total in queue."),
    )


def test_a_stopping_server(run, sink, serve):
    server = serve(reply(b"HTTP/1.0 404 Gone\r\n\r\n", close=True))
    run(
        LOGGED
        + "frontend f\n bind <fe>\n default_backend b\nbackend b\n option httpchk\n http-check disable-on-404\n"
        + " server s1 <s1> check inter 100ms\n",
        bare=True,
        sink=sink,
        s1=server,
    )
    reason = "reason: Layer7 check conditionally passed, code: 404, check duration: Nms"
    take(
        sink,
        (5, f"Server b/s1 is stopping, {reason}. 0 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."),
        (0, "backend b has no server available!"),
    )


@pytest.mark.parametrize("version", ["", "-v2"])
def test_checks_speak_the_proxy_protocol_as_the_server_does(run, serve, version):
    server = serve(reads_a_check)
    run(
        "frontend f\n bind <fe>\n default_backend b\nbackend b\n option httpchk\n"
        + f" server s1 <s1> send-proxy{version} check inter 100ms\n",
        s1=server,
    )
    expected = rb"PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\r\n" if not version else b"\r\n\r\n\0\r\nQUIT\n \0\0\0"
    eventually("a check", lambda: re.search(expected + rb"OPTIONS / HTTP/1\.0\r\n\r\n", server.received))


def test_checks_tell_their_own_addresses_where_that_is_wanted(run, serve):
    """`pp2-never-send-local`, for servers that don't know the LOCAL command."""
    server = serve(reads_a_check)
    run(
        "global\n pp2-never-send-local\nfrontend f\n bind <fe>\n default_backend b\nbackend b\n option httpchk\n"
        " server s1 <s1> send-proxy-v2 check inter 1s\n",
        s1=server,
    )
    own = socket.inet_aton("127.0.0.1")
    expected = re.escape(b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + own + own) + b".." + re.escape(struct.pack("!H", server.port))
    eventually("a check", lambda: re.match(expected + rb"OPTIONS / HTTP/1\.0\r\n\r\n", server.received, re.DOTALL))


def test_traffic_goes_where_checks_pass(run, serve, ports):
    live = serve(reply(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlive"))
    dead = ports.lend()
    proxy = run(
        "frontend f\n bind <fe>\n default_backend b\nbackend b\n"
        + f" server dead 127.0.0.1:{dead} check inter 100ms\n server live <live>\n",
        live=live,
    )
    eventually("the verdict", lambda: "Server b/dead is DOWN" in proxy.stderr)
    for _ in range(4):
        assert proxy.ask(http("GET / HTTP/1.1", "Host: a")).body == b"live"
