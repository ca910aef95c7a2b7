"""An outcome as text: each rule with its place, what its tests saw, what it changed, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from steelyard.engine.events import Traced
from steelyard.engine.simulation import ChangeStep, ChoiceStep, Outcome, RuleStep, SetStep, Step, TestStep, VerdictStep
from steelyard.plan.schema import At

_BOLD, _DIM, _GREEN, _RED, _YELLOW, _CYAN = "1", "2", "32", "31", "33", "36"


MOST_RULES = 40
"""Of longer configurations, a case that failed is shown with those rules only that were carried out."""

# A value that is shortened keeps that much, however narrow the terminal.
_LEAST = 24

# What a server is chosen by that a rule chose before.
_BY_RULE = "use-server"


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours, or none. `longest`: of values, characters; longer ones lose their middle. None: whole, as the engine gave them."""

    colour: bool
    longest: int | None = None

    def __call__(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def render(
    outcome: Outcome, files: Sequence[str], *, colour: bool = False, most: int | None = None, width: int | None = None
) -> str:
    """Lines for a terminal. `files`: those of the plan, which the places count.

    Of more than `most` rules only those are shown that were carried out. `width`: columns, to which values are shortened; rules
    and messages are left whole.
    """
    rules = sum(isinstance(step, RuleStep) for step in outcome.steps)
    left = 0
    if most is not None and rules > most:
        left = sum(isinstance(step, RuleStep) and step.taken is False for step in outcome.steps)
        outcome = msgspec.structs.replace(outcome, steps=list(_carried_out(outcome.steps)))
    lines = _outcome(outcome, files, Paint(colour, None if width is None else max(_LEAST, width * 2 // 5)))
    note = [f"({left} {'rule was' if left == 1 else 'rules were'} not carried out, and not shown)"] if left else []
    return "\n".join([*lines, *note]).lstrip("\n") + "\n"


def _carried_out(steps: Sequence[Step]) -> Iterator[Step]:
    shown = True
    for step in steps:
        if isinstance(step, RuleStep):
            shown = step.taken is not False
        if shown or not isinstance(step, (RuleStep, TestStep)):
            yield step


def decided_by(outcome: Outcome, files: Sequence[str]) -> str:
    """The rule that had the last word on what becomes of the request, with its place; empty where none had."""
    rule: RuleStep | None = None
    last = ""
    places = _Places(files, ())
    for step in outcome.steps:
        if isinstance(step, RuleStep) and step.taken:
            rule = step
        elif isinstance(step, ChoiceStep) and step.at is not None:
            last = f"{places.text(step.at)}: {step.what}"
        elif isinstance(step, VerdictStep) and rule is not None and outcome.end not in ("forwarded", "waits"):
            last = f"{places.text(rule.at)}: {rule.text}"
    return last


def render_traced(traced: Traced, files: Sequence[str]) -> str:
    """The same of a real request, under a line that tells which one it is, with an empty line at its end."""
    seconds, micros = traced.date
    moment = datetime.fromtimestamp(seconds).astimezone().replace(microsecond=micros).isoformat(timespec="milliseconds")
    times = traced.times
    lines = [
        f"--- trace {traced.id}, {moment}, {traced.src or 'unix'} to {traced.dst or 'unix'} ({traced.frontend})",
        "",
        "The client sent:",
        f"  {_plain(traced.received.line)}",
        *_headers(traced.received.headers),
        *_outcome(traced.outcome, files, Paint(False)),
        "",
        f"It took {times.total} ms: request {times.request}, queue {times.queue}, connect {times.connect}, "
        f"response {times.response} (-1: not reached). Termination state {traced.outcome.termination}.",
    ]
    return "\n".join(lines) + "\n\n"


def _outcome(outcome: Outcome, files: Sequence[str], paint: Paint) -> list[str]:
    places = _Places(files, outcome.steps)
    lines: list[str] = []
    by_rule: ChoiceStep | None = None
    for step in outcome.steps:
        if isinstance(step, ChoiceStep) and step.kind == "server":
            if step.at is not None:
                by_rule = step
            elif by_rule is not None and by_rule.name == step.name and step.what.startswith(_BY_RULE):
                # The rule has said so; what is new is the connection.
                step = msgspec.structs.replace(step, what=step.what.removeprefix(_BY_RULE).removeprefix(", "))
                lines += [f"{' ' * (places.width + 4)}   {step.what}"] if step.what else []
                continue
        lines += _step(step, places, paint)
    return [*lines, "", *_end(outcome, paint)]


class _Places:
    """`file:line`, padded to the longest one."""

    def __init__(self, files: Sequence[str], steps: Sequence[Step]) -> None:
        self.files = files
        self.width = max((len(self.text(step.at)) for step in steps if isinstance(step, RuleStep)), default=0)

    def text(self, at: At) -> str:
        name = self.files[at.file] if at.file < len(self.files) else "?"
        return f"{name}:{at.line}"

    def padded(self, at: At | None) -> str:
        return (self.text(at) if at is not None else "").ljust(self.width)


def _step(step: Step, places: _Places, paint: Paint) -> list[str]:
    indent = " " * (places.width + 4)
    match step:
        case SetStep():
            return ["", paint(_BOLD, f"{step.proxy}: {step.set}")]
        case RuleStep():
            mark = {True: paint(_GREEN, "yes"), False: paint(_DIM, "no "), None: paint(_YELLOW, "?  ")}[step.taken]
            text = step.text if step.taken else paint(_DIM, step.text)
            return [f"  {paint(_DIM, places.padded(step.at))}  {mark} {text}"]
        case TestStep():
            return [f"{indent}    {_test(step, paint)}"]
        case ChangeStep():
            return [f"{indent}    {paint(_CYAN, step.what)}: {_value(step.before, paint)} -> {_value(step.after, paint)}"]
        case ChoiceStep():
            name = paint(_BOLD, step.name or "none")
            return [f"{indent}=> {step.kind} {name}, by {step.what}"]
        case VerdictStep():
            return [f"{indent}=> {paint(_YELLOW, step.what)}"]


def _test(step: TestStep, paint: Paint) -> str:
    name = f"{step.acl}: " if step.acl and not step.text.startswith(step.acl) else ""
    mark = paint(_GREEN, "true ") if step.matched else paint(_RED, "false")
    if not step.values:
        why = "there is no value"
    elif step.matched and step.pattern is not None:
        why = f"{_value(step.values[-1], paint)} matches {_value(step.pattern, paint)}"
    elif step.matched:
        why = f"it is {_value(step.values[-1], paint)}"
    else:
        why = "it is " + ", ".join(_value(value, paint) for value in step.values)
    return f"{mark} {name}{step.text}   {paint(_DIM, why)}"


def _value(text: str | None, paint: Paint) -> str:
    if text is None:
        return "nothing"
    plain = _plain(text)
    if paint.longest is not None and len(plain) > paint.longest:
        half = (paint.longest - 3) // 2
        plain = f"{plain[:half]}...{plain[-half:]}"
    return f"'{plain}'"


def _plain(text: str) -> str:
    """Control characters can't reach the terminal."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)


def _end(outcome: Outcome, paint: Paint) -> list[str]:
    lines = [paint(_BOLD, _summary(outcome))]
    if outcome.request is not None:
        lines += ["", "The server gets:", f"  {_plain(outcome.request.line)}", *_headers(outcome.request.headers)]
    if outcome.response is not None:
        lines += ["", "The client gets:", f"  {_plain(outcome.response.line)}", *_headers(outcome.response.headers)]
        if outcome.end in ("replied", "tarpitted") and outcome.body:
            lines += [f"  {_plain(line)}" for line in ("", *outcome.body.splitlines()[:12])]
    if outcome.log is not None:
        lines += ["", "The log gets:", f"  {_plain(outcome.log)}"]
    return lines


def _headers(headers: Sequence[tuple[str, str]]) -> list[str]:
    return [f"  {_plain(name)}: {_plain(value)}" for name, value in headers]


def _summary(outcome: Outcome) -> str:
    where = "/".join(filter(None, (outcome.backend, outcome.server)))
    match outcome.end:
        case "forwarded":
            status = f"; the client gets {outcome.status}" if outcome.status is not None else ""
            # Of a real request: a body may fail after the head was forwarded.
            why = f"; {outcome.why}" if outcome.why else ""
            return f"Forwarded to {where}{status}{why}."
        case "replied":
            return f"Answered here with {outcome.status}: {outcome.why}."
        case "tarpitted":
            return f"Answered here with {outcome.status} after timeout tarpit: {outcome.why}."
        case "closed":
            return f"Closed without an answer: {outcome.why}."
        case "dropped":
            return f"Dropped in silence: {outcome.why}."
        case "served":
            return f"Answered by a service of the balancer: {outcome.why}."
        case "waits":
            return f"Not decided: {outcome.why}."
