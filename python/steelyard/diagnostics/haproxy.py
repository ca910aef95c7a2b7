"""HAProxy's own form, for scripts that look for it: `[ALERT]    (pid) : config : parsing [file:line] : text`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from steelyard.diagnostics.diagnostic import Diagnostic, Severity

_MARKS = {Severity.ALERT: "[ALERT]   ", Severity.WARNING: "[WARNING] ", Severity.NOTICE: "[NOTICE]  "}


def line(item: Diagnostic, pid: int) -> str:
    place = f"parsing [{item.span.file}:{item.span.line}] : " if item.span.file else ""
    help = f" ({item.help})" if item.help else ""
    return f"{mark(item.severity, pid)} : config : {place}{item.message}{help}"


def mark(severity: Severity, pid: int) -> str:
    return f"{_MARKS[severity]} ({pid})"


def render(items: Iterable[Diagnostic], pid: int) -> str:
    return "".join(line(item, pid) + "\n" for item in items)


def closing(items: Sequence[Diagnostic], files: Sequence[str], pid: int) -> str:
    """What HAProxy says after errors: which files are wrong, and that it can't start. Empty without errors."""
    wrong = {item.span.file for item in items if item.severity is Severity.ALERT}
    if not wrong:
        return ""
    start = f"{mark(Severity.ALERT, pid)} : config : "
    lines = [f"{start}Error(s) found in configuration file : {name}\n" for name in files if name in wrong]
    return "".join([*lines, f"{start}Fatal errors found in configuration.\n"])
