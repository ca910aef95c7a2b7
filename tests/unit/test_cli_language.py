"""`steelyard check --language` and `steelyard check -v`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from steelyard.cli.subcommands import run

VALID = "global\n noepoll\nmailers m\nbackend a\n option redis-check\nbackend b\n option redis-check\n"


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_valid_and_not_all_of_it_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "a.cfg", VALID)
    assert run("check", ["--language", file]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out == (
        "The configuration is valid; this version can't run all of it yet:\n"
        f"  section 'mailers' is not supported yet: {file} line 3\n"
        f"  'option redis-check' is not supported yet: {file} line 5, 7\n"
    )


def test_the_same_file_does_not_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", ["--format", "concise", write(tmp_path / "a.cfg", VALID)]) == 1
    assert "a.cfg:3:1: error[SY0104] section 'mailers' is not supported yet" in capsys.readouterr().err


def test_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", ["--language", "--format", "concise", write(tmp_path / "a.cfg", "global\n nope\n")]) == 1
    said = capsys.readouterr()
    assert "error[SY0102]" in said.err
    assert said.out == "The configuration is not valid.\n"


def test_json_tells_the_two_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", ["--language", "--format", "json", write(tmp_path / "a.cfg", VALID)]) == 0
    assert [item["severity"] for item in json.loads(capsys.readouterr().out)] == ["later", "later", "later"]


def test_words_without_an_effect_are_told_when_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "a.cfg", VALID)
    run("check", ["--language", "-v", file])
    assert f"{file}:2: 'noepoll' is accepted without an effect: " in capsys.readouterr().out
    run("check", ["-v", "--format", "concise", file])
    assert f"{file}:2: 'noepoll' is accepted without an effect: " in capsys.readouterr().out


@pytest.mark.parametrize("form", ["json", "sarif"])
@pytest.mark.parametrize("more", [[], ["--language"], ["-v"]])
def test_documents_have_standard_output_to_themselves(
    form: str, more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "a.cfg", "global\n nope\n")
    assert run("check", ["--format", form, *more, file]) == 1
    found = json.loads(capsys.readouterr().out)
    items = found if form == "json" else found["runs"][0]["results"]
    assert [item["code" if form == "json" else "ruleId"] for item in items] == ["SY0102"]
