"""Expressions of a configuration, asked of the engine in bulk: each is a variable of a request that is played without sockets."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hypothesis import settings

from steelyard.engine.simulation import ChangeStep
from steelyard.explain.player import Player

Value = str | None
Model = Callable[[bytes], bytes | int | str | None]

TIMES = int(os.environ.get("STEELYARD_EXAMPLES", "1"))
# `make models` asks for 250 times as many: 10,000 of each.
some = settings(max_examples=40 * TIMES, deadline=None)

# What a model takes, as an expression over the request's fields: bytes travel as base64, numbers as text.
BYTES = "req.fhdr(x-a),b64dec"
NUMBER = "req.fhdr(x-a),add(0)"
OTHER = {"txn.n": "req.fhdr(x-b),add(0)", "txn.s": "req.fhdr(x-b),b64dec"}


class Bench:
    """`rules`: expressions. `before`: variables that they name, and what is in them. `front`: lines, `below`: sections."""

    def __init__(
        self, folder: Path, rules: Sequence[str], before: Mapping[str, str] | None = None, front: str = "", below: str = ""
    ) -> None:
        self.rules = list(rules)
        lines = [f"set-var({name}) {value}" for name, value in (before or {}).items()]
        lines += [f"set-var(txn.v{number}) '{rule}'" for number, rule in enumerate(rules)]
        path = folder / "models.cfg"
        path.write_text(
            "defaults\n    mode http\n    timeout client 1s\n    timeout server 1s\n    timeout connect 1s\n"
            f"frontend fe\n    bind 127.0.0.1:80\n{front}"
            + "".join(f"    http-request {line}\n" for line in lines)
            + f"    http-request return status 200\n{below}"
        )
        self._player = Player(str(path))

    def start_again(self) -> None:
        """Tables and variables of the process are empty."""
        self._player.restart()

    def ask(self, *values: bytes | int | str) -> dict[str, Value]:
        """What each expression gives; None where it finds nothing. The values are the fields x-a, x-b and so on."""
        fields = {f"X-{letter}": written(value) for letter, value in zip("ABC", values)}
        outcome = self._player.send("GET", "http://a.test/", headers=fields)
        seen = {step.what: step.after for step in outcome.steps if isinstance(step, ChangeStep)}
        return {rule: seen.get(f"variable txn.v{number}") for number, rule in enumerate(self.rules)}


def written(value: bytes | int | str) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def shown(value: object) -> Value:
    """A model's answer as an expression shows it: `,hex` ends those of bytes."""
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, bool):
        return str(int(value))
    return None if value is None else str(value)


def differences(found: Mapping[str, Value], wanted: Mapping[str, object]) -> dict[str, tuple[Value, Value]]:
    """By expression: what the engine said, and what the model says."""
    said = {rule: shown(value) for rule, value in wanted.items()}
    return {rule: (got, said[rule]) for rule, got in found.items() if got != said[rule]}
