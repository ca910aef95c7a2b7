"""Words after an address on `bind`, `server` and `default-server` lines: how they are read by their rows."""

from __future__ import annotations

import re
from typing import Any

from steelyard.config.grammar.option_types import Judge
from steelyard.config.grammar.row import USUAL, Row, Where
from steelyard.config.grammar.table import Table
from steelyard.config.grammar.values import Loose
from steelyard.config.model import Said
from steelyard.config.nearest import nearest
from steelyard.config.span import Span, Word, run_of
from steelyard.config.statement import Statement


def read_options(statement: Statement, at: int, table: Table, where: Where, values: dict[str, Any]) -> bool:
    """Reads to the end of the line into `values` (by the model's field names). False when anything was wrong; all is reported."""
    good = True
    words, here = statement.words, table.at(where)
    while at < len(words):
        name, paren, _ = words[at].text.partition("(")
        row = here.get(name)
        if row is None or row.called is not bool(paren):
            at += _elsewhere(statement, words[at], table, where)
            good = False
            continue
        if paren and not _good_number(statement, words[at]):
            at += 1 + len(row.args)
            good = False
            continue
        end = at + 1 + _count(row, words, at)
        good = _one(statement, row, at, end, values) and good
        at = end
    return good


_NUMBER = re.compile(r"[^(]*\((0[xX][0-9A-Fa-f]{1,2}|0[0-7]{0,3}|[1-9][0-9]{0,2})\)\Z", re.ASCII)


def _good_number(statement: Statement, word: Word) -> bool:
    """The parentheses of `set-proxy-v2-tlv-fmt(0x20)` hold the number of a field, one byte."""
    match = _NUMBER.match(word.text)
    text = match.group(1) if match is not None else "256"
    good = int(text, 8 if text.isdigit() and text[0] == "0" else 0) < 256  # as C reads it, 010 is 8
    if not good:
        statement.bad(word, "has no number of a field in its parentheses", help="write 0 to 255, or as 0x20")
    return good


def _elsewhere(statement: Statement, word: Word, table: Table, where: Where) -> int:
    """Says why a word can't stand here; how many words are passed over for it."""
    name, paren, _ = word.text.partition("(")
    rows = [row for row in table.by_name.get(name, ()) if row.called is bool(paren)]
    if not rows:
        return 1 + _unknown(statement, word, table, where)
    statement.report.alert("SY0103", f"'{word}' is not allowed on '{statement.row.name}'", word.span)
    return 1 + len(rows[0].args)


def _count(row: Row, words: Any, at: int) -> int:
    return min(len(row.args), len(words) - at - 1)


def _unknown(statement: Statement, word: Word, table: Table, where: Where) -> int:
    """Says so; how many words belong to the one that is meant."""
    line = f"on a '{statement.row.name}' line"
    name, paren, _ = word.text.partition("(")
    if name in table.by_name:
        message = f"'{name}' {line} takes no parentheses" if paren else f"'{name}' {line} needs an argument in parentheses"
        statement.report.alert("SY0109", message, word.span)
        return 0
    guess = nearest(word.text, table.at(where))
    hint = f"did you mean '{guess}'?" if guess else ""
    statement.report.alert("SY0102", f"unknown word '{word}' {line}", word.span, help=hint)
    return len(table.at(where)[guess].args) if guess else 0


def _one(statement: Statement, row: Row, at: int, end: int, values: dict[str, Any]) -> bool:
    words, report = statement.words, statement.report
    span = words[at].span
    if end - at - 1 < len(row.args) and row.least == 0:
        return _bare(statement, row, span, values)
    if end - at - 1 < len(row.args):
        report.alert("SY0107", f"'{row.name}' needs {row.args[end - at - 1].show}", span)
        return False
    if row.effect == "removed":
        message = f"'{row.name}' on a '{statement.row.name}' line is gone since HAProxy {row.removed}"
        report.alert("SY0105", message, run_of(words[at:end]), help=row.instead)
        return False
    read = []
    for offset, kind in enumerate(row.args):
        value = statement.read(at + 1 + offset, kind)
        judge: Judge | None = getattr(kind, "judge", None)  # asked for often, and a Protocol is slow to tell
        if value is None or (judge is not None and not judge(statement, words[at + 1 + offset])):
            return False
        read.append(value)
    if row.effect == "supported":
        value = read[0] if len(read) == 1 else tuple(read)
        values[row.sets] = (True if row.value is None else row.value) if not row.args or row.value is not None else value
        return True
    said = Said(row.name, tuple(word.text for word in words[at + 1 : end]), run_of(words[at:end]))
    if said.words and " ".join(said.words) in row.usual:
        statement.report.accept(f"{statement.row.name} {row.name}", USUAL, span)
    else:
        _tell(statement, row, span)
    values["others"] = (*values.get("others", ()), said)
    return True


def _bare(statement: Statement, row: Row, span: Span, values: dict[str, Any]) -> bool:
    """The last word of a line without its value: HAProxy reads numbers as 0 there, and leaves the others out."""
    number = isinstance(row.args[0], Loose) and row.effect == "supported"
    becomes = "is read as 0" if number else "is not read"
    statement.report.notice(
        "SY0115", f"'{row.name}' has no value and {becomes}", span, help=f"write {row.args[0].show} behind it"
    )
    if number:
        values[row.sets] = 0
    return True


def _tell(statement: Statement, row: Row, span: Span) -> None:
    """What a word without its effect means for whoever wrote it."""
    on = f"'{row.name}' on a '{statement.row.name}' line"
    if row.effect == "accepted":
        statement.report.accept(f"{statement.row.name} {row.name}", row.why, span)
    elif row.effect == "refused":
        statement.report.later("SY0106", f"{on} is refused: it can't have its effect here", span, help=row.instead)
    elif not statement.draft.later:
        statement.report.later("SY0104", f"{on} is not supported yet", span)
