"""What `quote` writes is read back by the lexer, and by HAProxy's rules of quoting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.config.lexer import tokenize
from steelyard.config.quote import join, quote

AWKWARD = st.text(alphabet=st.sampled_from(list(" \t\n\r\"'\\#$x41{}[]*-abn\x01\x7f\x0b\u2028é漢\udcff\udcc3\udca9"))) | st.text()
VALUES = AWKWARD.filter(lambda text: "\0" not in text)


@given(st.lists(VALUES, min_size=1, max_size=20))
def test_words_are_read_back(words: list[str]) -> None:
    line = join(words)
    assert "\n" not in line
    found, error = tokenize(line, "f", 1, lambda name: "VALUE")
    assert error is None or error.later  # bytes that are not UTF-8
    assert [word.text for word in found] == words


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("plain", "plain"),
        ("é$X%[path]", "é$X%[path]"),
        ("", "''"),
        ("a b", "'a b'"),
        ("a#b", "'a#b'"),
        ("\\.png$", "'\\.png$'"),
        ("it's", '"it\'s"'),
        ("it's $5", '"it\'s \\$5"'),
        ("caf\udce9s", '"caf\\xe9s"'),
        ("\udcc3\udca9", '"\\xc3""\\xa9"'),
        ("two\nlines", '"two\\nlines"'),
        ("caf\udce9", '"caf\\xe9"'),
    ],
)
def test_as_plain_as_possible(word: str, written: str) -> None:
    assert quote(word) == written


@pytest.mark.parametrize("word", ["a\0", "\ud800"])
def test_what_no_file_can_hold(word: str) -> None:
    with pytest.raises(ValueError, match="NUL or is not Unicode"):
        quote(word)
