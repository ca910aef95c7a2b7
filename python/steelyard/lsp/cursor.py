"""What stands around the cursor: the section, the words before it on the line, the part of a word that is typed already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.lexer import tokenize
from steelyard.config.span import NOWHERE, Word

_PREFIXES = ("no", "default")


@dataclass(frozen=True, slots=True)
class Cursor:
    """`section` and `name`: of the section that the line is in, empty before the first. `before`: the complete words of the line.
    `partial`: what is typed of the next one, from character `start` (from 0) of the line, quotes left out.
    """

    section: str
    name: str
    before: tuple[str, ...]
    partial: str
    start: int

    @property
    def where(self) -> Where | None:
        return where_of(self.section)

    @property
    def scope(self) -> str:
        """What names of ACLs belong to, as in the index."""
        return f"{self.section} {self.name}"


def where_of(section: str) -> Where | None:
    """The flag of a section's rows."""
    return Where.__members__.get(section.upper().replace("-", "_"))


def cursor_at(lines: Sequence[str], line: int, column: int, outer: tuple[str, str] = ("", "")) -> Cursor | None:
    """`line` and `column` count from 0; None inside a comment. `outer`: the section where the file has none up to here."""
    cut = _cut(lines[line][:column] if line < len(lines) else "")
    if cut is None:
        return None
    before, partial, start = cut
    section, name = section_at(lines, line, bool(before) and before[0] in SECTIONS)
    if not section:
        section, name = outer
    return Cursor(section, name, before, partial, start)


def section_at(lines: Sequence[str], line: int, itself: bool = False) -> tuple[str, str]:
    """The section that a line is in, `itself` where the line may start one."""
    for index in range(min(line if itself else line - 1, len(lines) - 1), -1, -1):
        words = lines[index].split(None, 3)
        if words and words[0].partition("#")[0] in SECTIONS:
            named = len(words) > 1 and words[1] != "from" and not words[1].startswith("#")
            return words[0].partition("#")[0], words[1] if named else ""
    return "", ""


def _cut(text: str) -> tuple[tuple[str, ...], str, int] | None:
    """Complete words, and the one that the text ends in. Quotes that are still open do no harm; None in a comment."""
    words: list[str] = []
    word: list[str] = []
    start, quote, at = -1, "", 0
    while at < len(text):
        char = text[at]
        if quote:
            if char == quote:
                quote = ""
            elif char == "\\" and quote == '"' and at + 1 < len(text):
                at += 1
                word.append(text[at])
            else:
                word.append(char)
        elif char in " \t":
            if start >= 0:
                words.append("".join(word))
                word, start = [], -1
        elif char == "#":
            return None
        else:
            start = at if start < 0 else start
            if char in "\"'":
                quote = char
                start = at + 1 if not word else start
            elif char == "\\" and at + 1 < len(text):
                at += 1
                word.append(text[at])
            else:
                word.append(char)
        at += 1
    partial = "".join(word) if start >= 0 else ""
    return tuple(words), partial, len(text) - len(partial)


@dataclass(frozen=True, slots=True)
class Said:
    """A line's words with the row that it starts with: `words[at]` is the first argument. `row` is None for unknown words."""

    words: tuple[Word, ...]
    row: Row | None
    at: int
    first: int

    @property
    def args(self) -> tuple[Word, ...]:
        return self.words[self.at :]


def said_on(text: str, section: str) -> Said:
    """A line as the reader takes it; variables have no value here."""
    words, _ = tokenize(text, "", 1, lambda name: f"${name}")
    return said(words, section)


def said(words: Sequence[Word], section: str) -> Said:
    first = 1 if len(words) > 1 and words[0].text in _PREFIXES else 0
    rows, count = KEYWORDS.find(words[first:])
    where = where_of(section)
    row = next((row for row in rows if where is not None and row.where & where), rows[0] if rows else None)
    return Said(tuple(words), row, first + count, first)


def as_words(texts: Sequence[str]) -> list[Word]:
    """Words without places."""
    return [Word(text, NOWHERE) for text in texts]
