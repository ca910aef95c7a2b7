"""The load: wrk for requests, plain sockets for connections that only wait."""

from __future__ import annotations

import re
import resource
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.programs import LOAD_CORE

REQUEST = b"GET / HTTP/1.1\r\nHost: bench.test\r\n\r\n"
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


@dataclass(frozen=True, slots=True)
class Outcome:
    requests: int
    rate: float  # requests a second
    p99: float  # seconds
    errors: int


def wrk(port: int, clients: int, seconds: float, path: str = "/", close: bool = False, script: Path | None = None) -> Outcome:
    command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{clients}", f"-d{seconds:.0f}s", "--latency", "--timeout", "10s"]
    if close:
        command += ["-H", "Connection: close"]
    if script is not None:
        command += ["-s", str(script)]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, timeout=seconds + 60, check=True
    )
    return parse(done.stdout)


def parse(text: str) -> Outcome:
    counted = re.search(r"(\d+) requests in", text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", text)
    assert counted and rate and p99, text
    errors = sum(int(number) for number in re.findall(r"(?:connect|read|write|timeout) (\d+)", text))
    if bad := re.search(r"Non-2xx or 3xx responses: (\d+)", text):
        errors += int(bad[1])
    return Outcome(int(counted[1]), float(rate[1]), float(p99[1]) * UNITS[p99[2]], errors)


def idle(port: int, count: int) -> list[socket.socket]:
    """Opens connections that have each had one answer and wait for nothing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count + 200)), hard))
    out: list[socket.socket] = []
    for _ in range(count):
        sock = socket.create_connection(("127.0.0.1", port), timeout=15)
        sock.sendall(REQUEST)
        data = sock.recv(4096)
        assert data.startswith(b"HTTP/1.1 200"), data
        out.append(sock)
    return out
