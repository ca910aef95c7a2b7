"""Names of hosts, looked up with the C library as HAProxy does when it reads a file."""

from __future__ import annotations

import socket

_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


class _Asked:
    """Answers of one run. `asking` is False where a file is read for its language alone, as an editor does at each key."""

    asking = True
    servers = True
    answers: dict[tuple[str, int], str] = {}  # noqa: RUF012 - one for the whole process; each run begins anew


def begin(asking: bool, servers: bool = True) -> None:
    """A new run asks again. `servers`: theirs must have an address, but where `init-addr` says otherwise."""
    _Asked.asking = asking
    _Asked.servers = servers
    _Asked.answers = {}


def servers_need_one() -> bool:
    return _Asked.servers


def address(host: str, family: int = 0) -> str:
    """The numeric address of a host, or empty where it has none now. `family`: 4, 6 or 0 for either."""
    if not _Asked.asking:
        return host
    key = (host, family)
    if key not in _Asked.answers:
        try:
            found = socket.getaddrinfo(host, None, _FAMILIES.get(family, socket.AF_UNSPEC), socket.SOCK_STREAM)
            _Asked.answers[key] = str(found[0][4][0])
        except (OSError, UnicodeError):
            _Asked.answers[key] = ""
    return _Asked.answers[key]


def numeric(text: str) -> str:
    """The usual form of an IPv4 address written in the short or hexadecimal forms of inet_aton (`127.1`, `0`), else empty."""
    if not text or text[0] not in "0123456789" or not text.isascii() or not all(c in "0123456789abcdefxABCDEFX." for c in text):
        return ""
    try:
        return socket.inet_ntoa(socket.inet_aton(text))
    except OSError:
        return ""
