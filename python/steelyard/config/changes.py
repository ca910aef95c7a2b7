"""One change between two configurations, and the changes of a list whose order counts."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from steelyard.config.expr import Rule
from steelyard.config.model import Capture, Said, UseBackend, UseServer
from steelyard.config.show import show
from steelyard.config.span import NOWHERE, Span

What = Literal["added", "removed", "changed", "moved", "renamed"]


@dataclass(frozen=True, slots=True)
class Change:
    """`object`: from the section inwards, as `("backend app", "server s1")`. `field`: what of it, as `weight` or `http-request`;
    empty where the whole object came or went. `old` and `new`: as they are written, empty for what is not there.

    `at`: the place in its list, from 1, where order counts (the new place, the old one of what is removed); else 0.
    """

    what: What
    object: tuple[str, ...]
    field: str = ""
    old: str = ""
    new: str = ""
    at: int = 0
    old_span: Span = NOWHERE
    new_span: Span = NOWHERE


def span_of(value: Any) -> Span:
    found = getattr(value, "span", NOWHERE)
    return found if isinstance(found, Span) else NOWHERE


def sequence(name: tuple[tuple[str, ...], str], old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    """Things whose order counts. What goes at one place and comes at another has moved."""
    place, field = name
    one, other = [key(each) for each in old], [key(each) for each in new]
    gone: list[int] = []
    came: list[int] = []
    for tag, start, end, first, last in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += range(start, end)
            came += range(first, last)
    moved = _pairs(gone, came, one, other)
    gone, came = _left(gone, came, moved)
    changed = _pairs(gone, came, [_about(each) for each in old], [_about(each) for each in new])
    gone, came = _left(gone, came, changed)
    for at in sorted((*moved, *changed, *came)):
        what: What = "moved" if at in moved else "changed" if at in changed else "added"
        was = moved.get(at, changed.get(at, -1))
        before, span = ("", NOWHERE) if was < 0 else (show(old[was]), span_of(old[was]))
        yield Change(what, place, field, before, show(new[at]), at + 1, span, span_of(new[at]))
    for was in gone:
        yield Change("removed", place, field, show(old[was]), "", was + 1, span_of(old[was]), NOWHERE)


def _pairs(gone: Sequence[int], came: Sequence[int], one: Sequence[Hashable], other: Sequence[Hashable]) -> dict[int, int]:
    """What came with what went, where their keys are equal."""
    places: dict[Hashable, list[int]] = {}
    for was in gone:
        places.setdefault(one[was], []).append(was)
    return {at: places[other[at]].pop(0) for at in came if places.get(other[at])}


def _left(gone: Sequence[int], came: Sequence[int], pairs: dict[int, int]) -> tuple[list[int], list[int]]:
    used = set(pairs.values())
    return [was for was in gone if was not in used], [at for at in came if at not in pairs]


def _about(value: Any) -> Hashable:
    """What a line is about: a rule that does the same to the same thing has changed, another one has come instead."""
    if isinstance(value, Rule):
        name = next((item for name, item in value.action.fields if name == "name"), None)
        return value.action.name, key(name)
    return key(value.name) if isinstance(value, (UseBackend, UseServer, Capture, Said)) else type(value).__name__


def key(value: Any) -> Hashable:
    """What a value means, without where and how it was written."""
    if isinstance(value, Span):
        return None
    if isinstance(value, (tuple, list)):
        return tuple(map(key, value))
    if is_dataclass(value) and not isinstance(value, type):
        kept = (field.name for field in fields(value) if field.name not in ("span", "text"))
        return (type(value).__name__, *(key(getattr(value, name)) for name in kept))
    if isinstance(value, dict):
        return tuple(sorted((name, key(item)) for name, item in value.items()))
    plain: Hashable = value
    return plain
