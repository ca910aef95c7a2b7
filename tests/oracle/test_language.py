"""The language as a table: what HAProxy takes is taken, what it refuses is refused, and the same lines are named.

A row is judged by HAProxy first, so that a wrong expectation can't stay. Steelyard answers in this process: there are hundreds.
"""

from __future__ import annotations

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from steelyard.config.read import read
from tests.kit.program import find_haproxy

DEFAULTS = "defaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\n"
ENVIRON = {"HOME": "/home/me", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
HAPROXY = find_haproxy()

Row = tuple[str, str]


def rows() -> dict[str, list[Row]]:
    """Verdict and text of each row, by topic."""
    topics: dict[str, list[Row]] = {}
    topic = ""
    for line in (Path(__file__).parent / "language.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            topic = line.removeprefix("# ")
        elif line in ("accept", "reject"):
            topics.setdefault(topic, []).append((line, ""))
        else:
            verdict, text = topics[topic].pop()
            topics[topic].append((verdict, text + line.removeprefix("  ") + "\n"))
    return topics


TABLE = rows()


def judged_by_haproxy(file: Path) -> tuple[str, set[int]]:
    """Its verdict, and the lines that its alerts name."""
    command = [str(HAPROXY), "-c", "-f", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", env=ENVIRON, timeout=60, check=False)
    alerts = [line for line in done.stderr.splitlines() if "[ALERT]" in line]
    lines = {int(number) for alert in alerts for number in re.findall(r"row\.cfg:(\d+)\]", alert)}
    return ("reject" if done.returncode == 1 else "accept"), lines


def judged_by_steelyard(file: Path) -> tuple[str, set[int]]:
    _, report = read([str(file)], environ=ENVIRON, language=True)
    wrong = {item.span.line for item in report if item.severity.value == "alert"}
    return ("reject" if report.wrong else "accept"), wrong


@pytest.mark.skipif(HAPROXY is None, reason="no haproxy is installed")
@pytest.mark.parametrize("topic", TABLE)
def test_same_verdict_at_the_same_lines(topic: str, tmp_path: Path) -> None:
    files = []
    for number, (_, text) in enumerate(TABLE[topic]):
        (tmp_path / str(number)).mkdir()
        file = tmp_path / str(number) / "row.cfg"
        file.write_text(DEFAULTS + text, encoding="utf-8")
        files.append(file)
    with ThreadPoolExecutor(2) as pool:
        theirs = list(pool.map(judged_by_haproxy, files))
    wrong = []
    for (verdict, text), file, (said, lines) in zip(TABLE[topic], files, theirs, strict=True):
        assert said == verdict, f"HAProxy says {said}:\n{text}"
        ours, places = judged_by_steelyard(file)
        if ours != verdict or not lines <= places:
            wrong.append(f"{verdict} at {sorted(lines)}, here {ours} at {sorted(places)}:\n{text}")
    assert not wrong, "\n".join(wrong)
