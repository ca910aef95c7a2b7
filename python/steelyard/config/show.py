"""Values of the model in the user's words, for reports: `timeout client` and `30s`, not `timeouts.client` and 30000."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any

from steelyard.config.expr import LogAlias, LogExpr, LogText
from steelyard.config.grammar.bind_options import BIND_OPTIONS, FileMode
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.row import PROXY, Row, Where
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from steelyard.config.grammar.table import Table
from steelyard.config.grammar.values import Time
from steelyard.config.model import (
    AbstractName,
    Bind,
    Endpoint,
    Global,
    Inet,
    Inherited,
    Proxy,
    Said,
    Server,
    UnixPath,
)
from steelyard.config.quote import join, quote
from steelyard.config.span import Span

_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000))
_TABLES: dict[type, tuple[Table, Where]] = {
    Global: (KEYWORDS, Where.GLOBAL),
    Proxy: (KEYWORDS, PROXY),
    Bind: (BIND_OPTIONS, Where.BIND),
    Server: (SERVER_OPTIONS, Where.SERVER),
}
_TIMES = frozenset({"expire", "period", "maxidle", "maxlife"})
"""Fields inside of values that are milliseconds."""


@cache
def _rows(kind: type) -> dict[str, list[Row]]:
    """By field: the words of today that set it."""
    found: dict[str, list[Row]] = {}
    if kind in _TABLES:
        table, where = _TABLES[kind]
        for row in table.rows:
            old = bool(row.today or row.deprecated or row.removed)
            if row.sets and row.where & where and row.value is None and not (old or row.name.startswith("no-")):
                found.setdefault(row.sets, []).append(row)
    return found


def word(kind: type, path: str) -> str:
    """How a field is called in a file: `timeout client` for `timeouts.client` of a proxy."""
    names = [row.name for row in _rows(kind).get(path, ())]
    firsts = {name.split()[0] for name in names}
    if names:
        return names[0] if len(names) == 1 or len(firsts) > 1 else firsts.pop()
    group, _, name = path.partition(".")
    if group == "options":
        return f"option {name}"
    return path.replace("_", "-").replace(".", " ")


def value_of(kind: type, path: str, value: object) -> str:
    """A field's value as it is written."""
    for row in _rows(kind).get(path, ()) if type(value) is int else ():
        if len(row.args) == 1 and isinstance(row.args[0], FileMode):
            return f"{value:o}"
        if len(row.args) == 1 and isinstance(row.args[0], Time) and type(value) is int:
            return time(value)
    return time(value) if path.rpartition(".")[2] in _TIMES and type(value) is int else show(value)


def time(milliseconds: int) -> str:
    for unit, size in _UNITS:
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def show(value: Any) -> str:
    """Any value of the model on one line."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return quote(value) if value and "\0" not in value else "''"
    if value is None or isinstance(value, int):
        return "not set" if value is None else str(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = getattr(value, "text", "")
    if isinstance(text, str) and text:
        return text
    if isinstance(value, Endpoint):
        return address(value)
    if isinstance(value, Said):
        return join([*value.prefix.split(), *value.name.split(), *value.words])
    if isinstance(value, tuple):
        if value and all(isinstance(item, (LogText, LogAlias, LogExpr)) for item in value):
            return quote("".join(map(_log_item, value)))
        return ", ".join(map(show, value))
    if is_dataclass(value) and not isinstance(value, type):
        return " ".join(_parts(value))
    return str(value)


def _parts(value: Any) -> list[str]:
    """`SRV mode insert indirect`: the name, then what is not the default."""
    parts: list[str] = []
    for field in fields(value):
        item = getattr(value, field.name)
        name = field.name.replace("_", "-")
        if name in ("name", "header", "endpoint", "status", "method") and not parts:
            parts.append(show(item))
        elif isinstance(item, Span) or item == _default(field):
            continue
        elif item is True:
            parts.append(name)
        elif name in _TIMES and type(item) is int:
            parts.append(f"{name} {time(item)}")
        else:
            parts.append(f"{name} {show(item)}")
    return parts or ["default"]


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _log_item(item: LogText | LogAlias | LogExpr) -> str:
    if isinstance(item, LogText):
        return item.value.replace("%", "%%")
    flags = f"{{{','.join(item.flags)}}}" if item.flags else ""
    if isinstance(item, LogExpr):
        return f"%{flags}[{item.expr.text}]"
    return f"%{flags}{item.name}"


def address(endpoint: Endpoint) -> str:
    """`10.0.0.1:80`, `[::1]:80-90`, `*:443`, `/run/x.sock`, `fd@3`."""
    where = endpoint.where
    match where:
        case UnixPath():
            return where.path
        case AbstractName():
            return f"abns@{where.name}"
        case Inherited():
            return f"fd@{where.fd}"
        case Inet():
            host = f"[{where.host}]" if ":" in where.host else where.host or ("[::]" if where.family == 6 else "*")
            if endpoint.offset is not None:
                return f"{host}:{endpoint.offset:+d}"
            if not endpoint.port_given:
                return host
            return f"{host}:{endpoint.low}" + (f"-{endpoint.high}" if endpoint.high != endpoint.low else "")
        case _:
            return str(where)
