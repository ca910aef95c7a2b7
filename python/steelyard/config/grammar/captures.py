"""`capture`: headers and cookies that the log shows (manual section 8.8)."""

from __future__ import annotations

from steelyard.config.grammar.row import FRONT, Row
from steelyard.config.grammar.values import Int
from steelyard.config.model import Capture
from steelyard.config.statement import Statement


def _capture(statement: Statement) -> Capture | None:
    words, at = statement.words, statement.at
    if len(words) < at + 3:
        statement.missing("a name and a length", f"write '{statement.row.name} <name> len <length>'")
        return None
    if words[at + 1].text != "len":
        statement.bad(words[at + 1], "is not 'len'", ("len",), f"write '{statement.row.name} <name> len <length>'")
        return None
    length = statement.read_int(at + 2, Int())
    if length is None or not statement.no_more(at + 3):
        return None
    return Capture(words[at].text, length, statement.span)


def _header(statement: Statement) -> None:
    found = _capture(statement)
    if found is not None:
        statement.add(found)


def _cookie(statement: Statement) -> None:
    found = _capture(statement)
    if found is not None:
        statement.set(found)


ROWS = (
    Row(
        "capture cookie",
        FRONT,
        "A cookie that the log shows.",
        sets="capture_cookie",
        parse=_cookie,
        mode="http",
        lax=True,
    ),
    Row(
        "capture request header",
        FRONT,
        "A header of requests that the log shows.",
        sets="capture_request",
        parse=_header,
        repeat="add",
        mode="http",
    ),
    Row(
        "capture response header",
        FRONT,
        "A header of responses that the log shows.",
        sets="capture_response",
        parse=_header,
        repeat="add",
        mode="http",
    ),
)
