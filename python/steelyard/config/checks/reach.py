"""Rules that can't be reached, because a rule before them always ends the rule set."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from steelyard.config.expr import Rule
from steelyard.config.model import Config
from steelyard.config.span import Span
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label

# Those that HAProxy warns of, in rules about HTTP; what it passes over in silence is a notice.
_WARNED = frozenset({"allow", "auth", "deny", "redirect", "return", "tarpit"})
_FINAL = _WARNED | {"accept", "close", "reject", "silent_drop", "use_service"}


def check_reach(config: Config, room: Room) -> None:
    for proxy in config.proxies:
        for ruleset, rules in proxy.rules.items():
            _one(ruleset, rules, proxy.span, room)
        if proxy.stats is not None:
            _one("stats http-request", proxy.stats.rules, proxy.span, room)


def _one(ruleset: str, rules: Sequence[Rule], start: Span, room: Room) -> None:
    """`start`: the section; HAProxy does not warn where the rule before is an inherited one."""
    for before, rule in pairwise(rules):
        if before.cond is not None or before.action.name not in _FINAL:
            continue
        labels = (Label(before.span, "this one always ends the rules"),)
        message = "this rule is never reached, since the one before it ends the rules and has no condition"
        help = "add 'if' to the rule before it"
        # `redirect` alone is a rule set of its own for HAProxy, which runs after `http-request`.
        old = any(each.text.startswith("redirect ") for each in (before, rule))
        warned = not ruleset.startswith("tcp-") and before.action.name in _WARNED and not old and _own(before.span, start)
        (room.report.warning if warned else room.report.notice)("SY0716", message, rule.span, help=help, labels=labels)


def _own(span: Span, start: Span) -> bool:
    return span.file == start.file and span.line > start.line
