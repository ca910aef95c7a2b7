"""A question in the words of the configuration, and the case of it in the numbers of the plan."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from steelyard.config.nearest import nearest
from steelyard.engine.simulation import Case, ProxyState, ServerState
from steelyard.plan.schema import Plan
from steelyard.plan.schema.proxy import Bind, Proxy
from steelyard.plan.schema.server import AddressInet as Inet

SOURCE = "192.0.2.1"
"""Where a client comes from that nothing is said of: an address of documentation (RFC 5737)."""


# The year 9999: dates end there.
_LAST = 253_402_300_799


class AskError(ValueError):
    """The question names what the configuration does not have; says what there is."""


@dataclass(frozen=True, slots=True)
class Ask:
    """`frontend` None: the only one, or the one that listens on `port`. `servers` and `proxies` are states by name, see below.

    `now` is in seconds since the epoch. A server's state is `up`, `down`, `drain` and `conns=N`, `queued=N`, `weight=N`, with
    commas between; a proxy's is `fe_conn=N`, `be_conn=N`, ... (see `ProxyState`).
    """

    request: bytes
    frontend: str | None = None
    port: int | None = None
    src: str = SOURCE
    dst: str | None = None
    response: bytes | None = None
    now: float | None = None
    servers: Mapping[str, str] = field(default_factory=dict)
    proxies: Mapping[str, str] = field(default_factory=dict)
    random: int = 0
    reused: bool = False


def case_of(ask: Ask, plan: Plan) -> Case:
    """Raises AskError."""
    index, bind = frontend_of(ask, plan)
    return Case(
        frontend=index,
        bind=bind,
        src=_address(ask.src, 40_000),
        dst=_destination(ask, plan.proxies[index], bind),
        request=ask.request,
        response=ask.response,
        now=_micros(time.time() if ask.now is None else ask.now),
        servers=[_server_state(plan, name, text) for name, text in ask.servers.items()],
        proxies=[_proxy_state(plan, name, text) for name, text in ask.proxies.items()],
        random=ask.random,
        reused=ask.reused,
    )


def _micros(now: float) -> int:
    if not 0 <= now <= _LAST:
        raise AskError(f"'{now:g}' is not a time: write seconds since 1970, up to {_LAST}")
    return int(now * 1_000_000)


def frontend_of(ask: Ask, plan: Plan) -> tuple[int, int]:
    """Index of the frontend that is meant, and of its bind. Raises AskError."""
    fronts = [(index, proxy) for index, proxy in enumerate(plan.proxies) if proxy.frontend is not None and not proxy.disabled]
    names = [proxy.name for _, proxy in fronts]
    if not fronts:
        raise AskError("the configuration has no frontend")
    if ask.frontend is not None:
        for index, proxy in fronts:
            if proxy.name == ask.frontend:
                return index, _bind_of(proxy, ask.port) or 0
        if any(proxy.name == ask.frontend and proxy.frontend is None for proxy in plan.proxies):
            raise AskError(f"'{ask.frontend}' is a backend, to which no client connects (frontends: {', '.join(names)})")
        raise AskError(f"there is no frontend '{ask.frontend}'{hint(ask.frontend, names)}")
    listening = [(index, bind) for index, proxy in fronts if (bind := _bind_of(proxy, ask.port)) is not None]
    if len(listening) == 1:
        return listening[0]
    if len(fronts) == 1:
        return fronts[0][0], 0
    which = f"several frontends listen on port {ask.port}" if listening else "there are several frontends"
    raise AskError(f"{which}: say which with --frontend ({', '.join(names)})")


def _bind_of(proxy: Proxy, port: int | None) -> int | None:
    """Index of the bind on that port."""
    binds: list[Bind] = proxy.frontend.binds if proxy.frontend is not None else []
    for index, bind in enumerate(binds):
        if port is not None and isinstance(bind.address, Inet) and bind.address.port == port:
            return index
    return None


def _destination(ask: Ask, proxy: Proxy, bind: int) -> str | None:
    if ask.dst is not None:
        return _address(ask.dst, ask.port or 80)
    binds = proxy.frontend.binds if proxy.frontend is not None else []
    address = binds[bind].address if bind < len(binds) else None
    if not isinstance(address, Inet):
        return None
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.ip, address.ip)
    return _address(host, address.port)


def _address(text: str, port: int) -> str | None:
    """`address`, `address:port` or `[address]:port` as the engine reads it; `unix` for a unix socket."""
    if text == "unix":
        return None
    host, number = text, str(port)
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        number = rest[1:] or number
    elif text.count(":") == 1:
        host, _, number = text.partition(":")
    try:
        address = ipaddress.ip_address(host)
        if not 0 <= int(number) <= 65_535:
            raise ValueError
    except ValueError:
        raise AskError(f"'{text}' is not an address: write 192.0.2.1, 192.0.2.1:4000 or [2001:db8::1]:4000") from None
    return f"[{address}]:{number}" if address.version == 6 else f"{address}:{number}"


def _server_state(plan: Plan, name: str, text: str) -> ServerState:
    proxy_name, slash, server_name = name.partition("/")
    for index, proxy in enumerate(plan.proxies):
        if proxy.backend is None or proxy.name != proxy_name:
            continue
        servers = [server.name for server in proxy.backend.servers]
        if server_name not in servers:
            raise AskError(f"backend '{proxy_name}' has no server '{server_name}'{hint(server_name, servers)}")
        words = {"up": True, "drain": False}
        numbers: dict[str, int] = {}
        for word in filter(None, (word.strip() for word in text.split(","))):
            if word == "down":
                words["up"] = False
            elif word in words:
                words[word] = True
            else:
                numbers |= _number(word, ("conns", "queued", "weight"), "up, down, drain")
        return ServerState(
            proxy=index,
            server=servers.index(server_name),
            up=words["up"],
            drain=words["drain"],
            conns=numbers.get("conns", 0),
            queued=numbers.get("queued", 0),
            weight=numbers.get("weight"),
        )
    if not slash:
        raise AskError(f"'{name}' is not a server: write backend/server")
    backends = [proxy.name for proxy in plan.proxies if proxy.backend is not None]
    raise AskError(f"there is no backend '{proxy_name}'{hint(proxy_name, backends)}")


def _proxy_state(plan: Plan, name: str, text: str) -> ProxyState:
    names = [proxy.name for proxy in plan.proxies]
    if name not in names:
        raise AskError(f"there is no proxy '{name}'{hint(name, names)}")
    numbers: dict[str, int] = {}
    fields = tuple(field for field in ProxyState.__struct_fields__ if field != "proxy")
    for word in filter(None, (word.strip() for word in text.split(","))):
        numbers |= _number(word, fields, "")
    return ProxyState(proxy=names.index(name), **numbers)


def _number(word: str, known: tuple[str, ...], others: str) -> dict[str, int]:
    name, _, value = word.partition("=")
    if name not in known or not value.isdecimal() or len(value) > 9:
        wanted = ", ".join(filter(None, [others, *(f"{each}=N" for each in known)]))
        raise AskError(f"'{word}' is not a state: write {wanted}")
    return {name: int(value)}


def hint(word: str, known: list[str]) -> str:
    """What may have been meant, or what there is."""
    guess = nearest(word, known)
    if guess:
        return f": did you mean '{guess}'?"
    return f" (there are: {', '.join(known[:10])})" if known else ""
