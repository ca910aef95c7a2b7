"""Shows a report: with snippets on a terminal, in HAProxy's form where a program reads."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from steelyard.cli.console import StderrConsole
from steelyard.diagnostics.diagnostic import Diagnostic, Report, Severity


def show(report: Report, files: Sequence[str], *, quiet: bool = False) -> None:
    """On standard error. Quiet: alerts only."""
    items = [item for item in report if not quiet or item.severity is Severity.ALERT]
    if not items:
        return
    _show_lines(items, files)


def _show_lines(items: Sequence[Diagnostic], files: Sequence[str]) -> None:
    console = StderrConsole()
    for item in items:
        where = f"parsing [{item.span.file}:{item.span.line}] : " if item.span.line else ""
        line = f"config : {where}{item.message}"
        match item.severity:
            case Severity.ALERT:
                console.alert(line)
            case Severity.WARNING:
                console.warning(line)
            case Severity.NOTICE:
                console.notice(line)
    if any(item.severity is Severity.ALERT for item in items):
        for name in files:
            console.alert(f"config : Error(s) found in configuration file : {name}")


def on_terminal() -> bool:
    return sys.stderr.isatty()
