"""A model as text: every value that is not the default, one a line, so that a case file shows what was
understood. Texts kept for messages are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from steelyard.config.model import Config
from steelyard.config.span import Span


def dump(config: Config) -> str:
    lines = list(_walk("global", config.global_))
    for proxy in config.proxies:
        lines += _walk(f"{proxy.kind} {proxy.name}", proxy, skip=("kind", "name"))
    for userlist in config.userlists:
        lines += _walk(f"userlist {userlist.name}", userlist, skip=("name",))
    return "".join(line + "\n" for line in lines)


def _walk(path: str, value: Any, skip: tuple[str, ...] = ()) -> Iterator[str]:
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            item = getattr(value, field.name)
            if isinstance(item, Span) or field.name in (*skip, "text") or item in ((), _default(field)):
                continue
            yield from _walk(f"{path}.{field.name}", item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(f"{path}[{key}]", item)
    elif isinstance(value, tuple) and any(is_dataclass(item) or isinstance(item, tuple) for item in value):
        for index, item in enumerate(value):
            yield from _walk(f"{path}[{index}]", item)
    else:
        yield f"{path} = {value!r}"


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING
