"""Ways to choose a server or a backend that exclude each other."""

from __future__ import annotations

from steelyard.config.draft import Draft
from steelyard.config.grammar.row import BACK, Where
from steelyard.config.model import Config
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label


def check_choice(config: Config, room: Room) -> None:
    for draft in room.drafts:
        if draft.where is Where.LISTEN:
            _hidden_servers(draft, room)
        if draft.where & BACK:
            _addresses(draft, room)


def _hidden_servers(draft: Draft, room: Room) -> None:
    """`default_backend` of a `listen` goes before its own servers."""
    servers, backend = draft.get("servers"), draft.get("default_backend")
    if servers and backend and backend != draft.name:
        span = draft.said["default_backend"][1]
        message = f"the servers of {draft.label} are never used: its 'default_backend' goes first"
        labels = (Label(servers[0].span, "the first of them"),)
        room.report.warning("SY0720", message, span, help="leave out one of the two", labels=labels)


def _addresses(draft: Draft, room: Room) -> None:
    """`dispatch` and `option transparent` say where to go; so does `balance`."""
    balance = draft.said.get("balance")
    if balance is None:
        return
    labels = (Label(balance[1], "'balance' chooses one of the servers"),)
    if draft.get("options.transparent"):
        message = f"{draft.label} has both 'balance' and 'option transparent'"
        span = draft.said["options.transparent"][1]
        room.report.alert("SY0721", message, span, help="leave out one of the two", labels=labels)
    elif draft.get("dispatch"):
        message = f"'dispatch' has no effect: {draft.label} has 'balance'"
        span = draft.said["dispatch"][1]
        room.report.warning("SY0721", message, span, help="leave out one of the two", labels=labels)
