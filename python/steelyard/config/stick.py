"""Stick tables and `stick` lines, as the user declared them. Times are milliseconds, sizes bytes."""

from __future__ import annotations

from typing import Literal

from steelyard.config.expr import Condition, Expr, TableArg
from steelyard.config.record import Record
from steelyard.config.span import NOWHERE, Span

StickKey = Literal["ipv4", "ipv6", "integer", "string", "binary"]


class StickColumn(Record):
    """One `store` item by HAProxy's name: `count` elements of an array, `period` milliseconds of a rate."""

    data: str
    count: int = 1
    period: int = 0


class StickTable(Record):
    """A `stick-table`, named as its proxy, or a `table` of a peers section, named `section/table`.

    `length`: bytes of a string or binary key at most. `expire`: milliseconds after the last change; 0 or None is never.
    `peers`, `recv_only` and `write_to` are about other processes.
    """

    name: str
    key: StickKey
    size: int
    length: int = 0
    expire: int | None = None
    nopurge: bool = False
    server_key: Literal["name", "addr"] = "name"
    brates_factor: int = 1
    store: tuple[StickColumn, ...] = ()
    peers: str | None = None
    recv_only: bool = False
    write_to: str | None = None
    span: Span = NOWHERE


class Stick(Record):
    """A `stick` line."""

    kind: Literal["match", "on", "store_request", "store_response"]
    expr: Expr
    table: TableArg
    cond: Condition | None
    text: str
    span: Span
