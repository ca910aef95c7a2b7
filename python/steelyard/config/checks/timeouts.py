"""Missing timeouts: a proxy without them holds dead connections for ever (HAProxy warns of the same set)."""

from __future__ import annotations

from steelyard.config.draft import Draft
from steelyard.config.grammar.row import ANY, BACK, FRONT
from steelyard.config.model import Config
from steelyard.config.statement import Room


def check_timeouts(config: Config, room: Room) -> None:
    for draft in room.drafts:
        missing = [] if draft.broken or draft.get("disabled") or not draft.where & ANY else _missing(draft)
        if missing:
            names = ", ".join(f"'timeout {name}'" for name in missing)
            message = f"{draft.label} has no {names}"
            room.report.warning("SY0712", message, draft.span, help="set them in 'defaults', as 'timeout client 30s'")


def _missing(draft: Draft) -> list[str]:
    """What is written wrongly has its own message."""
    missing = []
    if draft.where & FRONT and not _set(draft, "client"):
        missing.append("client")
    if draft.where & BACK and (draft.get("servers") or draft.get("dispatch")):
        if not _set(draft, "connect"):
            missing.append("connect")
        if not _set(draft, "server") and (draft.get("mode", "tcp") == "http" or not _set(draft, "tunnel")):
            missing.append("server")
    return missing


def _set(draft: Draft, name: str) -> bool:
    said = draft.get(f"timeouts.{name}")
    return bool(said) or (said is None and f"timeout {name}" in draft.words)
