"""Stick tables and `stick` rules."""

from __future__ import annotations

from typing import cast

from steelyard.config import stick as model
from steelyard.plan.build.context import Context
from steelyard.plan.build.exprs import condition, expression, table_index
from steelyard.plan.schema.table import StickRule, StickTable, TableColumn, TableData


def stick_rules(context: Context, rules: tuple[model.Stick, ...]) -> list[StickRule]:
    return [
        StickRule(
            at=context.at(rule.span),
            kind=rule.kind,
            expr=expression(context, rule.expr),
            table=table_index(context, rule.table),
            cond=condition(context, rule.cond),
            text=rule.text,
        )
        for rule in rules
    ]


def tables(context: Context) -> list[StickTable]:
    """All of them, as `context.tables` numbers them. Those of `stick` rules store the server's number without being told."""
    stuck = {rule.table.name or proxy.name for proxy in context.config.proxies for rule in proxy.stick}
    return [_table(context, table, table.name in stuck) for table in context.stick_tables]


def _table(context: Context, value: model.StickTable, stuck: bool) -> StickTable:
    columns = [TableColumn(data=cast(TableData, each.data), count=each.count, period=each.period) for each in value.store]
    if stuck and all(each.data != "server_id" for each in columns):
        columns.append(TableColumn(data="server_id", count=1, period=0))
    return StickTable(
        name=value.name,
        at=context.at(value.span),
        key=value.key,
        length=value.length,
        size=value.size,
        expire=value.expire or None,
        nopurge=value.nopurge,
        server_key=value.server_key,
        brates_factor=value.brates_factor,
        store=columns,
    )
