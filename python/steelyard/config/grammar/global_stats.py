"""`stats` and `unix-bind` of the `global` section: the runtime API's sockets, and what sockets of files have in common."""

from __future__ import annotations

from typing import Any

from steelyard.config.grammar import addresses
from steelyard.config.grammar.bind_options import BIND_OPTIONS, FileMode
from steelyard.config.grammar.global_tuning import SWITCH
from steelyard.config.grammar.options import read_options
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.servers import endpoint
from steelyard.config.grammar.today import gone
from steelyard.config.grammar.values import Account, ArgType, Id, Loose, Text, Time
from steelyard.config.model import Bind, UnixBind
from steelyard.config.span import run_of
from steelyard.config.statement import Statement

G = Where.GLOBAL
_NO_API = "there is no runtime API yet"


def _socket(statement: Statement) -> None:
    """An address, and options as on a `bind` line."""
    if not statement.args:
        statement.missing("an address or a path", "write 'stats socket /run/steelyard.sock mode 660 level admin'")
        return
    word, at, found = statement.args[0], 0, []
    for part in word.text.split(","):
        one = endpoint(statement, word, addresses.STATS, part, at)
        if one is not None:
            found.append(one)
        at += len(part) + 1
    values: dict[str, Any] = {}
    if read_options(statement, statement.at + 1, BIND_OPTIONS, Where.BIND, values):
        for one in found:
            statement.add(Bind(one, span=run_of(statement.words), **values))


_UNIX: dict[str, ArgType] = {
    "prefix": Text("<directory>"),
    "mode": FileMode(),
    "user": Account("user"),
    "group": Account("group"),
    "uid": Id(),
    "gid": Id(),
}


def _unix_bind(statement: Statement) -> None:
    """Pairs of a word and its value; what stands on a `bind` line itself goes before it."""
    values: dict[str, Any] = {}
    words, at = statement.words, statement.at
    while at < len(words):
        kind = _UNIX.get(words[at].text)
        if kind is None:
            statement.bad(words[at], "means nothing after 'unix-bind'", tuple(_UNIX))
            return
        value = statement.read(at + 1, kind)
        if value is None:
            return
        values[words[at].text] = value
        at += 2
    statement.set(UnixBind(**values))


ROWS = (
    Row("stats socket", G, "A socket for the runtime API.", sets="stats_sockets", parse=_socket, effect="later", repeat="add"),
    Row(
        "stats timeout", G, "Time after which the runtime API hangs up.", (Time(low=1),), effect="accepted", lax=True, why=_NO_API
    ),
    Row("stats maxconn", G, "Users of the runtime API at once.", (Loose(1),), effect="accepted", lax=True, why=_NO_API),
    Row(
        "stats calculate-max-counters",
        G,
        "Largest values are kept.",
        (SWITCH,),
        effect="accepted",
        lax=True,
        why="they always are",
    ),
    Row(
        "stats bind-process",
        G,
        "Processes that serve the runtime API.",
        (Text("<processes>"),),
        effect="accepted",
        least=0,
        deprecated="2.5",
        instead="leave it out: there is one process",
        today=gone,
        lax=True,
        why=_NO_API,
    ),
    Row("unix-bind", G, "What sockets of files have in common.", sets="unix_bind", parse=_unix_bind),
)
