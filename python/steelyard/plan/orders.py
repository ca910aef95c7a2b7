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


class Log(Node, frozen=True, tag="log"):
    """A line to the log targets of a proxy, or the global ones where `proxy` is None. `level`: 0 (emerg) to 7 (debug)."""

    proxy: int | None
    level: int
    message: str


class Load(Node, frozen=True, tag="load"):
    """Run another plan instead."""

    plan: Plan


Order = ServerHealth | ServerAdmin | ServerWeight | FrontendState | SoftStop | Log | Load


def encode(orders: list[Order]) -> bytes:
    return msgspec.json.encode(orders)
