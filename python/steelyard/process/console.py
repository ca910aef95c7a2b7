"""Where a process says things before and while it runs. `cli/` makes one; nothing else prints."""

from __future__ import annotations

from typing import Protocol


class Console(Protocol):
    """Lines for whoever started the process, under HAProxy's levels."""

    def alert(self, message: str) -> None: ...

    def warning(self, message: str) -> None: ...

    def notice(self, message: str) -> None: ...

    def ready(self) -> None:
        """Everything runs: what is to be said once."""

    def silence(self) -> None:
        """The process went to the background: nobody reads on."""
