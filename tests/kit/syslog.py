"""A place for log lines: a UDP port or a unix datagram socket, read by a thread."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable

from tests.kit.wire import DEADLINE, Late

# <prio>Mmm dd hh:mm:ss [host] tag[pid]: message
HEADER = re.compile(rb"^<(\d+)>(\w{3} [ \d]\d \d\d:\d\d:\d\d) (?:\S+ )?([^\s\[]+)\[(\d+)\]: ?", re.S)


class Line(str):
    """The message of one log line; the numbers of its header beside it."""

    facility: int
    severity: int
    tag: str
    raw: bytes


def parse(raw: bytes) -> Line:
    found = HEADER.match(raw)
    if not found:
        line = Line(raw.decode("utf-8", "replace"))
        line.facility = line.severity = -1
        line.tag = ""
    else:
        line = Line(raw[found.end() :].rstrip(b"\n").decode("utf-8", "replace"))
        line.facility, line.severity = divmod(int(found[1]), 8)
        line.tag = found[3].decode()
    line.raw = raw
    return line


class Syslog:
    """`str(sink)` is the address to write after `log`."""

    def __init__(self, path: str | None = None, *, port: int = 0) -> None:
        self.path = path
        if path is None:
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sock.bind(("127.0.0.1", port))
        else:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.sock.bind(path)
        self.lines: list[Line] = []
        self._taken = 0
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __str__(self) -> str:
        return self.path or f"127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(self.sock.getsockname()[1])

    def _run(self) -> None:
        while True:
            try:
                data = self.sock.recv(65536)
            except OSError:
                return
            if data == b"\0stop":
                return
            with self._news:
                self.lines.append(parse(data))
                self._news.notify_all()

    def take(self, want: Callable[[Line], object] | str | None = None, deadline: float = DEADLINE) -> Line:
        """The next line (that holds `want`, or for which it is true); lines before it are passed over."""
        if isinstance(want, str):
            text = want
            want = lambda line: text in line  # noqa: E731
        end = time.monotonic() + deadline
        with self._news:
            while True:
                while self._taken < len(self.lines):
                    line = self.lines[self._taken]
                    self._taken += 1
                    # The lines by which a program says that it starts are nobody's expectation.
                    if want(line) if want else not re.match(r"(Proxy|New worker|Loading)\b", line):
                        return line
                left = end - time.monotonic()
                if left <= 0 or not self._news.wait(left):
                    raise Late(f"no such log line; all lines: {list(map(str, self.lines))}")

    def close(self) -> None:
        kind = socket.AF_INET if self.path is None else socket.AF_UNIX
        with socket.socket(kind, socket.SOCK_DGRAM) as end:
            end.sendto(b"\0stop", self.path or ("127.0.0.1", self.port))
        self._thread.join(DEADLINE)
        self.sock.close()


def plain(line: str) -> str:
    """A log line with what must differ between two runs taken out: ports, dates, and times that are not -1."""
    line = re.sub(r"127\.0\.0\.1:\d+", "CLIENT", line, count=1)
    line = re.sub(r"\[\d\d/\w{3}/\d{4}[^\]]*\]", "[DATE]", line)
    return re.sub(r"(?<= )[+-]?\d+(/[+-]?\d+){2,4}(?= (?:-?\d{3}|\+?\d+) )", _timers, line, count=1)


def _timers(found: re.Match[str]) -> str:
    return "/".join(part if part[0] == "-" else "+N" if part[0] == "+" else "N" for part in found[0].split("/"))
