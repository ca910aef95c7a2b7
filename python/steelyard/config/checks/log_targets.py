"""Backends and profiles that `log` lines name, and rings that the converter `debug` does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from steelyard.config.expr import Call, StrArg
from steelyard.config.model import Config, LogTarget
from steelyard.config.nearest import nearest
from steelyard.config.statement import Room
from steelyard.config.visit import only


def check_log_targets(config: Config, room: Room) -> None:
    backends = {proxy.name for proxy in config.proxies if proxy.kind == "backend" and proxy.mode == "log"}
    profiles = {profile.name for profile in config.log_profiles}
    for target in _targets(config):
        if target.transport == "backend" and target.path not in backends:
            _unknown("backend in mode log", target.path, backends, target, room)
        if target.profile is not None and target.profile not in profiles:
            _unknown("log-profile", target.profile, profiles, target, room)


def check_debug(config: Config, room: Room) -> None:
    known = {"buf0", "stdout", "stderr", *(ring.name for ring in config.rings)}
    for parts in room.parts:
        for call in only(parts, Call):
            if call.name == "debug" and len(call.args) > 1:
                sink = call.args[1]
                if isinstance(sink, StrArg) and sink.value and sink.value not in known:
                    guess = nearest(sink.value, known)
                    hint = f"did you mean '{guess}'?" if guess else "name a ring, stdout or stderr"
                    room.report.alert("SY0741", f"no ring is named '{sink.value}'", call.span, help=hint)


def _targets(config: Config) -> Iterator[LogTarget]:
    yield from config.global_.log
    for proxy in config.proxies:
        yield from proxy.log


def _unknown(what: str, name: str, known: Iterable[str], target: LogTarget, room: Room) -> None:
    guess = nearest(name, known)
    hint = f"did you mean '{guess}'?" if guess else ""
    room.report.alert("SY0741", f"no {what} is named '{name}'", target.span, help=hint)
