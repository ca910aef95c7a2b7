"""`.include`: bounds, and names that are no file. What is read and said otherwise stands in the case files."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from steelyard.config import feed, include
from steelyard.config.lexer import MAX_LINE
from steelyard.config.read import read
from steelyard.diagnostics import concise


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def said(path: str, place: Path) -> list[str]:
    return concise.render(read([path], environ={})[1]).replace(f"{place}/", "").splitlines()


def chain(place: Path, files: int) -> str:
    """Files that include one another; the last one holds a section."""
    for number in range(files - 1):
        write(place / f"{number}.cfg", f".include {number + 1}.cfg\n")
    write(place / f"{files - 1}.cfg", "backend b\n")
    return str(place / "0.cfg")


def test_depth_is_bounded(tmp_path: Path) -> None:
    config, report = read([chain(tmp_path, feed.MAX_DEPTH)], environ={})
    assert config is not None
    assert not report.items
    assert len(config.files) == feed.MAX_DEPTH
    (line,) = said(chain(tmp_path, feed.MAX_DEPTH + 1), tmp_path)
    names = [f"{number}.cfg" for number in range(feed.MAX_DEPTH + 1)]
    assert line == f"15.cfg:1:10: error[SY0024] more than 16 files that include each other: {' -> '.join(names)}"


def test_the_number_of_files_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of ten files includes the next one twice: over a thousand files."""
    monkeypatch.setattr(feed, "MAX_FILES", 50)
    for number in range(10):
        write(tmp_path / f"{number}.cfg", f".include {number + 1}.cfg\n" * 2)
    write(tmp_path / "10.cfg", "# nothing\n")
    assert include.MAX_FILES == 10_000
    found = said(str(tmp_path / "0.cfg"), tmp_path)
    assert all("more than 50 files are included" in line for line in found)
    assert 0 < len(found) <= 20


def test_a_link_to_itself_is_a_loop(tmp_path: Path) -> None:
    root = write(tmp_path / "a.cfg", ".include b.cfg\n")
    os.symlink(root, tmp_path / "b.cfg")
    (line,) = said(root, tmp_path)
    assert line.startswith("a.cfg:1:10: error[SY0024] 'b.cfg' includes itself: a.cfg -> b.cfg")


def test_what_has_no_end_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.symlink(tmp_path / "nowhere", tmp_path / "dangling")
    root = write(tmp_path / "a.cfg", '.include pipe\n.include dangling\n.include "a\\x00b"\n.include ..\n')
    codes = [item.code for item in read([root], environ={})[1]]
    assert codes == ["SY0025", "SY0025", "SY0003", "SY0025"]


def test_standard_input_includes_from_where_it_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "part.inc", "backend x\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b".include part.inc\n")))
    config, _ = read(["-"], environ={})
    assert config is not None
    assert config.proxies[0].name == "x"


def test_a_file_may_be_included_again(tmp_path: Path) -> None:
    write(tmp_path / "times.inc", "timeout client 1s\ntimeout connect 1s\ntimeout server 1s\n")
    text = "defaults\n .include times.inc\nbackend b\n .include times.inc\n"
    config, _ = read([write(tmp_path / "a.cfg", text)], environ={})
    assert config is not None
    assert config.files == (str(tmp_path / "a.cfg"), str(tmp_path / "times.inc"))
    assert [said.words[0] for said in config.extensions] == ["times.inc", "times.inc"]


def test_the_including_file_goes_on_where_it_was(tmp_path: Path) -> None:
    """Names of files and numbers of lines are those of the line itself, before and after."""
    write(tmp_path / "part.inc", '\n.notice "${.FILE}:$.LINE"\n')
    root = write(tmp_path / "a.cfg", '.include part.inc\n.notice "${.FILE}:$.LINE"\n')
    messages = {item.message.replace(f"{tmp_path}/", "") for item in read([root], environ={})[1]}
    assert messages == {"part.inc:2", "a.cfg:2"}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_long_lines_and_line_endings(tmp_path: Path, ending: str) -> None:
    lines = ["global", f"  description {'x' * (MAX_LINE - 20)}", f"  node {'y' * MAX_LINE}", "  maxconn 5", ""]
    (tmp_path / "a.cfg").write_bytes(ending.join(lines).encode())
    report = read([str(tmp_path / "a.cfg")], environ={})[1]
    assert [(item.code, item.span.line) for item in report] == [("SY0004", 3)]
