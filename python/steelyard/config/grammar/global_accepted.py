"""Words of the `global` section that change nothing here, beside those of one topic (manual section 3)."""

from __future__ import annotations

from steelyard.config.grammar.global_tuning import SWITCH, WHY, number
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.today import gone
from steelyard.config.grammar.values import ArgType, Bad, Either, Int, Loose, OneOf, Time
from steelyard.config.statement import Statement

G = Where.GLOBAL
_POLLER = "there is one poller, epoll"
_NO_COMPRESSION = "there is no compression yet"
_NO_API = "there is no runtime API yet"
_NO_FORK = "no program is started from here"


def _accepted(
    name: str, doc: str, *args: ArgType, why: str = WHY, least: int = -1, negate: bool = False, lax: bool = False
) -> Row:
    return Row(name, G, doc, args, effect="accepted", least=least, negate=negate, lax=lax, why=why)


def _tasks(statement: Statement) -> None:
    """One or more of the words; each may stand once in HAProxy's eyes, and does no harm twice."""
    kind = OneOf(("on", "off", "auto", "lock", "no-lock", "memory", "no-memory"))
    if not statement.args:
        statement.missing(kind.show)
    for index in range(statement.at, len(statement.words)):
        if statement.read(index, kind) is None:
            return


def _several(statement: Statement) -> None:
    """HAProxy reads the first argument only."""
    if not statement.args:
        statement.missing("a path")
    else:
        statement.no_more(statement.at + 1)


class _Delay:
    """A time of 1 to 1000 ms."""

    show = "<time>"

    def read(self, text: str) -> object | Bad:
        return Time(low=1, high=1000).read(text)


ROWS = (
    _accepted("anonkey", "Key by which dumps hide names.", Loose(0, 4_294_967_295, bits=64), why=_NO_API, lax=True),
    _accepted("busy-polling", "Threads never sleep.", negate=True),
    _accepted("close-spread-time", "Time over which a soft stop closes connections.", Either(("infinite",), Time()), lax=True),
    Row(
        "debug",
        G,
        "Everything is shown on the terminal.",
        effect="accepted",
        deprecated="2.1",
        instead="start with '-d'",
        why=WHY,
        today=gone,
    ),
    _accepted("debug.counters", "Events of the code are counted.", SWITCH),
    _accepted("expose-deprecated-directives", "Old words are taken without a warning.", why="it only concerns reading"),
    _accepted("expose-experimental-directives", "Experimental words are taken.", lax=True, why="it only concerns reading"),
    Row(
        "force-cfg-parser-pause",
        G,
        "Reading waits, for tests.",
        (Time(high=65_535),),
        effect="accepted",
        experimental=True,
        why="it only serves tests of HAProxy",
    ),
    _accepted("insecure-fork-wanted", "Processes may be started at run time.", negate=True, why=_NO_FORK),
    _accepted("insecure-setuid-wanted", "Programs may change their user.", why=_NO_FORK),
    _accepted("max-spread-checks", "Time over which first health checks are spread.", Time()),
    _accepted("maxcompcpuusage", "Load above which nothing is compressed.", number(0, 100), why=_NO_COMPRESSION),
    _accepted("maxcomprate", "Kilobytes a second that are compressed.", Loose(), why=_NO_COMPRESSION),
    _accepted("maxpipes", "Pipes for splicing.", Loose()),
    _accepted("maxzlibmem", "Megabytes for compression.", Loose(), why=_NO_COMPRESSION),
    _accepted("mworker-max-reloads", "Reloads that an old worker may live through.", number()),
    _accepted("no-memory-trimming", "Memory is not given back to the system."),
    _accepted("noepoll", "Another poller is used.", why=_POLLER),
    _accepted("noevports", "Another poller is used.", why=_POLLER),
    _accepted("nogetaddrinfo", "Names are looked up in the old way."),
    _accepted("nokqueue", "Another poller is used.", why=_POLLER),
    _accepted("nopoll", "Another poller is used.", why=_POLLER),
    _accepted("nosepoll", "Another poller is used.", why=_POLLER),
    _accepted("prealloc-fd", "Tables of descriptors are made at the start."),
    _accepted("profiling.memory", "Allocations are counted.", SWITCH),
    Row("profiling.tasks", G, "Tasks are timed.", parse=_tasks, effect="accepted", why=WHY),
    _accepted("quick-exit", "An old process ends without tidying up."),
    Row(
        "server-state-base",
        G,
        "Where files of servers' states are.",
        parse=_several,
        effect="accepted",
        lax=True,
        why="only 'load-server-state-from-file' makes use of it",
    ),
    Row(
        "server-state-file",
        G,
        "File of servers' states.",
        parse=_several,
        effect="accepted",
        lax=True,
        why="only 'load-server-state-from-file' makes use of it",
    ),
    _accepted("set-dumpable", "A crash leaves a core file.", OneOf(("on", "off", "libs")), least=0, negate=True),
    _accepted("stress-level", "HAProxy tests itself.", Int(0, 9)),
    _accepted("strict-limits", "Too few descriptors are an error.", negate=True, why="limits that can't be had are told"),
    _accepted("warn-blocked-traffic-after", "When a busy thread is told of.", _Delay(), lax=True),
)
