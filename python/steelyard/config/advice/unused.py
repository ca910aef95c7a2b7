"""What is defined and never used: ACLs, backends, userlists."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.config.expr import AclArg, LogText, ProxyArg, Rule, ServerArg, TableArg, Term, UserlistArg
from steelyard.config.model import Config, Proxy, Said
from steelyard.config.visit import nodes
from steelyard.diagnostics.diagnostic import Report


def unused_acls(config: Config) -> Report:
    report = Report()
    for proxy in config.proxies:
        used = {term.acl for term in nodes(_rules(proxy), Term) if isinstance(term.acl, str)}
        # expressions and words that are kept as they were written name ACLs too
        used |= {arg.name for arg in nodes(proxy, AclArg)}
        used |= {word.lstrip("!") for said in proxy.others for word in said.words}
        told: set[str] = set()
        for acl in proxy.acls:
            # one with a slash belongs to a defaults section, whose rules may be another proxy's
            if acl.name not in used and acl.name not in told and "/" not in acl.name:
                told.add(acl.name)
                message = f"ACL '{acl.name}' of {proxy.kind} '{proxy.name}' is never used"
                report.notice("SY0801", message, acl.span, help="take it out, or use it in a condition")
    return report


def _rules(proxy: Proxy) -> tuple[object, ...]:
    return (proxy.rules, proxy.use_backend, proxy.use_server, proxy.persistence, proxy.monitor_fail, proxy.stats)


def unused_backends(config: Config) -> Report:
    """Quiet where a rule works out the name of a backend while running: any of them could be meant."""
    report = Report()
    used: set[str] = set()
    for proxy in config.proxies:
        if proxy.default_backend is not None:
            used.add(proxy.default_backend)
        for rule in proxy.use_backend:
            name = rule.name[0] if len(rule.name) == 1 else None
            if not isinstance(name, LogText):
                return report
            used.add(name.value)
        used.update(arg.name for arg in nodes(proxy, ProxyArg))
        used.update(arg.name for arg in nodes(proxy, TableArg))
        used.update(arg.proxy for arg in nodes(proxy, ServerArg))
        used.update(_mentioned(proxy))
    for proxy in config.proxies:
        if proxy.kind == "backend" and proxy.name not in used and not proxy.disabled:
            message = f"backend '{proxy.name}' is never used"
            help = "name it in 'default_backend' or 'use_backend', or take it out"
            report.notice("SY0802", message, proxy.span, help=help)
    return report


def _mentioned(proxy: Proxy) -> Iterator[str]:
    """Words that may be the name of a backend: of statements without a field, of servers, of actions such as `track-sc0`."""
    for said in (*proxy.others, *(one for server in proxy.servers for one in server.others)):
        for word in said.words:
            yield word
            yield word.partition("/")[0]
    for rule in nodes(proxy.rules, Rule):
        yield from (value for _, value in rule.action.fields if isinstance(value, str))


def unused_userlists(config: Config) -> Report:
    report = Report()
    used = {arg.name for proxy in config.proxies for arg in nodes(proxy, UserlistArg)}
    used |= {word for said in _everything(config) for word in said.words}
    for userlist in config.userlists:
        if userlist.name not in used:
            message = f"userlist '{userlist.name}' is never used"
            report.notice("SY0803", message, userlist.span, help="name it in 'http_auth(<userlist>)', or take it out")
    return report


def _everything(config: Config) -> Iterator[Said]:
    yield from config.global_.others
    for proxy in config.proxies:
        yield from proxy.others
    for section in config.sections:
        yield from section.others
