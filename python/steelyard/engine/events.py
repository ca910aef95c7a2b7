"""What the engine tells on its own: requests for services of this side, traces, and the end of a soft stop."""

from __future__ import annotations

import msgspec

from steelyard.engine.simulation import Message, Outcome


class Service(msgspec.Struct, frozen=True, kw_only=True, tag="service"):
    """A request that is answered here: `Engine.reply(token, ...)`. `proxy`: index in the plan."""

    token: int
    service: str
    proxy: int
    method: str
    uri: str
    headers: list[tuple[str, str]]
    src: str

    def header(self, name: str) -> str | None:
        """The first line of that name (lower case)."""
        return next((value for key, value in self.headers if key.lower() == name), None)


class Resolve(msgspec.Struct, frozen=True, kw_only=True, tag="resolve"):
    """A name to look up by a `resolvers` section: `Engine.reply(token, 200, [], address)`, empty where there is none.

    `family`: 4 or 6 is preferred, 0 for none.
    """

    token: int
    resolvers: str
    name: str
    family: int


class LogLost(msgspec.Struct, frozen=True, kw_only=True, tag="log_lost"):
    """The first line for that target, as a `log` line names it, that nobody took."""

    target: str


class Drained(msgspec.Struct, frozen=True, kw_only=True, tag="drained"):
    """After a soft stop: no session is left."""


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """As in the log: milliseconds, -1 where the stage was not reached."""

    request: int
    queue: int
    connect: int
    response: int
    total: int


class Traced(msgspec.Struct, frozen=True, kw_only=True, tag="trace"):
    """A real request that asked for its trace. `date`: seconds and microseconds since the epoch. `received`: as it came.

    `secrets`: whole values of headers that must not be shown; see `steelyard.explain.secrets`.
    """

    id: str
    date: tuple[int, int]
    src: str | None
    dst: str | None
    frontend: str
    received: Message
    secrets: list[str]
    times: Times
    outcome: Outcome


Event = Service | Resolve | Traced | LogLost | Drained

_decoder = msgspec.json.Decoder(list[Event])


def decode(data: bytes) -> list[Event]:
    return _decoder.decode(data)
