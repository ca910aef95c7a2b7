"""The frontend part of a frontend or listen: its listeners and where it sends requests."""

from __future__ import annotations

from typing import get_args

from steelyard.config.expr import LogText
from steelyard.config.model import COOKIE_LENGTH, Capture, Proxy, UseBackend
from steelyard.plan.build.address import address, prefixed
from steelyard.plan.build.context import Context
from steelyard.plan.build.exprs import condition, log_format
from steelyard.plan.build.logging import log_moment
from steelyard.plan.build.servers import numbered
from steelyard.plan.schema import proxy as plan
from steelyard.plan.schema.global_ import LogStep


def binds(context: Context, proxy: Proxy) -> list[plan.Bind]:
    """One listener a port: a range makes several."""
    spread = [
        (bind, port) for bind in proxy.binds for port in range(bind.endpoint.low, max(bind.endpoint.low, bind.endpoint.high) + 1)
    ]
    ids = numbered([bind.id for bind, _ in spread])
    return [
        plan.Bind(
            id=number,
            name=bind.name or "",
            at=context.at(bind.span),
            address=address(context, prefixed(bind.endpoint, context.config.global_.unix_bind), f"bind in '{proxy.name}'", port),
            fd=-1,
            maxconn=bind.maxconn or 0,
            accept_proxy=bind.accept_proxy,
            netscaler_cip=bind.netscaler_cip or 0,
        )
        for (bind, port), number in zip(spread, ids, strict=True)
    ]


def use_backend(context: Context, value: UseBackend) -> plan.UseBackend:
    backend = None
    if len(value.name) == 1 and isinstance(value.name[0], LogText):
        name = value.name[0].value
        backend = context.backend(name)
        if backend is None:
            context.report.alert("SY0602", f"no backend '{name}'", value.span)
    return plan.UseBackend(
        at=context.at(value.span),
        backend=backend,
        name=log_format(context, value.name),
        cond=condition(context, value.cond),
        text=value.text,
    )


def _headers(context: Context, captures: tuple[Capture, ...]) -> list[plan.HeaderCapture]:
    """In mode tcp they have their places, too: a connection may go on as HTTP."""
    return [plan.HeaderCapture(at=context.at(each.span), name=each.name, len=each.length) for each in captures]


def _cookie(context: Context, capture: Capture | None) -> plan.CookieCapture | None:
    """`tune.http.cookielen` is the bound, one byte of it is not for the cookie."""
    if capture is None:
        return None
    longest = (context.config.global_.cookie_length or COOKIE_LENGTH) - 1
    return plan.CookieCapture(name=capture.name, len=min(capture.length, longest))


def frontend(context: Context, proxy: Proxy) -> plan.Frontend:
    default = context.holder if proxy.kind == "listen" else None
    if proxy.default_backend is not None:
        default = context.backend(proxy.default_backend)
        if default is None:
            context.report.alert("SY0602", f"no backend '{proxy.default_backend}'", proxy.default_backend_span)
    conditions = [condition(context, each) for each in proxy.monitor_fail]
    return plan.Frontend(
        binds=binds(context, proxy),
        maxconn=proxy.maxconn or 0,
        rate_limit_sessions=proxy.rate_limit_sessions or 0,
        use_backend=[use_backend(context, each) for each in proxy.use_backend],
        default_backend=default,
        monitor_uri=proxy.monitor_uri,
        monitor_fail=[each for each in conditions if each is not None],
        capture_request=_headers(context, proxy.capture_request),
        capture_response=_headers(context, proxy.capture_response),
        capture_cookie=_cookie(context, proxy.capture_cookie),
        log_moment=log_moment(proxy),
        log_steps=[step for step in get_args(LogStep) if step in proxy.log_steps],
    )
