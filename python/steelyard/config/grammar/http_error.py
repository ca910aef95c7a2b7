"""`http-error`: a reply that is put together, in place of a built-in one."""

from __future__ import annotations

from dataclasses import replace

from steelyard.config.grammar.error_words import STATUSES
from steelyard.config.grammar.row import PROXY, Row
from steelyard.config.model import ErrorFile
from steelyard.config.places import place_of
from steelyard.config.rules import read_reply
from steelyard.config.span import run_of
from steelyard.config.statement import Statement


def _http_error(statement: Statement) -> None:
    """`http-error status <code> ...`, with the words of `http-request return`. The line acts at once, since the last one about
    a status holds; a mode that is said below it is not held against it.
    """
    place = replace(place_of(statement), mode=statement.draft.get("mode"))
    reply, end = read_reply(statement.words, statement.at, place, statement.report)
    if reply is None:
        return
    if reply.status is None:
        statement.missing("'status' and a code", "write 'http-error status <code> ...'")
    elif reply.status not in STATUSES:
        help = f"one of {', '.join(str(status) for status in STATUSES)}"
        statement.report.alert("SY0109", f"{reply.status} is no status that is answered here", statement.span, help=help)
    elif statement.no_more(end):
        statement.add(ErrorFile(reply.status, reply=reply, span=run_of(statement.words)))


ROWS = (Row("http-error", PROXY, "A reply put together here.", sets="errorfiles", parse=_http_error, repeat="add", mode="http"),)
