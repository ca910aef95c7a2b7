"""Where relative names of files start: `default-path`, beside HAProxy where there is one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from steelyard.config.read import read
from tests.kit.program import find_haproxy

HAPROXY = find_haproxy()
REPLY = "HTTP/1.0 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Files beside the configuration, above it, elsewhere, and where the process is started."""
    for name in ("conf", "other", "start"):
        (tmp_path / name).mkdir()
    for name in ("conf/beside", "above", "other/elsewhere", "start/here"):
        (tmp_path / f"{name}.http").write_text(REPLY)
        (tmp_path / f"{name}.lst").write_text("/x\n")
    return tmp_path


def verdict(tree: Path, policy: str, name: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether an error page and a file of patterns are found."""
    file = tree / "conf" / "a.cfg"
    first = f"global\n default-path {policy}\n" if policy else ""
    file.write_text(
        f"{first}frontend f\n mode http\n bind :80\n timeout client 1s\n errorfile 503 {name}.http\n"
        f" http-request deny if {{ path -f {name}.lst }}\n http-request return status 200 file {name}.http content-type a/b\n"
    )
    monkeypatch.chdir(tree / "start")
    good = not read([str(file)], environ={})[1].wrong
    if HAPROXY is not None:
        run = subprocess.run([str(HAPROXY), "-c", "-f", str(file)], capture_output=True, timeout=30, check=False)
        assert (run.returncode == 0) == good, run.stderr
    return good


@pytest.mark.parametrize(
    ("policy", "name"),
    [
        ("", "here"),
        ("current", "here"),
        ("config", "beside"),
        ("parent", "above"),
        ("origin ../other", "elsewhere"),
    ],
)
def test_each_policy_finds_its_own(policy: str, name: str, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for other in ("here", "beside", "above", "elsewhere"):
        assert verdict(tree, policy, other, monkeypatch) == (other == name), other
