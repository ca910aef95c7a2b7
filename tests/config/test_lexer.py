"""The lexer against manual section 2.2: one line, its words, their places."""

from __future__ import annotations

import pytest

from steelyard.config.environment import Environment
from steelyard.config.lexer import MAX_LINE, MAX_WORDS, tokenize

ENVIRONMENT = Environment({"HOME": "/home/me", "LIST": "one  two", "EMPTY": "", "QUOTE": '"a b" #c'})


def words(line: str) -> list[str]:
    found, error = tokenize(line, "f", 1, ENVIRONMENT)
    assert error is None, error
    return [word.text for word in found]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", []),
        ("  \t ", []),
        ("# comment", []),
        ("a b\tc", ["a", "b", "c"]),
        ("a#b", ["a"]),
        ("a\r", ["a"]),
        ("a\rb", ["a"]),
        (r"a\ b", ["a b"]),
        (r"\#a \\ \' \"", ["#a", "\\", "'", '"']),
        (r"\n\r\t", ["\n\r\t"]),
        (r"\x41\x0a", ["A\n"]),
        (r"\xc3\xa9", ["é"]),
        (r"a\.b\q\$", [r"a\.b\q\$"]),
        ("a\\", ["a\\"]),
        ("\"a 'b' #c\"", ["a 'b' #c"]),
        (r'"a\"b\$c\x41\."', [r'a"b$cA\.']),
        ("'a \"b\" \\n $HOME'", ['a "b" \\n $HOME']),
        ("a'b'\"c\"d", ["abcd"]),
        ("'' \"\"", ["", ""]),
        ('"$HOME"', ["/home/me"]),
        ('"${HOME}x"', ["/home/mex"]),
        ('"$NOPE"', [""]),
        ('"${NOPE-a b}"', ["a b"]),
        ('"${EMPTY-x}"', [""]),
        ("$HOME ${HOME}", ["$HOME", "${HOME}"]),
        ("'$HOME'", ["$HOME"]),
        ('"${LIST[*]}"', ["one", "two"]),
        ('"a${LIST[*]}b" c', ["aone", "twob", "c"]),
        ('"${LIST}"', ["one  two"]),
        ('"${NOPE[*]-x y}"', ["x", "y"]),
        ('"$QUOTE"', ['"a b" #c']),
        ("log-format \"%{+Q}o %t\"' %s %{-Q}r'", ["log-format", "%{+Q}o %t %s %{-Q}r"]),
        (r"log-format %{+Q}o\ %t\ %s\ %{-Q}r", ["log-format", "%{+Q}o %t %s %{-Q}r"]),
    ],
)
def test_words(line: str, expected: list[str]) -> None:
    assert words(line) == expected


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ('a "b', "SY0006", 3),
        ("a 'b", "SY0006", 3),
        (r"a\xz1", "SY0007", 2),
        (r"a\x1", "SY0007", 2),
        ('"${HOME"', "SY0008", 2),
        ('"${HOME-x"', "SY0008", 2),
        ('"$1"', "SY0009", 2),
        ('"${}"', "SY0009", 2),
        ('"$"', "SY0009", 2),
        ('"${LIST[*}"', "SY0010", 8),
        ("a\0b", "SY0003", 1),
        ("a \udcff", "SY0002", 3),
        (r"\xff", "SY0002", 1),
    ],
)
def test_errors(line: str, code: str, column: int) -> None:
    error = tokenize(line, "f", 1, ENVIRONMENT)[1]
    assert error is not None
    assert (error.code, error.column) == (code, column)


def test_places_are_those_of_the_raw_text() -> None:
    found, _ = tokenize(r"""  bind  "a 'b" x\ y""", "f", 7, ENVIRONMENT)
    assert [(w.text, w.span.line, w.span.column, w.span.length) for w in found] == [
        ("bind", 7, 3, 4),
        ("a 'b", 7, 9, 6),
        ("x y", 7, 16, 4),
    ]


def test_bounds() -> None:
    assert tokenize(" ".join("x" * MAX_WORDS), "f", 1, ENVIRONMENT)[1] is None
    many = tokenize(" ".join("x" * (MAX_WORDS + 1)), "f", 1, ENVIRONMENT)
    assert len(many[0]) == MAX_WORDS
    assert many[1] is not None
    assert many[1].code == "SY0005"
    long = tokenize("x" * (MAX_LINE + 1), "f", 1, ENVIRONMENT)[1]
    assert long is not None
    assert long.code == "SY0004"


def test_bytes_that_are_not_text_may_stand_in_comments() -> None:
    assert words("a # caf\udce9") == ["a"]


def test_a_long_run_of_special_characters_takes_linear_time() -> None:
    assert len(words("\\ " * 500_000)[0]) == 500_000
    assert words('"a"' * 300_000) == ["a" * 300_000]
