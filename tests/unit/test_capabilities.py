"""Law 4: what the tables mark as carried out is what the engine carries out, no more and no less."""

from __future__ import annotations

import json

import pytest

from steelyard import _engine
from steelyard.config.grammar import actions, aliases, supported
from steelyard.config.grammar.calls import converter_rows, fetch_rows

# There is no service yet that a file could name.
OWN = {"use_service"}


@pytest.fixture(scope="module")
def engine_says() -> dict[str, set[str]]:
    return {name: set(words) for name, words in json.loads(_engine.capabilities()).items()}


def test_fetches(engine_says: dict[str, set[str]]) -> None:
    assert engine_says["fetches"] == set(supported.FETCHES)
    assert set(supported.FETCHES) <= set(fetch_rows())


def test_converters(engine_says: dict[str, set[str]]) -> None:
    assert engine_says["converters"] == set(supported.CONVERTERS)
    assert set(supported.CONVERTERS) <= set(converter_rows())


def test_aliases(engine_says: dict[str, set[str]]) -> None:
    assert engine_says["aliases"] == set(aliases.rows())


def test_actions(engine_says: dict[str, set[str]]) -> None:
    assert engine_says["actions"] - OWN == {shape.variant for shape in actions.SHAPES.values() if shape.ready}
