"""The tables as a whole: nothing of HAProxy's language is missing, every code has its meaning and a case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from steelyard.config import reference
from steelyard.config.grammar import actions, aliases, calls, docs
from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.docs import connection, content, converters, http, process, tables, tls
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.row import Row
from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from steelyard.diagnostics.codes import CODES

HERE = Path(__file__).parent
PACKAGE = HERE.parent.parent / "python" / "steelyard"


def known(kind: str) -> list[str]:
    """`known_words.txt`: `[kind]`, then words, from the lists and the keyword matrix of HAProxy 1.8 to 3.5."""
    text = (HERE / "known_words.txt").read_text()
    section = text.split(f"[{kind}]\n", 1)[1].split("\n[", 1)[0]
    return [line for line in section.split("\n") if line]


@pytest.mark.parametrize("kind", ["global", "proxy", "bind", "server", "sections"])
def test_every_word_of_haproxy_is_known(kind: str) -> None:
    tables: dict[str, set[str]] = {
        "bind": set(BIND_OPTIONS.by_name),
        "server": set(SERVER_OPTIONS.by_name) | {"source", "usesrc"},  # have a grammar of their own
        "sections": set(SECTIONS),
    }
    table = tables.get(kind, {*KEYWORDS.by_name, *KEYWORDS.families})
    assert [word for word in known(kind) if word not in table] == []


def test_rows_are_whole() -> None:
    for row in (*KEYWORDS.rows, *BIND_OPTIONS.rows, *SERVER_OPTIONS.rows):
        assert row.doc, row.name
        assert row.doc.endswith("."), row.name
        if row.effect == "supported":
            assert row.parse or row.sets, row.name
        if row.effect == "removed":
            assert row.removed, row.name


def test_no_row_twice() -> None:
    for table in (KEYWORDS, BIND_OPTIONS, SERVER_OPTIONS):
        for name, rows in table.by_name.items():
            assert not _overlap(rows), name


def _overlap(rows: tuple[Row, ...]) -> bool:
    return any(one.where & other.where for index, one in enumerate(rows) for other in rows[:index])


def test_codes_used_are_the_codes_known() -> None:
    used = {
        code
        for path in PACKAGE.rglob("*.py")
        if path.name != "codes.py" and path.parent.name != "examples"
        for code in re.findall(r'"(SY\d{4})"', path.read_text())
    }
    assert used - set(CODES) == set()
    assert set(CODES) - used == set()


def test_every_code_is_shown_by_a_case_or_a_test() -> None:
    """But for those of the engine and of the compiler, which need more than a file to come up."""
    tests = HERE.parent
    shown = {code for path in tests.rglob("*.case") for code in re.findall(r"\[(SY\d{4})\]", path.read_text(errors="replace"))}
    shown |= {code for path in tests.rglob("test_*.py") for code in re.findall(r'"(SY\d{4})"', path.read_text())}
    assert {code for code in set(CODES) - shown if not code.startswith(("SY06", "SY09"))} == set()


def test_everything_that_is_evaluated_has_its_sentence() -> None:
    """In `grammar/docs/`: one for each fetch, converter, action and log alias."""
    names = {action for ruleset in actions.NAMES for action in actions.names(ruleset)}
    for rows, sentences in (
        (set(calls.fetch_rows()), docs.fetches()),
        (set(calls.converter_rows()), docs.converter_docs()),
        (names, docs.actions()),
        (set(aliases.rows()), docs.aliases()),
    ):
        assert sorted(rows - set(sentences)) == []
        for name in rows:
            assert re.match(r"[A-Z0-9`].*\.\Z", sentences[name]), name
    written = {name for topic in (connection, content, http, process, tls) for name, _ in tables.rows(topic.FETCHES)}
    assert sorted(written - set(calls.fetch_rows())) == []
    assert sorted({name for name, _ in tables.rows(converters.CONVERTERS)} - set(calls.converter_rows())) == []
    assert sorted(set(docs.actions()) - names) == []
    assert sorted(set(docs.aliases()) - set(aliases.rows())) == []


def test_every_line_can_be_written() -> None:
    """In `grammar/docs/usage.py` where the types of arguments don't tell."""
    entries = [entry for entry in reference.entries() if entry.kind in ("keyword", "option")]
    assert sorted({entry.name for entry in entries if entry.usage.removeprefix("[no] ") == f"{entry.name} ..."}) == []
    names = {row.name for row in KEYWORDS.rows}
    assert sorted(name for name in docs.usages() if name.rpartition("/")[2] not in names) == []
