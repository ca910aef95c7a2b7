"""`-W`: one process that keeps the rights, watches the workers, passes signals on and reloads."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable

from steelyard.config.model import Config
from steelyard.plan.schema import Plan
from steelyard.process import signals
from steelyard.process.console import Console
from steelyard.process.errors import StartError
from steelyard.process.pidfile import PidFile
from steelyard.process.settings import Settings
from steelyard.process.start import fork_workers, kill, leave_terminal, prepare, tell_old

Load = Callable[[], tuple[Config, Plan]]
"""Reads the configuration anew, having told what is wrong with it; raises StartError."""


class Master:
    """`run` returns the exit status of the process it returns in: the master, or a worker."""

    def __init__(self, settings: Settings, load: Load, console: Console) -> None:
        self._settings = settings
        self._load = load
        self._console = console
        self._workers: list[int] = []
        self._leaving: set[int] = set()
        self._stopping = False
        self._status = 0

    def run(self, config: Config, plan: Plan) -> int:
        """Raises StartError, in the process that was started, when the first workers do not come up."""
        if not self._settings.daemon:
            return self._supervise(config, plan, None)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            os.setsid()
            try:
                return self._supervise(config, plan, writing)
            except StartError as error:
                for message in error.messages:
                    self._console.alert(message)
                return 1
        os.close(writing)
        good = bool(os.read(reading, 1))
        os.close(reading)
        if not good:
            os.waitpid(pid, 0)
            raise StartError()
        return 0

    def _supervise(self, config: Config, plan: Plan, report: int | None) -> int:
        # Blocked, and taken one by one with sigwait: nothing here runs inside a signal handler.
        signals.hold()
        pidfile = PidFile(self._settings.pidfile)
        # The workers see the end of this pipe when the master is gone, however it went.
        leash, held = os.pipe()
        status = self._launch(config, plan, leash, held)
        if status is not None:
            return status
        pidfile.write([os.getpid()])
        tell_old(self._settings)
        self._notify("READY=1")
        if report is not None:
            null = os.open(os.devnull, os.O_RDWR)
            self._console.silence()
            leave_terminal(null)
            os.write(report, b"r")
            os.close(report)
        else:
            self._console.ready()
        while self._workers or self._leaving:
            match signal.sigwait(signals.ACTED_ON):
                case signal.SIGCHLD:
                    self._reap()
                case signal.SIGQUIT:
                    self._tell_all(signal.SIGQUIT)
                case signal.SIGUSR2 | signal.SIGHUP:
                    status = self._reload(leash, held)
                    if status is not None:
                        return status
                case number:
                    self._stopping = True
                    self._notify("STOPPING=1")
                    self._tell_all(signal.Signals(number))
        self._console.warning(f"All workers exited. Exiting... ({self._status})")
        return self._status

    def _launch(self, config: Config, plan: Plan, leash: int, held: int) -> int | None:
        """New workers. None in the master; in a worker its exit status."""
        prepared = prepare(config, plan, self._settings, self._console)

        crew = fork_workers(prepared, self._console, leash=leash, in_worker=lambda: os.close(held))
        if crew.status is not None:
            return crew.status
        self._workers = crew.pids
        prepared.listeners.settle()
        prepared.listeners.close()
        for number, pid in enumerate(crew.pids, 1):
            self._console.notice(f"New worker #{number} ({pid}) forked")
        return None

    def _reload(self, leash: int, held: int) -> int | None:
        if self._stopping:
            return None
        self._console.notice("Reloading Steelyard")
        self._notify("RELOADING=1")
        before = self._workers
        try:
            config, plan = self._load()
            status = self._launch(config, plan, leash, held)
        except StartError as error:
            for message in error.messages:
                self._console.alert(message)
            self._console.warning("Loading failure! The former workers go on.")
        else:
            if status is not None:
                return status
            self._leaving.update(before)
            for pid in before:
                kill(pid, signal.SIGUSR1)
            self._console.notice("Loading success.")
        self._notify("READY=1")
        return None

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            # As shells count: 128 and the signal.
            code = code if code >= 0 else 128 - code
            if pid in self._leaving:
                self._leaving.discard(pid)
                self._console.notice(f"Former worker ({pid}) exited with code {code}")
            elif pid in self._workers:
                number = self._workers.index(pid) + 1
                self._workers.remove(pid)
                self._status = max(self._status, code)
                if self._stopping:
                    self._console.notice(f"Current worker #{number} ({pid}) exited with code {code}")
                    continue
                self._console.alert(f"Current worker #{number} ({pid}) exited with code {code}")
                self._console.alert("exit-on-failure: killing every processes with SIGTERM")
                self._stopping = True
                self._status = self._status or 1
                self._tell_all(signal.SIGTERM)

    def _tell_all(self, number: signal.Signals) -> None:
        for pid in (*self._workers, *self._leaving):
            kill(pid, number)

    def _notify(self, state: str) -> None:
        """systemd's protocol: a datagram to the socket that it names (`-Ws`)."""
        path = os.environ.get("NOTIFY_SOCKET")
        if not self._settings.notify_systemd or not path:
            return
        address = "\0" + path[1:] if path.startswith("@") else path
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            try:
                sock.sendto(f"{state}\nMAINPID={os.getpid()}\n".encode(), address)
            except OSError as error:
                self._console.warning(f"cannot notify systemd: {error.strerror}")
