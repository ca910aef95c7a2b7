"""Which rules and ACLs some requests reached, and with which results: what a set of cases says nothing about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from steelyard.engine.simulation import Outcome, RuleStep, TestStep
from steelyard.plan.schema import Plan
from steelyard.plan.schema.proxy import PersistRule, Proxy, UseServer
from steelyard.plan.schema.table import StickRule

Place = tuple[int, int]
"""Index in `Plan.files`, and the line."""

NEVER_TRUE = "never true"
NEVER_REACHED = "never reached"
NEVER_FALSE = "never false"


@dataclass(frozen=True, slots=True)
class Line:
    """A rule or an ACL test. `true` and `false`: how often it was so.

    `never`: what no case has shown of it (`never true`, `never reached`; `never false` of what may be, as a rule without a
    condition can't); empty: nothing is missing.
    """

    file: str
    line: int
    text: str
    kind: str
    never: str
    true: int
    false: int
    conditional: bool


@dataclass(slots=True)
class _Seen:
    text: str
    conditional: bool
    true: int = 0
    false: int = 0


class Coverage:
    """Grows with each outcome."""

    def __init__(self, plan: Plan) -> None:
        self._files = plan.files
        self._seen: dict[tuple[str, Place], _Seen] = {}
        for proxy in plan.proxies:
            if not proxy.disabled:
                for at, (text, choice) in rules_of(proxy):
                    self._seen.setdefault(("rule", at), _Seen(text, choice))
        for acl in plan.acls:
            for test in acl.tests:
                if acl.name:
                    at = (test.at.file, test.at.line)
                    self._seen.setdefault(("acl", at), _Seen(f"acl {acl.name} {test.text}", True))

    def add(self, outcome: Outcome) -> None:
        for step in outcome.steps:
            if isinstance(step, RuleStep):
                self._note("rule", (step.at.file, step.at.line), bool(step.taken))
            elif isinstance(step, TestStep):
                self._note("acl", (step.at.file, step.at.line), step.matched)

    def _note(self, kind: str, at: Place, held: bool) -> None:
        seen = self._seen.get((kind, at))
        if seen is not None:
            seen.true += held
            seen.false += not held

    def lines(self) -> list[Line]:
        """All, in the order of the files."""
        return [
            _line(self._files[file] if file < len(self._files) else "", line, kind, seen)
            for (kind, (file, line)), seen in sorted(self._seen.items(), key=lambda item: item[0][1])
        ]


def _line(file: str, line: int, kind: str, seen: _Seen) -> Line:
    if not seen.true:
        never = NEVER_TRUE if seen.false else NEVER_REACHED
    else:
        never = NEVER_FALSE if seen.conditional and not seen.false else ""
    return Line(file, line, seen.text, kind, never, seen.true, seen.false, seen.conditional)


def merged(lists: Iterable[Iterable[Line]]) -> list[Line]:
    """What several runs over the same lines have seen together, in the order of the first."""
    found: dict[tuple[str, str, int], _Seen] = {}
    for line in (line for lines in lists for line in lines):
        seen = found.setdefault((line.kind, line.file, line.line), _Seen(line.text, line.conditional))
        seen.true += line.true
        seen.false += line.false
    return [_line(file, line, kind, seen) for (kind, file, line), seen in found.items()]


def taken(lines: Iterable[Line]) -> int:
    """How many were true in some case."""
    return sum(line.true > 0 for line in lines)


def percent(lines: Sequence[Line]) -> float:
    """Of those that were true in some case. Of nothing, all is covered."""
    return 100.0 if not lines else taken(lines) * 100 / len(lines)


def summary(lines: Sequence[Line], what: str) -> str:
    """`what`: `case`, `test`."""
    return f"{taken(lines)} of {len(lines)} rules and ACLs were true in some {what} ({percent(lines):.1f} %)"


def rules_of(proxy: Proxy) -> Iterator[tuple[Place, tuple[str, bool]]]:
    """Place, text, and whether there is a condition, of each rule that an explanation can name."""
    rules = proxy.rules
    sets = (getattr(rules, name) for name in rules.__struct_fields__)
    for rule in (rule for each in sets for rule in each):
        yield (rule.at.file, rule.at.line), (rule.text, rule.cond is not None)
    for choice in proxy.frontend.use_backend if proxy.frontend is not None else ():
        yield (choice.at.file, choice.at.line), (choice.text, choice.cond is not None)
    for own in proxy.stats.rules if proxy.stats is not None else ():
        yield (own.at.file, own.at.line), (own.text, own.cond is not None)
    if proxy.backend is not None:
        back = proxy.backend
        lines: list[PersistRule | UseServer | StickRule] = [*back.persistence, *back.use_server, *back.stick]
        for line in lines:
            yield (line.at.file, line.at.line), (line.text, line.cond is not None)
