"""The drafts of a whole run to one model: names bound, cross-checks made."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from steelyard.config.certificates import key_text
from steelyard.config.checks import CHECKS
from steelyard.config.draft import Draft
from steelyard.config.expr import Call, StrArg
from steelyard.config.freeze import freeze_global, freeze_profile, freeze_proxy, freeze_ring, freeze_section
from steelyard.config.grammar.monitor_net import bind_monitor_net
from steelyard.config.grammar.row import ANY, PLAIN
from steelyard.config.model import Block, Config, ErrorFile, Global, JwtCertificate, Variable
from steelyard.config.replies import bind_replies, find_section
from steelyard.config.rules.files import load_pattern_files
from steelyard.config.span import Word
from steelyard.config.statement import Room
from steelyard.config.visit import nodes, only, parts_of

_TYPED = ("ring", "log-profile")
"""Sections with a type of their own in the model."""


def resolve(room: Room) -> Config:
    global_, proxies = Global(), []
    for draft in room.drafts:
        if draft.kind == "global":
            global_ = freeze_global(draft, room.default_log_formats)
    for draft in room.drafts:
        if draft.where & ANY:
            _error_files(draft, room)
            bind_monitor_net(draft, room)
            bind_replies(draft, room)
            proxies.append(freeze_proxy(draft, global_.log_send_hostname, room.default_log_formats))
    sections = tuple(freeze_section(draft) for draft in room.drafts if draft.where & PLAIN and draft.kind not in _TYPED)
    blocks = tuple(Block(words, lines) for words, lines in room.blocks)
    config = Config(
        tuple(room.files),
        global_,
        tuple(proxies),
        tuple(room.userlists.values()),
        sections=sections,
        rings=tuple(freeze_ring(draft) for draft in room.drafts if draft.kind == "ring"),
        log_profiles=tuple(freeze_profile(draft) for draft in room.drafts if draft.kind == "log-profile"),
        peer_tables=tuple(room.peer_tables),
        jwt_certificates=tuple(_token_certificates(room)),
        blocks=blocks,
    )
    room.parts = [parts_of(proxy) for proxy in proxies]
    config = replace(config, variables=_variables(config, room))
    found = len(room.report.items)
    for check in CHECKS:
        check(config, room)
    _forget(found, room)
    return load_pattern_files(config, room.parts, room.report, room.paths)


def _token_certificates(room: Room) -> Iterator[JwtCertificate]:
    """Their keys are in the files of the certificates or in those that `key` names; as in HAProxy, none beside."""
    for name, path, key, span in room.token_loads:
        yield JwtCertificate(name, key_text(room.paths.find(key or path, file=span.file)), span)


def _variables(config: Config, room: Room) -> tuple[Variable, ...]:
    """What `env(...)` finds while traffic runs: the environment as the last line of the files left it."""
    calls = chain(*(only(parts, Call) for parts in room.parts), nodes((config.global_, config.log_profiles), Call))
    names = {arg.value for call in calls if call.name == "env" for arg in call.args if isinstance(arg, StrArg)}
    found = [(name, room.environment.values.get(name)) for name in sorted(names)]
    return tuple(Variable(name, value) for name, value in found if value is not None)


# Mistakes that count even in a proxy that is disabled.
_AWAKE = frozenset({"SY0202", "SY0707", "SY0745", "SY0746", "SY0103", "SY0209"})


def _forget(found: int, room: Room) -> None:
    """Takes back what the checks found in disabled proxies: HAProxy makes none there."""
    report = room.report
    asleep = {id(draft) for draft in room.drafts if draft.where & ANY and draft.get("disabled")}
    if not asleep:
        return
    starts = sorted((room.files.index(draft.span.file), draft.span.line, id(draft)) for draft in room.drafts if draft.span.file)
    keys = [start[:2] for start in starts]
    kept = []
    for item in report.items[found:]:
        at = bisect_right(keys, (room.files.index(item.span.file), item.span.line)) - 1 if item.span.file in room.files else -1
        if at < 0 or starts[at][2] not in asleep or item.code in _AWAKE:
            kept.append(item)
    report.items[found:] = kept


def _error_files(draft: Draft, room: Room) -> None:
    """Puts the replies of `http-errors` sections where `errorfiles` names them."""
    found: list[ErrorFile] = []
    for each in draft.get("errorfiles", ()):
        if isinstance(each, ErrorFile):
            found.append(each)
            continue
        word: Word = each[0]
        section = find_section(word.text, word.span, room)
        if section is None:
            continue
        wanted = each[1]
        found += [one for one in section.get("errorfiles", ()) if not wanted or one.status in wanted]
    if "errorfiles" in draft.values:
        draft.values["errorfiles"] = found
