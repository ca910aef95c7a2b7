"""Numbers that users give to proxies and listeners."""

from __future__ import annotations

from steelyard.config.model import Bind, Config, Proxy
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label


def check_ids(config: Config, room: Room) -> None:
    for proxy in config.proxies:
        _binds(proxy, room)
    seen: dict[int, Proxy] = {}
    for proxy in config.proxies:
        if proxy.id is None:
            continue
        older = seen.setdefault(proxy.id, proxy)
        if older is not proxy:
            labels = (Label(older.span, f"{older.kind} '{older.name}' has it"),)
            room.report.alert("SY0707", f"id {proxy.id} is used by two proxies", proxy.span, labels=labels)


def _binds(proxy: Proxy, room: Room) -> None:
    seen: dict[int, Bind] = {}
    for bind in proxy.binds:
        if bind.id is not None:
            older = seen.setdefault(bind.id, bind)
            if older is not bind:
                labels = (Label(older.span, "the first one"),)
                room.report.alert("SY0707", f"id {bind.id} is used twice in '{proxy.name}'", bind.span, labels=labels)
