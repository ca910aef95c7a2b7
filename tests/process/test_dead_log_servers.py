"""Log servers that are dead, deaf or away: traffic goes on, losses are counted and said once, and who comes back gets lines."""

from __future__ import annotations

import re
import signal
import socket

import pytest

from tests.kit import Syslog
from tests.kit.wire import http
from tests.process.conftest import eventually

SITE = """
{ring}
defaults
 mode http
 timeout client 10s
frontend f
 bind <fe>
 log {target} len 9000 format raw local0
 log-format "%ci %HU {filler}"
 http-request return status 204
"""
RING = "ring r\n size 32768\n maxlen 9000\n format raw\n timeout connect 1s\n server s {address}"
REQUESTS = 60


@pytest.fixture
def deaf():
    """A listener that never accepts: what the kernel takes for it is all that is taken."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield listener.getsockname()[1]


@pytest.fixture
def under_load(steelyard):
    """Starts a site with that target and asks much of it; gives the program."""

    def start(target: str, ring: str = "", requests: int = REQUESTS):
        proxy = steelyard(SITE.replace("{target}", target).replace("{ring}", ring).replace("{filler}", "x" * 6000))
        ask(proxy, requests)
        return proxy

    return start


def ask(proxy, requests: int = 1, name: str = "") -> None:
    with proxy.connect() as client:
        for number in range(requests):
            assert client.ask(http(f"GET /{name}{number} HTTP/1.1", "Host: a")).status == 204


def dropped(proxy) -> int:
    """As SIGQUIT tells it; the latest answer."""
    proxy.kill(signal.SIGQUIT)
    found = re.findall(r"(\d+) log lines dropped", proxy.stderr)
    return int(found[-1]) if found else 0


def said(proxy, target: str) -> int:
    text: str = proxy.stderr
    return text.count(f"log lines for {target} are lost")


def test_a_port_that_nobody_listens_on(under_load, ports):
    """The machine answers a datagram with a refusal: the line in it is lost."""
    port = ports.lend()
    proxy = under_load(f"127.0.0.1:{port}")
    eventually("the count", lambda: dropped(proxy) > 0)
    eventually("the warning", lambda: said(proxy, f"127.0.0.1:{port}") == 1)
    sink = Syslog(port=port)
    try:
        ask(proxy, 2, "back")
        sink.take("/back1 ")
    finally:
        sink.close()
    assert said(proxy, f"127.0.0.1:{port}") == 1


def test_a_unix_socket_that_is_gone_and_back(under_load, tmp_path):
    path = str(tmp_path / "log")
    proxy = under_load(path)
    eventually("the count", lambda: dropped(proxy) == REQUESTS)
    eventually("the warning", lambda: said(proxy, path) == 1)
    sink = Syslog(path)
    try:
        ask(proxy, 1, "back")
        sink.take("/back0 ")
    finally:
        sink.close()
    assert dropped(proxy) == REQUESTS


@pytest.mark.parametrize("alive", [False, True], ids=["refused", "stalled"])
def test_a_ring_whose_server_takes_nothing(under_load, deaf, ports, alive):
    """It holds what its size says; the newest lines are lost."""
    address = f"127.0.0.1:{deaf if alive else ports.lend()}"
    # The kernel takes some megabytes for a listener.
    proxy = under_load("ring@r", RING.replace("{address}", address), 1200 if alive else REQUESTS)
    eventually("the count", lambda: dropped(proxy) > 0)
    eventually("the warning", lambda: said(proxy, "ring@r") == 1)


def test_a_tcp_server_that_comes_after_its_lines(under_load, ports):
    """They wait for it, as many as fit."""
    port = ports.lend()
    proxy = under_load(f"tcp@127.0.0.1:{port}", requests=3)
    assert dropped(proxy) == 0
    with socket.create_server(("127.0.0.1", port)) as server:
        server.settimeout(10)
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as lines:
            assert [lines.readline()[:13] for _ in range(3)] == [f"127.0.0.1 /{n} ".encode() for n in range(3)]
