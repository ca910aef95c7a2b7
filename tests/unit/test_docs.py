"""The examples of the documentation are programs that run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from steelyard.cli.main import run

DOCS = Path(__file__).parents[2] / "docs"
CONFIGURATION = """\
defaults
    mode http
    timeout client 5s
    timeout connect 5s
    timeout server 5s
listen www
    bind 127.0.0.1:8080
    server s1 10.0.0.1:80 weight 3
"""


def test_python_api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    page = (DOCS / "python-api.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 6
    (tmp_path / "haproxy.cfg").write_text(CONFIGURATION)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "python-api.md", "exec"), names)  # noqa: S102
    out = capsys.readouterr().out
    assert "www s1 Inet(host='10.0.0.1', family=4) 80 3\n" in out
    assert "\n5000 3\n" in out
    assert re.search(r"^    # (haproxy.cfg:2:5: .*)$", page, re.MULTILINE)[1] in out.splitlines()  # type: ignore[index]
    assert "acl is_static path_beg /static '/images and more'\n" in out
    assert "changed ('backend b', 'server s') weight 1 2\n" in out
    made = (tmp_path / "made.cfg").read_text()
    assert "server app4 10.0.0.4:9000 check\n" in made
    assert "app1" not in made


@pytest.mark.parametrize(("name", "count"), [("tools", 9), ("preprocessing", 1)])
def test_pages_of_commands(
    name: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """`name.cfg`: with its block gives a file, and lines behind `$` are commands with what they show."""
    page = (DOCS / f"{name}.md").read_text()
    for file, text in re.findall(r"^`([\w/]+\.\w+)`:\n\n```\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
    monkeypatch.chdir(tmp_path)
    commands = 0
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        for command in block.split("$ steelyard ")[1:]:
            line, _, expected = command.partition("\n")
            run(shlex.split(line))
            shown = "".join(capfd.readouterr())
            assert shown == expected
            commands += 1
    assert commands == count
