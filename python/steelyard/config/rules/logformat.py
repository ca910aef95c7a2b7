"""Log-format strings (manual section 8.2.6): text, `%alias`, `%[expression]`, flags in braces."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from steelyard.config.expr import LabelKind, LogAlias, LogExpr, LogFormat, LogText
from steelyard.config.grammar import aliases
from steelyard.config.nearest import nearest
from steelyard.config.rules.expr import check_place, read_expr
from steelyard.config.rules.place import Place
from steelyard.config.rules.spot import spot
from steelyard.config.span import Word
from steelyard.diagnostics.diagnostic import Report

# There, spaces are merged (manual, note of section 8.2.6); tabs are not, as in HAProxy.
MERGING = ("log-format", "log-format-sd", "error-log-format", "unique-id-format")
_SPACES = re.compile("  +")
_NO_LABEL = re.compile("[^A-Za-z0-9_-]")
"""What HAProxy (3.2) takes in no name of an item."""


_KINDS: dict[str, LabelKind] = {"str": "str", "sint": "sint", "bool": "bool"}


class _Wrong(Exception):
    """The string can't be read further; it has been reported."""


@dataclass(slots=True)
class _Reader:
    word: Word
    place: Place
    report: Report
    at: int = 0
    items: list[LogText | LogAlias | LogExpr] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    # Flags that `%{...}o` gives to all items after it.
    for_all: tuple[str, ...] = ()

    def read(self) -> LogFormat:
        source = self.word.text
        while self.at < len(source):
            if source[self.at] == "%":
                self._item(self.at)
            else:
                end = source.find("%", self.at)
                end = len(source) if end < 0 else end
                self.text.append(source[self.at : end])
                self.at = end
        self._flush()
        return tuple(self.items)

    def _wrong(self, code: str, message: str, at: int, length: int = 1, help: str = "") -> _Wrong:
        self.report.alert(code, message, spot(self.word, at, length), help=help)
        return _Wrong()

    def _flush(self) -> None:
        text = "".join(self.text)
        self.text.clear()
        if self.place.ruleset in MERGING:
            text = _SPACES.sub(" ", text)
        if text:
            self.items.append(LogText(text))

    def _item(self, start: int) -> None:
        source = self.word.text
        self.at += 1
        if self.at >= len(source):
            raise self._wrong("SY0430", "a '%' at the end stands for nothing", start, help="write '%%' for the sign itself")
        letter = source[self.at]
        if letter == "%":
            self.text.append("%")
            self.at += 1
            return
        label: str = ""
        kind: LabelKind = "natural"
        if letter == "(":
            label, kind = self._label()
        flags = self._flags(start)
        letter = source[self.at] if self.at < len(source) else ""
        if letter == "[":
            self._expression(start, flags, label, kind)
        elif letter.isascii() and letter.isalpha():
            self._alias(start, flags, label, kind)
        elif self.at > start + 1 or not letter:
            raise self._wrong("SY0430", "flags without an item behind them", start, self.at - start)
        elif letter in " \t" or letter.isdigit():
            raise self._wrong("SY0430", f"unexpected '{letter}' after '%'", self.at, help="write '%%' for the sign itself")
        else:
            # HAProxy drops the sign in front of any other character.
            self.report.notice("SY0431", f"'%' in front of '{letter}' is dropped", spot(self.word, start, 2), help="write '%%'")

    def _label(self) -> tuple[str, LabelKind]:
        """`(name:kind)`: used by the encodings only."""
        close = self.word.text.find(")", self.at)
        if close < 0:
            raise self._wrong("SY0430", "'(' is not closed", self.at)
        name, colon, wanted = self.word.text[self.at + 1 : close].partition(":")
        kind = _KINDS.get(wanted) if colon else "natural"
        if kind is None:
            at = self.at + 2 + len(name)
            raise self._wrong("SY0430", f"'{wanted}' is not a type of an item", at, max(1, len(wanted)), "types: str, sint, bool")
        odd = _NO_LABEL.search(name)
        if odd:
            at = self.at + 1 + odd.start()
            raise self._wrong(
                "SY0430", f"'{odd[0]}' can't be in the name of an item", at, help="write letters, digits, '_' and '-'"
            )
        self.at = close + 1
        return name, kind

    def _flags(self, start: int) -> tuple[str, ...]:
        source = self.word.text
        if self.at >= len(source) or source[self.at] != "{":
            return ()
        close = source.find("}", self.at)
        if close < 0:
            raise self._wrong("SY0430", "'{' is not closed", self.at)
        found = []
        for flag in source[self.at + 1 : close].split(","):
            name = flag.strip().lstrip("+-")
            if not name:
                continue
            if name not in aliases.FLAGS:
                self.report.notice("SY0432", f"unknown flag '{name}' has no effect", spot(self.word, self.at, close - self.at))
                continue
            found.append(("-" if flag.strip().startswith("-") else "+") + name)
        self.at = close + 1
        return tuple(found)

    def _alias(self, start: int, flags: tuple[str, ...], label: str, kind: LabelKind) -> None:
        source = self.word.text
        end = self.at
        while end < len(source) and source[end].isascii() and source[end].isalnum():
            end += 1
        name = source[self.at : end]
        if name == aliases.FLAGS_FOR_ALL:
            self.for_all = _combine(self.for_all, flags)
            whole = tuple(flag for flag in flags if flag[1:] in aliases.ENCODINGS)
            if whole:
                # An item like others: the whole string is one document.
                self._flush()
                self.items.append(LogAlias(name, whole))
            self.at = end
            return
        rows = aliases.rows()
        if name not in rows:
            guess = nearest(name, rows)
            hint = f"did you mean '%{guess}'?" if guess else "write '%%' for the sign itself"
            raise self._wrong("SY0430", f"unknown log alias '%{name}'", start, end - start, hint)
        if rows[name] and self.place.mode == "tcp":
            raise self._wrong("SY0433", f"log alias '%{name}' needs 'mode http'", start, end - start)
        self._flush()
        span = spot(self.word, start, end - start)
        self.items.append(LogAlias(name, _combine(self.for_all, flags), span, label, kind))
        self.at = end

    def _expression(self, start: int, flags: tuple[str, ...], label: str, kind: LabelKind) -> None:
        source = self.word.text
        found = read_expr([self.word], 0, self.place, self.report, at=self.at + 1, more=False)
        if found is None:
            raise _Wrong
        if found.end >= len(source):
            raise self._wrong("SY0430", "'[' is not closed", start, len(source) - start)
        if source[found.end] != "]":
            raise self._wrong("SY0403", f"unexpected '{source[found.end]}' in an expression", found.end, help="']' closes it")
        if not check_place(found, self.place, self.report, error=True):
            raise _Wrong
        self._flush()
        self.items.append(LogExpr(found.expr, _combine(self.for_all, flags), label, kind))
        self.at = found.end + 1


def _combine(for_all: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    """The flags of `%o` with those of the item on top: the last word on a flag holds."""
    signs = {flag[1:]: flag[0] for flag in (*for_all, *own)}
    return tuple(sign + name for name, sign in signs.items())


def parse_log_format(word: Word, place: Place, report: Report) -> LogFormat | None:
    """One word as a log-format string; None where it is wrong."""
    try:
        return _Reader(word, place, report).read()
    except _Wrong:
        return None
