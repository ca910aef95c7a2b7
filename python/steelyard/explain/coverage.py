"""Which rules and ACLs some requests reached: what a set of cases says nothing about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from steelyard.engine.simulation import Outcome, RuleStep, TestStep
from steelyard.plan.schema import Plan
from steelyard.plan.schema.proxy import Proxy

Place = tuple[int, int]
"""Index in `Plan.files`, and the line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A rule or an ACL test. `never` is how it was left: `reached` but never true, or not even reached."""

    file: str
    line: int
    text: str
    kind: str
    never: str


class Coverage:
    """Grows with each outcome."""

    def __init__(self, plan: Plan) -> None:
        self._files = plan.files
        self._lines: dict[tuple[str, Place], str] = {}
        for proxy in plan.proxies:
            for at, text in _rules(proxy):
                self._lines.setdefault(("rule", at), text)
        for acl in plan.acls:
            for test in acl.tests:
                if acl.name:
                    self._lines.setdefault(("acl", (test.at.file, test.at.line)), f"acl {acl.name} {test.text}")
        self._reached: set[tuple[str, Place]] = set()
        self._taken: set[tuple[str, Place]] = set()

    def add(self, outcome: Outcome) -> None:
        for step in outcome.steps:
            if isinstance(step, RuleStep):
                self._note("rule", (step.at.file, step.at.line), bool(step.taken))
            elif isinstance(step, TestStep):
                self._note("acl", (step.at.file, step.at.line), step.matched)

    def _note(self, kind: str, at: Place, taken: bool) -> None:
        self._reached.add((kind, at))
        if taken:
            self._taken.add((kind, at))

    def merge(self, other: Coverage) -> None:
        """Takes over what cases of the same plan reached."""
        self._reached |= other._reached
        self._taken |= other._taken

    @property
    def total(self) -> int:
        return len(self._lines)

    @property
    def taken(self) -> int:
        return len(self._lines.keys() & self._taken)

    def missing(self) -> list[Line]:
        """Rules and ACLs that no case took, in the order of the files."""
        found = []
        for (kind, (file, line)), text in sorted(self._lines.items(), key=lambda item: item[0][1]):
            if (kind, (file, line)) not in self._taken:
                reached = (kind, (file, line)) in self._reached
                never = "never true" if reached else "never reached"
                found.append(Line(self._files[file] if file < len(self._files) else "", line, text, kind, never))
        return found


def _rules(proxy: Proxy) -> Iterator[tuple[Place, str]]:
    rules = proxy.rules
    sets = (getattr(rules, name) for name in rules.__struct_fields__)
    for rule in (rule for each in sets for rule in each):
        yield (rule.at.file, rule.at.line), rule.text
    for choice in proxy.frontend.use_backend if proxy.frontend is not None else ():
        yield (choice.at.file, choice.at.line), choice.text
    if proxy.backend is not None:
        for line in proxy.backend.persistence:
            yield (line.at.file, line.at.line), line.text
        for other in proxy.backend.use_server:
            yield (other.at.file, other.at.line), other.text
