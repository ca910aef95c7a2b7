"""One listening socket: which options it gets, in which order. Raises OSError with a `what` of HAProxy's words."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from steelyard.config.model import Bind
from steelyard.plan.schema.proxy import Probes
from steelyard.plan.schema.server import Address, AddressAbstract, AddressFd, AddressInet, AddressUnix
from steelyard.process import identity

# Linux values that the socket module does not name.
_IPV6_TRANSPARENT = 75
_IP_FREEBIND = 15
_IPV6_FREEBIND = 78
_TCP_USER_TIMEOUT = 18
_TCP_SAVE_SYN = 27
_PROBES = (socket.TCP_KEEPCNT, socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL)
# Longest path of a unix socket, less what a temporary name adds.
_UNIX_PATH_MAX = 107
_SUFFIX_MAX = 12


class BindError(Exception):
    """`what` failed, and the system's reason."""

    def __init__(self, what: str, reason: str, errno: int = 0) -> None:
        super().__init__(f"{what} ({reason})" if reason else what)
        self.errno = errno


@dataclass(slots=True)
class UnixName:
    """A path that was taken over; `restore` gives it back to whoever had it, `keep` forgets about them."""

    path: str
    backup: str | None

    def keep(self) -> None:
        if self.backup is not None:
            Path(self.backup).unlink(missing_ok=True)

    def restore(self) -> None:
        if self.backup is not None:
            os.replace(self.backup, self.path)
        else:
            Path(self.path).unlink(missing_ok=True)


@dataclass(slots=True)
class Opened:
    socket: socket.socket
    unix: UnixName | None = None


def open_socket(address: Address, bind: Bind, backlog: int, *, reuseport: bool, keepalive: Probes | None = None) -> Opened:
    """A socket that listens. `keepalive`: where its proxy has `option clitcpka`. Raises BindError."""
    match address:
        case AddressInet():
            return Opened(_open_inet(address, bind, backlog, reuseport, keepalive))
        case AddressUnix(path=path):
            return _open_unix(path, bind, backlog)
        case AddressAbstract(name=name):
            return Opened(_open_abstract(name, backlog))
        case AddressFd(fd=fd):
            return Opened(_adopt(fd, backlog))


def describe(address: Address) -> str:
    """As messages show it, between brackets."""
    match address:
        case AddressInet(ip=ip, port=port):
            return f"[{ip}:{port}]"
        case AddressUnix(path=path):
            return f"[{path}]"
        case AddressAbstract(name=name):
            return f"[abns@{name}]"
        case AddressFd(fd=fd):
            return f"[fd@{fd}]"


def _probes(keepalive: Probes | None) -> Iterator[tuple[int, int]]:
    """What is said of them; the rest is as the system has it."""
    if keepalive is not None:
        said = (keepalive.count, keepalive.idle, keepalive.interval)
        yield from ((option, value) for option, value in zip(_PROBES, said, strict=True) if value)


def _open_inet(address: AddressInet, bind: Bind, backlog: int, reuseport: bool, keepalive: Probes | None) -> socket.socket:
    v6 = ":" in address.ip
    sock = _new(socket.AF_INET6 if v6 else socket.AF_INET)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuseport:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if v6 and (bind.v6only or bind.v4v6):
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(bind.v6only))
        if bind.transparent:
            _transparent(sock, v6)
        if bind.interface is not None:
            # HAProxy only warns and then listens on every interface; a port that is open too wide is worse than no start.
            _set(
                sock,
                socket.SOL_SOCKET,
                socket.SO_BINDTODEVICE,
                bind.interface.encode() + b"\0",
                f"cannot bind receiver to device '{bind.interface}'",
            )
        if bind.mss is not None:
            _set(sock, socket.IPPROTO_TCP, socket.TCP_MAXSEG, bind.mss, "cannot set MSS")
        if bind.tcp_user_timeout is not None:
            _set(sock, socket.IPPROTO_TCP, _TCP_USER_TIMEOUT, bind.tcp_user_timeout, "cannot set TCP User Timeout")
        if bind.defer_accept:
            _set(sock, socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 1, "cannot enable DEFER_ACCEPT")
        if bind.tfo:
            _set(sock, socket.IPPROTO_TCP, socket.TCP_FASTOPEN, backlog, "cannot enable TCP_FASTOPEN")
        # Connections inherit it, also those that come before the engine has looked at the socket.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, keepalive is not None)
        for option, value in _probes(keepalive):
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if bind.save_syn:
            _set(sock, socket.IPPROTO_TCP, _TCP_SAVE_SYN, bind.save_syn, "cannot set TCP Save SYN")
        try:
            sock.bind((address.ip, address.port))
        except OSError as error:
            raise BindError("cannot bind socket", _reason(error), error.errno or 0) from error
        _listen(sock, backlog)
    except BaseException:
        sock.close()
        raise
    return sock


def _transparent(sock: socket.socket, v6: bool) -> None:
    """IP_TRANSPARENT needs rights that FREEBIND does without; HAProxy is content with either."""
    level, names = (
        (socket.IPPROTO_IPV6, (_IPV6_TRANSPARENT, _IPV6_FREEBIND))
        if v6
        else (socket.IPPROTO_IP, (socket.IP_TRANSPARENT, _IP_FREEBIND))
    )
    for name in names:
        try:
            sock.setsockopt(level, name, 1)
            return
        except OSError as error:
            last = error
    raise BindError("cannot make listening socket transparent", _reason(last), last.errno or 0)


def _open_unix(path: str, bind: Bind, backlog: int) -> Opened:
    """Listens under a temporary name and renames it: the path always leads to a socket that accepts."""
    if len(os.fsencode(path)) > _UNIX_PATH_MAX - _SUFFIX_MAX:
        raise BindError("socket path too long", f"{_UNIX_PATH_MAX - _SUFFIX_MAX} bytes at most")
    temporary = f"{path}.{os.getpid()}.t"
    backup: str | None = f"{path}.{os.getpid()}.b"
    sock = _new(socket.AF_UNIX)
    try:
        Path(temporary).unlink(missing_ok=True)
        sock.bind(temporary)
        try:
            _own(temporary, bind)
            _listen(sock, backlog)
            assert backup is not None
            try:
                Path(backup).unlink(missing_ok=True)
                os.link(path, backup)
            except FileNotFoundError:
                backup = None
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        sock.close()
        raise BindError("cannot bind UNIX socket", _reason(error), error.errno or 0) from error
    except BaseException:
        sock.close()
        raise
    return Opened(sock, UnixName(path, backup))


def _own(path: str, bind: Bind) -> None:
    """`mode`, `user`/`uid`, `group`/`gid` of the file."""
    uid = -1 if bind.uid is None else bind.uid
    gid = -1 if bind.gid is None else bind.gid
    try:
        if bind.user is not None:
            uid = identity.user_id(bind.user)
        if bind.group is not None:
            gid = identity.group_id(bind.group)
    except KeyError as error:
        raise BindError(f"unknown user or group name {error.args[0]}", "") from error
    if uid != -1 or gid != -1:
        os.chown(path, uid, gid)
    if bind.mode is not None:
        os.chmod(path, bind.mode)


def _open_abstract(name: str, backlog: int) -> socket.socket:
    # HAProxy's abns@ names fill the whole address with zero bytes; abnsz@ (not here) would end after the name.
    sock = _new(socket.AF_UNIX)
    try:
        sock.bind(b"\0" + os.fsencode(name).ljust(_UNIX_PATH_MAX, b"\0"))
        _listen(sock, backlog)
    except OSError as error:
        sock.close()
        raise BindError("cannot bind UNIX socket", _reason(error), error.errno or 0) from error
    except BaseException:
        sock.close()
        raise
    return sock


def _adopt(fd: int, backlog: int) -> socket.socket:
    """`fd@N`: a socket that whoever started this process has bound."""
    try:
        sock = socket.socket(fileno=os.dup(fd))
        sock.setblocking(False)
        if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            sock.listen(backlog)
    except OSError as error:
        raise BindError(f"cannot use file descriptor '{fd}'", _reason(error), error.errno or 0) from error
    return sock


def _new(family: int) -> socket.socket:
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise BindError("cannot create receiving socket", _reason(error), error.errno or 0) from error
    sock.setblocking(False)
    return sock


def _set(sock: socket.socket, level: int, name: int, value: int | bytes, what: str) -> None:
    try:
        sock.setsockopt(level, name, value)
    except OSError as error:
        raise BindError(what, _reason(error), error.errno or 0) from error


def _listen(sock: socket.socket, backlog: int) -> None:
    try:
        sock.listen(backlog)
    except OSError as error:
        raise BindError("cannot listen to socket", _reason(error), error.errno or 0) from error


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
