"""`log-steps`, `%OG` and steps of profiles: words of 3.x. The lines were compared with those of HAProxy 3.4."""

from __future__ import annotations

import pytest

from tests.kit.behaviours import hello
from tests.kit.wire import http

SITE = """
defaults
 mode {mode}
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend f
 bind <fe> {bind}
 log <sink> local0
 log-format "{format}"
{more}
 default_backend b
backend b
 server s1 <s1>
"""
FORMAT = "%OG %ST %tsc %b/%s %bc %r"
GET = http("GET /p HTTP/1.1", "Host: a")
ALL = ["txn_accept", "txn_request", "txn_connect", "txn_response", "txn_close"]


@pytest.fixture
def site(steelyard, serve, sink):
    def make(more: str = "", *, mode: str = "http", format: str = FORMAT, bind: str = ""):
        text = SITE.format(mode=mode, more=more, format=format, bind=bind)
        return steelyard(text, s1=serve(hello), sink=sink)

    return make


def origins(sink, count: int) -> list[str]:
    return [sink.take().split()[0] for _ in range(count)]


def test_all_steps_of_a_request(site, sink):
    site(" log-steps all").ask(GET)
    assert [sink.take() for _ in range(5)] == [
        "txn_accept 0 ---- f/<NOSRV> 0 <BADREQ>",
        "txn_request -1 ---- f/<NOSRV> 0 GET /p HTTP/1.1",
        "txn_connect -1 ---- b/s1 1 GET /p HTTP/1.1",
        "txn_response 200 ---- b/s1 1 GET /p HTTP/1.1",
        "txn_close 200 ---- b/s1 0 GET /p HTTP/1.1",
    ]


def test_each_request_of_a_connection_has_its_steps(site, sink):
    with site(" log-steps all").connect() as client:
        for _ in range(2):
            client.ask(GET)
            assert origins(sink, 5) == ALL


@pytest.mark.parametrize(("steps", "wanted"), [("accept,close", ["txn_accept", "txn_close"]), ("connect", ["txn_connect"])])
def test_some_steps(site, sink, steps, wanted):
    proxy = site(f" log-steps {steps}")
    for _ in range(2):
        proxy.ask(GET)
        assert origins(sink, len(wanted)) == wanted


def test_without_it_one_line(site, sink):
    proxy = site()
    proxy.ask(GET)
    proxy.ask(GET)
    assert origins(sink, 2) == ["txn_close", "txn_close"]


def test_a_request_that_goes_nowhere_skips_steps(site, sink):
    proxy = site(" log-steps all\n http-request deny if { path /p }\n tcp-request content reject if { path /x }")
    proxy.ask(GET)
    assert origins(sink, 3) == ["txn_accept", "txn_request", "txn_close"]
    proxy.raw(http("GET /x HTTP/1.1", "Host: a"))
    assert origins(sink, 2) == ["txn_accept", "txn_close"]


def test_a_response_that_is_denied_has_no_step(site, sink):
    site(" log-steps all\n http-response deny").ask(GET)
    assert origins(sink, 4) == ["txn_accept", "txn_request", "txn_connect", "txn_close"]


def test_a_line_of_silence_stays_silent(site, sink):
    proxy = site(" log-steps all\n http-request set-log-level silent if { path /p }")
    proxy.ask(GET)
    proxy.ask(http("GET /q HTTP/1.1", "Host: a"))
    assert origins(sink, 3) == ["txn_accept", "txn_request", "txn_accept"]


def test_dontlog_normal_holds_for_all_steps(site, sink):
    proxy = site(" log-steps all\n option dontlog-normal\n http-request deny if { path /no }")
    proxy.ask(GET)
    proxy.ask(http("GET /no HTTP/1.1", "Host: a"))
    assert sink.take() == "txn_close 403 PR-- f/<NOSRV> 0 GET /no HTTP/1.1"


def test_logasap_takes_the_place_of_steps(site, sink):
    proxy = site(" log-steps all\n option logasap")
    proxy.ask(GET)
    proxy.ask(GET)
    assert origins(sink, 2) == ["txn_response", "txn_response"]


def test_steps_of_a_tcp_stream(site, sink):
    proxy = site(" log-steps all", mode="tcp", format="%OG %ts %b/%s %B")
    proxy.ask(GET)
    lines = [sink.take() for _ in range(3)]
    assert lines[:2] == ["txn_accept -- f/<NOSRV> 0", "txn_connect -- b/s1 0"]
    assert lines[2].startswith("txn_close -- b/s1 ") and not lines[2].endswith(" 0")


def test_what_is_no_request_and_what_is_no_connection(site, sink):
    site(" log-steps accept").raw(b"junk\r\n\r\n")
    assert sink.take().startswith("sess_error 400 PR-- ")
    site(" error-log-format '%OG %ci'", bind="accept-proxy").turned_away()
    assert sink.take() == "sess_killed 127.0.0.1"


def test_outside_of_logs_there_is_no_origin(site):
    reply = site(" http-request return status 200 content-type text/plain lf-string '%OG'").ask(GET)
    assert reply.body == b"unspec"


PROFILE = """ log <sink> profile p local1
 log-steps all
 error-log-format "own error %OG"
 default_backend b
log-profile p
 on error format "error %OG"
 on any format "any %OG"
 on connect drop
frontend other
 bind <other>
"""


def test_a_profile_has_formats_of_steps(site, sink):
    proxy = site(PROFILE)
    proxy.ask(GET)
    lines = [sink.take() for _ in range(9)]
    assert [line for line in lines if line.facility == 17] == [f"any {each}" for each in ALL if each != "txn_connect"]
    assert [line.split()[0] for line in lines if line.facility == 16] == ALL
    proxy.raw(b"junk\r\n\r\n")
    assert {sink.take(), sink.take()} == {"own error sess_error", "error sess_error"}
