"""The notes' own configuration, word for word, in a network that has its addresses.

No HAProxy of today runs it (`nbproc` and `option http_proxy` left in 2.5), so the expectations here are the notes' and the
manuals' of that time, and only Steelyard is asked."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kit import Message, Server, connect, http
from tests.kit.behaviours import echo
from tests.kit.netns import network, processes, unavailable
from tests.kit.ports import listening
from tests.kit.program import find_steelyard
from tests.kit.server import Conn
from tests.kit.syslog import Syslog, plain

SEED = Path(__file__).with_name("test-proxy.cfg")
PROXY, ALLOWED, OTHER = "192.168.200.10", "192.168.200.150", "192.168.200.151"
PUBLIC, PRIVATE = "203.0.113.5", "192.168.0.20"
OTHER_PRIVATE = {"10.1.2.3", "172.16.5.6", "172.31.255.254", "192.168.0.255"}
EMPTY = Path("/var/empty")


@dataclass(slots=True)
class World:
    namespace: str
    public: Server
    private: Server
    sink: Syslog
    workers: list[int]

    def ask(self, data: bytes, source: str = ALLOWED) -> Message:
        with connect((PROXY, 8080), source=source) as client:
            return client.ask(data)


def origin(conn: Conn) -> None:
    """Echoes; says audio/mp3 for a path that ends so."""
    while True:
        request = conn.request()
        kind = "audio/mp3" if request.target.endswith(".mp3") else "text/plain"
        body = request.head + request.body
        conn.send(http("HTTP/1.1 200 OK", f"Content-Type: {kind}", f"Content-Length: {len(body)}", body=body))


def why_not() -> str | None:
    if find_steelyard() is None:
        return "steelyard is not installed here"
    if os.geteuid() != 0:
        return "needs root: a network namespace, user 200, chroot"
    return unavailable()


REASON = why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=REASON or "")


def end(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            continue


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    program = find_steelyard()
    assert program is not None
    # The directory that BSD and many Linux systems have. It stays: workers of another test process may live in it.
    EMPTY.mkdir(mode=0o555, exist_ok=True)
    with network([PROXY, ALLOWED, OTHER, PUBLIC, PRIVATE]) as namespace:
        sink = Syslog(port=514)
        public, private = Server(origin, "public", host=PUBLIC, port=80), Server(echo, "private", host=PRIVATE, port=80)
        try:
            done = subprocess.run([program, "-f", str(SEED)], capture_output=True, timeout=60, check=False)
            assert done.returncode == 0, done.stderr.decode()
            limit = time.monotonic() + 30
            while not listening(8080) and time.monotonic() < limit:
                select.select([], [], [], 0.02)
            assert listening(8080)
            workers = [pid for pid in processes(namespace) if Path(f"/proc/{pid}").stat().st_uid == 200]
            yield World(namespace, public, private, sink, workers)
        finally:
            end(processes(namespace))
            limit = time.monotonic() + 10
            while processes(namespace) and time.monotonic() < limit:
                select.select([], [], [], 0.02)
            for pid in processes(namespace):
                os.kill(pid, signal.SIGKILL)
            for server in (public, private):
                server.close()
            sink.close()


def test_allowed_client_is_served_through_the_address_in_the_url(world: World) -> None:
    got = world.ask(http(f"GET http://{PUBLIC}/a/b?c HTTP/1.1", f"Host: {PUBLIC}"))
    assert got.status == 200
    # The server sees the origin form.
    assert got.echoed.start == "GET /a/b?c HTTP/1.1"
    assert got.echoed.get("host") == PUBLIC


def test_port_in_the_url(world: World) -> None:
    other = Server(origin, "other", host=PUBLIC, port=8181)
    try:
        got = world.ask(http(f"GET http://{PUBLIC}:8181 HTTP/1.1", f"Host: {PUBLIC}:8181"))
        assert got.echoed.start == "GET / HTTP/1.1"
    finally:
        other.close()


def test_other_clients_are_refused(world: World) -> None:
    before = len(world.public.requests)
    got = world.ask(http(f"GET http://{PUBLIC}/ HTTP/1.1", f"Host: {PUBLIC}"), source=OTHER)
    assert got.status == 403
    assert len(world.public.requests) == before


@pytest.mark.parametrize("address", sorted(OTHER_PRIVATE | {PRIVATE}))
def test_private_destinations_are_refused(world: World, address: str) -> None:
    got = world.ask(http(f"GET http://{address}/ HTTP/1.1", f"Host: {address}"))
    assert got.status == 403
    assert world.private.connections == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_only_get_is_valid(world: World, method: str) -> None:
    before = len(world.public.requests)
    with connect((PROXY, 8080), source=ALLOWED) as client:
        client.send(http(f"{method} http://{PUBLIC}/ HTTP/1.1", f"Host: {PUBLIC}", "Content-Length: 0"))
        assert client.response(method).status == 403
    assert len(world.public.requests) == before


def test_audio_is_kept_away(world: World) -> None:
    assert world.ask(http(f"GET http://{PUBLIC}/song.mp3 HTTP/1.1", f"Host: {PUBLIC}")).status == 502


def test_a_url_without_an_address_is_a_bad_request(world: World) -> None:
    assert world.ask(http("GET / HTTP/1.1", "Host: a.test")).status in (400, 503)


def test_a_port_that_refuses_is_503(world: World) -> None:
    assert world.ask(http(f"GET http://{PUBLIC}:9/ HTTP/1.1", f"Host: {PUBLIC}:9")).status == 503


def test_keep_alive_to_two_servers(world: World) -> None:
    """Each request of a connection goes to its own URL's address."""
    other = Server(origin, "other", host=PUBLIC, port=8282)
    try:
        with connect((PROXY, 8080), source=ALLOWED) as client:
            for port in (80, 8282, 80):
                got = client.ask(http(f"GET http://{PUBLIC}:{port}/ HTTP/1.1", f"Host: {PUBLIC}:{port}"))
                assert got.status == 200
        assert len(other.requests) == 1
    finally:
        other.close()


def test_four_workers_of_user_200_in_an_empty_root(world: World) -> None:
    assert len(world.workers) == 4
    for pid in world.workers:
        status = Path(f"/proc/{pid}/status").read_text()
        assert re.search(r"^Uid:\t200\t200\t200\t200$", status, re.MULTILINE)
        assert re.search(r"^Gid:\t200\t200\t200\t200$", status, re.MULTILINE)
        assert str(Path(f"/proc/{pid}/root").readlink()) == "/var/empty"
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"^Max open files\s+16384\s", limits, re.MULTILINE)
        # A daemon: a session of its own, no terminal, nothing on the standard streams.
        assert int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[4]) == 0


def test_requests_are_logged_by_every_worker_the_same_way(world: World) -> None:
    world.ask(http(f"GET http://{PUBLIC}/logged HTTP/1.1", f"Host: {PUBLIC}"))
    line = world.sink.take("/logged")
    assert (line.facility, line.severity) == (16, 6)
    line_text = re.sub(rf"^{re.escape(ALLOWED)}:\d+", "CLIENT", plain(str(line)))
    assert re.fullmatch(
        r"CLIENT \[DATE\] test-proxy test-proxy-srv/<NOSRV> N/N/N/N/N 200 \d+ - - ---- \d+/\d+/\d+/\d+/0 0/0 "
        rf'"GET http://{re.escape(PUBLIC)}/logged HTTP/1\.1"',
        line_text,
    ), line
    world.ask(http(f"GET http://{PUBLIC}/refused HTTP/1.1", f"Host: {PUBLIC}"), source=OTHER)
    line = world.sink.take("/refused")
    assert " test-proxy test-proxy/<NOSRV> " in line
    assert " 403 " in line
    assert " PR-- " in line


def test_connections_without_a_request_leave_no_line(world: World) -> None:
    connect((PROXY, 8080), source=ALLOWED).close()
    world.ask(http(f"GET http://{PUBLIC}/after-null HTTP/1.1", f"Host: {PUBLIC}"))
    seen = len(world.sink.lines)
    world.sink.take("/after-null")
    assert not [line for line in world.sink.lines[seen:] if "<BADREQ>" in line]


def test_workers_share_the_port(world: World) -> None:
    """Many connections: all are answered, whoever accepts."""
    for _ in range(40):
        assert world.ask(http(f"GET http://{PUBLIC}/ HTTP/1.1", f"Host: {PUBLIC}")).status == 200


def test_the_port_is_not_open_elsewhere(world: World) -> None:
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", 8080), timeout=5)
