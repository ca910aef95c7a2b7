"""Circles of names, against all paths that there are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from steelyard.config.circles import circles, lengths

NAMES = "abcdef"


def _reached(edges: dict[str, list[str]], start: str) -> set[str]:
    seen: set[str] = set()
    ahead = list(edges[start])
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += edges.get(name, [])
    return seen


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES + "z"), max_size=3)))
def test_circles(edges: dict[str, list[str]]) -> None:
    reached = {name: _reached(edges, name) for name in edges}
    found = circles(edges)
    assert set(found) == {name for name in edges if name in reached[name]}
    for one in found:
        for other in found:
            assert (found[one] == found[other]) == (other in reached[one] and one in reached[other])


def test_a_long_way_round() -> None:
    count = 50_000
    edges = {str(number): [str((number + 1) % count)] for number in range(count)}
    assert len(set(circles(edges).values())) == 1
    edges["9"] = []
    assert circles(edges) == {}
    assert max(lengths(edges).values()) == count


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES + "z"), max_size=3)))
def test_lengths(edges: dict[str, list[str]]) -> None:
    apart = {name: [each for each in ahead if each > name] for name, ahead in edges.items()}
    found = lengths(apart)
    for name, ahead in apart.items():
        assert found[name] == 1 + max((found[each] for each in ahead if each in apart), default=0)
