"""`use-large-buffer` of rules that wait for a body: HAProxy has it since 3.4, where these were tried by hand."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import echo
from tests.oracle.common import get, since, site

TOP = "global\n    tune.bufsize.large 64k\ndefaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
SAYS = "http-request return hdr X-Length %[req.body_len] hdr X-Hash %[req.body,crc32]"


def post(body: bytes, path: str = "/") -> bytes:
    return http(f"POST {path} HTTP/1.1", "Host: a.test", f"Content-Length: {len(body)}") + body


def chunked(body: bytes, size: int = 999) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    return http("POST / HTTP/1.1", "Host: a.test", "Transfer-Encoding: chunked") + coded


BODY = bytes(range(256)) * 200


@pytest.fixture(autouse=True)
def newer(run):
    since(run, 3, 4)


@pytest.mark.parametrize("request_", [post(BODY), chunked(BODY)], ids=["length", "chunks"])
def test_a_body_larger_than_a_buffer_is_seen_whole(run, request_):
    proxy = run(
        f"{TOP}frontend fe\n    bind <fe>\n    http-request wait-for-body time 10s use-large-buffer\n    {SAYS}\n", bare=True
    )
    whole = proxy.ask(request_)
    assert whole.get("x-length") == str(len(BODY))
    assert proxy.ask(request_).get("x-hash") == whole.get("x-hash")


def test_only_where_the_rule_says_so(run):
    rule = "http-request wait-for-body time 10s"
    proxy = run(
        f"{TOP}frontend fe\n    bind <fe>\n    {rule}\n    {rule} use-large-buffer if {{ path /large }}\n    {SAYS}\n", bare=True
    )
    assert int(proxy.ask(post(BODY)).get("x-length")) <= 16384
    # What filled a buffer goes on in a larger one.
    assert proxy.ask(post(BODY, "/large")).get("x-length") == str(len(BODY))


def test_no_more_than_fits_into_it(run):
    proxy = run(
        f"{TOP}frontend fe\n    bind <fe>\n    http-request wait-for-body time 10s use-large-buffer\n    {SAYS}\n", bare=True
    )
    length = int(proxy.ask(post(b"x" * 200_000)).get("x-length"))
    assert 60_000 < length <= 65_536


def test_enough_of_it(run):
    rule = "http-request wait-for-body time 10s at-least 20000 use-large-buffer"
    proxy = run(f"{TOP}frontend fe\n    bind <fe>\n    {rule}\n    {SAYS}\n", bare=True)
    with proxy.connect() as client:
        client.send(post(BODY)[:-20_000])
        assert int(client.response().get("x-length")) >= 20_000


def test_a_body_that_does_not_come_in_time(run):
    rule = "http-request wait-for-body time 200ms use-large-buffer"
    proxy = run(f"{TOP}frontend fe\n    bind <fe>\n    {rule}\n    {SAYS}\n", bare=True)
    with proxy.connect() as client:
        client.send(post(BODY)[:-20_000])
        assert client.response().status == 408


def test_it_goes_on_to_the_server(run, serve):
    server = serve(echo)
    rule = "http-request wait-for-body time 10s use-large-buffer"
    proxy = site(run, top=TOP, front=rule, s1=server, bare=True)
    with proxy.connect() as client:
        for body in (BODY, b"short", b"y" * 120_000, b""):
            assert client.ask(post(body), "POST").status == 200
            assert server.requests[-1].body == body


def test_bodies_of_responses(run, serve):
    def large(conn):
        while True:
            request = conn.request()
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)
            assert request.method == "GET"

    back = (
        "http-request set-var(txn.path) path\n"
        "http-response wait-for-body time 10s use-large-buffer if { var(txn.path) -m str /large }\n"
        "http-response wait-for-body time 10s\nhttp-response set-header X-Length %[res.body_len]"
    )
    proxy = site(run, top=TOP, back=back, s1=serve(large), bare=True)
    with proxy.connect() as client:
        got = client.ask(get("/large"), "GET")
        assert (got.get("x-length"), got.body) == (str(len(BODY)), BODY)
        got = client.ask(get("/small"), "GET")
        assert int(got.get("x-length") or 0) <= 16384
        assert got.body == BODY
