"""What holds the papers and the code together."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import steelyard
from steelyard.cli.check import check
from steelyard.cli.flags import Flags
from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from tools import laws

ROOT = Path(steelyard.__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.cfg"))


def test_one_version():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == steelyard.__version__


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_valid_and_quiet(path):
    checked = check(Flags(files=[str(path)]))
    assert [item.message for item in checked.report] == []
    assert checked.plan is not None


def test_the_demo_is_valid_and_quiet(monkeypatch):
    monkeypatch.setenv("STEELYARD_DEMO_ONE", "1")
    monkeypatch.setenv("STEELYARD_DEMO_TWO", "2")
    checked = check(Flags(files=[str(ROOT / "python/steelyard/demo/demo.cfg")]))
    assert [item.message for item in checked.report] == []
    assert checked.plan is not None


def test_a_check_loads_nothing_that_only_traffic_needs():
    """`steelyard -c` is to take less than 0.4 s."""
    code = (
        "import sys; from steelyard.cli.main import run; "
        f"assert run(['-c', '-q', '-f', {str(EXAMPLES[0])!r}]) == 0; "
        "print([name for name in ('asyncio', 'jinja2', 'argparse', 'http.server') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize(
    ("source", "breach"),
    [
        ("from steelyard.plan import schema\n", "config/ must not import plan"),
        ("def f():\n    from steelyard import _engine\n", "only engine/ imports _engine"),
        ("print(1)\n", "print: only cli/ prints"),
        ("import sys\nsys.exit(1)\n", "sys.exit: only cli/ prints"),
        ("raise SystemExit\n", "SystemExit: only cli/ prints"),
    ],
)
def test_the_laws_see_breaches(tmp_path, monkeypatch, source, breach):
    room = tmp_path / "python" / "steelyard" / "config"
    room.mkdir(parents=True)
    (room / "x.py").write_text(source)
    monkeypatch.setattr(laws, "ROOT", tmp_path)
    monkeypatch.setattr(laws, "PACKAGE", tmp_path / "python" / "steelyard")
    assert any(breach in each for each in laws.check_python()), list(laws.check_python())


def test_words_without_an_effect_say_why():
    """`steelyard check -v` gives the reason."""
    rows = [row for table in (KEYWORDS, BIND_OPTIONS, SERVER_OPTIONS) for row in table.rows if row.effect == "accepted"]
    assert len(rows) > 200
    assert [row.name for row in rows if not row.why or row.why.endswith(".")] == []
