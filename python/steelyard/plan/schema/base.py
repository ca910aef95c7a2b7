"""What every struct of the plan is: fields by name only, unknown ones refused, every field always written."""

from __future__ import annotations

import msgspec


class Node(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=False):
    """Base of the plan's structs. A variant of a union adds `tag=...` and gets the `type` field."""


class At(Node, frozen=True):
    """Where a thing was written: index in `Plan.files`, and the line, from 1."""

    file: int = 0
    line: int = 0
