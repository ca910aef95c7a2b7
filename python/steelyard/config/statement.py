"""One line of a section with its row: what a row's own parser may read, say and set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from steelyard.config.draft import Draft
from steelyard.config.environment import Environment
from steelyard.config.grammar.docs import usages
from steelyard.config.grammar.row import Row
from steelyard.config.grammar.values import ArgType, Bad, Odd
from steelyard.config.index import Index
from steelyard.config.model import Said, Userlist
from steelyard.config.nearest import nearest
from steelyard.config.paths import Paths
from steelyard.config.record import Notes
from steelyard.config.span import Span, Word, run_of
from steelyard.config.stick import StickTable
from steelyard.config.visit import Parts
from steelyard.diagnostics.diagnostic import Label, Report

Prefix = Literal["", "no", "default"]


_UNITS = frozenset({"us", "ms", "s", "m", "h", "d", "k", "g"})
"""Units of times and sizes, which belong to their number."""


@dataclass(slots=True)
class Room:
    """What all statements of one run share. `blocks`: each section's first line with the lines in it, right or wrong.
    `parts`: what there is to check in each proxy of the model, in their order.
    `token_loads`: certificates that decrypt tokens, with name, file, the key's file or '', and the line.
    """

    report: Report
    environment: Environment
    drafts: list[Draft] = field(default_factory=list)
    left_out: list[Draft] = field(default_factory=list)
    global_: Draft | None = None
    defaults: dict[str, Draft] = field(default_factory=dict)
    last_defaults: Draft | None = None
    ambiguous: dict[str, Draft] = field(default_factory=dict)
    proxies: dict[str, list[Draft]] = field(default_factory=dict)
    userlists: dict[str, Userlist] = field(default_factory=dict)
    peer_tables: list[StickTable] = field(default_factory=list)
    http_errors: dict[str, Draft] = field(default_factory=dict)
    sections: dict[tuple[str, str], Draft] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)
    token_loads: list[tuple[str, str, str, Span]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    paths: Paths = field(default_factory=Paths)
    index: Index | None = None
    default_log_formats: set[Span] = field(default_factory=set)
    blocks: list[tuple[Sequence[Word], list[Sequence[Word]]]] = field(default_factory=list)
    parts: list[Parts] = field(default_factory=list)


class Statement(Notes):
    """`words` is the line without `no`/`default`; `at` is the index of the first argument."""

    row: Row
    words: Sequence[Word]
    at: int
    prefix: Prefix
    draft: Draft
    room: Room
    _span: Span | None = None

    @property
    def report(self) -> Report:
        return self.room.report

    @property
    def span(self) -> Span:
        """The keyword itself, all its words."""
        if self._span is None:
            self._span = run_of(self.words[: self.at])
        return self._span

    @property
    def args(self) -> Sequence[Word]:
        return self.words[self.at :]

    def text(self, start: int = 0) -> str:
        return " ".join(word.text for word in self.words[start:])

    def set(self, value: object, path: str = "") -> None:
        self.draft.set(path or self.row.sets, value, self.row, self.span)

    def add(self, value: object, path: str = "") -> None:
        self.draft.add(path or self.row.sets, value, self.row, self.span)

    def say(self) -> None:
        """Keeps the words of a statement that sets no field."""
        words = tuple(word.text for word in self.args)
        self.draft.say(self.row, Said(self.row.name, words, run_of(self.words), self.prefix))

    def missing(self, what: str, help: str = "") -> None:
        """Something must follow the last word."""
        last = self.words[-1].span
        span = Span(last.file, last.line, last.column, last.length)
        self.report.alert("SY0107", f"'{self.row.name}' needs {what}", span, help=help or usage(self.row))

    def extra(self, index: int) -> None:
        """`words[index]` and what follows have no meaning here."""
        span, word, before = run_of(self.words[index:]), self.words[index], self.words[index - 1]
        split = word.text in _UNITS and before.text.isdigit()
        help = f"write '{before}{word}' in one word" if split else usage(self.row)
        self.report.alert("SY0108", f"'{self.row.name}' takes no argument '{word}'", span, help=help)

    def bad(self, word: Word, why: str, near: Sequence[str] = (), help: str = "") -> None:
        """`why` reads on after the word: `is not a size`. `help` is for words that are near to none of `near`."""
        guess = nearest(word.text, near)
        hint = f"did you mean '{guess}'?" if guess else help
        self.report.alert("SY0109", f"'{word}' {why}", word.span, help=hint)

    def read(self, index: int, kind: ArgType) -> object | None:
        """The typed value of `words[index]`; None when missing or wrong, which is then reported."""
        if index >= len(self.words):
            self.missing(kind.show if index <= self.at else f"{kind.show} behind '{self.words[-1]}'")
            return None
        value = kind.read(self.words[index].text)
        if isinstance(value, Bad):
            self.bad(self.words[index], value.why, value.near)
            return None
        if isinstance(value, Odd):
            tell = self.report.warning if value.warns else self.report.notice
            tell("SY0115", f"'{self.words[index]}' {value.why}", self.words[index].span)
            return value.value
        return value

    def read_int(self, index: int, kind: ArgType) -> int | None:
        value = self.read(index, kind)
        return value if isinstance(value, int) else None

    def no_more(self, index: int) -> bool:
        """True when nothing stands at `index`, or nothing that would keep the line from being used; it is reported."""
        if index >= len(self.words):
            return True
        if self.row.lax:
            words, more = self.words[index:], "..." if len(self.words) > index + 1 else ""
            message = f"'{words[0]}{more}' is not read, '{self.row.name}' ends before it"
            self.report.notice("SY0114", message, run_of(words), help="quote the value if it holds blanks, or leave this out")
            return True
        self.extra(index)
        return False

    def first_said(self, path: str) -> tuple[Label, ...]:
        said = self.draft.said.get(path)
        return (Label(said[1], "first said here"),) if said else ()


def usage(row: Row) -> str:
    """How the row is written, as a help line."""
    if not row.args:
        said = usages().get(row.name, "")
        return f"write '{row.name} {said}'".replace("{{", "{").replace("}}", "}") if said else ""
    least = len(row.args) if row.least < 0 else row.least
    shown = [arg.show if index < least else f"[{arg.show}]" for index, arg in enumerate(row.args)]
    return "write '" + " ".join([row.name, *shown]) + "'"
