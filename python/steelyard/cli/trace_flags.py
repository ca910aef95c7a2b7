"""`--trace-...`: traces of real requests are asked for on the command line, so that a configuration stays one of HAProxy's."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from steelyard.process.trace_settings import HEADER, TraceSettings

if TYPE_CHECKING:
    import argparse

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_VALUES = ("header", "from", "to", "format")


class TraceUsageError(ValueError):
    """The words make no sense; says what to write."""


def taken(words: Sequence[str], at: int, settings: TraceSettings | None) -> tuple[TraceSettings, int]:
    """Reads the option at a place; gives the settings with it, and the place of its last word. Raises TraceUsageError."""
    name, equals, value = words[at].removeprefix("--trace-").partition("=")
    now = settings or TraceSettings()
    if name == "secrets" and not equals:
        return replace(now, show_secrets=True), at
    if name not in _VALUES:
        known = ", ".join(f"--trace-{each}" for each in (*_VALUES, "secrets"))
        raise TraceUsageError(f"there is no option '{words[at]}' (there are: {known})")
    if not equals:
        at += 1
        if at >= len(words):
            raise TraceUsageError(f"--trace-{name} needs a value after it")
        value = words[at]
    return _with(now, name, value), at


def _with(settings: TraceSettings, name: str, value: str) -> TraceSettings:
    match name:
        case "header":
            if not _TOKEN.fullmatch(value):
                raise TraceUsageError(f"'{value}' is not the name of a header: write --trace-header {HEADER}")
            return replace(settings, header=value)
        case "from":
            return replace(settings, sources=networks(value))
        case "to":
            if not value:
                raise TraceUsageError("--trace-to takes stderr, stdout or the name of a file")
            return replace(settings, to=value)
        case _:
            if value not in ("text", "json"):
                raise TraceUsageError(f"--trace-format takes text or json, not '{value}'")
            return replace(settings, as_json=value == "json")


def networks(text: str) -> tuple[tuple[str, int], ...]:
    """`127.0.0.0/8,10.1.2.3`. Raises TraceUsageError."""
    found: list[tuple[str, int]] = []
    for word in text.split(","):
        try:
            network = ipaddress.ip_network(word.strip(), strict=False)
        except ValueError:
            raise TraceUsageError(f"'{word}' is not a network: write --trace-from 127.0.0.0/8,10.1.2.3") from None
        found.append((str(network.network_address), network.prefixlen))
    return tuple(found)


def split(words: Sequence[str]) -> tuple[list[str], TraceSettings | None]:
    """The other words, and what the options among them ask for. Raises TraceUsageError."""
    rest: list[str] = []
    settings: TraceSettings | None = None
    at = 0
    while at < len(words):
        if words[at].startswith("--trace-"):
            settings, at = taken(words, at, settings)
        else:
            rest.append(words[at])
        at += 1
    return rest, settings


def describe(parser: argparse.ArgumentParser) -> None:
    """Lets the help of a subcommand tell of the options; `split` has read them before."""
    group = parser.add_argument_group("traces of real requests (docs/tracing.md)")
    group.add_argument("--trace-header", metavar="name", help=f"requests with this header are traced ({HEADER})")
    group.add_argument("--trace-from", metavar="networks", help="if they come from here (127.0.0.0/8,::1)")
    group.add_argument("--trace-to", metavar="file", help="where traces go: stderr, stdout or a file (stderr)")
    group.add_argument("--trace-format", choices=("text", "json"), help="as explain shows them, or a line of JSON each (text)")
    group.add_argument("--trace-secrets", action="store_true", help="credentials and cookies are shown")
