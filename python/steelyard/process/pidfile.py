"""The file of process numbers (`-p`, `pidfile`): opened while there are rights to, written when the processes are there."""

from __future__ import annotations

import os
from collections.abc import Sequence

from steelyard.process.errors import StartError


class PidFile:
    """One number a line."""

    def __init__(self, path: str | None) -> None:
        """Raises StartError."""
        self._fd: int | None = None
        if path is None:
            return
        try:
            self._fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StartError(f"Cannot create pidfile {path} : {error.strerror}") from error

    def write(self, pids: Sequence[int]) -> None:
        """May be called again: a reload has new numbers."""
        if self._fd is None:
            return
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, "".join(f"{pid}\n" for pid in pids).encode(), 0)

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
