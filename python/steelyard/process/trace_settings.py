"""What the command line wants of traces of real requests."""

from __future__ import annotations

from dataclasses import dataclass

HEADER = "X-Steelyard-Trace"
SOURCES = (("127.0.0.0", 8), ("::1", 128))
"""Who may ask where nothing is said: this machine."""


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """`sources`: networks, address and prefix length. `to`: `stderr`, `stdout` or a file, to which is appended.

    `show_secrets`: credentials and cookies are written as they are.
    """

    header: str = HEADER
    sources: tuple[tuple[str, int], ...] = SOURCES
    to: str = "stderr"
    as_json: bool = False
    show_secrets: bool = False
