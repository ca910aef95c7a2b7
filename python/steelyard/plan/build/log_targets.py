"""`log` lines of the model to targets of the plan."""

from __future__ import annotations

from steelyard.config.model import Endpoint, Inet, LogTarget, Server
from steelyard.plan.build.address import address, host_of
from steelyard.plan.build.context import Context
from steelyard.plan.build.exprs import log_format
from steelyard.plan.schema import global_ as plan
from steelyard.plan.schema.server import Address, AddressInet, AddressUnix

_STEPS: dict[str, plan.LogStep] = {
    "accept": "accept",
    "request": "request",
    "connect": "connect",
    "response": "response",
    "close": "close",
    "error": "error",
    "any": "any",
    "tcp-req-conn": "tcp_req_conn",
    "tcp-req-sess": "tcp_req_sess",
    "tcp-req-cont": "tcp_req_cont",
    "tcp-res-cont": "tcp_res_cont",
    "http-req": "http_req",
    "http-res": "http_res",
    "http-after-res": "http_after_res",
}
IMPLICIT_RING = 1 << 20
"""Bytes that may wait for the server of `log tcp@...`, for which the manual names no size."""


SYSLOG = 514
"""The port of syslog."""
RING = 16_384
"""Bytes of a ring that names no size: a buffer, as in HAProxy."""


def declare_rings(context: Context) -> None:
    """The `ring` sections, in order; rings of `log tcp@...` come behind them."""
    for ring in context.config.rings:
        who = f"ring '{ring.name}'"
        servers = [
            plan.RingServer(
                address=address(context, server.endpoint, f"server '{server.name}' of {who}"),
                octet_count=server.log_proto == "octet-count",
            )
            for server in ring.servers
        ]
        context.rings.append(
            plan.Ring(
                name=ring.name,
                size=ring.size or RING,
                servers=servers,
                timeout_connect=ring.timeout_connect or 0,
                timeout_server=ring.timeout_server or 0,
            )
        )


def declare_log_backends(context: Context) -> None:
    """Backends in `mode log`. Servers that are not reached over UDP have a ring each, as `log tcp@...` has."""
    for index, proxy in enumerate(context.config.proxies):
        if proxy.mode == "log" and proxy.kind == "backend":
            servers = [_log_server(context, server, f"'server {proxy.name}/{server.name}'") for server in proxy.servers]
            context.log_backends.append(plan.LogBackend(proxy=index, servers=servers))


def _log_server(context: Context, server: Server, who: str) -> plan.LogTransport:
    endpoint = server.endpoint
    if endpoint.later.startswith("udp") and isinstance(endpoint.where, Inet):
        return plan.LogUdp(address=host_of(context, endpoint.where, endpoint, who), port=endpoint.low or SYSLOG)
    made = plan.RingServer(address=address(context, endpoint, who), octet_count=server.log_proto == "octet-count")
    context.rings.append(plan.Ring(size=server.log_bufsize or RING, servers=[made]))
    return plan.LogRing(ring=len(context.rings) - 1)


def profiles(context: Context) -> list[plan.LogProfile]:
    """`log-profile` sections. Steps that no line is written at here (`quic-init`) are left out."""
    found = []
    for profile in context.config.log_profiles:
        steps = [
            plan.ProfileStep(
                step=_STEPS[step.step],
                drop=step.drop,
                format=None if step.format is None else log_format(context, step.format),
                sd=None if step.sd is None else log_format(context, step.sd),
            )
            for step in profile.steps
            if step.step in _STEPS
        ]
        found.append(plan.LogProfile(name=profile.name, tag=profile.log_tag, steps=steps))
    return found


def logs(context: Context, lines: tuple[LogTarget, ...], who: str) -> list[plan.LogTarget]:
    """With `log global` replaced by the global section's lines."""
    rings = {ring.name: ring for ring in context.config.rings}
    names = [profile.name for profile in context.config.log_profiles]
    out: list[plan.LogTarget] = []
    for line in lines:
        if line.use_global:
            out += logs(context, tuple(each for each in context.config.global_.log if not each.use_global), "global")
            continue
        transport = _transport(context, line, who)
        if transport is None:
            continue
        ring = rings.get(line.path) if line.transport == "ring" else None
        out.append(
            plan.LogTarget(
                transport=transport,
                format=(ring.format if ring is not None and not line.format_said else None) or line.format,
                facility=line.facility,
                level=line.level,
                min_level=line.min_level,
                length=min(line.length, ring.maxlen or line.length) if ring is not None else line.length,
                sample=plan.LogSample(ranges=list(line.sample), size=line.sample_size) if line.sample else None,
                profile=names.index(line.profile) if line.profile in names else None,
            )
        )
    return out


def _transport(context: Context, line: LogTarget, who: str) -> plan.LogTransport | None:
    """None for a ring that is not there: its lines go nowhere, which was said."""
    match line.transport:
        case "udp":
            return plan.LogUdp(address=_host(context, line, who), port=line.port)
        case "unix":
            return plan.LogUnix(path=line.path)
        case "abns":
            return plan.LogAbstract(name=line.path)
        case "fd":
            return plan.LogFd(fd=line.fd)
        case "tcp":
            return _stream(context, AddressInet(ip=_host(context, line, who), port=line.port))
        case "stream":
            return _stream(context, AddressUnix(path=line.path))
        case "ring":
            found = [index for index, ring in enumerate(context.rings) if ring.name == line.path]
            return plan.LogRing(ring=found[0]) if found else None
        case "backend":
            index = context.backend(line.path)
            found = [at for at, each in enumerate(context.log_backends) if each.proxy == index]
            return plan.LogToBackend(backend=found[0]) if found else None


def _host(context: Context, line: LogTarget, who: str) -> str:
    where = Inet(line.host or "127.0.0.1")
    return host_of(context, where, Endpoint(where, span=line.span), who)


def _stream(context: Context, where: Address) -> plan.LogRing:
    """A ring of its own, shared by all lines that name the address."""
    for index, ring in enumerate(context.rings):
        if ring.size == IMPLICIT_RING and not ring.name and ring.servers[0].address == where:
            return plan.LogRing(ring=index)
    context.rings.append(plan.Ring(size=IMPLICIT_RING, servers=[plan.RingServer(address=where)]))
    return plan.LogRing(ring=len(context.rings) - 1)
