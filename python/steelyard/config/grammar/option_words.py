"""`option <word>` lines that are plain switches (manual section 4.2); those with arguments stand beside their subject."""

from __future__ import annotations

from typing import Literal

from steelyard.config.grammar.phrases import Step, expression, nothing, options, phrase
from steelyard.config.grammar.row import (
    BACK_D,
    FRONT_D,
    PROXY,
    Effect,
    Row,
    Where,
)
from steelyard.config.grammar.today import gone, renamed
from steelyard.config.grammar.values import OneOf
from steelyard.config.statement import Statement

_ACKNOWLEDGED = "the kernel decides when it acknowledges"


def _switch(
    name: str,
    where: Where,
    doc: str,
    effect: Effect = "supported",
    mode: Literal["", "http"] = "",
    *,
    no_default: bool = False,
    why: str = "",
) -> Row:
    sets = f"options.{name}"
    return Row(f"option {name}", where, doc, sets=sets, negate=True, no_default=no_default, effect=effect, mode=mode, why=why)


def _renamed(name: str, today: str, where: Where, since: str) -> Row:
    doc = f"Old name of `option {today}`."
    return Row(
        f"option {name}",
        where,
        doc,
        sets=f"options.{today}",
        negate=True,
        no_default=True,
        deprecated=since,
        instead=f"write 'option {today}'",
        today=renamed(f"option {name}", f"option {today}"),
    )


_EXPRESSION = expression("http-request")
_FORWARDED: dict[str, Step] = {
    "by": nothing,
    "by-expr": _EXPRESSION,
    "by_port": nothing,
    "by_port-expr": _EXPRESSION,
    "for": nothing,
    "for-expr": _EXPRESSION,
    "for_port": nothing,
    "for_port-expr": _EXPRESSION,
    "host": nothing,
    "host-expr": _EXPRESSION,
    "proto": nothing,
}


def _forwarded(statement: Statement) -> None:
    """HAProxy does not look at what follows `no option forwarded`."""
    if statement.prefix:
        return
    phrase(options(_FORWARDED))(statement)
    words = {word.text for word in statement.args}
    for side in ("by", "for"):
        if words & {f"{side}_port", f"{side}_port-expr"} and not words & {side, f"{side}-expr"}:
            message = f"'{side}_port' has no effect without '{side}'"
            statement.report.warning("SY0115", message, statement.span, help=f"add '{side}'")


ROWS = (
    _switch("abortonclose", PROXY, "A request in the queue ends when its client goes."),
    _renamed("accept-invalid-http-request", "accept-unsafe-violations-in-http-request", FRONT_D, "3.1"),
    _renamed("accept-invalid-http-response", "accept-unsafe-violations-in-http-response", BACK_D, "3.1"),
    _switch("accept-unsafe-violations-in-http-request", FRONT_D, "Requests that break the rules of HTTP are taken.", mode="http"),
    _switch(
        "accept-unsafe-violations-in-http-response", BACK_D, "Responses that break the rules of HTTP are taken.", mode="http"
    ),
    _switch("allbackups", BACK_D, "All backup servers are used, not only the first."),
    _switch("checkcache", BACK_D, "Responses with cacheable cookies are refused.", "later", "http"),
    _switch("clitcpka", FRONT_D, "TCP keep-alive towards clients."),
    _switch("contstats", FRONT_D, "Counters move while a session runs; they always do here."),
    _switch("disable-h2-upgrade", FRONT_D, "No upgrade to HTTP/2.", "accepted", why="there is no HTTP/2 yet"),
    _switch("dontlog-normal", FRONT_D, "Only sessions with errors are logged."),
    _switch("dontlognull", FRONT_D, "Connections without data are not logged."),
    _switch("h1-case-adjust-bogus-client", FRONT_D, "Case of header names; it is always kept here.", "later", "http"),
    _switch("h1-case-adjust-bogus-server", BACK_D, "Case of header names; it is always kept here.", "later", "http"),
    _switch("http-buffer-request", PROXY, "The rules wait for the request's body.", mode="http"),
    _switch("http-drop-request-trailers", BACK_D, "Trailers of requests are dropped.", "later", "http"),
    _switch("http-drop-response-trailers", FRONT_D, "Trailers of responses are dropped.", "later", "http"),
    _switch("http-ignore-probes", FRONT_D, "Connections closed before a request get no error and no log line.", mode="http"),
    _switch("http-keep-alive", PROXY, "Connections are kept on both sides.", no_default=True),
    _switch("http-no-delay", PROXY, "Small packets go at once; they always do here.", mode="http"),
    _switch("http-pretend-keepalive", BACK_D, "Servers are asked to keep connections that are closed.", mode="http"),
    _switch("http-server-close", PROXY, "Server connections are closed after each response.", no_default=True),
    _switch("http-use-proxy-header", FRONT_D, "`Proxy-Connection` in place of `Connection`.", mode="http"),
    # HAProxy dropped it with 2.5; it lives on here.
    Row(
        "option http_proxy",
        PROXY,
        "Requests go to the address in their URL.",
        sets="options.http_proxy",
        negate=True,
        removed="2.5",
    ),
    _switch("httpclose", PROXY, "Connections are closed after each response.", no_default=True),
    _renamed("forceclose", "httpclose", PROXY, "2.0"),
    _switch("idle-close-on-response", FRONT_D, "A soft stop waits for one more response on idle connections."),
    _switch(
        "independent-streams",
        PROXY,
        "Data in one direction does not renew the other's timeout.",
        "accepted",
        # Tried on HAProxy 2.2 to 3.4.
        why="a session whose data goes one way goes on, with it or without",
    ),
    _switch("log-health-checks", BACK_D, "Each change in a check's result is logged."),
    _switch("log-separate-errors", FRONT_D, "Sessions with errors are logged at a higher level."),
    _switch("logasap", FRONT_D, "Lines are logged when the response begins."),
    _switch("nolinger", PROXY, "Connections are closed with a reset."),
    _switch("persist", BACK_D, "A cookie's server is used even when it is down."),
    _switch("prefer-last-server", BACK_D, "A client stays on its last server while the connection lasts.", mode="http"),
    _switch("socket-stats", FRONT_D, "Statistics for each address.", "accepted", why="those of the whole frontend are shown"),
    _switch("splice-auto", PROXY, "Bulk data bypasses user space where it pays."),
    _switch("splice-request", PROXY, "As `splice-auto`, for requests."),
    _switch("splice-response", PROXY, "As `splice-auto`, for responses."),
    _switch("srvtcpka", BACK_D, "TCP keep-alive towards servers."),
    _switch("tcp-smart-accept", FRONT_D, "The first acknowledgement waits for data.", "accepted", why=_ACKNOWLEDGED),
    _switch("tcp-smart-connect", BACK_D, "The connection's last acknowledgement waits for data.", "accepted", why=_ACKNOWLEDGED),
    Row("option tcpka", PROXY, "TCP keep-alive on both sides.", sets="options.tcpka"),
    _switch("transparent", BACK_D, "Connections go to the address that the client asked for.", "later"),
    # Since 2.1 HAProxy looks at each request, as is done here, and asks for the line to be taken out.
    Row(
        "option http-tunnel",
        PROXY,
        "Only the first request of a connection was looked at.",
        negate=True,
        effect="removed",
        removed="2.1",
        instead="leave it out",
        today=gone,
    ),
    Row(
        "option http-use-htx",
        PROXY,
        "The HTTP engine of 1.9.",
        parse=phrase(),
        effect="accepted",
        why="it is the only one since 2.1",
        repeat="add",
        negate=True,
        deprecated="2.0",
        instead="leave it out",
        today=gone,
    ),
    Row(
        "option tcpsplice",
        PROXY,
        "Kernel splicing of old.",
        negate=True,
        effect="removed",
        removed="1.4",
        instead="write 'option splice-auto'",
        today=renamed("option tcpsplice", "option splice-auto"),
    ),
    Row(
        "option http-restrict-req-hdr-names",
        PROXY,
        "What to do with odd header names.",
        (OneOf(("preserve", "delete", "reject")),),
        effect="later",
        usual=("preserve",),
        mode="http",
    ),
    Row(
        "option forwarded",
        BACK_D,
        "Adds the `Forwarded` header.",
        parse=_forwarded,
        effect="later",
        negate=True,
        no_default=True,
        mode="http",
    ),
    Row("option httpslog", FRONT_D, "Log lines with TLS fields.", parse=phrase(), effect="later", lax=True),
    Row(
        "option use-small-buffers",
        BACK_D,
        "Where small messages take small buffers.",
        parse=phrase(options({"check": nothing, "l7-retries": nothing, "queue": nothing})),
        effect="accepted",
        why="buffers that wait are given back",
        negate=True,
    ),
)
