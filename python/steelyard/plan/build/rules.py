"""Rules, replies and error files. An action is compiled by the fields of its struct: no action is named here."""

from __future__ import annotations

import base64
from typing import Any, get_args

from steelyard.config import expr as model
from steelyard.config.model import ErrorFile
from steelyard.plan.build.context import Context
from steelyard.plan.build.exprs import condition, expression, log_format, pattern_file, table_index
from steelyard.plan.schema import rule as plan

ACTIONS: dict[str, type[plan.Action]] = {str(each.__struct_config__.tag): each for each in get_args(plan.Action)}


def payload(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def reply(context: Context, value: model.ReplySpec) -> plan.Reply:
    return plan.Reply(
        status=value.status,
        content_type=value.content_type,
        body=_body(context, value),
        headers=[(name, log_format(context, text)) for name, text in value.headers],
    )


def _body(context: Context, value: model.ReplySpec) -> plan.ReplyBody:
    if value.string is not None:
        return plan.BodyBytes(bytes=payload(value.string.encode("utf-8", "surrogateescape")))
    if value.file is not None:
        return plan.BodyBytes(bytes=payload(value.file))
    if value.errorfile is not None:
        return plan.BodyRaw(bytes=payload(value.errorfile))
    if value.lf_string is not None:
        return plan.BodyLogFormat(format=log_format(context, value.lf_string))
    if value.lf_file is not None:
        return plan.BodyLogFormat(format=log_format(context, value.lf_file))
    return plan.BodyDefault() if value.default_errorfiles else plan.BodyEmpty()


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


def error_file(context: Context, value: ErrorFile) -> plan.ErrorFile:
    if value.reply is not None:
        return plan.ErrorFile(status=value.status, reply=reply(context, value.reply))
    body: plan.ReplyBody
    if value.location is not None:
        body = plan.BodyLocation(status=value.location_status, url=value.location)
    else:
        body = plan.BodyRaw(bytes=payload(value.content or b""))
    return plan.ErrorFile(status=value.status, reply=plan.Reply(status=value.status, body=body))


__all__ = ["ACTIONS", "action", "error_file", "reply", "rule", "rules"]
