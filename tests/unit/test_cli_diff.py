"""`steelyard diff`: what it prints, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from steelyard.cli.main import run

OLD = "listen l\n    bind :80\n    mode tcp\n    server s 10.0.0.1:80 weight 1\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "old.cfg").write_text(OLD)
    (tmp_path / "new.cfg").write_text(OLD.replace("weight 1", "weight 2"))
    return str(tmp_path / "old.cfg"), str(tmp_path / "new.cfg")


def test_no_change(files: tuple[str, str], capfd) -> None:
    assert run(["diff", files[0], files[0]]) == 0
    assert capfd.readouterr() == ("", "")


def test_a_change(files: tuple[str, str], capfd) -> None:
    assert run(["diff", *files]) == 1
    assert capfd.readouterr() == ("listen l\n  ~ server s: weight 1 -> 2\n", "")


def test_as_json(files: tuple[str, str], capfd) -> None:
    assert run(["diff", "--json", *files]) == 1
    found = json.loads(capfd.readouterr().out)
    assert found == {
        "same": False,
        "changes": [
            {
                "change": "changed",
                "object": ["listen l", "server s"],
                "field": "weight",
                "position": None,
                "old": "1",
                "new": "2",
                "old_place": None,
                "new_place": None,
            }
        ],
    }
    assert run(["diff", "--json", files[1], files[1]]) == 0
    assert json.loads(capfd.readouterr().out) == {"same": True, "changes": []}


def test_a_wrong_side(files: tuple[str, str], tmp_path: Path, capfd) -> None:
    wrong = tmp_path / "wrong.cfg"
    wrong.write_text("listen l\n    bnid :80\n")
    assert run(["diff", files[0], str(wrong)]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "unknown keyword 'bnid'" in err
    assert run(["diff", files[0], str(tmp_path / "none.cfg")]) == 2
    assert "no such file" in capfd.readouterr().err


def test_what_a_terminal_would_obey_is_escaped(files: tuple[str, str], tmp_path: Path, capfd) -> None:
    other = tmp_path / "other.cfg"
    other.write_text(OLD + '    description "a\\x1b[2Jb\\nc"\n')
    assert run(["diff", files[0], str(other)]) == 1
    assert capfd.readouterr().out.splitlines()[1] == r'  + description "a\x1b[2Jb\nc"'
