"""Bridges from a statement to the parsers of `config/rules/`."""

from __future__ import annotations

from typing import Any, cast

from steelyard.config.expr import Condition
from steelyard.config.grammar.row import PROXY
from steelyard.config.grammar.supported import FETCHES
from steelyard.config.nearest import nearest
from steelyard.config.rules import Place, parse_condition
from steelyard.config.rules.tracked import COUNTERS
from steelyard.config.statement import Statement


def place_of(statement: Statement, ruleset: str = "") -> Place:
    """Late statements see the section's final mode; where none is said that is `tcp`, but for defaults it is not known."""
    draft = statement.draft
    # What a log-profile says may be used in either mode.
    mode = draft.get("mode", None if draft.kind in ("defaults", "log-profile") else "tcp")
    said = statement.room.global_.words if statement.room.global_ is not None else frozenset()
    return Place(
        cast(Any, draft.kind),
        draft.name,
        mode,
        ruleset or statement.row.name,
        experimental="expose-experimental-directives" in said,
        lua="lua-load" in said or "lua-load-per-thread" in said,
        directory=statement.room.paths.directory,
        counters=COUNTERS if statement.room.global_ is None else statement.room.global_.get("stick_counters", COUNTERS),
        acls=draft.names if draft.where & PROXY else None,
        index=statement.room.index,
    )


def condition_at(statement: Statement, at: int, ruleset: str = "") -> tuple[Condition | None, bool]:
    """The condition that starts at `words[at]`; none there is `(None, True)`, and what is wrong `(None, False)`."""
    words = statement.words
    if at >= len(words):
        return None, True
    found = parse_condition(words, at, place_of(statement, ruleset), statement.report)
    return (found, True) if found is not None and known(statement, found) else (None, False)


_TOGETHER = "leave it out: tests side by side must all be true; 'or' joins what may be true"
_WORDS = {
    "and": _TOGETHER,
    "&&": _TOGETHER,
    "(": "write tests in braces, as '{ path /x }'; there are no parentheses around them",
    ")": "write tests in braces, as '{ path /x }'; there are no parentheses around them",
    "not": "write '!' in front of the test",
}
"""What people write in conditions that come from other languages."""


def known(statement: Statement, condition: Condition | None) -> bool:
    """Whether all ACLs that a condition names stand above it in its section."""
    if condition is None:
        return True
    good = True
    names = statement.draft.names
    for terms in condition.any:
        for term in terms:
            if not isinstance(term.acl, str) or term.acl in names:
                continue
            if term.predefined is not None:
                if term.predefined.expr.fetch.name not in FETCHES:
                    statement.report.later("SY0402", f"predefined ACL '{term.acl}' is not supported yet", term.span)
            else:
                good = False
                guess = nearest(term.acl, names)
                hint = f"did you mean '{guess}'?" if guess else f"define it above: 'acl {term.acl} ...'"
                hint = _WORDS.get(term.acl.lower(), hint)
                statement.report.alert("SY0701", f"no ACL '{term.acl}' before this line", term.span, help=hint)
    return good
