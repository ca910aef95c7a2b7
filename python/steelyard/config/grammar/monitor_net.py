"""`monitor-net`, which HAProxy dropped with 2.5: clients of a network are answered at once and never logged."""

from __future__ import annotations

from dataclasses import replace

from steelyard.config.draft import Draft
from steelyard.config.grammar.forward_words import parse_network
from steelyard.config.grammar.row import FRONT, FRONT_D, Row
from steelyard.config.grammar.today import made
from steelyard.config.rules import Place, parse_rule
from steelyard.config.span import Word
from steelyard.config.statement import Room, Statement

_HTTP = ("set-log-level silent", "return status 200")


def _monitor_net(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a network", "write 'http-request return status 200 if { src <network> }'")
    elif parse_network(statement.args[0].text) is None:
        statement.bad(statement.args[0], "is not a network", help="write '<address>[/<bits>]', as '10.0.0.0/8'")
    elif statement.no_more(statement.at + 1):
        statement.set(statement.args[0])


def bind_monitor_net(draft: Draft, room: Room) -> None:
    """In mode http a reply to each request, in mode tcp the connection's end; both before any other rule of their set."""
    network: Word | None = draft.values.pop("monitor_net", None)
    said = draft.said.pop("monitor_net", None)
    if network is None or said is None or not draft.where & FRONT:
        return
    http = draft.get("mode", "tcp") == "http"
    ruleset, actions = ("http-request", _HTTP) if http else ("tcp-request connection", ("reject",))
    place = Place("frontend", draft.name, "http" if http else "tcp", ruleset)
    own = [made(f"{action} if {{ src {network} }}", network) for action in actions]
    rules = [parse_rule(ruleset, words, 0, place, room.report) for words in own]
    path = "block_rules" if http else f"rules.{ruleset}"
    row = replace(said[0], sets=path)
    draft.values[path] = [*rules, *draft.values.get(path, ())]
    draft.said[path] = (row, said[1])


ROWS = (
    Row(
        "monitor-net",
        FRONT_D,
        "A network whose clients are answered at once.",
        sets="monitor_net",
        parse=_monitor_net,
        deprecated="2.5",
        instead="write 'http-request return status 200 if { src <network> }', or 'tcp-request connection reject' in mode tcp",
    ),
)
