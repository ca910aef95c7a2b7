"""The order of the steps of a health check: a sequence with a connection begins with one, and goes round in turns."""

from __future__ import annotations

from steelyard.config.draft import Draft
from steelyard.config.model import Config
from steelyard.config.span import Span
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label

_AROUND = ("comment", "set-var", "set-var-fmt", "unset-var")
"""Steps that may stand anywhere."""
_NO_STEPS = ("disable-on-404", "send-state")

_FOLLOWS = {"connect": ("", "expect"), "send": ("", "connect"), "expect": ("", "expect", "send")}
"""After which steps one may come; nothing stands for the beginning, with a connection of its own."""


def check_steps(config: Config, room: Room) -> None:
    for draft in room.drafts:
        for kind in ("tcp-check", "http-check"):
            steps = [(step, span) for each, step, span in draft.steps if each == kind and step not in (*_AROUND, *_NO_STEPS)]
            _first(kind, steps, room)
            if kind == "http-check" and (draft.get("httpchk") or draft.kind == "healthcheck"):
                _turns(draft, steps, room)


def _first(kind: str, steps: list[tuple[str, Span]], room: Room) -> None:
    if not steps or steps[0][0] == "connect":
        return
    span = next((span for step, span in steps if step == "connect"), None)
    if span is not None:
        labels = (Label(steps[0][1], "the first step"),)
        message = f"the first step is no '{kind} connect', though there is one"
        room.report.alert("SY0740", message, span, help=f"begin with '{kind} connect'", labels=labels)


def _turns(draft: Draft, steps: list[tuple[str, Span]], room: Room) -> None:
    """`http-check`: a connection, what is sent on it, and what is expected of the answers to that."""
    before = ""
    for step, span in steps:
        if before not in _FOLLOWS[step]:
            wanted = _FOLLOWS[step][-1]
            message = f"'http-check {step}' needs an 'http-check {wanted}' before it"
            room.report.alert("SY0740", message, span, help=f"a check goes on with '{wanted}' after '{before}'")
            return
        before = step
