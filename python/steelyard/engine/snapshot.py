"""What a running engine tells about itself: the twin of the engine's `snapshot.rs`, under HAProxy's field names.

Times are seconds unless the name says `ms`; byte counts are bytes. A test holds the two together.
"""

from __future__ import annotations

import msgspec


class Responses(msgspec.Struct, frozen=True, kw_only=True):
    """HTTP replies by class; 0 throughout in TCP mode."""

    hrsp_1xx: int = 0
    hrsp_2xx: int = 0
    hrsp_3xx: int = 0
    hrsp_4xx: int = 0
    hrsp_5xx: int = 0
    hrsp_other: int = 0


class FrontendCounters(Responses, frozen=True, kw_only=True):
    enabled: bool = True
    scur: int = 0
    smax: int = 0
    slim: int = 0
    stot: int = 0
    conn_tot: int = 0
    bin: int = 0
    bout: int = 0
    dreq: int = 0
    dresp: int = 0
    ereq: int = 0
    dcon: int = 0
    dses: int = 0
    intercepted: int = 0
    rate: int = 0
    rate_max: int = 0
    conn_rate: int = 0
    conn_rate_max: int = 0
    req_rate: int = 0
    req_rate_max: int = 0
    req_tot: int = 0


class Serving(Responses, frozen=True, kw_only=True):
    """What backends and servers have in common. `lastchg`: seconds since the last change of state."""

    qcur: int = 0
    qmax: int = 0
    scur: int = 0
    smax: int = 0
    stot: int = 0
    bin: int = 0
    bout: int = 0
    dreq: int = 0
    dresp: int = 0
    econ: int = 0
    eresp: int = 0
    wretr: int = 0
    wredis: int = 0
    cli_abrt: int = 0
    srv_abrt: int = 0
    lbtot: int = 0
    req_tot: int = 0
    connect: int = 0
    reuse: int = 0
    rate: int = 0
    rate_max: int = 0
    lastchg: int = 0
    weight: int = 0
    act: int = 0
    bck: int = 0
    up: bool = True


class BackendCounters(Serving, frozen=True, kw_only=True):
    pass


class ServerCounters(Serving, frozen=True, kw_only=True):
    """`admin`: ready, drain or maint."""

    index: int = 0
    admin: str = "ready"


class ProxyCounters(msgspec.Struct, frozen=True, kw_only=True):
    index: int
    frontend: FrontendCounters | None = None
    backend: BackendCounters | None = None
    servers: list[ServerCounters] = []


class GlobalCounters(msgspec.Struct, frozen=True, kw_only=True):
    """`accept_paused`: how often accepting waited for descriptors."""

    curr_conns: int = 0
    maxconn: int = 0
    cum_conns: int = 0
    cum_req: int = 0
    dropped_logs: int = 0
    dropped_traces: int = 0
    accept_paused: int = 0


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """`proxies` in the order of the plan."""

    uptime_ms: int = 0
    stopping: bool = False
    global_: GlobalCounters = msgspec.field(name="global", default_factory=GlobalCounters)
    proxies: list[ProxyCounters] = []


def decode(data: bytes) -> Snapshot:
    return msgspec.json.decode(data, type=Snapshot)
