"""What the engine tells on its own: requests for services of this side, and the end of a soft stop."""

from __future__ import annotations

import msgspec


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


class Drained(msgspec.Struct, frozen=True, kw_only=True, tag="drained"):
    """After a soft stop: no session is left."""


Event = Service | Drained

_decoder = msgspec.json.Decoder(list[Event])


def decode(data: bytes) -> list[Event]:
    return _decoder.decode(data)
