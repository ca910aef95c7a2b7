"""Servers of one backend: names, numbers, cookies, `use-server`."""

from __future__ import annotations

from itertools import pairwise

from steelyard.config.checking import TcpConnect
from steelyard.config.expr import LogText
from steelyard.config.grammar.addresses import is_name
from steelyard.config.model import Config, Inet, Proxy, Server
from steelyard.config.nearest import nearest
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label


def check_servers(config: Config, room: Room) -> None:
    for proxy in config.proxies:
        if proxy.kind != "frontend":
            _names(proxy, room)
            _use_server(proxy, room)
            for server in proxy.servers:
                _needs(proxy, server, room)


def _names(proxy: Proxy, room: Room) -> None:
    """HAProxy takes two servers of one name only where the later one has a number, by which it can be told from the other."""
    names: dict[str, Server] = {}
    ids: dict[int, Server] = {}
    for server in proxy.servers:
        older = names.setdefault(server.name, server)
        if older is not server:
            labels = (Label(older.span, "the first one"),)
            message = f"{proxy.kind} '{proxy.name}' has two servers named '{server.name}'"
            tell = room.report.alert if server.id is None else room.report.notice
            tell("SY0706", message, server.span, help="give it another name", labels=labels)
        if server.id is not None:
            other = ids.setdefault(server.id, server)
            if other is not server:
                labels = (Label(other.span, f"server '{other.name}' has it"),)
                room.report.alert("SY0707", f"id {server.id} is used twice in '{proxy.name}'", server.span, labels=labels)


def _use_server(proxy: Proxy, room: Room) -> None:
    names = {server.name: server for server in proxy.servers}
    for rule in proxy.use_server:
        item = rule.name[0] if len(rule.name) == 1 else None
        if isinstance(item, LogText) and item.value not in names:
            guess = nearest(item.value, names)
            hint = f"did you mean '{guess}'?" if guess else ""
            room.report.alert("SY0708", f"no server '{item.value}' in '{proxy.name}'", rule.span, help=hint)


def _needs(proxy: Proxy, server: Server, room: Room) -> None:
    """What a server's options ask of its backend and its address."""
    mode = proxy.mode or "tcp"
    if mode in ("tcp", "log"):
        if server.redir is not None:
            message = f"server '{server.name}' has 'redir', but {proxy.kind} '{proxy.name}' is in mode {mode}"
            room.report.alert("SY0709", message, server.span, help="add 'mode http'")
        elif server.cookie is not None:
            message = f"'cookie' of server '{server.name}' has no effect: {proxy.kind} '{proxy.name}' is in mode {mode}"
            room.report.warning("SY0709", message, server.span, help="add 'mode http'")
    if server.endpoint.later.startswith("udp") and proxy.mode != "log":
        message = f"server '{server.name}' is reached over UDP, and {proxy.kind} '{proxy.name}' is not in mode log"
        room.report.alert("SY0709", message, server.endpoint.span, help="add 'mode log', or leave out 'udp@'")
    if server.check and isinstance(server.endpoint.where, Inet) and not _check_port(proxy, server, room):
        message = f"server '{server.name}' has checks and no port to make them on"
        room.report.alert("SY0715", message, server.span, help="give its address a port, or add 'port <port>'")


def _check_port(proxy: Proxy, server: Server, room: Room) -> bool:
    """Whether there is a port to make checks on: of the server, of its checks, or of each connection that they open.

    HAProxy does not ask it of a server whose name is still to be looked up: the answer may bring a port.
    """
    if server.endpoint.low or server.check_port or (server.check_addr is not None and server.check_addr.low):
        return True
    if isinstance(server.endpoint.where, Inet) and is_name(server.endpoint.where.host) and server.check_addr is None:
        return True
    over_http = proxy.httpchk is not None
    steps = [step for draft in room.proxies.get(proxy.name, ()) if draft.kind == proxy.kind for step in draft.steps]
    if over_http and not any(kind == "http-check" and step == "send" for kind, step, _ in steps):
        return False  # what `option httpchk` sends goes first, and the connection is that of the server
    used = "http-check connect" if over_http else "tcp-check connect" if proxy.tcp_check else ""
    connects = [each for each in proxy.others if each.name == used]
    said = ["port" in each.words or _has_port(each.words) for each in connects]
    opened = [step for step in proxy.tcp_steps if isinstance(step, TcpConnect)] if used == "tcp-check connect" else []
    said += [bool(step.port) or ":" in step.host.rpartition("]")[2] for step in opened]
    return bool(said) and all(said)


def _has_port(words: tuple[str, ...]) -> bool:
    return any(word == "addr" and ":" in value.rpartition("]")[2] for word, value in pairwise(words))
