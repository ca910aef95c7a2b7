"""Words of the `global` section about answers on revocation (manual section 3.1): they are asked for in the background."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.config.grammar.addresses import Wanted, is_ipv4, is_ipv6, parse_address
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.today import renamed
from steelyard.config.grammar.values import Bad, Loose, Odd, Text
from steelyard.config.model import Inet
from steelyard.config.span import NOWHERE
from steelyard.config.statement import Statement
from steelyard.diagnostics.diagnostic import Label

G = Where.GLOBAL
WHY = "there is no TLS yet"
MINDELAY, MAXDELAY = 300, 3600
"""Seconds between two questions where nothing is said."""


@dataclass(frozen=True, slots=True)
class _Switch:
    """`on` or `off`; HAProxy passes over any other word."""

    show: str = "{ on | off }"

    def read(self, text: str) -> object | Bad:
        return text if text in ("on", "off") else Odd(text, "is neither 'on' nor 'off', and changes nothing")


@dataclass(frozen=True, slots=True)
class _Proxy:
    """An address, not a name, with or without a port; or the path of a socket."""

    show: str = "<address>[:<port>]"

    def read(self, text: str) -> object | Bad:
        found = parse_address(text, NOWHERE, Wanted("maybe", look_up=False))
        if isinstance(found, Bad):
            return found
        name = isinstance(found.where, Inet) and not (is_ipv4(found.where.host) or is_ipv6(found.where.host))
        return Bad("is not the address of a proxy; write '<IP address>:<port>'") if name else text


def _delay(statement: Statement) -> None:
    """The longest time can't be below the shortest, whichever of them is said, and when it is."""
    name = statement.row.name.rpartition(".")[2]
    value = statement.read_int(statement.at, Loose(0 if name == "mindelay" else 1))
    if value is None or not statement.no_more(statement.at + 1):
        return
    marks = statement.draft.marks
    marks[f"ocsp {name}"] = (value, statement.span)
    least, first = marks.get("ocsp mindelay", (MINDELAY, None))
    most, second = marks.get("ocsp maxdelay", (MAXDELAY, None))
    if most < least:
        other = second if name == "mindelay" else first
        labels = (Label(other, "the other time"),) if other is not None else ()
        message = f"the longest time between two questions about revocation, {most} s, is below the shortest, {least} s"
        statement.report.alert("SY0751", message, statement.span, labels=labels)


def _delays(prefix: str) -> tuple[Row, ...]:
    old = prefix.startswith("tune.")
    rows = []
    for name, doc in (("maxdelay", "Most seconds between two questions."), ("mindelay", "Least seconds between two questions.")):
        today = renamed(prefix + name, f"ocsp-update.{name}") if old else None
        doc = f"Old name of `ocsp-update.{name}`." if old else doc
        rows.append(Row(prefix + name, G, doc, parse=_delay, effect="accepted", lax=name == "mindelay", why=WHY, today=today))
    return tuple(rows)


ROWS = (
    Row(
        "ocsp-update.disable",
        G,
        "Answers about revocation are not renewed.",
        (Text("[on|off]"),),
        effect="accepted",
        least=0,
        lax=True,
        why=WHY,
    ),
    Row("ocsp-update.httpproxy", G, "Proxy for asking about revocation.", (_Proxy(),), effect="accepted", why=WHY),
    Row(
        "ocsp-update.mode",
        G,
        "Answers about revocation are renewed.",
        (_Switch(),),
        effect="accepted",
        least=0,
        lax=True,
        why=WHY,
    ),
    *_delays("ocsp-update."),
    *_delays("tune.ssl.ocsp-update."),
)
