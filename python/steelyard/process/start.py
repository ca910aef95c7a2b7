"""From a checked configuration to running processes. Nothing starts unless everything can.

The order: identity looked up, limits, sockets bound, the plan compiled by an engine, older processes told, forks, identity
taken on, threads started. A fork returns twice, so functions here return the exit status of whichever process they return in.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from steelyard.config.model import Config
from steelyard.engine.engine import EngineError, PlanError
from steelyard.plan.schema import Plan
from steelyard.process import identity, limits, listeners, signals
from steelyard.process.console import Console
from steelyard.process.errors import StartError
from steelyard.process.identity import Identity
from steelyard.process.listeners import Listeners
from steelyard.process.pidfile import PidFile
from steelyard.process.settings import Settings
from steelyard.process.tracing import TraceWriter, open_target, with_tracing
from steelyard.process.worker import Worker

# While older processes are told to go, their ports may be in use for a moment.
_PATIENCE_S = 1.0


@dataclass(slots=True)
class Prepared:
    """All that needs the rights of whoever started this, done."""

    config: Config
    settings: Settings
    identity: Identity
    listeners: Listeners
    trace_fd: int = -1


@dataclass(slots=True)
class Crew:
    """What `fork_workers` did. In a worker, `status` is its exit status; in the parent it is None and `pids` are the workers."""

    pids: list[int]
    status: int | None = None


def prepare(config: Config, plan: Plan, settings: Settings, console: Console) -> Prepared:
    """Raises StartError, with everything undone."""
    who = identity.resolve(config.global_)
    count = listeners.count(plan)
    if count == 0:
        raise StartError("No enabled listener found (check for 'bind' directives) ! Exiting.")
    checks = sum(each.check for proxy in plan.proxies if proxy.backend for each in proxy.backend.servers)
    needed = limits.descriptors_needed(plan.global_.maxconn, count, checks, plan.global_.nbthread)
    limits.raise_descriptors(config.global_, needed, console.warning)
    if settings.memory_mb:
        limits.limit_memory(settings.memory_mb)
    signals.hold()
    patience = _PATIENCE_S if settings.old_pids else 0.0
    trace_fd = open_target(settings.trace) if settings.trace is not None else -1
    opened = listeners.open_all(config, plan, reuseport=settings.reuseport, patience=patience)
    return Prepared(config, settings, who, opened, trace_fd)


def start(config: Config, plan: Plan, settings: Settings, console: Console) -> int:
    """Runs a configuration without a master. Raises StartError before anything runs."""
    pidfile = PidFile(settings.pidfile)
    prepared = prepare(config, plan, settings, console)
    if settings.daemon:
        crew = fork_workers(prepared, console)
        if crew.status is not None:
            return crew.status
        pidfile.write(crew.pids)
        tell_old(settings)
        prepared.listeners.settle()
        return 0

    def ready() -> None:
        prepared.listeners.settle()
        prepared.listeners.close()
        console.ready()

    def last_rights() -> None:
        pidfile.write([os.getpid()])
        pidfile.close()
        tell_old(settings)

    try:
        return work(prepared, 1, console, ready, last_rights=last_rights)
    except StartError:
        prepared.listeners.give_up()
        raise


def fork_workers(
    prepared: Prepared,
    console: Console,
    *,
    leash: int | None = None,
    in_worker: Callable[[], None] | None = None,
) -> Crew:
    """`nbproc` workers that share the listening sockets. Raises StartError in the parent when one does not come up.

    `leash`: a descriptor whose other end the master alone holds; its end is the worker's. `in_worker` runs first in each.
    """
    reading, writing = os.pipe()
    pids: list[int] = []
    for number in range(1, prepared.settings.processes + 1):
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            if in_worker is not None:
                in_worker()
            return Crew([], _as_child(prepared, number, console, writing, leash))
        pids.append(pid)
    os.close(writing)
    ready = 0
    while ready < len(pids) and (chunk := os.read(reading, 64)):
        ready += len(chunk)
    os.close(reading)
    if ready < len(pids):
        # One ended, and said why, before it was ready: none of them stays.
        for pid in pids:
            kill(pid, signal.SIGTERM)
        for pid in pids:
            os.waitpid(pid, 0)
        prepared.listeners.give_up()
        raise StartError()
    return Crew(pids)


def _as_child(prepared: Prepared, number: int, console: Console, writing: int, leash: int | None) -> int:
    """A worker: reports by one byte on the pipe."""
    alone = prepared.settings.daemon and not prepared.settings.master_worker
    null = -1
    if alone:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)  # while there is a /dev

    def ready() -> None:
        prepared.listeners.close()
        if alone:
            console.silence()
            leave_terminal(null)
        os.write(writing, b"r")
        os.close(writing)

    try:
        return work(prepared, number, console, ready, leash=leash)
    except StartError as error:
        for message in error.messages:
            console.alert(message)
        return 1


def work(
    prepared: Prepared,
    number: int,
    console: Console,
    ready: Callable[[], None],
    *,
    last_rights: Callable[[], None] | None = None,
    leash: int | None = None,
) -> int:
    """This process carries traffic from here on. `last_rights` runs before its rights are given up. Raises StartError."""
    plan = prepared.listeners.plan
    plan = msgspec.structs.replace(plan, global_=msgspec.structs.replace(plan.global_, process=number))
    trace = prepared.settings.trace
    try:
        worker = Worker(prepared.config, plan if trace is None else with_tracing(plan, trace), console)
    except PlanError as error:
        raise StartError(str(error)) from error
    if last_rights is not None:
        last_rights()
    prepared.identity.take_on()
    if trace is not None:
        worker.write_traces(TraceWriter(trace, prepared.trace_fd, plan.files))
    try:
        return worker.run(ready, leash)
    except EngineError as error:
        raise StartError(f"the engine does not start: {error}") from error


def tell_old(settings: Settings) -> None:
    """`-sf` and `-st`: asks the processes before this one to leave."""
    for pid in settings.old_pids:
        kill(pid, settings.old_signal)


def kill(pid: int, number: signal.Signals) -> None:
    """A process that is gone, or is someone else's by now, is what was wanted."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def leave_terminal(null: int) -> None:
    """The standard streams lead nowhere; descriptors 0 to 2 stay taken so that no socket gets them."""
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    if null > 2:
        os.close(null)
