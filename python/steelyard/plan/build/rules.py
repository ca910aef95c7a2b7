"""Rules. An action is compiled by the fields of its struct: no action is named here."""

from __future__ import annotations

from typing import Any, get_args

from steelyard.config import expr as model
from steelyard.plan.build.context import Context
from steelyard.plan.build.exprs import condition, expression, log_format, pattern_file, table_index
from steelyard.plan.build.replies import reply
from steelyard.plan.schema import rule as plan

ACTIONS: dict[str, type[plan.Action]] = {str(each.__struct_config__.tag): each for each in get_args(plan.Action)}


def bandwidth(context: Context, value: model.FilterArg) -> plan.Bandwidth:
    """The filter of that name, in the proxy that holds the rule; `checks` has looked whether it is there."""
    found = next(each for each in context.config.proxies[context.holder].bandwidth if each.name == value.name)
    return plan.Bandwidth(
        at=context.at(found.span),
        upload=found.upload,
        limit=found.limit,
        period=found.period,
        min_size=found.min_size,
        key=None if found.key is None else expression(context, found.key),
        table=0 if found.table is None else table_index(context, found.table),
    )


def _field(context: Context, value: model.Value) -> Any:
    if isinstance(value, model.Expr):
        return expression(context, value)
    if isinstance(value, model.PatternFileRef):
        return pattern_file(context, value)
    if isinstance(value, model.TableArg):
        return table_index(context, value)
    if isinstance(value, model.ProfileArg):
        return [profile.name for profile in context.config.log_profiles].index(value.name)
    if isinstance(value, model.FilterArg):
        return bandwidth(context, value)
    if isinstance(value, model.ReplySpec):
        return reply(context, value)
    if isinstance(value, tuple):
        return log_format(context, value)  # type: ignore[arg-type]
    return value


def action(context: Context, value: model.Action) -> plan.Action:
    fields = {name: _field(context, each) for name, each in value.fields}
    return ACTIONS[value.name](**fields)


def rule(context: Context, value: model.Rule) -> plan.Rule:
    return plan.Rule(
        at=context.at(value.span),
        action=action(context, value.action),
        cond=condition(context, value.cond),
        text=value.text,
    )


def rules(context: Context, values: tuple[model.Rule, ...]) -> list[plan.Rule]:
    return [rule(context, each) for each in values]


__all__ = ["ACTIONS", "action", "rule", "rules"]
