"""The plan as msgspec structs: the twin of the Rust `plan` module (same names, tags, fields and defaults).

`tests/unit/test_plan_twins.py` holds the two together. See the Rust side for what each field means.
"""

from __future__ import annotations

import msgspec

from steelyard.plan.schema import balance, expr, global_, proxy, reply, rule, server, table
from steelyard.plan.schema.base import At, Node
from steelyard.plan.schema.expr import Acl, PatternFile
from steelyard.plan.schema.global_ import Global, Userlist
from steelyard.plan.schema.proxy import Proxy
from steelyard.plan.schema.table import StickTable

PLAN_VERSION = 1


class Plan(Node, frozen=True):
    """A whole configuration, resolved."""

    version: int
    files: list[str]
    global_: Global = msgspec.field(name="global")
    acls: list[Acl]
    pattern_files: list[PatternFile]
    userlists: list[Userlist]
    tables: list[StickTable]
    proxies: list[Proxy]


def encode(plan: Plan) -> bytes:
    """The plan as the engine reads it."""
    return msgspec.json.encode(plan)


def decode(data: bytes) -> Plan:
    """Read a plan back; raises `msgspec.ValidationError` for anything that does not fit."""
    return msgspec.json.decode(data, type=Plan)


__all__ = [
    "PLAN_VERSION",
    "Acl",
    "At",
    "Global",
    "PatternFile",
    "Plan",
    "Proxy",
    "StickTable",
    "Userlist",
    "balance",
    "decode",
    "encode",
    "expr",
    "global_",
    "proxy",
    "reply",
    "rule",
    "server",
    "table",
]
