"""Rows of fetches and converters, read off their tables when they are first asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from steelyard.config.grammar import converters, fetches

_ROW = re.compile(r"([^(:\s]+)(?:\(([^)]*)\))?:(\S+)")
EVERYWHERE = (1 << 22) - 1


@dataclass(frozen=True, slots=True)
class ArgKind:
    """`kind`: a name that `rules/args.py` knows how to read."""

    kind: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A fetch (`input` empty) or a converter. `places`: bits of `places.PLACES`."""

    name: str
    args: tuple[ArgKind, ...]
    input: str
    output: str
    places: int = EVERYWHERE

    @property
    def fewest(self) -> int:
        return sum(not each.optional for each in self.args)


def _args(text: str | None) -> tuple[ArgKind, ...]:
    return tuple(ArgKind(word.rstrip("?"), word.endswith("?")) for word in text.split(",")) if text else ()


LUA = "lua."
"""What a Lua file registers has names that begin so. It takes any words, and gives a string."""


def lua_row(name: str) -> Row:
    """A fetch or converter that a Lua file brings along."""
    return Row(name, (ArgKind("string", True),) * 12, "str", "str")


@cache
def fetch_rows() -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for line in fetches.TABLE.strip().split("@ ")[1:]:
        letters, _, body = line.partition("\n")
        places = sum(1 << index for index, letter in enumerate(letters) if letter == "Y")
        for name, args, output in _ROW.findall(body):
            rows[name] = Row(name, _args(args), "", output, places)
    return rows


@cache
def converter_rows() -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for name, args, types in _ROW.findall(converters.TABLE):
        taken, _, given = types.partition(">")
        rows[name] = Row(name, _args(args), taken, given)
    return rows
