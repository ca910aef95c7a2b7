"""Files of cases for `steelyard test`: TOML, each case a request and what is expected of it. See `docs/testing.md`."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args

import msgspec

from steelyard.config.nearest import begin, nearest
from steelyard.explain import message
from steelyard.explain.ask import SOURCE, Ask
from steelyard.explain.message import MessageError


class CasesError(ValueError):
    """A file of cases that can't be read; says where and what to write."""


End = Literal["forwarded", "replied", "tarpitted", "closed", "dropped", "served", "waits"]


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What must be. A header's value is text (equal), true (there) or false (not there). `log` and `body`: a regular
    expression that is found. `rules` and `skipped`: lines (`haproxy.cfg:12`, or `12`) whose rule was, or was not, carried out.
    """

    end: End | None = None
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
    after: str | int | float | None = None
    servers: dict[str, str] = {}
    proxies: dict[str, str] = {}
    random: Annotated[int, msgspec.Meta(ge=0, le=4_294_967_295)] = 0
    reused: bool = False
    fresh: bool = False
    response: Reply | None = None
    expect: Expect = Expect()


@dataclass(frozen=True, slots=True)
class TestCase:
    """`fresh`: the process is started anew before it. `line`: where it begins in its file, 0 where that is not known.

    `after`: the clock moves on by so many seconds before it.
    """

    __test__ = False

    name: str
    line: int
    after: float
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
        data = file.read()
    try:
        text = data.decode()
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CasesError(f"{path}: not TOML: {error}") from None
    unknown = document.keys() - {"config", "defaults", "case"}
    if unknown:
        raise CasesError(f"{path}: unknown '{min(unknown)}': a file has 'config', [defaults] and [[case]]")
    defaults = document.get("defaults", {})
    given = document.get("case", [])
    if not isinstance(given, list) or not isinstance(defaults, dict):
        raise CasesError(f"{path}: write each case as [[case]], with two brackets, and defaults as [defaults]")
    places = _Places(path, text, len(given))
    cases = tuple(_case(places, number, each, defaults) for number, each in enumerate(given, 1))
    return CaseFile(path, _config(path, document.get("config", [])), cases)


def _config(path: str, value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CasesError(f"{path}: 'config' is a file name or a list of them: config = \"haproxy.cfg\"")
    folder = os.path.dirname(path)
    return tuple(os.path.normpath(os.path.join(folder, name)) for name in names)


class _Places:
    """Lines of cases and of their words: TOML's reader gives none."""

    def __init__(self, path: str, text: str, count: int) -> None:
        self._path = path
        self._lines = text.splitlines()
        begins = [number for number, line in enumerate(self._lines, 1) if _CASE.match(line)]
        # Where a text of several lines looks like the beginning of one, no line is better than a wrong one.
        self._begins = begins if len(begins) == count else []

    def of(self, number: int) -> int:
        return self._begins[number - 1] if self._begins else 0

    def word(self, number: int, word: str) -> str:
        """`file:line` of a word of a case, of the case where it is not found."""
        if not self._begins:
            return self._path
        end = self._begins[number] - 1 if number < len(self._begins) else len(self._lines)
        for line in range(self.of(number), end + 1):
            if word and re.search(rf"(^|[\s{{,.\"'])({re.escape(word)})[\"']?\s*=", self._lines[line - 1]):
                return f"{self._path}:{line}"
        return f"{self._path}:{self.of(number)}"


_CASE = re.compile(r"\s*\[\[\s*[\"']?case[\"']?\s*\]\]")


def _case(places: _Places, number: int, given: Any, defaults: Mapping[str, Any]) -> TestCase:
    name = f" ({given['name']})" if isinstance(given, dict) and given.get("name") else ""

    def where(word: str = "") -> str:
        return f"{places.word(number, word)}: case {number}{name}"

    try:
        case = msgspec.convert(_merged(defaults, given), Given)
        return TestCase(case.name or f"case {number}", places.of(number), _after(case.after), _ask(case), case.expect, case.fresh)
    except msgspec.ValidationError as error:
        said, word = _wrong(str(error))
        raise CasesError(f"{where(word)}: {said}") from None
    except (MessageError, CasesError) as error:
        raise CasesError(f"{where()}: {error}") from None


_KINDS = {
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "object": "a table",
    "array": "a list",
    "bool": "true or false",
}


def _wrong(said: str) -> tuple[str, str]:
    """What msgspec says of a case, in the words of a file of cases, and the word that is wrong."""
    if found := re.fullmatch(r"Object contains unknown field `(.*?)`(?: - at `\$\.(.*)`)?", said):
        inside = {"": Given, "expect": Expect, "response": Reply}.get(found[2] or "")
        guess = nearest(found[1], inside.__struct_encode_fields__) if inside else ""
        return f"unknown '{found[1]}' in {found[2] or 'a case'}" + (f": did you mean '{guess}'?" if guess else ""), found[1]
    if found := re.fullmatch(r"Expected `(.*?)(?: \| null)?`, got `(.*)` - at `\$\.(.*)`", said):
        wanted, got = (" or ".join(_KINDS.get(each, each) for each in kind.split(" | ")) for kind in found.group(1, 2))
        return f"'{found[3]}' is {wanted}, not {got}", found[3].rpartition(".")[2]
    if found := re.fullmatch(r"Invalid enum value '(.*)' - at `\$\.(.*)`", said):
        guess = nearest(found[1], get_args(End))
        hint = f"did you mean '{guess}'?" if guess else f"write one of {', '.join(get_args(End))}"
        return f"'{found[2]}' can't be '{found[1]}': {hint}", found[2].rpartition(".")[2]
    if found := re.fullmatch(r"Expected `int` (.*) - at `\$\.(.*)`", said):
        return f"'{found[2]}' is a number {found[1]}", found[2].rpartition(".")[2]
    return said, ""


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


_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def _after(value: str | int | float | None) -> float:
    """Seconds, or a number with a unit as in a configuration."""
    if value is None:
        return 0
    if isinstance(value, str):
        found = re.fullmatch(r"(\d{1,9}(?:\.\d+)?)(ms|s|m|h|d)", value.strip())
        if not found:
            raise CasesError(f"'{value}' is not a time: write after = \"10s\", with ms, s, m, h or d")
        return float(found[1]) * _UNITS[found[2]]
    if not 0 <= value <= 1e9:
        raise CasesError(f'the clock can\'t move by {value} seconds: write after = "10s"')
    return value


def _time(value: object) -> float | None:
    """TOML's own dates and times, a text, or seconds."""
    if isinstance(value, bool):
        raise CasesError("'now' is not a time: write now = 2026-01-31T23:59:00Z")
    if value is None or isinstance(value, (int, float)):
        return value
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise CasesError(f"'{value}' is not a time: write now = 2026-01-31T23:59:00Z") from None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
