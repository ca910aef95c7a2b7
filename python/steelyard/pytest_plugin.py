"""Tests of a configuration as pytest fixtures, without sockets. Installed with Steelyard; see `docs/testing.md`.

def test_cart(steelyard_configuration):
    site = steelyard_configuration("haproxy.cfg")
    assert site.send("GET", "http://shop.example/cart").backend == "shop"
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from steelyard.explain.player import Player

_OWN = pytest.StashKey["list[Player]"]()
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
    from steelyard.config.api import ConfigurationError
    from steelyard.explain.player import Player

    config = request.config
    own = request.node.stash.setdefault(_OWN, [])

    def load(*paths: str) -> Player:
        __tracebackhide__ = True
        names = tuple(str(config.rootpath / path) for path in paths)
        try:
            player = Player(*names)
        except ConfigurationError as error:
            # What is wrong stands in the configuration, and not in the code that reads it.
            raise error.with_traceback(None) from None
        config.stash[_PLAYERS].setdefault(names, []).append(player)
        own.append(player)
        return player

    return load


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed is shown with what happened to the last request of each configuration."""
    report = yield
    if report.when == "call" and report.failed:
        from steelyard.explain.text import render

        for player in item.stash.get(_OWN, []):
            if player.last is not None:
                files = [_near(file, item.config) for file in player.plan.files]
                report.sections.append(("what happened to the last request", render(player.last, files)))
    return report


def _near(file: str, config: pytest.Config) -> str:
    """A path from pytest's rootdir, where it is within that."""
    path = Path(file)
    return str(path.relative_to(config.rootpath)) if path.is_relative_to(config.rootpath) else file


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
            terminalreporter.write_line(f"{_near(line.file, config)}:{line.line}: {line.never}: {line.text}")
        terminalreporter.write_line(f"{first.coverage.taken} of {first.coverage.total} rules and ACLs were true in some test")
