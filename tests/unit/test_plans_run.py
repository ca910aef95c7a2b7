"""Every case file that is valid compiles, and the engine takes the plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from steelyard import _engine
from steelyard.config.read import read
from steelyard.plan import schema
from steelyard.plan.build.context import Machine
from steelyard.plan.compile import compile
from tests.config.test_cases import CASES, DASHES, ENVIRON, ROOT


def _runs(path: Path) -> bool:
    """Whether nothing in the case waits for a later version."""
    said = path.read_text(errors="surrogateescape").partition(DASHES)[2]
    return f"\n{said}".find("\nvalid\n") >= 0 and " later[" not in said


VALID = [path for path in CASES if _runs(path)]
MACHINE = Machine("box", 2, 4096)


@pytest.mark.parametrize("path", VALID, ids=lambda path: str(path.relative_to(ROOT).with_suffix("")))
def test_the_engine_takes_it(path: Path, tmp_path: Path) -> None:
    config = path.read_bytes().decode("utf-8", "surrogateescape").partition(DASHES)[0]
    file = tmp_path / "case.cfg"
    file.write_bytes(config.replace("FILE/", f"{path.parent}/").encode("utf-8", "surrogateescape"))
    model, report = read([str(file)], environ=ENVIRON)
    assert model is not None, list(report)
    plan = compile(model, resolve_host=lambda host, family: "192.0.2.1", machine=MACHINE)
    assert schema.decode(schema.encode(plan)) == plan
    _engine.check_plan(schema.encode(plan))
