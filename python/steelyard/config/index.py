"""Names of a configuration: where each is defined and where it is used. Filled while files are read, when somebody asks for it.

Statements come from the walker, names in conditions and expressions from their parsers, so nothing is found by looking for text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from steelyard.config.grammar import symbols
from steelyard.config.span import Span, Word

if TYPE_CHECKING:
    from steelyard.config.statement import Statement


@dataclass(frozen=True, slots=True)
class Symbol:
    """`scope`: where the name is known. For a server the name of its backend; for an ACL, a user or a group its section, as
    `frontend www`; empty for what is known everywhere.
    """

    kind: str
    name: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place of a name. `exact`: the span holds the name and nothing else, as it stands in the file."""

    symbol: Symbol
    span: Span
    defines: bool
    exact: bool = True


class Index:
    """All names of one run."""

    def __init__(self) -> None:
        self._found: dict[Occurrence, None] = {}
        self._tables: dict[str, None] = {}
        self._by_symbol: dict[Symbol, list[Occurrence]] | None = None
        self._by_line: dict[tuple[str, int], list[Occurrence]] = {}

    def add(self, kind: str, word: Word, *, scope: str = "", at: int = 0, name: str | None = None, defines: bool = False) -> None:
        """A name in a word: all of it, or `name` from character `at`."""
        name = word.text[at:] if name is None else name
        if not name or "%" in name:  # a name made up for each request has no place
            return
        span, exact = _spot(word, at, len(name))
        self._found[Occurrence(Symbol(kind, name, scope), span, defines, exact)] = None
        self._by_symbol = None

    def section(self, kind: str, words: Sequence[Word]) -> None:
        """The first line of a section."""
        if len(words) > 1 and kind not in symbols.NAMELESS and words[1].text != "from":
            for each in symbols.SECTION_KINDS.get(kind, (kind,)):
                self.add(each, words[1], defines=True)
        for index in range(1, len(words) - 1):
            if words[index].text == "from":
                self.add("defaults", words[index + 1])
                break

    def statement(self, statement: Statement) -> None:
        """What the tables know of a statement's words; conditions and expressions in it are told by their parsers."""
        row, args = statement.row.name, statement.args
        section, own = statement.draft.kind, f"{statement.draft.kind} {statement.draft.name}"
        if row == "stick-table":
            self._tables[statement.draft.name] = None
        if not args:
            return
        if row == "table":
            self._tables[f"{statement.draft.name}/{args[0].text}"] = None
        defined = symbols.DEFINES_IN.get((section, row), symbols.DEFINES.get(row, ""))
        if defined:
            self.add(defined, args[0], scope=self._scope(defined, statement.draft.name, own), defines=True)
        elif row in symbols.REFERS:
            self._refer(symbols.REFERS[row], args[0], 0, args[0].text, statement.draft.name, own)
        self._variable(statement.words[statement.at - 1 :] if row in symbols.VARIABLES else args)
        words = symbols.SERVER_WORDS if row in ("server", "default-server", "server-template") else symbols.BEHIND.get(row)
        for before, word in pairwise(args) if words else ():
            if before.text in symbols.STOPS:
                break
            if words and before.text in words:
                self._refer(words[before.text], word, 0, word.text, statement.draft.name, own)
        if row in symbols.BETWEEN:
            sign, kind = symbols.BETWEEN[row]
            for word in args:
                if word.text.startswith(sign):
                    self.add(kind, word, at=1, name=word.text[1:].partition("/")[0])
        for prefix, kind in symbols.PREFIXED.get(row, {}).items():
            if args[0].text.startswith(prefix):
                self._refer(kind, args[0], len(prefix), args[0].text[len(prefix) :], statement.draft.name, own)

    def _variable(self, words: Sequence[Word]) -> None:
        """`set-var(txn.name)`, and `set-var proc.name` of the global section."""
        action, open_, rest = words[0].text.partition("(")
        if action not in symbols.VARIABLES:
            return
        if open_:
            inside = rest.partition(")")[0].split(",")
            at = len(action) + 1
            self.add("variable", words[0], at=at, name=inside[0], defines=symbols.VARIABLES[action])
            if action in symbols.SECOND and len(inside) > 1:
                self.add(symbols.SECOND[action], words[0], at=at + len(inside[0]) + 1, name=inside[1])
        elif len(words) > 1:
            self.add("variable", words[1], defines=symbols.VARIABLES[action])

    def acl(self, word: Word, place: str, *, at: int, name: str) -> None:
        """The name of an ACL in a condition; `place` is its section."""
        self.add("acl", word, scope=place, at=at, name=name)

    def argument(self, kind: str, word: Word, at: int, text: str, section: str, proxy: str) -> None:
        """An argument of a fetch or converter, of a kind as the tables say it."""
        if kind == "aclname":
            name = text.removeprefix("!")
            self.acl(word, f"{section} {proxy}", at=at + len(text) - len(name), name=name)
        known = symbols.ARGUMENTS.get(kind)
        if known is not None and text and not (known == "variable" and "." not in text):
            self._refer(known, word, at, text, proxy, f"{section} {proxy}")

    def _refer(self, kind: str, word: Word, at: int, text: str, proxy: str, own: str) -> None:
        if kind in symbols.LISTS:
            for name in text.split(","):
                self.add(kind, word, scope=own, at=at, name=name)
                at += len(name) + 1
        elif kind == "server":
            backend, slash, server = text.rpartition("/")
            if slash:
                self.add("backend", word, at=at, name=backend)
            self.add("server", word, scope=backend or proxy, at=at + len(backend) + len(slash), name=server)
        elif kind == "table":
            self.add(kind, word, at=at, name=text.partition("/")[0])
        elif not (kind == "proxy" and text == "."):
            self.add(kind, word, scope=self._scope(kind, proxy, own), at=at, name=text)

    @staticmethod
    def _scope(kind: str, proxy: str, own: str) -> str:
        return proxy if kind == "server" else own if kind in ("acl", "peer", "user", "group") else ""

    # --- questions ------------------------------------------------------------------------------------------------------------

    def at(self, file: str, line: int, column: int) -> list[Occurrence]:
        """What is named at a place (`line` and `column` from 1); the end of a word counts too. Narrow ones first."""
        self._sort()
        there = self._by_line.get((file, line), ())
        found = [each for each in there if each.span.column <= column <= each.span.column + each.span.length]
        return sorted(found, key=lambda each: each.span.length)

    def places(self, symbol: Symbol) -> list[Occurrence]:
        """Everywhere that a name stands, under any kind it may be looked up (a table is named like the proxy that has it)."""
        found: dict[tuple[Span, bool], Occurrence] = {}
        for one in self.meanings(symbol):
            for each in self._sort().get(one, ()):
                found[each.span, each.defines] = each
        return list(found.values())

    def definitions(self, symbol: Symbol) -> list[Occurrence]:
        return [each for each in self.places(symbol) if each.defines]

    def names(self, kind: str, scope: str = "") -> list[str]:
        """Names that are defined, in the order of their definitions."""
        if kind == "table":
            return list(self._tables)
        kinds = symbols.ALSO.get(kind, (kind,))
        found = (each.symbol for each in self._found if each.defines)
        return list(dict.fromkeys(each.name for each in found if each.kind in kinds and each.scope == scope))

    def all(self) -> Iterator[Occurrence]:
        return iter(self._found)

    def meanings(self, symbol: Symbol) -> list[Symbol]:
        """The symbol itself, those that its kind stands for, those that share its definition (a `listen`), and the other way."""
        by_symbol = self._sort()
        kinds = {symbol.kind, *symbols.ALSO.get(symbol.kind, ())}
        if symbol.kind in ("frontend", "backend"):
            twins = [by_symbol.get(Symbol(kind, symbol.name), []) for kind in ("frontend", "backend")]
            spans = [{each.span for each in twin if each.defines} for twin in twins]
            if spans[0] & spans[1]:
                kinds |= {"frontend", "backend"}
        for kind, others in symbols.ALSO.items():
            first = next((other for other in others if self._defined(Symbol(other, symbol.name))), None)
            if first in kinds:
                kinds.add(kind)
            elif kind == symbol.kind:
                kinds = {kind, first} if first else {kind}
        return [Symbol(kind, symbol.name, symbol.scope) for kind in sorted(kinds)]

    def _defined(self, symbol: Symbol) -> bool:
        return any(each.defines for each in self._sort().get(symbol, ()))

    def _sort(self) -> dict[Symbol, list[Occurrence]]:
        if self._by_symbol is None:
            self._by_symbol = {}
            self._by_line = {}
            for each in self._found:
                self._by_symbol.setdefault(each.symbol, []).append(each)
                self._by_line.setdefault((each.span.file, each.span.line), []).append(each)
        return self._by_symbol


def _spot(word: Word, at: int, length: int) -> tuple[Span, bool]:
    """Where characters of a word stand in the file; the whole word, and False, where quotes or variables make that unsure."""
    span, text = word.span, word.text
    if span.length == length and at + length == len(text):  # a sign in front was put there in reading an old line
        return span, True
    lead = (span.length - len(text)) // 2
    if span.length not in (len(text), len(text) + 2):
        return span, False
    return Span(span.file, span.line, span.column + lead + at, length), True
