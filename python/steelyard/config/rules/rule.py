"""Rules: an action with its arguments, and a condition."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.config.expr import Rule
from steelyard.config.grammar import actions, docs
from steelyard.config.grammar.calls import LUA
from steelyard.config.nearest import nearest
from steelyard.config.rules.action import read_action
from steelyard.config.rules.condition import parse_condition
from steelyard.config.rules.place import Place
from steelyard.config.rules.values import is_condition
from steelyard.config.span import Word
from steelyard.diagnostics.diagnostic import Report


def parse_rule(ruleset: str, words: Sequence[Word], at: int, place: Place, report: Report) -> Rule | None:
    """`words[at]` is the action; `ruleset` is the rule set as it is written (`tcp-request content`)."""
    word = words[at]
    if place.lua and word.text.startswith(LUA):
        report.later("SY0402", f"action '{word}' is Lua, which is not supported yet", word.span)
        return None
    name = _find(ruleset, word, report)
    if name is None:
        return None
    shape = actions.SHAPES.get(name)
    if shape is None:
        report.later("SY0402", f"action '{name.rstrip('*')}' of '{ruleset}' is not supported yet", word.span)
        return None
    action, end = read_action(shape, words, at, place, report)
    condition = None
    if end < len(words):
        if not is_condition(words, end):
            if action is not None:
                options = (option.partition(":")[0] for option in shape.options.split())
                known = ("if", "unless", *options, *(actions.REPLY_WORDS if shape.reader == "reply" else ()))
                guess = nearest(words[end].text, known)
                hint = f"did you mean '{guess}'?" if guess else ""
                report.alert("SY0501", f"unexpected '{words[end]}': 'if' or 'unless' is wanted here", words[end].span, help=hint)
            return None
        condition = parse_condition(words, end, place, report)
        if condition is None:
            return None
    if action is None:
        return None
    if not shape.ready:
        report.later("SY0402", f"action '{name.rstrip('*')}' of '{ruleset}' is not supported yet", word.span)
    if shape.accepted:
        report.accept(name, docs.actions()[name], word.span)
    return Rule(action, condition, " ".join(each.text for each in words), word.span)


def _find(ruleset: str, word: Word, report: Report) -> str | None:
    """The name of the action in the table."""
    known = actions.names(ruleset)
    bare = word.text.partition("(")[0]
    starred = bare + "*"
    if bare in known and "(" not in word.text:
        return bare
    if starred in known:
        return starred
    numbered = bare.rstrip("0123456789") + "*"
    if numbered != starred and numbered in known and actions.SHAPES[numbered].reader == "counter":
        return numbered
    elsewhere = actions.rulesets_of(bare) or actions.rulesets_of(starred)
    if elsewhere and ruleset not in elsewhere:
        report.alert("SY0502", f"'{bare}' is not an action of '{ruleset}'", word.span, help=f"valid in: {', '.join(elsewhere)}")
        return None
    guess = nearest(bare, [each.rstrip("*") for each in known])
    hint = f"did you mean '{guess}'?" if guess else f"'{ruleset}' has: {', '.join(each.rstrip('*') for each in known[:12])}, ..."
    report.alert("SY0502", f"unknown action '{word}' in '{ruleset}'", word.span, help=hint)
    return None
