"""`steelyard check --language`: is it valid HAProxy, and what of it can't run here yet."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.cli import report as reports
from steelyard.cli.check import environ_of
from steelyard.cli.flags import Flags
from steelyard.cli.leave import hold
from steelyard.cli.report import Form
from steelyard.config.read import read
from steelyard.diagnostics.diagnostic import Diagnostic, Report, Severity


def judge(files: Sequence[str], *, form: Form = "auto", warnings_fail: bool = False, verbose: bool = False) -> int:
    """The exit status: 0 when the configuration is valid, 1 when it is not. What can't run yet changes neither."""
    config, report = read(files, environ=environ_of(Flags()), language=True)
    hold(config, report)
    if form in reports.DOCUMENTS:
        reports.show(report, files, form=form)
    else:
        reports.show(Report([item for item in report if item.severity is not Severity.LATER]), files, form=form)
        print("\n".join(_later(report, config is not None)))
        if verbose:
            reports.show_accepted(report)
    warned = warnings_fail and any(item.severity is Severity.WARNING for item in report)
    return 1 if config is None or warned else 0


def _later(report: Report, valid: bool) -> list[str]:
    """What can't run yet: one entry a word, with the lines where it stands."""
    found: dict[str, list[Diagnostic]] = {}
    for item in report:
        if item.severity is Severity.LATER:
            found.setdefault(item.message, []).append(item)
    first = "The configuration is valid" if valid else "The configuration is not valid"
    if not found:
        return [f"{first}."]
    lines = [f"{first}{';' if valid else '. Also,'} this version can't run all of it yet:"]
    return [*lines, *(f"  {message}: {_places(items)}" for message, items in found.items())]


def _places(items: Sequence[Diagnostic]) -> str:
    """`a.cfg line 3, 8; b.cfg line 1`"""
    files: dict[str, list[int]] = {}
    for item in items:
        numbers = files.setdefault(item.span.file, [])
        if item.span.line not in numbers:
            numbers.append(item.span.line)
    shown = []
    for name, numbers in files.items():
        listed = ", ".join(str(number) for number in numbers[:20]) + (", ..." if len(numbers) > 20 else "")
        shown.append(f"{name} line {listed}" if name else "")
    return "; ".join(shown)
