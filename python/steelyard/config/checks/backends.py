"""Names of backends in `default_backend` and `use_backend`."""

from __future__ import annotations

from steelyard.config.draft import Draft
from steelyard.config.expr import LogText
from steelyard.config.model import Config, Proxy
from steelyard.config.nearest import nearest
from steelyard.config.span import Span
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label


def check_backends(config: Config, room: Room) -> None:
    backends = {proxy.name: proxy for proxy in config.proxies if proxy.kind in ("backend", "listen")}
    for proxy in config.proxies:
        if proxy.kind == "backend":
            continue
        if proxy.default_backend is not None:
            _one(proxy, proxy.default_backend, proxy.default_backend_span, "default_backend", backends, room)
        for rule in proxy.use_backend:
            name = rule.name[0] if len(rule.name) == 1 else None
            if isinstance(name, LogText):
                _one(proxy, name.value, rule.span, "use_backend", backends, room)
    for draft in room.left_out:
        _left_out(draft, backends, room)


def _left_out(draft: Draft, backends: dict[str, Proxy], room: Room) -> None:
    """Backends that a backend names must exist, too, though it can't hand anything on."""
    named = [(rule.name[0], rule.span, "use_backend") for rule in draft.get("use_backend", ()) if len(rule.name) == 1]
    if draft.get("default_backend"):
        named.append((LogText(draft.get("default_backend")), draft.said["default_backend"][1], "default_backend"))
    for name, span, word in named:
        if isinstance(name, LogText) and name.value == draft.name:
            room.report.alert("SY0719", f"'{word}' of {draft.label} names itself", span, help="leave it out")
        elif isinstance(name, LogText) and name.value not in backends:
            room.report.alert("SY0704", f"no backend '{name.value}', which '{word}' of {draft.label} names", span)


def _one(proxy: Proxy, name: str, span: Span, word: str, backends: dict[str, Proxy], room: Room) -> None:
    target = backends.get(name)
    if target is None:
        guess = nearest(name, backends)
        hint = f"did you mean '{guess}'?" if guess else f"add a section 'backend {name}'"
        room.report.alert("SY0704", f"no backend '{name}', which '{word}' of {proxy.kind} '{proxy.name}' names", span, help=hint)
    elif target is proxy:
        message = f"'{word}' of {proxy.kind} '{name}' names itself"
        room.report.alert("SY0719", message, span, help="name another backend, or leave this out to use its own servers")
    elif target.mode in ("log", "spop"):
        message = f"{proxy.kind} '{proxy.name}' can't use backend '{name}', which is in mode {target.mode}"
        room.report.alert("SY0705", message, span)
    elif (proxy.mode or "tcp") == "http" and (target.mode or "tcp") == "tcp":
        labels = (Label(target.span, "this backend is in mode tcp"),)
        message = f"{proxy.kind} '{proxy.name}' is in mode http, backend '{name}' in mode tcp"
        room.report.alert("SY0705", message, span, help="give both the same 'mode'", labels=labels)
