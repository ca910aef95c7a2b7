"""Words of proxies that are known and not supported yet, and those that HAProxy has dropped."""

from __future__ import annotations

from steelyard.config.grammar.row import PROXY, Row, Where
from steelyard.config.grammar.said import anything
from steelyard.config.grammar.today import Today, gone, renamed


def _later(where: Where, names: str, doc: str, strict: bool = False) -> tuple[Row, ...]:
    return tuple(
        Row(name.strip(), where, doc, parse=anything, effect="later", repeat="add", strict=strict) for name in names.split(",")
    )


def _gone(names: str, removed: str, instead: str, today: Today | None = None) -> tuple[Row, ...]:
    doc = f"Dropped by HAProxy {removed}."
    return tuple(Row(name, PROXY, doc, effect="removed", removed=removed, instead=instead, today=today) for name in names.split())


_LATER: tuple[Row, ...] = ()

_ACCEPTED = (
    Row(
        "bind-process",
        PROXY,
        "Processes that serve the proxy; all of them do here.",
        parse=anything,
        effect="accepted",
        repeat="add",
        removed="2.5",
        instead="leave it out: there is one process",
        today=gone,
    ),
)

_REMOVED = (
    *_gone("appsession", "1.6", "write 'stick on' with a stick table, or 'cookie <name> insert'"),
    *_gone("grace", "2.5", "stop with 'hard-stop-after' in 'global'"),
    *_gone("monitor-net", "2.5", "write 'http-request return status 200 if { src <network> }'"),
    *_gone("reqadd", "2.1", "write 'http-request add-header <name> <value>'"),
    *_gone("reqallow reqiallow", "2.1", "write 'http-request allow if <condition>'"),
    *_gone("reqdel reqidel", "2.1", "write 'http-request del-header <name>'"),
    *_gone("reqdeny reqideny", "2.1", "write 'http-request deny if <condition>'"),
    *_gone("reqpass reqipass", "2.1", "leave it out and give the other rules a condition"),
    *_gone("reqrep reqirep", "2.1", "write 'http-request replace-header' or 'http-request replace-path'"),
    *_gone("reqsetbe reqisetbe", "2.1", "write 'use_backend <name> if <condition>'"),
    *_gone("reqtarpit reqitarpit", "2.1", "write 'http-request tarpit if <condition>'"),
    *_gone("rspadd", "2.1", "write 'http-response add-header <name> <value>'"),
    *_gone("rspdel rspidel", "2.1", "write 'http-response del-header <name>'"),
    *_gone("rspdeny rspideny", "2.1", "write 'http-response deny if <condition>'"),
    *_gone("rsprep rspirep", "2.1", "write 'http-response replace-header <name> <regex> <value>'"),
    *_gone("srvexp", "1.3", "write 'timeout server'", renamed("srvexp", "timeout server")),
    *_gone("cliexp", "1.3", "write 'timeout client'", renamed("cliexp", "timeout client")),
)

ROWS = (*_LATER, *_ACCEPTED, *_REMOVED)
