"""`log` lines and the words that choose what a log line holds (manual sections 3.1 and 4.2)."""

from __future__ import annotations

from typing import Any

from steelyard.config.grammar import addresses
from steelyard.config.grammar.row import FRONT_D, PROXY, Row, Where
from steelyard.config.grammar.servers import endpoint
from steelyard.config.grammar.values import Int, OneOf, Text
from steelyard.config.model import AbstractName, Inet, Inherited, LogTarget
from steelyard.config.places import place_of
from steelyard.config.rules import parse_log_format
from steelyard.config.statement import Statement, run_of

FORMATS = ("rfc3164", "rfc5424", "local", "priority", "short", "timed", "iso", "raw")
_FACILITIES = """
kern user mail daemon auth syslog lpr news uucp cron auth2 ftp ntp audit alert cron2
local0 local1 local2 local3 local4 local5 local6 local7
"""
FACILITIES = tuple(_FACILITIES.split())
LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
_LENGTH = Int(80, 65535)


def parse_log(statement: Statement) -> None:
    if statement.prefix:
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
    word = statement.args[0]
    if word.text in ("stdout", "stderr"):
        return {"transport": "fd", "fd": 1 if word.text == "stdout" else 2}
    if word.text.partition("@")[0] in ("tcp", "tcp4", "tcp6", "uxst", "ring", "backend"):
        kind = word.text.partition("@")[0]
        statement.report.later(
            "SY0104", f"'log {kind}@' is not supported yet", word.span, help="log to UDP, a unix socket, or stdout"
        )
        return None
    found = endpoint(statement, word, addresses.LOG)
    if found is None:
        return None
    if isinstance(found.where, Inet):
        return {"transport": "udp", "host": found.where.host or "127.0.0.1", "port": found.low}
    if isinstance(found.where, Inherited):
        return {"transport": "fd", "fd": found.where.fd}
    if isinstance(found.where, AbstractName):
        statement.report.later("SY0104", "'log abns@' is not supported yet", word.span)
        return None
    return {"transport": "unix", "path": found.where.path}


def _settings(statement: Statement, values: dict[str, Any]) -> int | None:
    """`len`, `format`, `sample` and `profile`, in any order; the index after them."""
    at = statement.at + 1
    words = statement.words
    while at < len(words) and words[at].text in ("len", "format", "sample", "profile"):
        name = words[at].text
        if name in ("sample", "profile"):
            statement.report.later("SY0104", f"'log ... {name}' is not supported yet", words[at].span)
            return None
        value = statement.read(at + 1, _LENGTH if name == "len" else OneOf(FORMATS))
        if value is None:
            return None
        values["length" if name == "len" else "format"] = value
        at += 2
    if "format" not in values:
        # `local` unless the process sends its host name, which may be said further down
        statement.room.default_log_formats.add(run_of(words))
        values["format"] = "local"
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


def _format(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a format", f"write '{statement.row.name} \"<format>\"'")
    elif statement.no_more(statement.at + 1):
        found = parse_log_format(statement.args[0], place_of(statement), statement.report)
        if found is not None:
            if statement.row.sets == "log_format":
                _forget(statement)
            if statement.row.sets:
                statement.set(found)


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
    Row("log-format-sd", FRONT_D, "Structured data of RFC 5424.", parse=_format, effect="later", late=True, dormant=True),
    Row("log-tag", PROXY, "Name of the program in log lines.", (Text("<tag>"),), "log_tag", lax=True),
    Row("option httplog", FRONT_D, "Log lines with HTTP fields.", sets="options.httplog", parse=_log_option, late=True),
    Row("option tcplog", FRONT_D, "Log lines with TCP fields.", sets="options.tcplog", parse=_log_option, late=True),
)
