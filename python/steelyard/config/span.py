"""Where a word stands. Every word carries one from the first day, so that every message can point at it."""

from __future__ import annotations

from dataclasses import dataclass

# Nobody changes a span or a word. They are not frozen, because a file of 100,000 lines has a million of them, and making a frozen
# one takes three times as long.


@dataclass(slots=True, unsafe_hash=True)
class Span:
    """A run of characters on one line of a file; `line` and `column` count from 1, `length` is at least 1."""

    file: str
    line: int
    column: int
    length: int


NOWHERE = Span("", 0, 1, 1)


@dataclass(slots=True, unsafe_hash=True)
class Word:
    """One word of a line after quotes, escapes and variables (manual section 2.2) were worked out."""

    text: str
    span: Span

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Line:
    """The words of one configuration line, in order; never empty. `source` is the line as written."""

    words: tuple[Word, ...]
    source: str

    @property
    def span(self) -> Span:
        return self.words[0].span
