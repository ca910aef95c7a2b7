"""For people: the code, the place, the line with the words underlined, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from steelyard.config.span import Span
from steelyard.diagnostics.diagnostic import Diagnostic, Severity
from steelyard.diagnostics.haproxy import plain

_WORDS = {Severity.ALERT: "error", Severity.LATER: "error", Severity.WARNING: "warning", Severity.NOTICE: "notice"}
_COLOURS = {Severity.ALERT: "31;1", Severity.LATER: "31;1", Severity.WARNING: "33;1", Severity.NOTICE: "36;1"}
WIDTH = 160
"""Characters of a line that are shown; longer ones are cut around the words in question."""

Lines = Callable[[str, int], str | None]
"""The text of a line of a file, or None where it can't be had."""


def render(items: Iterable[Diagnostic], lines: Lines, colour: bool = False) -> str:
    return "\n".join(one(item, lines, colour) for item in items)


def one(item: Diagnostic, lines: Lines, colour: bool = False) -> str:
    paint = _paint(colour, _COLOURS[item.severity])
    out = [f"{paint(f'{_WORDS[item.severity]}[{item.code}]')}: {plain(item.message)}"]
    if not item.span.file:
        return "\n".join([*out, *([f"  help: {plain(item.help)}"] if item.help else [])]) + "\n"
    numbers = [item.span.line, *(label.span.line for label in item.labels)]
    margin = len(str(max(numbers)))
    out.append(f"{' ' * margin}--> {item.span.file}:{item.span.line}:{item.span.column}")
    note = f" help: {plain(item.help)}" if item.help else ""
    out += _snippet(item.span, note, "^", margin, lines, paint)
    for label in item.labels:
        if label.span.file != item.span.file:
            out.append(f"{' ' * margin}::: {label.span.file}:{label.span.line}:{label.span.column}")
        out += _snippet(label.span, f" {plain(label.text)}", "-", margin, lines, _paint(colour, "34;1"))
    return "\n".join(out) + "\n"


def _snippet(span: Span, note: str, stroke: str, margin: int, lines: Lines, paint: Callable[[str], str]) -> list[str]:
    text = lines(span.file, span.line)
    if text is None:
        return [f"{' ' * margin} = {note.strip()}"] if note else []
    shown, start = _cut(text.rstrip("\r\n"), span)
    # tabs stay tabs in the line below, so that both line up whatever their width is
    lead = "".join("\t" if c == "\t" else " " for c in shown[:start]).ljust(start)
    length = max(1, min(span.length, len(shown) - start))
    return [f"{span.line:>{margin}} | {_plain(shown)}", f"{' ' * margin} | {lead}{paint(stroke * length + note)}"]


def _cut(text: str, span: Span) -> tuple[str, int]:
    """The part of a line to show, and where the words begin in it."""
    start = span.column - 1
    if len(text) <= WIDTH:
        return text, start
    left = max(0, min(start - WIDTH // 4, len(text) - WIDTH))
    return text[left : left + WIDTH], start - left


def _plain(text: str) -> str:
    """Nothing of a file may steer the terminal; tabs stay."""
    return "\t".join(plain(part) for part in text.split("\t"))


def _paint(colour: bool, style: str) -> Callable[[str], str]:
    return (lambda text: f"\x1b[{style}m{text}\x1b[0m") if colour else (lambda text: text)


def from_files() -> Lines:
    """Lines read from the files again, each file once; only for messages, so a file that has changed does no harm."""
    cache: dict[str, list[str]] = {}

    def lines(file: str, number: int) -> str | None:
        if file not in cache:
            try:
                with open(file, encoding="utf-8", errors="replace", newline="\n") as handle:
                    cache[file] = handle.read().split("\n")
            except (OSError, ValueError):
                cache[file] = []
        found = cache[file]
        return found[number - 1] if 0 < number <= len(found) else None

    return lines
