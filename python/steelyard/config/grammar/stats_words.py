"""`stats <word>`: the statistics page of a proxy."""

from __future__ import annotations

from steelyard.config.grammar.row import PROXY, Row
from steelyard.config.grammar.values import NodeName, Text, Time
from steelyard.config.statement import Statement


def _auth(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a user and a password", "write 'stats auth <user>:<password>'")
        return
    user, colon, password = statement.args[0].text.partition(":")
    if not colon:
        help = "write 'stats auth <user>:<password>'"
        statement.report.notice(
            "SY0115", f"'{user}' has no password, so an empty one opens the page", statement.args[0].span, help=help
        )
    if statement.no_more(statement.at + 1):
        statement.add((user, password))


def _refresh(statement: Statement) -> None:
    value = statement.read_int(statement.at, Time("s"))
    if value is not None and statement.no_more(statement.at + 1):
        statement.set(value)


def _show(statement: Statement) -> None:
    """`show-node [name]` and `show-desc [text]`: empty for what `global` says."""
    if statement.row.sets == "stats.show_node" and statement.args:
        name = statement.read(statement.at, NodeName())
        if name is not None and statement.no_more(statement.at + 1):
            statement.set(name)
        return
    statement.set(statement.text(statement.at))


ROWS = (
    Row("stats auth", PROXY, "A user and password for the page.", sets="stats.users", parse=_auth, repeat="add", lax=True),
    Row("stats enable", PROXY, "The page at its default address.", sets="stats_enabled", lax=True, mode="http"),
    Row("stats hide-version", PROXY, "The page does not tell the version.", sets="stats.hide_version", lax=True),
    Row("stats show-version", PROXY, "The page tells the version.", sets="stats.hide_version", value=False, lax=True),
    Row("stats realm", PROXY, "Name in the browser's password window.", (Text("<realm>"),), "stats.realm", lax=True),
    Row("stats refresh", PROXY, "How often the page loads itself again.", sets="stats.refresh", parse=_refresh, lax=True),
    Row(
        "stats scope",
        PROXY,
        "A proxy shown on the page, `.` for this one; all without.",
        (Text("<proxy>"),),
        "stats.scope",
        repeat="add",
        lax=True,
    ),
    Row("stats show-desc", PROXY, "A description on the page.", sets="stats.show_desc", parse=_show),
    Row("stats show-legends", PROXY, "More details on the page.", sets="stats.show_legends", lax=True),
    Row("stats show-modules", PROXY, "Figures of modules.", effect="accepted", lax=True, why="there are no modules"),
    Row("stats show-node", PROXY, "The machine's name on the page.", sets="stats.show_node", parse=_show, lax=True),
    Row("stats uri", PROXY, "Where the page is.", (Text("<prefix>"),), "stats.uri", lax=True, mode="http"),
)
