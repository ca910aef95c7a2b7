"""`steelyard upgrade`: what it writes and says."""

from __future__ import annotations

from pathlib import Path

import pytest

from steelyard.cli.main import run

OLD = "listen l\n    clitimeout 3s # c\n    grace 3\n"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    file = tmp_path / "a.cfg"
    file.write_text(OLD)
    return file


def test_it_is_rewritten_and_what_stays_is_told(old: Path, capfd) -> None:
    assert run(["upgrade", "-w", str(old)]) == 0
    assert old.read_text() == "listen l\n    timeout client 3s # c\n    grace 3\n"
    out, err = capfd.readouterr()
    assert out == ""
    assert f"{old}:3:5: notice[SY0112] 'grace' stays as it is" in err
    assert "not compared" not in err


def test_check_and_diff(old: Path, capfd) -> None:
    assert run(["upgrade", "--check", str(old)]) == 1
    assert run(["upgrade", "--diff", str(old)]) == 0
    assert "-    clitimeout 3s # c\n+    timeout client 3s # c\n" in capfd.readouterr().out
    assert old.read_text() == OLD


def test_a_file_that_is_not_there(tmp_path: Path, capfd) -> None:
    assert run(["upgrade", str(tmp_path / "none.cfg")]) == 2


def test_an_address_behind_a_name_gets_a_line(tmp_path: Path) -> None:
    file = tmp_path / "a.cfg"
    file.write_text("listen l *:80 # c\n\tmode http\n")
    assert run(["upgrade", "-w", str(file)]) == 0
    assert file.read_text() == "listen l # c\n    bind *:80\n\tmode http\n"
