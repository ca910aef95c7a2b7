"""Replies that name an `http-errors` section, bound to what it holds for their status (manual section 4.4, `return`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from steelyard.config.draft import Draft
from steelyard.config.expr import ReplySpec, Rule
from steelyard.config.grammar import actions
from steelyard.config.model import ErrorFile
from steelyard.config.nearest import nearest
from steelyard.config.span import Span
from steelyard.config.statement import Room


def bind_replies(draft: Draft, room: Room) -> None:
    for path, value in draft.values.items():
        if path.startswith("rules.") and isinstance(value, list):
            ruleset = path.removeprefix("rules.")
            draft.values[path] = [_rule(each, ruleset, room) for each in value]
        elif path == "errorfiles":
            draft.values[path] = [_error_file(each, room) for each in value]


def _rule(rule: Rule, ruleset: str, room: Room) -> Rule:
    fields = rule.action.fields
    if len(fields) != 1 or not isinstance(fields[0][1], ReplySpec) or fields[0][1].errorfiles is None:
        return rule
    statuses = actions.REPLY_STATUS if ruleset == "http-request" else actions.REPLY_STATUS_OF_RESPONSES
    bound = _bind(fields[0][1], statuses[rule.action.name], room) or replace(fields[0][1], errorfiles=None)
    return replace(rule, action=replace(rule.action, fields=(("reply", bound),)))


def _error_file(value: Any, room: Room) -> Any:
    """Also what `errorfiles` lines have left, which is bound elsewhere."""
    if not isinstance(value, ErrorFile) or value.reply is None or value.reply.errorfiles is None:
        return value
    bound = _bind(value.reply, value.status, room) or replace(value.reply, errorfiles=None, default_errorfiles=True)
    return replace(value, reply=bound)


def _bind(reply: ReplySpec, status: int, room: Room) -> ReplySpec | None:
    """None where the section has nothing for the status: a rule sends no body then, and an error has its usual page."""
    if reply.errorfiles is None:
        return reply
    section = find_section(*reply.errorfiles, room)
    wanted = reply.status or status
    found = [each for each in section.get("errorfiles", ()) if each.status == wanted] if section is not None else []
    return replace(reply, errorfiles=None, errorfile=found[-1].content) if found else None


def find_section(name: str, span: Span, room: Room) -> Draft | None:
    """The `http-errors` section of that name; what is wrong is reported."""
    section = room.http_errors.get(name)
    if section is None:
        guess = nearest(name, room.http_errors)
        hint = f"did you mean '{guess}'?" if guess else ""
        room.report.alert("SY0703", f"no 'http-errors' section '{name}'", span, help=hint)
    return section
