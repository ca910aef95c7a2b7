"""Servers that `attach-srv` gives connections to (reverse HTTP): they exist, and have names for idle connections where asked."""

from __future__ import annotations

from steelyard.config.expr import Action
from steelyard.config.model import Config, Server
from steelyard.config.nearest import nearest
from steelyard.config.statement import Room
from steelyard.config.visit import nodes

_NAMES = ("pool-conn-name", "sni")
"""What names the idle connections of a server; the name that TLS asks for does where nothing else is said."""


def check_attached(config: Config, room: Room) -> None:
    servers: dict[str, Server] = {}
    for proxy in config.proxies:
        for rule in proxy.rules.get("tcp-request session", ()):
            for action in nodes(rule, Action):
                if action.name == "attach_srv":
                    servers = servers or {f"{each.name}/{one.name}": one for each in config.proxies for one in each.servers}
                    fields = dict(action.fields)
                    name = str(fields["server"])
                    named = name in servers and any(said.name in _NAMES for said in servers[name].others)
                    if name not in servers:
                        guess = nearest(name, servers)
                        help = f"did you mean '{guess}'?" if guess else "write 'attach-srv <backend>/<server>'"
                        room.report.alert("SY0708", f"no server '{name}'", rule.span, help=help)
                    elif fields.get("name") is not None and not named:
                        message = f"server '{name}' has no 'pool-conn-name', so its connections can't be named"
                        help = "add 'pool-conn-name' to the server, or leave 'name' out"
                        room.report.alert("SY0748", message, rule.span, help=help)
