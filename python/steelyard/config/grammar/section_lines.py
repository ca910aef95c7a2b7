"""Lines with addresses in sections that are no proxies: their `bind` and `server` lines take the options of a proxy's.

What is read stays with the section while the file is read, as `binds` and `servers`, for the checks across the file.
"""

from __future__ import annotations

from typing import Any

from steelyard.config.grammar import addresses
from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.options import read_options
from steelyard.config.grammar.row import Where
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from steelyard.config.grammar.servers import endpoint, source_option
from steelyard.config.grammar.values import NAME
from steelyard.config.model import Bind, Endpoint, Inet, Server
from steelyard.config.span import Span, Word, run_of
from steelyard.config.statement import Statement
from steelyard.diagnostics.diagnostic import Label


def good_name(statement: Statement, word: Word) -> bool:
    """Whether a word can be a name; it is reported where not."""
    if NAME.match(word.text):
        return True
    wrong = next(c for c in word.text if not NAME.match(c))
    statement.report.alert("SY0201", f"'{wrong}' is not allowed in the name '{word}'", word.span)
    return False


def new_name(statement: Statement, word: Word, what: str) -> bool:
    """Whether no other line of the section has given the name; it is reported where one has."""
    said: dict[str, Span] = statement.draft.marks.setdefault(what, {})
    first = said.setdefault(word.text, word.span)
    if first is not word.span:
        labels = (Label(first, "the first one"),)
        statement.report.alert("SY0202", f"{what} '{word}' is said twice", word.span, help="give it another name", labels=labels)
        return False
    return True


def read_binds(statement: Statement, at: int, wanted: addresses.Wanted) -> list[Bind] | None:
    """Addresses, joined by commas, and options; None where something is wrong."""
    word, column, found = statement.words[at], 0, []
    for part in word.text.removesuffix(",").split(","):
        found.append(endpoint(statement, word, wanted, part, column))
        column += len(part) + 1
    values: dict[str, Any] = dict(statement.draft.get("default_bind", {}))
    good = read_options(statement, at + 1, BIND_OPTIONS, Where.BIND, values)
    if not good or any(one is None for one in found):
        return None
    span = run_of(statement.words)
    return [Bind(one, span=span, **values) for one in found if one is not None]


def read_server(statement: Statement, name: Word, at: int, wanted: addresses.Wanted | None) -> Server | None:
    """The address at `at` (none is read where `wanted` is None) and options; None where something is wrong."""
    where: Endpoint | None = Endpoint(Inet(""))
    if wanted is not None:
        where = endpoint(statement, statement.words[at], wanted)
        at += 1
    values: dict[str, Any] = dict(statement.draft.get("default_server", {}))
    at, good = source_option(statement, at, values)
    good = read_options(statement, at, SERVER_OPTIONS, Where.SERVER, values) and good
    if where is None or not good:
        return None
    return Server(name.text, where, span=run_of(statement.words), **values)
