"""For programs: a list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from steelyard.config.span import Span
from steelyard.diagnostics.codes import CODES
from steelyard.diagnostics.diagnostic import Diagnostic


def render(items: Iterable[Diagnostic]) -> str:
    return json.dumps([_one(item) for item in items], indent=2) + "\n"


def _one(item: Diagnostic) -> dict[str, Any]:
    return {
        "code": item.code,
        "title": CODES.get(item.code, ("", ""))[0],
        "severity": item.severity.value,
        "message": item.message,
        "help": item.help or None,
        **_place(item.span),
        "labels": [{"text": label.text, **_place(label.span)} for label in item.labels],
    }


def _place(span: Span) -> dict[str, Any]:
    if not span.file:
        return {"file": None, "line": None, "column": None, "length": None}
    return {"file": span.file, "line": span.line, "column": span.column, "length": span.length}
