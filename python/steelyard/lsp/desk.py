"""The files that an editor has open, and what is known of each. A file that another open one includes is read as part of that."""

from __future__ import annotations

import fnmatch
import os
from dataclasses import dataclass, field, replace

from steelyard.lsp.analysis import Analysis, analyse
from steelyard.lsp.cursor import section_at


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    version: int | None


@dataclass(slots=True)
class Desk:
    """`analyses`: of files that are read for themselves, by name."""

    open: dict[str, Text] = field(default_factory=dict)
    analyses: dict[str, Analysis] = field(default_factory=dict)

    def put(self, name: str, text: str, version: int | None) -> None:
        self.open[name] = Text(text, version)

    def close(self, name: str) -> None:
        self.open.pop(name, None)
        self.analyses.pop(name, None)

    def root(self, name: str) -> str:
        """The open file whose reading reads this one: another that includes it, or itself."""
        real = os.path.realpath(name)
        for other, analysis in self.analyses.items():
            if other != name and other in self.open and any(os.path.realpath(file) == real for file in analysis.files[1:]):
                return other
        return name

    def stale(self, root: str) -> bool:
        """Whether a file that was read has another text by now."""
        analysis = self.analyses.get(root)
        held = self.open.get(root)
        if analysis is None or held is None:
            return held is not None
        return held.text != analysis.text or any(
            self.open[name].text != analysis.others.get(os.path.realpath(name)) for name in self._inside(analysis)
        )

    def read(self, root: str) -> Analysis:
        """Reads a file again, with the texts that are open. Changes nothing here, so it may run in another thread."""
        held = self.open[root]
        others = {os.path.realpath(name): text.text for name, text in self.open.items() if name != root}
        return analyse(root, held.text, held.version, others)

    def keep(self, analysis: Analysis) -> None:
        self.analyses[analysis.name] = analysis
        for name in self._inside(analysis):
            self.analyses.pop(name, None)

    def view(self, name: str) -> Analysis | None:
        """What is known of an open file, seen from it."""
        root = self.root(name)
        analysis = self.analyses.get(root)
        held = self.open.get(name)
        if analysis is None or held is None or root == name:
            return analysis
        real = os.path.realpath(name)
        spelled = next(file for file in analysis.files if os.path.realpath(file) == real)
        others = {**analysis.others, os.path.realpath(root): analysis.text}
        return replace(
            analysis, name=spelled, text=held.text, version=held.version, others=others, outer=self._outer(analysis, real)
        )

    def _inside(self, analysis: Analysis) -> list[str]:
        """Open files that another one includes."""
        real = {os.path.realpath(file) for file in analysis.files[1:]}
        return [name for name in self.open if name != analysis.name and os.path.realpath(name) in real]

    def _outer(self, analysis: Analysis, real: str) -> tuple[str, str]:
        """The section of the line that includes a file."""
        for said in analysis.config.extensions:
            pattern = os.path.join(os.path.dirname(said.span.file), said.words[0])
            if said.span.file == analysis.name and fnmatch.fnmatchcase(real, os.path.realpath(pattern)):
                return section_at(analysis.lines, said.span.line - 1)
        return "", ""
