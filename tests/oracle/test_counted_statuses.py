"""`http-err-codes` and `http-fail-codes`: statuses that stick tables count. Words of HAProxy 2.9; what it does was learned on 3.2 and
3.4, which take of a list without a sign (`400,402-444`) the last range alone: the manual says that it is all of them."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.oracle.common import get, since

PLAIN = {400: "10", 404: "10", 499: "10", 500: "01", 501: "00", 502: "01", 505: "00", 299: "00", 599: "01"}
# Lines, and for each status whether it counts as an error and as a failure.
CASES = {
    "as ever": ([], PLAIN),
    "sets": (["http-err-codes 404", "http-fail-codes 500-502"], {400: "00", 404: "10", 499: "00", 501: "01", 502: "01", 505: "00"}),
    "the last of two": (["http-err-codes 401 402"], {401: "00", 402: "10", 500: "01"}),
    "takes away": (["http-err-codes -404", "http-fail-codes -500,502"], {404: "00", 403: "10", 500: "00", 502: "00", 503: "01"}),
    "puts in": (["http-err-codes +501,505", "http-fail-codes +299"], {404: "10", 501: "10", 505: "10", 299: "01", 500: "01"}),
    "both": (["http-err-codes 400-499 -450 +500"], {449: "10", 450: "00", 500: "11"}),
    "line by line": (["http-err-codes 400-410", "http-err-codes -404", "http-err-codes +499"], {403: "10", 404: "00", 499: "10", 450: "00"}),
    "each way": (["http-err-codes 400-499 -404 +502", "http-fail-codes +404 -503"], {404: "01", 403: "10", 502: "11", 503: "00"}),
}  # fmt: skip


def as_asked(conn):
    """Answers with the status that the path names."""
    while True:
        code = conn.request().target.strip("/")
        conn.send(http(f"HTTP/1.1 {code} Some", "Content-Length: 0"))


def site(run, lines, s1):
    top = "".join(f"    {line}\n" for line in lines)
    return run(
        f"global\n    maxconn 100\n{top}"
        "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
        "frontend fe\n    bind <fe>\n    http-request track-sc0 req.hdr(k) table t\n"
        "    http-request return status 200 hdr X-C %[sc0_http_err_cnt]%[sc0_http_fail_cnt] if { path /ask }\n"
        "    http-request deny deny_status 403 if { path /deny }\n    default_backend be\n"
        "backend t\n    stick-table type string size 1k store http_err_cnt,http_fail_cnt\nbackend be\n    server s1 <s1>\n",
        bare=True,
        s1=s1,
    )


@pytest.mark.parametrize("case", CASES)
def test_what_counts(run, serve, case):
    lines, want = CASES[case]
    if lines:
        since(run, 2, 9)
    proxy = site(run, lines, serve(as_asked))
    found = {}
    with proxy.connect() as client:
        for code in want:
            assert client.ask(get(f"/{code}", f"k: {code}")).status == code
            found[code] = client.ask(get("/ask", f"k: {code}")).get("x-c")
    assert found == want


def test_codes_listed_without_a_sign_are_a_set(run, serve):
    """The manual's own example: "sets exactly these codes"."""
    if run.program.is_haproxy:
        pytest.skip("HAProxy takes the last range alone")
    proxy = site(run, ["http-err-codes 400,402-444,446-480,490"], serve(as_asked))
    found = {}
    for code in (400, 401, 402, 444, 445, 480, 481, 490):
        proxy.ask(get(f"/{code}", "Connection: close", f"k: {code}"))
        found[code] = proxy.ask(get("/ask", "Connection: close", f"k: {code}")).get("x-c")
    assert found == {400: "10", 401: "00", 402: "10", 444: "10", 445: "00", 480: "10", 481: "00", 490: "10"}


def test_what_a_rule_refuses_is_an_error_all_the_same(run, serve):
    since(run, 2, 9)
    proxy = site(run, ["http-err-codes -403", "http-fail-codes -502"], serve(lambda conn: conn.request()))
    assert proxy.ask(get("/deny", "k: a")).status == 403
    assert proxy.ask(get("/ask", "k: a")).get("x-c") == "10"
    # A server that says nothing fails, whatever codes count.
    assert proxy.ask(get("/500", "k: b")).status == 502
    assert proxy.ask(get("/ask", "k: b")).get("x-c") == "01"
