"""Whether two values of the model are the same, wherever they were written."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from steelyard.config.model import Config, Proxy
from steelyard.config.span import Span, Word

_HOW_IT_WAS_WRITTEN = {Config: frozenset({"files", "blocks", "extensions"}), Proxy: frozenset({"inherits"})}

LAST_HOLDS = (
    frozenset({"http-keep-alive", "http-server-close", "httpclose"}),
    frozenset({"tcpka", "clitcpka", "srvtcpka"}),
)
"""Options that say the same thing in different ways; the last one said holds, so their order is part of what is meant."""


def same(one: Any, other: Any) -> bool:
    """Equal but for places in files. Of two configurations, what they mean is compared, and not how they were written."""
    return _same(one, other, frozenset())


def same_meaning(one: Any, other: Any) -> bool:
    """As `same`, and how a rule or an expression was written (`text`) makes no difference."""
    return _same(one, other, frozenset({"text"}))


@cache
def _names(kind: type, without: frozenset[str]) -> tuple[str, ...]:
    skipped = without | _HOW_IT_WAS_WRITTEN.get(kind, frozenset())
    return tuple(field.name for field in fields(kind) if field.name not in skipped)


def _same(one: Any, other: Any, without: frozenset[str]) -> bool:
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is Span:
        return True
    if kind is Word:
        return bool(one.text == other.text)
    if kind is tuple or kind is list:
        return len(one) == len(other) and all(_same(a, b, without) for a, b in zip(one, other))
    if kind is dict:
        alike = one.keys() == other.keys() and all(_same(value, other[key], without) for key, value in one.items())
        return alike and all(_order(one, group) == _order(other, group) for group in LAST_HOLDS)
    if is_dataclass(kind):
        return all(_same(getattr(one, name), getattr(other, name), without) for name in _names(kind, without))
    return bool(one == other)


def _order(options: dict[str, Any], group: frozenset[str]) -> list[str]:
    return [name for name in options if name in group]
