"""Converters that look beyond their input: at a table that requests fill, and at conditions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.play import NUMBER, Bench, differences, some

# --- in_table, table_http_req_cnt, table_trackers -------------------------------------------------------------------------------

TABLE = "backend t\n    stick-table type string len 8 size 1000 store http_req_cnt,gpc(2)\n"
KEYS = st.sampled_from(["a", "b", "ab", "abcdefgh", "abcdefghi", "A"])


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    asked = "req.fhdr(x-b)"
    rules = [
        f"{asked},in_table(t)",
        f"{asked},table_http_req_cnt(t)",
        f"{asked},table_trackers(t)",
        f"{asked},table_inc_gpc(0,t)",
    ]
    front = "    http-request track-sc0 req.fhdr(x-a) table t if { req.fhdr(x-a) -m found }\n"
    return Bench(tmp_path_factory.mktemp("table"), rules, front=front, below=TABLE)


@given(st.lists(st.tuples(KEYS, KEYS), max_size=12))
@some
def test_tables(table: Bench, requests: list[tuple[str, str]]) -> None:
    table.start_again()
    counts: dict[str, int] = {}
    asked: dict[str, int] = {}
    for tracked, key in requests:
        tracked_key, looked_up = tracked[:7], key[:7]
        counts[tracked_key] = counts.get(tracked_key, 0) + 1
        known = looked_up in counts or looked_up in asked
        wanted: dict[str, object] = {
            "req.fhdr(x-b),in_table(t)": known,
            "req.fhdr(x-b),table_http_req_cnt(t)": counts.get(looked_up, 0),
            # It counts its own look, as in HAProxy.
            "req.fhdr(x-b),table_trackers(t)": int(known) + int(looked_up == tracked_key),
        }
        found = table.ask(tracked, key)
        gpc = found.pop("req.fhdr(x-b),table_inc_gpc(0,t)")
        # An entry that is not there is made.
        asked[looked_up] = asked.get(looked_up, 0) + 1
        assert gpc == str(asked[looked_up])
        assert differences(found, wanted) == {}


# --- when(condition) ------------------------------------------------------------------------------------------------------------

CONDITIONS = ("acl,odd", "!acl,odd", "acl,large", "error", "!error", "normal", "forwarded", "!forwarded", "stopping", "!stopping")


@pytest.fixture(scope="module")
def when(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    front = f"    acl odd {NUMBER},odd\n    acl large {NUMBER} ge 100\n"
    return Bench(tmp_path_factory.mktemp("when"), [f"{NUMBER},when({each})" for each in CONDITIONS], front=front)


@given(st.integers(-1000, 1000))
@some
def test_conditions(when: Bench, number: int) -> None:
    holds = {
        "acl,odd": number % 2 == 1,
        "!acl,odd": number % 2 == 0,
        "acl,large": number >= 100,
        "error": False,
        "!error": True,
        "normal": True,
        "forwarded": False,
        "!forwarded": True,
        "stopping": False,
        "!stopping": True,
    }
    wanted = {f"{NUMBER},when({each})": number if holds[each] else None for each in CONDITIONS}
    assert differences(when.ask(number), wanted) == {}
