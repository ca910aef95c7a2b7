"""Words that are risky or seldom meant: what they say is seen in the lines themselves, whatever the model makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from steelyard.config.grammar.values import Time
from steelyard.config.model import Config, Inet
from steelyard.config.span import NOWHERE, Span, Word
from steelyard.diagnostics.diagnostic import Report

_SHORT = 100
"""Milliseconds. A shorter time without a unit is mostly one that was meant in seconds."""

_SERVERS = frozenset({"server", "default-server", "server-template"})
_OPTIONS = {
    "bind": (BIND_OPTIONS, 2),
    "server": (SERVER_OPTIONS, 3),
    "server-template": (SERVER_OPTIONS, 4),
    "default-server": (SERVER_OPTIONS, 1),
}
"""Words with options behind them, and where these begin."""

_TLS_LINES = _SERVERS | {"bind", "ssl-default-bind-options", "ssl-default-server-options"}
_OLD_VERSIONS = frozenset({"SSLv3", "TLSv1.0", "TLSv1.1"})
_OLD_FORCED = frozenset({"force-sslv3", "force-tlsv10", "force-tlsv11"})
_LOOPBACK = re.compile(r"127\.|::1\Z|localhost\Z")


def _lines(config: Config) -> Iterator[tuple[Where, tuple[str, ...], Span]]:
    """Every line with the place that its section is; `no` and `default` in front are no part of what is looked at here."""
    for block in config.blocks:
        where = Where.__members__.get(block.words[0].replace("-", "_").upper())
        if where is not None:
            for words, span in zip(block.lines, block.spans):
                if words[0] not in ("no", "default"):
                    yield where, words, span


def _row(where: Where, words: tuple[str, ...]) -> tuple[Row | None, int]:
    rows, count = KEYWORDS.find([Word(word, NOWHERE) for word in words[:3]])
    return (KEYWORDS.at(where).get(rows[0].name) if rows else None), count


def _options(name: str, words: tuple[str, ...]) -> Iterator[tuple[Row, tuple[str, ...]]]:
    """The options of a line with their arguments."""
    table, at = _OPTIONS[name]
    while at < len(words):
        rows = table.by_name.get(words[at].partition("(")[0], ())
        end = at + 1 + (len(rows[0].args) if rows else 0)
        if rows:
            yield rows[0], words[at + 1 : end]
        at = end


def times(config: Config) -> Report:
    """`timeout client 30` is 30 milliseconds."""
    report = Report()
    for where, words, span in _lines(config):
        row, count = _row(where, words)
        if row is None:
            continue
        found = []
        if _is_time(row):
            found = [(row.name, words[count] if count < len(words) else "")]
        elif row.name in _OPTIONS:
            found = [(option.name, args[0]) for option, args in _options(row.name, words) if args and _is_time(option)]
        for name, value in found:
            if value.isascii() and value.isdigit() and 0 < int(value) < _SHORT:
                message = f"'{name} {value}' is {value} milliseconds: a number without a unit is in milliseconds"
                report.notice("SY0841", message, span, help=f"write '{name} {value}s' for seconds, or '{value}ms' if it is meant")
    return report


def _is_time(row: Row) -> bool:
    return bool(row.args) and isinstance(row.args[0], Time) and row.args[0].unit == "ms"


def dropped(config: Config) -> Report:
    """Words that are honoured here, and that HAProxy of today refuses; those with a better form draw a warning anyway."""
    report = Report()
    for where, words, span in _lines(config):
        row, _ = _row(where, words)
        if row is None:
            continue
        for each in (row, *(option for option, _ in (_options(row.name, words) if row.name in _OPTIONS else ()))):
            if each.removed and each.effect != "removed" and not each.deprecated:
                message = f"HAProxy refuses '{each.name}' since {each.removed}"
                report.notice("SY0842", message, span, help=each.instead or "leave it out, if HAProxy must read the file, too")
    return report


def own_words(config: Config) -> Report:
    """What only Steelyard reads, beside `.include`."""
    report = Report()
    for _, words, span in _lines(config):
        if words[:3] == ("option", "httplog", "json"):
            message = "'option httplog json' is an extension of Steelyard: HAProxy refuses the file"
            report.notice("SY0818", message, span, help="write a 'log-format', if HAProxy must read the file, too")
    return report


def unverified(config: Config) -> Report:
    """`verify none` takes anybody for the server."""
    report = Report()
    for _, words, span in _lines(config):
        if words[:2] == ("ssl-server-verify", "none") or (words[0] in _SERVERS and ("verify", "none") in pairwise(words)):
            message = "certificates of servers are not verified: anybody on the way can read and change the traffic"
            report.notice("SY0843", message, span, help="write 'verify required ca-file <file>'")
    return report


def old_tls(config: Config) -> Report:
    report = Report()
    for _, words, span in _lines(config):
        if words[0] not in _TLS_LINES:
            continue
        old = [value for name, value in pairwise(words) if name in ("ssl-min-ver", "ssl-max-ver") and value in _OLD_VERSIONS]
        old += [word for word in words if word in _OLD_FORCED]
        if old:
            message = f"'{old[0]}' allows versions of TLS that are broken (RFC 8996)"
            report.notice("SY0844", message, span, help="write 'ssl-min-ver TLSv1.2'")
    return report


def closing(config: Config) -> Report:
    report = Report()
    for _, words, span in _lines(config):
        if words[:2] in (("option", "httpclose"), ("option", "forceclose")):
            message = f"'{words[0]} {words[1]}' makes a new connection on both sides for every request"
            help = "leave it out, or write 'option http-server-close' if only servers must not keep connections"
            report.notice("SY0845", message, span, help=help)
    return report


def no_limit(config: Config) -> Report:
    report = Report()
    for _, words, span in _lines(config):
        if words[:2] == ("maxconn", "0") or (words[0] in _OPTIONS and ("maxconn", "0") in pairwise(words)):
            report.notice("SY0846", "'maxconn 0' sets no limit", span, help="leave it out, or write a number")
    return report


def unsafe_parsing(config: Config) -> Report:
    """What passes may mean one thing here and another at the server: that is what smuggled requests are made of."""
    report = Report()
    for _, words, span in _lines(config):
        if words[0] == "option" and len(words) > 1 and words[1].startswith(("accept-invalid-http-", "accept-unsafe-violations-")):
            message = f"'option {words[1]}' lets messages pass that a server may read in another way"
            report.notice("SY0847", message, span, help="leave it out, and mend the program that sends such messages")
    return report


def open_api(config: Config) -> Report:
    """The runtime API has no password."""
    report = Report()
    for bind in config.global_.stats_sockets:
        where = bind.endpoint.where
        admin = any(said.name == "level" and said.words == ("admin",) for said in bind.others)
        if admin and isinstance(where, Inet) and not _LOOPBACK.match(where.host):
            message = "'stats socket' with 'level admin' on a network address: whoever reaches it controls the process"
            report.notice(
                "SY0848", message, bind.span, help="write a path, as '/run/steelyard.sock mode 660', or '127.0.0.1:<port>'"
            )
    return report


def page_passwords(config: Config) -> Report:
    """Those of the statistics page can't be hashed."""
    report = Report()
    for _, words, span in _lines(config):
        if words[:2] == ("stats", "auth"):
            message = "'stats auth' holds a password in plain text"
            help = "write 'stats http-request auth unless { http_auth(<userlist>) }' and hashes in the userlist"
            report.notice("SY0814", message, span, help=help)
    return report
