"""Stick tables and `stick` rules (manual sections 11.1 and 4.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from steelyard.config.expr import TableArg
from steelyard.config.grammar.row import ANY, BACK, Row, Where
from steelyard.config.grammar.units import parse_int, parse_size, parse_time, time_tail
from steelyard.config.grammar.values import Int
from steelyard.config.places import condition_at, place_of
from steelyard.config.rules import parse_expr
from steelyard.config.span import Word
from steelyard.config.statement import Statement
from steelyard.config.stick import Stick, StickColumn, StickKey, StickTable

# The names of types, and those that they are aliases of.
KEYS = {"ip": "ipv4", "ipv4": "ipv4", "ipv6": "ipv6", "integer": "integer", "string": "string", "binary": "binary"}
# HAProxy keeps so many bytes of a string or block where no length is said.
LENGTH = 32
MOST_ENTRIES = (1 << 32) - 1
MOST_ELEMENTS = 100

# Data types by what stands in parentheses behind them.
COUNTERS = """
bytes_in_cnt bytes_out_cnt conn_cnt conn_cur glitch_cnt gpc0 gpc1 gpt0 http_req_cnt http_err_cnt http_fail_cnt server_id sess_cnt
""".split()
RATES = """
bytes_in_rate bytes_out_rate conn_rate glitch_rate gpc0_rate gpc1_rate http_req_rate http_err_rate http_fail_rate sess_rate
""".split()
ARRAYS = ("gpc", "gpt")
RATE_ARRAYS = ("gpc_rate",)
# HAProxy's own column for the name of the server, which every table has here.
SILENT = ("server_key",)
# An array takes the place of these.
OVERRIDES = {"gpc": ("gpc0", "gpc1"), "gpc_rate": ("gpc0_rate", "gpc1_rate"), "gpt": ("gpt0",)}
_ITEM = re.compile(r"([^(),]*)(?:\(([^()]*)\))?(?:,|\Z)")


@dataclass(slots=True)
class _Reader:
    """Reads the words of one table; `at` is the next one."""

    statement: Statement
    at: int
    fields: dict[str, Any] = field(default_factory=dict)
    columns: list[StickColumn] = field(default_factory=list)

    def next(self, what: str) -> Word | None:
        """The argument of the word before it."""
        self.at += 1
        if self.at >= len(self.statement.words):
            self.statement.missing(f"{what} behind '{self.statement.words[-1]}'")
            return None
        return self.statement.words[self.at]

    def read(self, what: str, parse: Callable[[str], int | str], low: int, high: int) -> int | None:
        word = self.next(what)
        if word is None:
            return None
        value = parse(word.text)
        if isinstance(value, str):
            self.statement.bad(word, value)
            return None
        tail = time_tail(word.text) if parse is parse_time else ""
        if tail:
            self.statement.report.notice("SY0115", f"'{word}' {tail}", word.span)
        if not low <= value <= high:
            self.statement.bad(word, f"is out of range, {low} to {high}")
            return None
        return value

    def number(self, name: str, what: str, parse: Callable[[str], int | str], low: int, high: int) -> bool:
        value = self.read(what, parse, low, high)
        self.fields[name] = value
        return value is not None

    def key(self) -> bool:
        word = self.next("a type")
        if word is None:
            return False
        if word.text not in KEYS:
            self.statement.bad(word, f"is not a type of keys, one of {', '.join(KEYS)}", tuple(KEYS))
            return False
        kind = KEYS[word.text]
        sized = kind in ("string", "binary")
        self.fields |= {"key": cast(StickKey, kind), "length": LENGTH if sized else 0}
        following = self.statement.words[self.at + 1 : self.at + 2]
        if sized and following and following[0].text == "len":
            self.at += 1
            return self.number("length", "a length", lambda text: parse_int(text, 1, 1 << 20), 1, 1 << 20)
        return True

    def store(self) -> bool:
        if self.at + 1 >= len(self.statement.words):  # HAProxy takes the word alone
            word = self.statement.words[self.at]
            self.statement.report.notice("SY0115", f"no names of data follow '{word}', so none is stored", word.span)
            return True
        found = self.next("names of data")
        return found is not None and self.names(found)

    def names(self, word: Word) -> bool:
        at = 0
        while at <= len(word.text):
            match = _ITEM.match(word.text, at)
            if match is None:
                self.statement.bad(word, f"can't be read from '{word.text[at:]}' on")
                return False
            if not self.item(word, match.group(1), match.group(2)):
                return False
            if match.end() == len(word.text):
                return True
            at = match.end()
        return True

    def item(self, word: Word, name: str, inside: str | None) -> bool:
        known = (*COUNTERS, *RATES, *ARRAYS, *RATE_ARRAYS)
        if name in SILENT and inside is None:
            return True
        if name not in known:
            self.statement.bad(Word(name, word.span), "is no data that a table can store", known)
            return False
        wanted = (name in ARRAYS or name in RATE_ARRAYS) + (name in RATES or name in RATE_ARRAYS)
        args = [] if inside is None else [each.strip() for each in inside.split(",")]
        if len(args) != wanted:
            forms = {0: name, 1: f"{name}(<{'elements' if name in ARRAYS else 'period'}>)", 2: f"{name}(<elements>,<period>)"}
            self.statement.bad(
                word, f"gives '{name}' {len(args)} argument(s), it takes {wanted}", help=f"write '{forms[wanted]}'"
            )
            return False
        count, period = 1, 0
        if name in ARRAYS or name in RATE_ARRAYS:
            elements = parse_int(args[0], 1, MOST_ELEMENTS)
            if isinstance(elements, str):
                self.statement.bad(word, f"gives '{name}' a number of elements that {elements}")
                return False
            count = elements
        if name in RATES or name in RATE_ARRAYS:
            time = parse_time(args[-1])
            if isinstance(time, str):
                self.statement.bad(word, f"gives '{name}' a period that {time}")
                return False
            period = time
            tail = time_tail(args[-1])
            if tail:
                self.statement.report.notice("SY0115", f"'{args[-1]}' {tail}", word.span)
        return self.column(word, StickColumn(name, count, period))

    def column(self, word: Word, column: StickColumn) -> bool:
        names = {each.data for each in self.columns}
        if column.data in names:
            self.statement.report.warning("SY0113", f"'{column.data}' is stored already", word.span)
            return True
        for array, single in OVERRIDES.items():
            other = next((each for each in single if each in names), "") if column.data == array else ""
            if column.data in single and array in names:
                other = array
            if other:
                self.statement.bad(word, f"stores '{column.data}' beside '{other}', and '{array}' takes the place of the other")
                return False
        self.columns.append(column)
        return True

    def name(self, name: str, what: str) -> bool:
        word = self.next(what)
        if word is None:
            return False
        self.fields[name] = word.text
        return True

    def server_key(self) -> bool:
        word = self.next("'name' or 'addr'")
        if word is None:
            return False
        if word.text not in ("name", "addr"):
            self.statement.bad(word, "is not 'name' or 'addr'", ("name", "addr"))
            return False
        self.fields["server_key"] = word.text
        return True

    def flag(self, name: str) -> bool:
        self.fields[name] = True
        return True


_WORDS: dict[str, Callable[[_Reader], bool]] = {
    "brates-factor": lambda reader: reader.number("brates_factor", "a factor", lambda text: parse_int(text, 1, 1024), 1, 1024),
    "expire": lambda reader: reader.number("expire", "a time", parse_time, 0, 1 << 31),
    "nopurge": lambda reader: reader.flag("nopurge"),
    "peers": lambda reader: reader.name("peers", "the name of a peers section"),
    "recv-only": lambda reader: reader.flag("recv_only"),
    "size": lambda reader: reader.number("size", "a number of entries", parse_size, 1, MOST_ENTRIES),
    "srvkey": _Reader.server_key,
    "store": _Reader.store,
    "type": _Reader.key,
    "write-to": lambda reader: reader.name("write_to", "the name of a table"),
}


def _read(statement: Statement, name: str, at: int) -> StickTable | None:
    reader = _Reader(statement, at)
    while reader.at < len(statement.words):
        word = statement.words[reader.at]
        parse = _WORDS.get(word.text)
        if parse is None or (word.text == "peers" and statement.row.name == "table"):
            statement.bad(word, f"is not a word of '{statement.row.name}'", tuple(_WORDS))
            return None
        if not parse(reader):
            return None
        reader.at += 1
    for needed, what in (("key", "'type' and the type of its keys"), ("size", "'size' and a number of entries")):
        if needed not in reader.fields:
            statement.missing(what, f"write '{statement.row.name} ... type ip size 100k expire 30m'")
            return None
    return StickTable(name=name, store=tuple(reader.columns), span=statement.span, **reader.fields)


def _stick_table(statement: Statement) -> None:
    found = _read(statement, statement.draft.name, statement.at)
    if found is None:
        return
    first = statement.first_said(statement.row.sets)
    if first:
        statement.report.alert("SY0761", f"second stick table of '{found.name}'", statement.span, labels=first)
        return
    if found.peers is not None:
        statement.report.later("SY0104", "sharing a stick table with peers is not supported yet", statement.span)
    statement.set(found)


def _peers_table(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a name", "write 'table <name> type ip size 100k'")
        return
    found = _read(statement, f"{statement.draft.name}/{statement.args[0]}", statement.at + 1)
    if found is not None:
        statement.room.peer_tables.append(found)


_KINDS = {
    "stick match": "match",
    "stick on": "on",
    "stick store": "store_request",
    "stick store-request": "store_request",
    "stick store-response": "store_response",
}


def _stick(statement: Statement) -> None:
    if not statement.args:
        statement.missing("an expression", f"write '{statement.row.name} src'")
        return
    place = place_of(statement, "stick store-request" if statement.row.name == "stick store" else "")
    found, at = parse_expr(statement.words, statement.at, place, statement.report)
    if found is None:
        return
    table = TableArg("", statement.span)
    if at < len(statement.words) and statement.words[at].text == "table":
        if at + 1 >= len(statement.words):
            statement.missing("the name of a table behind 'table'")
            return
        table = TableArg(statement.words[at + 1].text, statement.words[at + 1].span)
        at += 2
    condition, good = condition_at(statement, at)
    if good:
        statement.add(Stick(cast(Any, _KINDS[statement.row.name]), found, table, condition, statement.text(), statement.span))


def _counters(statement: Statement) -> None:
    """Nothing behind it is 0, as in HAProxy."""
    number = statement.read_int(statement.at, Int(0, 100)) if statement.args else 0
    if number is not None and statement.no_more(statement.at + 1):
        statement.set(number)


def _rule(name: str, doc: str) -> Row:
    return Row(name, BACK, doc, sets="stick", parse=_stick, repeat="add", late=True)


ROWS = (
    _rule("stick match", "The server that a key had before."),
    _rule("stick on", "The server that a key had before, and what is remembered of this one."),
    _rule("stick store", "Old form of `stick store-request`."),
    _rule("stick store-request", "The server is remembered under a key of the request."),
    _rule("stick store-response", "The server is remembered under a key of the response."),
    Row("stick-table", ANY, "A table of keys, counters and servers.", sets="stick_table", parse=_stick_table),
    Row(
        "tune.stick-counters",
        Where.GLOBAL,
        "Keys that a client can be tracked by at once.",
        sets="stick_counters",
        parse=_counters,
        lax=True,
    ),
    Row("table", Where.PEERS, "A stick table that peers share.", parse=_peers_table, effect="later", repeat="add"),
)
