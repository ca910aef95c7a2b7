"""The running engine: the only module that touches the native one."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard import _engine
from steelyard.engine import events, snapshot, tables
from steelyard.plan import orders, schema

PlanError = _engine.PlanError
OrderError = _engine.OrderError
EngineError = _engine.EngineError


def check(plan: schema.Plan) -> None:
    """Everything the engine does with a plan short of running it. Raises PlanError."""
    _engine.check_plan(schema.encode(plan))


def version() -> str:
    return _engine.version()


class Engine:
    """One engine a process. All calls may come from one thread; none takes longer than a copy, except `stop`."""

    def __init__(self, plan: schema.Plan) -> None:
        """Every `Bind.fd` of the plan must be an open listening socket. Raises PlanError."""
        self._engine = _engine.Engine(schema.encode(plan))

    def start(self) -> None:
        self._engine.start()

    def order(self, wanted: Sequence[orders.Order]) -> None:
        """All of them or, with OrderError, none."""
        self._engine.order(orders.encode(list(wanted)))

    def snapshot(self) -> snapshot.Snapshot:
        return snapshot.decode(self._engine.snapshot())

    def table(self, table: int, start: tables.Cursor | None = None, most: int = 100) -> tables.Page:
        """At most `most` (1 to 1,000) entries of a stick table, an index in the plan, from `start` on: `next` of the page before.

        Raises OrderError for an unknown table.
        """
        start = start or tables.Cursor()
        return tables.decode(self._engine.table(table, start.shard, start.slot, most))

    def ring(self, index: int) -> bytes | None:
        """The latest lines of a `ring` without servers, by its index in the plan; None where there is no such ring."""
        return self._engine.ring(index)

    def event_fd(self) -> int:
        """Becomes readable when `events` has something to give."""
        return self._engine.event_fd()

    def events(self) -> list[events.Event]:
        return events.decode(self._engine.events())

    def reply(self, token: int, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self._engine.reply(token, status, headers, body)

    def stop(self, grace_ms: int) -> None:
        """Ends the threads; connections that live longer than the grace are closed."""
        self._engine.stop(grace_ms)
