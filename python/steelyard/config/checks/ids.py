"""Numbers that users give to proxies and listeners."""

from __future__ import annotations

from steelyard.config.draft import Draft
from steelyard.config.grammar.row import ANY
from steelyard.config.model import Bind, Config, Proxy
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label


def check_ids(config: Config, room: Room) -> None:
    for proxy in config.proxies:
        _binds(proxy, room)
    seen: dict[int, Draft] = {}
    for draft in room.drafts:
        number = draft.get("id") if draft.where & ANY else None
        if number is None:
            continue
        older = seen.setdefault(number, draft)
        if older is not draft:
            labels = (Label(older.said["id"][1], f"{older.label} has it"),)
            room.report.alert("SY0707", f"id {number} is used by two proxies", draft.said["id"][1], labels=labels)


def _binds(proxy: Proxy, room: Room) -> None:
    seen: dict[int, Bind] = {}
    for bind in proxy.binds:
        if bind.id is not None:
            older = seen.setdefault(bind.id, bind)
            if older is not bind:
                labels = (Label(older.span, "the first one"),)
                room.report.alert("SY0707", f"id {bind.id} is used twice in '{proxy.name}'", bind.span, labels=labels)
