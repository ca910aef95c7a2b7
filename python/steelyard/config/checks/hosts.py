"""Servers named by hosts: the names must have addresses when the configuration is read, as in HAProxy."""

from __future__ import annotations

from steelyard.config import hosts
from steelyard.config.grammar.addresses import is_name
from steelyard.config.model import Config, Inet, Said, Server
from steelyard.config.statement import Room


def check_hosts(config: Config, room: Room) -> None:
    for proxy in config.proxies:
        for server in proxy.servers:
            where = server.endpoint.where
            if isinstance(where, Inet) and is_name(where.host):
                _look_up(server, where, proxy.name, room)


def _look_up(server: Server, where: Inet, proxy: str, room: Room) -> None:
    ways = _said(server.others, "init-addr")
    resolved = _said(server.others, "resolvers") is not None
    if ways is None:
        if resolved:
            return
        ways = "last,libc"
    named = [way for way in ways.split(",") if way != "last"]
    who = f"server '{proxy}/{server.name}'"
    if where.host.startswith("_") and not resolved and not set(named) - {"libc"}:
        help = "add 'resolvers <section>', or name a host"
        room.report.alert("SY0601", f"{who} is found by SRV records, and nothing resolves them", server.span, help=help)
    elif not named:
        help = "add 'libc' or 'none' to 'init-addr'"
        room.report.alert("SY0601", f"{who}: no way is left to resolve '{where.host}'", server.span, help=help)
    elif named == ["libc"] and hosts.servers_need_one() and not hosts.address(where.host, where.family):
        help = "add 'init-addr last,libc,none' to start without an address"
        room.report.alert("SY0601", f"{who}: could not resolve address '{where.host}'", server.span, help=help)


def _said(others: tuple[Said, ...], name: str) -> str | None:
    """The value of a server's option that has no field of its own; the last one holds."""
    found = None
    for said in others:
        if said.name == name and said.words:
            found = said.words[0]
    return found
