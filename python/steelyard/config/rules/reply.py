"""The reply of `deny`, `tarpit` and `return`: status, headers and a body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from steelyard.config.expr import LogFormat, ReplySpec
from steelyard.config.grammar import actions
from steelyard.config.grammar.error_words import reply_fault
from steelyard.config.rules.logformat import parse_log_format
from steelyard.config.rules.place import Place
from steelyard.config.rules.values import READERS, is_condition, read_file
from steelyard.config.span import Word
from steelyard.diagnostics.diagnostic import Report

_OWN_HEADERS = ("content-length", "content-type", "transfer-encoding")
"""Headers that HAProxy makes itself."""


def read_reply(words: Sequence[Word], at: int, place: Place, report: Report) -> tuple[ReplySpec | None, int]:
    """The reply whose words start at `at`, and the index after it."""
    first = at
    fields: dict[str, Any] = {}
    headers: list[tuple[str, LogFormat]] = []
    body: Word | None = None
    good = True
    while at < len(words) and not is_condition(words, at):
        word = words[at]
        row = actions.REPLY_WORDS.get(word.text)
        if row is None or (word.text in actions.REPLY_PAGE_WORDS and not _leads(words, first, at)):
            break
        name, kind = row
        if name in actions.REPLY_BODIES:
            if body is not None:
                report.alert("SY0506", f"'{word}' and '{body}' are both the body of one reply", word.span)
                return None, len(words)
            body = word
        count = {"yes": 0, "reply_header": 2}.get(kind, 1)
        given = words[at + 1 : at + 1 + count]
        if len(given) < count:
            report.alert("SY0503", f"'{word}' needs {count} word(s) behind it", word.span)
            return None, len(words)
        at += 1 + count
        value: Any = _value(kind, given, place, report)
        if value is None:
            good = False
        elif kind == "reply_header" and value[0].lower() in _OWN_HEADERS:
            report.warning("SY0507", f"header '{given[0]}' has no effect: it is made from the body of the reply", given[0].span)
        elif kind == "reply_header":
            headers.append(value)
        else:
            fields[name] = value
    if not good:
        return None, at
    reply = ReplySpec(headers=tuple(headers), **fields)
    action = words[first - 1]
    if action.text in actions.REPLY_PAGE_ACTIONS and all(each.text in actions.REPLY_PAGE_WORDS for each in words[first:at:2]):
        reply = replace(reply, default_errorfiles=True)
    return _checked(reply, body, action, report), at


def _leads(words: Sequence[Word], first: int, at: int) -> bool:
    """Whether this is the first word behind an action that says "no": HAProxy knows the old word for a status only there."""
    return at == first and words[first - 1].text in actions.REPLY_PAGE_ACTIONS


def _value(kind: str, given: Sequence[Word], place: Place, report: Report) -> Any:
    match kind:
        case "yes":
            return True
        case "section":
            return (given[0].text, given[0].span)
        case "file":
            return read_file(given[0], place, report)
        case "whole_reply":
            data = read_file(given[0], place, report)
            fault = reply_fault(data) if data else ""
            if fault:
                report.alert("SY0506", f"'{given[0]}' is not an HTTP reply: {fault}", given[0].span)
                return None
            return data
        case "format_file":
            data = read_file(given[0], place, report)
            if data is None:
                return None
            try:
                text = data.decode()
            except UnicodeDecodeError:
                report.alert("SY0505", f"file '{given[0]}' is not UTF-8", given[0].span)
                return None
            return parse_log_format(Word(text, given[0].span), place, report)
        case "reply_header":
            value = parse_log_format(given[1], place, report)
            return None if value is None else (given[0].text, value)
        case _:
            return READERS[kind](given[0], place, report)


def _checked(reply: ReplySpec, body: Word | None, action: Word, report: Report) -> ReplySpec | None:
    paged = reply.default_errorfiles or reply.errorfiles is not None
    if reply.headers and (paged or reply.errorfile is not None):
        report.warning("SY0507", "headers have no effect: the error page has its own", action.span)
    if paged:
        # The page has its own head.
        reply = replace(reply, content_type=None, headers=())
        if reply.status is not None and reply.status not in actions.REPLY_PAGES:
            pages = ", ".join(str(each) for each in actions.REPLY_PAGES)
            report.alert(
                "SY0506", f"status {reply.status} has no error page", action.span, help=f"one of: {pages}; or give a body"
            )
            return None
        return reply
    typed = body is not None and actions.REPLY_WORDS[body.text][0] in actions.REPLY_TYPED
    empty = reply.string == "" or reply.file == b""
    if body is not None and typed and not empty and reply.content_type is None:
        report.alert("SY0506", f"'{body}' needs a content type", body.span, help="write 'content-type text/plain' in front of it")
        return None
    if body is not None and typed and not empty and reply.status in (204, 304):
        report.alert("SY0506", f"a reply with status {reply.status} has no body", body.span, help="leave the body out")
        return None
    if reply.content_type is not None and typed and empty:
        report.warning("SY0507", "the content type has no effect: the body is empty", action.span)
    if reply.content_type is not None and not typed:
        report.warning("SY0507", "the content type has no effect: the reply has no body of its own", action.span)
    return reply
