"""Whatever is in a file, `load` answers with a model or with diagnostics."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.predicates import ConditionError, evaluate_condition
from steelyard.config.read import read
from steelyard.diagnostics import as_json, concise, full, haproxy

KNOWN = sorted({row.name for row in KEYWORDS.rows} | set(SECTIONS))
PIECES = [
    ":80",
    "127.0.0.1:80",
    "[::1]:80",
    "abns@x",
    "if",
    "unless",
    "{",
    "}",
    "!",
    "path",
    "src",
    "%[",
    "]",
    "%ci",
    "on",
    "3s",
    "10",
    "x",
    "-m",
    "-f",
    "--",
    "http",
    "tcp",
    '"',
    "'",
    "\\",
    "$HOME",
    '"${HOME}"',
    "\0",
    "\xff",
    "#",
    ",",
    "(",
    ")",
    "insert",
    "GET",
    "status",
    "no",
    "default",
    "from",
    ".if",
    ".endif",
    "deny",
    "set-header",
    "redirect",
    "location",
    "str(a)",
    "req.hdr(x)",
    "-1",
    "9" * 30,
]
QUIET = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(data: bytes, directory: Path) -> None:
    file = directory / "any.cfg"
    file.write_bytes(data)
    model, report = read([str(file)], environ={})
    assert (model is None) == report.failed
    for item in report:
        assert item.span.column >= 1
        assert item.span.length >= 1
    haproxy.render(report, 1).encode()
    concise.render(report)
    as_json.render(report)
    full.render(report, full.from_files(), colour=True).encode()


@QUIET
@given(st.binary(max_size=400))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    check(data, tmp_path)


@QUIET
@given(st.text(max_size=200))
def test_any_text_in_a_section(tmp_path: Path, text: str) -> None:
    check(b"listen l\n" + text.encode("utf-8", "surrogatepass") + b"\n", tmp_path)


@QUIET
@given(
    st.sampled_from(["global", "defaults d", "frontend f", "backend b", "listen l", "userlist u", "http-errors e"]),
    st.lists(st.tuples(st.sampled_from(KNOWN), st.lists(st.sampled_from(PIECES), max_size=6)), max_size=8),
)
def test_known_words_with_odd_arguments(tmp_path: Path, section: str, lines: list[tuple[str, list[str]]]) -> None:
    text = "\n".join([section, *(" ".join(["", name, *words]) for name, words in lines), ""])
    check(text.encode("latin-1"), tmp_path)


@QUIET
@given(st.text(alphabet="()!&|01 ,\"'\\streqdfin", max_size=60))
def test_conditions(text: str) -> None:
    try:
        evaluate_condition(text, lambda name: None)
    except ConditionError:
        pass
