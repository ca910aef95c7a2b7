"""Arguments that are kept as words."""

from __future__ import annotations

from steelyard.config.statement import Statement


def anything(statement: Statement) -> None:
    """Any words at all: for rows whose arguments nobody has described yet."""
