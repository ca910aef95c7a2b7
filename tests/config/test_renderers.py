"""Each renderer on the same three messages."""

from __future__ import annotations

import json

from steelyard.config.span import Span
from steelyard.diagnostics import as_json, concise, full, haproxy
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
        "2 | \tbind :80 foo\n"
        "  | \t         ^^^ help: did you mean 'tfo'?\n"
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
    assert len(source) < 200
    assert source[stroke.index("^") :].startswith("bad")


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
