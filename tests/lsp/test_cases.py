"""The case files of the language in an editor: every name in them can be renamed, every word is among the proposals."""

from __future__ import annotations

from pathlib import Path

import pytest

from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.index import Symbol
from steelyard.config.layout import lay_out
from steelyard.diagnostics.diagnostic import Severity
from steelyard.lsp.analysis import Analysis, analyse
from steelyard.lsp.completion import propose
from steelyard.lsp.cursor import cursor_at, section_at, where_of
from steelyard.lsp.rename import Change, rename
from tests.config.test_cases import CASES, DASHES

MOST = 4
"""Names of one case that are renamed."""


def valid(path: Path) -> str:
    """The configuration of a case; empty where it is not valid."""
    config, _, said = path.read_bytes().decode("utf-8", "surrogateescape").partition(DASHES)
    return "" if said.endswith("not valid\n") else config.replace("FILE/", f"{path.parent}/")


VALID = {path: text for path in CASES if (text := valid(path))}
NAMES = [path.parent.name + "/" + path.stem for path in VALID]


def alerts(analysis: Analysis) -> list[str]:
    return sorted(f"{item.code} {item.span.line}" for item in analysis.report if item.severity is Severity.ALERT)


def changed(text: str, changes: list[Change]) -> str:
    lines = text.split("\n")
    for change in reversed(changes):
        line, start = lines[change.span.line - 1], change.span.column - 1
        lines[change.span.line - 1] = line[:start] + change.text + line[start + change.span.length :]
    return "\n".join(lines)


@pytest.mark.parametrize("path", VALID, ids=NAMES)
def test_another_name_changes_no_judgement(path: Path) -> None:
    text = VALID[path]
    before = analyse(str(path), text)
    found = [each for each in before.index.all() if each.defines and each.exact and each.span.file == str(path)]
    for each in found[:: max(1, len(found) // MOST)]:
        name = each.symbol.name.split(".")[0] + ".another" if each.symbol.kind == "variable" else "another"
        after = analyse(str(path), changed(text, rename(before, each.span.line - 1, each.span.column - 1, name)))
        assert alerts(after) == alerts(before), each
        new = Symbol(each.symbol.kind, name, each.symbol.scope)
        assert len(after.index.places(new)) == len(before.index.places(each.symbol)), each


@pytest.mark.parametrize("path", VALID, ids=NAMES)
def test_words_are_among_the_proposals(path: Path) -> None:
    """Those of today: what HAProxy has dropped is read and not proposed."""
    text = VALID[path]
    index = analyse(str(path), text).index
    lines = text.split("\n")
    for laid in lay_out(text):
        if laid.kind not in ("section", "statement") or not laid.words:
            continue
        section, _ = section_at(lines, laid.number - 1)
        rows, count = KEYWORDS.find(laid.words)
        where = where_of(section)
        here = where is not None and any(row.where & where and row.effect != "removed" for row in rows)
        for word in laid.words[: count if here else int(laid.kind == "section")]:
            cursor = cursor_at(lines, laid.number - 1, word.span.column - 1)
            assert cursor is not None
            labels = {each.label for each in propose(cursor, index)}
            assert word.text.partition("(")[0] in labels, (laid.number, word.text)
