"""SARIF 2.1.0 (OASIS), which code scanners and editors read: one run, its rules, one result a message."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from steelyard.config.span import Span
from steelyard.diagnostics.codes import CODES
from steelyard.diagnostics.diagnostic import Diagnostic, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
VERSION = "2.1.0"
_LEVELS = {Severity.ALERT: "error", Severity.LATER: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}


def render(items: Iterable[Diagnostic], version: str) -> str:
    """`version`: that of the tool."""
    found = list(items)
    codes = sorted({item.code for item in found})
    rank = {code: index for index, code in enumerate(codes)}
    driver = {"name": "Steelyard", "version": version, "semanticVersion": version, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, rank[item.code]) for item in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, indent=2) + "\n"


def _rule(code: str) -> dict[str, Any]:
    title, meaning = CODES.get(code, (code, code))
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in title.replace("-", " ").split()),
        "shortDescription": {"text": title},
        "fullDescription": {"text": meaning},
        "help": {"text": f"{meaning} `steelyard explain-code {code}` shows a wrong and a right example."},
    }


def _result(item: Diagnostic, index: int) -> dict[str, Any]:
    text = f"{item.message} ({item.help})" if item.help else item.message
    result: dict[str, Any] = {
        "ruleId": item.code,
        "ruleIndex": index,
        "level": _LEVELS[item.severity],
        "message": {"text": _text(text)},
        "locations": [_location(item.span)] if item.span.file else [],
    }
    related = [
        {"id": number, **_location(label.span), "message": {"text": _text(label.text)}}
        for number, label in enumerate(item.labels, 1)
        if label.span.file
    ]
    if related:
        result["relatedLocations"] = related
    return result


def _location(span: Span) -> dict[str, Any]:
    region = {"startLine": span.line, "startColumn": span.column, "endColumn": span.column + span.length}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(span.file)}, "region": region}}


def _uri(file: str) -> str:
    path = PurePath(file)
    name = quote(path.as_posix(), safe="/", encoding="utf-8", errors="surrogateescape")
    # a colon in the first part of a relative name would read as a scheme, which quote has made `%3A`
    return f"file://{name}" if path.is_absolute() else name


def _text(text: str) -> str:
    """No half of a character: SARIF is UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
