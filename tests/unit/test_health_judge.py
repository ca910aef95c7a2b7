"""What a check makes of a reply, as measured on HAProxy 2.6."""

from __future__ import annotations

from typing import Literal

import pytest

from steelyard.config.model import HttpCheck
from steelyard.health.probe import judge
from steelyard.health.result import Code, Result
from steelyard.health.spec import HttpSpec, SpecError, _http

OK = b"HTTP/1.1 200 OK\r\n\r\n"


Kind = Literal["", "status", "rstatus", "string", "rstring"]


def spec(kind: Kind = "", value: str = "", *, negated: bool = False, disable_on_404: bool = False) -> HttpSpec:
    return _http(
        HttpCheck(expect_kind=kind, expect_value=value, expect_negated=negated, disable_on_404=disable_on_404), "server 'b/s'"
    )


@pytest.mark.parametrize(
    ("reply", "code", "status", "info"),
    [
        (OK, Code.L7OK, 200, ""),
        (b"HTTP/1.0 301 Moved\r\nA: b\r\n\r\n", Code.L7OK, 301, ""),
        (b"HTTP/1.0 500 Oops\r\n\r\n", Code.L7STS, 500, "Oops"),
        (b"HTTP/1.1 404 Not Found\n\n", Code.L7STS, 404, "Not Found"),
        (b'HTTP/1.1 503 a\x1b[31m"b\r\n\r\n', Code.L7STS, 503, "a.[31m.b"),
        (b"junk\r\n", Code.L7RSP, 0, ""),
        (b"", Code.L7RSP, 0, ""),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n", Code.L7RSP, 0, ""),
    ],
)
def test_statuses(reply, code, status, info):
    assert judge(reply, True, spec()) == (code, status, info)


def test_more_is_waited_for():
    for cut in range(len(OK)):
        assert judge(OK[:cut], False, spec()) is None
    assert judge(b"junk\r\n", False, spec()) == (Code.L7RSP, 0, "")


def test_a_404_may_mean_stopping():
    assert judge(b"HTTP/1.1 404 x\r\n\r\n", False, spec(disable_on_404=True)) == (Code.L7OKC, 404, "")


@pytest.mark.parametrize(
    ("kind", "value", "negated", "status", "good"),
    [
        ("status", "200-299,404", False, 404, True),
        ("status", "200-299,404", False, 300, False),
        ("status", "200-299,404", True, 300, True),
        ("rstatus", "^2[0-9]5$", False, 205, True),
        ("rstatus", "^2[0-9]5$", False, 206, False),
        ("rstatus", "^5", True, 200, True),
    ],
)
def test_expected_statuses(kind, value, negated, status, good):
    verdict = judge(b"HTTP/1.1 %d x\r\n\r\n" % status, False, spec(kind, value, negated=negated))
    assert verdict == ((Code.L7OK, status, "") if good else (Code.L7STS, status, "x"))


def test_bodies():
    miss = (Code.L7RSP, 0, "HTTP content check did not match")
    assert judge(OK + b"all is well", False, spec("string", "is w")) == (Code.L7OK, 200, "")
    assert judge(OK + b"all", False, spec("string", "is w")) is None
    assert judge(OK + b"all", True, spec("string", "is w")) == miss
    assert judge(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nall", False, spec("string", "is w")) == miss
    assert judge(OK, True, spec("string", "x")) == (Code.L7RSP, 0, "HTTP content check could not find a response body")
    assert judge(OK + b"bad", False, spec("string", "bad", negated=True)) == (
        Code.L7RSP,
        0,
        "HTTP check matched unwanted content",
    )
    assert judge(OK + b"good", True, spec("string", "bad", negated=True)) == (Code.L7OK, 200, "")
    assert judge(OK + b"v1.7", False, spec("rstring", r"v\d\.\d")) == (Code.L7OK, 200, "")


def test_chunks_are_read_through():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert judge(head + b"3\r\nhel\r\n2\r\nlo\r\n", False, spec("string", "hello")) == (Code.L7OK, 200, "")
    miss = (Code.L7RSP, 0, "HTTP content check did not match")
    assert judge(head + b"3\r\nhel\r\n0\r\n\r\n", False, spec("string", "hello")) == miss
    nothing = (Code.L7RSP, 0, "HTTP content check could not find a response body")
    assert judge(head + b"zz\r\n", False, spec("string", "hello")) == nothing


@pytest.mark.parametrize(
    ("check", "request_bytes"),
    [
        (HttpCheck(), b"OPTIONS / HTTP/1.0\r\n\r\n"),
        (HttpCheck("GET", "/x", "HTTP/1.1"), b"GET /x HTTP/1.1\r\nconnection: close\r\n\r\n"),
        (
            HttpCheck("PUT", "/y", "HTTP/1.1", (("Host", "a"), ("X-Foo", "b")), "abc"),
            b"PUT /y HTTP/1.1\r\nhost: a\r\nx-foo: b\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc",
        ),
        (HttpCheck("GET", "/x", "HTTP/1.0", (("A", "b"),), "xyz"), b"GET /x HTTP/1.0\r\na: b\r\ncontent-length: 3\r\n\r\nxyz"),
    ],
)
def test_requests_are_those_of_haproxy(check, request_bytes):
    assert _http(check, "").request == request_bytes


def test_what_cannot_be_expected():
    with pytest.raises(SpecError, match="not a status"):
        spec("status", "2xx")
    with pytest.raises(SpecError, match="not a regex"):
        spec("rstring", "(")


def test_reasons():
    assert Result(Code.L4CON, info="Connection refused").reason() == (
        ', reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms'
    )
    assert Result(Code.L7STS, 500, "Oops", 12).reason() == (
        ', reason: Layer7 wrong status, code: 500, info: "Oops", check duration: 12ms'
    )
