"""Rows as HAProxy's CSV: a header after `# `, a comma after the last column, quotes where a value needs them."""

from __future__ import annotations

from collections.abc import Iterable

from steelyard.stats.fields import NAMES
from steelyard.stats.rows import Row, Value


def render(rows: Iterable[Row]) -> str:
    lines = ["# " + ",".join(NAMES) + ","]
    lines += [",".join(_cell(row[name]) for name in NAMES) + "," for row in rows]
    return "\n".join(lines) + "\n\n"


def _cell(value: Value) -> str:
    if value is None:
        return ""
    text = str(value)
    if any(char in text for char in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
