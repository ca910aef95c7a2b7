"""Shows a report: with snippets on a terminal, in HAProxy's form where a program reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Literal

from steelyard.diagnostics.diagnostic import Report, Severity

Form = Literal["auto", "full", "haproxy", "line", "json"]
FORMS: tuple[Form, ...] = ("auto", "full", "haproxy", "line", "json")


def show(report: Report, files: Sequence[str], *, form: Form = "auto") -> None:
    """On standard error; JSON, which is asked for, on standard output."""
    items = list(report)
    if form == "auto":
        form = "full" if sys.stderr.isatty() else "haproxy"
    if form == "json":
        from steelyard.diagnostics import as_json

        sys.stdout.write(as_json.render(items))
        return
    if not items:
        return
    if form == "haproxy":
        from steelyard.diagnostics import haproxy

        text = haproxy.render(items, os.getpid()) + haproxy.closing(items, files, os.getpid())
    elif form == "line":
        from steelyard.diagnostics import concise

        text = concise.render(items)
    else:
        from steelyard.diagnostics import full

        colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
        text = full.render(items, full.from_files(), colour) + f"\n{_count(report)}\n"
    sys.stderr.write(text)
    sys.stderr.flush()


def show_accepted(report: Report) -> None:
    """Words without an effect, one a line with the reason, on standard output."""
    for item in report.accepted:
        print(f"{item.span.file}:{item.span.line}: '{item.name}' is accepted without an effect: {item.reason}")


def _count(report: Report) -> str:
    """`2 errors, 1 warning`"""
    parts = []
    kinds = (
        ((Severity.ALERT, Severity.LATER), "error"),
        ((Severity.WARNING,), "warning"),
        ((Severity.NOTICE,), "notice"),
    )
    for severities, word in kinds:
        count = sum(item.severity in severities for item in report)
        if count:
            parts.append(f"{count} {word}{'s' if count > 1 else ''}")
    return ", ".join(parts)
