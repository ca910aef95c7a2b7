"""For people: the code, the place, the line with the words underlined, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from steelyard.config.span import Span
from steelyard.diagnostics.cells import columns, cut, shown
from steelyard.diagnostics.diagnostic import Diagnostic, Severity
from steelyard.diagnostics.haproxy import plain

_WORDS = {Severity.ALERT: "error", Severity.LATER: "error", Severity.WARNING: "warning", Severity.NOTICE: "notice"}
_COLOURS = {Severity.ALERT: "31;1", Severity.LATER: "35;1", Severity.WARNING: "33;1", Severity.NOTICE: "36;1"}
_BOLD, _GUTTER = "1", "34;1"
WIDTH = 120
"""Columns of a terminal that is not asked for its width."""

Lines = Callable[[str, int], str | None]
"""The text of a line of a file, or None where it can't be had."""

Paint = Callable[[str, str], str]
"""A style of the terminal (`31;1`) and a text."""


def render(items: Iterable[Diagnostic], lines: Lines, colour: bool = False, width: int = WIDTH) -> str:
    """`width`: columns of the terminal; no line of a file is shown wider, and help moves to a line of its own."""
    return "\n".join(one(item, lines, colour, width) for item in items)


def one(item: Diagnostic, lines: Lines, colour: bool = False, width: int = WIDTH) -> str:
    paint = _painted if colour else _plain
    style = _COLOURS[item.severity]
    out = [paint(style, f"{_WORDS[item.severity]}[{item.code}]") + paint(_BOLD, f": {plain(item.message)}")]
    if not item.span.file:
        return "\n".join([*out, *([f"  help: {plain(item.help)}"] if item.help else [])]) + "\n"
    margin = len(str(max(item.span.line, *(label.span.line for label in item.labels), 0)))
    out.append(f"{' ' * margin}{paint(_GUTTER, '-->')} {_place(item.span)}")
    note = f"help: {plain(item.help)}" if item.help else ""
    out += _snippet(item.span, note, "^", style, margin, lines, paint, width)
    for label in item.labels:
        if label.span.file and label.span.file != item.span.file:
            out.append(f"{' ' * margin}{paint(_GUTTER, ':::')} {_place(label.span)}")
        out += _snippet(label.span, plain(label.text), "-", _GUTTER, margin, lines, paint, width)
    return "\n".join(out) + "\n"


def _place(span: Span) -> str:
    return f"{plain(span.file)}:{span.line}:{span.column}"


def _snippet(span: Span, note: str, stroke: str, style: str, margin: int, lines: Lines, paint: Paint, width: int) -> list[str]:
    text = lines(span.file, span.line)
    if text is None:
        return [f"{' ' * margin} {paint(_GUTTER, '=')} {note}"] if note else []
    part, start = cut(text.rstrip("\r\n"), span.column - 1, max(40, width - margin - 3))
    before = columns(part[:start])
    # a span may reach past what is shown, or past the end of a line that ends too early
    under = max(1, columns(part[start : start + span.length]))
    number = paint(_GUTTER, f"{span.line:>{margin}} |")
    bar = paint(_GUTTER, f"{' ' * margin} |")
    out = [f"{number} {shown(part)}"]
    if note and margin + 4 + before + under + columns(note) > width:
        return [*out, f"{bar} {' ' * before}{paint(style, stroke * under)}", f"{bar} {paint(style, note)}"]
    return [*out, f"{bar} {' ' * before}{paint(style, stroke * under + (f' {note}' if note else ''))}"]


def _plain(style: str, text: str) -> str:
    return text


def _painted(style: str, text: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m"


def from_files() -> Lines:
    """Lines read from the files again, each file once; only for messages, so a file that has changed does no harm.

    Bytes that are not UTF-8 count one character each, as in the columns of spans.
    """
    cache: dict[str, list[str]] = {}

    def lines(file: str, number: int) -> str | None:
        if file not in cache:
            try:
                with open(file, encoding="utf-8", errors="surrogateescape", newline="\n") as handle:
                    cache[file] = handle.read().split("\n")
            except (OSError, ValueError):
                cache[file] = []
        found = cache[file]
        return found[number - 1] if 0 < number <= len(found) else None

    return lines
