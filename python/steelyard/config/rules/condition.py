"""`if`/`unless` and a sum of products of ACLs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from steelyard.config.expr import AclTest, Condition, Term
from steelyard.config.grammar import acls, calls, places
from steelyard.config.rules.acl import read_test
from steelyard.config.rules.place import Place
from steelyard.config.span import NOWHERE, Span, Word
from steelyard.diagnostics.diagnostic import Report

_OR = ("or", "||")


@cache
def predefined(name: str) -> AclTest | None:
    """HAProxy's own ACL of that name (manual section 7.4); None where there is none that works here."""
    line = acls.PREDEFINED.get(name)
    if line is None:
        return None
    words = [Word(text, NOWHERE) for text in line.split()]
    return read_test("", words, Place("frontend", "", None, "acl"), Report())


def parse_condition(words: Sequence[Word], at: int, place: Place, report: Report) -> Condition | None:
    """`words[at]` is `if` or `unless`; the condition takes all words that are left."""
    head = words[at]
    if head.text not in ("if", "unless"):
        report.alert("SY0420", f"'if' or 'unless' is wanted here, not '{head}'", head.span)
        return None
    products: list[tuple[Term, ...]] = []
    terms: list[Term] = []
    good, negated = True, False
    index = at + 1
    while index < len(words):
        word = words[index]
        index += 1
        if word.text.lower() in _OR:
            if terms:
                products.append(tuple(terms))
            terms, negated = [], False
            continue
        name = word.text.lstrip("!")
        negated ^= (len(word.text) - len(name)) % 2 == 1
        if not name:
            continue
        if name == "{":
            end = _closing(words, index)
            if end is None:
                report.alert("SY0421", "'{' has no '}' behind it", word.span, help="put a space before and after each brace")
                return None
            test = _anonymous(words[index:end], word.span, place, report)
            good = good and test is not None
            if test is not None:
                terms.append(Term(test, negated, test.span))
            index = end + 1
        else:
            terms.append(Term(name, negated, word.span, _known(name, word.span)))
            if place.index is not None:
                place.index.acl(word, f"{place.section} {place.proxy}", at=len(word.text) - len(name), name=name)
        negated = False
    if terms:
        products.append(tuple(terms))
    if good and not products:
        report.notice("SY0422", f"'{head}' without a condition", head.span)
    text = " ".join(word.text for word in words[at:])
    return Condition(head.text == "unless", tuple(products), text, head.span) if good else None


def _known(name: str, span: Span) -> AclTest | None:
    test = predefined(name)
    return None if test is None else replace(test, span=span)


def _closing(words: Sequence[Word], index: int) -> int | None:
    return next((each for each in range(index, len(words)) if words[each].text == "}"), None)


def _anonymous(words: Sequence[Word], brace: Span, place: Place, report: Report) -> AclTest | None:
    if not words:
        report.alert("SY0401", "nothing stands between '{' and '}'", brace, help="write a test, as '{ path_beg /static }'")
        return None
    test = read_test("", words, place, report)
    if test is not None:
        warn_if_useless(test, place, report)
    return test


def warn_if_useless(test: AclTest, place: Place, report: Report) -> None:
    """A test of something that is not there at this point is never true; HAProxy only warns."""
    here = places.mask(place.section, place.ruleset)
    row = calls.fetch_rows().get(test.expr.fetch.name)
    if here and row is not None and not row.places & here:
        tell = report.notice if place.ruleset in places.UNCHECKED else report.warning
        tell(
            "SY0406",
            f"'{test.expr.fetch.name}' has no value in '{place.ruleset}': the test is never true",
            test.span,
            help=f"it is there in: {', '.join(places.rulesets_of(row.places))}",
        )
