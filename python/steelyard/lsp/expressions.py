"""Where in an expression the cursor is: at a fetch, at a converter, or in an argument of one."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.config.grammar import acls, calls
from steelyard.config.grammar.calls import Row
from steelyard.config.grammar.types import casts
from steelyard.config.rules.scan import name_end


@dataclass(frozen=True, slots=True)
class Spot:
    """`partial`: what is typed of a name, or of an argument. `row` and `argument`: the call whose argument it is, and which one.

    `type`: of the sample that a converter would get; empty where a fetch is wanted. `done`: a call has just been closed.
    """

    partial: str
    type: str = ""
    row: Row | None = None
    argument: int = 0
    done: bool = False


def spot_in(text: str) -> Spot:
    """The end of an expression that is being typed: `path,lower,field(1`."""
    at, type_ = 0, ""
    first = True
    while True:
        end = name_end(text, at)
        name = text[at:end]
        if end >= len(text):
            return Spot(text[at:], "" if first else type_ or "any")
        row = _row(name, first)
        if text[end] == "(":
            close, start, count = _arguments(text, end)
            if close < 0:
                return Spot(text[start:], type_, row, count)
            end = close + 1
        type_ = _output(row, type_)
        first = False
        at = end
        while at < len(text) and text[at] == ",":
            at += 1
        if at == end:
            return Spot(text[end:], type_, done=True)


def _row(name: str, first: bool) -> Row | None:
    if not first:
        return calls.converter_rows().get(name)
    short = acls.rows().get(name)
    return calls.fetch_rows().get(short[0] if short else name)


def _output(row: Row | None, before: str) -> str:
    if row is None:
        return "any"
    return before if row.output == "same" else row.output


def _arguments(text: str, open_: int) -> tuple[int, int, int]:
    """Index of the closing parenthesis (-1 where there is none yet), start of the last argument, and how many are before it."""
    quote, start, count = "", open_ + 1, 0
    for at in range(open_ + 1, len(text)):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == ",":
            start, count = at + 1, count + 1
        elif char == ")":
            return at, start, count
    return -1, start, count


def fits(row: Row, type_: str) -> bool:
    """Whether a converter takes a sample of a type."""
    return type_ in ("", "any") or casts(type_, row.input)
