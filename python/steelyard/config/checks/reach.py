"""Rules that can't be reached, because a rule before them always ends the rule set (HAProxy warns of the same)."""

from __future__ import annotations

from itertools import pairwise

from steelyard.config.model import Config
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label

_FINAL = frozenset(
    {"accept", "allow", "auth", "close", "deny", "redirect", "reject", "return", "silent_drop", "tarpit", "use_service"}
)


def check_reach(config: Config, room: Room) -> None:
    for proxy in config.proxies:
        for rules in proxy.rules.values():
            for before, rule in pairwise(rules):
                if before.cond is None and before.action.name in _FINAL:
                    labels = (Label(before.span, "this one always ends the rules"),)
                    message = "this rule is never reached, since the one before it ends the rules and has no condition"
                    room.report.warning("SY0716", message, rule.span, help="add 'if' to the rule before it", labels=labels)
                    break
