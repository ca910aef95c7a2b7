"""Names of userlists, backends and servers inside expressions."""

from __future__ import annotations

from typing import Any

from steelyard.config.expr import AclTest, Call, ProxyArg, ServerArg, StrArg, TextPattern, UserlistArg
from steelyard.config.model import Config, Userlist
from steelyard.config.nearest import nearest
from steelyard.config.span import Span
from steelyard.config.statement import Room


def check_names(config: Config, room: Room) -> None:
    userlists = {userlist.name: userlist for userlist in config.userlists}
    proxies = {proxy.name: proxy for proxy in config.proxies}
    servers = {
        proxy.name: {server.name: server for server in proxy.servers} for proxy in config.proxies if proxy.kind != "frontend"
    }
    certificates = {certificate.name for certificate in config.jwt_certificates}
    for proxy, parts in zip(config.proxies, room.parts):
        for arg in parts:
            if isinstance(arg, AclTest):
                if arg.expr.fetch.name == "http_auth_group" and arg.span.file:
                    _groups(arg, userlists, room)
            elif isinstance(arg, Call):
                if arg.name == "jwt_decrypt_cert" and isinstance(arg.args[0], StrArg):
                    _must_decrypt(arg.args[0].value, arg.span, certificates, room)
            elif isinstance(arg, UserlistArg):
                _must_be("SY0713", "userlist", arg.name, userlists, arg.span, room)
            elif isinstance(arg, ProxyArg) and arg.name:
                _must_be("SY0704", "proxy", arg.name, proxies, arg.span, room)
            elif isinstance(arg, ServerArg):
                where = arg.proxy or proxy.name
                _must_be("SY0708", f"server of '{where}' named", arg.server, servers.get(where, {}), arg.span, room)


def _must_decrypt(name: str, span: Span, known: set[str], room: Room) -> None:
    if name in known:
        return
    if name in room.stored:
        message, help = f"certificate '{name}' may not decrypt tokens", "write 'jwt on' behind its 'load'"
    else:
        guess = nearest(name, known)
        message = f"certificate '{name}' is in no 'crt-store'"
        help = f"did you mean '{guess}'?" if guess else f"write 'load crt {name} jwt on' in a 'crt-store' section"
    room.report.alert("SY0746", message, span, help=help)


def _groups(test: AclTest, userlists: dict[str, Userlist], room: Room) -> None:
    """Patterns of `http_auth_group` are groups of its userlist, and it needs some (as HAProxy has it)."""
    arg = test.expr.fetch.args[0] if test.expr.fetch.args else None
    userlist = userlists.get(arg.name) if isinstance(arg, UserlistArg) else None
    if userlist is None:
        return
    if not test.patterns and not test.files:
        room.report.alert("SY0205", "'http_auth_group' has no group to look for", test.span, help="write the groups behind it")
    for pattern in test.patterns:
        name = pattern.value if isinstance(pattern, TextPattern) else ""
        if name and name not in userlist.groups:
            guess = nearest(name, userlist.groups)
            hint = f"did you mean '{guess}'?" if guess else f"add 'group {name}' to the userlist"
            room.report.alert("SY0205", f"no group '{name}' in userlist '{userlist.name}'", test.span, help=hint)


def _must_be(code: str, what: str, name: str, known: Any, span: Any, room: Room) -> None:
    if name not in known:
        guess = nearest(name, known)
        room.report.alert(code, f"no {what} '{name}'", span, help=f"did you mean '{guess}'?" if guess else "")
