"""A file as it is laid out: every line with its blanks, its comment and its words as they were typed.

This is what tools that rewrite files work on. Nothing is lost: `"".join(line.raw + line.ending for line in lines)` is the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.lexer import tokenize
from steelyard.config.source import RawFile
from steelyard.config.span import Word

Kind = Literal["blank", "comment", "section", "statement", "directive", "broken"]


@dataclass(frozen=True, slots=True)
class LaidLine:
    """One line. `words`: values with their places; variables are left out of them, since a tool does not know their values.

    `tail`: what the lexer passes over, a comment or what stands behind a carriage return. `broken` lines can't be cut into words.
    """

    number: int
    raw: str
    ending: str
    kind: Kind
    words: tuple[Word, ...] = ()
    tail: str = ""

    @property
    def indent(self) -> int:
        """Blanks and tabs in front, counted alike."""
        return len(self.raw) - len(self.raw.lstrip(" \t"))

    @property
    def typed(self) -> list[str]:
        """The words with their quotes and escapes."""
        return [self.typed_word(word) for word in self.words]

    def typed_word(self, word: Word) -> str:
        start = word.span.column - 1
        return self.raw[start : start + word.span.length]


def lay_out(text: str, name: str = "") -> list[LaidLine]:
    """All lines of a file, right or wrong. `text` may hold lone surrogates for bytes that are not UTF-8."""
    return [_line(name, number, raw, complete) for number, raw, complete in RawFile(name, text).lines()]


def _line(name: str, number: int, text: str, complete: bool) -> LaidLine:
    raw, ending = text, "\n" if complete else ""
    if complete and raw.endswith("\r"):
        raw, ending = raw[:-1], "\r\n"
    words, error = tokenize(raw, name, number, _no_value)
    if error is not None or any(not 0 < word.span.column + word.span.length <= len(raw) + 1 for word in words):
        return LaidLine(number, raw, ending, "broken")
    end = words[-1].span.column + words[-1].span.length - 1 if words else 0
    tail = raw[end:].lstrip(" \t")
    return LaidLine(number, raw, ending, _kind(words, tail), tuple(words), tail)


def _no_value(name: str) -> str:
    """A variable stands for one word that is no keyword."""
    return f"${name}"


def _kind(words: Sequence[Word], tail: str) -> Kind:
    if not words:
        return "comment" if tail else "blank"
    if words[0].text.startswith("."):
        return "directive"
    return "section" if words[0].text in SECTIONS else "statement"
