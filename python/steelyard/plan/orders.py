"""Orders: what can be told to a running engine. Applied in one list, all or none."""

from __future__ import annotations

from typing import Literal

import msgspec

from steelyard.plan.schema import Plan
from steelyard.plan.schema.base import Node


class ServerHealth(Node, frozen=True, tag="server_health"):
    """The verdict of a health check."""

    proxy: int
    server: int
    up: bool


class ServerAdmin(Node, frozen=True, tag="server_admin"):
    """What the operator wants of a server."""

    proxy: int
    server: int
    state: Literal["ready", "drain", "maint"]


class ServerWeight(Node, frozen=True, tag="server_weight"):
    """0 to 256."""

    proxy: int
    server: int
    weight: int


class FrontendState(Node, frozen=True, tag="frontend"):
    proxy: int
    state: Literal["enable", "disable"]


class SoftStop(Node, frozen=True, tag="soft_stop"):
    """Stop accepting; live connections end on their own."""


class PatternSet(Node, frozen=True, tag="pattern_set"):
    """The value of a key of a map, or a new entry; `file` is an index in `Plan.pattern_files`."""

    file: int
    key: str
    value: str


class PatternAdd(Node, frozen=True, tag="pattern_add"):
    """A new entry where there is none of that key; `value` is empty for a pattern file."""

    file: int
    key: str
    value: str = ""


class PatternDel(Node, frozen=True, tag="pattern_del"):
    """All entries of a key go."""

    file: int
    key: str


class PatternClear(Node, frozen=True, tag="pattern_clear"):
    """All entries go."""

    file: int


class TableClear(Node, frozen=True, tag="table_clear"):
    """Entries of a stick table (index in `Plan.tables`) go: that of a key, or all. Those that are tracked are emptied."""

    table: int
    key: str | None = None


class Log(Node, frozen=True, tag="log"):
    """A line to the log targets of a proxy, or the global ones where `proxy` is None. `level`: 0 (emerg) to 7 (debug)."""

    proxy: int | None
    level: int
    message: str


class Load(Node, frozen=True, tag="load"):
    """Run another plan instead."""

    plan: Plan


Order = (
    ServerHealth
    | ServerAdmin
    | ServerWeight
    | FrontendState
    | SoftStop
    | PatternSet
    | PatternAdd
    | PatternDel
    | PatternClear
    | TableClear
    | Log
    | Load
)


def encode(orders: list[Order]) -> bytes:
    return msgspec.json.encode(orders)
