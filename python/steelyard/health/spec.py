"""What is to be checked, how and how often: read from the model, with the addresses that the plan has resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from steelyard.config.checking import TcpExpect, TcpStep
from steelyard.config.model import Config, HttpCheck, Inet, Proxy, Server
from steelyard.plan.schema import Plan
from steelyard.plan.schema.server import Address, AddressAbstract, AddressInet, AddressUnix, SourceAddress
from steelyard.plan.schema.server import Server as PlanServer

# HAProxy's defaults (configuration manual, section 5.2).
INTER_MS = 2000
RISE = 2
FALL = 3


class SpecError(ValueError):
    """A check that can't be done as it is declared."""


@dataclass(frozen=True, slots=True)
class Expect:
    """What a reply must be. `statuses`: ranges; `regex` is for statuses or the body; `text` for the body."""

    negated: bool = False
    statuses: tuple[tuple[int, int], ...] = ((200, 399),)
    status_regex: re.Pattern[bytes] | None = None
    text: bytes | None = None
    body_regex: re.Pattern[bytes] | None = None

    @property
    def wants_body(self) -> bool:
        return self.text is not None or self.body_regex is not None


@dataclass(frozen=True, slots=True)
class HttpSpec:
    """The request, ready to send, and the verdict's rule."""

    request: bytes
    expect: Expect
    disable_on_404: bool


@dataclass(frozen=True, slots=True)
class Spec:
    """One checked server. Times in milliseconds. `timeout_read` None: the whole check has `timeout_connect`.

    `steps`: those of `tcp-check`; without any a connection is all.
    `never_local`: a PROXY protocol head of version 2 tells the check's own addresses, where it else tells none.
    """

    proxy: int
    server: int
    address: Address
    inter: int
    fastinter: int
    downinter: int
    rise: int
    fall: int
    timeout_connect: int
    timeout_read: int | None
    http: HttpSpec | None
    send_proxy: int
    source: SourceAddress | None
    never_local: bool = False
    steps: tuple[TcpStep, ...] = ()


def specs(config: Config, plan: Plan) -> list[Spec]:
    """Every check of every enabled proxy, in the order of the plan. Raises SpecError."""
    found: list[Spec] = []
    for index, (proxy, planned) in enumerate(zip(config.proxies, plan.proxies, strict=True)):
        if planned.backend is None or planned.disabled:
            continue
        for number, (server, planned_server) in enumerate(zip(proxy.servers, planned.backend.servers, strict=True)):
            if server.check:
                found.append(
                    _spec(index, number, proxy, server, planned_server, planned.timeouts.connect, planned.timeouts.check)
                )
    if config.global_.pp2_never_send_local:
        return [replace(spec, never_local=True) for spec in found]
    return found


def _spec(
    index: int, number: int, proxy: Proxy, server: Server, planned: PlanServer, connect: int | None, check: int | None
) -> Spec:
    name = f"server '{proxy.name}/{server.name}'"
    inter = server.inter or INTER_MS
    if check is None:
        timeout_connect = inter
    else:
        timeout_connect = min(inter, connect) if connect else inter
    # A check of another port or address does not speak the PROXY protocol unless it is told to.
    elsewhere = server.check_port is not None or server.check_addr is not None
    send_proxy = 0
    if server.check_send_proxy or not elsewhere:
        send_proxy = server.send_proxy or int(server.check_send_proxy)
    return Spec(
        proxy=index,
        server=number,
        address=_address(server, planned.address, name),
        inter=inter,
        fastinter=server.fastinter or inter,
        downinter=server.downinter or inter,
        rise=server.rise or RISE,
        fall=server.fall or FALL,
        timeout_connect=timeout_connect,
        timeout_read=check,
        http=_http(proxy.httpchk, name, _named(proxy, server)) if proxy.httpchk is not None else None,
        steps=_steps(proxy.tcp_steps, name) if proxy.tcp_check else (),
        send_proxy=send_proxy,
        source=planned.source,
    )


def _address(server: Server, address: Address, name: str) -> Address:
    """Where checks go: `port` before the port of `addr`, `addr` before the server's own address."""
    ip, port = "", 0
    if server.check_addr is not None and isinstance(server.check_addr.where, Inet):
        ip, port = server.check_addr.where.host, server.check_addr.low
    port = server.check_port or port
    match address:
        case AddressInet():
            port = port or address.port
            if port == 0:
                raise SpecError(f"{name} has neither service port nor check port, so it can't be checked")
            return AddressInet(ip=ip or address.ip, port=port)
        case AddressUnix() | AddressAbstract():
            return AddressInet(ip=ip, port=port) if ip and port else address
        case _:
            raise SpecError(f"{name} has an address that can't be checked")


def _named(proxy: Proxy, server: Server) -> tuple[str, str] | None:
    """`http-send-name-header`: a header and the server's name."""
    return None if proxy.send_name_header is None else (proxy.send_name_header.lower(), server.name)


def _http(check: HttpCheck, name: str, named: tuple[str, str] | None = None) -> HttpSpec:
    return HttpSpec(_request(check, named), _expect(check, name), check.disable_on_404)


def _steps(steps: tuple[TcpStep, ...], name: str) -> tuple[TcpStep, ...]:
    for step in steps:
        if isinstance(step, TcpExpect) and step.kind in ("rstring", "rbinary"):
            _regex(step.value.encode("utf-8", "surrogateescape"), name)
    return steps


def _request(check: HttpCheck, named: tuple[str, str] | None = None) -> bytes:
    """As HAProxy puts it: names in lower case, the length after the user's own headers, close where it is not the default.
    `named`: a header that is the balancer's own."""
    lines = [f"{check.method} {check.uri} {check.version}"]
    lines += [f"{name.lower()}: {value}" for name, value in check.headers if named is None or name.lower() != named[0]]
    names = {name.lower() for name, _ in check.headers}
    if check.body and "content-length" not in names:
        lines.append(f"content-length: {len(check.body.encode())}")
    if check.version == "HTTP/1.1" and "connection" not in names:
        lines.append("connection: close")
    if named is not None:
        lines.append(f"{named[0]}: {named[1]}")
    return "\r\n".join([*lines, "", check.body]).encode("utf-8", "surrogateescape")


def _expect(check: HttpCheck, name: str) -> Expect:
    value = check.expect_value.encode("utf-8", "surrogateescape")
    match check.expect_kind:
        case "":
            return Expect()
        case "status":
            return Expect(check.expect_negated, _ranges(check.expect_value, name))
        case "rstatus":
            return Expect(check.expect_negated, (), status_regex=_regex(value, name))
        case "string":
            return Expect(check.expect_negated, (), text=value)
        case "rstring":
            return Expect(check.expect_negated, (), body_regex=_regex(value, name))


def _ranges(text: str, name: str) -> tuple[tuple[int, int], ...]:
    """`200-299,404`"""
    found = []
    for part in text.split(","):
        low, _, high = part.partition("-")
        if not (low.isdigit() and (high or low).isdigit()):
            raise SpecError(f"{name}: http-check expect status: '{part}' is not a status or a range of them")
        found.append((int(low), int(high or low)))
    return tuple(found)


def _regex(value: bytes, name: str) -> re.Pattern[bytes]:
    try:
        return re.compile(value)
    except re.error as error:
        raise SpecError(f"{name}: check: '{value.decode(errors='replace')}' is not a regex: {error}") from error
