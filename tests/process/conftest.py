"""Real processes: the kit's fixtures, and a runner for Steelyard alone where HAProxy has nothing to compare."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kit.fixtures import ports, program, run, serve, sink
from tests.kit.program import Program, find_steelyard
from tests.kit.proxy import Runner
from tests.kit.wire import DEADLINE, Late

__all__ = ["ports", "program", "run", "serve", "sink"]


@pytest.fixture
def steelyard(tmp_path: Path, ports) -> Iterator[Runner]:
    runner = Runner(Program("steelyard", find_steelyard()), tmp_path, ports)
    yield runner
    runner.close()


def eventually(what: str, true: Callable[[], object]) -> None:
    """Waits for something that no descriptor announces."""
    end = time.monotonic() + DEADLINE
    while not true():
        if time.monotonic() > end:
            raise Late(what)
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Runs, and is not just waiting for its parent to notice."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as listed:
        return [int(word) for word in listed.read().split()]


@pytest.fixture
def pids(tmp_path: Path) -> Iterator[Path]:
    """A path for a pid file; whatever stands in it when the test ends is stopped."""
    path = tmp_path / "pids"
    yield path
    if path.exists():
        for word in path.read_text().split():
            if alive(int(word)):
                os.kill(int(word), signal.SIGKILL)


def read_pids(path: Path) -> list[int]:
    return [int(word) for word in path.read_text().split()]
