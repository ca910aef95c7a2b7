"""Files of nothing but mistakes: every line is answered, and in a time that grows with the lines."""

from __future__ import annotations

import time
from pathlib import Path

from steelyard.config.read import read

COUNT = 4000


def test_unknown_words_and_names(tmp_path: Path) -> None:
    lines = ["frontend f", " mode http", " bind :80", " timeout client 1s"]
    for number in range(COUNT):
        lines += [
            f" wrongword{number} x",
            f" acl a{number} path /",
            f" http-request deny if z{number}",
            f" use_backend n{number}",
        ]
    lines += [f"backend b{number}" for number in range(COUNT)]
    path = tmp_path / "a.cfg"
    path.write_text("\n".join([*lines, ""]))
    start = time.process_time()
    report = read([str(path)], environ={})[1]
    took = time.process_time() - start
    assert sum(item.severity.value == "alert" for item in report) == 3 * COUNT
    assert took < 20  # minutes, were the nearest word looked for each time
