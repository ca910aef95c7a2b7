"""Stick tables and stick rules: twin of `plan/table.rs`."""

from __future__ import annotations

from typing import Literal

from steelyard.plan.schema.base import At, Node
from steelyard.plan.schema.expr import Cond, Expr

TableKey = Literal["ipv4", "ipv6", "integer", "string", "binary"]
ServerKey = Literal["name", "addr"]
StickKind = Literal["match", "on", "store_request", "store_response"]
TableData = Literal[
    "bytes_in_cnt",
    "bytes_in_rate",
    "bytes_out_cnt",
    "bytes_out_rate",
    "conn_cnt",
    "conn_cur",
    "conn_rate",
    "glitch_cnt",
    "glitch_rate",
    "gpc",
    "gpc_rate",
    "gpc0",
    "gpc0_rate",
    "gpc1",
    "gpc1_rate",
    "gpt",
    "gpt0",
    "http_req_cnt",
    "http_req_rate",
    "http_err_cnt",
    "http_err_rate",
    "http_fail_cnt",
    "http_fail_rate",
    "server_id",
    "sess_cnt",
    "sess_rate",
]


class TableColumn(Node, frozen=True):
    """One `store` item: `count` elements of an array, `period` milliseconds of a rate."""

    data: TableData
    count: int
    period: int


class StickTable(Node, frozen=True):
    """`name`: the proxy's, or `section/table`. `length`: bytes of string and binary keys. `expire`: milliseconds, None never."""

    name: str
    at: At
    key: TableKey
    length: int
    size: int
    expire: int | None
    nopurge: bool
    server_key: ServerKey
    brates_factor: int
    store: list[TableColumn]


class StickRule(Node, frozen=True):
    """A `stick` line; `table` is an index in `Plan.tables`."""

    at: At
    kind: StickKind
    expr: Expr
    table: int
    cond: Cond | None
    text: str
