"""Rules that are never carried out, because the same condition ended the rules before, and such as change nothing."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

from steelyard.config.changes import key
from steelyard.config.expr import AclTest, Condition, Rule
from steelyard.config.model import Config, Proxy
from steelyard.config.span import Span
from steelyard.diagnostics.diagnostic import Label, Report

_FINAL = frozenset({"allow", "accept", "auth", "deny", "redirect", "reject", "return", "silent_drop", "tarpit", "use_service"})
_CAPITALS = re.compile(r"\\.|\[[^]]*\]|([A-Z])")
"""A capital letter that stands for itself alone, behind what may match others."""

_SAME_FOR_A_REQUEST = ("base", "dst", "hdr", "http_auth", "method", "path", "query", "req", "res", "src", "ssl_", "status", "url")
"""What fetches begin with that give one value as long as the message stays as it is; others, as `rand`, may not."""


def shadowed_rules(config: Config) -> Report:
    """Between two rules of one condition only rules that end the rules stand, so that nothing has changed what is looked at."""
    report = Report()
    told: set[Span] = set()
    for proxy in config.proxies:
        for ruleset, rules in proxy.rules.items():
            _one(proxy, ruleset, rules, report, told)
    return report


def _steady(proxy: Proxy, condition: Condition) -> bool:
    """Whether all tests look at the message and the addresses alone."""
    for terms in condition.any:
        for term in terms:
            tests = [term.acl] if isinstance(term.acl, AclTest) else [acl for acl in proxy.acls if acl.name == term.acl]
            for test in tests:
                name = test.expr.fetch.name
                counted = name.startswith(("src_", "req.timer", "res.timer")) and name != "src_port"
                if (
                    counted
                    or not name.startswith(_SAME_FOR_A_REQUEST)
                    or any("table" in each.name for each in test.expr.converters)
                ):
                    return False
    return True


def _one(proxy: Proxy, ruleset: str, rules: Sequence[Rule], report: Report, told: set[Span]) -> None:
    ended: dict[Hashable, Rule] = {}
    for rule in rules:
        if rule.cond is not None and _steady(proxy, rule.cond):
            condition = key(rule.cond)
            before = ended.get(condition)
            if before is not None and rule.span not in told:
                told.add(rule.span)  # an inherited rule is in several proxies
                message = f"this rule is never carried out: the same condition ended '{ruleset}' before"
                label = Label(before.span, "this one ends the rules")
                report.notice("SY0849", message, rule.span, help="change its condition, or take it out", labels=(label,))
            if rule.action.name in _FINAL:
                ended.setdefault(condition, rule)
        if rule.action.name not in _FINAL:
            ended.clear()


def capital_names(config: Config) -> Report:
    """`del-header -m reg`: to a regex, names of fields are in lower case, whatever a client sends. HAProxy says nothing of it."""
    report = Report()
    told: set[Span] = set()
    for rule in (rule for proxy in config.proxies for rules in proxy.rules.values() for rule in rules):
        fields = dict(rule.action.fields)
        regex = fields.get("name")
        if rule.action.name != "del_header" or fields.get("matcher") != "reg" or not isinstance(regex, str) or rule.span in told:
            continue
        if "(?i" not in regex and any(_CAPITALS.findall(regex)):
            told.add(rule.span)
            message = f"'{regex}': names of headers are in lower case here, capital letters match none of them"
            report.notice("SY0850", message, rule.span, help=f"write '{_lower(regex)}'")
    return report


def _lower(regex: str) -> str:
    return re.sub(r"\\.|[A-Z]", lambda found: found[0] if found[0].startswith("\\") else found[0].lower(), regex)
