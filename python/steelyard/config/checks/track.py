"""Servers that follow the state of other servers (`track`), and the resolvers that servers name."""

from __future__ import annotations

from steelyard.config.model import Config, Proxy, Said, Server
from steelyard.config.nearest import nearest
from steelyard.config.statement import Room

_MADE = "default"
"""HAProxy makes a resolvers section of this name itself, from the machine's own resolv.conf."""

Servers = dict[tuple[str, str], Server]


def check_track(config: Config, room: Room) -> None:
    resolvers = {section.name for section in config.sections if section.kind == "resolvers"} | {_MADE}
    servers: Servers = {}
    holders = {proxy.name: proxy for proxy in config.proxies if proxy.kind != "frontend"}
    for proxy in config.proxies:
        if proxy.kind != "frontend":
            for server in proxy.servers:
                servers.setdefault((proxy.name, server.name), server)
    for proxy in config.proxies:
        for server in proxy.servers:
            if server.others and not proxy.disabled:
                _resolvers(server, resolvers, room)
                _track(proxy, server, servers, holders, room)


def option(server: Server, name: str) -> Said | None:
    """An option of a server without a field of its own; the last one said holds."""
    return next((said for said in reversed(server.others) if said.name == name), None)


def _resolvers(server: Server, known: set[str], room: Room) -> None:
    said = option(server, "resolvers")
    if said is not None and said.words[0] not in known:
        guess = nearest(said.words[0], known)
        help = f"did you mean '{guess}'?" if guess else f"add a section 'resolvers {said.words[0]}'"
        room.report.alert("SY0741", f"no section 'resolvers {said.words[0]}'", said.span, help=help)


def _drains(proxy: Proxy) -> bool:
    return proxy.httpchk is not None and proxy.httpchk.disable_on_404


def _track(proxy: Proxy, server: Server, servers: Servers, holders: dict[str, Proxy], room: Room) -> None:
    """The other server must be there, and be checked itself or track one that is, without going in a circle."""
    said = option(server, "track")
    if said is None:
        return
    who = f"server '{proxy.name}/{server.name}'"
    if server.check or option(server, "agent-check") is not None:
        help = "leave one of them out"
        room.report.alert("SY0744", f"{who} has checks of its own and tracks another server", said.span, help=help)
        return
    seen = {(proxy.name, server.name)}
    key, link = (proxy.name, server.name), said.words[0]
    while link:
        key = _key(link, key[0])
        other = servers.get(key)
        where = "/".join(key)
        if other is None:
            room.report.alert("SY0744", f"{who} can't track '{where}', which does not exist", said.span)
            return
        if key in seen:
            help = "track a server that has 'check'"
            room.report.alert("SY0744", f"{who} can't track '{where}', which leads back to it", said.span, help=help)
            return
        seen.add(key)
        theirs = holders.get(key[0])
        if theirs is not None and _drains(proxy) != _drains(theirs):
            help = "say it in both backends, or in none"
            message = f"{who} can't track '{where}': only one of the two backends has 'http-check disable-on-404'"
            room.report.alert("SY0744", message, said.span, help=help)
            return
        further = option(other, "track")
        if further is None and not other.check and option(other, "agent-check") is None:
            help = f"add 'check' to server '{where}'"
            room.report.alert("SY0744", f"{who} can't track '{where}', which is not checked", said.span, help=help)
        link = further.words[0] if further is not None else ""


def _key(link: str, holder: str) -> tuple[str, str]:
    """`<backend>/<server>`, or a server of the same backend."""
    proxy, slash, server = link.rpartition("/")
    return (proxy if slash else holder, server)
