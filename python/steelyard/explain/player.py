"""A configuration with which requests can be tried: for tests and scripts in Python.

from steelyard.explain.player import Player
site = Player("haproxy.cfg")
outcome = site.send("GET", "http://shop.example/cart", src="192.0.2.9")
assert outcome.backend == "shop"
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

from steelyard.config.api import ConfigurationError, load
from steelyard.diagnostics.diagnostic import Report
from steelyard.engine.engine import PlanError
from steelyard.engine.simulation import Outcome, Simulation
from steelyard.explain import message
from steelyard.explain.ask import SOURCE, Ask, case_of
from steelyard.explain.coverage import Coverage
from steelyard.plan.compile import CompileError, compile
from steelyard.plan.schema import Plan

Headers = Mapping[str, str] | Iterable[tuple[str, str]]


class Player:
    """`path` and `more`: configuration files or directories. Turns and variables of the process stay between requests.

    Raises ConfigurationError, with its `report`, for a configuration that can't run.
    """

    def __init__(
        self, path: str | os.PathLike[str], *more: str | os.PathLike[str], environ: Mapping[str, str] | None = None
    ) -> None:
        config = load(path, *more, environ=environ, runnable=True)
        try:
            self.plan: Plan = compile(config)
        except CompileError as error:
            raise ConfigurationError(error.report) from None
        try:
            self._simulation = Simulation(self.plan)
        except PlanError as error:
            report = Report()
            report.alert("SY0902", str(error))
            raise ConfigurationError(report) from None
        self.coverage = Coverage(self.plan)
        self._now: float | None = None
        self.last: Outcome | None = None
        """What became of the latest request."""

    def restart(self) -> None:
        """Forgets turns, variables and tables, as a start of the process does; what was covered stays."""
        self._simulation = Simulation(self.plan)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Headers = (),
        body: bytes = b"",
        frontend: str | None = None,
        src: str = SOURCE,
        dst: str | None = None,
        response: bytes | None = None,
        now: float | None = None,
        servers: Mapping[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
        reused: bool = False,
        after: float = 0,
        random: int = 0,
    ) -> Outcome:
        """Plays an HTTP request. `servers` and `proxies`: states by name, see `Ask`. `reused`: on the connection of the request
        before. `after`: the clock moves on by so many seconds. Raises AskError or MessageError.
        """
        pairs = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
        ask = Ask(
            request=message.request(method, url, pairs, body),
            frontend=frontend,
            port=message.port_of(url),
            src=src,
            dst=dst,
            response=response,
            now=now,
            servers=servers or {},
            proxies=proxies or {},
            reused=reused,
            random=random,
        )
        return self.play(ask, after=after)

    def play(self, ask: Ask, *, after: float = 0) -> Outcome:
        """Plays any question: raw bytes, mode tcp. Raises AskError.

        The clock stands still from one question to the next, but for `after` (seconds) and for what the question itself says.
        """
        now = ask.now
        if now is None:
            now = (time.time() if self._now is None else self._now) + after
        self._now, ask = now, replace(ask, now=now)
        self.last = outcome = self._simulation.play(case_of(ask, self.plan))
        self.coverage.add(outcome)
        return outcome
