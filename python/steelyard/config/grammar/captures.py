"""`capture`: headers and cookies that the log shows (manual section 8.8)."""

from __future__ import annotations

from steelyard.config.grammar.row import FRONT, Row
from steelyard.config.grammar.values import Int, Loose, OneOf
from steelyard.config.model import Capture
from steelyard.config.statement import Statement


def _capture(statement: Statement) -> Capture | None:
    words, at = statement.words, statement.at
    if len(words) < at + 3:
        statement.missing("a name and a length", f"write '{statement.row.name} <name> len <length>'")
        return None
    if words[at + 1].text != "len" and statement.row.name == "capture cookie":
        # HAProxy passes over the word, whatever it is
        message = f"'{words[at + 1]}' is not read, 'len' is meant in its place"
        statement.report.notice("SY0114", message, words[at + 1].span, help=f"write '{statement.row.name} <name> len <length>'")
    elif words[at + 1].text != "len":
        statement.bad(words[at + 1], "is not 'len'", ("len",), f"write '{statement.row.name} <name> len <length>'")
        return None
    length = statement.read_int(at + 2, Loose(0, below=0))
    if length is None or not statement.no_more(at + 3):
        return None
    if len(words) > at + 4:  # HAProxy passes over one word, and no more
        statement.extra(at + 4)
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


def _declared(statement: Statement) -> None:
    """`declare capture { request | response } len <bytes>`: how many there are counts for rules that name one by its number."""
    side = statement.read(statement.at, OneOf(("request", "response")))
    if side is None or statement.read(statement.at + 1, OneOf(("len",))) is None:
        return
    length = statement.read_int(statement.at + 2, Int(1, show="<bytes>"))
    if length is not None and statement.no_more(statement.at + 3):
        # A capture without a header: only rules fill it.
        statement.add(Capture("", length, statement.span), f"capture_{side}")


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
        "declare capture",
        FRONT,
        "A place for a part of a message in logs.",
        parse=_declared,
        repeat="add",
        strict=True,
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
