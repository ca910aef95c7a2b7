"""Log lines over streams: `log tcp@` and `log uxst@`, each proved on HAProxy, and what happens when the server of the log dies."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.behaviours import hello
from tests.kit.wire import DEADLINE
from tests.oracle.common import get, site


class LineServer:
    """Takes one connection after the other and reads lines."""

    def __init__(self, family: int = socket.AF_INET, address: tuple[str, int] | str = ("127.0.0.1", 0)) -> None:
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.bind(address)
        self.sock.listen()
        self.data = b""
        self.connections = 0
        self.open: list[socket.socket] = []
        self.news = threading.Condition()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self.sock.accept()
            except OSError:
                return
            self.open.append(connection)
            self.connections += 1
            threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        try:
            while data := connection.recv(65536):
                with self.news:
                    self.data += data
                    self.news.notify_all()
        except OSError:
            pass

    @property
    def lines(self) -> list[str]:
        """Those of requests: HAProxy's tell of its start, too."""
        whole = self.data.decode(errors="replace").splitlines(keepends=True)
        return [line for line in whole if line.endswith("\n") and "started" not in line and "Loading" not in line]

    def wait(self, count: int) -> list[str]:
        with self.news:
            assert self.news.wait_for(lambda: len(self.lines) >= count, DEADLINE), self.data
            return self.lines

    def wait_for(self, pattern: str) -> re.Match[bytes]:
        """What has come when it holds the pattern."""
        wanted = re.compile(pattern.encode(), re.S)
        with self.news:
            assert self.news.wait_for(lambda: wanted.search(self.data), DEADLINE), self.data
            found = wanted.search(self.data)
            assert found
            return found

    def hang_up(self) -> None:
        """Closes what is connected; listens on."""
        for connection in self.open:
            connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self.open.clear()

    def close(self) -> None:
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        self.thread.join(DEADLINE)
        self.hang_up()


@pytest.fixture
def lines() -> Iterator[LineServer]:
    server = LineServer()
    yield server
    server.close()


def logging_to(run, serve, target: str):
    top = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s"
    return site(run, front=f"log {target} local0\noption httplog", top=top, s1=serve(hello))


WANTED = re.compile(r'<134>\w{3} [ \d]\d [\d:]{8} haproxy\[\d+\]: 127\.0\.0\.1:\d+ .* "GET /(\d) HTTP/1\.1"\n')


def number(line: str) -> str:
    """The number in the request of a line, which is whole."""
    found = WANTED.fullmatch(line)
    assert found, line
    return found[1]


def test_lines_over_tcp(run, serve, lines):
    proxy = logging_to(run, serve, f"tcp@127.0.0.1:{lines.sock.getsockname()[1]}")
    for each in range(3):
        proxy.ask(get(f"/{each}"))
    # Several threads write: a line follows the response, so two may change places.
    assert sorted(number(line) for line in lines.wait(3)) == ["0", "1", "2"]
    assert lines.connections == 1


def test_lines_over_a_unix_stream(run, serve, tmp_path: Path):
    path = str(tmp_path / "log.sock")
    server = LineServer(socket.AF_UNIX, path)
    try:
        proxy = logging_to(run, serve, f"uxst@{path}")
        proxy.ask(get("/7"))
        assert [number(line) for line in server.wait(1)] == ["7"]
    finally:
        server.close()


def test_a_server_of_the_log_that_comes_back_gets_lines_again(run, serve, lines, program):
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 loses the line that finds the connection closed")
    proxy = logging_to(run, serve, f"tcp@127.0.0.1:{lines.sock.getsockname()[1]}")
    proxy.ask(get("/0"))
    lines.wait(1)
    lines.hang_up()
    proxy.ask(get("/1"))
    assert [number(line) for line in lines.wait(2)] == ["0", "1"]


def test_a_dead_server_of_the_log_holds_nobody_up(run, serve, ports):
    proxy = logging_to(run, serve, f"tcp@127.0.0.1:{ports.lend()}")
    assert [proxy.ask(get(f"/{each}")).status for each in range(20)] == [200] * 20


def test_a_ring_frames_lines_as_its_server_wants(run, serve, lines):
    """Manual 12.5: the format and longest line are the ring's, octet counts stand in front of lines (RFC 6587 section 3.4.1)."""
    port = lines.sock.getsockname()[1]
    top = (
        "ring r\n format rfc5424\n maxlen 1200\n size 32764\n timeout connect 5s\n timeout server 10s\n"
        f" server s 127.0.0.1:{port} log-proto octet-count\n"
        "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s"
    )
    proxy = site(run, front="log ring@r local0\nlog-format path=%HP;", top=top, s1=serve(hello))
    assert proxy.ask(get("/1")).status == 200
    found = lines.wait_for(r"(?<!\d)(\d+) (<134>1 \S+ - haproxy \d+ - - path=/1;)")
    assert int(found[1]) == len(found[2]), lines.data
