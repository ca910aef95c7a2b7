"""The fixtures of the kit; a room's conftest imports them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kit.ports import Ports
from tests.kit.program import Program, programs
from tests.kit.proxy import Runner
from tests.kit.server import Behaviour, Server
from tests.kit.syslog import Syslog

PROGRAMS = programs()


@pytest.fixture(params=PROGRAMS, ids=[program.name for program in PROGRAMS])
def program(request: pytest.FixtureRequest) -> Program:
    found: Program = request.param
    if found.path is None:
        pytest.skip(f"{found.name} is not installed here")
    return found


@pytest.fixture
def ports() -> Iterator[Ports]:
    lender = Ports()
    yield lender
    lender.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Makes servers: `serve(echo, "s1")`. A behaviour that fails fails the test."""
    made: list[Server] = []

    def make(
        behaviour: Behaviour, name: str = "s1", *, port: int = 0, path: str | None = None, host: str = "127.0.0.1"
    ) -> Server:
        server = Server(behaviour, name, port=port, path=path, host=host)
        made.append(server)
        return server

    yield make
    for server in made:
        server.close()
    faults = [fault for server in made for fault in server.faults]
    assert not faults, faults


@pytest.fixture
def run(program: Program, tmp_path: Path, ports: Ports, serve: Callable[..., Server]) -> Iterator[Runner]:
    runner = Runner(program, tmp_path, ports)
    yield runner
    runner.close()


@pytest.fixture
def sink() -> Iterator[Syslog]:
    made = Syslog()
    yield made
    made.close()
