"""Which lines are written and where they go: levels, several targets, samples, silence, lines before the end."""

from __future__ import annotations

import re

import pytest

from tests.kit import Syslog, http
from tests.kit.behaviours import hello, stall_after
from tests.oracle.common import GET, get, site
from tests.oracle.logged import endings, logged


def test_monitor_is_not_logged(run, serve, sink):
    proxy = logged(run, sink, front="monitor-uri /m", s1=serve(hello))
    proxy.ask(get("/m"))
    proxy.ask(get("/other"))
    assert '"GET /other HTTP/1.1"' in sink.take()


def test_dontlognull(run, serve, sink):
    proxy = logged(run, sink, front="option dontlognull", s1=serve(hello))
    proxy.connect().close()
    proxy.ask(get("/seen"))
    assert '"GET /seen HTTP/1.1"' in sink.take()


def test_connection_without_data_is_logged(run, serve, sink):
    proxy = logged(run, sink, s1=serve(hello))
    proxy.connect().close()
    assert endings(sink.take())[1:] == ("fe/<NOSRV>", "-1/-1/-1/-1/N", 400, "CR--")


def test_set_log_level(run, serve, sink):
    proxy = logged(
        run,
        sink,
        front="http-request set-log-level silent if { path /quiet }\nhttp-request set-log-level err if { path /loud }",
        s1=serve(hello),
    )
    proxy.ask(get("/quiet"))
    proxy.ask(get("/loud"))
    line = sink.take()
    assert "/loud" in line
    assert line.severity == 3


def test_log_levels_and_several_targets(run, serve, sink):
    second = Syslog()
    try:
        proxy = site(
            run,
            front="log <sink> local3 err\nlog <second> daemon info warning\noption httplog",
            sink=sink,
            second=second,
            s1=serve(hello),
        )
        proxy.ask(get("/1"))
        line = second.take('"GET /1')
        assert (line.facility, line.severity) == (3, 6)
        assert not [line for line in sink.lines if "GET /1" in line]
    finally:
        second.close()


def test_log_over_a_unix_socket(run, serve, tmp_path):
    local = Syslog(str(tmp_path / "log"))
    try:
        proxy = site(run, front="log <local> local0\noption httplog", local=local, s1=serve(hello))
        proxy.ask(get("/unix"))
        assert '"GET /unix HTTP/1.1"' in local.take("GET")
    finally:
        local.close()


def test_log_global_and_tag(run, serve, sink):
    config = (
        "global\n log <sink> local0\n log-tag weigher\n"
        "defaults\n mode http\n log global\n option httplog\n timeout client 20s\n timeout server 20s\n timeout connect 20s\n"
        "frontend fe\n bind <fe>\n default_backend be\nbackend be\n server s1 <s1>\n"
    )
    proxy = run(config, bare=True, sink=sink, s1=serve(hello))
    proxy.ask(get("/g"))
    assert sink.take('"GET /g').tag == "weigher"


def test_logasap(run, serve, sink):
    server = serve(stall_after(http("HTTP/1.1 200 OK", "Content-Length: 100", body="abc")))
    proxy = logged(run, sink, front="option logasap", s1=server)
    with proxy.connect() as client:
        client.send(GET)
        client.until(b"abc")
        line = sink.take()
        assert re.search(r" \d+/\d+/\d+/\d+/\+\d+ 200 \+[1-9]\d* - - ---- ", line), "the head is counted"
        server.release()


def test_logasap_of_what_is_no_answer_of_a_server(run, serve, sink):
    """The plus is of the option: a line at the end has it as well. Td has none."""
    front = "option logasap\nhttp-request deny if { path /no }\nlog-format '%ST %B %Ta %Tt %Tu %Td %Tw'"
    proxy = logged(run, sink, front=front, kind="", s1=serve(hello))
    proxy.ask(get("/no"))
    assert re.fullmatch(r"403 \+\d+ \+\d+ \+\d+ \+\d+ -?\d+ -1", sink.take())
    proxy.ask(get("/yes"))
    assert re.fullmatch(r"200 \+\d+ \+\d+ \+\d+ \+\d+ \d+ \d+", sink.take())


def test_dontlog_normal(run, serve, sink):
    proxy = logged(run, sink, front="option dontlog-normal\nhttp-request deny if { path /no }", s1=serve(hello))
    proxy.ask(get("/yes"))
    proxy.ask(get("/no"))
    assert "/no" in sink.take()


@pytest.mark.parametrize("word", ["stdout", "stderr", "fd@2"])
def test_log_to_a_stream(run, serve, word):
    proxy = site(run, front=f"log {word} format raw local0\noption httplog", s1=serve(hello))
    proxy.ask(get("/stream"))
    assert proxy.wait_said('"GET /stream HTTP/1.1"\n')


def test_sample_takes_one_line_of_each_round(run, serve, sink):
    """Manual 4.2, `log`: ranges count lines from 1, in rounds of the size. HAProxy counts the line that tells of its start."""
    proxy = logged(run, sink, front="no log\nlog <sink> sample 1:3 local0", s1=serve(hello))
    with proxy.connect() as client:
        for number in range(9):
            client.ask(get(f"/{number}"))
    found = [int(sink.take().split('"GET /')[1][0]) for _ in range(3)]
    assert [each - found[0] for each in found] == [0, 3, 6]


def test_sample_takes_ranges_of_lines(run, serve, sink, program):
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 with several ranges takes other lines than the manual says")
    proxy = logged(run, sink, front="no log\nlog <sink> sample 2-3,5:5 local0", s1=serve(hello))
    with proxy.connect() as client:  # lines of several connections may change places
        for number in range(10):
            client.ask(get(f"/{number}"))
    assert [sink.take().split('"GET /')[1][0] for _ in range(6)] == ["1", "2", "4", "6", "7", "9"]
