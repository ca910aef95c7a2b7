"""The manual's own examples of sections 7.3.2 to 7.3.6: rules that decide by the state of proxies, by connections, by first bytes
and by requests. Rates and delays are shorter than in the manual."""

from __future__ import annotations

import time

import pytest

from tests.kit import Proxy, http
from tests.kit.behaviours import hello, name_then_pump, stall_before_head
from tests.oracle.common import get, site
from tests.oracle.test_content import ALPN, DISTCC, NAME, extension, rdp, sized
from tests.oracle.test_content import hello as client_hello

TCP = "defaults\n    mode tcp\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"


def first_server(proxy: Proxy, data: bytes, *, source: str | None = None) -> str:
    """The name that the server of a TCP session says; nothing when the session is closed."""
    with proxy.connect(source=source) as client:
        client.send(data)
        return client.rest().decode() if client.closed() else client.until(b"\n").decode().strip()


def farm(run, front: str, back: str, serve, names: tuple[str, ...]):
    """A TCP frontend with `front`, and backends (or, with `back`, servers) that say their names."""
    if back:
        text = f"listen fe\n    bind <fe>\n{front}{back}"
    else:
        text = f"frontend fe\n    bind <fe>\n{front}" + "".join(f"backend {name}\n    server s1 <{name}>\n" for name in names)
    return run(TCP + text, bare=True, **{name: serve(name_then_pump, name) for name in names})


def test_too_many_sessions_of_a_backend(run, serve):
    proxy = run(
        "frontend fe\n    bind <fe>\n    default_backend dynamic\nbackend dynamic\n    acl being_scanned be_sess_rate gt 3\n"
        "    redirect location /denied.html if being_scanned\n    server s1 <s1>\n",
        s1=serve(hello),
    )
    answers = [proxy.ask(get("/")) for _ in range(6)]
    assert answers[0].status == 200
    assert [answer.get("location") for answer in answers if answer.status == 302] == ["/denied.html"] * 3


def test_too_many_sessions_of_a_server(run, serve):
    proxy = run(
        "frontend fe\n    bind <fe>\n    acl srv1_full srv_sess_rate(be1/srv1) gt 2\n    acl srv2_full srv_sess_rate(be1/srv2) gt 50\n"
        "    use_backend be2 if srv1_full or srv2_full\n    default_backend be1\n"
        "backend be1\n    server srv1 <one>\n    server srv2 <one> weight 0\nbackend be2\n    server s1 <two>\n",
        one=serve(hello, "one"),
        two=serve(hello, "two"),
    )
    assert [proxy.ask(get("/")).text for _ in range(5)] == ["one", "one", "one", "two", "two"]


def test_excess_connections_wait(run, serve):
    front = (
        "    maxconn 100\n    acl too_fast fe_sess_rate ge 3\n    tcp-request inspect-delay 400ms\n"
        "    tcp-request content accept if ! too_fast\n    tcp-request content accept if WAIT_END\n    default_backend one\n"
    )
    proxy = farm(run, front, "", serve, ("one",))
    waits = []
    for _ in range(4):
        start = time.monotonic()
        with proxy.connect() as client:
            assert client.until(b"\n") == b"one\n"
        waits.append(time.monotonic() - start)
    assert waits[0] < 0.4 <= waits[3] < 10, waits


def test_everybody_waits(run, serve):
    front = "    tcp-request inspect-delay 300ms\n    tcp-request content accept if WAIT_END\n    default_backend one\n"
    start = time.monotonic()
    assert first_server(farm(run, front, "", serve, ("one",)), b"x") == "one"
    assert time.monotonic() - start >= 0.3


def test_bad_guys_learn_late(run, serve):
    front = (
        "    tcp-request inspect-delay 300ms\n    acl goodguys src 127.0.0.0/31\n    acl badguys src 127.0.0.2/31\n"
        "    tcp-request content accept if goodguys\n    tcp-request content reject if badguys WAIT_END\n    tcp-request content reject\n"
        "    default_backend one\n"
    )
    proxy = farm(run, front, "", serve, ("one",))
    took = {}
    for source in ("127.0.0.1", "127.0.0.2", "127.0.0.4"):
        start = time.monotonic()
        with proxy.connect(source=source) as client:
            came = client.fill()
        took[source] = (came, time.monotonic() - start >= 0.3)
    assert took == {"127.0.0.1": (b"one\n", False), "127.0.0.2": (b"", True), "127.0.0.4": (b"", False)}


def test_the_country_of_an_address(run, serve, tmp_path):
    (tmp_path / "geoip.lst").write_text(
        "# this is a comment\n  2.22.246.0/23    United Kingdom      \n127.0.0.0/8\tHere  and   there\t\n"
    )
    proxy = site(
        run,
        front="http-request return hdr X-Country %[src,map_ip(<geo>)] hdr X-Other %[req.hdr_ip(x-a),map_ip(<geo>)]",
        geo=tmp_path / "geoip.lst",
        s1=serve(hello),
    )
    got = proxy.ask(get("/", "X-A: 2.22.247.255"))
    assert (got.get("x-country"), got.get("x-other")) == ("Here  and   there", "United Kingdom")


def test_connections_of_an_address(run, serve):
    front = (
        "    maxconn 100\n    stick-table type ip size 20 expire 10s store conn_cnt\n"
        "    tcp-request content reject if { src_updt_conn_cnt gt 3 }\n    server local <one>\n"
    )
    proxy = farm(run, front, "    # the same section\n", serve, ("one",))
    with_address = [first_server(proxy, b"x", source="127.0.0.9") for _ in range(5)]
    assert with_address == ["one", "one", "one", "", ""]
    assert first_server(proxy, b"x") == "one"


WAIT_FOR_HELLO = "    tcp-request inspect-delay 5s\n    tcp-request content accept if { req.ssl_hello_type 1 }\n"
ACME = extension(16, sized(sized(b"acme-tls/1", 1), 2))


def test_a_backend_by_the_protocol_of_tls(run, serve):
    front = WAIT_FOR_HELLO + "    use_backend bk_acme if { req.ssl_alpn acme-tls/1 }\n    default_backend bk_default\n"
    proxy = farm(run, front, "", serve, ("bk_acme", "bk_default"))
    assert first_server(proxy, client_hello(NAME, ACME)) == "bk_acme"
    assert first_server(proxy, client_hello(NAME, ALPN)) == "bk_default"
    assert first_server(proxy, client_hello(NAME)) == "bk_default"


def test_a_backend_by_the_name_of_tls(run, serve, tmp_path):
    (tmp_path / "allowed_sites").write_text("www.example.com\n")
    front = (
        WAIT_FOR_HELLO
        + f"    use_backend bk_allow if {{ req.ssl_sni -f {tmp_path}/allowed_sites }}\n    default_backend bk_sorry_page\n"
    )
    proxy = farm(run, front, "", serve, ("bk_allow", "bk_sorry_page"))
    assert first_server(proxy, client_hello(NAME)) == "bk_allow"
    other = extension(0, sized(b"\0" + sized(b"other.example.com", 2), 2))
    assert first_server(proxy, client_hello(other)) == "bk_sorry_page"


GROUPS = extension(10, sized(b"\x00\x1d\x00\x17", 2))
SIGNATURES = extension(13, sized(b"\x04\x03\x08\x05", 2))
SHARES = extension(51, sized(b"\x00\x1d" + sized(bytes(32), 2), 2))
HELLOS = {
    "ciphers": ("req.ssl_cipherlist,be2hex(:,2),lower -m sub 1301:c02f", (), (3, 2)),
    "shares": ("req.ssl_keyshare_groups,be2hex(:,2),lower -m sub 001d", (SHARES,), (3, 2)),
    "signatures": ("req.ssl_sigalgs,be2hex(:,2),lower -m sub 0403:0805", (SIGNATURES,), (3, 2)),
    "groups": ("req.ssl_supported_groups,be2hex(:,2),lower -m sub 0017", (GROUPS,), (3, 2)),
}


@pytest.mark.parametrize("what", HELLOS)
def test_a_server_by_what_tls_offers(run, serve, what, program):
    condition, extensions, since = HELLOS[what]
    if program.is_haproxy and program.version < since:
        pytest.skip("HAProxy has this fetch since 3.2")
    back = f"    use-server fe3 if {{ {condition} }}\n    server fe1 <fe1> \n    server fe3 <fe3> weight 0\n"
    proxy = farm(run, WAIT_FOR_HELLO, back, serve, ("fe1", "fe3"))
    assert first_server(proxy, client_hello(*extensions)) == "fe3"
    if extensions:
        assert first_server(proxy, client_hello(NAME)) == "fe1"


def test_a_terminal_server_farm(run, serve):
    back = (
        "    tcp-request inspect-delay 5s\n    tcp-request content accept if RDP_COOKIE\n"
        "    stick-table type string size 204800\n    stick on req.rdp_cookie(mstshash)\n"
        "    server srv1 <srv1>\n    server srv2 <srv2>\n"
    )
    proxy = farm(run, "", back, serve, ("srv1", "srv2"))
    names = [first_server(proxy, rdp(b"Cookie: mstshash=%s\r\n" % who)) for who in (b"ann", b"bob", b"ann", b"bob", b"ann")]
    assert sorted(names[:2]) == ["srv1", "srv2"]
    assert names[2:] == [names[0], names[1], names[0]]


def test_large_files_of_distcc(run, serve):
    front = (
        "    tcp-request inspect-delay 20s\n    tcp-request content accept if { distcc_param(DOTI) -m found }\n"
        "    use_backend big_farm if { distcc_param(DOTI) gt 1000 }\n    default_backend small\n"
    )
    proxy = farm(run, front, "", serve, ("big_farm", "small"))
    assert first_server(proxy, DISTCC) == "small"
    assert first_server(proxy, DISTCC[:-17] + b"DOTI%08x" % 2000 + b"x" * 2000) == "big_farm"


@pytest.mark.parametrize(
    "rule, target", [("urlp(PHPSESSIONID)", "/foo?PHPSESSIONID={}"), ("urlp(JSESSIONID,;)", "/foo;JSESSIONID={}")]
)
def test_a_session_in_the_url(run, serve, rule, target):
    proxy = site(
        run,
        back=f"stick-table type string size 1k\nstick on {rule}\nserver s2 <s2>",
        s1=serve(hello, "s1"),
        s2=serve(hello, "s2"),
    )
    names = [proxy.ask(get(target.format(each))).text for each in ("one", "two", "one", "two", "one", "one")]
    assert sorted(names[:2]) == ["s1", "s2"]
    assert names[2:] == [names[0], names[1], names[0], names[0]]


def test_requests_are_counted_by_base(run, serve):
    proxy = site(
        run,
        front="""
        tcp-request inspect-delay 10s
        tcp-request content reject if !HTTP
        tcp-request content track-sc0 base table req-rate
        http-request return hdr X-Count %[sc0_http_req_cnt]
        backend req-rate
        stick-table type string len 100 size 1k store http_req_cnt
        frontend other
        """,
        s1=serve(hello),
    )
    assert [proxy.ask(get(path)).get("x-count") for path in ("/a?1", "/a?2", "/b", "/a")] == ["1", "2", "1", "3"]


def test_the_status_tells_of_the_queue(run, serve, program):
    if program.is_haproxy and program.version < (3, 2):
        pytest.skip("HAProxy has this fetch since 3.2")
    text = (
        "frontend fe\n    bind <fe>\n    http-after-response set-status 429 if { txn.sess_term_state sQ }\n    default_backend be\n"
        "backend be\n    timeout queue 100ms\n    server s1 <s1> maxconn 1\n"
    )
    proxy = run(text, s1=serve(stall_before_head))
    with proxy.connect() as first:
        first.send(get("/"))
        deadline = time.monotonic() + 10
        status = 0
        while status != 429 and time.monotonic() < deadline:
            status = proxy.ask(get("/x")).status
        assert status == 429


def test_json_in_a_log_line(run, serve, sink):
    proxy = run(
        "frontend fe\n    bind <fe>\n    log <sink> local0\n    capture request header Host len 15\n"
        "    capture request header user-agent len 150\n"
        '    log-format \'{"ip":"%[src]","user-agent":"%[capture.req.hdr(1),json(utf8s)]"}\'\n'
        "    default_backend be\nbackend be\n    server s1 <s1>\n",
        s1=serve(hello),
        sink=sink,
    )
    proxy.ask(http("GET / HTTP/1.1", "Host: a", b'User-Agent: Very "Ugly" \xc3\xa9 UA 1/2'))
    assert sink.take() == '{"ip":"127.0.0.1","user-agent":"Very \\"Ugly\\" \\u00e9 UA 1\\/2"}'
