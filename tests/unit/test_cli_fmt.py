"""`steelyard fmt`: what it prints, what it writes, and its exit status."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from steelyard.cli.main import run

UGLY = b"global\r\n  daemon # caf\xe9\r\n"
TIDY = b"global\r\n    daemon # caf\xe9\r\n"


@pytest.fixture
def ugly(tmp_path: Path) -> Path:
    file = tmp_path / "a.cfg"
    file.write_bytes(UGLY)
    file.chmod(0o640)
    return file


def test_the_result_goes_to_standard_output(ugly: Path, capfdbinary) -> None:
    assert run(["fmt", str(ugly)]) == 0
    assert capfdbinary.readouterr() == (TIDY, b"")
    assert ugly.read_bytes() == UGLY


def test_write_keeps_bytes_mode_and_link(ugly: Path) -> None:
    link = ugly.with_name("link")
    link.symlink_to(ugly)
    assert run(["fmt", "-w", str(link)]) == 0
    assert link.is_symlink()
    assert ugly.read_bytes() == TIDY
    assert ugly.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(ugly.parent)) == ["a.cfg", "link"]


def test_write_leaves_a_formatted_file_alone(ugly: Path) -> None:
    ugly.write_bytes(TIDY)
    before = ugly.stat().st_mtime_ns, ugly.stat().st_ino
    assert run(["fmt", "-w", str(ugly.parent)]) == 0
    assert (ugly.stat().st_mtime_ns, ugly.stat().st_ino) == before


def test_check_tells_by_its_status(ugly: Path, capfdbinary) -> None:
    assert run(["fmt", "--check", str(ugly)]) == 1
    assert capfdbinary.readouterr().out == f"{ugly}\n".encode()
    ugly.write_bytes(TIDY)
    assert run(["fmt", "--check", str(ugly)]) == 0
    assert capfdbinary.readouterr().out == b""


def test_check_never_writes(ugly: Path) -> None:
    assert run(["fmt", "--check", "-w", str(ugly)]) == 1
    assert ugly.read_bytes() == UGLY


def test_diff(ugly: Path, capfdbinary) -> None:
    assert run(["fmt", "--diff", str(ugly)]) == 0
    out = capfdbinary.readouterr().out
    assert b"-  daemon # caf\xe9\r\n+    daemon # caf\xe9\r\n" in out
    assert run(["fmt", "--diff", "--check", str(ugly)]) == 1


@pytest.mark.parametrize("flag", ["--stdout", "--check", "-w"])
def test_a_file_that_is_not_there(flag: str, tmp_path: Path, capfdbinary) -> None:
    assert run(["fmt", flag, str(tmp_path / "none.cfg")]) == 2
    assert b"no such file" in capfdbinary.readouterr().err


def test_a_directory_that_can_not_be_written(ugly: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary) -> None:
    def refused(*args: object, **named: object) -> tuple[int, str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    assert run(["fmt", "-w", str(ugly)]) == 2
    assert b"permission denied" in capfdbinary.readouterr().err
    assert ugly.read_bytes() == UGLY
