"""Arithmetic up to the edges of 64 bits, casts of texts to numbers, and what is made of numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.play import NUMBER, OTHER, Bench, differences, some

LEAST, MOST = -(2**63), 2**63 - 1
EDGES = [LEAST, LEAST + 1, -(2**62), -(2**32), -(2**31), -2, -1, 0, 1, 2, 3, 2**31 - 1, 2**31, 2**32, 2**62, MOST - 1, MOST]
integers = st.sampled_from(EDGES) | st.integers(LEAST, MOST) | st.integers(-100, 100)


def held(value: int) -> int:
    return max(LEAST, min(MOST, value))


def wrapped(value: int) -> int:
    return (value + 2**63) % 2**64 - 2**63


def div(value: int, by: int) -> int:
    """Towards zero; by zero the largest number (manual, `div`)."""
    return held(abs(value) // abs(by) * (1 if (value < 0) == (by < 0) else -1)) if by else MOST


def mod(value: int, by: int) -> int:
    """The sign is that of the value; by zero nothing is left (manual, `mod`)."""
    return abs(value) % abs(by) * (1 if value >= 0 else -1) if by else 0


PAIRS: dict[str, Callable[[int, int], int]] = {
    "add": lambda value, by: held(value + by),
    "sub": lambda value, by: held(value - by),
    "mul": lambda value, by: held(value * by),
    "div": div,
    "mod": mod,
    "and": lambda value, by: value & by,
    "or": lambda value, by: value | by,
    "xor": lambda value, by: value ^ by,
}
ALONE: dict[str, Callable[[int], object]] = {
    "cpl": lambda value: ~value,
    "neg": lambda value: held(-value),
    "odd": lambda value: value & 1,
    "even": lambda value: 1 - (value & 1),
    "not": lambda value: value == 0,
    "bool": lambda value: value != 0,
    "htonl,hex": lambda value: (value % 2**32).to_bytes(4, "big"),
    "iif(yes,no)": lambda value: "yes" if value else "no",
    "concat(-,txn.n,-)": lambda value: f"{value}-7-",
    "length": lambda value: len(str(value)),
}
CONSTANT: list[int] = [0, 1, -1, 7, -7, MOST, LEAST]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    rules = [f"{NUMBER},{name}(txn.n)" for name in PAIRS]
    rules += [f"{NUMBER},{name}({by})" for name in PAIRS for by in CONSTANT]
    return Bench(tmp_path_factory.mktemp("pairs"), rules, {"txn.n": OTHER["txn.n"]})


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("alone"), [f"{NUMBER},{each}" for each in ALONE], {"txn.n": "int(7)"})


@given(integers, integers)
@some
def test_two_numbers(pairs: Bench, value: int, by: int) -> None:
    wanted = {f"{NUMBER},{name}(txn.n)": model(value, by) for name, model in PAIRS.items()}
    wanted |= {f"{NUMBER},{name}({one})": model(value, one) for name, model in PAIRS.items() for one in CONSTANT}
    assert differences(pairs.ask(value, by), wanted) == {}


@given(integers)
@some
def test_one_number(alone: Bench, value: int) -> None:
    assert differences(alone.ask(value), {f"{NUMBER},{name}": model(value) for name, model in ALONE.items()}) == {}


@given(integers | st.integers(-(10**25), 10**25))
@some
def test_a_text_that_is_a_number_is_held_at_the_edges(alone: Bench, value: int) -> None:
    assert alone.ask(value)[f"{NUMBER},cpl"] == str(~held(value))
