"""Shows a report: with snippets on a terminal, in HAProxy's form where a program reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from steelyard.cli.console import StderrConsole
from steelyard.diagnostics import full, haproxy
from steelyard.diagnostics.diagnostic import Diagnostic, Report, Severity


def show(report: Report, files: Sequence[str], *, quiet: bool = False) -> None:
    """On standard error. Quiet: alerts only."""
    items = [item for item in report if not quiet or item.severity is Severity.ALERT]
    if not items:
        return
    if on_terminal():
        sys.stderr.write(full.render(items, full.from_files(), colour="NO_COLOR" not in os.environ) + "\n")
    else:
        _show_lines(items, files)


def _show_lines(items: Sequence[Diagnostic], files: Sequence[str]) -> None:
    console = StderrConsole()
    for item in items:
        line = haproxy.text(item)
        match item.severity:
            case Severity.ALERT:
                console.alert(line)
            case Severity.WARNING:
                console.warning(line)
            case Severity.NOTICE:
                console.notice(line)
    for name in haproxy.wrong_files(items, files):
        console.alert(f"config : Error(s) found in configuration file : {name}")


def on_terminal() -> bool:
    return sys.stderr.isatty()
