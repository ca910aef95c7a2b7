"""The counters that actions on stick tables name: `track-sc0`, `sc-inc-gpc(<index>,<counter>)`."""

from __future__ import annotations

from steelyard.config.expr import Call, Expr, IntArg, TableArg, Value
from steelyard.config.rules.scan import Cut, arguments
from steelyard.config.rules.spot import spot
from steelyard.config.span import Word
from steelyard.diagnostics.diagnostic import Report

COUNTERS = 3
"""`tune.stick-counters` where it is not said."""
MOST_ELEMENTS = 100


def constant(value: int) -> Expr:
    """A number of 32 bits as an expression."""
    value &= 0xFFFF_FFFF
    return Expr(Call("int", (IntArg(value),)), (), f"int({value})")


def table_of(word: Word) -> TableArg:
    return TableArg(word.text, word.span)


def read_counter(action: Word, array: bool, counters: int, report: Report) -> dict[str, Value] | None:
    """`number`, and `index` for actions on arrays; None after saying what is wrong. Nothing in parentheses is counter 0."""
    name, _, _ = action.text.partition("(")
    if name.startswith("track-sc"):
        return _number(action, name.removeprefix("track-sc") or "0", counters, report)
    pieces: list[str] = []
    if "(" in action.text:
        try:
            found, end = arguments(action.text, action.text.index("("))
        except Cut as cut:
            report.alert("SY0403", cut.message, spot(action, min(cut.at, len(action.text) - 1)))
            return None
        pieces = [piece.text for piece in found]
        if end < len(action.text):
            report.alert("SY0503", f"unexpected '{action.text[end:]}' after '{name}(...)'", spot(action, end))
            return None
    wanted = 2 if array else 1
    if len(pieces) != wanted and (array or len(pieces) > 1):
        form = f"{name}(<index>,<counter>)" if array else f"{name}(<counter>)"
        report.alert("SY0504", f"'{action}' must name {wanted} number(s)", action.span, help=f"write '{form}'")
        return None
    counter = _number(action, (pieces[-1] if pieces else "") or "0", counters, report)
    if counter is None or not array:
        return counter
    if not pieces[0].isdigit() or len(pieces[0]) > 4:
        report.alert("SY0504", f"'{pieces[0]}' is not the index of an element", action.span, help="elements count from 0 to 99")
        return None
    return counter | {"index": int(pieces[0])}


def _number(action: Word, text: str, counters: int, report: Report) -> dict[str, Value] | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        report.alert("SY0504", f"'{text}' is not the number of a counter", action.span, help="counters count from 0")
        return None
    if int(text) >= counters:
        help = "'tune.stick-counters' in 'global', above this line, allows more"
        report.alert("SY0504", f"there are {counters} counters, from 0 on, and no number {text}", action.span, help=help)
        return None
    return {"number": int(text)}
