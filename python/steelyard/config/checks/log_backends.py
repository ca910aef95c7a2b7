"""Backends in mode log (2.9): messages go to their servers, and what concerns connections or HTTP has no effect on them."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.config.model import Config, Proxy
from steelyard.config.span import Span
from steelyard.config.statement import Room

_WAYS = ("roundrobin", "random", "sticky", "log-hash")
_OF_HTTP = ("uri", "url_param", "hdr")
_WORDS = ("http-send-name-header", "dynamic-cookie-key", "log-steps")


def check_log_backends(config: Config, room: Room) -> None:
    drafts = {draft.span: draft for draft in room.drafts}
    for each in room.drafts:
        if each.kind in ("frontend", "listen") and each.get("mode") == "log" and not each.own("mode"):
            message = f"'mode log', which {each.label} inherits, is not supported there yet"
            room.report.later("SY0104", message, each.span, help="write 'mode http' or 'mode tcp' in the section")
    for proxy in config.proxies:
        balance = proxy.balance
        if proxy.mode == "log":
            for word, span in _useless(proxy):
                message = f"'{word}' has no effect: backend '{proxy.name}' is in mode log"
                room.report.warning("SY0709", message, span, help="leave it out")
            draft = drafts.get(proxy.span)
            for word in _WORDS:
                place = draft.words.get(word) if draft is not None else None
                if place is not None:
                    message = f"'{word}' has no effect: backend '{proxy.name}' is in mode log"
                    room.report.warning("SY0709", message, place, help="leave it out")
            if balance is not None and balance.name in _OF_HTTP:
                message = f"'balance {balance.name}' falls back to round robin: backend '{proxy.name}' is in mode log"
                room.report.warning("SY0709", message, balance.span, help=f"one of: {', '.join(_WAYS)}")
            elif balance is not None and balance.name not in _WAYS:
                message = f"'balance {balance.name}' can't choose log servers"
                room.report.alert("SY0705", message, balance.span, help=f"one of: {', '.join(_WAYS)}")
            elif (
                balance is not None and balance.name == "log-hash" and proxy.hash_type is not None and proxy.hash_type.consistent
            ):
                message = "'balance log-hash' can't use a consistent hash"
                room.report.alert("SY0705", message, balance.span, help="write 'hash-type map-based'")
        elif balance is not None and balance.name == "log-hash":
            message = f"'balance log-hash' falls back to round robin: {proxy.kind} '{proxy.name}' is not in mode log"
            room.report.warning("SY0709", message, balance.span, help="write 'balance hash <expression>'")


def _useless(proxy: Proxy) -> Iterator[tuple[str, Span]]:
    """The first of each kind of rules."""
    for ruleset, rules in proxy.rules.items():
        if rules:
            yield ruleset, rules[0].span
    if proxy.stick_table is not None:
        yield "stick-table", proxy.stick_table.span
    if proxy.stick:
        yield "stick", proxy.stick[0].span
    if proxy.use_server:
        yield "use-server", proxy.use_server[0].span
    if proxy.cookie is not None:
        yield "cookie", proxy.cookie.span
