"""Backends and profiles that `log` lines name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from steelyard.config.model import Config, LogTarget
from steelyard.config.nearest import nearest
from steelyard.config.statement import Room


def check_log_targets(config: Config, room: Room) -> None:
    backends = {proxy.name for proxy in config.proxies if proxy.kind == "backend" and proxy.mode == "log"}
    profiles = {profile.name for profile in config.log_profiles}
    for target in _targets(config):
        if target.transport == "backend" and target.path not in backends:
            _unknown("backend in mode log", target.path, backends, target, room)
        if target.profile is not None and target.profile not in profiles:
            _unknown("log-profile", target.profile, profiles, target, room)


def _targets(config: Config) -> Iterator[LogTarget]:
    yield from config.global_.log
    for proxy in config.proxies:
        yield from proxy.log


def _unknown(what: str, name: str, known: Iterable[str], target: LogTarget, room: Room) -> None:
    guess = nearest(name, known)
    hint = f"did you mean '{guess}'?" if guess else ""
    room.report.alert("SY0741", f"no {what} is named '{name}'", target.span, help=hint)
