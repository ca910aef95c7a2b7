"""Backends in `mode log`: words of 2.9 and later. Who gets which line was compared with HAProxy 3.4."""

from __future__ import annotations

import signal
import socket

import pytest

from tests.kit import Syslog
from tests.kit.wire import DEADLINE, http
from tests.process.conftest import eventually

SITE = """
defaults
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend f
 mode http
 bind <fe>
 log backend@lines len 2048 format raw local0
 log-format "%ci %HP"
 http-request return status 200
backend lines
 mode log
 {more}
"""


@pytest.fixture
def sinks():
    made = [Syslog() for _ in range(3)]
    yield made
    for each in made:
        each.close()


@pytest.fixture
def who(steelyard, sinks):
    """Sends some requests; gives which server got the line of each."""

    def ask(more: str, *words: str, count: int = 12) -> list[int]:
        words = (*words, *[""] * (3 - len(words)))
        servers = "".join(f" server s{n} udp@{sink} {words[n]}\n" for n, sink in enumerate(sinks))
        proxy = steelyard(SITE.format(more=more) + servers)
        with proxy.connect() as client:
            for number in range(count):
                client.ask(http(f"GET /k{number} HTTP/1.1", "Host: a"))

        def lines() -> list[tuple[int, int]]:
            return [(int(line.partition("/k")[2]), n) for n, sink in enumerate(sinks) for line in sink.lines if "/k" in line]

        eventually("the lines", lambda: len(lines()) >= count)
        return [n for _, n in sorted(lines())]

    return ask


@pytest.mark.parametrize(
    ("more", "words", "wanted"),
    [
        ("balance roundrobin", (), [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]),
        ("balance roundrobin", ("weight 3", "", "disabled"), [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]),
        ("balance roundrobin", ("", "backup"), [0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2]),
        ("balance sticky", (), [0] * 12),
        ("balance sticky", ("disabled",), [1] * 12),
        ("balance log-hash field(2,k)", (), [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]),
        ("balance log-hash field(2,k)\n hash-type map-based djb2", (), [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 0, 1]),
        ("balance log-hash field(2,k)", ("weight 3",), [0, 2, 0, 0, 1, 0, 2, 0, 0, 1, 2, 0]),
    ],
)
def test_who_gets_a_line(who, more, words, wanted):
    found = who(more, *words)
    if "weight 3" in words and "roundrobin" in more:
        assert (sorted(found), found[:4].count(1)) == (sorted(wanted), 1)
    else:
        assert found == wanted


def test_random_uses_all(who):
    assert set(who("balance random", count=60)) == {0, 1, 2}


def test_a_server_that_is_down_gets_none(steelyard, sinks, ports):
    """The check is of TCP: the first server's port has nobody."""
    dead = f" server s0 udp@127.0.0.1:{ports.lend()} check inter 20ms fall 1\n server s1 udp@{sinks[1]}\n"
    proxy = steelyard(SITE.format(more="balance roundrobin") + dead)
    proxy.wait_said("s0 is DOWN")
    for _ in range(4):
        proxy.ask(http("GET /k HTTP/1.1", "Host: a"))
    assert [sinks[1].take().rstrip() for _ in range(4)] == ["127.0.0.1 /k"] * 4


def test_headers_are_those_of_the_log_line(steelyard, sinks):
    text = SITE.format(more=f"server s udp@{sinks[0]}").replace("format raw local0", "local3")
    proxy = steelyard(text.replace(" log-format", " log-tag own\n log-format"))
    proxy.ask(http("GET /k HTTP/1.1", "Host: a"))
    line = sinks[0].take()
    assert (line, line.facility, line.severity, line.tag) == ("127.0.0.1 /k", 19, 6, "own")


def test_without_a_server_lines_are_dropped_and_counted(steelyard, sinks):
    proxy = steelyard(SITE.format(more=f"server s udp@{sinks[0]} disabled"))
    for _ in range(3):
        assert proxy.ask(http("GET /k HTTP/1.1", "Host: a")).status == 200

    def dropped() -> bool:
        proxy.kill(signal.SIGQUIT)
        return "3 log lines dropped" in proxy.stderr

    eventually("the count", dropped)


@pytest.mark.parametrize(("words", "most"), [("", 16384), ("log-bufsize 4096", 4096)])
def test_lines_that_wait_for_a_server_have_a_bound(steelyard, ports, words, most):
    """Nobody listens yet. What the buffer does not hold is lost, the latest first; lines after that go on."""
    port = ports.lend()
    proxy = steelyard(SITE.format(more=f"server s tcp@127.0.0.1:{port} {words}"))
    with proxy.connect() as client:

        def ask(number: int) -> None:
            client.ask(http(f"GET /k{number:03}-{'x' * 80} HTTP/1.1", "Host: a"))

        for number in range(200):
            ask(number)
        with socket.create_server(("127.0.0.1", port), reuse_port=True) as server:
            server.settimeout(DEADLINE)
            conn, _ = server.accept()
        with conn:
            conn.settimeout(DEADLINE)
            data = b""
            while b"/k999" not in data:
                data += conn.recv(65536)
                # There is room again when something has arrived.
                ask(999)
    held = [line for line in data.splitlines(keepends=True) if b"/k999" not in line]
    assert [int(line.partition(b"/k")[2][:3]) for line in held] == list(range(len(held)))
    assert most * 3 // 4 < sum(map(len, held)) <= most
