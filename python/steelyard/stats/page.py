"""The statistics as a page to look at. The template escapes everything that it is given."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import groupby

import jinja2
import jinja2.debug  # imported by jinja2 only when a template fails, which may be after chroot

from steelyard import __version__
from steelyard.engine.snapshot import Snapshot
from steelyard.plan.schema import Plan
from steelyard.plan.schema.proxy import Stats
from steelyard.stats.rows import Row, Value


@dataclass(frozen=True, slots=True)
class Block:
    """One proxy and its rows."""

    name: str
    mode: str
    description: str
    rows: Sequence[Row]


def _grouped(value: Value) -> str:
    """Thousands apart, by narrow spaces; nothing for nothing."""
    return "" if value is None else f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else value


def _short(value: Value) -> str:
    """Counts of up to five digits as they are, larger ones rounded: the exact one is in the cell's title."""
    if not isinstance(value, int) or value < 100_000:
        return _grouped(value)
    size, unit = float(value), ""
    for unit in ("", "k", "M", "G", "T"):
        if size < 1000 or unit == "T":
            break
        size /= 1000
    return f"{size:.3g}\u202f{unit}"


def _size(value: Value) -> str:
    """Bytes in the unit that leaves few digits."""
    if not isinstance(value, int):
        return ""
    size, unit = float(value), "B"
    for unit in ("B", "kB", "MB", "GB", "TB", "PB"):
        if size < 1000 or unit == "PB":
            break
        size /= 1000
    return f"{value}\u202fB" if unit == "B" else f"{size:.1f}\u202f{unit}"


def _span(value: Value) -> str:
    """Seconds as people say them: `3d 4h`, `2m 5s`."""
    if not isinstance(value, int) or value < 0:
        return ""
    parts = [(value // 86400, "d"), (value // 3600 % 24, "h"), (value // 60 % 60, "m"), (value % 60, "s")]
    first = next((index for index, (count, _) in enumerate(parts) if count), 3)
    return " ".join(f"{count}{unit}" for count, unit in parts[first : first + 2])


def _look(row: Row) -> str:
    """The class of a row, by its state: what needs eyes is coloured."""
    status = str(row["status"] or "")
    if status.startswith("MAINT"):
        return "maint"
    if status.startswith(("UP ", "DOWN ")):
        return "turning"
    if status in ("NOLB", "DRAIN"):
        return "drain"
    if status == "DOWN":
        return "down"
    if row.kind == "S" and row["bck"] == 1:
        return "backup"
    return "up" if status in ("UP", "OPEN") else "plain"


_environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_environment.filters |= {"grouped": _grouped, "short": _short, "size": _size, "span": _span, "look": _look}
_template = _environment.from_string((resources.files("steelyard.stats") / "page.html").read_text(encoding="utf-8"))


def render(plan: Plan, snapshot: Snapshot, rows: Sequence[Row], stats: Stats, *, refresh: int | None, only_up: bool) -> str:
    """`only_up` leaves out servers that are not."""
    shown = [row for row in rows if not only_up or row.kind != "S" or str(row["status"]).startswith(("UP", "no check"))]
    about = {proxy.name: (proxy.mode, proxy.description) for proxy in plan.proxies}
    blocks = [
        Block(str(name), *about.get(str(name), ("", "")), list(group))
        for name, group in groupby(shown, lambda row: row["pxname"])
    ]
    global_ = plan.global_
    return _template.render(
        blocks=blocks,
        counters=snapshot.global_,
        maxconn=plan.global_.maxconn,
        uptime=snapshot.uptime_ms // 1000,
        version="" if stats.hide_version else __version__,
        # Empty: the words of `global`.
        node=global_.node if stats.show_node == "" else stats.show_node,
        description=global_.description if stats.show_desc == "" else stats.show_desc,
        legends=stats.show_legends,
        process=plan.global_.process,
        threads=plan.global_.nbthread,
        refresh=refresh,
        uri=stats.uri,
        now=time.strftime("%H:%M:%S"),
    )
