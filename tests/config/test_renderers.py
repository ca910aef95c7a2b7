"""Each renderer on the same three messages."""

from __future__ import annotations

import json
import re

import pytest

from steelyard.config.span import Span
from steelyard.diagnostics import as_json, concise, full, haproxy, sarif
from steelyard.diagnostics.cells import columns
from steelyard.diagnostics.diagnostic import Label, Report

SOURCE = {1: "frontend f", 2: "\tbind :80 foo", 12: "backend f"}


def report() -> Report:
    made = Report()
    made.alert("SY0102", "unknown word 'foo'", Span("x.cfg", 2, 11, 3), help="did you mean 'tfo'?")
    made.warning("SY0202", "name is used", Span("x.cfg", 12, 1, 9), labels=(Label(Span("x.cfg", 1, 1, 10), "the first one"),))
    made.notice("SY0001", "nothing\x1b[31m to point at")
    return made


def lines(file: str, number: int) -> str | None:
    return SOURCE.get(number)


def test_full() -> None:
    assert full.render(report(), lines) == (
        "error[SY0102]: unknown word 'foo'\n"
        " --> x.cfg:2:11\n"
        "2 |     bind :80 foo\n"
        "  |              ^^^ help: did you mean 'tfo'?\n"
        "\n"
        "warning[SY0202]: name is used\n"
        "  --> x.cfg:12:1\n"
        "12 | backend f\n"
        "   | ^^^^^^^^^\n"
        " 1 | frontend f\n"
        "   | ---------- the first one\n"
        "\n"
        "notice[SY0001]: nothing\ufffd[31m to point at\n"
    )


def test_full_cuts_long_lines_around_the_words() -> None:
    made = Report()
    made.alert("SY0102", "bad", Span("x.cfg", 1, 5001, 3))
    text = full.render(made, lambda file, number: "a" * 5000 + "bad" + "c" * 5000)
    source, stroke = text.split("\n")[2:4]
    assert len(source) <= full.WIDTH
    assert source[stroke.index("^") :].startswith("bad")


def snippet(text: str, column: int, length: int, width: int = 80) -> tuple[str, str]:
    """The shown line and the strokes below it, without the margin."""
    made = Report()
    made.alert("SY0102", "bad", Span("x.cfg", 1, column, length))
    source, stroke = full.render(made, lambda file, number: text, width=width).split("\n")[2:4]
    return source.removeprefix("1 | "), stroke.removeprefix("  | ")


@pytest.mark.parametrize(
    ("text", "column", "length", "source", "stroke"),
    [
        ("\tbind\t:80", 7, 3, "    bind    :80", "            ^^^"),
        ("a\tb", 1, 3, "a    b", "^^^^^^"),  # a span with a tab in it
        ("acl 日本 path", 5, 2, "acl 日本 path", "    ^^^^"),
        ("acl 日本 path", 8, 4, "acl 日本 path", "         ^^^^"),
        ("a e\u0301e x", 7, 1, "a e\u0301e x", "     ^"),  # an accent takes no column
        ("a \x1b[31m\x07 b", 10, 1, "a \ufffd[31m\ufffd b", "         ^"),
        ("a \udcff\udcfe b", 6, 1, "a \ufffd\ufffd b", "     ^"),  # bytes that are not UTF-8
        ("a \u202e\u200b b", 6, 1, "a \ufffd\ufffd b", "     ^"),  # letters that turn or hide text
        ("bind", 3, 90, "bind", "  ^^"),
        ("bind", 5, 1, "bind", "    ^"),
        ("", 1, 1, "", "^"),
    ],
)
def test_strokes_stand_under_their_words(text: str, column: int, length: int, source: str, stroke: str) -> None:
    assert snippet(text, column, length) == (source, stroke)


@pytest.mark.parametrize("at", [0, 3, 500_000, 1_000_000])
@pytest.mark.parametrize("letter", ["a", "\t", "日", "\x07"])
def test_a_line_of_a_mebibyte_is_cut_to_the_terminal(at: int, letter: str) -> None:
    text = letter * at + "XYZ" + letter * (1_000_000 - at)
    source, stroke = snippet(text, at + 1, 3)
    assert columns(source) <= 76
    assert source.count("XYZ") == 1
    assert columns(source[: source.index("XYZ")]) == stroke.index("^")
    assert stroke.strip() == "^^^"
    assert (source[0] == "…", source[-1] == "…") == (at > 3, at < 1_000_000)


def test_long_help_stands_on_a_line_of_its_own() -> None:
    made = Report()
    made.alert("SY0102", "bad", Span("x.cfg", 1, 1, 3), help="h" * 70)
    assert full.render(made, lambda file, number: "abc", width=80).split("\n")[3:5] == ["  | ^^^", f"  | help: {'h' * 70}"]


def test_colours_paint_and_change_nothing_else() -> None:
    painted = full.render(report(), lines, colour=True)
    assert "\x1b[31;1merror[SY0102]\x1b[0m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == full.render(report(), lines)


def test_sarif() -> None:
    """Against what the schema of SARIF 2.1.0 requires, and what it bounds."""
    made = report()
    made.later("SY0104", "not yet \udcff", Span("/etc/ha proxy/ä.cfg", 3, 1, 1))
    text = sarif.render(made, "1.2.3")
    text.encode()
    log = json.loads(text)
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("Steelyard", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == ["SY0001", "SY0102", "SY0104", "SY0202"]
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note", "error"]
    for result in run["results"]:
        assert result["message"]["text"]
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    first, second, third, fourth = run["results"]
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "x.cfg"},
                "region": {"startLine": 2, "startColumn": 11, "endColumn": 14},
            }
        }
    ]
    assert second["relatedLocations"][0]["message"] == {"text": "the first one"}
    assert third["locations"] == []
    assert fourth["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///etc/ha%20proxy/%C3%A4.cfg"


def test_haproxy() -> None:
    assert haproxy.render(report(), 7) == (
        "[ALERT]    (7) : config : parsing [x.cfg:2] : unknown word 'foo' (did you mean 'tfo'?)\n"
        "[WARNING]  (7) : config : parsing [x.cfg:12] : name is used\n"
        "[NOTICE]   (7) : config : nothing\ufffd[31m to point at\n"
    )
    assert haproxy.closing(report().items, ["w.cfg", "x.cfg"], 7) == (
        "[ALERT]    (7) : config : Error(s) found in configuration file : x.cfg\n"
        "[ALERT]    (7) : config : Fatal errors found in configuration.\n"
    )


def test_concise() -> None:
    assert concise.render(report()).split("\n")[0] == "x.cfg:2:11: error[SY0102] unknown word 'foo'; help: did you mean 'tfo'?"


def test_json() -> None:
    first, second, third = json.loads(as_json.render(report()))
    assert (first["code"], first["file"], first["line"], first["column"], first["length"]) == ("SY0102", "x.cfg", 2, 11, 3)
    assert second["labels"][0]["line"] == 1
    assert third["file"] is None
