"""Log lines of the formats that have a name, and what makes them: bytes, captures, errors, structured data."""

from __future__ import annotations

import re

import pytest

from tests.kit.behaviours import echo, hello, name_then_pump, reply
from tests.kit.syslog import plain
from tests.oracle.common import GET, get
from tests.oracle.logged import logged, plain_head


def test_httplog(run, serve, sink):
    proxy = logged(run, sink, s1=serve(hello))
    proxy.ask(get("/p?q=1"))
    line = sink.take()
    assert (line.facility, line.severity) == (16, 6)
    assert re.fullmatch(
        r"127\.0\.0\.1:\d+ \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\.\d{3}\] fe be/s1 \d+/\d+/\d+/\d+/\d+ 200 \d+ - - ---- 1/1/0/0/0 0/0 "
        r'"GET /p\?q=1 HTTP/1\.1"',
        line,
    )


def test_bytes_are_those_of_the_wire(run, serve, sink, program):
    """Manual 8.2.3: bytes sent to the client, headers and all. HAProxy 2.8 counts its own form of them, so it is not asked."""
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 counts the internal form of the message")
    proxy = logged(run, sink, s1=serve(hello))
    got = proxy.ask(GET)
    assert f" 200 {len(got.raw)} - - " in sink.take()


@pytest.mark.parametrize(("said", "length"), [("", 1023), ("tune.http.logurilen 40", 40), ("tune.http.logurilen 4000", 3018)])
def test_long_request_lines_are_cut(run, serve, sink, said, length):
    """Manual 3.2, `tune.http.logurilen`: 1024 by default, of which one byte is not for the line."""
    proxy = run(
        f"global\n    {said}\ndefaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
        "    log <sink> len 8000 local0\n    log-format 'line %r'\n"
        "frontend fe\n    bind <fe>\n    http-request return status 200\n",
        bare=True,
        sink=sink,
    )
    proxy.ask(get("/" + "a" * 3004))
    assert sink.take("line").partition(" ")[2] == f"GET /{'a' * 3004} HTTP/1.1"[:length]


def test_each_request_of_a_connection_has_a_line(run, serve, sink):
    proxy = logged(run, sink, s1=serve(hello))
    with proxy.connect() as client:
        for n in range(3):
            client.ask(get(f"/{n}"))
            assert f'"GET /{n} HTTP/1.1"' in sink.take()


def test_httplog_clf(run, serve, sink):
    proxy = logged(run, sink, kind="httplog clf", s1=serve(hello))
    proxy.ask(get("/c"))
    assert re.fullmatch(
        r'127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET /c HTTP/1\.1" 200 \d+ "" "" \d+ \d{3} '
        r'"fe" "be" "s1" \d+ \d+ \d+ \d+ \d+ ---- 1 1 0 0 0 0 0 "" "" ',
        sink.take(),
    )


def test_tcplog_line(run, serve, sink):
    proxy = run(
        "defaults\n timeout client 20s\n timeout server 20s\n timeout connect 20s\n"
        "frontend fe\n mode tcp\n bind <fe>\n log <sink> local1\n option tcplog\n default_backend be\n"
        "backend be\n mode tcp\n server s1 <s1>\n",
        bare=True,
        sink=sink,
        s1=serve(name_then_pump),
    )
    with proxy.connect() as client:
        client.send(b"x")
        client.until(b"x")
        client.shut()
        assert client.closed()
    line = sink.take()
    assert line.facility == 17
    assert plain(line) == "CLIENT [DATE] fe be/s1 N/N/N 4 -- 1/1/0/0/0 0/0"


def test_default_log_without_an_option(run, serve, sink):
    proxy = logged(run, sink, kind="", s1=serve(hello))
    proxy.ask(GET)
    line = sink.take()
    assert re.fullmatch(r"Connect from 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+ \(fe/HTTP\)", line)


def test_captures_in_httplog(run, serve, sink):
    proxy = logged(
        run,
        sink,
        front="capture request header Host len 32\ncapture request header User-Agent len 4\n"
        "capture response header X-Server len 8\ncapture cookie SID len 6",
        s1=serve(echo),
    )
    proxy.ask(get("/", "User-Agent: Mozilla", "Cookie: SID=12345678"))
    assert " SID=12 - ---- 1/1/0/0/0 0/0 {a.test|Mozi} {s1} " in sink.take()


def test_odd_bytes_are_escaped(run, serve, sink):
    proxy = logged(run, sink, front="capture request header X-Odd len 50", s1=serve(hello))
    proxy.ask(get("/a\\b", 'X-Odd: a"b{c|d}\t\xe9'))
    line = sink.take()
    assert line.endswith('{a#22b#7Bc#7Cd#7D#09#E9} "GET /a\\b HTTP/1.1"')


def test_what_is_no_request_has_the_format_of_errors(run, serve, sink):
    """Manual 8.2.5: a request that came and was answered with an error is no such error."""
    proxy = logged(
        run,
        sink,
        front="log-format 'usual %ST %tsc'\nerror-log-format 'error %ci %ST %tsc'",
        kind="",
        s1=serve(reply(b"junk\r\n\r\n")),
    )
    proxy.raw(b"\x01\x02\r\n\r\n")
    assert sink.take() == "error 127.0.0.1 400 PR--"
    with proxy.connect() as client:
        client.send(b"GET / HT")
    assert sink.take() == "error 127.0.0.1 400 CR--"
    proxy.ask(GET)
    assert sink.take() == "usual 502 PH--"


def test_of_no_request_there_are_no_captures_and_no_id(run, serve, sink):
    front = (
        "unique-id-format id\ncapture request header Host len 9\ncapture response header X len 9\n"
        "log-format '%ST [%ID] [%hr] [%hs] [%hrl] [%hsl] %{-M}hsl'"
    )
    proxy = logged(run, sink, front=front, kind="", s1=serve(hello))
    proxy.ask(GET)
    assert sink.take() == "200 [id] [{a.test}] [{}] [a.test] [-] -"
    proxy.raw(b"junk\r\n\r\n")
    assert sink.take().rstrip() == "400 [-] [] [] [] []"


def test_structured_data_of_rfc5424(run, serve, sink):
    front = (
        "no log\nlog <sink> format rfc5424 local0\n"
        "log-format-sd '%{+Q,+E}o [exampleSDID@1234 header=%[capture.req.uri]]'\nlog-format body"
    )
    proxy = logged(run, sink, front=front, kind="", s1=serve(hello))
    proxy.ask(get('/a]b"c'))
    line = sink.take()
    assert re.fullmatch(r'1 \S+ - haproxy \d+ - \[exampleSDID@1234 header="/a\\]b\\"c"\] body', plain_head(line)), line.raw
