"""Words of proxies that are read and judged, and wait for their part of the engine (manual section 4.2), alphabetical."""

from __future__ import annotations

from steelyard.config.grammar.log_targets import LEVELS
from steelyard.config.grammar.option_types import Guid
from steelyard.config.grammar.phrases import Parse, anything, condition, phrase
from steelyard.config.grammar.row import ANY, BACK, BACK_D, FRONT, FRONT_D, PROXY, Effect, Row, Where
from steelyard.config.grammar.values import ArgType, Int, Loose, OneOf, Text
from steelyard.config.statement import Statement


def _persist(statement: Statement) -> None:
    """`persist rdp-cookie[(<name>)]`"""
    word = statement.words[statement.at - 1].text
    if "(" in word and (not word.endswith(")") or word.endswith("()")):
        statement.bad(statement.words[statement.at - 1], "has no name between its parentheses")
        return
    statement.no_more(statement.at)


def _row(
    name: str,
    where: Where,
    doc: str,
    *args: ArgType,
    parse: Parse | None = None,
    least: int = -1,
    effect: Effect = "later",
    strict: bool = False,
    late: bool = False,
    lax: bool = False,
    mode: str = "",
    usual: tuple[str, ...] = (),
    why: str = "",
) -> Row:
    http = "http" if mode == "http" else ""
    return Row(
        name,
        where,
        doc,
        args,
        parse=parse,
        effect=effect,
        least=least,
        strict=strict,
        late=late,
        lax=lax,
        mode=http,  # type: ignore[arg-type]
        usual=usual,
        why=why,
    )


_CONDITION = phrase(condition)
_MAIL = Text("<address>")

ROWS = (
    _row("be-unpublished", BACK, "The backend can't be chosen by name."),
    _row("crt", FRONT, "A certificate.", parse=phrase(anything)),
    _row("dynamic-cookie-key", BACK_D, "The secret of dynamic cookies.", Text("<secret>"), mode="http", lax=True),
    _row("email-alert from", PROXY, "Who sends mail.", _MAIL, lax=True),
    _row("email-alert level", PROXY, "Least level of what is sent by mail.", OneOf(LEVELS), lax=True),
    _row("email-alert mailers", PROXY, "Mail servers.", Text("<mailers>"), lax=True),
    _row("email-alert myhostname", PROXY, "How mail servers are greeted.", Text("<name>"), lax=True),
    _row("email-alert to", PROXY, "Who gets mail.", _MAIL, lax=True),
    _row("external-check command", BACK_D, "The program that makes checks.", Text("<file>")),
    _row("external-check path", BACK_D, "PATH of the program that makes checks.", Text("<path>")),
    Row(
        "force-be-switch",
        FRONT,
        "When backends that are not published can be chosen.",
        parse=_CONDITION,
        effect="later",
        repeat="add",
        late=True,
    ),
    _row(
        "guid",
        ANY,
        "A name that lasts over restarts, for statistics.",
        Guid(),
        effect="accepted",
        why="statistics are not kept over restarts yet",
    ),
    _row(
        "hash-preserve-affinity",
        BACK_D,
        "Whether a full server keeps its share of a hash.",
        OneOf(("always", "maxconn", "maxqueue")),
        lax=True,
        usual=("always",),
    ),
    _row(
        "load-server-state-from-file",
        BACK_D,
        "States of servers over restarts.",
        OneOf(("global", "local", "none")),
        lax=True,
        usual=("none",),
    ),
    Row(
        "max-keep-alive-queue",
        BACK_D,
        "When a request leaves its last server for a free one.",
        (Int(-2_147_483_648, 2_147_483_647),),
        "max_keep_alive_queue",
    ),
    _row("max-session-srv-conns", FRONT_D, "Server connections that one client may hold.", Loose(0), lax=True),
    Row("persist rdp-cookie", BACK_D, "Persistence for RDP.", parse=_persist, effect="later", called=True, lax=True),
    _row("server-state-file-name", BACK_D, "File with the states of servers.", Text("<file>"), least=0),
    Row("ssl-f-use", FRONT, "A certificate of the frontend.", parse=phrase(anything), effect="later", repeat="add"),
    _row("use-fcgi-app", BACK, "A FastCGI application.", Text("<name>"), strict=True),
)
