"""Words of the `global` section about HTTP/2, QUIC, Lua and the HTTP client (manual sections 3.2 and 3.4).

What these words tune can't be reached yet: the words of a proxy that lead there are answered "not supported yet". So they are
accepted until their part comes.
"""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.config.grammar import files
from steelyard.config.grammar.global_tuning import SWITCH, number, tune
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.values import MAX_SIZE, ArgType, Either, Int, ListOf, Loose, NotZero, OneOf, Size, Text, Time
from steelyard.config.statement import Statement
from steelyard.diagnostics.diagnostic import Label

_H2 = "there is no HTTP/2 yet"
_QUIC = "there is no QUIC yet"
_LUA = "there is no Lua here"
_CLIENT = "nothing here makes HTTP requests of its own yet"
_PERCENT = number(1, 100)
_BYTES = Size(0, MAX_SIZE)
_SOME_BYTES = Size(1, MAX_SIZE)


def _h2(name: str, doc: str, *args: ArgType, least: int = -1) -> Row:
    return tune(f"h2.{name}", doc, *args, least=least, why=_H2)


def _streams(statement: Statement) -> None:
    """`<number> [rq-load <number>|auto|ignore] [min <number>]`; nothing at all is 0, and the least is not above the most."""
    most = statement.read_int(statement.at, number()) if statement.args else 0
    if most is None:
        return
    words, at = statement.words, statement.at + 1
    kinds: dict[str, ArgType] = {"rq-load": Either(("auto", "ignore"), number()), "min": number(1, max(1, most))}
    while at < len(words):
        kind = kinds.get(words[at].text)
        if kind is None:
            statement.extra(at)
            return
        if statement.read(at + 1, kind) is None:
            return
        at += 2


def _threshold(names: str, doc: str, arg: ArgType) -> tuple[Row, ...]:
    return tuple(_h2(name, doc, arg, least=0) for name in names.split())


_H2_ROWS = (
    *_threshold("be.glitches-threshold fe.glitches-threshold", "Faults that a connection may show.", number()),
    *_threshold("be.initial-window-size fe.initial-window-size initial-window-size", "Bytes that may be on their way.", number()),
    *_threshold("be.max-concurrent-streams max-concurrent-streams", "Streams of a connection at once.", number()),
    *_threshold("be.max-frames-at-once fe.max-frames-at-once", "Frames read in a row.", number()),
    *(_h2(f"{side}.rxbuf", "Bytes that may be received ahead.", _BYTES) for side in ("be", "fe")),
    *_threshold("fe.max-rst-at-once", "Resets read in a row.", number()),
    *_threshold("fe.max-total-streams", "Streams of a connection in all.", number()),
    Row(
        "tune.h2.fe.max-concurrent-streams",
        Where.GLOBAL,
        "Streams of a connection at once.",
        parse=_streams,
        effect="accepted",
        why=_H2,
    ),
    _h2("header-table-size", "Bytes of the header table.", number(4096, 65_536)),
    _h2("log-errors", "Errors that are logged.", OneOf(("none", "connection", "stream"))),
    _h2("max-frame-size", "Bytes of a frame.", number(16_384, 16_777_215)),
    _h2("zero-copy-fwd-send", "Data is sent without a copy.", SWITCH),
)


def _quic(names: str, doc: str, *args: ArgType) -> tuple[Row, ...]:
    return tuple(tune(f"quic.{name}", doc, *args, why=_QUIC) for name in names.split())


def _both(name: str, doc: str, arg: ArgType) -> tuple[Row, ...]:
    return _quic(f"be.{name} fe.{name}", doc, arg)


_SOCKETS = OneOf(("default-on", "force-off", "connection", "listener"))
_QUIC_ROWS = (
    *_both("cc.cubic-min-losses", "Losses that slow a connection down.", NotZero()),
    *_both("cc.hystart", "A careful start of connections.", SWITCH),
    *_both("cc.max-frame-loss", "Losses of one frame that end a connection.", NotZero()),
    *_both("cc.max-win-size", "Largest window.", Size(10_240, 4 << 30)),
    *_both("cc.reorder-ratio", "Percent of packets that may come out of order.", NotZero()),
    *_both("max-idle-timeout", "Time after which a silent connection ends.", Time()),
    *_both("sec.glitches-threshold", "Faults that a connection may show.", NotZero()),
    *_both("stream.data-ratio", "Percent of the window that one stream may take.", _PERCENT),
    *_both("stream.max-concurrent", "Streams of a connection at once.", NotZero()),
    *_both("stream.rxbuf", "Bytes that may be received ahead.", _SOME_BYTES),
    *_both("tx.pacing", "Packets are spread over time.", SWITCH),
    *_both("tx.udp-gso", "The kernel cuts packets.", SWITCH),
    *_quic("fe.sec.retry-threshold", "Half-open connections after which addresses are checked.", NotZero()),
    *_quic("fe.sock-per-conn", "A socket for each connection.", _SOCKETS),
    *_quic("fe.stream.max-total", "Streams of a connection in all.", NotZero()),
    *_quic("listen", "QUIC is served at all.", SWITCH),
    *_quic("mem.tx-max", "Bytes for sending.", Size(1)),
    *_quic("zero-copy-fwd-send", "Data is sent without a copy.", SWITCH),
    # Names that 2.6 to 3.2 had for the words above.
    *_quic("cc-hystart", "Old name of `tune.quic.fe.cc.hystart`.", SWITCH),
    *_quic("disable-tx-pacing disable-udp-gso", "Old opposite of a word of `tune.quic.fe`."),
    *_quic("frontend.conn-tx-buffers.limit max-frame-loss", "Old name of a word of `tune.quic.fe`.", NotZero()),
    *_quic("frontend.glitches-threshold frontend.max-streams-bidi", "Old name of a word of `tune.quic.fe`.", NotZero()),
    *_quic("frontend.max-data-size", "Old name of a word of `tune.quic.fe`.", _SOME_BYTES),
    *_quic("frontend.max-tx-mem", "Old name of `tune.quic.mem.tx-max`.", Size(1)),
    *_quic("frontend.default-max-window-size", "Old name of `tune.quic.fe.cc.max-win-size`.", Size(10_240, 4 << 30)),
    *_quic("frontend.max-idle-timeout", "Old name of `tune.quic.fe.max-idle-timeout`.", Time()),
    *_quic("frontend.stream-data-ratio reorder-ratio", "Old name of a word of `tune.quic.fe`.", _PERCENT),
    *_quic("retry-threshold", "Old name of `tune.quic.fe.sec.retry-threshold`.", NotZero()),
    *_quic("socket-owner", "Old name of `tune.quic.fe.sock-per-conn`.", OneOf(("connection", "listener"))),
    Row("limited-quic", Where.GLOBAL, "QUIC with a TLS library that has none.", effect="accepted", why=_QUIC),
    Row("no-quic", Where.GLOBAL, "QUIC is not served.", effect="accepted", why=_QUIC),
    Row(
        "cluster-secret",
        Where.GLOBAL,
        "Secret of processes that serve QUIC together.",
        (Text("<secret>"),),
        effect="accepted",
        why=_QUIC,
    ),
)


def _lua_file(statement: Statement) -> None:
    """`<file> [<argument>...]`: HAProxy runs the file when it reads the line, so it must be there."""
    if not statement.args:
        statement.missing("a file", f"write '{statement.row.name} <file> [<argument>...]'")
    else:
        files.load(statement, statement.args[0])


def _libraries(statement: Statement) -> None:
    """The libraries must be known before a file is run with them."""
    if statement.read(statement.at, ListOf(_LIBRARIES, alone=("all", "none"))) is None:
        return
    if not statement.no_more(statement.at + 1):
        return
    first = statement.draft.place("lua-load", "lua-load-per-thread")
    if first is not None:
        labels = (Label(first, "a file is run here"),)
        message = f"'{statement.row.name}' comes too late: files of Lua have been run"
        statement.report.alert("SY0109", message, statement.span, help="write it above the first 'lua-load'", labels=labels)


_LIBRARIES = ("table", "io", "os", "string", "math", "utf8", "package", "debug")
_LUA_ROWS = (
    Row("lua-load", Where.GLOBAL, "A Lua program that all threads share.", parse=_lua_file, effect="later", repeat="add"),
    Row("lua-load-per-thread", Where.GLOBAL, "A Lua program for each thread.", parse=_lua_file, effect="later", repeat="add"),
    Row(
        "lua-prepend-path",
        Where.GLOBAL,
        "Where Lua looks for modules.",
        (Text("<path>"), OneOf(("path", "cpath"))),
        effect="accepted",
        least=1,
        repeat="add",
        why=_LUA,
    ),
    tune("lua.bool-sample-conversion", "What Lua makes of booleans.", OneOf(("normal", "pre-3.1-bug")), why=_LUA),
    tune("lua.burst-timeout", "Time that Lua may run at a stretch.", Time(), lax=True, why=_LUA),
    tune("lua.forced-yield", "Instructions before others get their turn.", Int(-2_147_483_648), least=0, lax=True, why=_LUA),
    tune("lua.log.loggers", "Lua's words go to the logs.", SWITCH, why=_LUA),
    tune("lua.log.stderr", "Lua's words go to standard error.", OneOf(("on", "off", "auto")), why=_LUA),
    tune("lua.maxmem", "Megabytes that Lua may take.", Int(-2_147_483_648), lax=True, why=_LUA),
    Row(
        "tune.lua.openlibs",
        Where.GLOBAL,
        "Libraries that Lua has.",
        parse=_libraries,
        effect="accepted",
        words=("all", "none", *_LIBRARIES),
        why=_LUA,
    ),
    *(
        tune(f"lua.{kind}-timeout", f"Time that Lua may run ({kind}).", Time(), lax=True, why=_LUA)
        for kind in ("service", "session", "task")
    ),
)


def _client(name: str, doc: str, *args: ArgType, least: int = -1) -> Row:
    return Row(f"httpclient.{name}", Where.GLOBAL, doc, args, effect="accepted", least=least, why=_CLIENT)


_CLIENT_ROWS = (
    _client("resolvers.disabled", "The HTTP client looks up no names.", SWITCH),
    _client("resolvers.id", "Resolvers of the HTTP client.", Text("<resolvers>")),
    _client("resolvers.prefer", "Address family that the HTTP client prefers.", OneOf(("ipv4", "ipv6"))),
    _client("retries", "Further tries of the HTTP client.", Loose()),
    _client("ssl.ca-file", "Authorities that the HTTP client trusts.", Text("<file>"), least=0),
    _client("ssl.verify", "Whether the HTTP client checks certificates.", OneOf(("none", "required"))),
    _client("timeout.connect", "Time that a connection of the HTTP client may take.", Time()),
)

ROWS: Sequence[Row] = (*_H2_ROWS, *_QUIC_ROWS, *_LUA_ROWS, *_CLIENT_ROWS)
