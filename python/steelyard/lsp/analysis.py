"""A file as it is in the editor, read: what is wrong with it, and the names in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from steelyard.config.advice import advise
from steelyard.config.advice.ignored import ignored_in, left
from steelyard.config.index import Index, Occurrence
from steelyard.config.model import Config
from steelyard.config.read import study
from steelyard.config.source import RawFile, read_included
from steelyard.config.span import Span
from steelyard.diagnostics.diagnostic import Diagnostic, Report, Severity
from steelyard.lsp.cursor import section_at

MACHINE = frozenset({"SY0304", "SY0440", "SY0505"})
"""What another machine may have: files of replies and patterns. The file is not wrong because the editor's lacks them."""

TYPING = frozenset({"SY0012"})
"""What every file is while its last line is typed."""


@dataclass(frozen=True)
class Analysis:
    """`name` is the file itself; `files` are all that were read, with those that it includes. `version`: of the editor's text.

    `outer`: kind and name of the section that includes the file, where another one does. `advice`: what `steelyard lint` says of
    it, once it was asked for.
    """

    name: str
    text: str
    version: int | None
    config: Config
    report: Report
    index: Index
    files: tuple[str, ...]
    others: Mapping[str, str]
    outer: tuple[str, str] = ("", "")
    advice: tuple[Diagnostic, ...] = ()

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    def section(self, line: int) -> tuple[str, str]:
        """Kind and name of the section that a line (from 0) is in."""
        found = section_at(self.lines, line)
        return found if found[0] else self.outer

    def line(self, file: str, number: int) -> str:
        """A line (from 1) of any of the files, as it was when they were read, or is now; empty where there is none."""
        if file == self.name:
            return self.lines[number - 1] if 0 < number <= len(self.lines) else ""
        lines = self._lines_of(file)
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def _lines_of(self, file: str) -> list[str]:
        text = self.others.get(os.path.realpath(file))
        if text is None:
            raw = read_included(file, Report(), Span(file, 1, 1, 1))
            text = raw.text if raw is not None else ""
        return text.split("\n")

    def advised(self) -> tuple[Diagnostic, ...]:
        """What `steelyard lint` says of a valid file."""
        if self.report.wrong:
            return ()
        comments = {file: ignored_in("\n".join(self._lines_of(file)), file) for file in self.files[1:]}
        return tuple(left(advise(self.config), {self.name: ignored_in(self.text, self.name), **comments}))

    def typed(self, span: Span) -> str:
        """What stands in the file at a span."""
        return self.line(span.file, span.line)[span.column - 1 : span.column - 1 + span.length]

    def named_at(self, line: int, column: int) -> Occurrence | None:
        """The name at a place of the file (from 0). Where definition and use share a place, the definition."""
        found = self.index.at(self.name, line + 1, column + 1)
        exact = [each for each in found if each.exact] or found
        return next((each for each in exact if each.defines), exact[0] if exact else None)

    def severity(self, item: Diagnostic) -> Severity:
        """As an editor should show it: what can't run yet, or depends on the machine, is no mistake of the text."""
        if item.severity is Severity.LATER or item.code in MACHINE or item.code in TYPING:
            return Severity.WARNING
        return item.severity


def analyse(name: str, text: str, version: int | None = None, others: Mapping[str, str] | None = None) -> Analysis:
    """Reads a text as if it were the file. `others`: texts of files that editors have open, by their real paths."""
    others = others or {}

    def open_(path: str, report: Report, span: Span) -> RawFile | None:
        held = others.get(os.path.realpath(path))
        return RawFile(path, held) if held is not None else read_included(path, report, span)

    found = study((RawFile(name, text),), open_=open_)
    return Analysis(name, text, version, found.config, found.report, found.index, found.files, others)
