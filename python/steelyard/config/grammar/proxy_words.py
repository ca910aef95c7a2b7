"""Plain words of frontend, backend, listen and defaults sections, alphabetical (manual section 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.config.grammar.row import ANY, BACK_D, FRONT_D, PROXY, Row
from steelyard.config.grammar.values import Bad, Int, Loose, Name, Odd, OneOf, Text, Time
from steelyard.config.statement import Statement


@dataclass(frozen=True, slots=True)
class Factor:
    """Percent: 0 for no bound, else more than the mean."""

    show: str = "<percent>"

    def read(self, text: str) -> object | Bad:
        value = Loose(0, 65535).read(text)
        number = value.value if isinstance(value, Odd) else value
        return Bad("is neither 0 nor above 100") if isinstance(number, int) and 0 < number <= 100 else value


_OF_THE_MESSAGE = ("host", "content-length", "transfer-encoding", "connection")


@dataclass(frozen=True, slots=True)
class SentHeader:
    """A header that may take the place of what the client sent. HAProxy refuses the others since 3.4; before, it sent requests
    that no server can read."""

    show: str = "<header>"

    def read(self, text: str) -> object | Bad:
        return Bad("says what the request is, and can't tell the server's name") if text.lower() in _OF_THE_MESSAGE else text


def _description(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a text")
        return
    statement.set(statement.text(statement.at))


def _default_backend(statement: Statement) -> None:
    name = statement.read(statement.at, Name())
    if isinstance(name, str) and statement.no_more(statement.at + 1):
        statement.set(name)
        statement.set(statement.args[0].span, "default_backend_span")


_LATER_MODES = ("log", "spop", "haterm")


def _mode(statement: Statement) -> None:
    """`mode health` went away in 2.1; `log` and `spop` are modes of backends, `haterm` one of frontends."""
    word = statement.args[0] if statement.args else None
    if word is not None and word.text == "health" and statement.no_more(statement.at + 1):
        help = "write 'http-request return status 200'"
        message = "'mode health' is gone since HAProxy 2.1, and today's words can't say what this line does"
        statement.report.later("SY0106", message, word.span, help=help)
    if word is not None and word.text == "health":
        return
    value = statement.read(statement.at, OneOf(("tcp", "http", *_LATER_MODES)))
    if value is None or not statement.no_more(statement.at + 1):
        return
    if value == "log" and statement.draft.kind in ("backend", "defaults"):
        statement.set(value)
        return
    if value in _LATER_MODES and word is not None:
        statement.report.later("SY0104", f"'mode {word}' is not supported yet", word.span)
        kind = statement.draft.kind
        if (kind == "frontend" and value != "haterm") or (kind in ("backend", "listen") and value == "haterm"):
            statement.report.alert("SY0103", f"'mode {word}' is not allowed in section '{kind}'", word.span)
            return
    statement.set(value)


_RETRIES = """
none conn-failure empty-response junk-response response-timeout 0rtt-rejected all-retryable-errors
401 403 404 408 421 425 429 500 501 502 503 504
"""


def _retry_on(statement: Statement) -> None:
    """`none` goes with nothing else; the last line holds."""
    words = [
        statement.read(at, OneOf(tuple(_RETRIES.split())))
        for at in range(statement.at, max(statement.at + 1, len(statement.words)))
    ]
    if words[0] == "none" and len(words) > 1:
        statement.extra(statement.at + 1)
    elif None not in words:
        statement.set(tuple(words))


ROWS = (
    Row("clitcpka-cnt", FRONT_D, "Probes of TCP keep-alive to clients.", (Int(),), "clitcpka_cnt"),
    Row("clitcpka-idle", FRONT_D, "Idle time before TCP keep-alive to clients begins.", (Time("s"),), "clitcpka_idle"),
    Row("clitcpka-intvl", FRONT_D, "Time between probes of TCP keep-alive to clients.", (Time("s"),), "clitcpka_intvl"),
    Row("srvtcpka-cnt", BACK_D, "Probes of TCP keep-alive to servers.", (Int(),), "srvtcpka_cnt"),
    Row("srvtcpka-idle", BACK_D, "Idle time before TCP keep-alive to servers begins.", (Time("s"),), "srvtcpka_idle"),
    Row("srvtcpka-intvl", BACK_D, "Time between probes of TCP keep-alive to servers.", (Time("s"),), "srvtcpka_intvl"),
    Row("backlog", FRONT_D, "Connections that may wait to be accepted.", (Loose(below=0),), "backlog"),
    Row(
        "default_backend", FRONT_D, "Backend where no `use_backend` rule matched.", sets="default_backend", parse=_default_backend
    ),
    Row("description", ANY, "A text shown in statistics.", sets="description", parse=_description),
    Row("disabled", PROXY, "The proxy is not started.", sets="disabled"),
    Row("enabled", PROXY, "Undoes `disabled` of a defaults section.", sets="disabled", value=False),
    Row(
        "fullconn",
        BACK_D,
        "Connections at which the servers' `minconn` has grown to `maxconn`.",
        (Loose(below=2_147_483_647),),
        "fullconn",
    ),
    Row(
        "hash-balance-factor",
        BACK_D,
        "Percent of the mean load a hashed server may have; 0: any.",
        (Factor(),),
        "hash_balance_factor",
        lax=True,
    ),
    Row(
        "http-reuse",
        BACK_D,
        "Which idle server connections may be shared.",
        (OneOf(("never", "safe", "aggressive", "always")),),
        "http_reuse",
    ),
    Row(
        "http-send-name-header",
        BACK_D,
        "A header with the server's name.",
        (SentHeader(),),
        "send_name_header",
        lax=True,
        mode="http",
    ),
    Row("id", ANY, "Number of the proxy in statistics.", (Loose(1),), "id", repeat="never"),
    Row("maxconn", FRONT_D, "Connections at once.", (Loose(below=0),), "maxconn"),
    Row("mode", PROXY, "`tcp` or `http`.", sets="mode", parse=_mode, words=("http", "tcp")),
    Row("monitor-uri", FRONT_D, "A path that is answered here with 200.", (Text("<uri>"),), "monitor_uri", mode="http"),
    Row("rate-limit sessions", FRONT_D, "New sessions a second.", (Int(below=0),), "rate_limit_sessions", lax=True),
    Row("retries", BACK_D, "Further tries after a connection to a server failed.", (Loose(below=0),), "retries"),
    Row("retry-on", BACK_D, "When a request is sent again.", sets="retry_on", parse=_retry_on, strict=True),
    Row("unique-id-header", FRONT_D, "Header that carries the unique id.", (Text("<header>"),), "unique_id_header", lax=True),
)
