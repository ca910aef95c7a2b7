"""Words of the `global` section that must fit each other, or name another section."""

from __future__ import annotations

from steelyard.config.model import Config, Said
from steelyard.config.nearest import nearest
from steelyard.config.span import Span
from steelyard.config.statement import Room


def check_globals(config: Config, room: Room) -> None:
    _states(config, room)
    names = {section.name for section in config.sections if section.kind == "resolvers"} | {"default"}
    wanted = _last(config, "httpclient.resolvers.id")
    if wanted is not None and wanted.words[0] not in names:
        guess = nearest(wanted.words[0], names)
        hint = f"did you mean '{guess}'?" if guess else ""
        room.report.alert("SY0741", f"no 'resolvers' section '{wanted.words[0]}'", wanted.span, help=hint)


def _states(config: Config, room: Room) -> None:
    """The file that `load-server-state-from-file global` reads is named in `global`."""
    if _last(config, "server-state-file") is not None:
        return
    told: set[Span] = set()
    for proxy in config.proxies:
        for said in proxy.others:
            if said.name == "load-server-state-from-file" and said.words == ("global",) and said.span not in told:
                told.add(said.span)
                message = "no states are read: 'global' names no file"
                room.report.warning("SY0741", message, said.span, help="write 'server-state-file <file>' in 'global'")


def _last(config: Config, *names: str) -> Said | None:
    return next((said for said in reversed(config.global_.others) if said.name in names), None)
