"""`ring`, `log-forward` and `log-profile` sections (manual sections 12.5, 12.6 and 8.3.5)."""

from __future__ import annotations

import os

from steelyard.config.expr import LogFormat
from steelyard.config.grammar import addresses
from steelyard.config.grammar.log_targets import FORMATS, RULE_STEPS, STEPS, parse_log
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.section_lines import good_name, new_name, read_binds, read_server
from steelyard.config.grammar.values import ArgType, Loose, OneOf, Size, Text, Time
from steelyard.config.model import ProfileStep
from steelyard.config.places import place_of
from steelyard.config.rules import parse_log_format
from steelyard.config.span import run_of
from steelyard.config.statement import Statement

R, F, P = Where.RING, Where.LOG_FORWARD, Where.LOG_PROFILE
_SERVER = addresses.Wanted("maybe")
_STREAM = addresses.BIND
_DATAGRAM = addresses.Wanted("must", ranges=True, datagram=True)


def _server(statement: Statement) -> None:
    """A syslog server that the ring's lines are sent to."""
    args = statement.args
    if len(args) < 2:
        statement.missing("a name and an address", "write 'server <name> <address>:<port>'")
    elif good_name(statement, args[0]) and new_name(statement, args[0], "server"):
        server = read_server(statement, args[0], statement.at + 1, _SERVER)
        if server is not None:
            statement.draft.add("servers", server, statement.row, statement.span)


def _ring_timeout(statement: Statement) -> None:
    """HAProxy passes over all but `connect` and `server`."""
    if not statement.args:
        return
    if statement.args[0].text not in ("connect", "server"):
        message = f"'timeout {statement.args[0]}' has no effect in a 'ring' section"
        statement.report.notice("SY0114", message, run_of(statement.words), help="'timeout connect' and 'timeout server' have")
        return
    value = statement.read(statement.at + 1, Time())
    if value is not None and statement.no_more(statement.at + 2):
        statement.set(value, f"timeout_{statement.args[0]}")


def _backing_file(statement: Statement) -> None:
    """A file that HAProxy makes when it reads the line, so its directory must be there."""
    if not statement.args:
        statement.missing("a file", "write 'backing-file <file>'")
        return
    path = statement.room.paths.find(statement.args[0].text)
    if not os.path.isdir(os.path.dirname(path) or ".") or os.path.isdir(path):
        message = f"file '{statement.args[0]}' can't be made"
        statement.report.alert("SY0306", message, statement.args[0].span, help="its directory must exist")
    else:
        statement.no_more(statement.at + 1)


def _size(statement: Statement) -> None:
    """The size is that of the file, so it comes first."""
    if statement.draft.place("backing-file") is not None:
        help = "write 'size' above 'backing-file'"
        statement.report.alert("SY0118", "'size' can't stand after 'backing-file'", statement.span, help=help)
        return
    value = statement.read(statement.at, Size(1))
    if value is not None and statement.no_more(statement.at + 1):
        statement.set(value)


def _text(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a text")
    else:
        statement.set(statement.text(statement.at))


def _on(statement: Statement) -> None:
    """`on <step> [drop] [format <format>] [sd <format>]`: the last line of a step counts."""
    step = statement.read(statement.at, OneOf((*STEPS, "error", "any", *RULE_STEPS)))
    found: dict[str, LogFormat] = {}
    drop, at = False, statement.at + 1
    while step is not None and at < len(statement.words):
        word = statement.words[at]
        if word.text == "drop" and drop:
            statement.extra(at)
            return
        if word.text == "drop":
            drop, at = True, at + 1
        elif word.text in ("format", "sd"):
            if at + 1 >= len(statement.words):
                statement.missing("a format")
                return
            format = parse_log_format(statement.words[at + 1], place_of(statement, "log-format"), statement.report)
            if format is None:
                return
            found[word.text], at = format, at + 2
        else:
            statement.bad(word, "is none of 'drop', 'format', 'sd'", ("drop", "format", "sd"))
            return
    if step is not None and not drop and not found:
        statement.missing("'drop', 'format' or 'sd'")
    elif step is not None:
        statement.add(ProfileStep(str(step), drop, found.get("format"), found.get("sd")))


def _bind(statement: Statement) -> None:
    if not statement.args:
        return
    wanted = _DATAGRAM if statement.row.name == "dgram-bind" else _STREAM
    found = read_binds(statement, statement.at, wanted)
    for bind in found or ():
        statement.draft.add("binds" if wanted is _STREAM else "datagrams", bind, statement.row, statement.span)


def _client_timeout(statement: Statement) -> None:
    if statement.read(statement.at, OneOf(("client",))) is not None and statement.read(statement.at + 1, Time()) is not None:
        statement.no_more(statement.at + 2)


def _option(statement: Statement) -> None:
    """`assume-rfc6587-ntf`, `dont-parse-log`, or `host` and what becomes of it."""
    name = statement.read(statement.at, OneOf(("assume-rfc6587-ntf", "dont-parse-log", "host")))
    if name == "host":
        if statement.read(statement.at + 1, OneOf(("replace", "fill", "keep", "append"))) is not None:
            statement.no_more(statement.at + 2)
    elif name is not None:
        statement.no_more(statement.at + 1)


def _ring(name: str, doc: str, *args: ArgType) -> Row:
    return Row(name, R, doc, args, name, lax=True)


ROWS = (
    Row("backing-file", R, "A file that holds the ring.", parse=_backing_file, effect="later", lax=True),
    Row("description", R, "A text shown by the runtime API.", sets="description", parse=_text),
    _ring("format", "How lines are written.", OneOf(FORMATS)),
    _ring("maxlen", "Bytes that a line may have.", Loose(1)),
    Row("server", R, "A server that lines are sent to.", sets="servers", parse=_server, repeat="add"),
    Row("size", R, "Bytes of the ring.", sets="size", parse=_size, lax=True),
    Row("timeout", R, "How long servers are waited for.", sets="timeout_connect", parse=_ring_timeout, lax=True),
    Row("backlog", F, "Connections that may wait to be accepted.", (Loose(),), effect="later"),
    Row("bind", F, "An address for messages over TCP.", parse=_bind, effect="later", repeat="add"),
    Row("dgram-bind", F, "An address for messages over UDP.", parse=_bind, effect="later", repeat="add"),
    Row("log", F, "Where messages go.", sets="log", parse=parse_log, effect="later", repeat="add", negate=True),
    Row("maxconn", F, "Connections at once.", (Loose(),), effect="later"),
    Row("option", F, "How messages are read.", parse=_option, effect="later", repeat="add", negate=True),
    Row("timeout", F, "How long a client may be silent.", parse=_client_timeout, effect="later", lax=True),
    Row("log-tag", P, "Name of the program in log lines.", (Text("<tag>"),), "log_tag", lax=True),
    Row("on", P, "What a log line of a step holds.", sets="steps", parse=_on, repeat="add"),
)
