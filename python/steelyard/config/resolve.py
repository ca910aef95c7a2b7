"""The drafts of a whole run to one model: names bound, cross-checks made."""

from __future__ import annotations

from steelyard.config.freeze import freeze_global, freeze_proxy
from steelyard.config.grammar.row import ANY
from steelyard.config.model import Config, Global
from steelyard.config.statement import Room


def resolve(room: Room) -> Config:
    global_ = Global()
    proxies = []
    for draft in room.drafts:
        if draft.kind == "global":
            global_ = freeze_global(draft)
        elif draft.where & ANY:
            proxies.append(freeze_proxy(draft))
    return Config(tuple(room.files), global_, tuple(proxies), tuple(room.userlists.values()))
