"""`option forwardfor` and `option originalto`: headers that tell a server about the client's addresses; `option redispatch`."""

from __future__ import annotations

from typing import Any

from steelyard.config.grammar.addresses import is_ipv4, is_ipv6
from steelyard.config.grammar.row import BACK_D, PROXY, Row
from steelyard.config.grammar.today import renamed
from steelyard.config.grammar.units import parse_int
from steelyard.config.grammar.values import Loose
from steelyard.config.model import ForwardFor
from steelyard.config.statement import Statement


def parse_network(text: str) -> tuple[str, int] | None:
    """`address[/bits]`, or `/mask` for IPv4."""
    address, slash, bits = text.partition("/")
    four = is_ipv4(address)
    if not four and not is_ipv6(address):
        return None
    whole = 32 if four else 128
    if not slash:
        return address, whole
    if four and is_ipv4(bits):
        mask = 0
        for part in bits.split("."):
            mask = mask << 8 | int(part)
        inverse = mask ^ 0xFFFFFFFF
        return (address, whole - inverse.bit_length()) if inverse & (inverse + 1) == 0 else None
    length = parse_int(bits, 0, whole)
    return None if isinstance(length, str) else (address, length)


def _forward(statement: Statement) -> None:
    original = statement.row.sets == "originalto"
    values: dict[str, Any] = {"header": "X-Original-To" if original else "X-Forwarded-For"}
    words, at = statement.words, statement.at
    known = ("except", "header") if original else ("except", "header", "if-none")
    while at < len(words):
        word = words[at].text
        if word not in known:
            statement.bad(words[at], f"means nothing after '{statement.row.name}'", known)
            return
        if word == "if-none":
            values["if_none"] = True
            at += 1
            continue
        if at + 1 >= len(words):
            statement.report.alert("SY0107", f"'{word}' needs a value", words[at].span)
            return
        if word == "header":
            values["header"] = words[at + 1].text
        else:
            network = parse_network(words[at + 1].text)
            if network is None:
                statement.bad(words[at + 1], "is not a network", help="write '<address>[/<bits>]', as '127.0.0.0/8'")
                return
            values["except_nets"] = (*values.get("except_nets", ()), network)
        at += 2
    statement.set(ForwardFor(**values))


def _redispatch(statement: Statement) -> None:
    if statement.prefix:
        statement.draft.unset("redispatch_after")
        if statement.prefix == "no":
            statement.set(False)
        else:
            statement.draft.unset(statement.row.sets)
        return
    if statement.args:
        interval = statement.read_int(statement.at, Loose())
        if interval is None:
            return
        statement.set(interval, "redispatch_after")
    else:
        statement.draft.unset("redispatch_after")
    if statement.no_more(statement.at + 1):
        statement.set(True)


ROWS = (
    Row("option forwardfor", PROXY, "A header with the client's address.", sets="forwardfor", parse=_forward, mode="http"),
    Row(
        "option originalto",
        PROXY,
        "A header with the address that the client asked for.",
        sets="originalto",
        parse=_forward,
        mode="http",
    ),
    Row(
        "option redispatch",
        BACK_D,
        "A retry may go to another server.",
        sets="options.redispatch",
        parse=_redispatch,
        negate=True,
        lax=True,
    ),
    Row(
        "redispatch",
        BACK_D,
        "Old form of `option redispatch`.",
        sets="options.redispatch",
        parse=_redispatch,
        deprecated="1.3",
        removed="2.1",
        instead="write 'option redispatch'",
        today=renamed("redispatch", "option redispatch"),
    ),
)
