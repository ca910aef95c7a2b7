"""Requests that attack a proxy: each gets 400 (or nothing at all), and not one byte reaches the server.

The classes are those of request smuggling, header parsing and framing that HTTP/1 proxies have fallen to. Each case also
sends a harmless second request behind the attack: it must not reach the server either, since the connection is closed."""

from __future__ import annotations

import pytest

from tests.kit import Runner, http
from tests.kit.behaviours import echo, hello, reply
from tests.oracle.common import site

HOST = "Host: a.test"
AFTER = http("GET /smuggled HTTP/1.1", HOST)


def post(*fields: str | bytes, body: bytes | str = b"") -> bytes:
    return http("POST / HTTP/1.1", HOST, *fields, body=body)


CHUNKS = "1\r\na\r\n0\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"

REFUSED: dict[str, bytes] = {
    # Content-Length
    "cl-empty": post("Content-Length:", body="abc"),
    "cl-blank": post("Content-Length:  ", body="abc"),
    "cl-plus": post("Content-Length: +3", body="abc"),
    "cl-minus": post("Content-Length: -3", body="abc"),
    "cl-underscore": post("Content-Length: 1_0", body="a" * 10),
    "cl-hex": post("Content-Length: 0x3", body="abc"),
    "cl-inner-space": post("Content-Length: 1 0", body="a" * 10),
    "cl-letters": post("Content-Length: 3a", body="abc"),
    "cl-unicode-digit": post("Content-Length: \xb3".encode("latin-1"), body="abc"),
    "cl-arabic-digit": post("Content-Length: ٣".encode(), body="abc"),
    "cl-too-large": post("Content-Length: 18446744073709551616", body="abc"),
    "cl-huge": post("Content-Length: 99999999999999999999999999", body="abc"),
    "cl-two-differ": post("Content-Length: 3", "Content-Length: 4", body="abcd"),
    "cl-list-differs": post("Content-Length: 3, 4", body="abcd"),
    "cl-list-with-hole": post("Content-Length: 3,,3", body="abc"),
    "cl-quote": post('Content-Length: "3"', body="abc"),
    "cl-dot": post("Content-Length: 3.0", body="abc"),
    "cl-vertical-tab": post(b"Content-Length: \x0b3", body="abc"),
    # Transfer-Encoding
    "te-unknown": post("Transfer-Encoding: gzip", body="abc"),
    "te-identity": post("Transfer-Encoding: identity", body="abc"),
    "te-chunked-twice": post("Transfer-Encoding: chunked, chunked", body=CHUNKS),
    "te-two-lines-chunked": post(CHUNKED, CHUNKED, body=CHUNKS),
    "te-chunked-not-last": post("Transfer-Encoding: chunked, gzip", body=CHUNKS),
    "te-prefix": post("Transfer-Encoding: xchunked", body=CHUNKS),
    "te-suffix": post("Transfer-Encoding: chunkedx", body=CHUNKS),
    "te-quoted": post('Transfer-Encoding: "chunked"', body=CHUNKS),
    "te-parameter": post("Transfer-Encoding: chunked;a=b", body=CHUNKS),
    "te-vertical-tab": post(b"Transfer-Encoding: \x0bchunked", body=CHUNKS),
    "te-nul": post(b"Transfer-Encoding: chunked\x00", body=CHUNKS),
    "te-empty": post("Transfer-Encoding:", body="abc"),
    "te-comma": post("Transfer-Encoding: ,", body="abc"),
    # names and colons
    "name-empty": http("GET / HTTP/1.1", HOST, ": x"),
    "name-nul": http("GET / HTTP/1.1", HOST, b"\x00: x"),
    "name-space-before-colon": http("POST / HTTP/1.1", HOST, "Content-Length : 3", body="abc"),
    "te-space-before-colon": post("Transfer-Encoding : chunked", body=CHUNKS),
    "te-tab-before-colon": post("Transfer-Encoding\t: chunked", body=CHUNKS),
    "name-with-space": http("GET / HTTP/1.1", HOST, "X Y: z"),
    "name-without-colon": http("GET / HTTP/1.1", HOST, "XY"),
    "name-with-control": http("GET / HTTP/1.1", HOST, b"X\x01: z"),
    "name-high-byte": http("GET / HTTP/1.1", HOST, b"X\xff: z"),
    "name-parenthesis": http("GET / HTTP/1.1", HOST, "X(: z"),
    "name-quote": http("GET / HTTP/1.1", HOST, 'X": z'),
    "name-leading-space": http("GET / HTTP/1.1", " X: z", HOST),
    # values
    "value-nul": http("GET / HTTP/1.1", HOST, b"X: a\x00b"),
    "value-bare-cr": http("GET / HTTP/1.1", HOST, b"X: a\rb"),
    "value-bare-cr-then-name": http("GET / HTTP/1.1", HOST, b"X: a\rTransfer-Encoding: chunked"),
    # lines
    "request-line-no-version": b"GET /\r\n\r\n",
    "request-line-two-spaces": http("GET  / HTTP/1.1", HOST),
    "request-line-tab": http("GET\t/\tHTTP/1.1", HOST),
    "request-line-extra-word": http("GET / x HTTP/1.1", HOST),
    "request-line-trailing-space": http("GET / HTTP/1.1 ", HOST),
    "request-line-leading-space": http(" GET / HTTP/1.1", HOST),
    "request-line-nul": http(b"GET /\x00 HTTP/1.1", HOST),
    "request-line-control": http(b"GET /\x01 HTTP/1.1", HOST),
    "request-line-high-byte": http(b"GET /\xff HTTP/1.1", HOST),
    "request-line-bare-cr": http(b"GET /\r HTTP/1.1", HOST),
    "method-odd": http("G(T / HTTP/1.1", HOST),
    "method-empty": http(" / HTTP/1.1", HOST),
    "version-lower": http("GET / http/1.1", HOST),
    "version-two": http("GET / HTTP/2.0", HOST),
    "version-09": http("GET / HTTP/0.9", HOST),
    "version-long": http("GET / HTTP/1.10", HOST),
    "version-comma": http("GET / HTTP/1,1", HOST),
    "version-letter": http("GET / HTTP/1.x", HOST),
    "http2-preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "tls-hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 60,
    # targets and hosts
    "target-relative": http("GET a HTTP/1.1", HOST),
    "target-fragment": http("GET /a#b HTTP/1.1", HOST),
    "target-absolute-other-host": http("GET http://b.test/ HTTP/1.1", HOST),
    "target-connect-without-port": http("CONNECT a.test HTTP/1.1", "Host: a.test"),
    "host-two": http("GET / HTTP/1.1", HOST, "Host: b.test"),
    "host-missing-in-connect-differs": http("CONNECT a.test:80 HTTP/1.1", "Host: b.test:80"),
    # size
    "head-too-large": http("GET / HTTP/1.1", HOST, "X: " + "a" * 70_000),
    "target-too-large": http("GET /" + "a" * 70_000 + " HTTP/1.1", HOST),
    "too-many-fields": http("GET / HTTP/1.1", HOST, *(f"X{n}: 1" for n in range(1000))),
}


# What HAProxy 2.8 lets through (made regular, or as it is) and Steelyard refuses.
LAX = {
    "cl-too-large",
    "request-line-two-spaces",
    "request-line-tab",
    "version-two",
    "version-09",
    "http2-preface",
    "target-relative",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(run: Runner, serve, name, program):
    if program.is_haproxy and name in LAX:
        pytest.skip("HAProxy 2.8 is more lenient here")
    server = serve(echo)
    proxy = site(run, front="timeout http-request 3s", s1=server)
    with proxy.connect() as client:
        try:
            client.send(REFUSED[name] + AFTER)
        except OSError:
            pass
        said = client.rest()
    assert said == b"" or said.startswith(b"HTTP/1.1 400 "), said
    assert said.count(b"HTTP/1.") <= 1
    assert server.received == b""


BAD_CHUNKS: dict[str, bytes] = {
    "size-empty": b"\r\na\r\n0\r\n\r\n",
    "size-plus": b"+1\r\na\r\n0\r\n\r\n",
    "size-minus": b"-1\r\na\r\n0\r\n\r\n",
    "size-underscore": b"1_0\r\n" + b"a" * 16 + b"\r\n0\r\n\r\n",
    "size-0x": b"0x1\r\na\r\n0\r\n\r\n",
    "size-leading-space": b" 1\r\na\r\n0\r\n\r\n",
    "size-letter": b"g\r\na\r\n0\r\n\r\n",
    "size-overflow": b"10000000000000001\r\na\r\n0\r\n\r\n",
    "size-too-large": b"fffffffffffffffff\r\na\r\n0\r\n\r\n",
    "size-bare-cr": b"1\ra\r\n0\r\n\r\n",
    "data-longer": b"1\r\nab\r\n0\r\n\r\n",
    "data-without-crlf": b"1\r\na0\r\n\r\n",
    "size-nul": b"1\x00\r\na\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_bad_chunks_end_the_connection(run: Runner, serve, name):
    """The head may have gone out when the bad chunk comes; nothing of the chunk or behind it may be taken for a request."""
    server = serve(echo)
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        client.send(post(CHUNKED, body=BAD_CHUNKS[name]) + AFTER)
        said = client.rest()
    assert said == b"" or said[:13] in (b"HTTP/1.1 400 ", b"HTTP/1.1 502 "), said
    assert b"smuggled" not in server.received
    assert len(server.requests) <= 1
    assert not [request for request in server.requests if request.trailers or b"0\r\n\r\n" in server.received]


FRAMED: dict[str, tuple[bytes, bytes]] = {
    # Both lengths: Transfer-Encoding wins, the length is dropped, and the connection is not used again.
    "te-and-cl": (post(CHUNKED, "Content-Length: 4", body=CHUNKS), b"a"),
    "cl-and-te": (post("Content-Length: 4", CHUNKED, body=CHUNKS), b"a"),
    "te-case": (post("Transfer-Encoding: CHUNKED", body=CHUNKS), b"a"),
    "chunk-extension": (post(CHUNKED, body="1;x=y\r\na\r\n0;z\r\n\r\n"), b"a"),
    "chunk-extension-quoted": (post(CHUNKED, body='1;x="\\"y"\r\na\r\n0\r\n\r\n'), b"a"),
    "chunk-leading-zeros": (post(CHUNKED, body="0001\r\na\r\n000\r\n\r\n"), b"a"),
    "cl-leading-zeros": (post("Content-Length: 0003", body="abc"), b"abc"),
    "cl-same-twice": (post("Content-Length: 3", "Content-Length: 3", body="abc"), b"abc"),
    "cl-same-list": (post("Content-Length: 3, 3", body="abc"), b"abc"),
}


@pytest.mark.parametrize("name", FRAMED)
def test_what_is_let_through_has_one_meaning(run: Runner, serve, name):
    """The server gets one framing field, with the body that the proxy saw."""
    request, body = FRAMED[name]
    server = serve(echo)
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        client.send(request)
        got = client.response().echoed
    assert got.body == body
    seen = server.requests[0]
    assert len(seen.all("content-length")) + len(seen.all("transfer-encoding")) == 1
    if seen.get("content-length"):
        assert seen.get("content-length") == str(len(body))


@pytest.mark.parametrize("size", [255, 256, 257, 263, 270, 1000])
def test_long_names_are_not_cut(run: Runner, serve, size):
    """A name whose length overflows a byte must not turn into a shorter one (CVE-2021-40346)."""
    name = "content-length".ljust(size, "0")
    server = serve(echo)
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", HOST, f"{name}: 60", "Content-Length: 3", body="abc") + AFTER)
        first = client.response()
        if first.status == 400:
            assert server.received == b""
            return
        assert (first.echoed.get(name), first.echoed.body) == ("60", b"abc")
        assert client.response().echoed.target == "/smuggled"


def test_http10_with_chunks_is_not_kept_open(run: Runner, serve):
    server = serve(hello)
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.0", HOST, "Connection: keep-alive", CHUNKED, body=CHUNKS) + AFTER)
        said = client.rest()
    assert said.count(b"HTTP/1.") <= 1
    assert b"smuggled" not in server.received


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
@pytest.mark.parametrize("framing", ["Content-Length: 4", CHUNKED])
def test_old_requests_with_a_body_that_some_would_not_look_for(run: Runner, serve, sink, method, framing):
    """Behind such an agent the body would be a request of its own (manual, `h1-accept-payload-with-any-method`)."""
    server = serve(hello)
    proxy = site(run, front="log <sink> local0\nlog-format %ST,%ts", sink=sink, s1=server)
    with proxy.connect() as client:
        client.send(http(f"{method} / HTTP/1.0", HOST, framing, body="abcd" if "Length" in framing else CHUNKS))
        said = client.rest()
    assert said.startswith(b"HTTP/1.1 413 "), said
    assert sink.take().endswith("413,PR")
    assert not server.received


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "PATCH"])
def test_old_requests_of_other_methods_may_have_a_body(run: Runner, serve, method):
    assert (
        site(run, s1=serve(echo)).ask(http(f"{method} / HTTP/1.0", HOST, "Content-Length: 4", body="abcd")).body.endswith(b"abcd")
    )


def test_old_requests_may_have_a_body_where_that_is_wanted(run: Runner, serve):
    proxy = site(run, top="global\n    h1-accept-payload-with-any-method", s1=serve(echo))
    assert proxy.ask(http("GET / HTTP/1.0", HOST, "Content-Length: 4", body="abcd")).body.endswith(b"abcd")
    assert proxy.ask(http("GET / HTTP/1.0", HOST, "Content-Length: 0")).status == 200


def test_te_and_cl_close_the_connection(run: Runner, serve):
    server = serve(echo)
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        client.send(post("Content-Length: 6", CHUNKED, body="0\r\n\r\nG") + AFTER)
        said = client.rest()
    assert said.count(b"HTTP/1.") <= 2
    assert b"smuggled" not in server.received or b"\r\n\r\nG" not in server.received
    assert "GGET" not in [request.method for request in server.requests]


def test_upgrade_is_no_tunnel_before_101(run: Runner, serve):
    """The server answers 200 to the upgrade: what follows is a new request, seen by the rules (CVE-2026-2833)."""
    server = serve(echo)
    proxy = site(run, front="http-request deny if { path /admin }", s1=server)
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    with proxy.connect() as client:
        client.send(
            http("GET / HTTP/1.1", HOST, "Connection: Upgrade", "Upgrade: websocket", key) + http("GET /admin HTTP/1.1", HOST)
        )
        assert client.response().status == 200
        assert client.response().status == 403
    assert b"/admin" not in server.received


def test_connect_is_no_tunnel_before_2xx(run: Runner, serve):
    server = serve(reply(http("HTTP/1.1 403 No", "Content-Length: 0")))
    proxy = site(run, front="http-request deny if { path /admin }", s1=server)
    with proxy.connect() as client:
        client.send(http("CONNECT a.test:80 HTTP/1.1", "Host: a.test:80") + http("GET /admin HTTP/1.1", HOST))
        assert client.response().status == 403
        assert client.response().status == 403
    assert b"/admin" not in server.received


@pytest.mark.parametrize("token", ["X-Forwarded-For", "x-real", "Host", "Content-Length", "close, X-Forwarded-For"])
def test_connection_cannot_remove_the_proxys_own_fields(run: Runner, serve, token):
    """`Connection: X-Forwarded-For` must not drop what the proxy says (CVE-2024-45410)."""
    proxy = site(run, front="option forwardfor\nhttp-request set-header X-Real %[src]", s1=serve(echo))
    got = proxy.ask(post(f"Connection: {token}", "Content-Length: 1", body="x")).echoed
    assert got.all("x-forwarded-for") == ["127.0.0.1"]
    assert got.all("x-real") == ["127.0.0.1"]
    assert got.all("host") == ["a.test"]
    assert got.all("content-length") == ["1"]


@pytest.mark.parametrize(
    "path", ["/a/../admin", "/a//admin", "/%61dmin", "/ADMIN", "/admin/", "/a/%2e%2e/admin", "/a\\admin", "/./admin", "/admin;x"]
)
def test_rules_see_what_the_server_gets(run: Runner, serve, path):
    """Nothing is decoded or merged on the way: the path in the rule is the path on the wire."""
    proxy = site(run, front="http-request set-header X-Path %[path]", s1=serve(echo))
    got = proxy.ask(http(f"GET {path} HTTP/1.1", HOST)).echoed
    assert (got.target, got.get("x-path")) == (path, path)


def test_fields_that_name_variables_pass_or_not_but_never_merge(run: Runner, serve):
    got = (
        site(run, s1=serve(echo)).ask(http("GET / HTTP/1.1", HOST, "X_Forwarded_Proto: https", "X-Forwarded-Proto: http")).echoed
    )
    assert got.all("x-forwarded-proto") == ["http"]


OBSOLETE = {
    "fold": http("GET / HTTP/1.1", HOST, "X: a", " b"),
    "fold-tab": http("GET / HTTP/1.1", HOST, "X: a", "\tb"),
    "fold-hides-te": http("POST / HTTP/1.1", HOST, "X: a", " Transfer-Encoding: chunked", "Content-Length: 0"),
}


@pytest.mark.parametrize("name", OBSOLETE)
def test_folded_lines_are_joined_or_refused(run: Runner, serve, name):
    server = serve(echo)
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        client.send(OBSOLETE[name])
        got = client.response(OBSOLETE[name].split(b" ")[0].decode())
    if got.status != 400:
        assert b"\r\n " not in server.requests[0].head
        assert b"\r\n\t" not in server.requests[0].head
        assert server.requests[0].get("transfer-encoding") is None


BARE_LF = {
    "head": b"GET / HTTP/1.1\nHost: a.test\n\n",
    "one-line": b"GET / HTTP/1.1\r\nHost: a.test\nX: y\r\n\r\n",
    "end": b"GET / HTTP/1.1\r\nHost: a.test\r\n\n",
}


@pytest.mark.parametrize("name", BARE_LF)
def test_bare_lf_never_goes_on(run: Runner, serve, name):
    server = serve(echo)
    proxy = site(run, front="timeout http-request 500ms", s1=server)
    with proxy.connect() as client:
        client.send(BARE_LF[name])
        got = client.response()
    assert got.status in (200, 400, 408)
    assert b"\n" not in server.received.replace(b"\r\n", b"")
