"""Log lines of requests that rules and services here have answered or dropped: termination flags and times (manual 8.5)."""

from __future__ import annotations

import re

import pytest

from tests.kit.behaviours import hello
from tests.oracle.common import GET, get
from tests.oracle.logged import endings, logged

RULES = {
    # Where it stands and the rule: the proxies, the timers, the status, the letters.
    ("front", "http-request deny"): ("fe/<NOSRV>", "N/-1/-1/-1/N", 403, "PR--"),
    ("back", "http-request deny"): ("be/<NOSRV>", "N/-1/-1/-1/N", 403, "PR--"),
    ("back", "http-response deny"): ("be/s1", "N/N/N/N/N", 502, "PH--"),
    ("front", "http-request redirect location /x"): ("fe/<NOSRV>", "N/-1/-1/-1/N", 302, "LR--"),
    ("front", "http-request return status 200"): ("fe/<NOSRV>", "N/-1/-1/-1/N", 200, "LR--"),
}


@pytest.mark.parametrize(("place", "rule"), RULES)
def test_how_a_rule_ends_a_request(run, serve, sink, place, rule):
    proxy = logged(run, sink, **{place: rule}, s1=serve(hello))
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", *RULES[place, rule])


def test_tarpit_flags(run, serve, sink, program):
    """The manual (8.5) and HAProxy 2.6 say PT; HAProxy 2.8 writes PR."""
    proxy = logged(run, sink, front="timeout tarpit 50ms\nhttp-request tarpit", s1=serve(hello))
    proxy.ask(GET)
    name, place, _, status, flags = endings(sink.take())
    assert (name, place, status) == ("fe", "fe/<NOSRV>", 500)
    assert flags in (("PT--", "PR--") if program.is_haproxy else ("PT--",))


def test_a_request_that_content_rules_reject_is_none(run, serve, sink):
    rules = "tcp-request inspect-delay 20s\ntcp-request content reject if { path /no }"
    proxy = logged(run, sink, front=rules, s1=serve(hello))
    with proxy.connect() as client:
        client.send(get("/no"))
        assert client.closed()
    assert re.search(r' fe/<NOSRV> -1/-1/-1/-1/\d+ -1 0 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"$', sink.take())
    assert proxy.ask(get("/yes")).status == 200


def test_a_client_that_leaves_a_tarpit_is_answered_at_once(run, serve, sink, program):
    """Flags: see above. The time of the request is not told of one that is held."""
    proxy = logged(run, sink, front="timeout tarpit 10s\nhttp-request tarpit", s1=serve(hello))
    with proxy.connect() as client:
        client.send(GET)
        client.reset()
    name, place, times, status, flags = endings(sink.take())
    assert (name, place, times, status) == ("fe", "fe/<NOSRV>", "-1/N/-1/-1/N", 500)
    assert flags in (("PT--", "PR--") if program.is_haproxy else ("PT--",))


def test_a_dropped_request_has_no_time_of_its_own(run, serve, sink):
    rules = "http-request reject if { path /reject }\nhttp-request silent-drop"
    proxy = logged(run, sink, front=rules, s1=serve(hello))
    for path in ("/reject", "/drop"):
        with proxy.connect() as client:
            client.send(get(path))
            assert endings(sink.take()) == ("fe", "fe/<NOSRV>", "-1/-1/-1/-1/N", -1, "PR--")


def test_statistics_are_a_server_that_is_always_there(run, serve, sink):
    proxy = logged(run, sink, front="stats uri /stats", s1=serve(hello))
    assert proxy.ask(get("/stats")).status == 200
    assert endings(sink.take()) == ("fe", "fe/<STATS>", "N/N/N/N/N", 200, "LR--")


def test_a_response_that_content_rules_reject_has_no_status(run, serve, sink):
    proxy = logged(run, sink, back="tcp-response content reject", s1=serve(hello))
    assert proxy.raw(GET) == b""
    assert endings(sink.take())[3:] == (-1, "PD--")
