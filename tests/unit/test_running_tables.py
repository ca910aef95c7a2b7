"""Stick tables and maps of a running engine: entries a page at a time, and orders that change them."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from steelyard.config.read import read
from steelyard.engine.engine import Engine, OrderError
from steelyard.plan import orders
from steelyard.plan.build.context import Machine
from steelyard.plan.compile import compile

CONFIG = """
defaults
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 5s
frontend fe
    bind 127.0.0.1:1
    http-request track-sc0 req.hdr(k) table t
    http-request sc-inc-gpc(1,0)
    http-request set-map(MAP) %[req.hdr(k)] %[req.hdr(v)] if { req.hdr(v) -m found }
    http-request return status 200 content-type text/plain lf-string "%[req.hdr(k),map(MAP,none)] %[req.hdr(k),map_ip(NETS,none)]"
backend t
    stick-table type string size 1000 expire 60s store gpc(2),conn_cnt,http_req_rate(10s)
"""


@contextmanager
def running(tmp_path: Path) -> Iterator[tuple[Engine, http.client.HTTPConnection]]:
    (tmp_path / "names.map").write_text("a 1\nb 2\n")
    (tmp_path / "nets.map").write_text("10.0.0.0/8 ten\n")
    file = tmp_path / "haproxy.cfg"
    file.write_text(CONFIG.replace("MAP", f"{tmp_path}/names.map").replace("NETS", f"{tmp_path}/nets.map"))
    model, report = read([str(file)], environ={})
    assert model is not None, list(report)
    plan = compile(model, machine=Machine("box", 1, 4096))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        front = plan.proxies[0].frontend
        assert front is not None
        bind = msgspec.structs.replace(front.binds[0], fd=listener.fileno())
        proxy = msgspec.structs.replace(plan.proxies[0], frontend=msgspec.structs.replace(front, binds=[bind]))
        engine = Engine(msgspec.structs.replace(plan, proxies=[proxy, *plan.proxies[1:]]))
        engine.start()
        client = http.client.HTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=10)
        try:
            yield engine, client
        finally:
            client.close()
            engine.stop(0)


def ask(client: http.client.HTTPConnection, key: str, value: str | None = None) -> str:
    client.request("GET", "/", headers={"K": key} | ({"V": value} if value is not None else {}))
    return client.getresponse().read().decode()


def clear(engine: Engine, order: orders.TableClear, left: int) -> None:
    """An entry that is tracked is only emptied, and a request lets go of its entries a moment after its answer."""
    end = time.monotonic() + 10
    engine.order([order])
    while engine.table(0).used != left:
        assert time.monotonic() < end
        engine.order([order])


def test_entries_come_in_pages(tmp_path: Path) -> None:
    with running(tmp_path) as (engine, client):
        for number in range(5):
            ask(client, f"k{number}")
        ask(client, "k1")
        first = engine.table(0, most=3)
        assert (first.name, first.type, first.size, first.used) == ("t", "string", 1000, 5)
        assert len(first.entries) == 3
        assert first.next is not None
        second = engine.table(0, first.next)
        assert second.next is None
        entries = {entry.key: entry for entry in first.entries + second.entries}
        assert sorted(entries) == ["k0", "k1", "k2", "k3", "k4"]
        one = entries["k1"]
        assert (one.data["gpc"], one.data["conn_cnt"], one.data["http_req_rate"]) == ([0, 2], [2], [2])
        assert one.exp is not None
        assert 50_000 < one.exp <= 60_000
        clear(engine, orders.TableClear(table=0, key="k1"), left=4)
        clear(engine, orders.TableClear(table=0), left=0)
        assert engine.table(0).entries == []
        with pytest.raises(OrderError, match="no stick table 7"):
            engine.table(7)


def test_orders_change_maps(tmp_path: Path) -> None:
    with running(tmp_path) as (engine, client):
        plan = {"names": 0, "nets": 1}
        assert ask(client, "a") == "1 "
        assert ask(client, "10.1.1.1") == "none ten"
        engine.order(
            [
                orders.PatternSet(file=plan["names"], key="a", value="9"),
                orders.PatternAdd(file=plan["names"], key="b", value="not taken"),
                orders.PatternAdd(file=plan["nets"], key="10.1.0.0/16", value="one"),
            ]
        )
        assert [ask(client, key) for key in ("a", "b", "10.1.1.1")] == ["9 ", "2 ", "none one"]
        assert ask(client, "new", "7") == "7 "
        engine.order([orders.PatternDel(file=plan["names"], key="new"), orders.PatternDel(file=plan["nets"], key="10.0.0.0/8")])
        assert [ask(client, key) for key in ("new", "10.1.1.1", "10.2.2.2")] == ["none ", "none one", "none none"]
        engine.order([orders.PatternClear(file=plan["names"])])
        assert ask(client, "a") == "none "


@pytest.mark.parametrize(
    "wrong",
    [
        orders.PatternSet(file=1, key="no network", value="x"),
        orders.PatternAdd(file=9, key="a"),
        orders.PatternDel(file=9, key="a"),
        orders.PatternClear(file=9),
        orders.PatternAdd(file=0, key=""),
        orders.TableClear(table=9),
    ],
    ids=lambda order: type(order).__name__,
)
def test_all_orders_or_none(tmp_path: Path, wrong: orders.Order) -> None:
    with running(tmp_path) as (engine, client):
        with pytest.raises(OrderError, match="order 1"):
            engine.order([orders.PatternSet(file=0, key="a", value="9"), wrong])
        assert ask(client, "a") == "1 "
