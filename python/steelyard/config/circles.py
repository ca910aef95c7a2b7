"""Names that lead to each other: which lead back to themselves, and how long the ways are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def circles(edges: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """A number for every name that is in a circle, the same for all that lead to each other; other names are not in it.

    Takes a time in proportion to names and edges, and no depth of the interpreter's stack (Tarjan's algorithm).
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []  # names whose circle is not known yet, in the order in which they were met
    found: dict[str, int] = {}
    for start in edges:
        if start in order:
            continue
        path = [(start, iter(edges[start]))]
        order[start] = low[start] = len(order)
        open_.append(start)
        while path:
            name, rest = path[-1]
            ahead = next((each for each in rest if each in edges), None)
            if ahead is None:
                path.pop()
                if path:
                    before = path[-1][0]
                    low[before] = min(low[before], low[name])
                if low[name] == order[name]:
                    _close(name, open_, low, edges, found)
            elif ahead not in order:
                order[ahead] = low[ahead] = len(order)
                open_.append(ahead)
                path.append((ahead, iter(edges[ahead])))
            else:
                low[name] = min(low[name], low[ahead])
    return found


def _close(name: str, open_: list[str], low: dict[str, int], edges: Mapping[str, Sequence[str]], found: dict[str, int]) -> None:
    """Takes the names that were met since `name`: they all lead to each other, or it is one alone."""
    members = [name]
    while open_[-1] != name:
        members.append(open_.pop())
    open_.pop()
    if len(members) > 1 or name in edges[name]:
        found.update(dict.fromkeys(members, low[name]))
    for member in members:
        low[member] = len(edges) * 2  # decided: nothing that leads here gets its number


def lengths(edges: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many names the longest way from each has, itself counted. There must be no circle."""
    found: dict[str, int] = {}
    for start in edges:
        path = [start]
        while path:
            name = path[-1]
            ahead = [each for each in edges[name] if each in edges]
            missing = [each for each in ahead if each not in found]
            if missing:
                path += missing
            else:
                found[path.pop()] = 1 + max((found[each] for each in ahead), default=0)
    return found
