"""`timeout <what>` and the names these had before 1.5."""

from __future__ import annotations

from steelyard.config.grammar.row import BACK_D, FRONT_D, PROXY, Row, Where
from steelyard.config.grammar.today import renamed
from steelyard.config.grammar.values import Time


def _timeout(name: str, where: Where, doc: str) -> Row:
    return Row(f"timeout {name}", where, doc, (Time(),), "timeouts." + name.replace("-", "_"))


def _old(name: str, today: str, where: Where) -> Row:
    return Row(
        name,
        where,
        f"Old form of `timeout {today}`.",
        (Time(),),
        f"timeouts.{today}",
        deprecated="1.3",
        removed="2.1",
        instead=f"write 'timeout {today} <time>'",
        today=renamed(name, f"timeout {today}"),
    )


ROWS = (
    _timeout("check", BACK_D, "Time for the answer to a health check after the connection."),
    _timeout("client", FRONT_D, "Time without data from the client."),
    _timeout("client-fin", FRONT_D, "Time without data from the client on a half-closed connection."),
    Row("timeout client-hs", FRONT_D, "Time for the TLS handshake.", (Time(),), effect="accepted", why="there is no TLS yet"),
    _timeout("connect", BACK_D, "Time for a connection to a server."),
    _timeout("http-keep-alive", PROXY, "Time to the next request on an idle connection."),
    _timeout("http-request", PROXY, "Time for a whole request head."),
    _timeout("queue", BACK_D, "Time in the queue for a free place on a server."),
    _timeout("server", BACK_D, "Time without data from the server."),
    _timeout("server-fin", BACK_D, "Time without data from the server on a half-closed connection."),
    _timeout("tarpit", PROXY, "Time that a tarpitted client waits."),
    _timeout("tunnel", BACK_D, "Time without data in a tunnel, both ways."),
    _old("clitimeout", "client", FRONT_D),
    _old("contimeout", "connect", BACK_D),
    _old("srvtimeout", "server", BACK_D),
    _old("timeout clitimeout", "client", FRONT_D),
    _old("timeout contimeout", "connect", BACK_D),
    _old("timeout srvtimeout", "server", BACK_D),
)
