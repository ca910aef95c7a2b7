"""Shows a report: with snippets on a terminal, in HAProxy's form where a program reads."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from typing import Literal, TextIO

from steelyard import __version__
from steelyard.diagnostics.diagnostic import Report, Severity

Form = Literal["auto", "full", "haproxy", "concise", "json", "sarif"]
FORMS: tuple[Form, ...] = ("auto", "full", "haproxy", "concise", "json", "sarif")
DOCUMENTS: tuple[Form, ...] = ("json", "sarif")
"""Forms for programs: a whole document on standard output, beside which nothing else may stand there."""


def told(error: Exception) -> str:
    """An error of a tool in words: files are named as in messages of configurations."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"can't read '{error.filename}': {error.strerror.lower()}"
    return str(error)


def show(report: Report, files: Sequence[str], *, form: Form = "auto") -> None:
    """On standard error; documents for programs, which are asked for, on standard output."""
    items = list(report)
    if form == "auto":
        form = "full" if sys.stderr.isatty() else "haproxy"
    if form == "json":
        from steelyard.diagnostics import as_json

        sys.stdout.write(as_json.render(items))
        return
    if form == "sarif":
        from steelyard.diagnostics import sarif

        sys.stdout.write(sarif.render(items, __version__))
        return
    if not items:
        return
    if form == "haproxy":
        from steelyard.diagnostics import haproxy

        text = haproxy.render(items, os.getpid()) + haproxy.closing(items, files, os.getpid())
    elif form == "concise":
        from steelyard.diagnostics import concise

        text = concise.render(items)
    else:
        from steelyard.diagnostics import full

        text = full.render(items, full.from_files(), colour(sys.stderr), _width()) + f"\n{_count(report)}\n"
    sys.stderr.write(text)
    sys.stderr.flush()


def colour(stream: TextIO) -> bool:
    """On a terminal that can, unless the user has said otherwise (no-color.org: any value but an empty one)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _width() -> int:
    """Columns of the terminal; a pipe takes lines of any length, but people will read them."""
    from steelyard.diagnostics.full import WIDTH

    return shutil.get_terminal_size((WIDTH, 24)).columns if sys.stderr.isatty() else WIDTH


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
