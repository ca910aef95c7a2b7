"""Words of the `global` section that must fit each other, or name another section."""

from __future__ import annotations

from steelyard.config.model import Config, Said
from steelyard.config.nearest import nearest
from steelyard.config.statement import Room


def check_globals(config: Config, room: Room) -> None:
    names = {section.name for section in config.sections if section.kind == "resolvers"} | {"default"}
    wanted = _last(config, "httpclient.resolvers.id")
    if wanted is not None and wanted.words[0] not in names:
        guess = nearest(wanted.words[0], names)
        hint = f"did you mean '{guess}'?" if guess else ""
        room.report.alert("SY0741", f"no 'resolvers' section '{wanted.words[0]}'", wanted.span, help=hint)


def _last(config: Config, *names: str) -> Said | None:
    return next((said for said in reversed(config.global_.others) if said.name in names), None)
