"""`filter`, `filter-sequence` and `compression` (manual sections 4.2 and 9)."""

from __future__ import annotations

from itertools import pairwise

from steelyard.config.grammar.calls import LUA
from steelyard.config.grammar.phrases import (
    Step,
    anything,
    choice,
    each,
    expression,
    nothing,
    one,
    options,
    phrase,
    readable_file,
    several,
)
from steelyard.config.grammar.row import ANY, PROXY, Row
from steelyard.config.grammar.values import Int, OneOf, Size, Text, Time
from steelyard.config.places import place_of
from steelyard.config.statement import Statement

ALGORITHMS = ("identity", "gzip", "deflate", "raw-deflate")
_NAME = one(Text("<name>"))
_LIMIT: dict[str, Step] = {
    "default-limit": one(Size(1)),
    "default-period": one(Time(low=1)),
    "key": expression("http-request"),
    "limit": one(Size(1)),
    "min-size": one(Size()),
    "table": _NAME,
}


def _bandwidth(statement: Statement, at: int) -> int | None:
    """`<name>` and either a limit of its own for each stream, or one that streams of one key share."""
    end = several(_NAME, options(_LIMIT))(statement, at)
    if end is None:
        return None
    said = {word.text for word in statement.words[at + 1 : end]}
    shared = said & {"limit", "key", "table"}
    wanted = ("limit", "key") if shared else ("default-limit", "default-period")
    missing = [name for name in wanted if name not in said]
    mixed = shared and said & {"default-limit", "default-period"}
    if missing:
        statement.missing(
            f"'{missing[0]}'", "write 'default-limit <size> default-period <time>', or 'limit <size> key <expression>'"
        )
        return None
    if mixed:
        statement.report.alert("SY0109", f"'{sorted(mixed)[0]}' and '{sorted(shared)[0]}' exclude each other", statement.span)
        return None
    return end


def _file_last(rows: dict[str, Step]) -> Step:
    return options({**rows, "config": readable_file}, needs=("config",))


def _spoe(statement: Statement, at: int) -> int | None:
    """`[engine <name>] config <file>`: the file describes an agent, in the scope `[name]` of the engine where there is one."""
    end = _file_last({"engine": _NAME})(statement, at)
    if end is None:
        return None
    said = dict(pairwise(word.text for word in statement.words[at:end]))
    with open(statement.room.paths.find(said["config"]), encoding="utf-8", errors="replace") as file:
        lines = [line.split() for line in file]
    scope, agents = "", []
    for words in lines:
        if words and words[0].startswith("[") and words[0].endswith("]"):
            scope = words[0][1:-1]
        elif words and words[0] == "spoe-agent":
            agents.append(scope)
    if said.get("engine", "") not in agents and not ("engine" not in said and agents):
        where = f" for engine '{said['engine']}'" if "engine" in said else ""
        word = next(word for word in statement.words[at:end] if word.text == said["config"])
        statement.report.alert("SY0741", f"file '{word}' has no 'spoe-agent'{where}", word.span)
        return None
    return end


_FILTERS: dict[str, Step] = {
    "bwlim-in": _bandwidth,
    "bwlim-out": _bandwidth,
    "cache": _NAME,
    "comp-req": nothing,
    "comp-res": nothing,
    "compression": nothing,
    "fcgi-app": _NAME,
    "opentracing": _file_last({"id": _NAME}),
    "spoe": _spoe,
    "trace": options(
        {
            "hexdump": nothing,
            "max-fwd": one(Int()),
            "name": _NAME,
            "quiet": nothing,
            "random-forwarding": nothing,
            "random-parsing": nothing,
        }
    ),
}


def _filter(statement: Statement) -> None:
    """Filters of Lua files have names of their own."""
    lua = place_of(statement).lua and bool(statement.args) and statement.args[0].text.startswith(LUA)
    phrase(anything if lua else choice(_FILTERS))(statement)


_DIRECTIONS = ("request", "response", "both")
_ALGORITHMS = each(OneOf(ALGORITHMS))
_TYPES = each(Text("<type>"))
_COMPRESSION: dict[str, Step] = {
    "algo": _ALGORITHMS,
    "algo-req": one(OneOf(ALGORITHMS)),
    "algo-res": _ALGORITHMS,
    "direction": one(OneOf(_DIRECTIONS)),
    "minsize-req": one(Size()),
    "minsize-res": one(Size()),
    "offload": anything,
    "type": _TYPES,
    "type-req": _TYPES,
    "type-res": _TYPES,
}

ROWS = (
    Row(
        "compression",
        PROXY,
        "Compression of messages.",
        parse=phrase(choice(_COMPRESSION)),
        effect="later",
        repeat="add",
        mode="http",
    ),
    Row("filter", ANY, "A filter of the traffic.", parse=_filter, effect="later", repeat="add", strict=True),
    Row(
        "filter-sequence",
        ANY,
        "The order of filters.",
        parse=phrase(choice({"request": one(Text("<filter>,...")), "response": one(Text("<filter>,..."))})),
        effect="later",
        repeat="add",
        strict=True,
    ),
)
