"""Missing timeouts: a proxy without them holds dead connections for ever (HAProxy warns of the same set)."""

from __future__ import annotations

from steelyard.config.model import Config, Proxy
from steelyard.config.statement import Room


def check_timeouts(config: Config, room: Room) -> None:
    for proxy in config.proxies:
        missing = [] if proxy.disabled else _missing(proxy)
        if missing:
            names = ", ".join(f"'timeout {name}'" for name in missing)
            message = f"{proxy.kind} '{proxy.name}' has no {names}"
            room.report.warning("SY0712", message, proxy.span, help="set them in 'defaults', as 'timeout client 30s'")


def _missing(proxy: Proxy) -> list[str]:
    times, missing = proxy.timeouts, []
    if proxy.kind != "backend" and not times.client:
        missing.append("client")
    if proxy.kind != "frontend" and (proxy.servers or proxy.dispatch):
        if not times.connect:
            missing.append("connect")
        if not times.server and ((proxy.mode or "tcp") == "http" or not times.tunnel):
            missing.append("server")
    return missing
