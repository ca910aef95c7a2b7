"""Parsers of everything that is evaluated for a request. They read the tables of `config/grammar/` and name no keyword.

Each takes the words of a line, reports what is wrong, and returns None when it can't go on.
"""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.config.expr import AclTest, Condition, Expr, LogFormat, Rule
from steelyard.config.rules.place import Place
from steelyard.config.span import Word
from steelyard.diagnostics.diagnostic import Report


def _not_yet(word: Word, report: Report) -> None:
    report.alert("SY0001", f"'{word.text}' is not supported yet", word.span)


def parse_expr(words: Sequence[Word], at: int, place: Place, report: Report) -> tuple[Expr | None, int]:
    """The expression that starts at `words[at]`; also the index of the first word after it."""
    _not_yet(words[at], report)
    return None, at + 1


def parse_acl(words: Sequence[Word], place: Place, report: Report) -> AclTest | None:
    """`words`: what follows `acl`."""
    _not_yet(words[0], report)
    return None


def parse_condition(words: Sequence[Word], at: int, place: Place, report: Report) -> Condition | None:
    """`words[at]` is `if` or `unless`; the condition takes all words that are left."""
    _not_yet(words[at], report)
    return None


def parse_log_format(word: Word, place: Place, report: Report) -> LogFormat | None:
    """A log-format string (manual section 8.2.6)."""
    _not_yet(word, report)
    return None


def parse_rule(ruleset: str, words: Sequence[Word], at: int, place: Place, report: Report) -> Rule | None:
    """`words[at]` is the action; `ruleset` is the rule set as it is written (`tcp-request content`)."""
    _not_yet(words[at], report)
    return None


__all__ = ["Place", "parse_acl", "parse_condition", "parse_expr", "parse_log_format", "parse_rule"]
