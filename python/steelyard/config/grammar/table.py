"""Rows to look up: by the words at the start of a line, longest name first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from steelyard.config.grammar.row import Row, Where
from steelyard.config.span import Word

LONGEST = 3
"""Words in the longest keyword, as `capture request header`."""


class Table:
    """All rows of one kind. Two rows may share a name when they are valid in different places."""

    def __init__(self, *groups: Iterable[Row]) -> None:
        self.rows: tuple[Row, ...] = tuple(row for group in groups for row in group)
        self.by_name: dict[str, tuple[Row, ...]] = {}
        self.by_place: dict[Where, dict[str, Row]] = {}
        self.families: dict[str, list[str]] = {}
        for row in self.rows:
            self.by_name[row.name] = (*self.by_name.get(row.name, ()), row)
            first, _, rest = row.name.partition(" ")
            if rest:
                self.families.setdefault(first, []).append(row.name)

    def find(self, words: Sequence[Word]) -> tuple[tuple[Row, ...], int]:
        """Rows of the longest name that the line starts with, and how many words that name has; none: `((), 0)`.

        A parenthesis may follow some names, as in `tcp-check set-var(check.port)`.
        """
        if not words:
            return (), 0
        first = words[0].text
        if first in self.by_name and first not in self.families:  # most words start no longer name
            return self.by_name[first], 1
        for count in range(min(LONGEST, len(words)), 0, -1):
            name = words[0].text if count == 1 else " ".join(word.text for word in words[:count])
            rows = self.by_name.get(name, ())
            if not rows and "(" in words[count - 1].text and name.index("(") > len(name) - len(words[count - 1].text):
                rows = tuple(row for row in self.by_name.get(name.partition("(")[0], ()) if row.called)
            if rows:
                return rows, count
        return (), 0

    def at(self, where: Where) -> dict[str, Row]:
        """Rows by name that are valid in one place; made once a place, since flags are slow to compare."""
        found = self.by_place.get(where)
        if found is None:
            found = self.by_place[where] = {row.name: row for row in self.rows if row.where & where}
        return found
