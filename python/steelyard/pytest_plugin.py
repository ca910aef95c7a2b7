"""Tests of a configuration as pytest fixtures, without sockets. Installed with Steelyard; see `docs/testing.md`.

def test_cart(steelyard_configuration):
    site = steelyard_configuration("haproxy.cfg")
    assert site.send("GET", "http://shop.example/cart").backend == "shop"
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from steelyard.explain.player import Player

_PLAYERS = pytest.StashKey[dict[tuple[str, ...], "list[Player]"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("steelyard")
    group.addoption(
        "--steelyard-coverage", action="store_true", help="which rules and ACLs of tested configurations no test took"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_PLAYERS] = {}


@pytest.fixture
def steelyard_configuration(request: pytest.FixtureRequest) -> Callable[..., Player]:
    """Gives a function that loads configuration files, relative to the rootdir, into a fresh `Player`."""
    from steelyard.explain.player import Player

    config = request.config

    def load(*paths: str) -> Player:
        names = tuple(str(config.rootpath / path) for path in paths)
        player = Player(*names)
        config.stash[_PLAYERS].setdefault(names, []).append(player)
        return player

    return load


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    players = config.stash.get(_PLAYERS, {})
    if not config.getoption("--steelyard-coverage") or not players:
        return
    terminalreporter.section("rules and ACLs that no test took")
    for group in players.values():
        first, *others = group
        for other in others:
            first.coverage.merge(other.coverage)
        for line in first.coverage.missing():
            terminalreporter.write_line(f"{line.file}:{line.line}: {line.never}: {line.text}")
        terminalreporter.write_line(f"{first.coverage.taken} of {first.coverage.total} rules and ACLs were true in some test")
