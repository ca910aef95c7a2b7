"""What a running engine tells about itself: counters under HAProxy's field names (management manual, section 9.1).

Times are seconds unless the name says `ms`; byte counts are bytes. A field that an engine does not send is 0.
"""

from __future__ import annotations

import msgspec


class Counters(msgspec.Struct, frozen=True, kw_only=True):
    """What frontends, backends and servers have in common."""

    scur: int = 0
    smax: int = 0
    slim: int = 0
    stot: int = 0
    bin: int = 0
    bout: int = 0
    dreq: int = 0
    dresp: int = 0
    ereq: int = 0
    econ: int = 0
    eresp: int = 0
    wretr: int = 0
    wredis: int = 0
    rate: int = 0
    rate_lim: int = 0
    rate_max: int = 0
    hrsp_1xx: int = 0
    hrsp_2xx: int = 0
    hrsp_3xx: int = 0
    hrsp_4xx: int = 0
    hrsp_5xx: int = 0
    hrsp_other: int = 0
    req_rate: int = 0
    req_rate_max: int = 0
    req_tot: int = 0
    cli_abrt: int = 0
    srv_abrt: int = 0
    conn_rate: int = 0
    conn_rate_max: int = 0
    conn_tot: int = 0
    dcon: int = 0
    dses: int = 0
    connect: int = 0
    reuse: int = 0
    lastsess: int = -1
    qtime: int = 0
    ctime: int = 0
    rtime: int = 0
    ttime: int = 0
    qtime_max: int = 0
    ctime_max: int = 0
    rtime_max: int = 0
    ttime_max: int = 0


class FrontendCounters(Counters, frozen=True, kw_only=True):
    state: str = "OPEN"


class BackendCounters(Counters, frozen=True, kw_only=True):
    up: bool = True
    qcur: int = 0
    qmax: int = 0
    weight: int = 0
    act: int = 0
    bck: int = 0
    lbtot: int = 0
    lastchg: int = 0
    downtime: int = 0
    chkdown: int = 0


class ServerCounters(Counters, frozen=True, kw_only=True):
    """`admin`: ready, drain or maint."""

    up: bool = True
    admin: str = "ready"
    qcur: int = 0
    qmax: int = 0
    weight: int = 1
    lbtot: int = 0
    lastchg: int = 0
    idle_conn_cur: int = 0
    used_conn_cur: int = 0


class ProxyCounters(msgspec.Struct, frozen=True, kw_only=True):
    index: int
    frontend: FrontendCounters | None = None
    backend: BackendCounters | None = None
    servers: list[ServerCounters] = []


class GlobalCounters(msgspec.Struct, frozen=True, kw_only=True):
    curr_conns: int = 0
    cum_conns: int = 0
    cum_req: int = 0
    conn_rate: int = 0
    sess_rate: int = 0
    req_rate: int = 0
    max_conn_rate: int = 0
    dropped_logs: int = 0
    maxconn: int = 0


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """`proxies` in the order of the plan."""

    uptime_ms: int = 0
    global_: GlobalCounters = msgspec.field(name="global", default_factory=GlobalCounters)
    proxies: list[ProxyCounters] = []


def decode(data: bytes) -> Snapshot:
    return msgspec.json.decode(data, type=Snapshot)
