"""What the kernel knows about a program: its CPU time and its memory, children and threads included."""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """The process and all that it started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    out, todo = [], [pid]
    while todo:
        one = todo.pop()
        out.append(one)
        todo += parents.get(one, [])
    return out


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds on a core: `total` from the scheduler (nanosecond counts), `user` and `system` from the tick counters."""

    total: float
    user: float
    system: float

    def __sub__(self, other: Cpu) -> Cpu:
        return Cpu(self.total - other.total, self.user - other.user, self.system - other.system)

    @property
    def user_share(self) -> float:
        both = self.user + self.system
        return self.user / both if both else 0.0


def cpu(pid: int) -> Cpu:
    total = user = system = 0.0
    for one in family(pid):
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0]) / 1e9
            words = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        user += int(words[11]) / TICKS
        system += int(words[12]) / TICKS
    return Cpu(total, user, system)


def resident(pid: int) -> int:
    """Bytes of memory that are the family's own or shared in it once (Pss), or Rss where Pss is not told."""
    total = 0
    for one in family(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        for line in text.splitlines():
            if line.startswith("Rss:"):
                total += int(line.split()[1]) * 1024
    return total


def median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")
