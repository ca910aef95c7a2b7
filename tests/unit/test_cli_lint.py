"""`steelyard lint`: what it shows, what it passes over, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from steelyard.cli.main import run

RISKY = """\
defaults
    mode tcp
    timeout client 30
    timeout connect 5s
    timeout server 5s
listen l
    bind :80
    redispatch
    server s 10.0.0.1:80 check
"""


@pytest.fixture
def risky(tmp_path: Path) -> Path:
    file = tmp_path / "a.cfg"
    file.write_text(RISKY)
    return file


def codes(out: str) -> list[str]:
    return [item["code"] for item in json.loads(out)]


def test_advice_and_what_reading_says(risky: Path, capfd) -> None:
    assert run(["lint", "--format", "concise", str(risky)]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert first.startswith(f"{risky}:3:5: notice[SY0841] 'timeout client 30' is 30 milliseconds")
    assert second.startswith(f"{risky}:8:5: warning[SY0112] 'redispatch' is deprecated")


def test_nothing_to_say(risky: Path, capfd) -> None:
    risky.write_text(RISKY.replace("client 30", "client 30s").replace("redispatch", "option redispatch"))
    assert run(["lint", "-f", str(risky)]) == 0
    assert capfd.readouterr() == ("", "")


def test_codes_of_the_command_line_are_passed_over(risky: Path, capfd) -> None:
    assert run(["lint", "--format", "json", "--ignore", "sy0841", str(risky)]) == 1
    assert codes(capfd.readouterr().out) == ["SY0112"]
    assert run(["lint", "--ignore", "SY0841,SY0112", str(risky)]) == 0


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# lint: ignore", ["SY0112"]),
        ("# yes, lint: ignore SY0112, SY0841", ["SY0112"]),
        ("# lint: ignore SY0112", ["SY0841", "SY0112"]),
        ("# lint ignore", ["SY0841", "SY0112"]),
    ],
)
def test_a_comment_passes_over_its_line(comment: str, left: list[str], risky: Path, capfd) -> None:
    risky.write_text(RISKY.replace("client 30", f"client 30 {comment}"))
    assert run(["lint", "--format", "json", str(risky)]) == 1
    assert codes(capfd.readouterr().out) == left


def test_sarif(risky: Path, capfd) -> None:
    assert run(["lint", "--format", "sarif", str(risky)]) == 1
    results = json.loads(capfd.readouterr().out)["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["SY0841", "SY0112"]


def test_a_wrong_file(risky: Path, capfd) -> None:
    risky.write_text("listen l\n    bnid :80\n    redispatch\n")
    assert run(["lint", "--format", "concise", str(risky)]) == 2
    assert [line.split("[")[1][:6] for line in capfd.readouterr().err.splitlines()] == ["SY0102"]
    assert run(["lint", str(risky.with_name("none.cfg"))]) == 2


def test_what_can_not_run_yet_is_no_advice(risky: Path, capfd) -> None:
    risky.write_text("global\n    stats socket /run/x\n")
    assert run(["lint", str(risky)]) == 0
    assert capfd.readouterr() == ("", "")


def test_which_file(capfd) -> None:
    with pytest.raises(SystemExit) as caught:
        run(["lint"])
    assert caught.value.code == 2
