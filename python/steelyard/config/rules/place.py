"""Where an expression stands: this decides which fetches, actions and log aliases are valid there."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

from steelyard.config.record import Record

if TYPE_CHECKING:
    from steelyard.config.index import Index

SectionKind = Literal["global", "defaults", "frontend", "backend", "listen"]


class Place(Record):
    """`mode` is the proxy's where it is known on this line (defaults counted), else None and nothing is held against it.

    `ruleset` is the rule set (`http-request`, `tcp-request content`, ...) or the keyword that the expression belongs to
    (`use_backend`, `use-server`, `log-format`, `unique-id-format`, `acl`, `balance`, `monitor`, `stats http-request`, ...).

    `experimental`: `global` has asked for words that HAProxy calls experimental. `lua`: it loads Lua files, which may bring
    words of their own. `directory`: where relative names of files start, empty for where the process was started.
    `counters`: `tune.stick-counters`.

    `acls`: names that ACLs above have; None where that is not known, and nothing is held against a name.

    `index`: hears of names that are used, where somebody wants to know.
    """

    section: SectionKind
    proxy: str
    mode: Literal["tcp", "http"] | None
    ruleset: str = ""
    experimental: bool = False
    lua: bool = False
    directory: str = ""
    counters: int = 3
    acls: Collection[str] | None = None
    index: Index | None = None
