"""Runs the checks of a process and tells what they find: orders to the engine, lines to the logs and the console.

A check that waits for its time costs one timer. At most `MAX_RUNNING` are on the wire at once; the others queue for a place,
so that thousands of dead servers do not take all descriptors.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from steelyard.config.model import Config
from steelyard.engine.snapshot import Snapshot
from steelyard.health import messages
from steelyard.health.probe import probe
from steelyard.health.result import Code, Result
from steelyard.health.spec import Spec, specs
from steelyard.health.state import Health, Outcome, Turn
from steelyard.health.steps import converse
from steelyard.plan.orders import Log, Order, ServerAdmin, ServerHealth
from steelyard.plan.schema import Plan
from steelyard.plan.schema.server import Server

MAX_RUNNING = 512
_NOTICE = 5
_ALERT = 1
_EMERG = 0


class Engine(Protocol):
    """What checks need of the engine."""

    def order(self, wanted: Sequence[Order]) -> None: ...

    def snapshot(self) -> Snapshot: ...


class Console(Protocol):
    """What checks need of the console."""

    def warning(self, message: str) -> None: ...

    def alert(self, message: str) -> None: ...


class Watch:
    """One checked server: what is to be done, how it stands, what was found last."""

    __slots__ = (
        "changed_at",
        "down_since",
        "downs",
        "downtime",
        "draining",
        "failures",
        "health",
        "last",
        "spec",
        "task",
        "timer",
    )

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.health = Health(spec.rise, spec.fall)
        self.last = Result(Code.INI)
        self.failures = 0
        self.downs = 0
        self.changed_at = time.monotonic()
        self.down_since: float | None = None
        self.draining = False
        self.downtime = 0.0
        self.timer: asyncio.TimerHandle | None = None
        self.task: asyncio.Task[None] | None = None

    def interval_ms(self) -> int:
        if self.health.steady:
            return self.spec.inter
        return self.spec.downinter if self.health.level == 0 else self.spec.fastinter

    def since_change(self) -> int:
        """Seconds since the server came up, went down, or was first known."""
        return int(time.monotonic() - self.changed_at)

    def down_seconds(self) -> int:
        running = time.monotonic() - self.down_since if self.down_since is not None else 0.0
        return int(self.downtime + running)


class Checker:
    """All checks of a process. `start` and `stop` are called inside the running loop."""

    def __init__(self, config: Config, plan: Plan, engine: Engine, console: Console) -> None:
        """Raises SpecError."""
        self._plan = plan
        self._engine = engine
        self._console = console
        self._watches = {(spec.proxy, spec.server): Watch(spec) for spec in specs(config, plan)}
        self._places = asyncio.Semaphore(MAX_RUNNING)
        self._spread = plan.global_.spread_checks / 100

    def watch(self, proxy: int, server: int) -> Watch | None:
        """How a server stands, for the statistics; None where nothing checks it."""
        return self._watches.get((proxy, server))

    def usable(self, proxy: int) -> tuple[int, int]:
        """Active and backup servers of a backend that may be given traffic."""
        active = backup = 0
        backend = self._plan.proxies[proxy].backend
        for index, server in enumerate(backend.servers if backend else []):
            watch = self._watches.get((proxy, index))
            if server.disabled or server.weight == 0 or (watch and (not watch.health.up or watch.health.stopping)):
                continue
            if server.backup:
                backup += 1
            else:
                active += 1
        return active, backup

    def start(self) -> None:
        """First checks are spread over the shortest interval, in order, so that they do not all come at once."""
        loop = asyncio.get_running_loop()
        shortest = min((watch.spec.inter for watch in self._watches.values()), default=0)
        for place, (key, watch) in enumerate(self._watches.items()):
            if self._server(key).disabled:
                continue  # in maintenance: nothing asks it until it is made ready
            watch.timer = loop.call_later(shortest * place / len(self._watches) / 1000, self._begin, key, watch)

    def stop(self) -> None:
        for watch in self._watches.values():
            if watch.timer is not None:
                watch.timer.cancel()
            if watch.task is not None:
                watch.task.cancel()

    def _begin(self, key: tuple[int, int], watch: Watch) -> None:
        watch.task = asyncio.get_running_loop().create_task(self._check(key, watch))

    async def _check(self, key: tuple[int, int], watch: Watch) -> None:
        async with self._places:
            result = await (converse(watch.spec) if watch.spec.steps else probe(watch.spec))
        try:
            self._take(key, watch, result)
        finally:
            # The next one comes an interval after the end of this one, whatever became of it.
            delay = watch.interval_ms() / 1000
            delay += delay * self._spread * random.uniform(-1, 1)
            watch.timer = asyncio.get_running_loop().call_later(delay, self._begin, key, watch)

    def _take(self, key: tuple[int, int], watch: Watch, result: Result) -> None:
        """One result: counted, told, and acted upon."""
        index = key[0]
        proxy, server = self._plan.proxies[index], self._server(key)
        usable_before = sum(self.usable(index))
        outcome = result.code.outcome
        # A server that is down does not come back by a 404, so there it is just a wrong status.
        if result.code is Code.L7OKC and not watch.health.up:
            result = Result(Code.L7STS, result.status, result.info, result.ms)
            outcome = result.code.outcome
        seen_before = watch.last.code
        watch.last = result
        was_up = watch.health.up
        moved, turn = watch.health.take(outcome)
        if outcome is Outcome.FAILED and was_up:
            watch.failures += 1
        orders: list[Order] = []
        # Told when the engine has been: whoever reads that a server is down may rely on it.
        words: list[Callable[[], None]] = []
        told = proxy.options.log_health_checks and (moved or result.code is not seen_before)
        if told:
            line = messages.checked(proxy, server, watch.health, result)
            words.append(partial(self._console.warning, line))
            orders.append(Log(proxy=index, level=_NOTICE, message=line))
        if turn is not None:
            line, verdict = self._turned(key, watch, turn, "" if told else result.reason())
            words.append(partial(self._console.warning, line))
            orders += verdict
            if usable_before and not sum(self.usable(index)):
                # The console's words have quotes around the name, the log's have not.
                words.append(partial(self._console.alert, f"{messages.kind(proxy)} '{proxy.name}' has no server available!"))
                orders.append(
                    Log(proxy=index, level=_EMERG, message=f"{messages.kind(proxy)} {proxy.name} has no server available!")
                )
        if orders:
            self._engine.order(orders)
        for say in words:
            say()

    def _turned(self, key: tuple[int, int], watch: Watch, turn: Turn, reason: str) -> tuple[str, list[Order]]:
        """A server went up, down or is stopping: the line that tells it, and the orders that make it so."""
        index, number = key
        proxy, server = self._plan.proxies[index], self._server(key)
        now = time.monotonic()
        watch.changed_at = now
        active, backup = self.usable(index)
        if turn is Turn.DOWN:
            watch.downs += 1
            watch.down_since = now
            counted = self._engine.snapshot().proxies[index].servers
            sessions, queued = (counted[number].scur, counted[number].qcur) if number < len(counted) else (0, 0)
            line = messages.down(proxy, server, reason, active, backup, sessions, queued)
        elif turn is Turn.UP:
            if watch.down_since is not None:
                watch.downtime += now - watch.down_since
                watch.down_since = None
            line = messages.up(proxy, server, reason, active, backup)
        else:
            line = messages.stopping(proxy, server, reason, active, backup)
        orders: list[Order] = [Log(proxy=index, level=_ALERT if turn is Turn.DOWN else _NOTICE, message=line)]
        if turn is Turn.STOPPING:
            # Draining: visitors with a cookie for this server still reach it.
            watch.draining = True
            return line, [ServerAdmin(proxy=index, server=number, state="drain"), *orders]
        verdict: list[Order] = [ServerHealth(proxy=index, server=number, up=turn is Turn.UP)]
        if watch.draining:
            watch.draining = False
            verdict.append(ServerAdmin(proxy=index, server=number, state="ready"))
        return line, verdict + orders

    def _server(self, key: tuple[int, int]) -> Server:
        backend = self._plan.proxies[key[0]].backend
        assert backend is not None, "only servers of backends are checked"
        return backend.servers[key[1]]
