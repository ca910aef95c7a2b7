"""Tests that can never be true, patterns that another one covers, and regular expressions that need not be one."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from steelyard.config.expr import AclTest, NetPattern, RangePattern, RegexPattern, TextPattern
from steelyard.config.model import Config
from steelyard.config.visit import nodes
from steelyard.diagnostics.diagnostic import Report

_METHODS = frozenset({"method", "capture.req.method"})
_PORTS = frozenset({"dst_port", "src_port", "fc_src_port", "fc_dst_port"})
_VERSIONS = frozenset({"req.ver", "res.ver", "capture.req.ver"})
_ANCHORED = frozenset({"str", "beg"})
_PLAIN = re.compile(r"\^(?:[A-Za-z0-9/_=&,:;~%-]|\\[./-])+\$?\Z")


def _tests(config: Config) -> Iterator[AclTest]:
    """Each once, though inherited ones are in several proxies."""
    seen: set[object] = set()
    for proxy in config.proxies:
        for test in nodes(proxy, AclTest):
            if test.span.file and test.span not in seen:
                seen.add(test.span)
                yield test


def impossible(config: Config) -> Report:
    report = Report()
    for test in _tests(config):
        whys = [_why(test, pattern) for pattern in test.patterns]
        if not whys or test.files:
            continue
        for why in dict.fromkeys(why for why in whys if why):
            never = "the test is never true" if all(whys) else "a part of the test is never true"
            report.notice("SY0819", f"{never}: {why[0]}", test.span, help=why[1])
    return report


def _why(test: AclTest, pattern: object) -> tuple[str, str] | None:
    """Why nothing can match, and what to write; None where something can. Converters may change everything."""
    fetch = test.expr.fetch.name
    if test.expr.converters:
        return None
    if isinstance(pattern, RangePattern) and fetch in _PORTS and (pattern.min or 0) > 65535:
        return f"no port is {pattern.min} or more", "write a port, 1 to 65535"
    if isinstance(pattern, RangePattern) and fetch == "status" and ((pattern.min or 0) > 999 or (pattern.max or 999) < 100):
        return "a status has three digits", "write a status, as 404"
    if not isinstance(pattern, TextPattern) or test.matcher not in _ANCHORED:
        return None
    text = pattern.value
    if fetch == "path" and ("?" in text or "#" in text):
        return f"a path ends before '?', so it is never '{text}'", "test 'query' or 'url_param' for what follows"
    if fetch in ("path", "pathq") and text and not text.startswith(("/", "*")):
        return f"a path begins with '/', '{text}' does not", f"write '/{text}'"
    if fetch in _METHODS and not test.icase and text != text.upper() and text.upper() in _KNOWN_METHODS:
        return f"methods are capital letters, '{text}' is not", f"write '{text.upper()}'"
    if fetch in _VERSIONS and text.upper().startswith("HTTP/"):
        return f"a version is as '1.1', not '{text}'", f"write '{text[5:]}'"
    return None


_KNOWN_METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})


def covered(config: Config) -> Report:
    """Patterns that an earlier one of the same test already covers."""
    report = Report()
    for test in _tests(config):
        earlier: list[object] = []
        for pattern in test.patterns[:200]:  # the work grows with the square
            over = next((each for each in earlier if _covers(test, each, pattern)), None)
            if over is not None:
                message = f"pattern '{_shown(pattern)}' changes nothing: '{_shown(over)}' covers it"
                report.notice("SY0820", message, test.span, help="take it out")
            earlier.append(pattern)
    return report


def _covers(test: AclTest, over: object, under: object) -> bool:
    if over == under:
        return True
    if isinstance(over, NetPattern) and isinstance(under, NetPattern):
        return over.prefix <= under.prefix and _within(ipaddress.ip_address(under.address), over)
    if isinstance(over, TextPattern) and isinstance(under, TextPattern):
        a, b = (over.value.lower(), under.value.lower()) if test.icase else (over.value, under.value)
        match test.matcher:
            case "beg":
                return b.startswith(a)
            case "end":
                return b.endswith(a)
            case "sub":
                return a in b
    return False


def _within(address: ipaddress.IPv4Address | ipaddress.IPv6Address, net: NetPattern) -> bool:
    return address in ipaddress.ip_network(f"{net.address}/{net.prefix}", strict=False)


def _shown(pattern: object) -> str:
    if isinstance(pattern, NetPattern):
        return f"{pattern.address}/{pattern.prefix}"
    if isinstance(pattern, RangePattern):
        return str(pattern.min) if pattern.min == pattern.max else f"{pattern.min}:{pattern.max}"
    return str(getattr(pattern, "value", pattern))


def plain_regexes(config: Config) -> Report:
    """Regular expressions that say no more than a prefix or a whole text: those are found by one look-up."""
    report = Report()
    for test in _tests(config):
        found = [pattern.value for pattern in test.patterns if isinstance(pattern, RegexPattern)]
        ends = {value.endswith("$") for value in found}
        # one regular expression that is needed keeps the test as it is
        if found and not test.files and len(ends) == 1 and all(_PLAIN.match(value) for value in found):
            texts = [re.sub(r"\\(.)", r"\1", value.removeprefix("^").removesuffix("$")) for value in found]
            message = f"'{found[0]}' needs no regular expression"
            help = f"write '-m {'str' if ends == {True} else 'beg'} {' '.join(texts)}', which is faster"
            report.notice("SY0821", message, test.span, help=help)
    return report
