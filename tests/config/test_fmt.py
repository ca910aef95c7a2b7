"""`fmt`: one layout, the same words, and nothing left to do the second time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from steelyard.config.environment import Environment
from steelyard.config.fmt import format_text
from steelyard.config.layout import lay_out
from steelyard.config.lexer import MAX_LINE, tokenize

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("tests/**/*.cfg"), *ROOT.glob("examples/**/*.cfg"), *ROOT.glob("tests/config/cases/**/*.case")])
QUIET = settings(deadline=None, max_examples=300)
PIECES = st.sampled_from(
    [
        "frontend f",
        "global",
        "bind",
        "  ",
        "\t",
        " ",
        "# c",
        "#",
        "\n",
        "\r\n",
        "\r",
        "\n\n\n",
        ".if 1",
        ".elif 0",
        ".else",
        ".endif",
    ]
    + [
        ".notice x",
        '"',
        "'",
        "\\",
        "\\ ",
        "\\#",
        "\\x41",
        "\\xff",
        "\\x",
        '"$HOME"',
        '"${A[*]}"',
        '"${.LINE}"',
        "\0",
        "\udcff",
        "é",
    ]
)


def words(text: str) -> list[tuple[list[str], str | None]]:
    """What the lexer makes of each line that is not blank or a comment, and the code of its mistake."""
    environment = Environment({"HOME": "/home/me", "A": "one two"})
    out = []
    for number, line in enumerate(text.split("\n"), 1):
        environment.line = number
        found, error = tokenize(line, "f", number, environment)
        if found or error:
            out.append(([word.text for word in found], error.code if error else None))
    return out


def comments(text: str) -> list[str]:
    return [line.tail.rstrip(" \t") for line in lay_out(text) if line.tail]


def holds(text: str) -> None:
    once = format_text(text)
    assert format_text(once) == once
    assert words(once) == words(text)
    assert comments(once) == comments(text)
    assert once.endswith("\n") == text.endswith("\n") or not once


@QUIET
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    holds(data.decode("utf-8", "surrogateescape"))


@QUIET
@given(st.lists(PIECES, max_size=40).map("".join))
@example("frontend a\n    # mine\n  # its\n  frontend b\n")
@example(".if 1\n# c\nfrontend f\n# d\n.endif\n# e\n")
@example(".if 1\n# c\n")
@example("a\n# c\n         frontend b")
def test_pieces_of_the_language(text: str) -> None:
    holds(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_of_ours(path: Path) -> None:
    holds(path.read_bytes().decode("utf-8", "surrogateescape"))


def test_a_line_at_the_limit_does_not_become_too_long() -> None:
    holds("frontend f\n" + "a" * MAX_LINE + "\n" + "b" * (MAX_LINE - 1) + "\n")


LAYOUTS = {
    "sections": (
        "\n\n global\n  maxconn   1 #x \ndefaults\n\n\n\tmode\thttp\n\n\n",
        "global\n    maxconn 1 #x\n\ndefaults\n\n    mode http\n",
    ),
    "quotes": ("listen l\nacl a path 'a  b' c\\ d \"$X\"\n", "listen l\n    acl a path 'a  b' c\\ d \"$X\"\n"),
    "comment-of-the-next": ("global\n daemon\n# d\ndefaults\n", "global\n    daemon\n\n# d\ndefaults\n"),
    "comment-of-this": ("global\n daemon\n # d\ndefaults\n", "global\n    daemon\n    # d\n\ndefaults\n"),
    "comment-within": ("global\n#daemon\n quiet\n", "global\n    #daemon\n    quiet\n"),
    "crlf": ("global\r\n daemon\r\nlisten l\r\n", "global\r\n    daemon\r\n\r\nlisten l\r\n"),
    "blocks": (
        "listen l\n.if 1\nbind :1\n.else\nbind :2\n.endif\nmode tcp\n",
        "listen l\n    .if 1\n        bind :1\n    .else\n        bind :2\n    .endif\n    mode tcp\n",
    ),
    "sections-in-a-block": (
        "global\n.if 1\n# c\nlisten l\nbind :1\n.endif\nlisten m\n",
        "global\n\n.if 1\n    # c\n    listen l\n        bind :1\n.endif\n\nlisten m\n",
    ),
    "broken": ("global\n  bad   'x\n  daemon\n", "global\n  bad   'x\n    daemon\n"),
    "cut-short": ("global\n  daemon\n  quiet", "global\n    daemon\n  quiet"),
    "line-number": ('global\n\n\nlog-tag "${.LINE}"\n', 'global\n\n\n    log-tag "${.LINE}"\n'),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name: str) -> None:
    before, after = LAYOUTS[name]
    assert format_text(before) == after
