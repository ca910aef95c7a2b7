"""Persistence by cookie that has no effect."""

from __future__ import annotations

from steelyard.config.model import Config, Proxy, Server
from steelyard.diagnostics.diagnostic import Label, Report


def cookies(config: Config) -> Report:
    report = Report()
    for proxy in config.proxies:
        if proxy.kind != "frontend" and (proxy.mode or "tcp") == "http":
            _one(proxy, report)
    return report


def _one(proxy: Proxy, report: Report) -> None:
    named = [server for server in proxy.servers if server.cookie]
    if proxy.cookie is None:
        if named:
            message = f"'cookie' of server '{named[0].name}' has no effect: {proxy.kind} '{proxy.name}' has no 'cookie' line"
            help = "add 'cookie <name> insert indirect nocache', or take it out"
            report.notice("SY0806", message, named[0].span, help=help)
        return
    if proxy.servers and not named and "dynamic-cookie-key" not in {said.name for said in proxy.others}:
        message = f"'cookie {proxy.cookie.name}' has no effect: no server of {proxy.kind} '{proxy.name}' has a value for it"
        report.notice("SY0806", message, proxy.cookie.span, help="add 'cookie <value>' to its servers")
    seen: dict[str, Server] = {}
    for server in named:
        older = seen.setdefault(server.cookie or "", server)
        if older is not server:
            message = f"servers '{older.name}' and '{server.name}' share the cookie value '{server.cookie}'"
            labels = (Label(older.span, "clients with that value always get this one"),)
            report.notice("SY0807", message, server.span, help="give each server its own value", labels=labels)
