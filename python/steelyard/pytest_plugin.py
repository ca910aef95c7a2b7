"""Tests of a configuration as pytest fixtures, without sockets. Installed with Steelyard; see `docs/testing.md`.

def test_cart(steelyard_configuration):
    site = steelyard_configuration("haproxy.cfg")
    assert site.send("GET", "http://shop.example/cart").backend == "shop"
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from steelyard.explain.coverage import Line
    from steelyard.explain.player import Player

_OWN = pytest.StashKey["list[Player]"]()
_PLAYERS = pytest.StashKey[dict[tuple[str, ...], "list[Player]"]]()
_ELSEWHERE = pytest.StashKey["list[list[Line]]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("steelyard")
    group.addoption(
        "--steelyard-coverage", action="store_true", help="which rules and ACLs of tested configurations no test took"
    )
    group.addoption(
        "--steelyard-coverage-min",
        type=float,
        metavar="PERCENT",
        help="the run fails where fewer of them were true in some test (--steelyard-coverage is implied)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_PLAYERS] = {}
    config.stash[_ELSEWHERE] = []
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(_Workers(), "steelyard-workers")


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
        from steelyard.explain.text import MOST_RULES, render

        for player in item.stash.get(_OWN, []):
            if player.last is not None:
                files = [_near(file, item.config) for file in player.plan.files]
                report.sections.append(("what happened to the last request", render(player.last, files, most=MOST_RULES)))
    return report


def _near(file: str, config: pytest.Config) -> str:
    """A path from pytest's rootdir, where it is within that."""
    path = Path(file)
    return str(path.relative_to(config.rootpath)) if path.is_relative_to(config.rootpath) else file


def _lines(config: pytest.Config) -> list[Line]:
    """Rules and ACLs of all configurations, as this process and those that it has started saw them."""
    from steelyard.explain.coverage import merged

    own = (player.coverage.lines() for group in config.stash[_PLAYERS].values() for player in group)
    return merged([*own, *config.stash[_ELSEWHERE]])


class _Workers:
    """Known to pytest only where pytest-xdist is there, for the hook is that one's."""

    def pytest_testnodedown(self, node: Any) -> None:
        """A worker is done, and has left what it saw."""
        from steelyard.explain.coverage import Line

        told = getattr(node, "workeroutput", {}).get("steelyard", [])
        node.config.stash[_ELSEWHERE].append([Line(**line) for line in told])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    least = config.getoption("--steelyard-coverage-min")
    if hasattr(config, "workeroutput"):
        if config.getoption("--steelyard-coverage") or least is not None:
            config.workeroutput["steelyard"] = [asdict(line) for line in _lines(config)]
    elif least is not None and _is_short(_lines(config), least) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_short(lines: list[Line], least: float) -> bool:
    from steelyard.explain.coverage import percent

    # As it is shown: 66.66 % is 66.7.
    return round(percent(lines), 1) < least


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    least = config.getoption("--steelyard-coverage-min")
    lines = _lines(config) if config.getoption("--steelyard-coverage") or least is not None else []
    if not lines:
        return
    from steelyard.explain.coverage import summary

    terminalreporter.section("rules and ACLs that no test took")
    for line in lines:
        if line.never:
            terminalreporter.write_line(f"{_near(line.file, config)}:{line.line}: {line.never}: {line.text}")
    terminalreporter.write_line(summary(lines, "test"))
    if least is not None and _is_short(lines, least):
        terminalreporter.write_line(f"steelyard: less than {least:g} % of rules and ACLs", red=True)
