"""Health checks that are set up and not made, and servers that nobody checks."""

from __future__ import annotations

from steelyard.config.model import Config, Proxy, Server
from steelyard.diagnostics.diagnostic import Report


def health(config: Config) -> Report:
    report = Report()
    for proxy in config.proxies:
        servers = [server for server in proxy.servers if not server.disabled]
        if proxy.kind == "frontend" or not servers or any(_watched(server) for server in servers):
            continue
        word = "option httpchk" if proxy.httpchk is not None else "option tcp-check" if proxy.tcp_check else ""
        if word:
            message = f"'{word}' has no effect: no server of {proxy.kind} '{proxy.name}' has 'check'"
            report.notice("SY0808", message, proxy.span, help="add 'check' to its servers, or 'default-server check'")
        elif len(servers) > 1:
            message = f"no server of {proxy.kind} '{proxy.name}' is checked: one that is down still gets its share"
            report.notice("SY0809", message, proxy.span, help="add 'check' to its servers, or 'default-server check'")
    return report


def _watched(server: Server) -> bool:
    return server.check or any(said.name in ("agent-check", "track", "observe") for said in server.others)


def retries(config: Config) -> Report:
    """`option redispatch` is about the last retry."""
    report = Report()
    for proxy in config.proxies:
        if proxy.retries == 0 and _redispatches(proxy):
            message = f"'option redispatch' has no effect in {proxy.kind} '{proxy.name}': it has 'retries 0'"
            report.notice("SY0810", message, proxy.span, help="write 'retries 1' or more")
    return report


def _redispatches(proxy: Proxy) -> bool:
    return proxy.kind != "frontend" and bool(proxy.options.get("redispatch"))
