"""Replies made here in place of the built-in ones: `errorfile`, `errorloc*`, `errorfiles`."""

from __future__ import annotations

from steelyard.config.grammar.row import PROXY, Row, Where
from steelyard.config.grammar.values import Loose
from steelyard.config.model import ErrorFile
from steelyard.config.span import run_of
from steelyard.config.statement import Statement

STATUSES = (200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 414, 421, 422, 425, 429, 431, 500, 501, 502, 503, 504)
MAX_REPLY = 16384
"""Bytes of a reply file: one buffer, as in HAProxy."""


def _status(statement: Statement, index: int) -> int | None:
    value = statement.read_int(index, Loose(show="<status>"))
    if value is not None and value not in STATUSES:
        listed = ", ".join(str(status) for status in STATUSES)
        statement.bad(statement.words[index], "is no status that is answered here", help=f"one of {listed}")
        return None
    return value


def _errorfile(statement: Statement) -> None:
    status = _status(statement, statement.at)
    if status is None:
        return
    if len(statement.args) < 2:
        statement.missing("a file", "write 'errorfile <status> <file>'")
        return
    content = read_reply(statement, statement.at + 1)
    if content is not None and statement.no_more(statement.at + 2):
        statement.add(ErrorFile(status, content=content, span=run_of(statement.words)))


def read_reply(statement: Statement, index: int) -> bytes | None:
    """A whole HTTP reply from the file named by `words[index]`, checked so far that it can't break a client's framing."""
    word = statement.words[index]
    settings = statement.room.global_
    limit = MAX_REPLY if settings is None else settings.get("bufsize", MAX_REPLY)
    try:
        with open(statement.room.paths.find(word.text), "rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        why = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
        statement.report.alert("SY0304", f"can't read '{word}': {why}", word.span)
        return None
    why = "" if not content else "longer than a buffer" if len(content) > limit else reply_fault(content)
    if why:
        help = "start it with a line as 'HTTP/1.0 503 Service Unavailable'"
        statement.report.alert("SY0305", f"'{word}' is not an HTTP reply: {why}", word.span, help=help)
        return None
    return content


def reply_fault(content: bytes) -> str:
    """What is wrong with a reply as a file; empty when it can be sent. An empty file is a reply too: nothing is sent."""
    head, blank, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    if not blank:
        return "no empty line ends its head"
    start, *fields = head.split(b"\n")
    parts = start.split(b" ", 2)
    if len(parts) < 2 or parts[0] not in (b"HTTP/1.0", b"HTTP/1.1") or not (parts[1].isdigit() and len(parts[1]) == 3):
        return "its first line is not a status line"
    for field in fields:
        name, colon, value = field.partition(b":")
        if not colon or not name or name != name.strip() or any(c <= 32 or c >= 127 for c in name):
            return f"bad header line '{field[:40].decode('latin-1')}'"
        if name.lower() == b"content-length":
            raw = len(content.partition(b"\r\n\r\n")[2]) if b"\r\n\r\n" in content else len(body)
            if not value.strip().isdigit() or len(value) > 20 or int(value) != raw:
                return f"its Content-Length is not {raw}, the length of its body"
    return ""


def _errorloc(statement: Statement) -> None:
    status = _status(statement, statement.at)
    if status is None:
        return
    if len(statement.args) < 2:
        statement.missing("a URL", f"write '{statement.row.name} <status> <url>'")
        return
    if statement.no_more(statement.at + 2):
        redirect = 303 if statement.row.name == "errorloc303" else 302
        location = statement.args[1].text
        statement.add(ErrorFile(status, location=location, location_status=redirect, span=run_of(statement.words)))


def _errorfiles(statement: Statement) -> None:
    """The named section may stand further down, so names are bound at the end."""
    if not statement.args:
        statement.missing("the name of an 'http-errors' section", "write 'errorfiles <name> [<status> ...]'")
        return
    statuses = []
    for index in range(statement.at + 1, len(statement.words)):
        status = _status(statement, index)
        if status is None:
            return
        statuses.append(status)
    statement.add((statement.args[0], tuple(statuses)))


ROWS = (
    Row("errorfile", PROXY, "A reply from a file.", sets="errorfiles", parse=_errorfile, repeat="add"),
    Row("errorfile", Where.HTTP_ERRORS, "A reply from a file.", sets="errorfiles", parse=_errorfile, repeat="add", lax=True),
    Row("errorfiles", PROXY, "Replies of an `http-errors` section.", sets="errorfiles", parse=_errorfiles, repeat="add"),
    Row("errorloc", PROXY, "A redirect (302) in place of an error.", sets="errorfiles", parse=_errorloc, repeat="add"),
    Row("errorloc302", PROXY, "A redirect (302) in place of an error.", sets="errorfiles", parse=_errorloc, repeat="add"),
    Row("errorloc303", PROXY, "A redirect (303) in place of an error.", sets="errorfiles", parse=_errorloc, repeat="add"),
)
