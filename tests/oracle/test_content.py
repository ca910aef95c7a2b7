"""Content of TCP sessions: what fetches make of the first bytes, whole, cut and malformed; and how long rules wait for more."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import name_then_pump


def sized(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data


def extension(kind: int, data: bytes) -> bytes:
    return kind.to_bytes(2, "big") + sized(data, 2)


def hello(
    *extensions: bytes, version: bytes = b"\x03\x03", record: bytes = b"\x03\x01", kind: int = 1, bare: bool = False
) -> bytes:
    body = version + bytes(32) + sized(b"", 1) + sized(b"\x13\x01\xc0\x2f", 2) + sized(b"\0", 1)
    if not bare:
        body += sized(b"".join(extensions), 2)
    return b"\x16" + record + sized(bytes([kind]) + sized(body, 3), 2)


def rdp(cookie: bytes) -> bytes:
    request = b"\xe0\0\0\0\0\0" + cookie + b"\x01\x00\x08\x00\x00\x00\x00\x00"
    request = bytes([len(request)]) + request
    return b"\x03\x00" + (len(request) + 4).to_bytes(2, "big") + request


NAME = extension(0, sized(b"\0" + sized(b"www.example.com", 2), 2))
ALPN = extension(16, sized(sized(b"h2", 1) + sized(b"http/1.1", 1), 2))
GROUPS = extension(10, sized(b"\x00\x1d\x00\x17", 2))
POINTS = extension(11, sized(b"\0", 1))
NO_TICKET, TICKET = extension(35, b""), extension(35, b"abcd")
FULL = hello(NAME, ALPN, GROUPS, POINTS, NO_TICKET)
NAMED, BARE = hello(NAME), hello(bare=True)
SSL2 = b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + bytes(0x15 + 0x10)
REQUEST = b"GET /a/b?x=1 HTTP/1.1\r\nHost: h.test\r\nX-A: one, two\r\nCookie: c=v\r\n\r\n"
MSTS = rdp(b"Cookie: msts=1.2.3\r\n")
DISTCC = b"DIST00000001ARGC00000002ARGV00000003gccARGV00000002-cDOTI00000005abcde"

# subject -> [(bytes, fetch, value; `-` is none)]
TABLE: dict[str, list[tuple[bytes, str, str]]] = {
    "tls": [
        (FULL, "req.ssl_sni", "www.example.com"),
        (FULL, "req.ssl_alpn", "h2"),
        (FULL, "req.ssl_ec_ext", "1"),
        (FULL, "req.ssl_st_ext", "1"),
        (FULL, "req.ssl_ver", "196611"),
        (FULL, "req.ssl_hello_type", "1"),
        (FULL, "req_ssl_ver", "196611"),
        (NAMED, "req.ssl_alpn", "-"),
        (NAMED, "req.ssl_ec_ext", "-"),
        (NAMED, "req.ssl_st_ext", "0"),
        (BARE, "req.ssl_alpn", "-"),
        (BARE, "req.ssl_ec_ext", "-"),
        (BARE, "req.ssl_st_ext", "-"),
        (BARE, "req.ssl_ver", "196611"),
        (BARE, "req.ssl_sni", "-"),
        (hello(TICKET), "req.ssl_st_ext", "2"),
        (hello(POINTS), "req.ssl_ec_ext", "-"),
        (hello(GROUPS), "req.ssl_ec_ext", "1"),
        (hello(record=b"\x03\x03"), "req.ssl_ver", "196611"),
        (hello(version=b"\x03\x01"), "req.ssl_ver", "196609"),
        (SSL2, "req.ssl_ver", "2"),
        (hello(NAME, kind=2), "req.ssl_hello_type", "2"),
        (hello(NAME, kind=2), "req.ssl_sni", "-"),
        (FULL[:20], "req.ssl_sni", "-"),
        (FULL[:20], "req.ssl_ver", "-"),
        (REQUEST, "req.ssl_sni", "-"),
        (REQUEST, "req.ssl_ver", "-"),
        (REQUEST, "req.ssl_ec_ext", "-"),
        (hello(extension(16, b"")), "req.ssl_alpn", "-"),
        (hello(extension(16, sized(b"", 2))), "req.ssl_alpn", "-"),
    ],
    "rdp": [
        (MSTS, "req.rdp_cookie(msts)", "1.2.3"),
        (MSTS, "req.rdp_cookie", "1.2.3"),
        (MSTS, "rdp_cookie(msts)", "1.2.3"),
        (MSTS, "req.rdp_cookie_cnt", "1"),
        (MSTS, "req.rdp_cookie_cnt(msts)", "1"),
        (MSTS, "req.rdp_cookie_cnt(x)", "0"),
        (MSTS, "req.rdp_cookie(x)", "-"),
        (rdp(b"Cookie: mstshash=ann\r\n"), "req.rdp_cookie(mstshash)", "ann"),
        (rdp(b"Cookie: MSTSHASH=ann\r\n"), "req.rdp_cookie(mstshash)", "ann"),
        (rdp(b"cookie: msts=1\r\n"), "req.rdp_cookie(msts)", "1"),
        (rdp(b"Cookie: msts=1"), "req.rdp_cookie(msts)", "-"),
        (rdp(b"Cookie: msts\r\n"), "req.rdp_cookie(msts)", "-"),
        (rdp(b""), "req.rdp_cookie(msts)", "-"),
        (MSTS[:12], "req.rdp_cookie(msts)", "-"),
        (b"hello world! " * 3, "req.rdp_cookie_cnt", "0"),
    ],
    "http": [
        (REQUEST, "path", "/a/b"),
        (REQUEST, "req.hdr(host)", "h.test"),
        (REQUEST, "req.hdr(x-a)", "two"),
        (REQUEST, "req.hdr_cnt(x-a)", "2"),
        (REQUEST, "url_param(x)", "1"),
        (REQUEST, "req.cook(c)", "v"),
        (REQUEST, "req.ver", "1.1"),
        (REQUEST, "base", "h.test/a/b"),
        (REQUEST, "req.proto_http", "1"),
        (REQUEST, "req.len", str(len(REQUEST))),
        (REQUEST, "req.payload(0,5)", "GET /"),
        (REQUEST[:30], "path", "-"),
        (b"\x16\x03\x01\x00", "path", "-"),
        (b"junk\r\n\r\n", "path", "-"),
    ],
    "distcc": [
        (DISTCC, "distcc_param(DIST)", "1"),
        (DISTCC, "distcc_param(ARGC)", "2"),
        (DISTCC, "distcc_param(ARGV,2)", "2"),
        (DISTCC, "distcc_body(ARGV)", "gcc"),
        (DISTCC, "distcc_body(ARGV,1)", "gcc"),
        (DISTCC, "distcc_body(ARGV,2)", "-c"),
        (DISTCC, "distcc_body(ARGV,3)", "-"),
        (DISTCC, "distcc_body(DOTI)", "abcde"),
        (DISTCC, "distcc_body(NOPE)", "-"),
        (DISTCC[:30], "distcc_body(ARGV)", "-"),
        (b"DIST0000000x", "distcc_param(DIST)", "-"),
    ],
}


@pytest.mark.parametrize("subject", TABLE)
def test_first_bytes(run, sink, subject):
    config = "defaults\n    mode tcp\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
    for number, (_, fetch, _) in enumerate(TABLE[subject]):
        # The first rule waits for the bytes; the second one doesn't.
        config += (
            f"frontend f{number}\n    bind <f{number}>\n    log <sink> local0\n    tcp-request inspect-delay 20s\n"
            "    tcp-request content set-var(sess.there) int(1) if { req.len gt 0 }\n"
            f"    tcp-request content set-var(sess.found) {fetch}\n"
            f'    tcp-request content reject\n    log-format "case {number} [%[var(sess.found)]]"\n'
        )
    proxy = run(config, bare=True, sink=sink)
    wrong = {}
    for number, (data, fetch, want) in enumerate(TABLE[subject]):
        with proxy.connect(f"f{number}") as client:
            client.send(data)
            got = sink.take(f"case {number} ")
        if got != f"case {number} [{want}]":
            wrong[fetch, data] = (got, want)
    assert not wrong


# condition, first bytes that don't decide it, the rest that does
LATE = {
    "sni": ("req.ssl_sni -m end example.com", FULL[:60], FULL[60:]),
    "alpn": ("req.ssl_alpn h2", FULL[:100], FULL[100:]),
    "version": ("req.ssl_ver 3.3", FULL[:3], FULL[3:]),
    "rdp": ("req.rdp_cookie_cnt gt 0", MSTS[:8], MSTS[8:]),
    "path": ("path /a/b", REQUEST[:40], REQUEST[40:]),
    "proto": ("req.proto_http", REQUEST[:40], REQUEST[40:]),
    "length": ("req.len ge 10", b"12345", b"67890"),
    "payload": ("req.payload(3,4) -m str defg", b"abcde", b"fg"),
    "lv": ("req.payload_lv(0,1) -m str abc", b"\x03ab", b"c"),
    "distcc": ("distcc_body(DOTI) -m str abcde", DISTCC[:-3], DISTCC[-3:]),
}


@pytest.mark.parametrize("case", LATE)
def test_conditions_wait_for_more_bytes(run, serve, case, program):
    if program.is_haproxy and case == "distcc":
        pytest.skip("HAProxy 2.8 closes now and then when the tokens come in parts")
    condition, first, rest = LATE[case]
    proxy = run(
        f"frontend fe\n    mode tcp\n    bind <fe>\n    tcp-request inspect-delay 20s\n"
        f"    tcp-request content accept if {{ {condition} }}\n    tcp-request content reject\n    default_backend be\n"
        "backend be\n    mode tcp\n    server s1 <s1>\n",
        s1=serve(name_then_pump),
    )
    with proxy.connect() as client:
        client.send(first)
        client.send(rest)
        assert client.exactly(2) == b"s1"


@pytest.mark.parametrize("case", ["sni", "path", "length", "payload"])
def test_conditions_give_up_after_the_inspect_delay(run, serve, case):
    condition, first, _ = LATE[case]
    proxy = run(
        f"frontend fe\n    mode tcp\n    bind <fe>\n    tcp-request inspect-delay 200ms\n"
        f"    tcp-request content accept if {{ {condition} }}\n    tcp-request content reject\n    default_backend be\n"
        "backend be\n    mode tcp\n    server s1 <s1>\n",
        s1=serve(name_then_pump),
    )
    with proxy.connect() as client:
        client.send(first)
        assert client.closed()


def test_http_routes_a_tcp_session(run, serve):
    """`use_backend` of a TCP frontend may look at the request once content rules have waited for it."""
    proxy = run(
        "frontend fe\n    mode tcp\n    bind <fe>\n    tcp-request inspect-delay 20s\n"
        "    tcp-request content accept if { req.proto_http }\n"
        "    use_backend two if { req.hdr(host) -i two.test }\n    default_backend one\n"
        "backend one\n    mode tcp\n    server s1 <s1>\nbackend two\n    mode tcp\n    server s2 <s2>\n",
        s1=serve(name_then_pump, "s1"),
        s2=serve(name_then_pump, "s2"),
    )
    for host, name in (("two.test", b"s2"), ("one.test", b"s1"), ("TWO.test", b"s2")):
        with proxy.connect() as client:
            client.send(http("GET / HTTP/1.1", f"Host: {host}"))
            assert client.exactly(2) == name


def test_rules_in_front_of_one_that_waits_see_what_has_come(run, serve, sink):
    """All rules begin again when there is more: what could not be kept at first is kept then, and may decide."""
    proxy = run(
        "frontend fe\n    mode tcp\n    bind <fe>\n    log <sink> local0\n    tcp-request inspect-delay 20s\n"
        "    tcp-request content set-var(sess.path) path\n    tcp-request content set-var(sess.length) req.len\n"
        "    tcp-request content reject if { var(sess.path) -m str /bad }\n    tcp-request content accept if { req.proto_http }\n"
        '    log-format "%[var(sess.path)] %[var(sess.length)]"\n    default_backend be\n'
        "backend be\n    mode tcp\n    server s1 <s1>\n",
        s1=serve(name_then_pump, "s1"),
        sink=sink,
    )
    for path in ("/good", "/bad"):
        head = http(f"GET {path} HTTP/1.1", "Host: a.test")
        with proxy.connect() as client:
            client.send(head[:6])
            client.send(head[6:])
            if path == "/good":
                assert client.exactly(3) == b"s1\n"
                client.shut()
            client.rest()
        assert sink.take() == f"{path} {len(head)}"
