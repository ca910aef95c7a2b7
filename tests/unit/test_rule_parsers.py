"""No text at all brings the rule parsers down, and what they take compiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from steelyard.config.grammar import actions
from steelyard.config.grammar.calls import converter_rows, fetch_rows
from steelyard.config.rules import Place, parse_acl, parse_condition, parse_expr, parse_log_format, parse_rule
from steelyard.config.rules.regex import regex_later, regex_problem
from steelyard.config.span import Span, Word
from steelyard.diagnostics.diagnostic import Report

PLACE = Place("frontend", "fe", "http", "http-request")
NAMES = [*fetch_rows(), *converter_rows()]
# Text that looks like the language: names, marks and a little of anything.
PIECES = st.one_of(st.sampled_from(NAMES), st.sampled_from(list("(),.'\"\\%{}[]!:/- ")), st.text(max_size=3), st.just("txn.a"))
TEXTS = st.lists(PIECES, max_size=12).map("".join)
LINES = st.lists(
    st.one_of(TEXTS, st.sampled_from(["if", "{", "}", "or", "!", "-i", "-m", "str", "-f", "--"])), min_size=1, max_size=8
)


def words(texts: list[str]) -> list[Word]:
    return [Word(text, Span("f", 1, 1, max(1, len(text)))) for text in texts]


def fails_or_gives(parse: Callable[[Report], Any]) -> None:
    """A parser gives a value or says what is wrong, and its places are inside the line."""
    report = Report()
    if parse(report) is None:
        assert report.failed
    assert all(item.span.line == 1 and item.span.column > 0 and item.span.length > 0 for item in report)


@settings(max_examples=400)
@given(TEXTS)
@example("path,")
@example("str('")
@example("str(\\")
def test_any_expression(text: str) -> None:
    fails_or_gives(lambda report: parse_expr(words([text]), 0, PLACE, report)[0])


@settings(max_examples=400)
@given(TEXTS)
@example("%")
@example("%{")
@example("%[")
@example("%(")
def test_any_log_format(text: str) -> None:
    fails_or_gives(lambda report: parse_log_format(words([text])[0], PLACE, report))


@settings(max_examples=400, deadline=None)
@given(LINES.filter(lambda line: not any("src" in each or "dst" in each or "ip" in each for each in line)))
def test_any_acl(line: list[str]) -> None:
    # Not with addresses: those look up the names of hosts.
    fails_or_gives(lambda report: parse_acl(words(["a", *line]), PLACE, report))


@settings(max_examples=300, deadline=None)
@given(LINES.filter(lambda line: not any("src" in each or "dst" in each or "ip" in each for each in line)))
def test_any_condition(line: list[str]) -> None:
    fails_or_gives(lambda report: parse_condition(words(["if", *line]), 0, PLACE, report))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(actions.NAMES)), st.data())
def test_any_rule(ruleset: str, data: st.DataObject) -> None:
    action = data.draw(st.sampled_from([each.replace("*", "(txn.a)") for each in actions.names(ruleset)]) | TEXTS)
    rest = data.draw(LINES.filter(lambda line: not any("src" in each or "dst" in each or "ip" in each for each in line)))
    fails_or_gives(lambda report: parse_rule(ruleset, words([action, *rest]), 0, PLACE, report))


@given(st.text(alphabet="()[]\\a^*+?{}:=!<>|1", max_size=12))
def test_any_regex(text: str) -> None:
    assert isinstance(regex_problem(text), str)


@pytest.mark.parametrize(
    "pattern", ["a", "^/(a|b)$", "[(]", "[]a]", "[^]]", "a\\(b", "[[:alpha:]]", "(?i)a", "(?:a)", "a\\\\", "\\d+"]
)
def test_plain_regexes(pattern: str) -> None:
    assert regex_problem(pattern) == ""


@pytest.mark.parametrize("pattern", ["a(?=b)", "(?<!a)b", "(a)\\1", "a++", "(?>a)"])
def test_regexes_that_the_engine_has_not(pattern: str) -> None:
    assert regex_problem(pattern) == ""
    assert regex_later(pattern) != ""


@pytest.mark.parametrize("pattern", ["(a", "a)", "[a", "a**", "*a", "[z-a]", "a{5,2}", "[[:none:]]"])
def test_wrong_regexes(pattern: str) -> None:
    assert regex_problem(pattern) != ""
