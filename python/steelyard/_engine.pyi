"""The engine: the whole seam between Python and Rust.

Documents pass as JSON bytes: the plan (`steelyard.plan.schema`), orders, events, snapshots. Every call that can take
time lets other Python threads run.
"""

from typing import final

__all__ = ["Engine", "EngineError", "OrderError", "PlanError", "Simulation", "capabilities", "check_plan", "version"]

class PlanError(ValueError):
    """A plan that can't be run."""

class OrderError(ValueError):
    """Orders that can't be carried out; nothing was changed."""

class EngineError(RuntimeError):
    """The engine can't do that now."""

@final
class Engine:
    """A compiled plan and, once started, the threads that run it."""

    def __new__(cls, plan: bytes) -> Engine:
        """Compile a plan; raises PlanError. `Bind.fd` must be set. Starts no thread: the process may still fork."""

    def start(self) -> None:
        """Start the worker threads; raises EngineError, and then nothing runs."""

    def order(self, orders: bytes) -> None:
        """Carry out a JSON list of orders: all of them, or none (OrderError)."""

    def snapshot(self) -> bytes:
        """The state of the engine as JSON, with the field names of HAProxy's statistics."""

    def table(self, table: int, shard: int, slot: int, most: int) -> bytes:
        """Some entries of a stick table as JSON, at most `most` (1 to 1,000), from the place where the page before ended.

        `table` is an index in the plan; the first page begins at shard 0, slot 0. Raises OrderError for an unknown table.
        """

    def ring(self, index: int) -> bytes | None:
        """The latest lines of a `ring` without servers (its index in the plan); None where there is no such ring."""

    def event_fd(self) -> int:
        """A descriptor that is readable while events wait; it belongs to the engine."""

    def events(self) -> bytes:
        """Take the waiting events as a JSON list; never blocks."""

    def reply(self, token: int, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer a `service` event; dropped when the client has left."""

    def stop(self, grace_ms: int) -> None:
        """Stop accepting, give connections `grace_ms` to end, then end the threads and wait for them."""

@final
class Simulation:
    """A compiled plan in which requests are played without sockets. Turns and variables of the process stay between cases."""

    def __new__(cls, plan: bytes) -> Simulation:
        """Compile a plan; raises PlanError."""

    def play(self, case: bytes) -> bytes:
        """Play one case, JSON in, outcome as JSON out (`steelyard.engine.simulation`); ValueError when the case is wrong."""

def check_plan(plan: bytes) -> None:
    """Compile a plan and throw the result away; raises PlanError."""

def capabilities() -> bytes:
    """The names of fetches, converters, actions and log aliases that the engine implements, as JSON."""

def version() -> str:
    """The version of the engine."""
