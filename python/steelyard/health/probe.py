"""One check on the wire: connect, maybe ask, read, judge."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import socket
import struct
import time

from steelyard.health.result import Code, Result
from steelyard.health.spec import Expect, HttpSpec, Spec
from steelyard.plan.schema.server import AddressAbstract, AddressInet, AddressUnix

# Most that is read of a reply; HAProxy reads one buffer.
REPLY_MAX = 16384
CHUNK = 4096
_STATUS_LINE = re.compile(rb"HTTP/\d\.\d (\d{3})(?: ([^\r\n]*))?\r?\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
# A server's words go into log lines.
_UNPRINTABLE = re.compile(r'[^ -~]|"')
# PROXY protocol v2, section 2.2: signature, version 2 LOCAL, no addresses. A check speaks for no client.
_PROXY_V2 = b"\r\n\r\n\x00\r\nQUIT\n"
_PROXY_V2_LOCAL = _PROXY_V2 + b"\x20\x00\x00\x00"
# Close at once with a reset: a check leaves no TIME_WAIT behind, as HAProxy's.
_LINGER_OFF = struct.pack("ii", 1, 0)


async def probe(spec: Spec) -> Result:
    """Does one check. Never raises but CancelledError."""
    started = time.monotonic()

    def result(code: Code, status: int = 0, info: str = "") -> Result:
        return Result(code, status, info, int((time.monotonic() - started) * 1000))

    loop = asyncio.get_running_loop()
    try:
        sock = open_socket(spec)
    except OSError as error:
        return result(Code.SOCKERR, info=words(error))
    try:
        try:
            async with asyncio.timeout(spec.timeout_connect / 1000):
                await loop.sock_connect(sock, target(spec))
        except TimeoutError:
            return result(Code.L4TOUT)
        except OSError as error:
            return result(Code.L4CON, info=words(error))
        # Without `timeout check`, what is left of the interval.
        left = (
            spec.timeout_connect / 1000 - (time.monotonic() - started) if spec.timeout_read is None else spec.timeout_read / 1000
        )
        try:
            async with asyncio.timeout(max(left, 0.001)):
                await loop.sock_sendall(sock, preface(spec, sock) + (spec.http.request if spec.http else b""))
                if spec.http is None:
                    return result(Code.L4OK)
                code, status, info = await _converse(loop, sock, spec.http)
                return result(code, status, info)
        except TimeoutError:
            return result(Code.L7TOUT)
        except OSError as error:
            return result(Code.L7RSP if spec.http else Code.L4CON, info=words(error))
    finally:
        sock.close()


async def _converse(loop: asyncio.AbstractEventLoop, sock: socket.socket, http: HttpSpec) -> tuple[Code, int, str]:
    """Reads until the reply decides, or there is no more of it."""
    data = b""
    while True:
        chunk = await loop.sock_recv(sock, CHUNK)
        data += chunk
        over = not chunk or len(data) >= REPLY_MAX
        verdict = judge(data, over, http)
        if verdict is not None:
            return verdict


def judge(data: bytes, over: bool, http: HttpSpec) -> tuple[Code, int, str] | None:
    """A verdict on a reply so far, or None when more of it may decide. `over`: nothing follows."""
    line = _STATUS_LINE.match(data)
    if line is None:
        # A first line that is whole and not HTTP will not become it.
        return (Code.L7RSP, 0, "") if over or b"\n" in data else None
    head = _HEAD_END.search(data)
    if head is None:
        return (Code.L7RSP, 0, "") if over else None
    status, reason = int(line[1]), _UNPRINTABLE.sub(".", (line[2] or b"").decode("latin-1"))
    if http.disable_on_404 and status == 404:
        return Code.L7OKC, status, ""
    if not http.expect.wants_body:
        good = _status_fits(http.expect, status) != http.expect.negated
        return (Code.L7OK, status, "") if good else (Code.L7STS, status, reason)
    return _judge_body(data[: head.end()], data[head.end() :], over, http.expect, status)


def _status_fits(expect: Expect, status: int) -> bool:
    if expect.status_regex is not None:
        return expect.status_regex.search(str(status).encode()) is not None
    return any(low <= status <= high for low, high in expect.statuses)


def _judge_body(head: bytes, body: bytes, over: bool, expect: Expect, status: int) -> tuple[Code, int, str] | None:
    length = re.search(rb"(?im)^content-length[ \t]*:[ \t]*(\d+)", head)
    if re.search(rb"(?im)^transfer-encoding[ \t]*:.*chunked", head):
        body, ended = _unchunk(body)
        over = over or ended
    elif length is not None and len(body) >= int(length[1]):
        body, over = body[: int(length[1])], True
    if not body:
        return (Code.L7RSP, 0, "HTTP content check could not find a response body") if over else None
    found = expect.body_regex.search(body) is not None if expect.body_regex is not None else (expect.text or b"") in body
    if found and expect.negated:
        return Code.L7RSP, 0, "HTTP check matched unwanted content"
    if found or (over and expect.negated):
        return Code.L7OK, status, ""
    return (Code.L7RSP, 0, "HTTP content check did not match") if over else None


def _unchunk(data: bytes) -> tuple[bytes, bool]:
    """The data of the chunks that are there, and whether the last one is among them."""
    body = b""
    while True:
        size_line, newline, rest = data.partition(b"\n")
        if not newline:
            return body, False
        try:
            size = int(size_line.split(b";")[0], 16)
        except ValueError:
            return body, True
        if size == 0:
            return body, True
        body += rest[:size]
        data = rest[size:].removeprefix(b"\r").removeprefix(b"\n")


def open_socket(spec: Spec) -> socket.socket:
    """Raises OSError."""
    inet = isinstance(spec.address, AddressInet)
    family = socket.AF_UNIX
    if isinstance(spec.address, AddressInet):
        family = socket.AF_INET6 if ":" in spec.address.ip else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        if inet:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_OFF)
            source = spec.source
            if source is not None:
                if source.interface:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, source.interface.encode() + b"\0")
                if source.ip:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    sock.bind((source.ip, 0))
    except BaseException:
        sock.close()
        raise
    return sock


def target(spec: Spec) -> tuple[str, int] | str | bytes:
    match spec.address:
        case AddressInet(ip=ip, port=port):
            return ip, port
        case AddressUnix(path=path):
            return path
        case AddressAbstract(name=name):
            return b"\0" + os.fsencode(name).ljust(107, b"\0")
        case address:
            raise OSError(errno.EAFNOSUPPORT, f"{address} can't be checked")


def preface(spec: Spec, sock: socket.socket) -> bytes:
    """The PROXY protocol's head, for the check's own connection."""
    if spec.send_proxy == 2:
        return _proxy_v2(sock) if spec.never_local else _PROXY_V2_LOCAL
    if spec.send_proxy == 1:
        if sock.family == socket.AF_UNIX:
            return b"PROXY UNKNOWN\r\n"
        mine, theirs = sock.getsockname(), sock.getpeername()
        family = "TCP6" if sock.family == socket.AF_INET6 else "TCP4"
        return f"PROXY {family} {mine[0]} {theirs[0]} {mine[1]} {theirs[1]}\r\n".encode()
    return b""


def _proxy_v2(sock: socket.socket) -> bytes:
    """Version 2 with the PROXY command (section 2.2): over TCP the addresses of both ends, else none."""
    if sock.family == socket.AF_UNIX:
        return _PROXY_V2 + b"\x21\x00\x00\x00"
    mine, theirs = sock.getsockname(), sock.getpeername()
    addresses = socket.inet_pton(sock.family, mine[0]) + socket.inet_pton(sock.family, theirs[0])
    family = b"\x21" if sock.family == socket.AF_INET6 else b"\x11"
    return (
        _PROXY_V2 + b"\x21" + family + struct.pack("!H", len(addresses) + 4) + addresses + struct.pack("!HH", mine[1], theirs[1])
    )


def words(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
