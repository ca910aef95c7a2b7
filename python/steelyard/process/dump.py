"""What SIGHUP and SIGQUIT make a process say."""

from __future__ import annotations

from steelyard.engine.snapshot import Snapshot
from steelyard.health.checker import Checker
from steelyard.plan.schema import Plan


def states(plan: Plan, snapshot: Snapshot, checker: Checker) -> list[tuple[int | None, str]]:
    """The state of every server and proxy, each with the proxy to whose logs it goes."""
    lines: list[tuple[int | None, str]] = [(None, "SIGHUP received, dumping servers states.")]
    for index, (proxy, counted) in enumerate(zip(plan.proxies, snapshot.proxies)):
        servers = proxy.backend.servers if proxy.backend else []
        for server, numbers in zip(servers, counted.servers):
            state = "UP" if numbers.up else "DOWN"
            lines.append(
                (
                    index,
                    f"SIGHUP: Server {proxy.name}/{server.name} is {state}. "
                    f"Conn: {numbers.scur} act, {numbers.qcur} pend, {numbers.stot} tot.",
                )
            )
        front, back = counted.frontend, counted.backend
        act = f"{front.scur if front else 0}+{back.scur if back else 0}"
        tot = f"{front.stot if front else 0}+{back.stot if back else 0}"
        queued = back.qcur if back else 0
        numbers_of_all = f"Conn: act(FE+BE): {act}, {queued} pend (0 unass), tot(FE+BE): {tot}."
        lines.append((index, f"SIGHUP: Proxy {proxy.name} {_fleet(len(servers), *checker.usable(index))} {numbers_of_all}"))
    return lines


def _fleet(servers: int, active: int, backup: int) -> str:
    if not servers:
        return "has no servers."
    if active:
        return f"has {active} active servers and {backup} backup servers available."
    return f"is running on {backup} backup servers." if backup else "has no server available !"


def totals(snapshot: Snapshot, dropped_traces: int | None = None) -> list[str]:
    """SIGQUIT: HAProxy dumps its memory pools; here are none, so the process's totals are told.

    `dropped_traces`: those that could not be written; None where requests are not traced.
    """
    whole = snapshot.global_
    lines = [
        "SIGQUIT received, dumping totals (memory pools do not exist here).",
        f"up {snapshot.uptime_ms // 1000} s, {whole.curr_conns} connections of {whole.cum_conns} in all, "
        f"{whole.cum_req} requests, {whole.dropped_logs} log lines dropped",
    ]
    if dropped_traces is not None:
        lines.append(f"{whole.dropped_traces + dropped_traces} traces of requests dropped")
    return lines
