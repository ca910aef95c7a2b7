"""The backend part of a backend or listen."""

from __future__ import annotations

from steelyard.config.expr import LogText
from steelyard.config.model import Proxy, UseServer
from steelyard.plan.build.address import address, source
from steelyard.plan.build.balances import balance, cookie
from steelyard.plan.build.context import Context
from steelyard.plan.build.exprs import condition, log_format
from steelyard.plan.build.servers import servers
from steelyard.plan.schema import proxy as plan

DEFAULT_RETRIES = 3


def use_server(context: Context, value: UseServer) -> plan.UseServer:
    server = None
    if len(value.name) == 1 and isinstance(value.name[0], LogText):
        name = value.name[0].value
        server = context.servers.get((context.holder, name))
        if server is None:
            context.report.alert("SY0603", f"no server '{name}'", value.span)
    return plan.UseServer(
        at=context.at(value.span),
        server=server,
        name=log_format(context, value.name),
        cond=condition(context, value.cond),
        text=value.text,
    )


def fullconn(context: Context, proxy: Proxy) -> int:
    """A tenth of what the frontends that can send here may hold, where the file does not say (manual, `fullconn`)."""
    if proxy.fullconn is not None:
        return proxy.fullconn
    most = context.maxconn
    total = 0
    for other in context.config.proxies:
        if other.kind == "backend":
            continue
        plain = {name.value for each in other.use_backend for name in each.name if isinstance(name, LogText)}
        dynamic = any(not isinstance(item, LogText) for each in other.use_backend for item in each.name)
        if other is proxy or dynamic or proxy.name in plain or other.default_backend == proxy.name:
            total += other.maxconn or most
    return max(1, total // 10)


def backend(context: Context, proxy: Proxy) -> plan.Backend:
    return plan.Backend(
        balance=balance(context, proxy),
        servers=servers(context, proxy),
        cookie=cookie(proxy.cookie),
        http_reuse=proxy.http_reuse or "safe",
        retries=DEFAULT_RETRIES if proxy.retries is None else proxy.retries,
        fullconn=fullconn(context, proxy),
        source=source(context, proxy.source, f"backend '{proxy.name}'"),
        dispatch=None if proxy.dispatch is None else address(context, proxy.dispatch, f"dispatch in '{proxy.name}'"),
        use_server=[use_server(context, each) for each in proxy.use_server],
    )
