"""Frontends and the addresses they accept on."""

from __future__ import annotations

from steelyard.config.grammar.row import FRONT
from steelyard.config.model import Config, Endpoint, Inherited
from steelyard.config.span import Span
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label


def check_listeners(config: Config, room: Room) -> None:
    seen: dict[object, Span] = {}
    for draft in room.drafts:
        if draft.where & FRONT and "bind" not in draft.words and not draft.get("disabled"):
            message = f"{draft.label} has no 'bind' line"
            room.report.warning("SY0710", message, draft.span, help="add 'bind :<port>', or make it a backend")
    for proxy in config.proxies:
        for bind in proxy.binds:
            if proxy.disabled:
                continue
            key = _key(bind.endpoint, bind.interface)
            older = seen.setdefault(key, bind.span)
            if older is not bind.span:
                labels = (Label(older, "the first one"),)
                room.report.notice(
                    "SY0711", "the same address is bound twice; the kernel will share it", bind.span, labels=labels
                )


def _key(endpoint: Endpoint, interface: str | None) -> object:
    if isinstance(endpoint.where, Inherited):
        return ("fd", endpoint.where.fd)
    return (endpoint.where, endpoint.low, endpoint.high, interface)
