"""Lines to a pipe that nobody reads: `log stdout` under a supervisor that hangs, `log fd@N`."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from tests.kit.client import connect
from tests.kit.ports import listening
from tests.kit.wire import http
from tests.process.conftest import eventually

SITE = """
global
 maxconn 100
defaults
 mode http
 timeout client 5s
frontend f
 bind <fe>
 log {target} format raw local0
 log-format "%ci %[str({filler})] %HU"
 http-request return status 204
"""
REQUESTS = 600


@pytest.mark.parametrize("target", ["stdout", "fd@{fd}"])
def test_a_pipe_that_nobody_reads(steelyard, tmp_path, target):
    reading, writing = os.pipe()
    text = SITE.replace("{target}", target.replace("{fd}", str(writing))).replace("{filler}", "x" * 200)
    filled, places, _ = steelyard.fill(text, {})
    said = tmp_path / "said"
    port = int(places["fe"].rpartition(":")[2])
    with said.open("wb") as stderr:
        process = subprocess.Popen(
            steelyard.command("-db", "-f", str(steelyard.write(filled))), stdout=writing, stderr=stderr, pass_fds=[writing]
        )
    os.close(writing)
    try:
        eventually("the port", lambda: listening(port))
        with connect(("127.0.0.1", port)) as client:
            for number in range(REQUESTS):
                assert client.ask(http(f"GET /{number} HTTP/1.1", "Host: a")).status == 204

        def told() -> bool:
            process.send_signal(signal.SIGQUIT)
            return "log lines dropped" in said.read_text() and " 0 log lines dropped" not in said.read_text().splitlines()[-1]

        eventually("what was dropped", told)
        # What fits was kept, whole and in order.
        process.terminate()
        assert process.wait(10) == 0
        kept = b""
        while chunk := os.read(reading, 65536):
            kept += chunk
        lines = [line for line in kept.decode().splitlines() if line.startswith("127.0.0.1 ")]
        whole = lines if kept.endswith(b"\n") else lines[:-1]
        numbers = [int(line.rpartition("/")[2]) for line in whole]
        assert 100 < len(numbers) < REQUESTS and numbers == list(range(len(numbers)))
    finally:
        os.close(reading)
        process.kill()
        process.wait(10)
