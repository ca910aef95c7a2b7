"""Whatever is typed, wherever the cursor is: an answer, never an error."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.config.fmt import format_text
from steelyard.lsp.analysis import analyse
from steelyard.lsp.completion import propose
from steelyard.lsp.cursor import cursor_at
from steelyard.lsp.expressions import spot_in
from steelyard.lsp.fixes import fix_of
from steelyard.lsp.hover import hover
from steelyard.lsp.outline import folds, outline
from steelyard.lsp.rename import RenameError, rename
from tests.config.test_any_bytes import KNOWN, PIECES

LINES = st.lists(st.sampled_from([*KNOWN, *PIECES, "b/s1", "set-var(txn.x)", "nbsrv(b),", "%{+Q}", "😋", "\t", "\r"]), max_size=8)
TEXTS = st.lists(LINES.map(" ".join), max_size=10).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(0, 12), st.integers(0, 60), st.text("ab/ .-%", max_size=4))
def test_every_question_has_an_answer(text: str, line: int, column: int, name: str) -> None:
    analysis = analyse("a.cfg", text)
    hover(analysis, line, column)
    cursor = cursor_at(analysis.lines, line, column)
    if cursor is not None:
        for proposal in propose(cursor, analysis.index):
            assert 0 <= proposal.start <= column
    for item in analysis.report:
        fix_of(item, analysis)
        analysis.severity(item)
    for section in outline(text):
        assert section.line <= section.end
    for first, last in folds(text):
        assert first < last
    try:
        rename(analysis, line, column, name)
    except RenameError:
        pass
    format_text(text)


@given(st.text("path(),'\"\\ nbsrv.1", max_size=20))
def test_any_expression_has_an_end(text: str) -> None:
    assert text.endswith(spot_in(text).partial)
