"""`log` lines and the words that choose what a log line holds (manual sections 3.1 and 4.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from steelyard.config.grammar import addresses
from steelyard.config.grammar.row import FRONT_D, PROXY, Row, Where
from steelyard.config.grammar.servers import endpoint
from steelyard.config.grammar.values import ArgType, Bad, Loose, OneOf, Text
from steelyard.config.hosts import address
from steelyard.config.model import AbstractName, Inet, Inherited, LogTarget
from steelyard.config.nearest import nearest
from steelyard.config.places import place_of
from steelyard.config.rules import parse_log_format
from steelyard.config.span import run_of
from steelyard.config.statement import Statement

FORMATS = ("rfc3164", "rfc5424", "local", "priority", "short", "timed", "iso", "raw")
_FACILITIES = """
kern user mail daemon auth syslog lpr news uucp cron auth2 ftp ntp audit alert cron2
local0 local1 local2 local3 local4 local5 local6 local7
"""
FACILITIES = tuple(_FACILITIES.split())
LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
_LENGTH = Loose(80, 65535)
_STREAMS = ("tcp", "tcp4", "tcp6", "uxst", "stream+ip", "stream+ipv4", "stream+ipv6", "stream+unix")
_STREAM = addresses.Wanted("maybe", default_port=514)
_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sampled:
    ranges: tuple[tuple[int, int], ...]
    size: int


@dataclass(frozen=True, slots=True)
class Sample:
    """`<range>[,<range>...]:<size>`: which lines of each `size`, counted from 1."""

    show: str = "<ranges>:<size>"

    def read(self, text: str) -> object | Bad:
        ranges, colon, size = text.rpartition(":")
        if not colon or not ranges:
            return Bad("is not a sample; write '<ranges>:<size>', as '1:4' or '2-3,8-11:11'")
        found = [_RANGE.match(part) for part in ranges.split(",")]
        pairs = sorted((int(each[1]), int(each[2] or each[1])) for each in found if each is not None)
        if len(pairs) < len(found) or any(low < 1 or high < low for low, high in pairs):
            return Bad("has a bad range; write '<number>' or '<first>-<last>', from 1 on")
        if any(second[0] <= first[1] for first, second in pairwise(pairs)):
            return Bad("has ranges that overlap")
        if not (size.isascii() and size.isdigit()) or len(size) > 9 or int(size) < pairs[-1][1]:
            return Bad(f"has a size that is not a number from {pairs[-1][1]} on")
        return Sampled(tuple(pairs), int(size))


def parse_log(statement: Statement) -> None:
    if statement.prefix == "no":
        if statement.no_more(statement.at):
            statement.draft.unset("log")
        return
    if not statement.args:
        statement.missing("a target and a facility", "write 'log <address> <facility> [<level>]', as 'log 127.0.0.1 local0'")
        return
    if statement.args[0].text == "global" and statement.draft.kind != "global":
        if statement.no_more(statement.at + 1) and not any(each.use_global for each in statement.draft.get("log", [])):
            statement.add(LogTarget(use_global=True, span=statement.span))
        return
    values = _target(statement)
    at = _settings(statement, values) if values is not None else None
    if values is None or at is None:
        return
    for field, words, needed in (("facility", FACILITIES, True), ("level", LEVELS, False), ("min_level", LEVELS, False)):
        if at >= len(statement.words):
            if needed:
                statement.missing("a facility", "write a facility last, as 'local0' or 'daemon'")
                return
            break
        word = statement.read(at, OneOf(words))
        if word is None:
            return
        values[field] = words.index(str(word))
        at += 1
    if statement.no_more(at):
        statement.add(LogTarget(span=run_of(statement.words), **values))


def _target(statement: Statement) -> dict[str, Any] | None:
    """Where the lines go, by the names of the model's fields."""
    word = statement.args[0]
    prefix, _, rest = word.text.partition("@")
    if word.text in ("stdout", "stderr"):
        return {"transport": "fd", "fd": 1 if word.text == "stdout" else 2}
    if prefix in ("ring", "backend"):
        return {"transport": prefix, "path": rest}
    stream = prefix in _STREAMS
    own = statement.draft.kind == "global"
    if own and word.text == "global":
        statement.bad(word, "is for proxies, which log where 'global' says", help="write 'log <address> <facility>'")
        return None
    guess = nearest(word.text, ("stdout", "stderr") if own else ("global", "stdout", "stderr"))
    if guess and not address(word.text):
        statement.bad(word, "is neither an address nor a name that has one", (guess,))
        return None
    found = endpoint(statement, word, _STREAM if stream else addresses.LOG)
    if found is None:
        return None
    where = found.where
    if isinstance(where, Inet):
        return {"transport": "tcp" if stream else "udp", "host": where.host or "127.0.0.1", "port": found.low}
    if isinstance(where, Inherited):
        return {"transport": "fd", "fd": where.fd}
    if isinstance(where, AbstractName):
        return {"transport": "abns", "path": where.name}
    return {"transport": "stream" if stream else "unix", "path": where.path}


def _settings(statement: Statement, values: dict[str, Any]) -> int | None:
    """`len`, `format`, `sample` and `profile`, in this order; the index after them."""
    at, words = statement.at + 1, statement.words
    kinds: tuple[tuple[str, ArgType], ...] = (
        ("len", _LENGTH),
        ("format", OneOf(FORMATS)),
        ("sample", Sample()),
        ("profile", Text("<profile>")),
    )
    for name, kind in kinds:
        if at >= len(words) or words[at].text != name:
            continue
        value = statement.read(at + 1, kind)
        if value is None:
            return None
        if isinstance(value, Sampled):
            values |= {"sample": value.ranges, "sample_size": value.size}
        else:
            values["length" if name == "len" else name] = value
        at += 2
    if "format" not in values:
        # `local` unless the process sends its host name, which may be said further down
        statement.room.default_log_formats.add(run_of(words))
        values |= {"format": "local", "format_said": False}
    return at


def _log_option(statement: Statement) -> None:
    """`option httplog [clf|json]` and `option tcplog [clf]`: the last of these and `log-format` counts. `json`: an extension."""
    name = statement.row.name.removeprefix("option ")
    style = statement.args[0].text if statement.args else ""
    known = ("clf", "json") if name == "httplog" else ("clf",)
    if style and style not in known:
        statement.bad(statement.args[0], "means nothing here", known)
        return
    if not statement.no_more(statement.at + 1):
        return
    _forget(statement)
    statement.set(True, f"options.{name} {style}" if style else f"options.{name}")


_STYLES = (
    "options.httplog",
    "options.httplog clf",
    "options.httplog json",
    "options.tcplog",
    "options.tcplog clf",
    "log_format",
)


def _forget(statement: Statement) -> None:
    for path in (
        "options.httplog",
        "options.httplog clf",
        "options.httplog json",
        "options.tcplog",
        "options.tcplog clf",
        "log_format",
    ):
        statement.draft.unset(path)


def _again(statement: Statement) -> None:
    labels = statement.first_said(statement.row.sets)
    if labels:
        message = f"'{statement.row.name}' is said twice, the last one holds"
        statement.report.warning("SY0726", message, statement.span, help="take one of them out", labels=labels)


def _format(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a format", f"write '{statement.row.name} \"<format>\"'")
    elif statement.no_more(statement.at + 1):
        found = parse_log_format(statement.args[0], place_of(statement), statement.report)
        if found is not None:
            if statement.row.sets == "log_format":
                _forget(statement)
            if statement.row.sets == "error_log_format" and statement.draft.kind == "defaults":
                _again(statement)
            if statement.row.sets:
                statement.set(found)


STEPS = ("accept", "request", "connect", "response", "close")
"""Moments of a stream at which a line may be written."""
RULE_STEPS = (
    "quic-init",
    "tcp-req-conn",
    "tcp-req-sess",
    "tcp-req-cont",
    "tcp-res-cont",
    "http-req",
    "http-res",
    "http-after-res",
)
"""Rule sets whose `do-log` actions write lines."""


def _steps(statement: Statement) -> None:
    """`log-steps { all | <step>[,...] }`; like HAProxy, a comma at the end and further words are passed over."""
    if not statement.args:
        return
    word = statement.args[0]
    if word.text == "all":
        statement.set(STEPS)
        return
    found = word.text.removesuffix(",").split(",")
    for name in found:
        if name not in (*STEPS, *RULE_STEPS):
            statement.bad(word, f"has '{name}', which is no step of logging", (*STEPS, *RULE_STEPS))
            return
    statement.set(tuple(dict.fromkeys(found)))


_WORDS = ("global", "stdout", "stderr", "len", "format", *FACILITIES, *LEVELS)

ROWS = (
    Row("log", Where.GLOBAL | PROXY, "Where log lines go.", sets="log", parse=parse_log, negate=True, repeat="add", words=_WORDS),
    Row("log-format", FRONT_D, "What a log line holds.", sets="log_format", parse=_format, late=True, dormant=True),
    Row(
        "error-log-format",
        FRONT_D,
        "What a log line of a failed connection holds.",
        sets="error_log_format",
        parse=_format,
        late=True,
        dormant=True,
    ),
    Row("unique-id-format", PROXY, "What the unique id holds.", sets="unique_id_format", parse=_format, late=True, dormant=True),
    Row("log-format-sd", FRONT_D, "Structured data of RFC 5424.", sets="log_format_sd", parse=_format, late=True, dormant=True),
    Row("log-tag", PROXY, "Name of the program in log lines.", (Text("<tag>"),), "log_tag", lax=True),
    Row("log-steps", FRONT_D, "When log lines are written.", sets="log_steps", parse=_steps, lax=True),
    Row("option httplog", FRONT_D, "Log lines with HTTP fields.", sets="options.httplog", parse=_log_option, late=True),
    Row("option tcplog", FRONT_D, "Log lines with TCP fields.", sets="options.tcplog", parse=_log_option, late=True),
)
