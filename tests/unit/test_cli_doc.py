"""`steelyard doc` and `steelyard explain-code`: what is printed where, and the status."""

from __future__ import annotations

import pytest

from steelyard.cli import doc, explain_code
from steelyard.config import reference
from steelyard.config.grammar.docs.newer import newer
from steelyard.diagnostics.codes import CODES


def said(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert doc.run(words) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (
            ["maxconn"],
            [
                "maxconn <number>",
                "Valid in: global",
                "Valid in: defaults, frontend, listen",
                "server <name> <address> ... maxconn",
            ],
        ),
        (["option", "forceclose"], ["Deprecated since HAProxy 2.0", "Write 'option httpclose'"]),
        (["httpclose"], ["[no] option httpclose", "(option)"]),
        (["http-request", "set-header"], ["set-header <name> <value>", "http-after-response"]),
        (["set-var(txn.x)"], ["set-var(<variable>", "(action)", "(converter)"]),
        (["track-sc2"], ["track-sc<number> <expression>", "stick table"]),
        (["req.hdr(host)"], ["Valid in: tcp-request content, http-request", "Gives text."]),
        (["MAP_BEG"], ["Takes text, gives text."]),
        (["%ci"], ["(log alias) Address of the client."]),
        (["%TR"], ["%TR"]),
        (["path_beg"], ["Short for `path -m beg`."]),
        (["METH_GET"], ["Stands for `method GET HEAD`."]),
        (["wurfl-data-file"], ["Here: refused"]),
        (["timeout"], ["Words that begin with 'timeout':", "timeout client"]),
        (["tune.applet.zero-copy-forwarding"], ["Newer than HAProxy 2.6."]),
        (["fetches"], ["req.hdr"]),
        (["sections"], ["backend"]),
    ],
)
def test_words(words: list[str], parts: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    text = said(words, capsys)
    assert [part for part in parts if part not in text] == []


def test_small_and_capital_aliases_differ(capsys: pytest.CaptureFixture[str]) -> None:
    assert "end of its headers" in said(["%TR"], capsys)
    assert "server to the end" in said(["%Tr"], capsys)


def test_topics(capsys: pytest.CaptureFixture[str]) -> None:
    text = said([], capsys)
    for kind in reference.KINDS:
        assert f"  {kind} " in text


def test_near_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert doc.run(["listn"]) == 1
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "listen" in streams.err


def test_every_entry_is_found_by_its_name_and_can_be_shown() -> None:
    for entry in reference.entries():
        assert entry in reference.find(entry.name), entry
        assert entry.doc.endswith("."), entry
        assert entry.usage, entry
        assert all(line.strip() for line in doc.entry_lines(entry)), entry


def test_every_code_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_code.run(sorted(CODES)) == 0
    text = capsys.readouterr().out
    assert text.count("Wrong:") == text.count("Right:") == len(CODES)


@pytest.mark.parametrize("word", ["SY0102", "sy0102", "102", "[SY0102]:", "sy102"])
def test_ways_to_write_a_code(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_code.run([word]) == 0
    assert capsys.readouterr().out.startswith("SY0102: unknown word\n")


def test_unknown_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_code.run(["SY0199", "SY0102"]) == 1
    streams = capsys.readouterr()
    assert "no code 'SY0199'" in streams.err
    assert streams.out.startswith("SY0102")
    assert explain_code.run([]) == 0
    assert capsys.readouterr().out.count("\n") == len(CODES)


def test_newer_words_are_known() -> None:
    for kind in reference.KINDS:
        names = {entry.name for entry in reference.entries() if entry.kind == kind}
        assert sorted(newer(kind) - names) == []
