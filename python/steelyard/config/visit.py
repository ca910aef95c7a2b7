"""Everything of some types inside a value of the model, in reading order. Made for files with tens of thousands of lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import Any, TypeVar

from steelyard.config.expr import AclArg, AclTest, Action, Call, ProxyArg, ServerArg, TableArg, UserlistArg

T = TypeVar("T")

_PLAIN = frozenset(
    {"str", "int", "bool", "bytes", "float", "None", "Span", "tuple", "dict", "Kind", "Mode", "Scope", "Matcher", "Pattern"}
)


Parts = tuple[object, ...]
"""What checks look at in one proxy, found by one walk: tests, actions, fetches, converters, and arguments that name something."""


def parts_of(proxy: object) -> Parts:
    return tuple(nodes(proxy, AclArg, AclTest, Action, Call, ProxyArg, ServerArg, TableArg, UserlistArg))


def only(parts: Iterable[object], kind: type[T]) -> list[T]:
    return [part for part in parts if type(part) is kind]


_known: dict[type, Callable[[Any], tuple[Any, ...]] | None] = {}


def nodes(value: object, *wanted: type[T]) -> Iterator[T]:
    """Frozen dataclasses, tuples, lists and mappings are looked into."""
    stack: list[Any] = [value]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is tuple or kind is list:
            stack.extend(filter(None, item[::-1]))  # what is empty holds nothing, and most fields are
        elif kind is dict:
            stack.extend(reversed(item.values()))
        elif kind is not str and item is not None:
            if kind in wanted:
                yield item
            if kind not in _known:
                _known[kind] = _parts(kind)
            parts = _known[kind]
            if parts is not None:
                stack.extend(filter(None, parts(item)))


def _parts(kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
    """Reads the fields that may hold more than plain values, last one first."""
    if not is_dataclass(kind):
        return None
    names = [field.name for field in fields(kind) if not _plain(str(field.type))][::-1]
    if not names:
        return None
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda item: (get(item),)


def _plain(annotation: str) -> bool:
    """`tuple[str, ...]` and the like need no look; literals in quotes are plain, too."""
    return set(re.findall(r"[A-Za-z]\w*", re.sub(r"Literal\[[^]]*\]", "", annotation))) <= _PLAIN
