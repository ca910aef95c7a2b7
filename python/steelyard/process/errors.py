"""Why a process does not start."""

from __future__ import annotations


class StartError(Exception):
    """One line for each thing that is wrong, in HAProxy's words where it has some. Nothing is left half-started."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages
