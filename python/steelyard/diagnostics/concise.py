"""One line a message, as compilers write it: `file:line:column: error[SY0102] message; help: ...`."""

from __future__ import annotations

from collections.abc import Iterable

from steelyard.diagnostics.diagnostic import Diagnostic, Severity
from steelyard.diagnostics.haproxy import plain

_WORDS = {Severity.ALERT: "error", Severity.WARNING: "warning", Severity.NOTICE: "notice"}


def line(item: Diagnostic, later: str = "error") -> str:
    """`later`: what to call that which is valid and can't run yet."""
    place = f"{item.span.file}:{item.span.line}:{item.span.column}: " if item.span.file else ""
    help = f"; help: {item.help}" if item.help else ""
    word = later if item.severity is Severity.LATER else _WORDS[item.severity]
    return plain(f"{place}{word}[{item.code}] {item.message}{help}")


def render(items: Iterable[Diagnostic], later: str = "error") -> str:
    return "".join(line(item, later) + "\n" for item in items)
