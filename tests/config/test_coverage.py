"""Every row is read by a case file. A line with the word in a file of `cases/` is enough; one file may hold a whole family."""

from __future__ import annotations

import pytest

from tests.config.coverage import missing


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    return missing(tmp_path_factory.mktemp("cases"))


@pytest.mark.parametrize("kind", ["keyword", "bind", "server", "section", "fetch", "converter", "action", "alias"])
def test_every_row_has_a_case(kind: str, lacking: dict[str, list[str]]) -> None:
    assert lacking[kind] == []
