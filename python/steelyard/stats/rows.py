"""Plan, counters and checks to rows: one for each frontend, server and backend, as both the page and the CSV show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from steelyard.engine.snapshot import BackendCounters, FrontendCounters, Responses, ServerCounters, Snapshot
from steelyard.health.checker import Checker, Watch
from steelyard.plan.schema import Plan
from steelyard.plan.schema.proxy import Backend, Frontend, Proxy
from steelyard.plan.schema.server import AddressInet, Server
from steelyard.stats.fields import COLUMNS, LEGENDS

Value = int | str | None


@dataclass(frozen=True, slots=True)
class Row:
    """`kind`: F, S or B. `values` has every column; None where it means nothing here."""

    kind: str
    values: dict[str, Value]

    def __getitem__(self, name: str) -> Value:
        return self.values[name]


def rows(plan: Plan, snapshot: Snapshot, checker: Checker, wanted: Callable[[Proxy], bool], *, legends: bool) -> list[Row]:
    """In the order of the configuration: for a proxy its frontend, its servers, its backend."""
    found: list[Row] = []
    for index, (proxy, counted) in enumerate(zip(plan.proxies, snapshot.proxies)):
        if proxy.disabled or not wanted(proxy):
            continue
        common: dict[str, Value] = {"pxname": proxy.name, "pid": plan.global_.process, "iid": proxy.id, "mode": proxy.mode}
        if proxy.frontend is not None and counted.frontend is not None:
            found.append(_row("F", counted.frontend, common | _frontend(proxy.frontend, counted.frontend), legends))
        if proxy.backend is None or counted.backend is None:
            continue
        for number, (server, numbers) in enumerate(zip(proxy.backend.servers, counted.servers)):
            values = common | _server(server, numbers, checker.watch(index, number))
            found.append(_row("S", numbers, values, legends))
        found.append(_row("B", counted.backend, common | _backend(index, proxy.backend, counted.backend, checker), legends))
    return found


def _row(kind: str, counters: Responses, values: dict[str, Value], legends: bool) -> Row:
    """What is said in `values`; what is not, from the counter of that name; nothing where the column is not for this kind."""
    full: dict[str, Value] = {}
    for name, kinds in COLUMNS:
        if kind not in kinds or (name in LEGENDS and not legends):
            full[name] = None
        else:
            full[name] = values[name] if name in values else getattr(counters, name, None)
    return Row(kind, full)


def _frontend(frontend: Frontend, counters: FrontendCounters) -> dict[str, Value]:
    return {
        "svname": "FRONTEND",
        "sid": 0,
        "type": 0,
        "status": "OPEN" if counters.enabled else "STOP",
        "rate_lim": frontend.rate_limit_sessions,
    }


def _backend(index: int, backend: Backend, counters: BackendCounters, checker: Checker) -> dict[str, Value]:
    active, backup = checker.usable(index)
    watches = [watch for number in range(len(backend.servers)) if (watch := checker.watch(index, number)) is not None]
    up = [each for number, each in enumerate(backend.servers) if _carries(each, checker.watch(index, number))]
    in_use = [each for each in up if each.backup == (active == 0)]
    return {
        "svname": "BACKEND",
        "sid": 0,
        "type": 1,
        "status": "UP" if active + backup or not backend.servers else "DOWN",
        "slim": backend.fullconn,
        "act": active,
        "bck": backup,
        "weight": sum(each.weight for each in in_use),
        "uweight": sum(each.weight for each in in_use),
        "chkdown": sum(watch.downs for watch in watches),
        "cookie": backend.cookie.name if backend.cookie else None,
        "algo": str(type(backend.balance.kind).__struct_config__.tag),
    }


def _carries(server: Server, watch: Watch | None) -> bool:
    return not server.disabled and server.weight > 0 and (watch is None or (watch.health.up and not watch.health.stopping))


def _server(server: Server, counters: ServerCounters, watch: Watch | None) -> dict[str, Value]:
    values: dict[str, Value] = {
        "svname": server.name,
        "sid": server.id,
        "type": 2,
        "status": _status(server, counters, watch),
        "slim": server.maxconn or None,
        "qlimit": server.maxqueue or None,
        "weight": server.weight,
        "uweight": server.weight,
        "act": int(not server.backup),
        "bck": int(server.backup),
        "chkfail": None,
        "chkdown": None,
        "downtime": None,
        "addr": f"{server.address.ip}:{server.address.port}" if isinstance(server.address, AddressInet) else "unix",
        "cookie": server.cookie,
    }
    if watch is None or server.disabled:
        empty = (
            "check_status",
            "check_code",
            "check_duration",
            "check_desc",
            "check_rise",
            "check_fall",
            "check_health",
            "last_chk",
        )
        return values | dict.fromkeys(empty)
    last = watch.last
    return values | {
        "chkfail": watch.failures,
        "chkdown": watch.downs,
        "downtime": watch.down_seconds(),
        "lastchg": watch.since_change(),
        "check_status": last.code.name,
        "check_code": last.status or None,
        "check_duration": last.ms,
        "check_desc": last.code.value,
        "last_chk": last.info,
        "check_rise": watch.health.rise,
        "check_fall": watch.health.fall,
        "check_health": watch.health.level,
    }


def _status(server: Server, counters: ServerCounters, watch: Watch | None) -> str:
    """HAProxy's words; `UP 2/3` is on its way down, `DOWN 1/2` on its way up."""
    if server.disabled or counters.admin == "maint":
        return "MAINT"
    if watch is None:
        return "DRAIN" if counters.admin == "drain" else "no check"
    health = watch.health
    if not health.up:
        return f"DOWN {health.level}/{health.rise}" if health.level else "DOWN"
    if health.stopping:
        return "NOLB"
    if counters.admin == "drain":
        return "DRAIN"
    return "UP" if health.steady else f"UP {health.level - health.rise + 1}/{health.fall}"
