"""A network namespace of the test's own, with any addresses it likes, made by system calls alone.

The calling thread moves into the new namespace, so the sockets, threads and programs that it starts from then on live
there; at the end it moves back. Needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN)."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8913, 0x8914, 0x8916, 0x891C
IFF_UP = 1

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *args: int) -> None:
    if getattr(_libc, name)(*args) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _request(name: str, rest: bytes) -> bytes:
    return struct.pack("16s24s", name.encode(), rest)


def _address(text: str) -> bytes:
    return struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(text))


def add(address: str, number: int) -> None:
    """One more address for the namespace that the thread lives in; its number there is its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFADDR, _request(f"lo:{number}", _address(address)))
        fcntl.ioctl(sock, SIOCSIFNETMASK, _request(f"lo:{number}", _address("255.255.255.255")))


@contextmanager
def network(addresses: Sequence[str]) -> Iterator[str]:
    """Gives the identity of the namespace (as `/proc/PID/ns/net` shows it)."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _call("unshare", CLONE_NEWNET)
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                flags = struct.unpack("16sH22x", fcntl.ioctl(sock, SIOCGIFFLAGS, _request("lo", b"")))[1]
                fcntl.ioctl(sock, SIOCSIFFLAGS, _request("lo", struct.pack("H", flags | IFF_UP)))
            for number, address in enumerate(addresses):
                add(address, number + 1)
            yield str(Path("/proc/thread-self/ns/net").readlink())
        finally:
            _call("setns", home, CLONE_NEWNET)
    finally:
        os.close(home)


def unavailable() -> str | None:
    """Why there can be no such network here."""
    try:
        with network([]):
            return None
    except OSError as error:
        return f"no network namespace here: {error}"


def processes(namespace: str) -> list[int]:
    """The processes that live in the namespace (this one is not among them unless all its threads do)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if str((entry / "ns/net").readlink()) == namespace:
                    found.append(int(entry.name))
            except OSError:
                continue
    return sorted(found)
