"""An outcome as a document for programs: like the engine's, with names of files in the places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from steelyard.engine.simulation import Outcome


def document(outcome: Outcome, files: Sequence[str]) -> dict[str, Any]:
    """Builtin values only. Places are `{"file": name, "line": number}`."""
    made: dict[str, Any] = msgspec.to_builtins(outcome)
    for step in made["steps"]:
        at = step.get("at")
        if at is not None:
            at["file"] = files[at["file"]] if at["file"] < len(files) else ""
    return made
