"""Rise and fall: what a run of check results makes of a server. No clock, no socket."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """What one check found. `CONDITIONAL`: alive, wants no new visitors (`http-check disable-on-404`)."""

    PASSED = "succeeded"
    CONDITIONAL = "conditionally succeeded"
    FAILED = "failed"


class Turn(Enum):
    """A change of state that is to be told."""

    UP = "UP"
    DOWN = "DOWN"
    STOPPING = "stopping"


@dataclass(slots=True)
class Health:
    """`level` runs from 0 to `rise + fall - 1`; from `rise` on the server is up. It starts at `rise`: up, on probation.

    So the first failure takes a server down that has never passed, and the first pass makes it fully healthy.
    """

    rise: int
    fall: int
    level: int = -1
    stopping: bool = False

    def __post_init__(self) -> None:
        if self.level < 0:
            self.level = self.rise

    @property
    def up(self) -> bool:
        return self.level >= self.rise

    @property
    def steady(self) -> bool:
        """Neither on its way up nor down: checks come at the plain interval."""
        return self.level == self.rise + self.fall - 1

    def take(self, outcome: Outcome) -> tuple[bool, Turn | None]:
        """Counts a result. Whether the level moved, and what the server turned into."""
        before, was_up = self.level, self.up
        if outcome is Outcome.FAILED:
            if self.level > 0:
                self.level -= 1
                if self.level < self.rise:
                    self.level = 0
        elif self.level < self.rise + self.fall - 1:
            self.level += 1
            if self.level >= self.rise:
                self.level = self.rise + self.fall - 1
        return self.level != before, self._turn(outcome, was_up)

    def _turn(self, outcome: Outcome, was_up: bool) -> Turn | None:
        if was_up and not self.up:
            self.stopping = False
            return Turn.DOWN
        if self.up and outcome is Outcome.CONDITIONAL and not self.stopping:
            # A server that was down does not come up by this: HAProxy, too, waits for a real pass.
            self.stopping = True
            return Turn.STOPPING
        if self.up and outcome is Outcome.PASSED and (self.stopping or not was_up):
            self.stopping = False
            return Turn.UP
        return None

    def score(self) -> str:
        """As log lines show it: `2/3 UP`, `0/2 DOWN`."""
        if self.up:
            return f"{self.level - self.rise + 1}/{self.fall} UP"
        return f"{self.level}/{self.rise} DOWN"
