"""Numbers that users give to proxies."""

from __future__ import annotations

from steelyard.config.model import Config, Proxy
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label


def check_ids(config: Config, room: Room) -> None:
    seen: dict[int, Proxy] = {}
    for proxy in config.proxies:
        if proxy.id is None:
            continue
        older = seen.setdefault(proxy.id, proxy)
        if older is not proxy:
            labels = (Label(older.span, f"{older.kind} '{older.name}' has it"),)
            room.report.alert("SY0707", f"id {proxy.id} is used by two proxies", proxy.span, labels=labels)
