"""Traces of real requests, on their way out.

The engine hands a trace over and forgets it; a thread of this side writes it, so that neither traffic nor checks ever wait for a
slow file or terminal. What finds the queue full is dropped, counted, and said at the next chance.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Sequence

import msgspec

from steelyard.engine.events import Traced
from steelyard.explain import document, secrets, text
from steelyard.plan.schema import Plan
from steelyard.plan.schema.global_ import Tracing
from steelyard.process.errors import StartError
from steelyard.process.trace_settings import TraceSettings

# Traces that wait to be written.
_MOST_WAITING = 200
# What the end of the process waits for them, seconds.
_FAREWELL_S = 1.0


def with_tracing(plan: Plan, settings: TraceSettings) -> Plan:
    """The plan with what the engine must know of it."""
    tracing = Tracing(header=settings.header, sources=list(settings.sources))
    return msgspec.structs.replace(plan, global_=msgspec.structs.replace(plan.global_, tracing=tracing))


def open_target(settings: TraceSettings) -> int:
    """A descriptor of its own to write to. Raises StartError."""
    if settings.to in ("stdout", "stderr"):
        return os.dup(1 if settings.to == "stdout" else 2)
    try:
        return os.open(settings.to, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise StartError(f"cannot open '{settings.to}' for traces: {error.strerror}") from error


class TraceWriter:
    """Writes traces on a thread of its own. Belongs to one process: made after forks."""

    def __init__(self, settings: TraceSettings, fd: int, files: Sequence[str]) -> None:
        """`files`: those of the plan, which places in the configuration count."""
        self._settings = settings
        self._fd = fd
        self._files = files
        self._waiting: queue.Queue[Traced | None] = queue.Queue(_MOST_WAITING)
        self._untold = 0
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="traces", daemon=True)
        self._thread.start()

    def take(self, traced: Traced) -> None:
        """Never waits."""
        try:
            self._waiting.put_nowait(traced)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Gives what waits a moment to get out."""
        try:
            self._waiting.put(None, timeout=_FAREWELL_S)
        except queue.Full:
            return
        self._thread.join(_FAREWELL_S)

    def _run(self) -> None:
        while (traced := self._waiting.get()) is not None:
            data = self._render(traced)
            try:
                while data:
                    data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                self.dropped += 1
            except OSError:
                return  # whoever read this has gone; traffic goes on

    def _render(self, traced: Traced) -> bytes:
        shown = traced if self._settings.show_secrets else secrets.hidden(traced)
        missing, self._untold = self.dropped - self._untold, self.dropped
        if self._settings.as_json:
            made = document.traced(shown, self._files)
            return msgspec.json.encode({**made, "dropped_before": missing} if missing else made) + b"\n"
        note = f"--- {missing} traces were dropped here\n\n" if missing else ""
        return (note + text.render_traced(shown, self._files)).encode("utf-8", "backslashreplace")
