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
        ("streq('a,b',\"a,b\")", True),
        (r"streq(\a,a)", False),
        ("defined", False),
        ("defined()", False),
        ("defined(.FILE)", False),
        ("feature()", False),
        ("version_atleast(x)", True),
        ("version_before(x)", False),
        ("version_atleast()", True),
        ("enabled(KQUEUE)", True),
        ("enabled(SPLICE)", False),
        ("enabled(SERVER-SSL-VERIFY-NONE)", False),
        ("0x10", True),
        ("0x0", False),
        ("00", False),
        ("010", True),
        ("openssl_version_atleast(1.1.1)", False),
        ("openssl_version_before(9.9.9)", False),
        ("ssllib_name_startswith(OpenSSL)", False),
        ("awslc_api_atleast(1)", False),
        ("awslc_api_before(99)", False),
        ("fips_mode()", False),
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
    assert evaluate_condition(text, ENVIRONMENT, {"SPLICE"}) is truth


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
        r"streq(a\,b,c)",
        "0xfg",
        "08",
        "openssl_version_atleast(3.0)",
        "openssl_version_atleast()",
        "streq(a,'b)",
        "defined(HOME",
        "!" * 5000 + "1",
        "(" * 5000,
    ],
)
def test_errors(text: str) -> None:
    with pytest.raises(ConditionError):
        evaluate_condition(text, ENVIRONMENT)
