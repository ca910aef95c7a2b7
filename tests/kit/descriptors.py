"""The sockets of a running proxy, as its kernel sees them: what options were set on them.

pidfd_getfd(2) gives a second descriptor of the same socket; a parent may ask for those of its children."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.kit.wire import DEADLINE, Late

# The same number on every machine, since Linux 5.6.
PIDFD_GETFD = 438
TCP_USER_TIMEOUT = 18
IP_TRANSPARENT = 19

T = TypeVar("T")

_libc = ctypes.CDLL(None, use_errno=True)


def sockets(pid: int) -> list[socket.socket]:
    """Second descriptors of all its sockets; whoever asks closes them."""
    watch = os.pidfd_open(pid)
    found = []
    try:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            try:
                if not str(entry.readlink()).startswith("socket:"):
                    continue
            except OSError:
                continue
            copy = _libc.syscall(PIDFD_GETFD, watch, int(entry.name), 0)
            if copy >= 0:
                found.append(socket.socket(fileno=copy))
    finally:
        os.close(watch)
    return found


def _ports(sock: socket.socket) -> tuple[int, int]:
    """The own port and the peer's; 0 where there is none."""
    ports = []
    for ask in (sock.getsockname, sock.getpeername):
        try:
            name = ask()
            ports.append(name[1] if isinstance(name, tuple) else 0)
        except OSError:
            ports.append(0)
    return ports[0], ports[1]


def look(pid: int, wanted: Callable[[int, int], bool], what: Callable[[socket.socket], T]) -> list[T]:
    """What is asked of each TCP socket whose own port and peer's port are wanted. Waits until there is one."""
    end = time.monotonic() + DEADLINE
    while True:
        each = sockets(pid)
        try:
            found = [what(sock) for sock in each if sock.type == socket.SOCK_STREAM and wanted(*_ports(sock))]
        finally:
            for sock in each:
                sock.close()
        if found:
            return found
        if time.monotonic() > end:
            raise Late(f"process {pid} has no such socket")


def listening(pid: int, port: int, what: Callable[[socket.socket], T]) -> list[T]:
    return look(pid, lambda own, peer: own == port and not peer, what)


def connected(pid: int, port: int, what: Callable[[socket.socket], T]) -> list[T]:
    """Of connections to a peer's port."""
    return look(pid, lambda _, peer: peer == port, what)


def option(level: int, name: int) -> Callable[[socket.socket], int]:
    return lambda sock: sock.getsockopt(level, name)


def backlog(sock: socket.socket) -> int:
    """Connections that may wait: `tcpi_sacked` of a socket that listens."""
    return int(struct.unpack_from("I", sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), 28)[0])
