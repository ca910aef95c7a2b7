"""Cuts `name(arg,arg)` out of a text: the second level of quotes of manual section 2.2."""

from __future__ import annotations

import re

from steelyard.config.record import Record

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"', " ": " "}
_NAME = re.compile(r"[-_.:+A-Za-z0-9]+")


class Cut(Exception):
    """The text can't be cut. `at`: where."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


class Piece(Record):
    """One argument with quotes and escapes worked out, and where it starts."""

    text: str
    at: int


def name_end(text: str, at: int) -> int:
    """Index after the name of a fetch or converter that starts at `at`."""
    match = _NAME.match(text, at)
    return at if match is None else match.end()


def arguments(text: str, at: int) -> tuple[list[Piece], int]:
    """`text[at]` is `(`. Its arguments and the index after the `)`; nothing between the two is no argument."""
    pieces: list[Piece] = []
    start = at + 1
    while True:
        piece, end = _piece(text, start)
        pieces.append(piece)
        if end >= len(text):
            raise Cut("expected ')'", len(text))
        if text[end] == ")":
            break
        start = end + 1
    if len(pieces) == 1 and end == at + 1:
        pieces = []
    return pieces, end + 1


def _piece(text: str, start: int) -> tuple[Piece, int]:
    out: list[str] = []
    quote = ""
    at = start
    while at < len(text):
        letter = text[at]
        if letter in "'\"" and quote in ("", letter):
            quote = "" if quote else letter
        elif letter == "\\" and quote != "'" and text[at + 1 : at + 2] in _ESCAPES:
            at += 1
            out.append(_ESCAPES[text[at]])
        elif letter in ",)" and not quote:
            break
        else:
            out.append(letter)
        at += 1
    if quote:
        raise Cut(f"the quote {quote} is not closed", start)
    return Piece("".join(out), start), at
