"""Captured cookies that are cut shorter than their line says."""

from __future__ import annotations

from steelyard.config.model import COOKIE_LENGTH, Config
from steelyard.config.statement import Room


def check_captures(config: Config, room: Room) -> None:
    longest = (config.global_.cookie_length or COOKIE_LENGTH) - 1
    for proxy in config.proxies:
        cookie = proxy.capture_cookie
        if cookie is not None and cookie.length > longest:
            message = f"'capture cookie {cookie.name}' keeps {longest} bytes, not {cookie.length}"
            help = f"write 'tune.http.cookielen {cookie.length + 1}' in 'global'"
            room.report.warning("SY0717", message, cookie.span, help=help)
