"""Entries of stick tables as the engine tells them: the twin of `table/page.rs`."""

from __future__ import annotations

import msgspec


class Cursor(msgspec.Struct, frozen=True):
    """Where a page begins."""

    shard: int = 0
    slot: int = 0


class Entry(msgspec.Struct, frozen=True, kw_only=True, rename={"trackers": "use"}):
    """One key and what is known of it.

    `key` is text, base64 where `base64` is true. `exp`: milliseconds that it still has, None for ever.

    `data`: values by HAProxy's names, elements of arrays in order. `server`: the server that last took the key, by the plan's
    indices of proxy and server.
    """

    key: str
    base64: bool = False
    trackers: int = 0
    exp: int | None = None
    shard: int = 0
    data: dict[str, list[int]] = {}
    server: tuple[int, int] | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some entries of a table. `next`: where the next page begins, None after the last one."""

    name: str
    type: str
    size: int
    used: int
    entries: list[Entry]
    next: Cursor | None = None


def decode(data: bytes) -> Page:
    return msgspec.json.decode(data, type=Page)
