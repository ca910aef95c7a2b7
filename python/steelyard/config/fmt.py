"""The layout of a file made uniform. Words, quotes, escapes, comments and line endings stay as they were typed.

- A section's line stands in the first column, what is in it 4 blanks further in, as in HAProxy's manual.
- A `.if` block moves what is in it 4 blanks further in.
- One blank between words. Nothing is aligned in columns: one longer name would move the lines around it, and every later
  comparison of two versions would show lines that did not change.
- One blank line before a section and the comment on top of it; never two in a row, none at the start and the end of the file.
- A line that can't be cut into words stays as it is, and so does the last one where its line feed is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from steelyard.config.layout import LaidLine, lay_out
from steelyard.config.lexer import MAX_LINE
from steelyard.config.preprocess import MAX_DEPTH

UNIT = 4
"""Blanks for one level."""

_BRANCHES = (".elif", ".else")
_OWN_LINE_NUMBER = ".LINE"
_ROOM = 8 * UNIT * MAX_DEPTH


def format_text(text: str) -> str:
    """The file with its layout made uniform; formatting the result again changes nothing."""
    lines = lay_out(text)
    leads = _leads(lines)
    formatted = [_formatted(line, level) for line, level in zip(lines, _levels(lines, leads))]
    if _OWN_LINE_NUMBER not in text:  # a variable gives a line its own number, so all must keep theirs
        formatted = _spaced(formatted, leads)
    return "".join(line.raw + line.ending for line in formatted)


def _fixed(line: LaidLine) -> bool:
    """Such a line is never touched: what it means is not known, a blank more would make it too long, or a blank that takes the
    place of a tab would be escaped by what is in front of it.
    """
    return line.kind == "broken" or "\\\t" in line.raw or not line.ending or len(line.raw) > MAX_LINE - _ROOM


def _formatted(line: LaidLine, level: int) -> LaidLine:
    if _fixed(line):
        return line
    parts = line.typed
    if line.tail.startswith("#"):
        tidy = line.tail.rstrip(" \t")
        parts.append(line.tail if tidy.endswith("\r") else tidy)
    raw = " " * (UNIT * min(level, MAX_DEPTH)) + " ".join(parts)
    if not line.tail.startswith("#"):
        raw = raw + line.tail if parts or line.tail else ""
    return replace(line, raw=raw)


def _levels(lines: Sequence[LaidLine], leads: Sequence[bool]) -> list[int]:
    """How far in each line stands, in units."""
    levels: list[int] = []
    blocks: list[int] = []
    inside = False
    for line, lead in zip(lines, leads):
        level = len(blocks) + (inside and not lead)
        word = _directive(line)
        if line.kind == "section":
            inside, level = True, len(blocks)
        elif word == ".if":
            blocks.append(level)
        elif word in _BRANCHES and blocks:
            level = blocks[-1]
        elif word == ".endif" and blocks:
            level = blocks.pop()
        levels.append(level)
    return levels


def _leads(lines: Sequence[LaidLine]) -> list[bool]:
    """Which comments and directives belong to what comes next, a section or the end of the file, and not to the section above.

    A comment between the two belongs where its author put it: to the next one where it does not stand further in than that.
    """
    leads = [False] * len(lines)
    next_indent: int | None = 0 if _depth(lines) == 0 else None
    for index in range(len(lines) - 1, -1, -1):
        line, word = lines[index], _directive(lines[index])
        if line.kind == "section":
            next_indent = 0 if _fixed(line) else line.indent
        elif line.kind in ("statement", "broken") or word in _BRANCHES or word == ".endif":
            next_indent = None
        elif word == ".if":
            leads[index] = next_indent is not None
            next_indent = line.indent if leads[index] else None
        elif line.kind in ("comment", "directive"):
            leads[index] = next_indent is not None and line.indent <= next_indent
            next_indent = next_indent if leads[index] else None
    return leads


def _directive(line: LaidLine) -> str:
    return line.words[0].text if line.kind == "directive" else ""


def _depth(lines: Sequence[LaidLine]) -> int:
    """Blocks that are open at the end."""
    depth = 0
    for line in lines:
        word = _directive(line)
        depth = depth + 1 if word == ".if" else max(0, depth - 1) if word == ".endif" else depth
    return depth


def _spaced(lines: Sequence[LaidLine], leads: Sequence[bool]) -> list[LaidLine]:
    """Blank lines: one before each section and what leads to it, never two."""
    out: list[LaidLine] = []
    follows = True  # the line above, blank ones left out, leads to this one
    last = max((index for index, line in enumerate(lines) if line.kind == "section"), default=-1)
    for index, (line, lead) in enumerate(zip(lines, leads)):
        if line.kind == "blank" and line.ending:
            if out and out[-1].kind != "blank":
                out.append(line)
            continue
        starts = (lead or line.kind == "section") and index <= last
        if starts and not follows and out[-1].kind != "blank":
            out.append(replace(out[-1], raw="", kind="blank", words=(), tail=""))
        follows = lead or _directive(line) in _BRANCHES
        out.append(line)
    while out and out[-1].kind == "blank" and out[-1].ending:
        out.pop()
    return out
