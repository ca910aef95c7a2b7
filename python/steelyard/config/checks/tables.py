"""Stick tables: each is defined once, those that are named exist, and keys can be what tables want."""

from __future__ import annotations

from steelyard.config.bandwidth import Bandwidth
from steelyard.config.expr import Action, Expr, TableArg
from steelyard.config.grammar.calls import converter_rows, fetch_rows
from steelyard.config.grammar.types import casts
from steelyard.config.model import Config
from steelyard.config.nearest import nearest
from steelyard.config.statement import Room
from steelyard.config.stick import StickTable
from steelyard.config.visit import only
from steelyard.diagnostics.diagnostic import Label

# The type that a sample must become to be a key.
_TYPES = {"ipv4": "ipv4", "ipv6": "ipv6", "integer": "sint", "string": "str", "binary": "bin"}


def check_tables(config: Config, room: Room) -> None:
    tables: dict[str, StickTable] = {}
    for table in [*(each.stick_table for each in config.proxies), *config.peer_tables]:
        if table is None:
            continue
        if table.name in tables:
            labels = (Label(tables[table.name].span, "the first one"),)
            room.report.alert("SY0761", f"second stick table named '{table.name}'", table.span, labels=labels)
        tables.setdefault(table.name, table)
    sections = {section.name for section in config.sections if section.kind == "peers"}
    for table in tables.values():
        if table.peers is not None and table.peers not in sections:
            guess = nearest(table.peers, sections)
            hint = f"did you mean '{guess}'?" if guess else f"add a section 'peers {table.peers}'"
            room.report.alert("SY0741", f"no section 'peers {table.peers}'", table.span, help=hint)
        if table.write_to is not None:
            _target(table, tables, room)
    for proxy, parts in zip(config.proxies, room.parts):
        for arg in only(parts, TableArg):
            _known(arg, arg.name or proxy.name, tables, room)
        for limit in proxy.bandwidth:
            if limit.table is not None:
                _counts(limit, tables.get(limit.table.name or proxy.name), room)
        for rule in proxy.stick:
            _fits(rule.expr, tables.get(rule.table.name or proxy.name), room)
        for action in only(parts, Action):
            fields = dict(action.fields)
            key, table_arg = fields.get("expr"), fields.get("table")
            if isinstance(key, Expr) and isinstance(table_arg, TableArg):
                _fits(key, tables.get(table_arg.name or proxy.name), room)


def _known(arg: TableArg, name: str, tables: dict[str, StickTable], room: Room) -> None:
    if name in tables:
        return
    guess = nearest(name, tables)
    own = f"write 'stick-table type ip size 100k' in '{name}', or name the table of another section"
    hint = f"did you mean '{guess}'?" if guess else ("" if arg.name else own)
    room.report.alert("SY0760", f"no stick table '{name}'", arg.span, help=hint)


def _target(table: StickTable, tables: dict[str, StickTable], room: Room) -> None:
    name = table.write_to or ""
    if name == table.name:
        room.report.alert("SY0762", f"stick table '{name}' can't write to itself", table.span)
    elif name not in tables:
        _known(TableArg(name, table.span), name, tables, room)
    elif (tables[name].key, tables[name].length) != (table.key, table.length):
        room.report.alert("SY0762", f"stick tables '{table.name}' and '{name}' have keys of other types", table.span)


def _counts(limit: Bandwidth, table: StickTable | None, room: Room) -> None:
    """A shared limit is counted in its table."""
    data = "bytes_in_rate" if limit.upload else "bytes_out_rate"
    if table is not None and all(column.data != data for column in table.store):
        message = f"stick table '{table.name}' does not store '{data}', which bandwidth filter '{limit.name}' counts in"
        room.report.alert("SY0763", message, limit.span, help=f"add 'store {data}(1s)' to the table")
    elif table is not None and limit.key is not None:
        _fits(limit.key, table, room)


def _fits(expr: Expr, table: StickTable | None, room: Room) -> None:
    if table is None:
        return
    fetch = fetch_rows().get(expr.fetch.name)
    given = "any" if fetch is None else fetch.output
    for call in expr.converters:
        output = converter_rows()[call.name].output
        given = given if output == "same" else output
    if not casts(given, _TYPES[table.key]):
        message = f"'{expr.text}' gives type {given}, which can't be a key of stick table '{table.name}' (type {table.key})"
        room.report.alert("SY0762", message, expr.span)
