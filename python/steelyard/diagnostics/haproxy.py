"""HAProxy's own form, for scripts that look for it: `[ALERT]    (pid) : config : parsing [file:line] : text`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from steelyard.diagnostics.diagnostic import Diagnostic, Severity

_MARKS = {
    Severity.ALERT: "[ALERT]   ",
    Severity.LATER: "[ALERT]   ",
    Severity.WARNING: "[WARNING] ",
    Severity.NOTICE: "[NOTICE]  ",
}


def text(item: Diagnostic) -> str:
    """What follows the level and the process id; one line, whatever the configuration holds."""
    place = f"parsing [{item.span.file}:{item.span.line}] : " if item.span.file else ""
    help = f" ({item.help})" if item.help else ""
    return plain(f"config : {place}{item.message}{help}")


def plain(text: str) -> str:
    """Control characters and broken ones made visible: nothing of a file may forge a line or steer a terminal."""
    return "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else "\ufffd" for c in text)


def wrong_files(items: Sequence[Diagnostic], files: Sequence[str]) -> list[str]:
    """The files that errors are in; all of them where errors belong to no file."""
    wrong = {item.span.file for item in items if item.severity in (Severity.ALERT, Severity.LATER)}
    return [name for name in files if name in wrong] or (list(files) if wrong else [])


def render(items: Iterable[Diagnostic], pid: int) -> str:
    return "".join(f"{_MARKS[item.severity]} ({pid}) : {text(item)}\n" for item in items)


def closing(items: Sequence[Diagnostic], files: Sequence[str], pid: int) -> str:
    """What HAProxy says after errors: which files are wrong, and that it can't start. Empty without errors."""
    wrong = wrong_files(items, files)
    start = f"{_MARKS[Severity.ALERT]} ({pid}) : config : "
    lines = [f"{start}Error(s) found in configuration file : {name}\n" for name in wrong]
    return "".join([*lines, f"{start}Fatal errors found in configuration.\n"]) if wrong else ""
