"""Filters that limit bandwidth (manual section 9.7), as the user declared them."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.config.expr import Expr, TableArg
from steelyard.config.span import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """`filter bwlim-in` (`upload`) or `bwlim-out`: `limit` bytes in `period` milliseconds.

    `key`: streams of one key share the limit, which is counted in a table for the period of its rate.
    """

    name: str
    upload: bool
    limit: int
    period: int = 0
    min_size: int = 0
    key: Expr | None = None
    table: TableArg | None = None
    span: Span = NOWHERE
