"""Files of cases for `steelyard test`: TOML, each case a request and what is expected of it. See `docs/testing.md`."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from steelyard.config.nearest import begin, nearest
from steelyard.explain import message
from steelyard.explain.ask import SOURCE, Ask
from steelyard.explain.message import MessageError


class CasesError(ValueError):
    """A file of cases that can't be read; says where and what to write."""


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What must be. A header's value is text (equal), true (there) or false (not there). `log` and `body`: a regular
    expression that is found. `rules` and `skipped`: lines (`haproxy.cfg:12`, or `12`) whose rule was, or was not, carried out.
    """

    end: str | None = None
    status: int | None = None
    backend: str | None = None
    server: str | None = None
    request_line: str | None = None
    request_headers: dict[str, str | bool] = {}
    headers: dict[str, str | bool] = {}
    body: str | None = None
    log: str | bool | None = None
    variables: dict[str, str | bool] = {}
    rules: list[str | int] = []
    skipped: list[str | int] = []


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the server answers."""

    status: int = 200
    headers: dict[str, str] = {}
    body: str = ""


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A case as written. `request`: `METHOD URL`, or a raw request in several lines; `data`: what a client of mode tcp sends."""

    name: str = ""
    request: str | None = None
    data: str | None = None
    headers: dict[str, str] = {}
    body: str = ""
    frontend: str | None = None
    src: str = SOURCE
    dst: str | None = None
    now: Any = None
    servers: dict[str, str] = {}
    proxies: dict[str, str] = {}
    random: int = 0
    reused: bool = False
    fresh: bool = False
    response: Reply | None = None
    expect: Expect = Expect()


@dataclass(frozen=True, slots=True)
class TestCase:
    """`fresh`: the process is started anew before it."""

    __test__ = False

    name: str
    ask: Ask
    expect: Expect
    fresh: bool


@dataclass(frozen=True, slots=True)
class CaseFile:
    """`config`: configuration files, relative paths resolved against the case file's folder; empty when it names none."""

    path: str
    config: tuple[str, ...]
    cases: tuple[TestCase, ...]


def read(path: str) -> CaseFile:
    """Raises CasesError or OSError."""
    begin()
    with open(path, "rb") as file:
        try:
            document = tomllib.load(file)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CasesError(f"{path}: not TOML: {error}") from None
    unknown = document.keys() - {"config", "defaults", "case"}
    if unknown:
        raise CasesError(f"{path}: unknown '{min(unknown)}': a file has 'config', [defaults] and [[case]]")
    defaults = document.get("defaults", {})
    given = document.get("case", [])
    if not isinstance(given, list) or not isinstance(defaults, dict):
        raise CasesError(f"{path}: write each case as [[case]], with two brackets, and defaults as [defaults]")
    cases = tuple(_case(path, number, each, defaults) for number, each in enumerate(given, 1))
    return CaseFile(path, _config(path, document.get("config", [])), cases)


def _config(path: str, value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CasesError(f"{path}: 'config' is a file name or a list of them: config = \"haproxy.cfg\"")
    folder = os.path.dirname(path)
    return tuple(os.path.normpath(os.path.join(folder, name)) for name in names)


def _case(path: str, number: int, given: Any, defaults: Mapping[str, Any]) -> TestCase:
    where = f"{path}: case {number}"
    if isinstance(given, dict) and given.get("name"):
        where += f" ({given['name']})"
    try:
        case = msgspec.convert(_merged(defaults, given), Given)
        return TestCase(case.name or f"case {number}", _ask(case), case.expect, case.fresh)
    except msgspec.ValidationError as error:
        raise CasesError(f"{where}: {_wrong(str(error))}") from None
    except (MessageError, CasesError) as error:
        raise CasesError(f"{where}: {error}") from None


_KINDS = {
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "object": "a table",
    "array": "a list",
    "bool": "true or false",
}


def _wrong(said: str) -> str:
    """What msgspec says of a case, in the words of a file of cases."""
    if found := re.fullmatch(r"Object contains unknown field `(.*?)`(?: - at `\$\.(.*)`)?", said):
        inside = {"": Given, "expect": Expect, "response": Reply}.get(found[2] or "")
        guess = nearest(found[1], inside.__struct_encode_fields__) if inside else ""
        return f"unknown '{found[1]}' in {found[2] or 'a case'}" + (f": did you mean '{guess}'?" if guess else "")
    if found := re.fullmatch(r"Expected `(.*?)(?: \| null)?`, got `(.*)` - at `\$\.(.*)`", said):
        wanted, got = (" or ".join(_KINDS.get(each, each) for each in kind.split(" | ")) for kind in found.group(1, 2))
        return f"'{found[3]}' is {wanted}, not {got}"
    return said


def _merged(defaults: Mapping[str, Any], given: Any) -> Any:
    """Tables are merged one level deep, the case's own words win."""
    if not isinstance(given, dict):
        return given
    merged = dict(defaults)
    for key, value in given.items():
        old = merged.get(key)
        merged[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _ask(case: Given) -> Ask:
    headers = list(case.headers.items())
    port = None
    if case.data is not None:
        request = case.data.encode("utf-8", "surrogateescape")
    elif case.request is None:
        raise CasesError('which request? write request = "GET /path"')
    elif "\n" in case.request.strip():
        request = message.raw(case.request.encode("utf-8", "surrogateescape"))
    else:
        method, _, url = case.request.strip().partition(" ")
        if not url:
            raise CasesError(f"'{case.request}' is not a request: write request = \"GET /path\"")
        request = message.request(method, url.strip(), headers, case.body.encode())
        port = message.port_of(url.strip())
    reply = case.response
    return Ask(
        request=request,
        frontend=case.frontend,
        port=port,
        src=case.src,
        dst=case.dst,
        response=None if reply is None else message.response(reply.status, list(reply.headers.items()), reply.body.encode()),
        now=_time(case.now),
        servers=case.servers,
        proxies=case.proxies,
        random=case.random,
        reused=case.reused,
    )


def _time(value: object) -> float | None:
    """TOML's own dates and times, a text, or seconds."""
    if value is None or isinstance(value, (int, float)):
        return value
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise CasesError(f"'{value}' is not a time: write now = 2026-01-31T23:59:00Z") from None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
