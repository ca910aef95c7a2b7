"""Names that two sections of different kinds can't share."""

from __future__ import annotations

from steelyard.config.grammar.row import FRONT
from steelyard.config.model import Config
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label


def check_sections(config: Config, room: Room) -> None:
    """A `log-forward` section is a frontend of its own kind."""
    for (kind, name), draft in room.sections.items():
        if kind != "log-forward":
            continue
        for proxy in room.proxies.get(name, ()):
            if proxy.where & FRONT:
                later, first = sorted((draft, proxy), key=lambda each: (room.files.index(each.span.file), each.span.line))[::-1]
                labels = (Label(first.span, "the first one"),)
                message = f"{later.label} has the name of a {first.kind}"
                room.report.alert("SY0202", message, later.span, help="give it another name", labels=labels)
