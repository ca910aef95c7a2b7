"""The case files against the real HAProxy: what it takes is taken, what it refuses is refused, and at the same lines.

A case that differs on purpose says why in a comment: `# unlike HAProxy: ...`.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.config.test_cases import CASES, DASHES, ENVIRON, ROOT
from tests.kit.program import find_haproxy

HAPROXY = find_haproxy()


@pytest.mark.skipif(HAPROXY is None, reason="no haproxy is installed")
@pytest.mark.parametrize("path", CASES, ids=lambda path: str(path.relative_to(ROOT).with_suffix("")))
def test_same_verdict(path: Path, tmp_path: Path) -> None:
    config, _, said = path.read_bytes().decode("utf-8", "surrogateescape").partition(DASHES)
    if "# unlike HAProxy: " in config or path.parent.name == "seed":  # the seed file stands word for word
        return
    file = tmp_path / "case.cfg"
    file.write_bytes(config.replace("FILE/", f"{path.parent}/").encode("utf-8", "surrogateescape"))
    command = [str(HAPROXY), "-c", "-f", str(file)]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", env=ENVIRON, timeout=30, check=False)
    assert (run.returncode == 1) == said.endswith("not valid\n"), run.stderr
    theirs = {
        int(line)
        for alert in run.stderr.split("\n")
        if "[ALERT]" in alert
        for line in re.findall(r"\[[^]]*case\.cfg:(\d+)\]", alert)
    }
    ours = {int(line) for line in re.findall(r"^case\.cfg:(\d+):\d+: (?:error|warning|later)", said, re.MULTILINE)}
    assert theirs <= ours, run.stderr
