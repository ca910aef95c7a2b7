"""Drafts to the model's frozen values."""

from __future__ import annotations

from typing import Any

from steelyard.config.draft import Draft
from steelyard.config.model import Global, Proxy, Server, Stats, Timeouts


def freeze_global(draft: Draft) -> Global:
    return Global(**draft.fields())


def freeze_proxy(draft: Draft) -> Proxy:
    fields: dict[str, Any] = draft.fields()
    if "timeouts" in fields:
        fields["timeouts"] = Timeouts(**fields["timeouts"])
    if "stats" in fields:
        fields["stats"] = Stats(**fields["stats"])
    if "default_server" in fields:
        fields["default_server"] = Server(**fields["default_server"])
    inherits = draft.inherits.name if draft.inherits is not None else None
    return Proxy(kind=draft.kind, name=draft.name, span=draft.span, inherits=inherits or None, **fields)  # type: ignore[arg-type]
