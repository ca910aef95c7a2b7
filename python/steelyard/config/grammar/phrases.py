"""Arguments that are more than a list of typed words: steps that read on from a word, put together to a row's parser.

A step gets a statement and the index of a word, and gives the index behind what it has read; None where something is wrong,
which it has said by then. Nothing is kept: these rows keep the words as they were written (`model.Said`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from steelyard.config.grammar.values import ArgType
from steelyard.config.nearest import nearest
from steelyard.config.places import condition_at, place_of
from steelyard.config.rules import parse_expr, parse_log_format
from steelyard.config.rules.args import read as read_arg
from steelyard.config.rules.regex import regex_problem
from steelyard.config.rules.scan import Cut, arguments
from steelyard.config.rules.spot import spot
from steelyard.config.statement import Statement

Step = Callable[[Statement, int], int | None]
Parse = Callable[[Statement], None]


def phrase(*steps: Step) -> Parse:
    """The whole line: all steps in order, and nothing behind them."""

    def parse(statement: Statement) -> None:
        end = several(*steps)(statement, statement.at)
        if end is not None:
            statement.no_more(end)

    return parse


def one(kind: ArgType) -> Step:
    """One word of a type."""
    return lambda statement, at: None if statement.read(at, kind) is None else at + 1


def each(kind: ArgType) -> Step:
    """All words that are left, at least one."""

    def step(statement: Statement, at: int) -> int | None:
        good = statement.read(at, kind) is not None
        for index in range(at + 1, len(statement.words)):
            good = statement.read(index, kind) is not None and good
        return len(statement.words) if good else None

    return step


def several(*steps: Step) -> Step:
    """Steps in order."""

    def step(statement: Statement, at: int) -> int | None:
        found: int | None = at
        for each_step in steps:
            if found is None:
                return None
            found = each_step(statement, found)
        return found

    return step


def maybe(inner: Step) -> Step:
    """A step where a word is left."""
    return lambda statement, at: inner(statement, at) if at < len(statement.words) else at


def nothing(statement: Statement, at: int) -> int | None:
    """No word at all."""
    return at


def anything(statement: Statement, at: int) -> int | None:
    """All words that are left, whatever they are."""
    return len(statement.words)


def options(rows: Mapping[str, Step], *, more: bool = False, needs: tuple[str, ...] = ()) -> Step:
    """Words with what belongs to each, in any order. `more`: the first unknown word is for the next step. `needs`: words that
    must be among them.
    """

    def step(statement: Statement, at: int) -> int | None:
        seen: set[str] = set()
        while at < len(statement.words):
            word = statement.words[at]
            inner = rows.get(word.text)
            if inner is None:
                if more:
                    break
                guess = nearest(word.text, rows)
                help = f"did you mean '{guess}'?" if guess else f"one of: {', '.join(rows)}"
                statement.bad(word, f"means nothing after '{statement.row.name}'", help=help)
                return None
            seen.add(word.text)
            found = inner(statement, at + 1)
            if found is None:
                return None
            at = found
        missing = [name for name in needs if name not in seen]
        if missing:
            statement.missing(f"'{missing[0]}'")
            return None
        return at

    return step


def choice(rows: Mapping[str, Step]) -> Step:
    """One of some words, with what belongs to it."""

    def step(statement: Statement, at: int) -> int | None:
        if at >= len(statement.words):
            statement.missing("one of " + ", ".join(f"'{name}'" for name in rows))
            return None
        inner = rows.get(statement.words[at].text)
        if inner is None:
            statement.bad(statement.words[at], f"means nothing after '{statement.row.name}'", tuple(rows), _listed(rows))
            return None
        return inner(statement, at + 1)

    return step


def _listed(rows: Mapping[str, Step]) -> str:
    return f"one of: {', '.join(rows)}" if len(rows) <= 12 else ""


def expression(ruleset: str = "") -> Step:
    """A sample expression; `ruleset` where it is read with other eyes than those of the row."""

    def step(statement: Statement, at: int) -> int | None:
        if at >= len(statement.words):
            statement.missing("an expression")
            return None
        found, end = parse_expr(statement.words, at, place_of(statement, ruleset), statement.report)
        return None if found is None else end

    return step


def log_format(ruleset: str = "") -> Step:
    """A log-format string in one word."""

    def step(statement: Statement, at: int) -> int | None:
        if at >= len(statement.words):
            statement.missing("a format")
            return None
        found = parse_log_format(statement.words[at], place_of(statement, ruleset), statement.report)
        return None if found is None else at + 1

    return step


def regex(statement: Statement, at: int) -> int | None:
    """A regular expression in one word."""
    if at >= len(statement.words):
        statement.missing("a regular expression")
        return None
    problem = regex_problem(statement.words[at].text)
    if problem:
        statement.report.alert("SY0109", problem, statement.words[at].span)
        return None
    return at + 1


def number_or_expression(kind: ArgType, ruleset: str = "") -> Step:
    """A word of a type where it begins as a number does, else an expression."""
    plain, other = one(kind), expression(ruleset)

    def step(statement: Statement, at: int) -> int | None:
        numeric = at < len(statement.words) and statement.words[at].text[:1] in "0123456789-+"
        return (plain if numeric else other)(statement, at)

    return step


def readable_file(statement: Statement, at: int) -> int | None:
    """The name of a file that can be read now, as HAProxy would read it."""
    if at >= len(statement.words):
        statement.missing("the name of a file")
        return None
    word = statement.words[at]
    try:
        with open(statement.room.paths.find(word.text), "rb"):
            return at + 1
    except (OSError, ValueError) as error:
        why = (error.strerror or str(error)).lower() if isinstance(error, OSError) else "not the name of a file"
        statement.report.alert("SY0304", f"can't read '{word}': {why}", word.span)
        return None


def condition(statement: Statement, at: int) -> int | None:
    """`if` or `unless` with a condition, which must be there."""
    if at >= len(statement.words):
        statement.missing("a condition", f"write '{statement.row.name} if <condition>'")
        return None
    _, good = condition_at(statement, at)
    return len(statement.words) if good else None


def inside(statement: Statement, kind: str, words: tuple[str, ...] = ()) -> bool:
    """`(<argument>[,<word>...])` behind the row's own name: a reader of `rules/args.py`, then some of a few words."""
    name = statement.words[statement.at - 1]
    start = name.text.find("(")
    if start < 0:
        statement.missing("an argument in parentheses")
        return False
    try:
        pieces, end = arguments(name.text, start)
    except Cut as cut:
        statement.report.alert("SY0403", cut.message, spot(name, min(cut.at, len(name.text) - 1)))
        return False
    if not pieces or end < len(name.text):
        statement.missing("an argument in parentheses")
        return False
    span = spot(name, pieces[0].at, max(1, len(pieces[0].text)))
    value = read_arg(kind, False, pieces[0].text, span)
    if isinstance(value, str):
        statement.report.alert("SY0109", value, span)
        return False
    for piece in pieces[1:]:
        if piece.text not in words:
            guess = nearest(piece.text, words)
            help = f"did you mean '{guess}'?" if guess else f"one of: {', '.join(words)}" if words else ""
            statement.report.alert(
                "SY0109", f"'{piece.text}' means nothing here", spot(name, piece.at, len(piece.text)), help=help
            )
            return False
    return True
