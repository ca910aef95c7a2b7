"""Case files: a configuration, a line of dashes, then what is said about it. `--update` rewrites the second half.

`later` is what is valid and can't run yet.

A first line `# model` asks for the model as well, `# plan` for the plan that is compiled from it, `# language` for the
language alone, whether this version can run it or not, and `# lint` for advice, too. `FILE` in a configuration is
the directory of the case, for files beside it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from steelyard.config.advice import advise
from steelyard.config.read import read
from steelyard.diagnostics import concise
from steelyard.diagnostics.diagnostic import Severity
from steelyard.plan.build.context import Machine
from steelyard.plan.compile import compile
from tests.config.dump import dump, dump_plan

ROOT = Path(__file__).parent / "cases"
DASHES = "-" * 40 + "\n"
CASES = sorted(ROOT.rglob("*.case"))
MACHINE = Machine("box", 2, 4096)
ENVIRON = {"HOME": "/home/me", "PORT": "8080", "LIST": "one two", "EMPTY": ""}


@pytest.mark.parametrize("path", CASES, ids=lambda path: str(path.relative_to(ROOT).with_suffix("")))
def test_case(path: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    config, dashes, expected = text.partition(DASHES)
    assert dashes, f"{path} has no line of dashes"
    (tmp_path / "FILE").symlink_to(path.parent)  # so that columns are the same wherever the cases are
    monkeypatch.chdir(tmp_path)
    actual = outcome(config, tmp_path)
    if request.config.getoption("--update"):
        path.write_bytes((config + DASHES + actual).encode("utf-8", "surrogateescape"))
    else:
        assert actual == expected


def outcome(config: str, directory: Path) -> str:
    file = directory / "case.cfg"
    file.write_bytes(config.encode("utf-8", "surrogateescape"))
    model, report = read([str(file)], environ=ENVIRON, language=True)
    language = config.startswith("# language\n")
    items = [item for item in report if not language or item.severity is not Severity.LATER]
    said = concise.render(items, "later").replace(str(directory) + "/", "")
    assert (model is None) == report.wrong
    if model is None:
        return said + "not valid\n"
    verdict = "valid language\n" if language else "valid, not supported yet\n" if report.failed else "valid\n"
    if config.startswith("# lint\n"):
        return said + verdict + concise.render(advise(model)).replace(str(directory) + "/", "")
    if config.startswith("# model\n"):
        return said + verdict + dump(model)
    if config.startswith("# plan\n") and not report.failed:
        return said + verdict + dump_plan(compile(model, machine=MACHINE))
    return said + verdict
