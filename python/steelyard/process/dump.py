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
                    f"Server {proxy.name}/{server.name} is {state}. "
                    f"Conn: {numbers.scur} act, {numbers.qcur} pend, {numbers.stot} tot.",
                )
            )
        front, back = counted.frontend, counted.backend
        act = f"{front.scur if front else 0}+{back.scur if back else 0}"
        tot = f"{front.stot if front else 0}+{back.stot if back else 0}"
        queued = back.qcur if back else 0
        if not servers:
            line = f"Proxy {proxy.name} has no servers. Conn: act(FE+BE): {act}, {queued} pend, tot(FE+BE): {tot}."
        else:
            active, backup = checker.usable(index)
            if active:
                line = (
                    f"Proxy {proxy.name} has {active} active servers and {backup} backup servers available. "
                    f"Conn: act(FE+BE): {act}, {queued} pend, tot(FE+BE): {tot}."
                )
            elif backup:
                line = (
                    f"Proxy {proxy.name} is running on {backup} backup servers. "
                    f"Conn: act(FE+BE): {act}, {queued} pend, tot(FE+BE): {tot}."
                )
            else:
                line = f"Proxy {proxy.name} has no server available! Conn: act(FE+BE): {act}, {queued} pend, tot(FE+BE): {tot}."
        lines.append((index, line))
    return lines


def totals(snapshot: Snapshot) -> list[str]:
    """SIGQUIT: HAProxy dumps its memory pools; here are none, so the process's totals are told."""
    whole = snapshot.global_
    return [
        "SIGQUIT received, dumping totals (memory pools do not exist here).",
        f"up {snapshot.uptime_ms // 1000} s, {whole.curr_conns} connections of {whole.cum_conns} in all, "
        f"{whole.cum_req} requests, {whole.dropped_logs} log lines dropped",
    ]
