"""Files to lines of words: cut, variables replaced, `.if` blocks decided, `.include` followed (manual sections 2.2 to 2.4).

A generator, because what a line says (`setenv`, a section's name) changes how the next one is read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from steelyard.config import source
from steelyard.config.environment import Environment
from steelyard.config.grammar.values import NAME
from steelyard.config.include import MAX_FILES, find
from steelyard.config.lexer import tokenize
from steelyard.config.model import Said
from steelyard.config.preprocess import Preprocessor
from steelyard.config.source import RawFile
from steelyard.config.span import Span, Word
from steelyard.diagnostics.diagnostic import Label, Report

BLANKS = " \t\r\v\f"
MAX_DEPTH = 16
"""Files that include each other."""

Open = Callable[[str, Report, Span], RawFile | None]
"""An included file's text. Says in the report why there is none."""


Tap = Callable[[Sequence[Word], bool], None]
"""Hears the words of every line once it is cut, and whether the line counts: directives and what they leave out do not."""


@dataclass(slots=True)
class _Open:
    """A file that is being read; `at` is the `.include` line that is being followed."""

    name: str
    real: str
    at: Span | None = None


class Feed:
    """`files`: all that were read, in the order of their first lines. `includes`: the `.include` lines that were followed."""

    def __init__(
        self,
        report: Report,
        environment: Environment,
        *,
        diagnostic_mode: bool = False,
        open_: Open = source.read_included,
        tap: Tap | None = None,
    ) -> None:
        self.report = report
        self.environment = environment
        self.diagnostic_mode = diagnostic_mode
        self.files: list[str] = []
        self.includes: list[Said] = []
        self._open = open_
        self._tap = tap
        self._stack: list[_Open] = []
        self._count = 0

    def lines(self, raw: RawFile) -> Iterator[Sequence[Word]]:
        """The lines of a file and of those that it includes, each with at least one word; directives are not among them."""
        environment, report = self.environment, self.report
        if raw.name not in self.files:
            self.files.append(raw.name)
        self._stack.append(_Open(raw.name, os.path.realpath(raw.name) if "\0" not in raw.name else raw.name))
        environment.file = raw.name
        conditions = Preprocessor(report, environment, self.diagnostic_mode)
        for number, text, complete in raw.lines():
            environment.line = number
            if text.lstrip(BLANKS).startswith("["):
                _scope(text, raw.name, number, report)
                continue
            unset: list[str] = []
            words, error = tokenize(text, raw.name, number, environment, unset)
            if unset:
                report.unset[raw.name, number] = unset
            if self._tap is not None:
                self._tap(words, conditions.live and bool(words) and not words[0].text.startswith("."))
            if error is not None:
                tell = report.later if error.later else report.alert
                tell(error.code, error.message, Span(raw.name, number, error.column, error.length), help=error.help)
            if words and (error is None or error.later):
                if words[0].text == ".include" and conditions.live:
                    yield from self._include(words)
                elif not conditions.directive(words):
                    yield words
            if not complete:
                source.missing_line_feed(raw.name, number, text, report)
        conditions.end()
        self._stack.pop()

    def _include(self, words: Sequence[Word]) -> Iterator[Sequence[Word]]:
        """The lines of the named files, as if they stood here."""
        here = self._stack[-1]
        if len(words) < 2 or not words[1].text:
            help = "write '.include <file>', or '.include <directory>/*.cfg'"
            self.report.alert("SY0107", "'.include' needs the name of a file", words[0].span, help=help)
            return
        if len(words) > 2:
            help = "one file a line; quote a name with blanks"
            self.report.alert("SY0108", f"'.include' takes no argument '{words[2]}'", words[2].span, help=help)
            return
        word = words[1]
        self.includes.append(Said(".include", (word.text,), word.span))
        here.at = word.span
        for name in find(word, here.name, self.report):
            if self._refused(name, word):
                return
            raw = self._open(name, self.report, word.span)
            if raw is not None:
                yield from self.lines(raw)
                self.environment.file, self.environment.line = here.name, word.span.line

    def _refused(self, name: str, word: Word) -> bool:
        """Whether one more file would go round in a circle or beyond a bound; it is reported."""
        self._count += 1
        real = os.path.realpath(name)
        again = next((each for each in self._stack if each.real == real), None)
        labels = tuple(Label(each.at, f"'{each.name}' is here") for each in self._stack[:-1] if each.at is not None)
        chain = " -> ".join([*(each.name for each in self._stack), name])
        if again is not None:
            help = "take one of these lines out"
            self.report.alert("SY0024", f"'{name}' includes itself: {chain}", word.span, help=help, labels=labels)
        elif len(self._stack) >= MAX_DEPTH:
            message = f"more than {MAX_DEPTH} files that include each other: {chain}"
            self.report.alert("SY0024", message, word.span, labels=labels)
        elif self._count > MAX_FILES:
            self.report.alert("SY0024", f"more than {MAX_FILES} files are included, '{name}' is one too many", word.span)
        else:
            return False
        return True


def _scope(text: str, name: str, number: int, report: Report) -> None:
    """`[name]` alone on a line: HAProxy divides files of filters by it, and passes over it in a configuration."""
    start = text.index("[")
    inside, end, rest = text[start + 1 :].partition("]")
    span = Span(name, number, start + 1, max(1, len(text.rstrip(BLANKS)) - start))
    if not end or not NAME.match(inside):
        report.alert("SY0201", "'[' starts the name of a scope, which is not one", span, help="start the line with '#'")
    elif rest.strip(BLANKS) and not rest.lstrip(BLANKS).startswith("#"):
        report.alert("SY0108", f"'[{inside}]' must stand alone on its line", span, help="start the line with '#'")
    else:
        report.notice("SY0114", f"'[{inside}]' is not read, a scope means nothing here", span, help="start the line with '#'")
