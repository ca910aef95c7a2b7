"""Which rows of the tables the case files read. `python -m tests.config.coverage` lists those that none does.

The tables are replaced by ones that remember what was looked up while all case files are read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from steelyard.config.grammar import actions, aliases, calls
from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.row import Where
from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from steelyard.config.grammar.table import Table
from tests.config.test_cases import CASES, DASHES, outcome


class Remembers(dict[Any, Any]):
    """A mapping that knows which of its keys were asked for."""

    def __init__(self, items: Any) -> None:
        super().__init__(items)
        self.asked: set[Any] = set()

    def get(self, key: Any, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)

    def __getitem__(self, key: Any) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(key)
        return super().__contains__(key)


def missing(directory: Path) -> dict[str, list[str]]:
    """By kind: the rows that no case file has. `directory`: for scratch files."""
    with pytest.MonkeyPatch.context() as patch:
        tables = {"keyword": KEYWORDS, "bind": BIND_OPTIONS, "server": SERVER_OPTIONS}
        places: dict[str, dict[Where, Remembers]] = {}
        for name, table in tables.items():
            places[name] = {where: Remembers(table.at(where)) for where in Where}
            patch.setattr(table, "by_place", places[name])
        sections = Remembers(SECTIONS)
        patch.setattr("steelyard.config.walk.SECTIONS", sections)
        fetches, converters = Remembers(calls.fetch_rows()), Remembers(calls.converter_rows())
        patch.setattr(calls, "fetch_rows", lambda: fetches)
        patch.setattr(calls, "converter_rows", lambda: converters)
        shapes, items = Remembers(actions.SHAPES), Remembers(aliases.rows())
        patch.setattr(actions, "SHAPES", shapes)
        patch.setattr(aliases, "rows", lambda: items)
        for path in CASES:
            _read(path, directory)
    found = {name: sorted(_never_asked(table, places[name])) for name, table in tables.items()}
    for name, rows in (
        ("section", sections),
        ("fetch", fetches),
        ("converter", converters),
        ("action", shapes),
        ("alias", items),
    ):
        found[name] = sorted(set(rows) - rows.asked - {aliases.FLAGS_FOR_ALL})  # which is no item, and not looked up
    return found


def _read(path: Path, directory: Path) -> None:
    config = path.read_bytes().decode("utf-8", "surrogateescape").partition(DASHES)[0]
    outcome(config.replace("FILE/", f"{path.parent}/"), directory)


def _never_asked(table: Table, places: dict[Where, Remembers]) -> Iterator[str]:
    for row in table.rows:
        if not any(row.name in places[where].asked for where in Where if where & row.where):
            yield f"{row.name} ({'|'.join((where.name or '').lower() for where in row.where)})"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for kind, names in missing(Path(scratch)).items():
            print(f"{kind}: {len(names)} without a case")
            print("".join(f"  {name}\n" for name in names), end="")
