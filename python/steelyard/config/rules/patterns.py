"""Patterns of ACLs, typed by the match method."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence

from steelyard.config.expr import HexPattern, Matcher, NetPattern, Pattern, RangePattern, RegexPattern, TextPattern
from steelyard.config.rules.regex import regex_later, regex_problem
from steelyard.config.span import Word
from steelyard.diagnostics.diagnostic import Report

OPERATORS = ("eq", "ge", "gt", "le", "lt")
_NUMBER = re.compile(r"(-?[0-9]+|-)(?:\.([0-9]+))?\Z")
_SHORT = re.compile(r"[0-9]+(?:\.[0-9]+){0,3}\Z")
# A version as `3.1` is the first number in the upper half, the second in the lower.
_DOT_SHIFT = 16
_LIMIT = 1 << 63


def number(text: str, *, dotted: bool = True) -> int | None:
    """A number, or with `dotted` a version. A sign alone is 0, as in HAProxy."""
    match = _NUMBER.match(text)
    if match is None or len(text) > 20 or (match.group(2) is not None and not dotted):
        return None
    whole = int(match.group(1)) if match.group(1) != "-" else 0
    value = whole if match.group(2) is None else (whole << _DOT_SHIFT) + int(match.group(2))
    return value if -_LIMIT <= value < _LIMIT else None


def range_pattern(text: str, operator: str, *, dotted: bool = True) -> RangePattern | str:
    """`5`, `1:5`, `:5`, `1:` behind an operator; `dotted`: versions as `3.1` are numbers. A str says what is wrong.

    A dash is a colon, also in front: `-5` is up to 5. An operator says nothing to a range.
    """
    at = next((at for at, letter in enumerate(text) if letter in ":-"), None)
    if at is not None:
        low, high = (number(part, dotted=dotted) if part else None for part in (text[:at], text[at + 1 :]))
        if (low is None and (at or high is None)) or (high is None and text[at + 1 :]):
            return f"'{text}' is not a number"
        if low is not None and high is not None and low > high:
            return f"'{text}' is not a range: its end is before its start"
        return RangePattern(low, high)
    # Behind an operator what follows a dot is left out where versions mean nothing.
    value = number(text if dotted or operator == "eq" else text.partition(".")[0], dotted=dotted)
    if value is None:
        return f"'{text}' is not a number"
    match operator:
        case "ge":
            return RangePattern(value, None)
        case "gt":
            return RangePattern(value + 1, None)
        case "le":
            return RangePattern(None, value)
        case "lt":
            return RangePattern(None, value - 1)
        case _:
            return RangePattern(value, value)


def net_pattern(text: str, *, resolve: bool) -> tuple[NetPattern, ...] | str:
    """`10.0.0.0/8`, `1.2.3.0/255.255.255.0`, `::1`, or with `resolve` the addresses of a host name."""
    host, slash, mask = text.partition("/")
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(host)
    except ValueError:
        if resolve and _SHORT.match(host):
            # The C library's reading of `10` and `10.1`, which HAProxy follows: 0.0.0.10 and 10.0.0.1.
            try:
                address = ipaddress.IPv4Address(socket.inet_aton(host))
            except OSError:
                return f"'{text}' is not an IPv4 or IPv6 address or network"
        elif resolve and not slash and host and not host[0].isdigit() and ":" not in host:
            return _host(host)
        else:
            return f"'{text}' is not an IPv4 or IPv6 address or network"
    if "%" in host:
        return f"'{text}' has a zone, which no address of a client has"
    prefix: int = address.max_prefixlen
    if slash:
        found = _prefix(mask, address.version, prefix)
        if found is None:
            return f"'{mask}' is not a mask of IPv{address.version}"
        prefix = found
    return (NetPattern(str(address), prefix),)


def _prefix(mask: str, version: int, longest: int) -> int | None:
    if mask.isascii() and mask.isdigit():
        return int(mask) if len(mask) < 4 and int(mask) <= longest else None
    try:
        bits = f"{int(ipaddress.ip_address(mask)):0{longest}b}"
    except ValueError:
        return None
    return None if version == 6 or len(bits) != longest or "01" in bits else bits.count("1")


def _holes(text: str) -> bool:
    """Whether an IPv4 mask in dots is one that no prefix length can say."""
    _, _, mask = text.partition("/")
    if "." not in mask:
        return False
    try:
        bits = f"{int(ipaddress.IPv4Address(mask)):032b}"
    except ValueError:
        return False
    return "01" in bits


def _host(host: str) -> tuple[NetPattern, ...] | str:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return f"'{host}' is not an IPv4 or IPv6 address, and no host of that name was found"
    addresses = dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found)
    return tuple(NetPattern(each, ipaddress.ip_address(each).max_prefixlen) for each in addresses)


def _hex(text: str) -> Pattern | str:
    if len(text) % 2 or not all(letter in "0123456789abcdefABCDEF" for letter in text):
        return f"'{text}' is not an even number of hexadecimal digits"
    return HexPattern(text)


def _regex(text: str) -> Pattern | str:
    return regex_problem(text, groups=False) or RegexPattern(text)


_PLAIN: dict[str, Callable[[str], Pattern | str]] = {"bin": _hex, "reg": _regex}
_RANGES = ("int", "len")
# Methods that look at no pattern: what is written behind them has no meaning, as in HAProxy.
_NONE = ("found", "bool")


def read_patterns(
    matcher: Matcher, words: Sequence[Word], report: Report, *, resolve: bool = True, dotted: bool = False
) -> tuple[Pattern, ...] | None:
    """The patterns of one ACL line. An operator holds for all that follow it. `dotted`: numbers may be versions, as `3.1`."""
    if matcher in _NONE:
        return ()
    out: list[Pattern] = []
    operator, good = "eq", True
    for word in words:
        found: Pattern | tuple[NetPattern, ...] | str
        if matcher in _RANGES:
            if word.text in OPERATORS:
                operator = word.text
                continue
            found = range_pattern(word.text, operator, dotted=dotted)
        elif matcher == "ip":
            if _holes(word.text):
                report.later("SY0402", f"masks with holes, as in '{word}', are not supported yet", word.span)
                out.append(TextPattern(word.text))
                continue
            found = net_pattern(word.text, resolve=resolve)
        else:
            found = _PLAIN.get(matcher, TextPattern)(word.text)
            later = regex_later(word.text) if isinstance(found, RegexPattern) else ""
            if later:
                report.later("SY0412", later, word.span)
        if isinstance(found, str):
            report.alert("SY0412", found, word.span)
            good = False
        elif isinstance(found, tuple):
            out += found
        else:
            out.append(found)
    return tuple(out) if good else None
