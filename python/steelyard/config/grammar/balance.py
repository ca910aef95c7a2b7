"""`balance` and `hash-type`."""

from __future__ import annotations

from typing import Any, Literal, cast

from msgspec.structs import replace

from steelyard.config.grammar.row import BACK_D, Row
from steelyard.config.grammar.values import Bad, Int, Loose, OneOf
from steelyard.config.model import Balance, HashType
from steelyard.config.places import place_of
from steelyard.config.rules import parse_expr
from steelyard.config.span import Span, Word, run_of
from steelyard.config.statement import Statement

_PLAIN = ("roundrobin", "static-rr", "leastconn", "first", "source", "sticky")
_LINE = "req.payload(0,0),"
_MORE = (*_PLAIN, "hdr", "random", "rdp-cookie")
"""Words behind these are not read by HAProxy; behind `hdr(<name>)` the first one must be `use_domain_only`."""
_ALL = (*_PLAIN, "uri", "url_param", "hdr", "random", "hash", "rdp-cookie", "log-hash")


def parse_balance(statement: Statement) -> None:
    if not statement.args:
        statement.set(Balance(span=statement.span))
        return
    word = statement.args[0]
    name, paren, inside = word.text.partition("(")
    inside = inside.removesuffix(")")
    if paren and not word.text.endswith(")"):
        statement.bad(word, "has no closing parenthesis")
        return
    values: dict[str, Any] = {"span": word.span}
    if name not in _ALL or (paren and name not in ("hdr", "random", "rdp-cookie")):
        statement.bad(word, "is no way to balance", _ALL)
        return
    reader = _READERS.get(name)
    end = reader(statement, inside, values) if reader else statement.at + 1
    if name in _MORE and end is not None and end < len(statement.words):
        rest = run_of(statement.words[end:])
        statement.report.notice("SY0114", f"'balance {name}' takes no more words, they are not read", rest, help="leave them out")
        end = len(statement.words)
    if end is not None and statement.no_more(end):
        statement.set(Balance(name, **values))


def _uri(statement: Statement, inside: str, values: dict[str, Any]) -> int | None:
    at = statement.at + 1
    while at < len(statement.words):
        word = statement.words[at].text
        if word in ("len", "depth"):
            number = statement.read_int(at + 1, Loose(1))
            if number is None:
                return None
            values["length" if word == "len" else "depth"] = number
            at += 2
        elif word in ("whole", "path-only"):
            values[word.replace("-", "_")] = True
            at += 1
        else:
            statement.bad(statement.words[at], "means nothing here", ("len", "depth", "whole", "path-only"))
            return None
    return at


def _url_param(statement: Statement, inside: str, values: dict[str, Any]) -> int | None:
    at = statement.at + 1
    if at >= len(statement.words):
        statement.missing("the name of a parameter", "write 'balance url_param <name>'")
        return None
    values["key"] = statement.words[at].text
    at += 1
    if at < len(statement.words) and statement.words[at].text == "check_post":
        values["check_post"], at = 48, at + 1
        if at < len(statement.words) and statement.words[at].text == "max_wait":
            at += 1
        if at < len(statement.words):
            values["check_post"], at = statement.read_int(at, Loose(below=0)), len(statement.words)  # what follows is not read
    return at


def _hdr(statement: Statement, inside: str, values: dict[str, Any]) -> int | None:
    if not inside:
        statement.bad(statement.args[0], "needs a header's name in parentheses", help="write 'balance hdr(<name>)'")
        return None
    values["key"], at = inside, statement.at + 1
    if at < len(statement.words) and statement.words[at].text == "use_domain_only":
        values["use_domain_only"], at = True, at + 1
    elif at < len(statement.words):
        statement.bad(statement.words[at], "means nothing here", ("use_domain_only",))
        return None
    return at


def _random(statement: Statement, inside: str, values: dict[str, Any]) -> int | None:
    if inside or statement.args[0].text.endswith("()"):
        number = Int(1).read(inside)
        if isinstance(number, Bad):
            statement.bad(statement.args[0], "needs a number of draws from 1 up", help="write 'balance random(2)'")
            return None
        values["draws"] = number
    return statement.at + 1


def _hash(statement: Statement, inside: str, values: dict[str, Any]) -> int | None:
    if statement.at + 1 >= len(statement.words):
        statement.missing("an expression", "write 'balance hash <fetch>[,<converter>...]'")
        return None
    values["expr"], end = parse_expr(statement.words, statement.at + 1, place_of(statement), statement.report)
    return end if values["expr"] is not None else None


def _log_hash(statement: Statement, inside: str, values: dict[str, Any]) -> int | None:
    """`log-hash <converter>[,<converter>...]`: in the expression the line is what the fetch gives. Looked at in mode log only."""
    at = statement.at + 1
    if at >= len(statement.words):
        statement.missing("converters", "write 'balance log-hash <converter>[,<converter>...]'")
        return None
    if statement.draft.get("mode") != "log":
        return len(statement.words)
    word = statement.words[at]
    # The place in front of the converters moves with them, so that messages point at what was written.
    span = Span(word.span.file, word.span.line, word.span.column - len(_LINE), word.span.length + len(_LINE))
    expr, _ = parse_expr([Word(_LINE + word.text, span)], 0, place_of(statement), statement.report)
    if expr is None:
        return None
    values["expr"] = replace(expr, text=word.text)
    return at + 1


def _rdp_cookie(statement: Statement, inside: str, values: dict[str, Any]) -> int | None:
    values["key"] = inside or "mstshash"
    return statement.at + 1


_READERS = {
    "uri": _uri,
    "url_param": _url_param,
    "hdr": _hdr,
    "random": _random,
    "hash": _hash,
    "log-hash": _log_hash,
    "rdp-cookie": _rdp_cookie,
}
_HASH_WORDS = ("map-based", "consistent", "sdbm", "djb2", "wt6", "crc32", "none", "avalanche")
_FUNCTIONS = ("sdbm", "djb2", "wt6", "crc32", "none")


def parse_hash_type(statement: Statement) -> None:
    """`hash-type <method> [<function> [avalanche]]`"""
    if [word.text for word in statement.args] == ["avalanche"]:
        help = "write 'hash-type map-based sdbm avalanche'"
        statement.report.alert("SY0105", "'hash-type avalanche' is gone since HAProxy 1.6", statement.span, help=help)
        return
    method = statement.read(statement.at, OneOf(("map-based", "consistent")))
    if method is None:
        return
    function, at = "sdbm", statement.at + 1
    if at < len(statement.words) and statement.words[at].text != "avalanche":
        read = statement.read(at, OneOf(_FUNCTIONS))
        if read is None:
            return
        function, at = str(read), at + 1
    avalanche = at < len(statement.words) and statement.words[at].text == "avalanche"
    if at < len(statement.words) and not avalanche:
        statement.bad(statement.words[at], "is no way to change a hash", ("avalanche",))
        return
    sound = statement.no_more(at + 1 if avalanche else at)
    # Manual, hash-type: "consistent hash uses sdbm and avalanche if no hash function is specified".
    avalanche = avalanche or (method == "consistent" and at == statement.at + 1)
    if sound:
        known = cast(Literal["sdbm", "djb2", "wt6", "crc32", "none"], function)
        statement.set(HashType(method == "consistent", known, avalanche))


ROWS = (
    Row(
        "balance", BACK_D, "How requests are spread over the servers.", sets="balance", parse=parse_balance, late=True, words=_ALL
    ),
    Row("hash-type", BACK_D, "How hashes choose servers.", sets="hash_type", parse=parse_hash_type, lax=True, words=_HASH_WORDS),
)
