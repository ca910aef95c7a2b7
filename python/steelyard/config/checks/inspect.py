"""Rules about the content of a connection that wait for none of it: what they find is a matter of chance (HAProxy warns, too)."""

from __future__ import annotations

from steelyard.config.expr import Expr
from steelyard.config.grammar.calls import fetch_rows
from steelyard.config.grammar.places import BIT
from steelyard.config.model import Config
from steelyard.config.statement import Room

_ACTIONS = frozenset({"capture", "track_sc"})


def check_inspect(config: Config, room: Room) -> None:
    for proxy in config.proxies:
        if proxy.timeouts.inspect:
            continue
        for rule in proxy.rules.get("tcp-request content", ()):
            expr = dict(rule.action.fields).get("expr")
            if rule.action.name not in _ACTIONS or not isinstance(expr, Expr):
                continue
            row = fetch_rows().get(expr.fetch.name)
            if row is not None and not row.places & BIT["fe-session"]:
                message = f"'{expr.fetch.name}' needs data, and nothing waits for it: it may be there or not"
                room.report.warning("SY0727", message, rule.span, help="add 'tcp-request inspect-delay 5s'")
