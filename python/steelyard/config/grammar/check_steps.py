"""The steps of `tcp-check` and `http-check` (manual section 4.2): what may follow each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from steelyard.config.grammar.addresses import Wanted, parse_address
from steelyard.config.grammar.phrases import (
    Parse,
    Step,
    choice,
    expression,
    inside,
    log_format,
    maybe,
    nothing,
    number_or_expression,
    one,
    options,
    phrase,
    regex,
    several,
)
from steelyard.config.grammar.row import BACK_D, Effect, Row, Where
from steelyard.config.grammar.values import Bad, Int, Odd, OneOf, Text
from steelyard.config.span import NOWHERE
from steelyard.config.statement import Statement

CONDITIONS = ("ifempty", "ifexists", "ifgt", "iflt", "ifnotempty", "ifnotexists", "ifnotset", "ifset")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+\Z")
_STATUS = re.compile(r"(?:\d*-)?\d+(?:,(?:\d*-)?\d+)*\Z", re.ASCII)
_MATCH = ("str", "beg", "end", "sub")


@dataclass(frozen=True, slots=True)
class Hexadecimal:
    """Bytes, two digits each."""

    show: str = "<hexadecimal digits>"

    def read(self, text: str) -> object | Bad:
        return text if _HEX.match(text) else Bad("is not hexadecimal; write two digits a byte, as `0d0a`")


@dataclass(frozen=True, slots=True)
class Statuses:
    """Codes and ranges of codes, as `200-299,304`."""

    show: str = "<statuses>"

    def read(self, text: str) -> object | Bad:
        said = ",".join(part for part in text.split(",") if part) or "0"
        if not _STATUS.match(said) or len(text) > 1000:
            return Bad("is not a list of statuses; write `200` or `200-299,304`")
        for part in said.split(","):
            low, _, high = part.partition("-")
            if high and int(high) < int(low or 0):
                return Bad(f"has the range '{part}', which ends before it starts")
        said = re.sub(r"(?<!\d)-", "0-", said)
        return text if said == text else Odd(said, f"has a number left out, and is read as '{said}'")


@dataclass(frozen=True, slots=True)
class PlainAddress:
    """An address of the machine to check, without a port."""

    show: str = "<address>"

    def read(self, text: str) -> object | Bad:
        found = parse_address(text, NOWHERE, Wanted("maybe"))
        return found if isinstance(found, Bad) else text


WITH_COMMENT = maybe(options({"comment": one(Text("<comment>"))}))


def connect_words(kind: str) -> dict[str, Step]:
    return {
        "addr": one(PlainAddress()),
        "alpn": one(Text("<protocols>")),
        "comment": one(Text("<comment>")),
        "default": nothing,
        "linger": nothing,
        "port": number_or_expression(Int(1, 65535, show="<port>"), kind),
        "proto": one(OneOf(("none",) if kind == "tcp-check" else ("fcgi", "h1", "h2"))),
        "send-proxy": nothing,
        "sni": one(Text("<name>")),
        "ssl": nothing,
        "via-socks4": nothing,
    }


def connect(kind: str) -> Parse:
    return phrase(options(connect_words(kind)))


def before_match(kind: str) -> dict[str, Step]:
    return {
        "comment": one(Text("<comment>")),
        "error-status": one(OneOf(("L7OKC", "L7RSP", "L7STS", "L6RSP", "L4CON"))),
        "min-recv": one(Int(-1, show="<bytes>")),
        "ok-status": one(OneOf(("L7OK", "L7OKC", "L6OK", "L4OK"))),
        "on-error": log_format(kind),
        "on-success": log_format(kind),
        "status-code": expression(kind),
        "tout-status": one(OneOf(("L7TOUT", "L6TOUT", "L4TOUT"))),
    }


def _method_then(value: Step, methods: tuple[str, ...]) -> Step:
    """`[-m <method>] <value>`"""

    def step(statement: Statement, at: int) -> int | None:
        if at < len(statement.words) and statement.words[at].text == "-m":
            method = statement.read(at + 1, OneOf(methods))
            if method is None:
                return None
            return (regex if method == "reg" else value)(statement, at + 2)
        return value(statement, at)

    return step


def _header(kind: str) -> Step:
    """A format can't be a regular expression."""
    plain, made = _method_then(one(Text("<text>")), (*_MATCH, "reg")), _method_then(log_format(kind), _MATCH)
    value = choice({"value": plain, "value-lf": made})

    def maybe_value(statement: Statement, at: int) -> int | None:
        given = at < len(statement.words) and statement.words[at].text in ("value", "value-lf")
        return value(statement, at) if given else at

    return several(choice({"name": plain, "name-lf": made}), maybe_value)


def _matches(kind: str) -> dict[str, Step]:
    text = one(Text("<text>"))
    common: dict[str, Step] = {"rstring": regex, "string": text, "string-lf": log_format(kind)}
    if kind == "tcp-check":
        return common | {"binary": one(Hexadecimal()), "binary-lf": log_format(kind), "rbinary": regex}
    return common | {"fhdr": _header(kind), "hdr": _header(kind), "rstatus": regex, "status": one(Statuses())}


def _negation(statement: Statement, at: int) -> int | None:
    while at < len(statement.words) and statement.words[at].text == "!":
        at += 1
    return at


def expect(kind: str) -> Step:
    """All that follows `expect`; `!` may also stand right before the match, without a blank."""
    rows, plain = before_match(kind), _matches(kind)
    matches = plain | {f"!{name}": step for name, step in plain.items()}
    return several(options(rows, more=True), _negation, choice(matches), options(rows))


def _send(kind: str) -> Step:
    text = one(Text("<text>"))
    made = log_format(kind)
    rows: dict[str, Step] = {
        "body": text,
        "body-lf": made,
        "comment": text,
        "hdr": several(one(Text("<name>")), made),
        "meth": text,
        "uri": text,
        "uri-lf": made,
        "ver": text,
    }
    return options(rows)


SEND = _send("http-check")
EXPECT = expect("http-check")


def _variable(value: Step | None) -> Parse:
    """`set-var(<name>[,<condition>...]) <value>`"""

    def parse(statement: Statement) -> None:
        if inside(statement, "var", CONDITIONS if value is not None else ()):
            phrase(*([value] if value is not None else []))(statement)

    return parse


def noted(parse: Parse) -> Parse:
    """Also remembers which steps stand in the section, and where: their order is looked at when it is whole."""

    def read(statement: Statement) -> None:
        kind, _, step = statement.row.name.partition(" ")
        statement.draft.steps.append((kind, step, statement.span))
        parse(statement)

    return read


def _row(name: str, doc: str, parse: Parse, effect: Effect = "later", why: str = "") -> Row:
    called = name.endswith(("-var", "-var-fmt"))
    lax = name.endswith(("comment", "unset-var"))
    where = BACK_D | Where.HEALTHCHECK
    return Row(name, where, doc, parse=noted(parse), effect=effect, repeat="add", called=called, lax=lax, why=why)


def _common(kind: str) -> tuple[Row, ...]:
    return (
        _row(f"{kind} set-var", "Sets a variable in a check.", _variable(expression(kind))),
        _row(f"{kind} set-var-fmt", "Sets a variable in a check.", _variable(log_format(kind))),
        _row(f"{kind} unset-var", "Forgets a variable in a check.", _variable(None)),
    )


ROWS = (
    *_common("http-check"),
    _row(
        "http-check comment",
        "A comment for the next step.",
        phrase(one(Text("<comment>"))),
        "accepted",
        "a check by HTTP is one step",
    ),
    _row("http-check connect", "Opens a connection for the steps after it.", connect("http-check")),
    Row("http-check disable-on-404", Where.HEALTHCHECK, "A server that answers 404 gets no new clients.", effect="later"),
    Row(
        "http-check expect",
        Where.HEALTHCHECK,
        "What a good answer is.",
        parse=noted(phrase(EXPECT)),
        effect="later",
        repeat="add",
    ),
    Row("http-check send", Where.HEALTHCHECK, "The request of a check.", parse=noted(phrase(SEND)), effect="later", repeat="add"),
    _row("http-check send-state", "Checks tell the server's state in a header.", phrase()),
    *_common("tcp-check"),
    _row("tcp-check send-binary-lf", "A format of bytes that a check sends.", phrase(log_format("tcp-check"), WITH_COMMENT)),
    _row("tcp-check send-lf", "A format that a check sends.", phrase(log_format("tcp-check"), WITH_COMMENT)),
)
