"""The end of a process that has only read: what a large file became is left to the system, which takes it back at once.

Taking millions of objects apart one by one would be a twentieth of the whole work.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

_held: list[object] = []


def hold(*values: object) -> None:
    """Keeps values until the process ends, which then need not end in order: nothing but output may be left to do."""
    _held.extend(values)


def leave(status: int) -> NoReturn:
    """Raises what the output raises, so that an end of which nobody hears is none."""
    if _held:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(status)
    sys.exit(status)
