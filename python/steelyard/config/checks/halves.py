"""Expressions that ask a frontend what only a backend knows, or the other way round."""

from __future__ import annotations

from steelyard.config.expr import Call, ProxyArg
from steelyard.config.grammar.calls import converter_rows, fetch_rows
from steelyard.config.model import Config, Proxy
from steelyard.config.statement import Room
from steelyard.config.visit import only

# What an argument of a kind must name, and the kinds of proxies that are one.
_PARTS = {"backend": ("backend", "listen"), "frontend": ("frontend", "listen")}


def check_halves(config: Config, room: Room) -> None:
    halves = {(proxy.name, proxy.kind) for proxy in config.proxies}
    names = {proxy.name for proxy in config.proxies}
    for proxy, parts in zip(config.proxies, room.parts):
        for call in only(parts, Call):
            row = fetch_rows().get(call.name) or converter_rows().get(call.name)
            for kind, arg in zip(row.args if row else (), call.args, strict=False):
                if not isinstance(arg, ProxyArg) or kind.kind not in _PARTS:
                    continue
                parts = _PARTS[kind.kind]
                fits = any((arg.name, part) in halves for part in parts) if arg.name else proxy.kind in parts
                # A name that nothing has is told elsewhere.
                if not fits and (not arg.name or arg.name in names):
                    _tell(call, arg, proxy, kind.kind, room)


def _tell(call: Call, arg: ProxyArg, proxy: Proxy, kind: str, room: Room) -> None:
    if arg.name:
        room.report.alert("SY0407", f"'{arg.name}' is no {kind}, which '{call.name}' needs", arg.span)
    else:
        message = f"'{call.name}' without a name means {proxy.kind} '{proxy.name}', which is no {kind}"
        room.report.alert("SY0407", message, call.span, help=f"write '{call.name}(<{kind}>)'")
