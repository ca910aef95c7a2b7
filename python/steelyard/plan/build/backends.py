"""The backend part of a backend or listen."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.config.expr import LogText
from steelyard.config.model import PersistRule, Proxy, UseServer
from steelyard.plan.build.address import address, source
from steelyard.plan.build.balances import balance, cookie
from steelyard.plan.build.context import Context
from steelyard.plan.build.exprs import condition, log_format
from steelyard.plan.build.servers import servers
from steelyard.plan.build.tables import stick_rules
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


def persistence(context: Context, value: PersistRule) -> Iterator[plan.PersistRule]:
    cond = condition(context, value.cond)
    if cond is not None:
        yield plan.PersistRule(at=context.at(value.span), force=value.force, cond=cond, text=value.text)


def fullconn(context: Context, proxy: Proxy) -> int:
    """A tenth of what the frontends that can send here may hold, where the file does not say (manual, `fullconn`)."""
    if proxy.fullconn is not None:
        return proxy.fullconn
    return max(1, (context.senders.get(proxy.name, 0) + context.senders.get("", 0)) // 10)


def senders(context: Context) -> dict[str, int]:
    """Connections that may come to each backend, by its name; under the empty name those that may go to any of them."""
    out: dict[str, int] = {}
    for proxy in context.config.proxies:
        if proxy.kind == "backend":
            continue
        targets = {proxy.name} if proxy.kind == "listen" else set()
        if proxy.default_backend is not None:
            targets.add(proxy.default_backend)
        for each in proxy.use_backend:
            targets.add(each.name[0].value if len(each.name) == 1 and isinstance(each.name[0], LogText) else "")
        for name in {""} if "" in targets else targets:
            out[name] = out.get(name, 0) + (proxy.maxconn or context.maxconn)
    return out


_RETRYABLE = ("conn-failure", "empty-response", "junk-response", "response-timeout", "500", "502", "503", "504")


def retry_on(proxy: Proxy) -> plan.RetryOn:
    """`retry-on`, of which only connections count in TCP mode. Early data is not used, so none is rejected."""
    if proxy.retry_on is None:
        return plan.RetryOn()
    words = set(proxy.retry_on)
    if "all-retryable-errors" in words:
        words.update(_RETRYABLE)
    if proxy.mode != "http":
        words &= {"conn-failure"}
    return plan.RetryOn(
        connection="conn-failure" in words,
        empty="empty-response" in words,
        junk="junk-response" in words,
        timeout="response-timeout" in words,
        statuses=sorted(int(word) for word in words if word.isdigit()),
    )


def backend(context: Context, proxy: Proxy) -> plan.Backend:
    return plan.Backend(
        balance=balance(context, proxy),
        servers=servers(context, proxy),
        cookie=cookie(proxy.cookie),
        http_reuse=proxy.http_reuse or "safe",
        retries=DEFAULT_RETRIES if proxy.retries is None else proxy.retries,
        retry_on=retry_on(proxy),
        fullconn=fullconn(context, proxy),
        max_keep_alive_queue=None if proxy.max_keep_alive_queue < 0 else proxy.max_keep_alive_queue,
        source=source(context, proxy.source, f"backend '{proxy.name}'"),
        dispatch=None if proxy.dispatch is None else address(context, proxy.dispatch, f"dispatch in '{proxy.name}'"),
        use_server=[use_server(context, each) for each in proxy.use_server],
        stick=stick_rules(context, proxy.stick),
        persistence=[rule for each in proxy.persistence for rule in persistence(context, each)],
        send_name_header=None if proxy.send_name_header is None else proxy.send_name_header.lower(),
    )
