"""Statistics: rows, CSV, page, and who may see them."""

from __future__ import annotations

import base64
import csv as reader
import io

import msgspec
import pytest

from steelyard.config.read import read
from steelyard.engine.events import Service
from steelyard.engine.snapshot import (
    BackendCounters,
    FrontendCounters,
    GlobalCounters,
    ProxyCounters,
    ServerCounters,
    Snapshot,
)
from steelyard.health.checker import Checker
from steelyard.health.result import Code, Result
from steelyard.plan import schema
from steelyard.plan.compile import compile
from steelyard.stats.fields import COLUMNS, NAMES
from steelyard.stats.page import _short, _size, _span
from steelyard.stats.service import Answer, answer

CONFIG = """
defaults
    mode http
    timeout client 1s
    timeout connect 1s
    timeout server 1s
frontend web
    bind 127.0.0.1:1
    stats uri /stats
{stats}
    default_backend shop
backend shop
    server s1 127.0.0.1:2 check
    server s2 127.0.0.1:3 check backup
    server s3 127.0.0.1:4 disabled weight 3
    server s4 127.0.0.1:5
"""


class Silent:
    """Engine and console in one: takes everything."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def order(self, wanted: object) -> None: ...

    def snapshot(self) -> Snapshot:
        return self._snapshot

    def warning(self, message: str) -> None: ...

    def alert(self, message: str) -> None: ...


class House:
    """A plan with made-up counters."""

    def __init__(self, tmp_path, stats: str = "") -> None:
        path = tmp_path / "a.cfg"
        path.write_text(CONFIG.format(stats=stats))
        config, report = read([str(path)])
        assert config is not None, [item.message for item in report]
        self.plan: schema.Plan = compile(config)
        self.snapshot = Snapshot(
            uptime_ms=3_700_000,
            proxies=[
                ProxyCounters(index=0, frontend=FrontendCounters(scur=1, stot=1234567, bin=10)),
                ProxyCounters(index=1, backend=BackendCounters(stot=9), servers=[ServerCounters(stot=each) for each in range(4)]),
            ],
        )
        silent = Silent(self.snapshot)
        self.checker = Checker(config, self.plan, silent, silent)

    def found(self, server: int, *codes: Code) -> None:
        watch = self.checker.watch(1, server)
        assert watch is not None
        for code in codes:
            self.checker._take((1, server), watch, Result(code, info='say "hi", all'))

    def ask(self, uri: str = "/stats", method: str = "GET", **headers: str) -> Answer:
        event = Service(token=1, service="stats", proxy=0, method=method, uri=uri, headers=list(headers.items()), src="127.0.0.1")
        return answer(event, self.plan, self.snapshot, self.checker)

    def table(self, uri: str = "/stats;csv") -> list[dict[str, str]]:
        text = self.ask(uri).body.decode()
        assert text.startswith("# pxname,svname,qcur,") and text.endswith("\n\n")
        return list(reader.DictReader(io.StringIO(text[2:])))


def test_csv_has_the_rows_and_columns_of_the_manual(tmp_path):
    house = House(tmp_path)
    house.found(0, Code.L4OK, Code.L4CON)
    house.found(1, Code.L4CON)
    table = house.table()
    assert [(row["pxname"], row["svname"], row["status"], row["type"]) for row in table] == [
        ("web", "FRONTEND", "OPEN", "0"),
        ("shop", "s1", "UP 2/3", "2"),
        ("shop", "s2", "DOWN", "2"),
        ("shop", "s3", "MAINT", "2"),
        ("shop", "s4", "no check", "2"),
        ("shop", "BACKEND", "UP", "1"),
    ]
    assert all(tuple(row)[: len(NAMES)] == NAMES for row in table)
    assert table[0]["stot"] == "1234567"
    assert table[1]["last_chk"] == 'say "hi", all'
    assert (table[1]["check_status"], table[1]["check_health"], table[1]["chkfail"], table[1]["chkdown"]) == (
        "L4CON",
        "3",
        "1",
        "0",
    )
    assert (table[2]["act"], table[2]["bck"], table[2]["chkdown"]) == ("0", "1", "1")
    assert (table[5]["act"], table[5]["bck"], table[5]["weight"]) == ("2", "0", "2")
    # What nothing counts here is empty, not zero; addresses are legends.
    assert {table[1][name] for name in ("comp_in", "agent_status", "throttle", "addr", "mode")} == {""}
    assert House(tmp_path, "    stats show-legends").table()[1]["addr"] == "127.0.0.1:2"


def test_the_column_numbers_of_the_manual():
    """Management manual, section 9.1: scripts cut columns by number."""
    places = {"pxname": 0, "status": 17, "check_status": 36, "req_tot": 48, "ttime": 61, "addr": 73, "eint": 94, "proto": 112}
    assert {name: NAMES.index(name) for name in places} == places
    assert NAMES[-1] == "cache_hint_hits" and len(NAMES) == 119


def test_the_page_escapes_what_it_shows(tmp_path):
    body = House(tmp_path, "    stats show-desc <script>alert(1)</script>").ask().body.decode()
    assert "<script" not in body
    assert "&lt;script&gt;" in body


def test_the_page_needs_nothing_from_elsewhere(tmp_path):
    done = House(tmp_path).ask()
    body = done.body.decode()
    assert "http://" not in body and "https://" not in body and "src=" not in body
    assert ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:") in done.headers


def test_version_and_refresh(tmp_path):
    assert ">0.1.0<" in House(tmp_path).ask().body.decode()
    house = House(tmp_path, "    stats hide-version\n    stats refresh 7s")
    assert ">0.1.0<" not in house.ask().body.decode()
    assert ("refresh", "7") in house.ask().headers
    assert "refresh" not in dict(house.ask("/stats;norefresh").headers)


def test_only_what_is_up(tmp_path):
    house = House(tmp_path)
    house.found(1, Code.L4CON)
    assert ">s2" in house.ask("/stats").body.decode()
    assert ">s2" not in house.ask("/stats;up").body.decode()


def test_scope(tmp_path):
    assert {row["pxname"] for row in House(tmp_path, "    stats scope .").table()} == {"web"}
    assert {row["pxname"] for row in House(tmp_path, "    stats scope shop").table()} == {"shop"}


def _basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        (_basic("ann:secret"), 200),
        (_basic("ann:wrong"), 401),
        (_basic("bob:secret"), 401),
        (_basic("annsecret"), 401),
        ("Basic ***", 401),
        ("Bearer x", 401),
        (_basic("bob:two:words"), 200),
    ],
)
def test_who_may_see_them(tmp_path, header, status):
    house = House(tmp_path, '    stats realm A\\ "b"\n    stats auth ann:secret\n    stats auth bob:two:words')
    done = house.ask(**({"Authorization": header} if header else {}))
    assert done.status == status
    if status == 401:
        assert b"shop" not in done.body
        assert dict(done.headers)["www-authenticate"].startswith('Basic realm="A ')


def test_what_is_not_there_yet_says_so(tmp_path):
    assert House(tmp_path).ask("/stats;json").status == 501
    done = House(tmp_path).ask(method="POST")
    assert (done.status, dict(done.headers)["location"]) == (303, "/stats;st=DENY")


def test_head_has_no_body(tmp_path):
    assert House(tmp_path).ask(method="HEAD").body == b""


def test_numbers_for_people():
    assert [_size(each) for each in (0, 999, 1000, 1_234_567, None)] == [
        "0\u202fB",
        "999\u202fB",
        "1.0\u202fkB",
        "1.2\u202fMB",
        "",
    ]
    assert [_span(each) for each in (0, 61, 3700, 90_000, -1, None)] == ["0s", "1m 1s", "1h 1m", "1d 1h", "", ""]
    assert [_short(each) for each in (0, 99_999, 1_234_567, "x")] == ["0", "99\u202f999", "1.23\u202fM", "x"]


def test_snapshots_are_twins_of_the_engine(tmp_path):
    """Every field that the engine sends is known here, and the other way round."""
    from steelyard import _engine

    sent = msgspec.json.decode(_engine.Engine(schema.encode(House(tmp_path).plan)).snapshot())
    web, shop = sent["proxies"]
    for got, known in (
        (sent, Snapshot),
        (sent["global"], GlobalCounters),
        (web, ProxyCounters),
        (web["frontend"], FrontendCounters),
        (shop["backend"], BackendCounters),
        (shop["servers"][0], ServerCounters),
    ):
        assert set(got) == {field.encode_name for field in msgspec.structs.fields(known)}, known


def test_no_column_shows_what_nobody_counts():
    """A column of a counter is in the snapshot, or is made in `rows`."""
    made = {
        *("pxname svname status slim pid iid sid type mode addr cookie algo rate_lim weight uweight act bck qlimit".split()),
        *("chkfail chkdown downtime lastchg last_chk".split()),
        *(f"check_{name}" for name in ("status", "code", "duration", "desc", "rise", "fall", "health")),
    }
    for name, kinds in COLUMNS:
        for kind, counters in (("F", FrontendCounters), ("B", BackendCounters), ("S", ServerCounters)):
            if kind in kinds and name not in made:
                assert name in {field.name for field in msgspec.structs.fields(counters)}, (name, kind)
