"""An outcome as a document for programs: like the engine's, with names of files in the places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from steelyard.engine.events import Traced
from steelyard.engine.simulation import Outcome


def document(outcome: Outcome, files: Sequence[str]) -> dict[str, Any]:
    """Builtin values only. Places are `{"file": name, "line": number}`."""
    made: dict[str, Any] = msgspec.to_builtins(outcome)
    for step in made["steps"]:
        at = step.get("at")
        if at is not None:
            at["file"] = files[at["file"]] if at["file"] < len(files) else ""
    return made


def traced(trace: Traced, files: Sequence[str]) -> dict[str, Any]:
    """The same of a real request: what an outcome has, and when and from where it came. `time`: UTC, ISO 8601."""
    seconds, micros = trace.date
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)
    return {
        "id": trace.id,
        "time": moment.isoformat(timespec="microseconds"),
        "src": trace.src,
        "dst": trace.dst,
        "frontend": trace.frontend,
        "received": msgspec.to_builtins(trace.received),
        **document(trace.outcome, files),
        "times": msgspec.to_builtins(trace.times),
    }
