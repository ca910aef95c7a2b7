"""A process that carries traffic: the engine, its checks and its services, until a signal ends it.

Everything that may be needed later is imported here, at the top: after `chroot` there are no files to import from.
"""

from __future__ import annotations

import asyncio
import encodings.idna
import encodings.latin_1
import signal
import time
import traceback
from collections.abc import Callable

import msgspec

from steelyard.config.model import Config
from steelyard.config.name_servers import resolvers
from steelyard.discovery.lookup import Lookup
from steelyard.engine.engine import Engine
from steelyard.engine.events import Drained, LogLost, Resolve, Service, Traced
from steelyard.health.checker import Checker
from steelyard.plan.orders import Log, Order, SoftStop
from steelyard.plan.schema import Plan
from steelyard.process import dump, signals
from steelyard.process.console import Console
from steelyard.process.tracing import TraceWriter
from steelyard.stats import service as stats_service

_PRELOADED = (encodings.idna, encodings.latin_1)
# Upper bound for one drain of the loop between a hard stop and the end of the threads.
_STOP_GRACE_MS = 0
_WARNING = 4


class Worker:
    """One engine and what steers it. `run` returns the exit status."""

    def __init__(self, config: Config, plan: Plan, console: Console) -> None:
        """Compiles the plan; no thread yet, so that the process may still fork and change its user. Raises PlanError."""
        self._console = console
        self._engine = Engine(plan)
        # The engine has what the files of patterns hold; a map may be large.
        self._plan = msgspec.structs.replace(plan, pattern_files=[])
        self._checker = Checker(config, plan, self._engine, console)
        # The machine's own name servers are read while the file can be seen.
        self._lookup = Lookup(resolvers(config))
        self._lookups: set[asyncio.Task[None]] = set()
        self._started = time.time()
        self._stopping = False
        self._traces: TraceWriter | None = None
        time.localtime()  # reads the zone's file while it can be seen

    def write_traces(self, writer: TraceWriter) -> None:
        """Where traces of requests go, before `run`."""
        self._traces = writer

    def run(self, ready: Callable[[], None], leash: int | None = None) -> int:
        """Starts, calls `ready`, and works until told to stop, or until the other end of the leash is gone."""
        return asyncio.run(self._work(ready, leash))

    async def _work(self, ready: Callable[[], None], leash: int | None) -> int:
        loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = loop.create_future()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end, 0)
        loop.add_signal_handler(signal.SIGUSR1, self._soft_stop)
        loop.add_signal_handler(signal.SIGHUP, self._dump)
        loop.add_signal_handler(signal.SIGQUIT, self._dump_totals)
        signals.release()
        self._engine.start()
        loop.add_reader(self._engine.event_fd(), self._on_events)
        if leash is not None:
            loop.add_reader(leash, self._end, 0)
        self._checker.start()
        try:
            ready()
            return await self._ended
        finally:
            self._checker.stop()
            self._lookup.stop()
            loop.remove_reader(self._engine.event_fd())
            self._engine.stop(_STOP_GRACE_MS)
            if self._traces is not None:
                self._on_events()
                self._traces.close()

    async def _look_up(self, event: Resolve) -> None:
        address = await self._lookup.address(event.resolvers, event.name, event.family)
        self._engine.reply(event.token, 200, [], address.encode())

    def _end(self, status: int) -> None:
        if not self._ended.done():
            self._ended.set_result(status)

    def _soft_stop(self) -> None:
        if self._stopping:
            return
        self._stopping = True
        snapshot = self._engine.snapshot()
        orders: list[Order] = []
        for proxy, counted in zip(self._plan.proxies, snapshot.proxies):
            front = counted.frontend.stot if counted.frontend else 0
            back = counted.backend.stot if counted.backend else 0
            line = f"Proxy {proxy.name} stopped (cumulated conns: FE: {front}, BE: {back})."
            self._console.warning(line)
            orders.append(Log(proxy=counted.index, level=_WARNING, message=line))
        self._engine.order([*orders, SoftStop()])
        limit = self._plan.global_.hard_stop_after
        if limit:
            asyncio.get_running_loop().call_later(limit / 1000, self._hard_stop)

    def _hard_stop(self) -> None:
        self._console.warning("soft-stop running for too long, performing a hard-stop.")
        self._end(0)

    def _dump(self) -> None:
        lines = dump.states(self._plan, self._engine.snapshot(), self._checker)
        for _, line in lines:
            self._console.warning(line)
        self._engine.order([Log(proxy=proxy, level=5, message=line) for proxy, line in lines if proxy is not None])

    def _dump_totals(self) -> None:
        dropped = self._traces.dropped if self._traces is not None else None
        for line in dump.totals(self._engine.snapshot(), dropped):
            self._console.notice(line)

    def _on_events(self) -> None:
        for event in self._engine.events():
            match event:
                case Drained():
                    if self._stopping:
                        self._end(0)
                case LogLost():
                    self._console.warning(f"log lines for {event.target} are lost: nobody takes them (SIGQUIT tells how many).")
                case Service():
                    self._serve(event)
                case Resolve():
                    task = asyncio.get_running_loop().create_task(self._look_up(event))
                    self._lookups.add(task)
                    task.add_done_callback(self._lookups.discard)
                case Traced():
                    if self._traces is not None:
                        self._traces.take(event)

    def _serve(self, event: Service) -> None:
        """One request for a page made here. A mistake in making it must neither end the process nor hang the client."""
        try:
            answer = stats_service.answer(event, self._plan, self._engine.snapshot(), self._checker)
        except Exception:  # the client gets a 500, the operator the reason
            self._console.alert(f"service '{event.service}' failed:\n{traceback.format_exc()}")
            answer = stats_service.FAILED
        self._engine.reply(event.token, answer.status, answer.headers, answer.body)
