"""Drafts to the model's frozen values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from steelyard.config.draft import Draft
from steelyard.config.expr import Rule
from steelyard.config.model import (
    ErrorFile,
    Global,
    HttpCheck,
    LogProfile,
    LogTarget,
    Proxy,
    Ring,
    Said,
    Section,
    Server,
    Stats,
    Timeouts,
)
from steelyard.config.span import Span


def freeze_global(draft: Draft, default_formats: set[Span]) -> Global:
    fields = draft.fields()
    fields["log"] = _logs(fields.get("log", ()), fields.get("log_send_hostname"), default_formats)
    return Global(**fields, others=others(draft))


def others(draft: Draft) -> tuple[Said, ...]:
    return tuple(said for _, said in draft.others)


def freeze_ring(draft: Draft) -> Ring:
    return Ring(draft.name, draft.span, others=others(draft), **draft.fields())


def freeze_profile(draft: Draft) -> LogProfile:
    return LogProfile(draft.name, draft.span, others=others(draft), **draft.fields())


def freeze_section(draft: Draft) -> Section:
    return Section(draft.kind, draft.name, others(draft), draft.span)


def freeze_proxy(draft: Draft, hostname: str | None, default_formats: set[Span]) -> Proxy:
    """`hostname`: what `log-send-hostname` says."""
    fields: dict[str, Any] = draft.fields()
    for name, kind in (("timeouts", Timeouts), ("stats", Stats), ("default_server", Server)):
        if name in fields:
            fields[name] = kind(**fields[name])
    check = fields.pop("httpcheck", {})
    fields["httpchk"] = HttpCheck(**check) if fields.get("httpchk") else None
    rules: dict[str, Any] = fields.setdefault("rules", {})
    _old_rules(fields, rules)
    fields["errorfiles"] = _last_of_each(fields.get("errorfiles", ()))
    fields["log"] = _logs(fields.get("log", ()), hostname, default_formats)
    inherits = draft.inherits.name if draft.inherits is not None else None
    kind_: Any = draft.kind
    return Proxy(kind=kind_, name=draft.name, span=draft.span, inherits=inherits or None, others=others(draft), **fields)


def _old_rules(fields: dict[str, Any], rules: dict[str, tuple[Rule, ...]]) -> None:
    """`block` comes before all rules; `req*` and `rsp*` come after them, those that add a header last; `redirect` ends it."""
    first, redirects = fields.pop("block_rules", ()), fields.pop("redirect_rules", ())
    old, last = fields.pop("old_rules", {}), fields.pop("last_rules", {})
    for name in ("http-request", "http-response"):
        late = (*old.get(name, ()), *last.get(name, ()))
        before, after = (first, redirects) if name == "http-request" else ((), ())
        if before or late or after:
            rules[name] = (*before, *rules.get(name, ()), *late, *after)


def _last_of_each(files: tuple[ErrorFile, ...]) -> tuple[ErrorFile, ...]:
    return tuple({each.status: each for each in files}.values())


def _logs(targets: tuple[LogTarget, ...], hostname: str | None, default_formats: set[Span]) -> tuple[LogTarget, ...]:
    """A line without a format is `local`, but `rfc3164` where host names are sent (manual section 4.2, `log`)."""
    if hostname is None:
        return targets
    return tuple(replace(each, format="rfc3164") if each.span in default_formats else each for each in targets)
