"""When the one line of a stream is written: at once, when the server has answered, or at the end."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import hello, name_then_pump, stall_after
from tests.oracle.common import get
from tests.oracle.logged import logged

PART = http("HTTP/1.1 200 OK", "Content-Length: 100", body="abc")


def connections(sink) -> list[str]:
    return [line for line in sink.lines if line.startswith("Connect from ")]


def test_lines_of_connections_come_before_all_rules(run, serve, sink):
    """Manual 8.2.1. Not even a monitored request or a level that rules set makes a difference."""
    front = "monitor-uri /monitor\nhttp-request set-log-level err if { path /loud }\nhttp-request set-log-level silent"
    proxy = logged(run, sink, front=front, kind="", s1=serve(stall_after(PART)))
    for path in ("/loud", "/silent", "/monitor"):
        with proxy.connect() as client:
            client.send(get(path))
            line = sink.take()
            assert (line.partition(":")[0], line.severity) == ("Connect from 127.0.0.1", 6)


def test_each_request_of_a_connection_has_a_line(run, serve, sink):
    proxy = logged(run, sink, kind="", s1=serve(hello))
    with proxy.connect() as client:
        for _ in range(3):
            client.ask(get())
            assert sink.take().endswith(" (fe/HTTP)")


def test_what_is_no_request_has_no_line_of_a_connection(run, serve, sink):
    proxy = logged(run, sink, kind="", s1=serve(hello))
    proxy.raw(b"junk\r\n\r\n")
    proxy.connect().close()
    proxy.ask(get())
    sink.take("Connect")
    proxy.ask(get())
    sink.take("Connect")
    assert len(connections(sink)) == 2


def test_but_the_format_of_errors_is_for_it(run, serve, sink):
    proxy = logged(run, sink, front="error-log-format 'error %ci %ST'", kind="", s1=serve(hello))
    proxy.raw(b"junk\r\n\r\n")
    assert sink.take() == "error 127.0.0.1 400"
    proxy.ask(get())
    assert sink.take().startswith("Connect from ")


PROXIED = """
frontend fe
    bind <fe> accept-proxy
    log <sink> local0
    {format}
    http-request return status 200
"""


@pytest.mark.parametrize(
    ("format", "wanted"),
    [
        ("option httplog", " fe/1: Received something which does not look like a PROXY protocol header"),
        ("error-log-format '%ci %ST %tsc %ac/%fc'", "127.0.0.1 0 PR-- 1/1"),
        ("", None),
    ],
)
def test_a_connection_that_is_none(run, sink, format, wanted):
    """With lines of connections only, it has none, unless there is a format for it."""
    proxy = run(PROXIED.replace("{format}", format), sink=sink)
    with proxy.connect() as client:
        client.send(b"x" * 20)
        assert client.closed()
    if wanted is not None:
        sink.take(lambda line: line.endswith(wanted))
    proxy.ask(b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + get("/good"))
    sink.take("192.0.2.1:1")
    assert wanted or len([line for line in sink.lines if "127.0.0.1" in line]) == 0


@pytest.mark.parametrize("format", ["%ci %ST", "%r", "%s %tsc", "%[src]", "%hs|%CS", "%lc %rt"])
def test_a_format_that_needs_nothing_later_is_written_with_the_answer(run, serve, sink, format):
    server = serve(stall_after(PART))
    proxy = logged(run, sink, front=f"log-format 'line {format}'", kind="", s1=server)
    with proxy.connect() as client:
        client.send(get())
        sink.take("line ")
        assert not server.gate.is_set(), "the response is not complete"


@pytest.mark.parametrize(
    "format", ["%ST %B", "%ST %ts", "%ac", "%Tt", "%ID", "%r'\nerror-log-format '%B", "%r'\nlog-format-sd '%B"]
)
def test_other_formats_are_written_at_the_end(run, serve, sink, format):
    """A line that was written already would stand before that of the second client."""
    server = serve(stall_after(PART))
    proxy = run(
        f"frontend fe\n bind <fe>\n log <sink> local0\n log-format 'line {format}'\n default_backend be\n"
        "frontend other\n bind <other>\n log <sink> local0\n log-format 'other'\n http-request return status 200\n"
        "backend be\n server s1 <s1>\n",
        sink=sink,
        s1=server,
    )
    with proxy.connect() as client:
        client.send(get())
        client.until(b"abc")
        proxy.ask(get(), "other")
        assert sink.take() == "other"
        server.release()
        client.rest()
        assert sink.take().startswith("line ")


def test_in_tcp_mode_it_is_the_connection_to_the_server(run, serve, sink):
    proxy = run(
        "frontend fe\n mode tcp\n bind <fe>\n log <sink> local0\n log-format '%ci %b/%s'\n default_backend be\n"
        "frontend plain\n mode tcp\n bind <plain>\n log <sink> local0\n default_backend be\n"
        "backend be\n mode tcp\n server s1 <s1>\n",
        sink=sink,
        s1=serve(name_then_pump),
    )
    with proxy.connect() as client:
        assert sink.take() == "127.0.0.1 be/s1"
        with proxy.connect("plain"):
            assert sink.take().endswith("(plain/TCP)")
        client.shut()
