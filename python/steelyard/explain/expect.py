"""Whether an outcome is what was expected, and how it differs."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from steelyard.engine.simulation import ChangeStep, Message, Outcome, RuleStep
from steelyard.explain.ask import AskError, hint
from steelyard.explain.cases import Expect
from steelyard.explain.coverage import rules_of
from steelyard.plan.schema import Plan


def differences(expect: Expect, outcome: Outcome, files: Sequence[str]) -> list[str]:
    """Sentences, one for each thing that is not as expected; empty when all is. `files`: those of the plan."""
    found: list[str] = []
    for what, wanted, got in (
        ("end", expect.end, outcome.end),
        ("status", expect.status, outcome.status),
        ("backend", expect.backend, outcome.backend),
        ("server", expect.server, outcome.server),
        ("request line", expect.request_line, outcome.request.line if outcome.request else None),
    ):
        if wanted is not None and wanted != got:
            found.append(f"{what}: expected {_shown(wanted)}, got {_shown(got)}")
    found += _headers("request header", expect.request_headers, outcome.request)
    found += _headers("header", expect.headers, outcome.response)
    found += _text("body", expect.body, outcome.body)
    found += _text("log line", expect.log, outcome.log)
    found += _variables(expect.variables, outcome)
    found += _rules(expect, outcome, files)
    return found


def check(expect: Expect, plan: Plan) -> None:
    """Whether the plan has what is expected: a name that is typed wrong would never come. Raises AskError."""
    backends = {proxy.name: proxy.backend for proxy in plan.proxies if proxy.backend is not None}
    if expect.backend is not None and expect.backend not in backends:
        raise AskError(f"there is no backend '{expect.backend}'{hint(expect.backend, list(backends))}")
    chosen = [backends[expect.backend]] if expect.backend is not None else backends.values()
    servers = [server.name for backend in chosen for server in backend.servers]
    if expect.server is not None and expect.server not in servers:
        raise AskError(f"there is no server '{expect.server}'{hint(expect.server, servers)}")
    for what, pattern in (("body", expect.body), ("log", expect.log)):
        if isinstance(pattern, str):
            try:
                re.compile(pattern)
            except re.error as error:
                raise AskError(f"'{what}' is not a regular expression: {error}: {pattern}") from None
    lines = (*expect.rules, *expect.skipped)
    places = {at for proxy in plan.proxies for at, _ in rules_of(proxy)} if lines else set()
    for wanted in lines:
        name, _, number = str(wanted).rpartition(":")
        if not number.isdecimal():
            raise AskError(f"'{wanted}' is not a rule: write its line, as 12 or haproxy.cfg:12")
        if not any(line == int(number) and _is_file(plan.files, file, name) for file, line in places):
            raise AskError(f"no rule stands at {wanted}")


def _shown(value: object) -> str:
    return "none" if value is None else f"'{value}'"


def _compare(what: str, wanted: str | bool, got: str | None) -> list[str]:
    if wanted is True and got is None:
        return [f"{what}: expected, but it is not there"]
    if wanted is False and got is not None:
        return [f"{what}: not expected, but it is '{got}'"]
    if isinstance(wanted, str) and wanted != got:
        return [f"{what}: expected '{wanted}', got {_shown(got)}"]
    return []


def _headers(what: str, wanted: Mapping[str, str | bool], message: Message | None) -> list[str]:
    found: list[str] = []
    for name, value in wanted.items():
        lines = [text for key, text in message.headers if key.lower() == name.lower()] if message is not None else []
        if isinstance(value, str) and value in lines:
            continue
        found += _compare(f"{what} {name}", value, ", ".join(lines) if lines else None)
    return found


def _text(what: str, wanted: str | bool | None, got: str | None) -> list[str]:
    if wanted is None:
        return []
    if isinstance(wanted, bool):
        return _compare(what, wanted, got)
    hit = got is not None and re.search(wanted, got) is not None
    return [] if hit else [f"{what}: expected /{wanted}/, got {_shown(got)}"]


def _variables(wanted: Mapping[str, str | bool], outcome: Outcome) -> list[str]:
    last: dict[str, str | None] = {}
    for step in outcome.steps:
        if isinstance(step, ChangeStep) and step.what.startswith("variable "):
            last[step.what.removeprefix("variable ")] = step.after
    # Converters set variables, too, and those of a session may come from the request before.
    last.update(outcome.variables)
    found: list[str] = []
    for name, value in wanted.items():
        found += _compare(f"variable {name}", value, last.get(name))
    return found


def _rules(expect: Expect, outcome: Outcome, files: Sequence[str]) -> list[str]:
    taken = {(step.at.file, step.at.line) for step in outcome.steps if isinstance(step, RuleStep) and step.taken}
    found = []
    for wanted, expected in [*((each, True) for each in expect.rules), *((each, False) for each in expect.skipped)]:
        name, _, number = str(wanted).rpartition(":")
        hit = any(line == int(number) and _is_file(files, file, name) for file, line in taken)
        if hit is not expected:
            found.append(f"rule {wanted}: {'expected to be' if expected else 'not expected to be'} carried out")
    return found


def _is_file(files: Sequence[str], index: int, name: str) -> bool:
    if not name:
        return True
    path = files[index] if index < len(files) else ""
    return path == name or os.path.basename(path) == os.path.basename(name)
