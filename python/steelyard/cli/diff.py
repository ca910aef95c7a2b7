"""`steelyard diff`: what changes from one configuration to another."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from steelyard.config.changes import Change
    from steelyard.config.model import Config
    from steelyard.config.span import Span

DESCRIPTION = """\
Shows what changes from one configuration to another, by object: a server's weight, a rule that comes in between, a backend that
goes. What means the same is no change: comments, layout, the order of sections, a setting that moved into a defaults section.
Rules are compared in order. Passwords are not shown.
"""
EPILOG = """\
examples:
  steelyard diff /etc/haproxy/haproxy.cfg new.cfg
  steelyard diff --json old.d new.d         directories with *.cfg files, for programs

marks: + added, - removed, ~ changed, > moved, = renamed

exit status:
  0  no change
  1  there are changes
  2  one of the configurations is not valid or can't be read, or the command line is wrong
"""
_MARKS = {"added": "+", "removed": "-", "changed": "~", "moved": ">", "renamed": "="}


def run(words: Sequence[str]) -> int:
    """The exit status of `steelyard diff`."""
    from steelyard.config.diff import diff

    parser = argparse.ArgumentParser(
        "steelyard diff", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", help="a file, a directory with *.cfg files, or - for standard input")
    parser.add_argument("new", help="the same")
    parser.add_argument("--json", action="store_true", help="the changes as JSON, for programs")
    args = parser.parse_args(words)
    old, new = _read(args.old), _read(args.new)
    if old is None or new is None:
        return 2
    changes = diff(old, new)
    if args.json:
        print(json.dumps({"same": not changes, "changes": [_as_json(change) for change in changes]}, indent=2))
    else:
        sys.stdout.write("".join(line + "\n" for line in _lines(changes)))
    return 1 if changes else 0


def _read(path: str) -> Config | None:
    """The model of one side; what is wrong goes to standard error."""
    from steelyard.cli import report as reports
    from steelyard.config.read import read
    from steelyard.diagnostics.diagnostic import Report, Severity

    environ = dict(os.environ)
    environ.setdefault("HAPROXY_LOCALPEER", os.uname().nodename)
    config, report = read([path], environ=environ, language=True, look_up=False)
    if config is None:
        reports.show(Report([item for item in report if item.severity is Severity.ALERT]), [path])
    return config


def _lines(changes: Sequence[Change]) -> Iterator[str]:
    """Changes under their sections; a section that came, went or got another name is one line."""
    last = ""
    for change in changes:
        section, *inner = change.object
        if not inner and not change.field:
            last = ""
            yield _printable(_whole(change, section))
            continue
        if section != last:
            yield _printable(section)
            last = section
        yield "  " + _printable(_inside(change, " ".join(inner)))


def _printable(text: str) -> str:
    """A value may hold a line feed, or what a terminal takes for an order."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def _whole(change: Change, name: str) -> str:
    mark = _MARKS[change.what]
    if change.what == "renamed":
        return f"{mark} {change.old} -> {change.new}"
    what = change.old or change.new
    return f"{mark} {name}" + (f" ({what})" if what else "")


def _inside(change: Change, inner: str) -> str:
    mark = _MARKS[change.what]
    both = bool(change.old and change.new)
    if inner and not change.field:
        return f"{mark} {inner} {change.old or change.new}".rstrip()
    head = f"{mark} {inner}: {change.field}" if inner else f"{mark} {change.field}"
    if change.at:
        old, new = (text.removeprefix(f"{change.field} ") for text in (change.old, change.new))
        return f"{head} {change.at}: {old} -> {new}" if change.what == "changed" else f"{head} {change.at}: {new or old}"
    if both and change.old != change.new:
        return f"{head} {change.old} -> {change.new}"
    value = change.old or change.new
    return head if value == "on" or both else f"{head} {value}"


def _as_json(change: Change) -> dict[str, Any]:
    """Texts as they are written in a file; what is not there is null."""
    return {
        "change": change.what,
        "object": list(change.object),
        "field": change.field or None,
        "position": change.at or None,
        "old": change.old or None,
        "new": change.new or None,
        "old_place": _place(change.old_span),
        "new_place": _place(change.new_span),
    }


def _place(span: Span) -> dict[str, Any] | None:
    return {"file": span.file, "line": span.line} if span.file else None
