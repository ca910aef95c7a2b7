"""Every code has a wrong and a right example, and they are what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from steelyard.config.advice import advise
from steelyard.config.read import read
from steelyard.diagnostics.codes import CODES
from steelyard.diagnostics.diagnostic import Report, Severity
from steelyard.diagnostics.examples import examples, spelled
from tests.config.test_cases import ENVIRON

READ = [code for code, example in examples().items() if not example.how or example.how.startswith("earlier ")]
LINTED = [code for code, example in examples().items() if example.how == "lint"]
STARTED = [code for code, example in examples().items() if example.how in ("compile", "start")]


def judged(text: str, directory: Path) -> Report:
    file = directory / "example.cfg"
    file.write_bytes(spelled(text))
    return read([str(file)], environ=ENVIRON, language=True)[1]


def started(text: str, directory: Path) -> Report:
    from steelyard.cli.check import check
    from steelyard.cli.flags import Flags

    file = directory / "example.cfg"
    file.write_bytes(spelled(text))
    return check(Flags(files=[str(file)])).report


def test_every_code_has_an_example() -> None:
    """In `diagnostics/examples/`, beside those of its family; it is what `steelyard explain-code` shows."""
    assert sorted(set(CODES) - set(examples())) == []
    assert sorted(set(examples()) - set(CODES)) == []


def test_every_example_is_tried() -> None:
    assert sorted(
        {*READ, *LINTED, *STARTED, *(code for code, example in examples().items() if example.how == "command")}
    ) == sorted(CODES)


@pytest.mark.parametrize("code", READ)
def test_the_wrong_one_shows_its_code(code: str, tmp_path: Path) -> None:
    example = examples()[code]
    wanted = example.how.removeprefix("earlier ") or code
    assert wanted in {item.code for item in judged(example.wrong, tmp_path)}


@pytest.mark.parametrize("code", READ)
def test_the_right_one_is_valid_and_does_not(code: str, tmp_path: Path) -> None:
    example = examples()[code]
    report = judged(example.right, tmp_path)
    assert not report.wrong, list(report)
    assert not {code, example.how.removeprefix("earlier ")} & {item.code for item in report}


@pytest.mark.parametrize("code", LINTED)
def test_advice(code: str, tmp_path: Path) -> None:
    """Both are valid; only the wrong one gets the advice."""
    example = examples()[code]
    file = tmp_path / "example.cfg"
    said = []
    for text in (example.wrong, example.right):
        file.write_bytes(spelled(text))
        config, report = read([str(file)], environ=ENVIRON, language=True)
        assert config is not None, list(report)
        advice = advise(config)
        assert {item.severity for item in advice} <= {Severity.NOTICE}
        said.append({item.code for item in advice})
    assert code in said[0]
    assert code not in said[1]


@pytest.mark.parametrize("code", STARTED)
def test_what_only_a_start_meets(code: str, tmp_path: Path) -> None:
    example = examples()[code]
    assert code in {item.code for item in started(example.wrong, tmp_path)}
    assert not started(example.right, tmp_path).failed
