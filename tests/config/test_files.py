"""What is read, and in which order."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from steelyard.config.read import read


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def codes(paths: list[str]) -> list[str]:
    return [item.code for item in read(paths, environ={})[1]]


def test_directories_give_their_cfg_files_in_lexical_order(tmp_path: Path) -> None:
    write(tmp_path / "b.cfg", "backend b\n")
    write(tmp_path / "a.cfg", "backend a\n")
    write(tmp_path / "10.cfg", "backend ten\n")
    write(tmp_path / ".hidden.cfg", "backend hidden\n")
    write(tmp_path / "c.txt", "nonsense\n")
    (tmp_path / "d.cfg").mkdir()
    config, report = read([str(tmp_path)], environ={})
    assert not report.items
    assert config is not None
    assert [proxy.name for proxy in config.proxies] == ["ten", "a", "b"]


def test_files_come_in_the_order_given_and_defaults_reach_into_the_next(tmp_path: Path) -> None:
    first = write(tmp_path / "z.cfg", "defaults\n  retries 7\n")
    second = write(tmp_path / "a.cfg", "backend a\n")
    config, _ = read([first, second], environ={})
    assert config is not None
    assert config.files == (first, second)
    assert config.proxies[0].retries == 7


def test_a_section_ends_with_its_file(tmp_path: Path) -> None:
    assert codes([write(tmp_path / "a.cfg", "global\n"), write(tmp_path / "b.cfg", "maxconn 1\n")]) == ["SY0101"]


def test_missing_file(tmp_path: Path) -> None:
    config, report = read([str(tmp_path / "nope.cfg")], environ={})
    assert config is None
    assert [item.code for item in report] == ["SY0001"]


def test_bad_names_of_files(tmp_path: Path) -> None:
    assert codes(["\0"]) == ["SY0001"]
    assert codes([""]) == ["SY0001"]


def test_a_missing_line_feed_is_an_error(tmp_path: Path) -> None:
    assert codes([write(tmp_path / "a.cfg", "global\n  maxconn 1")]) == ["SY0012"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"backend x\n")))
    config, _ = read(["-"], environ={})
    assert config is not None
    assert config.proxies[0].name == "x"


def test_one_report_holds_all_mistakes_in_reading_order(tmp_path: Path) -> None:
    first = write(tmp_path / "b.cfg", "frontend f\n  default_backend nope\n  foo\n")
    second = write(tmp_path / "a.cfg", "global\n  bar\n")
    report = read([first, second], environ={})[1]
    places = [(item.span.file, item.span.line) for item in report if item.severity.value == "alert"]
    assert places == [(first, 2), (first, 3), (second, 2)]


def test_the_process_environment_is_left_alone(tmp_path: Path) -> None:
    environ = {"A": "1"}
    read([write(tmp_path / "a.cfg", "global\n  setenv A 2\n  unsetenv B\n")], environ=environ)
    assert environ == {"A": "1"}


def test_peers_without_this_process_are_left_out(tmp_path: Path) -> None:
    file = write(tmp_path / "a.cfg", "peers p\n  peer a 192.0.2.1:1024\n")
    for name, found in (("a", []), ("b", ["SY0119"]), ("", [])):
        report = read([file], environ={"HAPROXY_LOCALPEER": name})[1]
        assert [item.code for item in report if item.severity.value == "warning"] == found
