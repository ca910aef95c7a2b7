"""`.if` blocks and messages (manual section 2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.config.environment import Environment
from steelyard.config.nearest import nearest
from steelyard.config.predicates import ConditionError, evaluate_condition
from steelyard.config.span import Span, Word
from steelyard.diagnostics.diagnostic import Report

MAX_DEPTH = 99
"""Nested `.if` blocks; the same bound as HAProxy's."""

DIRECTIVES = (".if", ".elif", ".else", ".endif", ".diag", ".notice", ".warning", ".alert", ".include")


@dataclass(slots=True)
class _Block:
    """`live`: its lines are read now. `done`: one of its branches was taken (or none may be)."""

    span: Span
    live: bool
    done: bool
    otherwise: bool = False


class Preprocessor:
    """One file's blocks; a block can't reach into the next file."""

    def __init__(self, report: Report, environment: Environment, diagnostic_mode: bool = False) -> None:
        self.report = report
        self.environment = environment
        self.diagnostic_mode = diagnostic_mode
        self.blocks: list[_Block] = []

    @property
    def live(self) -> bool:
        return not self.blocks or self.blocks[-1].live

    def directive(self, words: Sequence[Word]) -> bool:
        """True when the line was a directive."""
        name, span = words[0].text, words[0].span
        if not name.startswith("."):
            return not self.live
        if name in (".else", ".endif") and len(words) > 1:
            self.report.alert("SY0108", f"'{name}' takes no argument '{words[1]}'", words[1].span)
        if name == ".if":
            self._if(words)
        elif name in (".elif", ".else"):
            self._else(words)
        elif name == ".endif":
            if self.blocks:
                self.blocks.pop()
            else:
                self.report.alert("SY0021", "'.endif' without '.if'", span)
        elif self.live and name in (".notice", ".warning", ".alert", ".diag"):
            self._message(name, words)
        elif self.live:
            guess = nearest(name, DIRECTIVES)
            help = f"did you mean '{guess}'?" if guess else f"one of: {', '.join(DIRECTIVES)}"
            self.report.alert("SY0020", f"unknown directive '{name}'", span, help=help)
        return True

    def end(self) -> None:
        for block in self.blocks:
            self.report.alert("SY0021", "'.if' without '.endif' in this file", block.span)
        self.blocks.clear()

    def _if(self, words: Sequence[Word]) -> None:
        if len(self.blocks) >= MAX_DEPTH:
            self.report.alert("SY0021", f"more than {MAX_DEPTH} nested '.if' blocks", words[0].span)
        outer = self.live and len(self.blocks) < MAX_DEPTH
        truth = outer and self._true(words)
        self.blocks.append(_Block(words[0].span, truth, truth or not outer))

    def _else(self, words: Sequence[Word]) -> None:
        name = words[0].text
        if not self.blocks or self.blocks[-1].otherwise:
            why = "after '.else'" if self.blocks else "without '.if'"
            self.report.alert("SY0021", f"'{name}' {why}", words[0].span)
            return
        block = self.blocks[-1]
        truth = not block.done and (name == ".else" or self._true(words))
        block.live = truth
        block.done = block.done or truth
        block.otherwise = name == ".else"

    def _true(self, words: Sequence[Word]) -> bool:
        try:
            text = " ".join(word.text for word in words[1:])
            return evaluate_condition(text, self.environment, self.environment.disabled)
        except ConditionError as error:
            self.report.alert("SY0022", f"bad condition: {error}", words[-1].span)
            return False

    def _message(self, name: str, words: Sequence[Word]) -> None:
        text, span = words[1].text if len(words) > 1 else "", words[0].span
        if len(words) > 2:
            help = "put the message in quotes"
            self.report.alert("SY0108", f"'{name}' takes no argument '{words[2]}'", words[2].span, help=help)
            return
        if name == ".alert":
            self.report.alert("SY0023", text, span)
        elif name == ".warning":
            self.report.warning("SY0023", text, span)
        elif name == ".notice" or self.diagnostic_mode:
            self.report.notice("SY0023", text, span)
