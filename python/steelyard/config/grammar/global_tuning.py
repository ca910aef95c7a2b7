"""`tune.*` words of the `global` section that are not about one protocol (manual section 3.2), alphabetical.

HAProxy reads most of their numbers by the leading digits alone, and so do these rows, with a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.today import Today, gone
from steelyard.config.grammar.units import parse_int
from steelyard.config.grammar.values import MAX_SIZE, ArgType, Bad, Int, ListOf, Loose, NotZero, Odd, OneOf, Size, Time
from steelyard.config.statement import Statement


@dataclass(frozen=True, slots=True)
class VariableSize:
    """Bytes without a unit, or a number below 0 for no limit."""

    show: str = "<bytes>"

    def read(self, text: str) -> object | Bad:
        value = parse_int(text, -MAX_INT, MAX_INT)
        return value if isinstance(value, int) else Bad(f"{value}; write bytes without a unit")


def _variable_size(statement: Statement) -> None:
    """Without a number there is no limit, as in HAProxy."""
    size = statement.read(statement.at, VariableSize()) if statement.args else 0
    if isinstance(size, int) and (not statement.args or statement.no_more(statement.at + 1)):
        statement.draft.set(statement.row.sets, max(0, size), statement.row, statement.span)


@dataclass(frozen=True, slots=True)
class _Elasticity:
    """0 for no limit, or percent from 100 on."""

    show: str = "<percent>"

    def read(self, text: str) -> object | Bad:
        value = Loose().read(text)
        number = value.value if isinstance(value, Odd) else value
        given = isinstance(number, int) and (number >= 100 or text == "0")
        return value if given else Bad("is neither 0 nor a percentage from 100 on")


SWITCH = OneOf(("on", "off"))
WHY = "it tunes HAProxy's own machinery, which is built in another way here"
MAX_INT = 2_147_483_647


def tune(
    name: str,
    doc: str,
    *args: ArgType,
    least: int = -1,
    lax: bool = False,
    why: str = WHY,
    experimental: bool = False,
    repeat: Literal["last", "never"] = "last",
    today: Today | None = None,
) -> Row:
    """A word of which nothing is seen from outside."""
    return Row(
        f"tune.{name}",
        Where.GLOBAL,
        doc,
        args,
        effect="accepted",
        least=least,
        lax=lax,
        why=why,
        experimental=experimental,
        repeat=repeat,
        today=today,
    )


def number(low: int = 0, high: int = MAX_INT) -> Loose:
    return Loose(low, high)


_ANY = Loose()
_SIZE = Loose(sizes=True)
_SOME = NotZero(sizes=True)
_VARIABLES = "there is no limit on the memory of variables of health checks"

ROWS = (
    tune("applet.zero-copy-forwarding", "Answers made here are passed on without a copy.", SWITCH),
    tune("buffers.limit", "Buffers of the process; 0 for any number.", _ANY, least=0),
    tune("buffers.reserve", "Buffers kept for when memory runs out.", _ANY, least=0),
    tune("bufsize.small", "Bytes of a small buffer.", Size(1, MAX_SIZE)),
    tune("cli.max-payload-size", "Bytes that one runtime command may carry.", Size(0, MAX_SIZE)),
    tune("comp.maxlevel", "Highest level of compression.", number(1, 9)),
    tune(
        "defaults.purge",
        "Defaults sections are forgotten once they are read.",
        ListOf(("proxies", "servers"), alone=("all", "none")),
        least=0,
    ),
    tune("disable-fast-forward", "Data always passes the analysers.", experimental=True),
    tune("disable-zero-copy-forwarding", "Data is never passed on without a copy."),
    tune("epoll.mask-events", "Events of the kernel's poller that are passed over.", ListOf(("err", "hup", "rdhup")), least=0),
    tune("events.max-events-at-once", "Events that one handler takes in a row.", number(1, 10_000)),
    tune("fail-alloc", "Percent of allocations that fail, for tests.", number(0, 100), least=0),
    tune("fd.edge-triggered", "The poller tells of each change once.", SWITCH, experimental=True),
    tune("fd.tables", "Tables of descriptors.", OneOf(("shared", "per-thread-group")), experimental=True),
    tune("glitches.kill.cpu-usage", "Load at which connections with too many faults are ended.", number(0, 100)),
    tune("h1.be.glitches-threshold", "Faults that a server's connection may show.", number(), least=0),
    tune("h1.fe.glitches-threshold", "Faults that a client's connection may show.", number(), least=0),
    tune("h1.zero-copy-fwd-recv", "HTTP/1 data is received without a copy.", SWITCH),
    tune("h1.zero-copy-fwd-send", "HTTP/1 data is sent without a copy.", SWITCH),
    tune("idle-pool.shared", "Threads share idle server connections.", OneOf(("full", "on", "off"))),
    tune("idletimer", "When a stream counts as idle.", Time(high=65_535)),
    tune("listener.default-shards", "Sockets for an address.", OneOf(("by-process", "by-thread", "by-group"))),
    tune("listener.multi-queue", "Threads hand accepted connections to each other.", OneOf(("on", "fair", "off"))),
    tune("max-checks-per-thread", "Health checks of a thread at once.", _ANY, least=0),
    tune("max-rules-at-once", "Rules before others get their turn.", number()),
    tune("maxaccept", "Connections accepted in a row; -1 for all.", number(-1)),
    tune("maxpollevents", "Events taken from the kernel at once.", Loose(high=1_000_000)),
    tune("memory.hot-size", "Bytes that a thread keeps at hand.", number(1)),
    tune("notsent-lowat.client", "Bytes towards a client that the kernel may hold.", Size()),
    tune("notsent-lowat.server", "Bytes towards a server that the kernel may hold.", Size()),
    tune("pattern.cache-size", "Looked-up patterns that are remembered.", number(), lax=True),
    tune("peers.max-updates-at-once", "Updates of tables sent in a row.", number(1)),
    tune("pipesize", "Bytes of a pipe.", _SIZE),
    tune("pool-high-fd-ratio", "Percent of descriptors above which idle connections are closed.", number(0, 100)),
    tune("pool-low-fd-ratio", "Percent of descriptors above which no connection is kept.", number(0, 100)),
    tune("pt.zero-copy-forwarding", "TCP data is passed on without a copy.", SWITCH),
    *(
        tune(f"{name}.{side}", f"Bytes of the kernel's {what} buffer ({side}).", kind, why="the kernel sizes its buffers")
        for name, what in (("rcvbuf", "receive"), ("sndbuf", "send"))
        for side, kind in (("backend", _SOME), ("client", _SIZE), ("frontend", _SOME), ("server", _SIZE))
    ),
    tune("recv_enough", "Bytes of a read after which the socket counts as empty.", _SIZE),
    tune("renice.runtime", "Scheduling priority of the process.", Int(-20, 19), least=0),
    tune("renice.startup", "Scheduling priority while the file is read.", Int(-20, 19), least=0),
    tune("ring.queues", "Queues in front of a ring.", number(0, 16), least=0),
    tune("runqueue-depth", "Tasks run in a row.", _ANY),
    tune("sched.low-latency", "Short tasks go before long ones.", SWITCH),
    tune("streams-elasticity", "Percent of streams for each connection.", _Elasticity()),
    tune("takeover-other-tg-connections", "Thread groups share idle connections.", OneOf(("none", "restricted", "full"))),
    *(
        Row(
            f"tune.vars.{scope}-max-size",
            Where.GLOBAL,
            f"Bytes of variables ({scope}).",
            parse=_variable_size,
            sets=f"vars_{scope}",
            lax=True,
        )
        for scope in ("global", "proc", "reqres", "sess", "txn")
    ),
    tune("vars.check-max-size", "Bytes of variables (check).", VariableSize(), least=0, lax=True, why=_VARIABLES),
    tune("zlib.memlevel", "Memory of compression.", number(1, 9)),
    tune("zlib.windowsize", "History of compression.", number(8, 15)),
    Row(
        "tune.chksize",
        Where.GLOBAL,
        "Bytes of a health check's buffer, which now is that of all others.",
        (Loose(),),
        effect="accepted",
        deprecated="2.4",
        instead="leave it out; 'tune.bufsize' holds for health checks too",
        why="health checks have no buffer of their own",
        today=gone,
    ),
)
