"""Where a word stands. Every word carries one from the first day, so that every message can point at it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

# A file of 100,000 lines has half a million words, so these two are structs made in C: a frozen dataclass takes ten times as
# long. They hold nothing that could hold them, so the garbage collector need not know of them.


class Span(Struct, frozen=True, gc=False):
    """A run of characters on one line of a file; `line` and `column` count from 1, `length` is at least 1."""

    file: str
    line: int
    column: int
    length: int


NOWHERE = Span("", 0, 1, 1)


class Word(Struct, frozen=True, gc=False):
    """One word of a line after quotes, escapes and variables (manual section 2.2) were worked out."""

    text: str
    span: Span

    def __str__(self) -> str:
        return self.text


def run_of(words: Sequence[Word]) -> Span:
    """From the first to the last of some words of one line."""
    first = words[0].span
    if len(words) == 1:
        return first
    last = words[-1].span
    return Span(first.file, first.line, first.column, max(1, last.column + last.length - first.column))
