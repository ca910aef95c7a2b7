"""The shape of a file: its sections with what is defined in them, and the parts that an editor may fold."""

from __future__ import annotations

from dataclasses import dataclass, field

from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.layout import lay_out
from steelyard.lsp.cursor import said

# Statements that are worth a line of their own, and the kind that an editor shows them as.
_SHOWN = {
    "acl": "acl",
    "bind": "bind",
    "default_backend": "use",
    "nameserver": "server",
    "peer": "server",
    "server": "server",
    "server-template": "server",
    "stick-table": "table",
    "use_backend": "use",
    "user": "user",
}


@dataclass(slots=True)
class Item:
    """`line`, `end`: from 0, the first and the last. `column`, `length`: of the name on its line."""

    name: str
    kind: str
    line: int
    end: int
    column: int
    length: int
    detail: str = ""
    children: list[Item] = field(default_factory=list)


def outline(text: str) -> list[Item]:
    """Sections in order, each with what it defines."""
    found: list[Item] = []
    for laid in lay_out(text):
        words, number = laid.words, laid.number - 1
        if laid.kind == "section":
            name = words[1].text if len(words) > 1 and words[1].text != "from" else ""
            span = words[1 if name else 0].span
            label = f"{words[0].text} {name}".rstrip()
            found.append(Item(label, words[0].text, number, number, span.column - 1, span.length))
        elif laid.kind == "statement" and found:
            found[-1].end = number
            line = said(words, found[-1].kind)
            if line.row is not None and line.row.name in _SHOWN and line.args:
                first = line.args[0]
                kind = _SHOWN[line.row.name]
                detail = " ".join(word.text for word in line.args[1:3]) if kind != "user" else ""
                name = first.text if kind in ("acl", "server", "user") else f"{line.row.name} {first.text}"
                found[-1].children.append(Item(name, kind, number, number, first.span.column - 1, first.span.length, detail))
    return found


def folds(text: str) -> list[tuple[int, int]]:
    """First and last lines (from 0) of sections, of `.if` blocks and of comments of several lines."""
    found: list[tuple[int, int]] = []
    blocks: list[int] = []
    section = last = comment = -1
    for laid in lay_out(text):
        number, word = laid.number - 1, laid.words[0].text if laid.words else ""
        if laid.kind == "comment":
            comment = number if comment < 0 else comment
        elif comment >= 0:
            found += [(comment, number - 1)] if number - 1 > comment else []
            comment = -1
        if laid.kind == "section" and word in SECTIONS:
            found += [(section, last)] if section >= 0 and last > section else []
            section = last = number
        elif laid.kind in ("statement", "directive"):
            last = number
        if word == ".if":
            blocks.append(number)
        elif word == ".endif" and blocks:
            found.append((blocks.pop(), number))
    found += [(section, last)] if section >= 0 and last > section else []
    return sorted(found)
