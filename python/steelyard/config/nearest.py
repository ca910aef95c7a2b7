"""The nearest known word to an unknown one, for `did you mean`."""

from __future__ import annotations

from collections.abc import Iterable, Set

WORK = 3_000_000
"""Characters and words compared in one run, about a second: a file of nothing but mistakes must not take minutes."""


class _Budget:
    """What is left of the work. One for the whole process, since a guess is never worth waiting for; each run begins anew."""

    left = WORK


def begin() -> None:
    """A new run may guess again."""
    _Budget.left = WORK


def nearest(word: str, known: Iterable[str]) -> str:
    """The closest of `known` within a third of the word's length (at least one, at most four edits), or empty.

    Something of the word must be left: one letter is no guess for another. Of several in a set the first of the alphabet is
    taken, so that two runs say the same.
    """
    if len(word) > 64 or _Budget.left <= 0:
        return ""
    limit = min(4, max(1, (len(word) + 1) // 3))
    best, best_distance = "", limit + 1
    ties = isinstance(known, Set)
    for candidate in known:
        _Budget.left -= 1
        if abs(len(candidate) - len(word)) < best_distance + ties:
            _Budget.left -= len(word) * len(candidate)
            distance = edits(word.lower(), candidate.lower(), best_distance + ties)
            if distance >= max(len(word), len(candidate)):
                continue
            if distance < best_distance or (ties and distance == best_distance and best and candidate < best):
                best, best_distance = candidate, distance
        if _Budget.left <= 0:
            break
    return best


def edits(a: str, b: str, limit: int) -> int:
    """Insertions, deletions, replacements and swaps of neighbours from `a` to `b`; `limit` or more stops the count."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before = before, row
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) >= limit:
            return limit
    return row[-1]
