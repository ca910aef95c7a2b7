"""Words of the `global` section that must fit each other, or name another section."""

from __future__ import annotations

from steelyard.config.grammar.values import Loose
from steelyard.config.model import Config, Said
from steelyard.config.nearest import nearest
from steelyard.config.statement import Room

_MINDELAY, _MAXDELAY = 300, 3600
"""Seconds between two questions about revocation where nothing is said."""


def check_globals(config: Config, room: Room) -> None:
    _delays(config, room)
    names = {section.name for section in config.sections if section.kind == "resolvers"} | {"default"}
    wanted = _last(config, "httpclient.resolvers.id")
    if wanted is not None and wanted.words[0] not in names:
        guess = nearest(wanted.words[0], names)
        hint = f"did you mean '{guess}'?" if guess else ""
        room.report.alert("SY0741", f"no 'resolvers' section '{wanted.words[0]}'", wanted.span, help=hint)


def _delays(config: Config, room: Room) -> None:
    """`maxdelay` is not below `mindelay`, whichever of them is said."""
    low = _last(config, "ocsp-update.mindelay", "tune.ssl.ocsp-update.mindelay")
    high = _last(config, "ocsp-update.maxdelay", "tune.ssl.ocsp-update.maxdelay")
    least = _MINDELAY if low is None else _number(low.words[0])
    most = _MAXDELAY if high is None else _number(high.words[0])
    said = high or low
    if said is not None and most < least:
        message = f"the longest time between two questions about revocation, {most} s, is below the shortest, {least} s"
        room.report.alert("SY0751", message, said.span)


def _number(text: str) -> int:
    value = Loose().read(text)
    return value if isinstance(value, int) else int(getattr(value, "value", 0))


def _last(config: Config, *names: str) -> Said | None:
    return next((said for said in reversed(config.global_.others) if said.name in names), None)
