"""Threads and processors (manual section 3.1): `cpu-map`, `cpu-set`, `thread-group` and their kin.

The kernel places threads here, so only their number (`nbthread`) has an effect; the others are read and accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.values import ArgType, Int, OneOf
from steelyard.config.span import Word
from steelyard.config.statement import Statement
from steelyard.diagnostics.diagnostic import Label

MAX_THREADS = 1024
MAX_GROUPS = 64
MAX_IN_GROUP = 64
MAX_CPU = 1023

_WHY = "the kernel places threads on processors"
_RANGE = re.compile(r"(\d+)(?:(-)(\d*))?\Z", re.ASCII)
_POLICIES = (
    "none",
    "efficiency",
    "first-usable-node",
    "group-by-ccx",
    "group-by-cluster",
    *(f"group-by-{count}-{unit}" for count in (2, 3, 4) for unit in ("ccx", "clusters")),
    "performance",
    "resource",
)
_AFFINITIES = ("auto", "per-ccx", "per-core", "per-group", "per-thread")
_SETS = tuple(f"{verb}-{unit}" for verb in ("drop", "only") for unit in ("cpu", "node", "cluster", "core", "thread"))


def _numbers(text: str) -> int | None:
    """How many numbers `all`, `odd`, `even` or a range of 1 to 64 holds; None where it is none of these."""
    if text in ("all", "odd", "even"):
        return MAX_IN_GROUP if text == "all" else MAX_IN_GROUP // 2
    match = _RANGE.match(text)
    if match is None:
        return None
    low = int(match.group(1)[:6])
    high = int(match.group(3)[:6]) if match.group(3) else MAX_IN_GROUP if match.group(2) else low
    if not (1 <= low <= MAX_IN_GROUP and 1 <= high <= MAX_IN_GROUP):
        return None
    return abs(high - low) + 1


def _cpus(statement: Statement, word: Word) -> set[int] | None:
    """The processors of one word; reported where it is wrong."""
    found: set[int] = set()
    for part in word.text.split(","):
        match = _RANGE.match(part)
        if match is None:
            statement.bad(word, "is not a set of processors", help="write numbers and ranges, as '0-3,8'")
            return None
        low = int(match.group(1)[:6])
        high = int(match.group(3)[:6]) if match.group(3) else MAX_CPU if match.group(2) else low
        if low > MAX_CPU or high > MAX_CPU:
            statement.bad(word, f"is out of range, 0 to {MAX_CPU}")
            return None
        found |= set(range(min(low, high), max(low, high) + 1))
    return found


def _cpu_map(statement: Statement) -> None:
    """`[auto:]<groups>[/<threads>] <processors>...`; with `auto:`, as many threads as processors."""
    args = statement.args
    if len(args) < 2:
        statement.missing("threads and processors", "write 'cpu-map 1/1-4 0-3'")
        return
    text = args[0].text
    groups, slash, threads = text.removeprefix("auto:").partition("/")
    counts = [_numbers(groups), _numbers(threads) if slash else MAX_IN_GROUP]
    if None in counts:
        help = "write [auto:]<group>[/<threads>], each 'all', 'odd', 'even' or a number or range of 1 to 64"
        statement.bad(args[0], "is not a set of threads", help=help)
        return
    cpus: set[int] = set()
    for word in args[1:]:
        some = _cpus(statement, word)
        if some is None:
            return
        cpus |= some
    if text.startswith("auto:") and len(cpus) not in counts:
        statement.bad(args[0], f"has not as many threads as there are processors, {len(cpus)}")


def _cpu_set(statement: Statement) -> None:
    if not statement.args:
        statement.missing("what to do", "write 'cpu-set only-cpu 0-3'")
    at = statement.at
    while at < len(statement.words):
        word = statement.words[at]
        at += 1
        if word.text == "reset":
            continue
        if word.text not in _SETS:
            statement.bad(word, "means nothing here", ("reset", *_SETS))
            return
        if at >= len(statement.words):
            statement.missing(f"a set of numbers behind '{word}'")
            return
        if _cpus(statement, statement.words[at]) is None:
            return
        at += 1


def _cpu_policy(statement: Statement) -> None:
    if statement.read(statement.at, OneOf(_POLICIES)) is None:
        return
    at = statement.at + 1
    if at < len(statement.words):
        if statement.words[at].text != "threads-per-core":
            statement.extra(at)
        elif statement.read(at + 1, OneOf(("1", "auto"))) is not None:
            statement.no_more(at + 2)


def _cpu_affinity(statement: Statement) -> None:
    kind = statement.read(statement.at, OneOf(_AFFINITIES))
    at = statement.at + 1
    if kind == "per-group" and at < len(statement.words):
        if statement.read(at, OneOf(("auto", "loose"))) is not None:
            statement.no_more(at + 1)
    elif kind is not None:
        statement.no_more(at)


def _thread_group(statement: Statement) -> None:
    """`<group> [<threads>...]`: numbers and ranges."""
    if statement.read(statement.at, Int(1, MAX_GROUPS, show="<group>")) is None:
        return
    for word in statement.args[1:]:
        match = _RANGE.match(word.text)
        ends = [int(end[:6]) for end in (match.group(1), match.group(3)) if end] if match else [0]
        if not all(1 <= end <= MAX_THREADS for end in ends):
            statement.bad(word, f"is not a thread or a range of threads, 1 to {MAX_THREADS}")
            return
    _early(statement)


def _early(statement: Statement) -> bool:
    """Other sections count threads, so HAProxy wants their number before the first of them."""
    other = next((first for first, _ in statement.room.blocks if first[0].text != "global"), None)
    if other is None:
        return True
    labels = (Label(other[0].span, "the first other section"),)
    message = f"'{statement.row.name}' must stand above all sections that are not 'global'"
    statement.report.alert("SY0118", message, statement.span, help="move 'global' to the top", labels=labels)
    return False


def _nbthread(statement: Statement) -> None:
    threads = statement.read_int(statement.at, Int(1, MAX_THREADS))
    if threads is not None and statement.no_more(statement.at + 1) and _early(statement):
        statement.set(threads)


def _thread_groups(statement: Statement) -> None:
    if statement.read(statement.at, Int(1, MAX_GROUPS)) is not None and statement.no_more(statement.at + 1):
        _early(statement)


def _accepted(name: str, doc: str, *args: ArgType, parse: Callable[[Statement], None] | None = None) -> Row:
    return Row(name, Where.GLOBAL, doc, args, parse=parse, effect="accepted", repeat="add", why=_WHY)


ROWS = (
    _accepted("cpu-affinity", "How closely threads are bound to processors.", parse=_cpu_affinity),
    _accepted("cpu-map", "Threads and the processors that they run on.", parse=_cpu_map),
    _accepted("cpu-policy", "How threads are spread over processors.", parse=_cpu_policy),
    _accepted("cpu-set", "Processors that are used at all.", parse=_cpu_set),
    _accepted("max-threads-per-group", "Threads of a group.", Int(0, MAX_IN_GROUP)),
    Row("nbthread", Where.GLOBAL, "Threads a process.", sets="nbthread", parse=_nbthread),
    Row(
        "numa-cpu-mapping",
        Where.GLOBAL,
        "Threads stay on one memory node.",
        effect="accepted",
        negate=True,
        lax=True,
        why=_WHY,
    ),
    _accepted("thread-group", "Threads of one group.", parse=_thread_group),
    _accepted("thread-groups", "Groups of threads.", parse=_thread_groups),
    _accepted("thread-hard-limit", "Most threads that are started.", Int(1, MAX_THREADS)),
)
