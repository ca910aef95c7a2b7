"""Lines on standard error, under HAProxy's levels and in its form: `[ALERT]    (pid) : text`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


class StderrConsole:
    """`quiet`: as HAProxy, everything is told until the process has started, and from then on only what went wrong here.

    `welcome`: what to say once everything runs.
    """

    def __init__(self, *, quiet: bool = False, welcome: Sequence[str] = ()) -> None:
        self._quiet = quiet
        self._starting = True
        self._welcome = welcome

    def alert(self, message: str) -> None:
        self._say("ALERT", message)

    def warning(self, message: str) -> None:
        if self._starting or not self._quiet:
            self._say("WARNING", message)

    def notice(self, message: str) -> None:
        if not self._quiet:
            self._say("NOTICE", message)

    def ready(self) -> None:
        self._starting = False
        for line in self._welcome:
            print(line, flush=True)

    def silence(self) -> None:
        self._quiet = True
        self._starting = False

    def _say(self, level: str, message: str) -> None:
        # One write a line: several processes share the stream.
        try:
            sys.stderr.write(f"{f'[{level}]':<10} ({os.getpid()}) : {message}\n")
            sys.stderr.flush()
        except OSError:
            pass  # whoever read this stream has gone; traffic goes on
