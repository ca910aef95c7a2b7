"""Starts a proxy program on a configuration, waits until it listens, and stops it by its pid."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.kit.client import Client, connect
from tests.kit.ports import Ports, listening, listening_unix
from tests.kit.program import Program
from tests.kit.wire import DEADLINE, Late, Message

DEFAULTS = """\
global
    maxconn 500
defaults
    mode http
    timeout client 20s
    timeout server 20s
    timeout connect 20s
"""
NAME = re.compile(r"<(\w+)(\.port)?>")


@dataclass(slots=True)
class Outcome:
    """What a program said and how it left."""

    status: int
    out: str
    err: str


class Proxy:
    """A running proxy. `places` maps the names of the configuration (`<fe>`) to addresses."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes], places: Mapping[str, str], stderr: Path) -> None:
        self.program = program
        self.process = process
        self.places = places
        self._stderr = stderr

    @property
    def stderr(self) -> str:
        return self._stderr.read_text("utf-8", "replace")

    def wait_said(self, text: str) -> str:
        """Waits until the program has written this on its stdout or stderr; gives all that it wrote."""
        end = time.monotonic() + DEADLINE
        while text not in self.stderr:
            if time.monotonic() > end:
                raise Late(f"never said {text!r}: {self.stderr}")
            select.select([], [], [], 0.005)
        return self.stderr

    def address(self, name: str = "fe") -> tuple[str, int] | str:
        text = self.places[name]
        if text.startswith(("/", "unix@", "abns@")):
            return text.removeprefix("unix@")
        host, _, port = text.rpartition(":")
        return host.strip("[]"), int(port)

    def connect(self, name: str = "fe", *, source: str | None = None) -> Client:
        return connect(self.address(name), source=source)

    def ask(self, data: bytes, name: str = "fe", *, source: str | None = None) -> Message:
        """One request on a connection of its own."""
        with self.connect(name, source=source) as client:
            return client.ask(data)

    def raw(self, data: bytes, name: str = "fe") -> bytes:
        """Sends bytes, and gives everything that comes back until the proxy closes."""
        with self.connect(name) as client:
            client.send(data)
            return client.rest()

    def turned_away(self, name: str = "fe", *, source: str | None = None) -> bool:
        """Is a connection closed (or reset, perhaps at once) without a byte?"""
        try:
            with self.connect(name, source=source) as client:
                return client.closed()
        except ConnectionResetError:
            return True

    def kill(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, deadline: float = DEADLINE) -> int:
        try:
            return self.process.wait(deadline)
        except subprocess.TimeoutExpired as error:
            raise Late(f"{self.program.name} still runs") from error

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)


class Runner:
    """Makes proxies for one test; `runner(config, name=server, ...)`.

    In the text `<name>` stands for an address: of the server, log sink or path given by that name, or else of a port of
    127.0.0.1 that is lent now. `<name.port>` is the port alone. Unless `bare`, short defaults are put in front."""

    def __init__(self, program: Program, directory: Path, ports: Ports) -> None:
        self.program = program
        self.directory = directory
        self.ports = ports
        self._running: list[Proxy] = []
        self._count = 0

    def fill(self, text: str, given: Mapping[str, object]) -> tuple[str, dict[str, str], list[str]]:
        places = {name: str(value) for name, value in given.items()}
        lent: list[str] = []

        def one(found: re.Match[str]) -> str:
            name = found[1]
            if name not in places:
                places[name] = f"127.0.0.1:{self.ports.lend()}"
                lent.append(name)
            return places[name].rpartition(":")[2] if found[2] else places[name]

        return NAME.sub(one, text), places, lent

    def write(self, text: str) -> Path:
        self._count += 1
        path = self.directory / f"{self._count}.cfg"
        path.write_text(text)
        return path

    def command(self, *words: str) -> list[str]:
        assert self.program.path is not None
        return [self.program.path, *words]

    def __call__(
        self,
        text: str,
        *,
        bare: bool = False,
        wait_for: str | None = None,
        environ: Mapping[str, str] | None = None,
        words: tuple[str, ...] = ("-db",),
        **given: object,
    ) -> Proxy:
        filled, places, lent = self.fill(text if bare else DEFAULTS + text, given)
        path = self.write(filled)
        stderr = path.with_suffix(".err")
        with stderr.open("wb") as sink:
            process = subprocess.Popen(
                self.command("-f", str(path), *words), stdout=sink, stderr=sink, stdin=subprocess.DEVNULL,
                env={**os.environ, **(environ or {})}, cwd=self.directory,
            )  # fmt: skip
        proxy = Proxy(self.program, process, places, stderr)
        self._running.append(proxy)
        waits = [wait_for] if wait_for else [name for name in lent if f"bind {places[name]}" in filled]
        self._await(proxy, waits)
        return proxy

    def _await(self, proxy: Proxy, names: list[str]) -> None:
        """Asks the kernel whether the ports listen; notices at once when the program dies."""
        end = time.monotonic() + DEADLINE
        watch = os.pidfd_open(proxy.process.pid)
        try:
            for name in names:
                while True:
                    address = proxy.address(name)
                    if listening_unix(address) if isinstance(address, str) else listening(address[1]):
                        break
                    if select.select([watch], [], [], 0.005)[0]:
                        raise AssertionError(f"{self.program.name} ended with {proxy.process.wait()}:\n{proxy.stderr}")
                    if time.monotonic() > end:
                        raise Late(f"{self.program.name} does not listen on {name}:\n{proxy.stderr}")
        finally:
            os.close(watch)

    def run(self, text: str | None, *words: str, bare: bool = False, **given: object) -> Outcome:
        """Runs the program to its end (`-c`, `-v`, wrong files)."""
        args = list(words)
        if text is not None:
            filled, _, _ = self.fill(text if bare else DEFAULTS + text, given)
            args = ["-f", str(self.write(filled)), *args]
        done = subprocess.run(
            self.command(*args),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=2 * DEADLINE,
            check=False,
            cwd=self.directory,
        )
        return Outcome(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    def close(self) -> None:
        for proxy in self._running:
            proxy.stop()
