"""Conditions of `.if` and `-cc`."""

from __future__ import annotations

import pytest

from steelyard.config.environment import Environment
from steelyard.config.predicates import ConditionError, evaluate_condition

ENVIRONMENT = Environment({"HOME": "/home/me"})


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("", False),
        ("0", False),
        ("1", True),
        ("-3", True),
        ("!0", True),
        ("!!1", True),
        ("defined(HOME)", True),
        ("defined(NOPE)", False),
        ("defined( HOME )", False),
        ("streq(a,a)", True),
        ("streq(a, a)", False),
        ("streq(\"a b\",'a b')", True),
        ('streq(a\\,b,"a,b")', True),
        ("strneq(a,b)", True),
        ("strstr(abc,bc)", True),
        ("feature(EPOLL)", True),
        ("feature(NOPE)", False),
        ("version_atleast(2.4-dev19)", True),
        ("version_before(2.4)", False),
        ("version_atleast(99)", False),
        ("1 && 0 || 1", True),
        ("1 || 1 && 0", True),
        ("(1 || 1) && 0", False),
        ("!(1 && 0)", True),
        ("enabled(EPOLL)", True),
    ],
)
def test_truth(text: str, truth: bool) -> None:
    assert evaluate_condition(text, ENVIRONMENT) is truth


@pytest.mark.parametrize(
    "text",
    [
        "foo(1)",
        "foo",
        "(1",
        "1)",
        "1 2",
        "&& 1",
        "1 &&",
        "streq(a)",
        "streq(a,b,c)",
        "version_atleast(x)",
        "streq(a,'b)",
        "defined(HOME",
        "!" * 5000 + "1",
        "(" * 5000,
    ],
)
def test_errors(text: str) -> None:
    with pytest.raises(ConditionError):
        evaluate_condition(text, ENVIRONMENT)
