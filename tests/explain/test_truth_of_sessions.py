"""The same for frontends in mode tcp, which have no traces: who answers, and the log line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from steelyard.explain.ask import Ask
from steelyard.explain.player import Player
from tests.kit import Closed, Ports, Proxy, Runner, Server, Syslog, http
from tests.kit.program import Program, find_steelyard
from tests.kit.server import Conn

TOP = """\
global
    nbthread 1
defaults
    mode tcp
    log <sink> format raw local0
    timeout client 20s
    timeout server 20s
    timeout connect 20s
    log-format "%f %b/%s %ST %tsc %U %B %rc %si:%sp"
"""
LOOK = "tcp-request inspect-delay 10s\n"


@dataclass(frozen=True, slots=True)
class Site:
    front: str
    back: str = ""
    data: tuple[bytes, ...] = (b"hello",)
    listen: str = "default_backend be@"
    mode: str = "tcp"


ASKED = http("GET /a HTTP/1.1", "Host: a.test", "Connection: close")
SITES = {
    "plain": Site("", "", (b"a", b"b", b"c")),
    "payload": Site(
        f"{LOOK}tcp-request content reject if {{ req.payload(0,3) -m str BAD }}\n"
        "tcp-request content accept if { req.len gt 0 }",
        "",
        (b"BAD bytes", b"GOOD bytes"),
    ),
    "backends": Site(
        f"{LOOK}tcp-request content accept if {{ req.len gt 0 }}\nuse_backend other@ if {{ req.payload(0,1) -m str O }}",
        "",
        (b"One", b"Two"),
    ),
    "servers": Site(
        f"{LOOK}tcp-request content accept if {{ req.len gt 0 }}",
        "use-server s2 if { req.payload(0,1) -m str O }",
        (b"One", b"Two", b"Two"),
    ),
    "source": Site("", "balance source", (b"a", b"b")),
    "stuck": Site("", "stick-table type ip size 10\nstick on src", (b"a", b"b", b"c")),
    "no connection": Site("tcp-request connection reject if { src 127.0.0.0/8 }"),
    "no session": Site("tcp-request session reject if { src 127.0.0.0/8 }"),
    "the backend refuses": Site("", f"{LOOK}tcp-request content reject if {{ req.payload(0,3) -m str BAD }}", (b"BAD", b"GOOD")),
    "nobody is there": Site("use_backend nobody@"),
    "no backend": Site("use_backend be@ if { src 10.0.0.1 }", listen=""),
    "counted": Site(
        "stick-table type ip size 9 store conn_cnt,gpc0\ntcp-request connection track-sc0 src\n"
        "tcp-request connection reject if { sc0_conn_cnt gt 2 }",
        "",
        (b"a", b"b", b"c"),
    ),
    "quiet": Site("option dontlog-normal"),
    "switched": Site(
        f"{LOOK}tcp-request content switch-mode http if HTTP", "http-request set-header X-A 1", (ASKED,), mode="http"
    ),
    "http behind": Site("", "http-request deny if { path /a }", (ASKED, b"nonsense\r\n\r\n"), mode="http"),
}


def answer(conn: Conn) -> None:
    """Names itself, as a response where a request came."""
    conn.fill()
    body = conn.server.name.encode()
    asked = b"HTTP/1.1" in conn.received
    conn.send(http("HTTP/1.1 200 OK", f"content-length: {len(body)}", body=body) if asked else body)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Syslog, Path]]:
    folder = tmp_path_factory.mktemp("sessions")
    ports, sink = Ports(), Syslog()
    servers = {name: Server(answer, name) for name in ("s1", "s2")}
    runner = Runner(Program("steelyard", find_steelyard()), folder, ports)
    text = TOP
    for number, site in enumerate(SITES.values()):
        text += (
            f"frontend f@\nbind <f{number}>\n{site.front}\n{site.listen}\nbackend be@\nmode {site.mode}\n{site.back}\n"
            "server s1 <s1>\nserver s2 <s2>\nbackend other@\nserver s2 <s2>\nbackend nobody@\nserver s1 <s1> disabled\n"
        ).replace("@", str(number))
    given: dict[str, object] = {**servers, "sink": sink}
    yield runner(text, bare=True, **given), sink, folder / "1.cfg"  # type: ignore[arg-type]
    runner.close()
    ports.close()
    sink.close()
    for server in servers.values():
        server.close()


@pytest.mark.parametrize("name", SITES)
def test_what_is_told_is_what_happens(running: tuple[Proxy, Syslog, Path], name: str):
    proxy, sink, config = running
    number = list(SITES).index(name)
    player = Player(config)
    for data in SITES[name].data:
        served, source = "", ""
        try:
            with proxy.connect(f"f{number}") as client:
                source = "{}:{}".format(*client.sock.getsockname()[:2])
                client.send(data)
                served = client.rest().decode("latin-1")
        except (Closed, OSError):
            pass
        reply = b"s?" if SITES[name].mode == "tcp" else http("HTTP/1.1 200 OK", "content-length: 2", body=b"s?")
        address = proxy.address(f"f{number}")
        ask = Ask(request=data, frontend=f"f{number}", src=source or "127.0.0.1:1", dst="{}:{}".format(*address), response=reply)
        outcome = player.play(ask)
        who = re.search(r"s[12]$", served)
        assert (outcome.server if outcome.end == "forwarded" else None) == (who[0] if who else None), (name, data)
        if served.startswith("HTTP/"):
            assert outcome.status == int(served.split(" ")[1])
        if outcome.log is not None:
            assert outcome.log == str(sink.take(f"f{number} ")).rstrip("\n"), (name, data)
    assert not [line for line in sink.lines[sink._taken :] if line.startswith(f"f{number} ")], "a line that is not told"
