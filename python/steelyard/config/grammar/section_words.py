"""Words of `program` and `healthcheck` sections (manual section 12.9; `program` went away with 3.3)."""

from __future__ import annotations

from dataclasses import replace

from steelyard.config.grammar import check_options
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.values import Account, OneOf
from steelyard.config.statement import Statement
from steelyard.diagnostics.diagnostic import Label

P = Where.PROGRAM
_CHECKS = {row.name.removeprefix("option "): row for row in check_options.ROWS if row.name != "option external-check"}
KINDS = ("tcp-check", "httpchk", *_CHECKS)


def _command(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a command", "write 'command <program> [<argument>...]'")


def _option(statement: Statement) -> None:
    if statement.read(statement.at, OneOf(("start-on-reload",))) is not None:
        statement.no_more(statement.at + 1)


def _type(statement: Statement) -> None:
    """The kind of the check, and what `option <kind>` takes behind it. HAProxy passes over words too many."""
    kind = statement.read(statement.at, OneOf(KINDS))
    if kind is None:
        return
    first = statement.draft.marks.setdefault("type", statement.span)
    if first is not statement.span:
        labels = (Label(first, "first said here"),)
        statement.report.alert("SY0117", "'type' is said twice", statement.span, labels=labels)
        return
    row = _CHECKS.get(str(kind))
    if row is not None and row.parse is not None:
        row.parse(replace(statement, at=statement.at + 1))
    else:
        statement.no_more(statement.at + (1 if kind == "tcp-check" else 5))


ROWS = (
    Row("command", P, "The program and its arguments.", parse=_command, effect="later"),
    Row("group", P, "Group of the program.", (Account("group"),), effect="later"),
    Row("option", P, "Whether it starts again with a new configuration.", parse=_option, effect="later", negate=True),
    Row("user", P, "User of the program.", (Account("user"),), effect="later"),
    Row("type", Where.HEALTHCHECK, "The kind of the check.", parse=_type, effect="later", lax=True),
)
