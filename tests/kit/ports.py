"""Ports lent to programs under test.

A lent port is bound here (with SO_REUSEADDR, not listening) for as long as the test runs: the kernel gives it to nobody
else, the borrower may still bind it (both ends set SO_REUSEADDR and only one listens), and until somebody listens a
connection to it is refused."""

from __future__ import annotations

import socket
import stat
from pathlib import Path


class Ports:
    def __init__(self) -> None:
        self._held: list[socket.socket] = []

    def lend(self, host: str = "127.0.0.1") -> int:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((host, 0))
        self._held.append(sock)
        return int(sock.getsockname()[1])

    def lend_range(self, count: int, host: str = "127.0.0.1") -> int:
        """The first of `count` neighbouring ports."""
        for _ in range(200):
            first = self.lend(host)
            got = []
            try:
                for port in range(first + 1, first + count):
                    sock = socket.socket()
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                    got.append(sock)
                    sock.bind((host, port))
            except (OSError, OverflowError):
                for sock in got:
                    sock.close()
                continue
            self._held += got
            return first
        raise AssertionError("no free range of ports")

    def close(self) -> None:
        for sock in self._held:
            sock.close()
        self._held.clear()


def listening(port: int) -> bool:
    """Is any TCP socket of this network namespace listening on the port? (Asking the kernel leaves no trace in logs.)"""
    want = f":{port:04X}"
    for name in ("tcp", "tcp6"):
        try:
            with open(f"/proc/net/{name}", encoding="ascii") as table:
                for line in table:
                    words = line.split()
                    if words[3] == "0A" and words[1].endswith(want):
                        return True
        except FileNotFoundError:
            continue
    return False


def listening_unix(path: str) -> bool:
    """A program may bind another name and rename it, so for a path the file itself is asked."""
    if not path.startswith("abns@"):
        try:
            return stat.S_ISSOCK(Path(path).stat().st_mode)
        except FileNotFoundError:
            return False
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as table:
        return any(line.rstrip("\n").rpartition(" ")[2].rstrip("@\0") == "@" + path[5:] for line in table)
