"""Options of `bind` and `server` lines that ask for others or for a mode."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from steelyard.config.model import Bind, Config, Proxy, Said, Server
from steelyard.config.span import Span
from steelyard.config.statement import Room

_VERSIONS = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_USUAL = 3
"""TLS 1.2 is the lowest version where a `bind` line says nothing else; on a `server` line it is TLS 1.0."""
_REPEATED = frozenset({"conn-failure", "empty-response", "response-timeout"})
"""What `retry-on` must name where the first data of a connection goes with its first packet."""
_HTTP = ("fcgi", "h1", "h2", "quic")
_NAMESPACES = "/var/run/netns"
_NUMBER = re.compile(r"-?0*[1-9]", re.ASCII)
"""The start of a number that is not 0."""


def check_options(config: Config, room: Room) -> None:
    binds, servers = (_defaults(config, f"ssl-default-{kind}-options") for kind in ("bind", "server"))
    for proxy in config.proxies:
        for bind in proxy.binds:
            _bind(proxy, bind, binds, room)
        for server in proxy.servers:
            _server(proxy, server, servers, room)
        _fcgi(proxy, room)
    for draft in room.drafts:
        for server in draft.get("servers", ()) if draft.kind == "ring" else ():
            said = _last(server.others)
            if "ssl" in said:
                _versions((*servers, *server.others), server.span, room)
            _protocol(said.get("proto"), "tcp", room)


def _defaults(config: Config, name: str) -> tuple[Said, ...]:
    """What `global` says for all lines, as if each of them said it first."""
    words = [word for said in config.global_.others if said.name == name for word in said.words]
    pairs = ((word, words[index + 1 : index + 2]) for index, word in enumerate(words) if word not in _VERSIONS)
    return tuple(Said(word, tuple(after) if word.endswith("-ver") else ()) for word, after in pairs)


def _last(others: Sequence[Said]) -> dict[str, Said]:
    return {said.name: said for said in others}


def _bind(proxy: Proxy, bind: Bind, defaults: tuple[Said, ...], room: Room) -> None:
    said = _last(bind.others)
    if "ssl" in said:
        _versions((*defaults, *bind.others), bind.span, room, _USUAL)
    if "generate-certificates" in said and "ca-sign-file" not in said:
        help = "add 'ca-sign-file <file>'"
        room.report.alert(
            "SY0748", "certificates can't be made without an authority", said["generate-certificates"].span, help=help
        )
    _protocol(said.get("proto"), proxy.mode or "tcp", room)
    _namespace(said.get("namespace"), room)


def _server(proxy: Proxy, server: Server, defaults: tuple[Said, ...], room: Room) -> None:
    said = _last(server.others)
    if "ssl" in said and "no-ssl" not in said:
        _versions((*defaults, *server.others), server.span, room)
    if "agent-check" in said and "no-agent-check" not in said:
        port = said.get("agent-port")
        if port is None or not _NUMBER.match(port.words[0]):
            message = f"server '{proxy.name}/{server.name}' has 'agent-check', and no port to find the agent on"
            room.report.alert("SY0748", message, said["agent-check"].span, help="add 'agent-port <port>'")
    _protocol(said.get("proto"), proxy.mode or "tcp", room)
    _namespace(said.get("namespace"), room)
    observed = said.get("observe")
    if observed is not None and observed.words == ("layer7",) and (proxy.mode or "tcp") != "http":
        room.report.alert("SY0748", "'observe layer7' needs mode http", observed.span, help="write 'observe layer4'")
    if "tfo" in said and _REPEATED - _repeated(proxy):
        message = f"'tfo' of server '{proxy.name}/{server.name}' makes attempts fail that nothing repeats"
        help = "add 'retry-on conn-failure empty-response response-timeout'"
        room.report.warning("SY0748", message, said["tfo"].span, help=help)
    wanted = said.get("check-proto")
    if wanted is not None and server.check and (wanted.words[0] in _HTTP) is not (proxy.httpchk is not None):
        kind = "over HTTP" if proxy.httpchk is not None else "by connection"
        room.report.alert("SY0748", f"checks {kind} can't speak '{wanted.words[0]}'", wanted.span, help="leave 'check-proto' out")


def _repeated(proxy: Proxy) -> frozenset[str]:
    """What `retry-on` says."""
    said = proxy.retry_on or ()
    return _REPEATED if "all-retryable-errors" in said else frozenset(said)


def _versions(others: Sequence[Said], span: Span, room: Room, usual: int = 1) -> None:
    """The last of `ssl-min-ver`, `ssl-max-ver` and `force-*` counts; `no-*` takes versions out, and SSLv3 is always out."""
    low = high = None
    refused, without = False, {0}
    for said in others:
        kind, _, name = said.name.partition("-")
        number = next((index for index, each in enumerate(_VERSIONS) if each.lower().replace(".", "") == name), None)
        if said.name == "ssl-min-ver":
            low = _VERSIONS.index(said.words[0])
        elif said.name == "ssl-max-ver":
            high = _VERSIONS.index(said.words[0])
        elif number is not None and kind == "force":
            low = high = number
        elif number is not None and kind == "no":
            without.add(number)
            refused = True
    if (low is not None or high is not None) and refused:
        message = "'no-sslv3', 'no-tlsv10' and the like have no effect beside 'ssl-min-ver' and 'ssl-max-ver'"
        room.report.warning("SY0748", message, span, help="leave them out")
        without = {0}
    top = len(_VERSIONS) - 1 if high is None else high
    bottom = min(usual, top) if low is None else low
    if not any(bottom <= number <= top for number in range(len(_VERSIONS)) if number not in without):
        room.report.alert("SY0748", "no version of TLS is left", span, help="allow at least 'TLSv1.2' or 'TLSv1.3'")


def _protocol(said: Said | None, mode: str, room: Room) -> None:
    if said is not None and (said.words[0] in _HTTP) is not (mode == "http"):
        room.report.alert("SY0748", f"'proto {said.words[0]}' can't be used in mode {mode}", said.span)


def _namespace(said: Said | None, room: Room) -> None:
    if said is not None and said.words[0] != "*" and not os.path.exists(os.path.join(_NAMESPACES, said.words[0])):
        help = f"make it with 'ip netns add {said.words[0]}'"
        room.report.alert("SY0748", f"no network namespace '{said.words[0]}' on this machine", said.span, help=help)


def _fcgi(proxy: Proxy, room: Room) -> None:
    """A FastCGI application and servers that speak it need each other."""
    app = next((said for said in proxy.others if said.name == "use-fcgi-app"), None)
    speaking = [server for server in proxy.servers for said in server.others if said.name == "proto" and said.words == ("fcgi",)]
    if app is not None and not speaking:
        message = f"{proxy.kind} '{proxy.name}' has a FastCGI application, and no server that speaks FastCGI"
        room.report.alert("SY0748", message, app.span, help="add 'proto fcgi' to its servers")
    elif speaking and app is None and proxy.kind != "frontend":
        message = f"server '{speaking[0].name}' speaks FastCGI, and {proxy.kind} '{proxy.name}' names no application"
        room.report.alert("SY0748", message, speaking[0].span, help="add 'use-fcgi-app <name>'")
