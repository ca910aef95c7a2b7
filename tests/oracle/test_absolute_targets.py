"""Absolute targets: one form for what means the same, and a `Host` that follows the target that a rule sets."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import echo
from tests.oracle.common import site

READ = {
    # What is asked: method, target, Host. What the server gets.
    ("GET", "http://b.test:80/1", "b.test:80"): ("http://b.test/1", "b.test"),
    ("GET", "http://b.test:80/1", "b.test"): ("http://b.test/1", "b.test"),
    ("GET", "http://b.test/1", "b.test:80"): ("http://b.test/1", "b.test:80"),
    ("GET", "https://b.test:443/1", "b.test:443"): ("https://b.test/1", "b.test"),
    ("GET", "https://b.test:80/1", "b.test:80"): ("https://b.test:80/1", "b.test:80"),
    ("GET", "http://b.test:080/1", "b.test:080"): ("http://b.test:080/1", "b.test:080"),
    ("GET", "http://b.test:/1", "b.test"): ("http://b.test/1", "b.test"),
    ("GET", "http://[::1]:80/1", "[::1]:80"): ("http://[::1]/1", "[::1]"),
    ("GET", "http://u:p@b.test:80/1", "b.test"): ("http://u:p@b.test/1", "b.test"),
    ("GET", "HTTP://B.test:80/1", "b.TEST"): ("HTTP://B.test/1", "B.test"),
    ("GET", "http://b.test", "b.test"): ("http://b.test/", "b.test"),
    ("GET", "ftp://b.test:21", "b.test:21"): ("ftp://b.test:21/", "b.test:21"),
    ("OPTIONS", "http://b.test:80", "b.test:80"): ("http://b.test", "b.test"),
    ("GET", "/1", "b.test:80"): ("/1", "b.test:80"),
}


def seen(answer) -> tuple[str, str | None]:
    """Target and `Host` of the request as the server has it."""
    lines = answer.text.split("\r\n")
    hosts = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("host:")]
    assert len(hosts) < 2
    return lines[0].split(" ")[1], hosts[0] if hosts else None


@pytest.fixture
def plain(run, serve):
    return site(run, front="http-request set-header X-Url %[url]", s1=serve(echo))


def test_a_target_is_read_in_one_form(plain):
    for (method, target, host), want in READ.items():
        answer = plain.ask(http(f"{method} {target} HTTP/1.1", f"Host: {host}"))
        assert seen(answer) == want, (method, target, host)
        assert f"x-url: {want[0]}\r\n" in answer.text.lower().replace(want[0].lower(), want[0]), target


SET = {
    "set-uri http://o.test/x?k=v": ("http://o.test/x?k=v", "o.test"),
    "set-uri http://o.test:8080": ("http://o.test:8080", "o.test:8080"),
    "set-uri http://o.test:80/x": ("http://o.test:80/x", "o.test:80"),
    "set-uri http://u@o.test/x": ("http://u@o.test/x", "o.test"),
    "set-uri o.test/x": ("o.test/x", "o.test"),
    "set-uri /x": ("/x", "a.test"),
    "set-uri *": ("*", "a.test"),
    r"replace-uri ^/(.*) http://o.test/\1": ("http://o.test/1?a=b", "o.test"),
    "set-path /x": ("/x?a=b", "a.test"),
}


@pytest.mark.parametrize("rule", SET)
def test_host_follows_the_target_that_a_rule_sets(run, serve, program, rule):
    """HAProxy 2.6 and 2.8 leave it where the client's own target names none; 3.2 and 3.4 do not."""
    proxy = site(run, front=f"http-request {rule}", s1=serve(echo))
    target, host = SET[rule]
    answer = proxy.ask(http("GET /1?a=b HTTP/1.1", "Host: a.test"))
    hosts = (host, "a.test") if program.is_haproxy and program.version < (3, 2) else (host,)
    assert seen(answer)[0] == target and seen(answer)[1] in hosts
    assert seen(proxy.ask(http("GET /1?a=b HTTP/1.0")))[1] is None


def test_an_empty_path_is_not_replaced(run, serve, program):
    """It is in HAProxy 2.6, and 2.8 reads no such target."""
    proxy = site(run, front=r"http-request replace-path (.*) /pre\1", s1=serve(echo))
    if not program.is_haproxy:
        answer = proxy.ask(http("GET http://b.test?x HTTP/1.1", "Host: b.test"))
        assert seen(answer)[0] == "http://b.test?x"
    answer = proxy.ask(http("GET http://b.test/?x HTTP/1.1", "Host: b.test"))
    assert seen(answer)[0] == "http://b.test/pre/?x"
