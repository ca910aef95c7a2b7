"""What a frontend captures for its log: which line of a header, which cookie, when, and how much of it."""

from __future__ import annotations

from tests.kit import http
from tests.kit.behaviours import echo, reply
from tests.oracle.common import get, site

TOP = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s"
FORMAT = "%ST hr=%hr hs=%hs l=%hrl CC=%CC CS=%CS 1=%[capture.req.hdr(1)] 0=%[capture.res.hdr(0)] none=%[capture.req.hdr(9)]"


def logged(run, sink, front, server):
    """What a request with these headers logs."""
    proxy = site(run, front=f"log <sink> local0\nlog-format '{FORMAT}'\n{front}", top=TOP, sink=sink, s1=server)

    def ask(*headers: str) -> str:
        proxy.ask(get("/", *headers))
        return str(sink.take())

    return ask


def test_the_last_line_before_the_rules(run, serve, sink):
    server = serve(reply(http("HTTP/1.1 200 OK", "X-R: first", "X-R: server", "Content-Length: 0")))
    front = """capture request header X-A len 5
    http-request capture req.hdr(x-b) len 3
    capture request header X-C len 9
    http-request set-header X-C changed
    http-response set-header X-R rule
    capture response header x-r len 4"""
    ask = logged(run, sink, front, server)
    line = ask("X-A: first", "x-a: second, third", "X-B: bbbb", "X-C: c")
    assert line == "200 hr={secon|bbb|c} hs={serv} l=secon bbb c CC=- CS=- 1=bbb 0=serv none=-"
    assert ask("X-A: one", "X-A:") == "200 hr={||} hs={serv} l= - - CC=- CS=- 1=- 0=serv none=-"


def test_replies_made_here_have_no_response_to_capture(run, serve, sink):
    front = """capture request header X-A len 5
    capture response header X-Server len 5
    capture cookie SID len 20
    http-request deny if { req.hdr(x-deny) -m found }
    http-request return status 200 if { req.hdr(x-return) -m found }
    http-request redirect location /x if { req.hdr(x-redirect) -m found }"""
    ask = logged(run, sink, front, serve(echo))
    for header, status, cookie in (("X-Deny", 403, "SID=1"), ("X-Return", 200, "-"), ("X-Redirect", 302, "-")):
        line = ask("X-A: one", f"{header}: 1", "Cookie: SID=1")
        assert line == f"{status} hr={{one}} hs={{}} l=one CC={cookie} CS=- 1=- 0=- none=-"


COOKIES = [
    # Cookie, Set-Cookie, what is captured
    ("a=b; SIDX=123456789; SID=2", "SIDfoo=zzzzz; path=/", "CC=SIDX=123456 CS=SIDfoo=zzzz"),
    ('a; SID; SID = "a;b" ; SID=2', "SID=9 ; path=/", 'CC=SID="a;b" CS=SID=9'),
    ("$Version=1; SID=a b c ; x", "SID", "CC=SID=a b c CS=-"),
    ("x=1,SID=5", "SID=; path=/", "CC=SID=5 CS=SID="),
    ("XSID=1;  SID=2;", "path=/; SID=4", "CC=SID=2 CS=-"),
    ('x="un;SID=3', "SID=a,b; path=/", "CC=- CS=SID=a"),
    ("x==;SID==4", "x=1, SID=2", "CC=SID==4 CS=-"),
]


def test_cookies(run, serve, sink):
    for cookie, set_cookie, want in COOKIES:
        server = serve(reply(http("HTTP/1.1 200 OK", f"Set-Cookie: {set_cookie}", "Content-Length: 0")))
        line = logged(run, sink, "capture cookie SID len 11", server)(f"Cookie: {cookie}")
        assert f" {want} " in line, (cookie, set_cookie)


def test_cookies_behind_the_rules(run, serve, sink):
    front = "capture cookie SID len 20\nhttp-request set-header Cookie SID=rule\nhttp-response set-header Set-Cookie SID=done"
    assert " CC=SID=rule CS=SID=done " in logged(run, sink, front, serve(echo))("Cookie: SID=client")
