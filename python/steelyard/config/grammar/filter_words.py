"""`filter`, `filter-sequence` and `compression` (manual sections 4.2 and 9)."""

from __future__ import annotations

from itertools import pairwise

from steelyard.config.bandwidth import Bandwidth
from steelyard.config.expr import TableArg
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
from steelyard.config.grammar.values import MAX_SIZE, Int, OneOf, Size, Text, Time
from steelyard.config.places import place_of
from steelyard.config.rules import parse_expr
from steelyard.config.statement import Statement
from steelyard.diagnostics.diagnostic import Report, Severity

ALGORITHMS = ("identity", "gzip", "deflate", "raw-deflate")
_NAME = one(Text("<name>"))
_SIZE, _PERIOD = Size(1, MAX_SIZE), Time(low=1)
_LIMIT: dict[str, Step] = {
    "default-limit": one(_SIZE),
    "default-period": one(_PERIOD),
    "key": expression("http-request"),
    "limit": one(_SIZE),
    "min-size": one(Size(0, MAX_SIZE)),
    "table": _NAME,
}


def _bandwidth(statement: Statement, at: int) -> int | None:
    """`<name>` and either a limit of its own for each stream, or one that streams of one key share."""
    end = several(_NAME, options(_LIMIT))(statement, at)
    if end is None:
        return None
    found = _limit_words(statement, at + 1)
    said = set(found)
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
    name = statement.words[at]
    if any(each.name == name.text for each in statement.draft.get("bandwidth", ())):
        statement.report.alert("SY0763", f"second bandwidth filter '{name}' of {statement.draft.label}", name.span)
        return None
    statement.add(_made(statement, at, found), "bandwidth")
    return end


def _limit_words(statement: Statement, at: int) -> dict[str, int]:
    """Which words of `_LIMIT` there are, and where; those in the place of an argument are none."""
    found: dict[str, int] = {}
    while at < len(statement.words):
        found[statement.words[at].text] = at
        step = _LIMIT[statement.words[at].text]
        at = _quietly(statement, step, at + 1)
    return found


def _quietly(statement: Statement, step: Step, at: int) -> int:
    """Where the argument ends, which is known to be right."""
    items = statement.report.items
    before = len(items)
    end = step(statement, at)
    del items[before:]
    return len(statement.words) if end is None else end


def _made(statement: Statement, at: int, found: dict[str, int]) -> Bandwidth:
    words = statement.words

    def number(word: str, kind: Size | Time) -> int:
        value = kind.read(words[found[word] + 1].text) if word in found else 0
        return value if isinstance(value, int) else 0

    key = None
    if "key" in found:
        key, _ = parse_expr(words, found["key"] + 1, place_of(statement, "http-request"), Report())
    table = words[found["table"] + 1] if "table" in found else None
    return Bandwidth(
        name=words[at].text,
        upload=words[at - 1].text == "bwlim-in",
        limit=number("limit", _SIZE) or number("default-limit", _SIZE),
        period=number("default-period", _PERIOD),
        min_size=number("min-size", Size()),
        key=key,
        table=None if key is None else TableArg("", statement.span) if table is None else TableArg(table.text, table.span),
        span=statement.span,
    )


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


_LIMITS = ("bwlim-in", "bwlim-out")


def _filter(statement: Statement) -> None:
    """Filters of Lua files have names of their own."""
    found = len(statement.report.items)
    lua = place_of(statement).lua and bool(statement.args) and statement.args[0].text.startswith(LUA)
    phrase(anything if lua else choice(_FILTERS))(statement)
    wrong = any(item.severity is Severity.ALERT for item in statement.report.items[found:])
    if not wrong and statement.args[0].text not in _LIMITS:
        statement.report.later("SY0104", f"filter '{statement.args[0]}' is not supported yet", statement.span)
        statement.say()


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
    Row(
        "filter", ANY, "A filter of the traffic: limits of bandwidth.", sets="bandwidth", parse=_filter, repeat="add", strict=True
    ),
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
