"""Words of `program`, `traces` and `healthcheck` sections (manual sections 12.1 and 12.9; `program` went away with 3.3)."""

from __future__ import annotations

from dataclasses import replace

from steelyard.config.grammar import check_options
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.values import Account, OneOf
from steelyard.config.statement import Statement

P = Where.PROGRAM
_CHECKS = {row.name.removeprefix("option "): row for row in check_options.ROWS if row.name != "option external-check"}
KINDS = ("tcp-check", "httpchk", *_CHECKS)


def _command(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a command", "write 'command <program> [<argument>...]'")


def _option(statement: Statement) -> None:
    if statement.read(statement.at, OneOf(("start-on-reload",))) is not None:
        statement.no_more(statement.at + 1)


def _trace(statement: Statement) -> None:
    if not statement.args:
        statement.missing("what to trace", "write 'trace <source> <setting>...'")


def _type(statement: Statement) -> None:
    """The kind of the check, and what `option <kind>` takes behind it."""
    kind = statement.read(statement.at, OneOf(KINDS))
    if kind is None:
        return
    row = _CHECKS.get(str(kind))
    if row is not None and row.parse is not None:
        row.parse(replace(statement, at=statement.at + 1))
    elif statement.no_more(statement.at + (1 if kind == "tcp-check" else 5)) and len(statement.args) > 3:
        version = statement.args[3]
        if not version.text.upper().startswith("HTTP/"):
            statement.bad(version, "is not a version of HTTP", help="write 'HTTP/1.0' or 'HTTP/1.1'")


ROWS = (
    Row("command", P, "The program and its arguments.", parse=_command, effect="later"),
    Row("group", P, "Group of the program.", (Account("group"),), effect="later"),
    Row("option", P, "Whether it starts again with a new configuration.", parse=_option, effect="later", negate=True),
    Row("user", P, "User of the program.", (Account("user"),), effect="later"),
    Row(
        "trace",
        Where.TRACES,
        "What is traced and how.",
        parse=_trace,
        effect="accepted",
        repeat="add",
        why="it shows how HAProxy works inside",
    ),
    Row("type", Where.HEALTHCHECK, "The kind of the check.", parse=_type, effect="later"),
)
