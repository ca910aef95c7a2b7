"""A model as text: every value that is not the default, one a line, so that a case file shows what was
understood. Texts kept for messages are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import msgspec

from steelyard.config.model import Config
from steelyard.config.span import Span
from steelyard.plan.schema import Plan


def dump(config: Config) -> str:
    lines = list(_walk("global", config.global_))
    for proxy in config.proxies:
        lines += _walk(f"{proxy.kind} {proxy.name}", proxy, skip=("kind", "name"))
    for userlist in config.userlists:
        lines += _walk(f"userlist {userlist.name}", userlist, skip=("name",))
    for section in config.sections:
        lines += _walk(f"{section.kind} {section.name}".strip(), section, skip=("kind", "name"))
    for ring in config.rings:
        lines += _walk(f"ring {ring.name}", ring, skip=("name",))
    for profile in config.log_profiles:
        lines += _walk(f"log-profile {profile.name}", profile, skip=("name",))
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


def dump_plan(plan: Plan) -> str:
    """What a plan holds of rules: its ACLs, pattern files, rule sets, log formats and choice of backends."""
    lines: list[str] = []
    for index, acl in enumerate(plan.acls):
        lines += [f"acl {index} {acl.name!r}: {_json(test, 'at', 'text')}" for test in acl.tests]
    lines += [f"file {index}: {_json(file)}" for index, file in enumerate(plan.pattern_files)]
    lines += [f"global init: {_json(rule.action)}" for rule in plan.global_.init]
    for proxy in plan.proxies:
        for name in proxy.rules.__struct_fields__:
            for rule in getattr(proxy.rules, name):
                lines.append(f"{proxy.name} {name}: {_json(rule.action)}")
                if rule.cond is not None:
                    terms = [[("!" if term.not_ else "") + str(term.acl) for term in terms] for terms in rule.cond.any]
                    lines.append(f"    {'unless' if rule.cond.unless else 'if'} {' or '.join(' '.join(each) for each in terms)}")
        if proxy.log_format:
            lines.append(f"{proxy.name} log_format: {_json(proxy.log_format)}")
        if proxy.frontend is not None:
            lines += [f"{proxy.name} use_backend: {_json(each, 'at', 'text')}" for each in proxy.frontend.use_backend]
    return "".join(line + "\n" for line in lines)


def _json(value: Any, *without: str) -> str:
    data = msgspec.to_builtins(value)
    if isinstance(data, dict):
        data = {key: item for key, item in data.items() if key not in without}
    return msgspec.json.encode(data).decode()


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING
