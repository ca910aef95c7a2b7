"""What works and is risky: pages without a password, slow clients, plain passwords, limits that hold nothing."""

from __future__ import annotations

from steelyard.config.model import Config, Proxy
from steelyard.diagnostics.diagnostic import Report


def open_statistics(config: Config) -> Report:
    report = Report()
    for proxy in config.proxies:
        stats = proxy.stats
        if (stats is None and not proxy.stats_enabled) or not proxy.binds or (proxy.mode or "tcp") != "http":
            continue
        guarded = stats is not None and (stats.users or stats.rules)
        if stats is not None and stats.admin and not guarded:
            message = f"'stats admin' of {proxy.kind} '{proxy.name}' lets people change servers without a password"
            report.notice("SY0812", message, stats.admin[0].span, help="add 'stats auth <user>:<password>'")
        elif not guarded and not proxy.rules.get("http-request"):
            message = f"the statistics of {proxy.kind} '{proxy.name}' are open to all who reach it"
            help = "add 'stats auth <user>:<password>', or 'http-request deny unless { src <network> }'"
            report.notice("SY0811", message, proxy.span, help=help)
    return report


def slow_clients(config: Config) -> Report:
    """Without `timeout http-request` a client may take `timeout client` for each byte of its headers."""
    report = Report()
    for proxy in config.proxies:
        if proxy.kind != "backend" and proxy.mode == "http" and proxy.binds and not proxy.timeouts.http_request:
            message = f"{proxy.kind} '{proxy.name}' has no 'timeout http-request': slow clients can hold all connections"
            report.notice("SY0813", message, proxy.span, help="add 'timeout http-request 10s'")
    return report


def plain_passwords(config: Config) -> Report:
    report = Report()
    for userlist in config.userlists:
        users = [user.name for user in userlist.users if user.insecure]
        if users:
            who = f"user '{users[0]}'" if len(users) == 1 else f"{len(users)} users"
            what = "has a password" if len(users) == 1 else "have passwords"
            message = f"{who} of userlist '{userlist.name}' {what} in plain text"
            help = "write 'password <hash>' with what 'mkpasswd -m sha-256' gives; each check of a hash takes time"
            report.notice("SY0814", message, userlist.span, help=help)
    return report


def limits(config: Config) -> Report:
    """A frontend can't have more connections than the process."""
    report = Report()
    most = config.global_.maxconn
    for proxy in config.proxies if most else ():
        if proxy.kind != "backend" and proxy.maxconn is not None and most is not None and proxy.maxconn > most:
            message = f"'maxconn {proxy.maxconn}' of {proxy.kind} '{proxy.name}' is never reached: the process has {most}"
            report.notice("SY0815", message, proxy.span, help="write more in 'global', or less here")
    return report


def believed_headers(config: Config) -> Report:
    """`if-none` keeps what a client sends about itself."""
    report = Report()
    for proxy in config.proxies:
        if proxy.forwardfor is not None and proxy.forwardfor.if_none and _faces_clients(proxy):
            message = f"{proxy.kind} '{proxy.name}' believes any client that sends '{proxy.forwardfor.header}' itself"
            help = "leave 'if-none' out, or write 'http-request del-header X-Forwarded-For unless { src <proxies> }'"
            report.notice("SY0816", message, proxy.span, help=help)
    return report


def _faces_clients(proxy: Proxy) -> bool:
    rules = proxy.rules.get("http-request", ())
    cleaned = any(rule.action.name in ("del_header", "set_header") for rule in rules)
    return bool(proxy.binds) and not cleaned and not any(bind.accept_proxy or bind.netscaler_cip for bind in proxy.binds)


def twice_the_same(config: Config) -> Report:
    """Two servers that are one: it gets two shares."""
    report = Report()
    for proxy in config.proxies:
        seen: dict[object, str] = {}
        for server in proxy.servers:
            key = (server.endpoint.where, server.endpoint.low, server.endpoint.offset, server.backup)
            older = seen.setdefault(key, server.name)
            if older != server.name and server.endpoint.low:
                message = f"servers '{older}' and '{server.name}' of '{proxy.name}' have the same address"
                report.notice("SY0817", message, server.span, help="give one of them a higher 'weight' instead")
    return report


def extensions(config: Config) -> Report:
    """What only Steelyard reads."""
    report = Report()
    for said in config.extensions:
        message = f"'{said.name}' is an extension of Steelyard: HAProxy refuses the file"
        report.notice("SY0818", message, said.span, help="give both files on the command line, if HAProxy must read them too")
    return report
