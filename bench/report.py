"""Tables of the bench, in Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def _base(programs: dict[str, Any]) -> str | None:
    """HAProxy to compare with: the first there is."""
    return next((name for name in programs if name.startswith("haproxy")), None)


def scenario(name: str, found: dict[str, Any]) -> str:
    programs = found["programs"]
    bases = [one for one in programs if one.startswith("haproxy")]
    rows = []
    for program, got in programs.items():
        ratios = [f"{got['us'] / programs[base]['us']:.2f}" for base in bases]
        rows.append(
            [
                program,
                f"{got['rate']:,.0f}",
                f"{got['us']:.1f}",
                f"{got['user_us']:.1f}",
                f"{got['p99_ms']:.2f}",
                f"{got['errors']:.0f}",
                *ratios,
            ]
        )
    goal = f" (goal: at most {found['goal']} of HAProxy's CPU per request)" if found.get("goal") else ""
    head = ["program", "requests/s", "CPU us/request", "of it user", "p99 ms", "errors", *(f"CPU / {base}" for base in bases)]
    return f"\n### {name}{goal}\n\n" + _table(head, rows)


def idle(found: dict[str, Any]) -> str:
    programs = found["programs"]
    base = _base(programs)
    rows = []
    for program, got in programs.items():
        ratio = f"{got['per_connection'] / programs[base]['per_connection']:.2f}" if base else "-"
        rows.append([program, f"{got['per_connection']:,.0f}", ratio, f"{got['empty_mb']:.1f}", f"{got['total_mb']:.1f}"])
    head = ["program", "bytes/connection", f"of {base}", "MB before", "MB in all"]
    return (
        f"\n### {found['connections']} idle connections (goal: at most 1.5 of HAProxy's memory, under 80 MB in all)\n\n"
        + _table(head, rows)
    )


def start(found: dict[str, Any]) -> str:
    rows = [[program, f"{got['start_ms']:.0f}", f"{got['check_ms']:.0f}"] for program, got in found.items()]
    return "\n### start (goal: -c under 400 ms)\n\n" + _table(["program", "until it listens, ms", "check of the file, ms"], rows)


def maps(found: dict[str, Any]) -> str:
    rows = [[program, f"{got['cpu_s']:.2f}", f"{got['mb']:.0f}"] for program, got in found.items()]
    return "\n### a map of 1M names, loaded (goal: at most HAProxy's memory)\n\n" + _table(["program", "CPU s", "MB"], rows)


def whole(result: dict[str, Any]) -> str:
    machine = result["machine"]
    parts = [
        "## Bench\n\n"
        f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}; medians of {result['rounds']} turns of "
        f"{result['seconds']:g} s; one core for the proxy, the other for load and servers.\n"
    ]
    parts += [scenario(name, found) for name, found in result["scenarios"].items()]
    if "idle" in result:
        parts.append(idle(result["idle"]))
    if "maps" in result:
        parts.append(maps(result["maps"]))
    if "start" in result:
        parts.append(start(result["start"]))
    return "".join(parts)
