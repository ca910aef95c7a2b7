"""Defaults sections that some proxies name and others take because they come last: easily mixed up (HAProxy warns, too)."""

from __future__ import annotations

from steelyard.config.draft import Draft
from steelyard.config.grammar.row import ANY
from steelyard.config.model import Config
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label


def check_defaults(config: Config, room: Room) -> None:
    named: dict[int, Draft] = {}
    silent: dict[int, Draft] = {}
    for draft in room.drafts:
        if draft.inherits is not None and draft.where & ANY:
            (named if draft.by_name else silent).setdefault(id(draft.inherits), draft)
    for key in named.keys() & silent.keys():
        one, other = named[key], silent[key]
        defaults = one.inherits.name if one.inherits is not None else ""
        message = f"defaults section '{defaults}' is named by {one.label}, and used without its name here"
        labels = (Label(one.span, "named here"),)
        room.report.warning(
            "SY0207", message, other.span, help=f"write '{other.kind} {other.name} from {defaults}'", labels=labels
        )
