"""`cache` and `fcgi-app` sections (manual sections 6.2.1 and 10.1.1)."""

from __future__ import annotations

from dataclasses import replace

from steelyard.config.grammar.log_targets import parse_log
from steelyard.config.grammar.phrases import condition, maybe, nothing, one, phrase, regex
from steelyard.config.grammar.phrases import several as together
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.rule_words import parse_acl_line
from steelyard.config.grammar.values import ArgType, Int, Loose, NotZero, OneOf, Text
from steelyard.config.places import place_of
from steelyard.config.rules import parse_log_format
from steelyard.config.statement import Statement

C, F = Where.CACHE, Where.FCGI_APP
MOST_MEGABYTES = 4095


def _hints(statement: Statement) -> None:
    """`on|off|only [ratio <percent>]`"""
    if statement.read(statement.at, OneOf(("on", "off", "only"))) is None:
        return
    at = statement.at + 1
    if at < len(statement.words):
        if statement.words[at].text != "ratio":
            statement.extra(at)
        elif statement.read(at + 1, Int(1, 99)) is not None:
            statement.no_more(at + 2)


def _vary(statement: Statement) -> None:
    """HAProxy takes `on` or `off`; other words of today's versions are told, older ones passed over them."""
    if statement.args and statement.args[0].text not in ("on", "off"):
        message = f"'{statement.args[0]}' is neither 'on' nor 'off', and counts as 'off'"
        statement.report.warning("SY0115", message, statement.args[0].span)
    statement.no_more(statement.at + 1)


def _param(statement: Statement) -> None:
    """`<name> <format> [if <condition>]`; the format is one of HTTP requests."""
    if len(statement.args) < 2:
        statement.missing("a name and a value", "write 'set-param <name> <format> [if <condition>]'")
        return
    found = parse_log_format(statement.args[1], replace(place_of(statement), mode="http"), statement.report)
    end = maybe(condition)(statement, statement.at + 2) if found is not None else None
    if end is not None:
        nothing(statement, end)


def _option(statement: Statement) -> None:
    """`get-values`, `keep-conn`, `mpxs-conns`, or `max-reqs <number>`"""
    name = statement.read(statement.at, OneOf(("get-values", "keep-conn", "max-reqs", "mpxs-conns")))
    if name == "max-reqs":
        if statement.prefix:
            statement.report.alert("SY0110", f"'option max-reqs' can't stand after '{statement.prefix}'", statement.span)
        elif statement.read(statement.at + 1, Int(1)) is not None:
            statement.no_more(statement.at + 2)
    elif name is not None:
        statement.no_more(statement.at + 1)


def _later(name: str, where: Where, doc: str, *args: ArgType, least: int = -1, lax: bool = False) -> Row:
    return Row(name, where, doc, args, effect="later", least=least, lax=lax)


ROWS = (
    Row("early-hints", C, "Links of cached responses are sent ahead.", parse=_hints, effect="later"),
    _later("max-age", C, "Seconds that a response may be kept.", Loose(), least=0),
    _later("max-object-size", C, "Bytes that a response may have.", Int()),
    _later("max-secondary-entries", C, "Responses to one request that differ by a header.", NotZero()),
    Row("process-vary", C, "Responses that differ by a header are kept.", parse=_vary, effect="later"),
    _later("total-max-size", C, "Megabytes of the cache.", Int(0, MOST_MEGABYTES)),
    Row(
        "acl",
        F,
        "A test that conditions of the application name.",
        sets="acls",
        parse=parse_acl_line,
        effect="later",
        repeat="add",
    ),
    _later("docroot", F, "Where the application finds its files.", Text("<path>")),
    _later("index", F, "The script for a path that ends with a slash.", Text("<script>")),
    Row("log-stderr", F, "Where the application's errors are logged.", sets="log", parse=parse_log, effect="later", repeat="add"),
    Row("option", F, "How connections to the application are used.", parse=_option, effect="later", repeat="add", negate=True),
    Row(
        "pass-header",
        F,
        "A header that the application sees.",
        parse=phrase(together(one(Text("<name>")), maybe(condition))),
        effect="later",
        repeat="add",
    ),
    Row("path-info", F, "Which part of a path is the script.", parse=phrase(regex), effect="later"),
    Row("set-param", F, "A parameter of the application.", parse=_param, effect="later", repeat="add"),
)
