"""`tcp-check`: a conversation over TCP, step by step."""

from __future__ import annotations

from typing import Any, cast

from steelyard.config.checking import TcpComment, TcpConnect, TcpExpect, TcpSend, TcpStep
from steelyard.config.grammar.check_steps import (
    WITH_COMMENT,
    Hexadecimal,
    before_match,
    connect,
    connect_words,
    expect,
    noted,
)
from steelyard.config.grammar.phrases import Parse, one, phrase
from steelyard.config.grammar.row import BACK_D, Row, Where
from steelyard.config.grammar.values import Text
from steelyard.config.statement import Statement
from steelyard.diagnostics.diagnostic import Severity

_KIND = "tcp-check"
_CONTENTS = ("string", "rstring", "binary", "rbinary")
_LATER_CONNECT = ("alpn", "proto", "sni", "ssl", "via-socks4")
_LATER_EXPECT = ("on-error", "on-success", "status-code")
_STATUSES = {"error-status": "error", "ok-status": "ok", "tout-status": "late"}


def _right(statement: Statement, parse: Parse) -> bool:
    """Whether the line is valid, and one that is carried out here; another one is kept as words."""
    items = statement.report.items
    found = len(items)
    parse(statement)
    return not any(item.severity is Severity.ALERT for item in items[found:])


def _later(statement: Statement, what: str, index: int) -> None:
    statement.report.later("SY0104", f"{what} is not supported yet", statement.words[index].span)
    statement.say()


def _add(statement: Statement, step: TcpStep) -> None:
    """A section with steps of its own does not inherit those of its defaults."""
    if statement.draft.where & Where.HEALTHCHECK:
        statement.say()
        return
    if not statement.draft.own("tcp_steps"):
        statement.draft.unset("tcp_steps")
    statement.add(step)


def _words(statement: Statement, at: int, rows: dict[str, Any]) -> dict[str, str]:
    """Options and their argument from `at` on, as far as they go; flags have none."""
    found: dict[str, str] = {}
    words = statement.words
    while at < len(words) and words[at].text in rows:
        name = words[at].text
        flag = name in ("default", "linger", "send-proxy", "ssl", "via-socks4")
        found[name] = "" if flag else words[at + 1].text
        at += 1 if flag else 2
    return found


_COMMENT = phrase(one(Text("<comment>")))
_CONNECT = connect(_KIND)
_EXPECT = phrase(expect(_KIND))
_SEND = phrase(one(Text("<text>")), WITH_COMMENT)
_BINARY = phrase(one(Hexadecimal()), WITH_COMMENT)


def _comment(statement: Statement) -> None:
    if _right(statement, _COMMENT):
        _add(statement, TcpComment(statement.args[0].text, statement.span))


def _connect(statement: Statement) -> None:
    if not _right(statement, _CONNECT):
        return
    found = _words(statement, statement.at, connect_words(_KIND))
    later = next((index for index, word in enumerate(statement.words) if word.text in _LATER_CONNECT), None)
    port = found.get("port", "0")
    if later is not None or not port.isdigit():
        index = later if later is not None else statement.at
        _later(statement, f"'{_KIND} connect {statement.words[index]}'", index)
        return
    _add(
        statement,
        TcpConnect(
            port=int(port),
            host=found.get("addr", ""),
            send_proxy="send-proxy" in found,
            linger="linger" in found,
            default="default" in found,
            comment=found.get("comment", ""),
            span=statement.span,
        ),
    )


def _send(statement: Statement) -> None:
    if _right(statement, _SEND):
        data = statement.args[0].text.encode("utf-8", "surrogateescape")
        _add(statement, TcpSend(data, _own_comment(statement), statement.span))


def _send_binary(statement: Statement) -> None:
    if _right(statement, _BINARY):
        _add(statement, TcpSend(bytes.fromhex(statement.args[0].text), _own_comment(statement), statement.span))


def _own_comment(statement: Statement) -> str:
    return statement.args[2].text if len(statement.args) > 2 else ""


def _expect(statement: Statement) -> None:
    if not _right(statement, _EXPECT):
        return
    words, rows = statement.words, before_match(_KIND)
    at, found = statement.at, _words(statement, statement.at, rows)
    at += 2 * len(found)
    negated = False
    while words[at].text == "!":
        negated, at = not negated, at + 1
    kind = words[at].text.removeprefix("!")
    negated ^= kind != words[at].text
    if kind not in _CONTENTS:
        _later(statement, f"'{_KIND} expect {words[at]}'", at)
        return
    found |= _words(statement, at + 2, rows)
    later = next((name for name in _LATER_EXPECT if name in found), None)
    if later is not None:
        _later(statement, f"'{_KIND} expect ... {later}'", 0)
        return
    statuses: dict[str, Any] = {field: found[word] for word, field in _STATUSES.items() if word in found}
    _add(
        statement,
        TcpExpect(
            kind=cast(Any, kind),
            value=words[at + 1].text,
            negated=negated,
            least=int(found.get("min-recv", "-1")),
            comment=found.get("comment", ""),
            span=statement.span,
            **statuses,
        ),
    )


def _row(name: str, doc: str, parse: Parse, lax: bool = False) -> Row:
    where = BACK_D | Where.HEALTHCHECK
    return Row(f"{_KIND} {name}", where, doc, sets="tcp_steps", parse=noted(parse), repeat="add", lax=lax)


ROWS = (
    _row("comment", "A comment for the next step.", _comment, lax=True),
    _row("connect", "Opens a connection for the steps after it.", _connect),
    _row("expect", "What a good answer to a check is.", _expect),
    _row("send", "Text that a check sends.", _send),
    _row("send-binary", "Bytes that a check sends.", _send_binary),
)
