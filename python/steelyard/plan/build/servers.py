"""The servers of a backend."""

from __future__ import annotations

from steelyard.config.model import Proxy, Server
from steelyard.plan.build.address import address, source
from steelyard.plan.build.context import Context
from steelyard.plan.schema.server import Server as PlanServer


def numbered(given: list[int | None]) -> list[int]:
    """Ids as HAProxy gives them: those said are kept, each other one takes the lowest number that is free."""
    taken = {each for each in given if each is not None}
    out: list[int] = []
    next_free = 1
    for each in given:
        if each is None:
            while next_free in taken:
                next_free += 1
            each = next_free
            taken.add(each)
        out.append(each)
    return out


def servers(context: Context, proxy: Proxy) -> list[PlanServer]:
    ids = numbered([each.id for each in proxy.servers])
    return [
        server(context, each, number, f"'server {proxy.name}/{each.name}'")
        for each, number in zip(proxy.servers, ids, strict=True)
    ]


def server(context: Context, value: Server, number: int, who: str) -> PlanServer:
    endpoint = value.endpoint
    port_map = endpoint.offset
    if port_map is None and not endpoint.port_given:
        port_map = 0
    return PlanServer(
        id=number,
        name=value.name,
        address=address(context, endpoint, who),
        port_map=port_map,
        weight=1 if value.weight is None else value.weight,
        maxconn=max(value.maxconn or 0, value.minconn or 0),
        # HAProxy: a server with only one of the two limits has it for both.
        minconn=value.minconn or value.maxconn or 0,
        maxqueue=value.maxqueue or 0,
        backup=value.backup,
        non_stick=value.non_stick,
        disabled=value.disabled,
        check=value.check,
        cookie=value.cookie,
        redir=value.redir,
        send_proxy=value.send_proxy,
        source=source(context, value.source, who),
        slowstart=value.slowstart or 0,
        tcp_user_timeout=value.tcp_user_timeout or 0,
        pool_max_conn=-1 if value.pool_max_conn is None else value.pool_max_conn,
        pool_purge_delay=5_000 if value.pool_purge_delay is None else value.pool_purge_delay,
    )
