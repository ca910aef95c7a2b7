"""`do-log`: lines that rules write (HAProxy 3.1)."""

from __future__ import annotations

import pytest

from tests.kit.behaviours import hello, name_then_pump
from tests.oracle.common import GET, since, site

PROFILES = """
log-profile own
    on http-req format "own %OG"
    on any drop
log-profile two
    on tcp-req-conn format "two %OG"
    on http-res drop
    on any format "any %OG"
"""
FORMAT = 'log-format "[%OG %b/%s %ST %{+Q}r]"\n'


def lines(run, serve, sink, rules: str, *, back: str = "", profile: str = "", count: int = 1) -> list[str]:
    since(run, 3, 1)
    named = f"profile {profile} " if profile else ""
    front = f"log <sink> format raw {named}local0\n{FORMAT}{rules}"
    proxy = site(run, top=PROFILES, front=front, back=back, sink=sink, s1=serve(hello))
    assert proxy.ask(GET).status == 200
    return [str(sink.take()).rstrip("\n") for _ in range(count)]


SETS = {
    "tcp-request connection": "[tcp-req-conn fe/<NOSRV> 0 <BADREQ>]",
    "tcp-request session": "[tcp-req-sess fe/<NOSRV> 0 <BADREQ>]",
    "tcp-request content": "[tcp-req-cont fe/<NOSRV> -1 <BADREQ>]",
    "http-request": '[http-req fe/<NOSRV> -1 "GET / HTTP/1.1"]',
    "http-response": '[http-res be/s1 200 "GET / HTTP/1.1"]',
    "http-after-response": '[http-after-res be/s1 200 "GET / HTTP/1.1"]',
}


@pytest.mark.parametrize("rules", SETS)
def test_each_rule_set_writes_a_line(run, serve, sink, rules):
    first, last = lines(run, serve, sink, f"{rules} do-log", count=2)
    assert first.replace('"<BADREQ>"', "<BADREQ>") == SETS[rules]
    assert last.startswith("[txn_")


def test_rules_of_a_backend_write_to_the_log_of_the_frontend(run, serve, sink):
    assert lines(run, serve, sink, "", back="http-request do-log")[0] == '[http-req be/<NOSRV> -1 "GET / HTTP/1.1"]'


def test_the_profile_of_the_log_line_decides(run, serve, sink):
    rules = "tcp-request connection do-log\nhttp-request do-log\nhttp-response do-log"
    assert lines(run, serve, sink, rules, profile="two", count=3)[:2] == ["two tcp-req-conn", "any http-req"]


def test_a_rule_names_its_own_profile(run, serve, sink):
    rules = "http-request do-log profile own\nhttp-request do-log profile two\nhttp-response do-log profile own"
    found = lines(run, serve, sink, rules, count=3)
    assert found[:2] == ["own http-req", "any http-req"]
    assert found[2].startswith("[txn_")


def test_conditions_count(run, serve, sink):
    rules = "http-request do-log if FALSE\nhttp-request set-log-level silent if FALSE\nhttp-response do-log if TRUE"
    assert lines(run, serve, sink, rules)[0].startswith("[http-res ")


def test_streams_of_tcp_write_lines(run, serve, sink):
    since(run, 3, 1)
    front = 'mode tcp\nlog <sink> format raw local0\nlog-format "[%OG %b/%s]"\ntcp-request content do-log'
    back = "mode tcp\ntcp-response content do-log"
    proxy = site(run, front=front, back=back, sink=sink, s1=serve(name_then_pump))
    with proxy.connect() as client:
        assert client.exactly(3) == b"s1\n"
        assert str(sink.take("[tcp-req-cont")).startswith("[tcp-req-cont fe/<NOSRV>]")
        assert str(sink.take("[tcp-res-cont")).startswith("[tcp-res-cont be/s1]")
