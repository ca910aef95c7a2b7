"""Addresses with ports (manual section 2.9): `1.2.3.4:80`, `*:80-90`, `[::1]:80`, `/path`, `abns@name`, `fd@3`, `name:+10`."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, replace
from typing import Literal

from steelyard.config.grammar.values import Bad
from steelyard.config.hosts import address, numeric
from steelyard.config.model import AbstractName, Endpoint, Inet, Inherited, UnixPath
from steelyard.config.span import Span

NO_PORT = "has no port"
Ports = Literal["none", "maybe", "must"]

_FAMILIES = {"ip": 0, "ipv4": 4, "ipv6": 6, "tcp": 0, "tcp4": 4, "tcp6": 6}
_DATAGRAM = {"udp": 0, "udp4": 4, "udp6": 6}
# Address types that can't be used yet: those with a host and a port, and the family that they say; then those with a name.
_LATER_HOSTS = {"quic4": 4, "quic6": 6, "mptcp": 0, "mptcp4": 4, "mptcp6": 6}
_LATER_NAMES = ("sockpair", "abnsz", "rhttp", "rev", "ring", "backend")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)\.?\Z")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\Z", re.ASCII)
_LEADING = re.compile(r"[0-9]+")
_PREFIX = re.compile(r"[a-z][a-z0-9+-]*\Z")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the place allows. `ports`: must a port be there; `ranges`: `80-90`; `offsets`: `+10`; `datagram`: UDP, else TCP.

    `descriptors`: `fd@3`. `relays`: servers may be syslog servers over UDP. `look_up`: a name of a host must have an address now;
    other places look it up when the section is complete, or later.
    """

    ports: Ports = "must"
    ranges: bool = False
    offsets: bool = False
    datagram: bool = False
    default_port: int = 0
    look_up: bool = True
    relays: bool = False
    descriptors: bool = False


BIND = Wanted("must", ranges=True, descriptors=True)
STATS = BIND
SERVER = Wanted("maybe", offsets=True, look_up=False, relays=True)
SOURCE = Wanted("maybe")
SERVER_SOURCE = Wanted("maybe", ranges=True)
LOG = Wanted("maybe", datagram=True, default_port=514, descriptors=True)


def parse_address(text: str, span: Span, wanted: Wanted) -> Endpoint | Bad:
    """One address; a name to look up stays a name."""
    prefix, at, rest = text.partition("@")
    if not at or not _PREFIX.match(prefix) or text.startswith("/"):
        prefix, rest = "", text
    kind, _, family = prefix.rpartition("+")
    if kind not in ("", "stream", "dgram") or (kind and (kind == "dgram") is not wanted.datagram):
        return Bad(f"has the address type '{kind}+', which is not supported here")
    if family in _LATER_NAMES and (rest or family in ("rhttp", "rev")):
        return Endpoint(AbstractName(rest), port_given=False, later=family, span=span)
    if family in _LATER_HOSTS or (family in _DATAGRAM and wanted.relays):
        found = _inet(rest, (_LATER_HOSTS | _DATAGRAM)[family], span, wanted)
        return found if isinstance(found, Bad) else replace(found, later=family)
    if family in ("unix", "uxst", "abns") and not rest and wanted in (BIND, SERVER):
        return Endpoint(AbstractName(""), port_given=False, later=family, span=span)
    if family == "unix" or family == ("uxdg" if wanted.datagram else "uxst") or (not prefix and text.startswith("/")):
        return _unix(rest, span)
    if family == "abns":
        return Endpoint(AbstractName(rest), port_given=False, span=span) if rest else Bad("needs a name after 'abns@'")
    if family == "fd" and not wanted.descriptors:
        return Bad("is a file descriptor, which is of no use here")
    if family == "fd":
        if not rest.isascii() or not rest.isdigit() or len(rest) > 6:
            return Bad("needs a file descriptor number after 'fd@'")
        return Endpoint(Inherited(int(rest)), port_given=False, span=span)
    families = _DATAGRAM | {"ip": 0, "ipv4": 4, "ipv6": 6} if wanted.datagram else _FAMILIES
    if prefix and family not in families:
        return Bad(f"has the unknown address type '{prefix}@'", tuple(families))
    return _inet(rest, families.get(family, 0), span, wanted)


def _unix(path: str, span: Span) -> Endpoint | Bad:
    if not path:
        return Bad("needs a path after 'unix@'")
    if len(path.encode("utf-8", "surrogateescape")) > 107:
        return Bad("is too long a socket path; 107 bytes is the limit")
    return Endpoint(UnixPath(path), port_given=False, span=span)


def _inet(text: str, family: int, span: Span, wanted: Wanted) -> Endpoint | Bad:
    host, colon, port = text.rpartition(":")
    if not colon or "]" in port:
        host, colon, port = text, "", ""
    if not port and wanted.ports == "must" and host.isascii() and host.isdigit():
        return Bad(f"has no port; write ':{host}' for a port alone")
    if port and host.endswith(":") and is_ipv6(text) and not is_ipv6(host):
        return Bad(f"is an IPv6 address without a port; write '[{text}]{':<port>' if wanted.ports == 'must' else ''}'")
    where = _host(host, family)
    if isinstance(where, Bad):
        return where
    if wanted.look_up and is_name(where.host) and not address(where.host, where.family):
        return Bad(f"has '{where.host}', which could not be resolved to an address")
    if not port:
        if wanted.ports == "must":
            return Bad(NO_PORT)
        low = wanted.default_port
        return Endpoint(where, low, low, port_given=False, span=span)
    if wanted.ports == "none":
        return Bad("must not have a port")
    if port[0] in "+-":
        if not wanted.offsets:
            return Bad("has a port relative to the client's, which means nothing here")
        offset = _number(_digits(port[1:]))
        if offset is None:
            return Bad(f"has the bad port '{port}'")
        return Endpoint(where, 0, 0, -offset if port[0] == "-" else offset, span=span)
    first, dash, second = port.partition("-")
    low_port = _number(_digits(first))
    high_port = _number(_digits(second)) if dash else low_port
    least = 1 if wanted.ports == "must" else 0
    if low_port is None or high_port is None or low_port < least or high_port < low_port:
        return Bad(f"has the bad port '{port}'; ports go from 1 to 65535")
    if dash and not wanted.ranges:
        return Bad("has a range of ports, which is not allowed here")
    if low_port == 0 and wanted.offsets:  # a server's port 0 stands for the port that the client asked for
        return Endpoint(where, 0, 0, 0, span=span)
    if high_port == 0:  # as if none were written
        return Endpoint(where, wanted.default_port, wanted.default_port, port_given=False, span=span)
    return Endpoint(where, low_port, high_port, span=span)


def port_tail(text: str) -> str:
    """Why the port of an address is not quite what was written; reads on after the quoted word. Empty where it is.

    HAProxy up to 2.8 reads the leading digits of a port: `10.0.0.1:9090/metrics` is port 9090 there.
    """
    port = text.rpartition(":")[2]
    for part in port.removeprefix("+").removeprefix("-").split("-", 1):
        digits = _digits(part)
        if digits and digits != part and "]" not in part and ":" in text and not is_ipv6(text):
            return f"has the port '{part}', which is read as {int(digits)}"
    return ""


def _digits(text: str) -> str:
    match = _LEADING.match(text)
    return match.group() if match else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535 else None


def _host(host: str, family: int) -> Inet | Bad:
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
        if family == 0:
            family = 6
    if host in ("", "*"):
        return Inet("", family or 4)
    if ":" in host:
        if family == 4 or not is_ipv6(host):
            return Bad(f"has '{host}', which is not an IPv{'4' if family == 4 else '6'} address")
        return Inet(host, 6)
    host = numeric(host) or host
    if _IPV4.match(host):
        return Inet(host, 4) if family != 6 else Bad(f"has '{host}', which is not an IPv6 address")
    if not _HOST.match(host) or len(host) > 255:
        return Bad(f"has '{host}', which is neither an address nor a host name")
    return Inet(host, family)


def is_name(host: str) -> bool:
    """Neither an address nor `*`: something to look up."""
    return host not in ("", "*") and ":" not in host and not _IPV4.match(host)


def is_ipv4(text: str) -> bool:
    return _IPV4.match(text) is not None


def is_ipv6(text: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET6, text)
    except (OSError, ValueError, UnicodeError):
        return False
    return True
