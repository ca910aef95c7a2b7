"""`cookie`: persistence by a cookie (manual section 4.2)."""

from __future__ import annotations

from typing import Any

from steelyard.config.grammar.row import BACK_D, Row
from steelyard.config.grammar.values import NAME, Time
from steelyard.config.model import Cookie
from steelyard.config.span import run_of
from steelyard.config.statement import Statement

_MODES = ("rewrite", "insert", "prefix")
_FLAGS = ("indirect", "nocache", "postonly", "preserve", "httponly", "secure")
_VALUES = ("domain", "maxidle", "maxlife", "attr")


def parse_cookie(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a name", "write 'cookie <name> insert indirect nocache'")
        return
    values: dict[str, Any] = {"domains": (), "attrs": ()}
    words, at = statement.words, statement.at + 1
    while at < len(words):
        word = words[at].text
        if word in _MODES:
            if values.setdefault("mode", word) != word:
                statement.bad(words[at], f"can't stand beside '{values['mode']}'")
                return
            at += 1
        elif word in _FLAGS:
            values[word] = True
            at += 1
        elif word in _VALUES:
            if not _value(statement, at, values):
                return
            at += 2
        elif word == "dynamic":
            statement.report.later("SY0104", "'cookie ... dynamic' is not supported yet", words[at].span)
            at += 1
        else:
            statement.bad(words[at], "means nothing on a 'cookie' line", (*_MODES, *_FLAGS, *_VALUES))
            return
    if _sound(statement, values):
        statement.set(Cookie(statement.args[0].text, span=run_of(words), **values))


def _value(statement: Statement, at: int, values: dict[str, Any]) -> bool:
    name = statement.words[at].text
    if at + 1 >= len(statement.words):
        statement.report.alert("SY0107", f"'{name}' needs a value", statement.words[at].span)
        return False
    text = statement.words[at + 1].text
    if name in ("maxidle", "maxlife"):
        value = statement.read_int(at + 1, Time("s"))
        if value is None:
            return False
        values[name] = value
    elif name == "domain":
        if not NAME.match(text):
            statement.bad(statement.words[at + 1], "is not the name of a domain")
            return False
        if "." not in text:
            message = f"browsers may refuse cookies of the domain '{text}', which has no dot"
            statement.report.warning(
                "SY0702", message, statement.words[at + 1].span, help="write a whole name, as '.example.com'"
            )
        values["domains"] = (*values["domains"], text)
    elif any(c in ";" or not c.isprintable() for c in text):
        statement.bad(statement.words[at + 1], "is no attribute: ';' and control characters are not allowed in it")
        return False
    else:
        values["attrs"] = (*values["attrs"], text)
    return True


def _sound(statement: Statement, values: dict[str, Any]) -> bool:
    mode = values.get("mode")
    if (values.get("maxidle") or values.get("maxlife")) and mode != "insert":
        statement.report.notice(
            "SY0702", "'maxidle' and 'maxlife' do nothing without 'insert'", statement.span, help="add 'insert'"
        )
    if mode == "rewrite" and values.get("indirect"):
        message = "'rewrite' and 'indirect' can't stand together"
        statement.report.alert("SY0702", message, statement.span, help="leave one of them out")
        return False
    if values.get("preserve") and not (mode == "insert" or values.get("indirect")):
        statement.report.alert("SY0702", "'preserve' needs 'insert' or 'indirect'", statement.span, help="add 'insert'")
        return False
    return True


_WORDS = (*_MODES, *_FLAGS, *_VALUES)

ROWS = (Row("cookie", BACK_D, "Persistence by a cookie.", sets="cookie", parse=parse_cookie, mode="http", words=_WORDS),)
