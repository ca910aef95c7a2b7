"""Replies that are made here, and error files."""

from __future__ import annotations

import base64

from steelyard.config import expr as model
from steelyard.config.model import ErrorFile
from steelyard.plan.build.context import Context
from steelyard.plan.build.exprs import log_format
from steelyard.plan.schema import reply as plan


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


def error_file(context: Context, value: ErrorFile) -> plan.ErrorFile:
    if value.reply is not None:
        return plan.ErrorFile(status=value.status, reply=reply(context, value.reply))
    body: plan.ReplyBody
    if value.location is not None:
        body = plan.BodyLocation(status=value.location_status, url=value.location)
    else:
        body = plan.BodyRaw(bytes=payload(value.content or b""))
    return plan.ErrorFile(status=value.status, reply=plan.Reply(status=value.status, body=body))
