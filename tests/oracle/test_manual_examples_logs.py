"""The manual's own examples of section 8: configurations and the lines that they write, with the ports, dates and times of this run."""

from __future__ import annotations

import re

import pytest

from tests.kit import http
from tests.kit.behaviours import greet, hello, reply, stall_before_head
from tests.kit.syslog import plain
from tests.oracle.common import get, site

TIMES = "    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"


def test_the_default_format(run, serve, sink):
    proxy = run(
        f"global\n    log <sink> local0\nlisten www\n    mode http\n{TIMES}    log global\n    bind <fe>\n    server srv1 <s1>\n",
        bare=True,
        s1=serve(hello),
        sink=sink,
    )
    with proxy.connect() as client:
        client.ask(get("/"))
        port = client.sock.getsockname()[1]
    assert sink.take("Connect") == f"Connect from 127.0.0.1:{port} to {proxy.places['fe']} (www/HTTP)"


def test_the_tcp_format(run, serve, sink):
    proxy = run(
        f"global\n    log <sink> local0\nfrontend fnt\n    mode tcp\n{TIMES}    option tcplog\n    log global\n    bind <fe>\n"
        f"    default_backend bck\nbackend bck\n    mode tcp\n{TIMES}    server srv1 <s1>\n",
        bare=True,
        s1=serve(greet(b"x" * 212)),
        sink=sink,
    )
    with proxy.connect() as client:
        assert len(client.exactly(212)) == 212
        client.shut()
        assert client.closed()
    line = plain(sink.take("fnt"))
    assert re.fullmatch(r"CLIENT \[DATE\] fnt bck/srv1 N/N/N 212 -- 1/1/0/0/0 0/0", line), line


HTTP_LINE = r'{client} \[\d\d/\w{{3}}/\d{{4}}:\d\d:\d\d:\d\d\.\d{{3}}\] http-in static/srv1 \d+/\d+/\d+/\d+/\d+ 200 \d+ - - ---- 1/1/0/0/0 0/0 \{{1wt\.eu\}} \{{\}} "GET /index\.html HTTP/1\.1"'


def test_the_http_format(run, serve, sink):
    proxy = run(
        f"global\n    log <sink> local0\nfrontend http-in\n    mode http\n{TIMES}    option httplog\n    log global\n    bind <fe>\n"
        "    capture request header Host len 20\n    capture response header Server len 20\n    default_backend static\n"
        f"backend static\n    mode http\n{TIMES}    server srv1 <s1>\n",
        bare=True,
        s1=serve(hello),
        sink=sink,
    )
    with proxy.connect() as client:
        client.ask(http("GET /index.html HTTP/1.1", "Host: 1wt.eu"))
        name = f"127\\.0\\.0\\.1:{client.sock.getsockname()[1]}"
        line = sink.take("http-in")
    assert re.fullmatch(HTTP_LINE.format(client=name), line), line


CLF = '"%{+Q}o %{-Q}ci - - [%trg] %r %ST %B \\"\\" \\"\\" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl"'
SAME = {
    "httplog": '"%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"',
    "httplog clf": CLF,
    "tcplog": '"%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq"',
}


@pytest.mark.parametrize("option", SAME)
def test_options_are_the_formats_that_the_manual_says(run, serve, sink, option, program):
    """One frontend with the option, one with the equivalent format, and one that takes the format from the environment."""
    name = {"httplog": "HAPROXY_HTTP_LOG_FMT", "httplog clf": "HAPROXY_HTTP_CLF_LOG_FMT", "tcplog": "HAPROXY_TCP_LOG_FMT"}[option]
    mode = "tcp" if option == "tcplog" else "http"
    text = f"defaults\n    mode {mode}\n{TIMES}"
    words = [f"option {option}", f"log-format {SAME[option]}", f'log-format "${name}"']
    if option == "httplog clf" and program.is_haproxy and program.version < (3, 0):
        words.pop()  # this variable is younger
    for front, word in zip("abc", words):
        text += f"frontend {front}\n    bind <{front}>\n    log <sink> local0\n    {word}\n    default_backend be\n"
    proxy = run(text + "backend be\n    server s1 <s1>\n", bare=True, s1=serve(hello), sink=sink)
    lines = []
    for front in "abc"[: len(words)]:
        with proxy.connect(front) as client:
            client.ask(get("/x?y"))
            port = str(client.sock.getsockname()[1])
        line = re.sub(r"\d\d/\w{3}/\d{4}:[\d:.]+", "DATE", sink.take("127.0.0.1").replace(port, "PORT"))
        line = re.sub(r'(?<= )"?\d+"?(?=[ ])|\d+(?=/)|(?<=/)\d+(?= )', "N", line)
        lines.append(line.replace(f" {front} ", " F ").replace(f'"{front}"', '"F"'))
    assert len(set(lines)) == 1, lines
    assert "PORT" in lines[0]


ANSWER = http(
    "HTTP/1.0 301 Moved",
    "Server: Apache",
    "Content-Length: 4",
    "Cache-Control: private",
    "Location: http://www.sytadin.fr/x",
    body="abcd",
)


def test_captures_of_a_chained_proxy(run, serve, sink):
    proxy = run(
        f"global\n    log <sink> local0\nlisten proxy-out\n    mode http\n{TIMES}    option httplog\n    option logasap\n    log global\n"
        "    bind <fe>\n    server cache1 <s1>\n"
        "    capture request  header Host len 20\n    capture request  header Content-Length len 10\n"
        "    capture request  header Referer len 20\n    capture response header Server len 20\n"
        "    capture response header Content-Length len 10\n    capture response header Cache-Control len 8\n"
        "    capture response header Via len 20\n    capture response header Location len 20\n",
        bare=True,
        s1=serve(reply(ANSWER)),
        sink=sink,
    )
    proxy.ask(
        http(
            "GET http://fr.adserver.yahoo.com/ HTTP/1.1", "Host: fr.adserver.yahoo.com", "Referer: http://fr.f416.mail.yahoo.com/"
        )
    )
    line = plain(sink.take("proxy-out"))
    shape = (
        r"CLIENT \[DATE\] proxy-out proxy-out/cache1 N/N/N/N/\+N 301 \+\d+ - - ---- 1/1/1/1/0 0/0 "
        r"\{fr\.adserver\.yahoo\.co\|\|http://fr\.f416\.mail\.\} \{Apache\|4\|private\|\|http://www\.sytadin\.f\} "
        r'"GET http://fr\.adserver\.yahoo\.com/ HTTP/1\.1"'
    )
    assert re.fullmatch(shape, line), line


@pytest.mark.parametrize(
    "words, cookies, logged",
    [
        ("ASPSESSION len 32", "a=1; ASPSESSIONIDx=abc; ASPSESSIONIDy=def", "ASPSESSIONIDx=abc"),
        ("vgnvisitor= len 32", "vgnvisitorx=1; vgnvisitor=abc", "vgnvisitor=abc"),
        ("vgnvisitor= len 32", "vgnvisitorx=1", "-"),
    ],
)
def test_captured_cookies(run, serve, sink, words, cookies, logged):
    proxy = site(run, front=f"log <sink> local0\nlog-format %CC\ncapture cookie {words}", s1=serve(hello), sink=sink)
    proxy.ask(get("/", f"Cookie: {cookies}"))
    assert sink.take() == logged


def test_custom_formats(run, serve, sink):
    """The first three examples of section 8.2.6; dates and the host's own name are matched by shape."""
    proxy = run(
        f"defaults\n    mode http\n{TIMES}"
        "frontend a\n    bind <a>\n    log <sink> local0\n    log-format %T\\ %t\\ Some\\ Text\n    default_backend be\n"
        "frontend b\n    bind <b>\n    log <sink> local0\n    log-format %{+Q}o\\ %t\\ %s\\ %{-Q}r\n    default_backend be\n"
        "frontend c\n    bind <c>\n    log <sink> format rfc5424 local0\n    capture request header x-h len 20\n    log-format line\n"
        "    log-format-sd %{+Q,+E}o\\ [exampleSDID@1234\\ header=%[capture.req.hdr(0)]]\n    default_backend be\n"
        "backend be\n    server s1 <s1>\n",
        bare=True,
        s1=serve(hello),
        sink=sink,
    )
    lines = []
    for front in "abc":
        proxy.ask(get("/x", 'X-H: a"b]c'), front)
        lines.append(sink.take())
    zone, date = r"[+-]\d{4}", r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d"
    assert re.fullmatch(rf"{date} {zone} {date}\.\d{{3}} Some Text", lines[0]), lines[0]
    assert re.fullmatch(rf'"?{date}\.\d{{3}}"? "s1" GET /x HTTP/1\.1', lines[1]), lines[1]
    assert lines[2].rstrip().endswith('[exampleSDID@1234 header="a\\"b\\]c"] line'), lines[2]


def test_encoded_formats(run, serve, sink, program):
    if program.is_haproxy and program.version < (3, 0):
        pytest.skip("HAProxy encodes log lines since 3.0")
    proxy = run(
        f"defaults\n    mode http\n{TIMES}"
        'frontend a\n    bind <a>\n    log <sink> local0\n    log-format "%{+json}o %(request)r %(custom_expr)[str(custom)]"\n    default_backend be\n'
        'frontend b\n    bind <b>\n    log <sink> local0\n    log-format "%{+cbor}o %(request)r %(custom_expr)[str(custom)]"\n    default_backend be\n'
        "backend be\n    server s1 <s1>\n",
        bare=True,
        s1=serve(hello),
        sink=sink,
    )
    proxy.ask(get("/x"), "a")
    assert sink.take() == '{"request": "GET /x HTTP/1.1", "custom_expr": "custom"}'
    proxy.ask(get("/x"), "b")
    line = bytes.fromhex(sink.take().lower())
    assert line[0] == 0xBF and line[-1] == 0xFF
    assert line[1:].startswith(b"\x67request") and b"GET /x HTTP/1.1" in line and line.endswith(b"\x66custom\xff")


# section 8.9: what happened, and the termination flags, status and server of its line
def test_a_response_that_is_denied(run, serve, sink):
    proxy = site(run, front="log <sink> local0\noption httplog", back="http-response deny", s1=serve(hello), sink=sink)
    assert proxy.ask(http("GET /cgi-bin/bug.cgi? HTTP/1.0")).status == 502
    line = plain(sink.take())
    assert re.fullmatch(
        r'CLIENT \[DATE\] fe be/s1 N/N/N/N/N 502 \d+ - - PH-- 1/1/0/0/0 0/0 "GET /cgi-bin/bug\.cgi\? HTTP/1\.0"', line
    ), line


def test_a_request_that_is_given_up(run, serve, sink):
    proxy = site(run, front="log <sink> local0\noption httplog", s1=serve(hello), sink=sink)
    with proxy.connect() as client:
        client.send(b"GET / HT")
        client.reset()
    line = plain(sink.take())
    assert re.fullmatch(r'CLIENT \[DATE\] fe fe/<NOSRV> -1/-1/-1/-1/N (-1|400) 0 - - CR-- 1/1/0/0/0 0/0 "<BADREQ>"', line), line


def test_a_request_that_never_ends(run, serve, sink):
    proxy = site(run, front="log <sink> local0\noption httplog\ntimeout client 300ms", s1=serve(hello), sink=sink)
    with proxy.connect() as client:
        client.send(b"GET / HT")
        assert client.response().status == 408
    line = plain(sink.take())
    assert re.fullmatch(r'CLIENT \[DATE\] fe fe/<NOSRV> -1/-1/-1/-1/N 408 \d+ - - cR-- 1/1/0/0/0 0/0 "<BADREQ>"', line), line


def test_a_client_that_times_out(run, serve, sink):
    proxy = run(
        "listen px-tcp\n    mode tcp\n    bind <fe>\n    log <sink> local0\n    option tcplog\n    timeout client 300ms\n    server srv1 <s1>\n",
        s1=serve(stall_before_head),
        sink=sink,
    )
    with proxy.connect() as client:
        assert client.closed()
    line = plain(sink.take())
    assert re.fullmatch(r"CLIENT \[DATE\] px-tcp px-tcp/srv1 N/N/N 0 cD 1/1/0/0/0 0/0", line), line


def test_a_server_that_refuses(run, serve, sink, ports):
    proxy = site(
        run,
        front="log <sink> local0\noption httplog",
        back="retries 3\nno option redispatch",
        s1=f"127.0.0.1:{ports.lend()}",
        sink=sink,
    )
    assert proxy.ask(http("HEAD / HTTP/1.0"), "fe").status == 503
    line = plain(sink.take())
    assert re.fullmatch(r'CLIENT \[DATE\] fe be/s1 N/N/-1/-1/N 503 \d+ - - SC-- 1/1/0/0/3 0/0 "HEAD / HTTP/1\.0"', line), line


def test_profiles(run, serve, sink, program):
    """`log-profile` of section 8.3.5: the same lines, as another logger wants them."""
    if program.is_haproxy and program.version < (3, 1):
        pytest.skip("HAProxy has log profiles since 3.1")
    proxy = run(
        f'log-profile myprof\n    log-tag "custom-tag"\n    on error format "%ci: error"\n    on connect drop\n    on any sd "custom-sd"\n'
        f'listen myproxy\n    mode http\n{TIMES}    bind <fe>\n    option httplog\n    log-tag "normal"\n'
        "    log <sink> format rfc5424 profile myprof local0\n    http-request return status 200\n",
        bare=True,
        sink=sink,
    )
    with proxy.connect() as client:
        client.ask(get("/"))
        line = sink.take("myproxy")
        shape = r'<134>1 \S+ \S+ custom-tag \d+ - custom-sd 127\.0\.0\.1:\d+ \[.*\] myproxy myproxy/<NOSRV> .* "GET / HTTP/1\.1"'
        assert re.fullmatch(shape, line.raw.decode().strip()), line.raw
