"""Every row that the tables mark as carried out is asked for by a case with traffic: its word stands in a string (a configuration
or a part of one) of the tests that start proxies or play requests. This finds rows that nobody tries, no more: that a case would
fail without the row is what the case itself is for.

`MISSING` names the rows that can't have such a case, with the reason. It may only become shorter."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from steelyard.config.grammar import acls, actions, aliases, renames, supported
from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from steelyard.config.grammar.table import Table

TESTS = Path(__file__).parents[1]
ROOMS = ("oracle", "process", "security", "seed", "explain")

MISSING: dict[str, str] = {
    "fetch": "",
    "converter": "",
    "alias": "",
    "action": "",
    "bind": "",
    "server": "",
    # Where files of certificates are looked for: without TLS only a check of the file does that (tests/config/cases/tls).
    "keyword": "ca-base",
}


@cache
def said() -> str:
    """All strings of the cases, one under the other."""
    out: list[str] = []
    for room in ROOMS:
        for path in sorted((TESTS / room).rglob("*.py")):
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            out += [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        out += [path.read_text("utf-8") for path in sorted((TESTS / room).rglob("*.cfg"))]
    return "\n".join(out)


@cache
def called() -> frozenset[str]:
    """Words that may be fetches, converters or actions: with a parenthesis, a comma, a bracket or a blank behind them. Tables of
    cases make some with a place for the name (`sc0_{}`, `map_{}_int`), so names that follow such a pattern count, too."""
    return frozenset(re.findall(r"[\w.+\-]+", said()))


@cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """`sc0_{}`, `map_<match>_int`: what f-strings and `format` put together."""
    out = set()
    for room in ROOMS:
        for path in sorted((TESTS / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    text = "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)  # type: ignore[misc]
                elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "{}" in node.value:
                    text = node.value.replace("{}", "\0")
                else:
                    continue
                out |= {word for word in re.findall(r"[\w.\0]+", text) if re.fullmatch(r"\w*[a-z]\w*_\0(_\w+|\0)?", word)}
    return tuple(re.compile(re.escape(each).replace("\0", r"\w+")) for each in sorted(out))


def is_said(names: Iterable[str]) -> bool:
    return any(name in called() or any(pattern.fullmatch(name) for pattern in patterns()) for name in names)


def fetches() -> Iterable[str]:
    """Those that are asked for by no name: their own, an older one, or an ACL's."""
    names: dict[str, set[str]] = {name: {name} for name in supported.FETCHES}
    for name, meant in renames.FETCH.items():
        for one in meant:
            names.setdefault(one, set()).add(name)
    for name, (fetch, _) in acls.rows().items():
        for one in renames.FETCH.get(fetch, (fetch,)):
            names.setdefault(one, set()).add(name)
    return (name for name in supported.FETCHES if not is_said(names[name]))


def converters() -> Iterable[str]:
    return (name for name in supported.CONVERTERS if not is_said([name]))


def log_aliases() -> Iterable[str]:
    found = set(re.findall(r"%(?:\{[^}]*\})?(?:\([^)]*\))?([a-zA-Z]+)", said()))
    return (name for name in aliases.rows() if name not in found)


def ready_actions() -> Iterable[str]:
    return (name for name, shape in actions.SHAPES.items() if shape.ready and not is_said([name.rstrip("*")]))


def words(table: Table) -> Iterable[str]:
    for row in table.rows:
        if row.effect == "supported" and not re.search(rf"(?<![\w.\-/]){re.escape(row.name)}(?![\w.\-])", said()):
            yield row.name


KINDS = {
    "fetch": fetches,
    "converter": converters,
    "alias": log_aliases,
    "action": ready_actions,
    "bind": lambda: words(BIND_OPTIONS),
    "server": lambda: words(SERVER_OPTIONS),
    "keyword": lambda: words(KEYWORDS),
}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_have_cases(kind: str) -> None:
    # Keywords may have blanks in them.
    known = set(re.split(r"[,\n]" if kind == "keyword" else r"\s", MISSING[kind])) - {""}
    found = set(KINDS[kind]())
    assert found - known == set(), "no case asks for these rows: write one in tests/oracle"
    assert known - found == set(), "these rows have cases now: take them out of MISSING"
