"""Connections that begin as TCP and go on as HTTP: `switch-mode http`, and frontends in mode tcp that lead to backends in mode http."""

from __future__ import annotations

import re

import pytest

from tests.kit import http
from tests.kit.behaviours import ACCEPT, echo, hello, name_then_pump, reply, upgrade
from tests.kit.syslog import plain
from tests.oracle.common import STATS, get, since, table

TOP = """
defaults
    mode tcp
    timeout client 20s
    timeout server 20s
    timeout connect 20s
"""
SWITCH = "tcp-request content switch-mode http if HTTP"
WAYS = {"chosen": "", "switched": SWITCH, "h1": "tcp-request content switch-mode http proto h1 if HTTP"}
"""What makes a connection one of HTTP: the backend alone, or a rule in front of it."""


def lead(run, front: str = "", back: str = "", rest: str = "", bind: str = "", **given):
    """A frontend `fe` in mode tcp and a backend `be` in mode http with the server `s1`."""
    return run(
        f"{TOP}frontend fe\n    bind <fe> {bind}\n    tcp-request inspect-delay 20s\n{front}\n    default_backend be\n"
        f"backend be\n    mode http\n{back}\n    server s1 <s1>\n{rest}",
        bare=True,
        **given,
    )


@pytest.mark.parametrize("way", WAYS)
def test_each_request_is_logged_in_the_form_of_the_frontend(run, serve, sink, way):
    """And the connection to the server is used again."""
    server = serve(echo)
    proxy = lead(run, front=f"    log <sink> local0\n    option tcplog\n    {WAYS[way]}", s1=server, sink=sink)
    with proxy.connect() as client:
        for path in ("/a", "/b"):
            message = client.ask(get(path))
            assert message.status == 200
            assert message.body.startswith(f"GET {path} HTTP/1.1\r\n".encode())
            line = re.sub(r"(?<=N/N/N )\d+", "BYTES", plain(sink.take()))
            assert line == "CLIENT [DATE] fe be/s1 N/N/N BYTES -- 1/1/0/0/0 0/0"
    assert server.connections == 1


@pytest.mark.parametrize("way", WAYS)
def test_requests_that_come_in_one_piece(run, serve, way):
    proxy = lead(run, front=WAYS[way], s1=serve(echo))
    with proxy.connect() as client:
        client.send(get("/a") + get("/b") + get("/c"))
        assert [client.response().body.split(b" ")[1] for _ in range(3)] == [b"/a", b"/b", b"/c"]


@pytest.mark.parametrize("way", WAYS)
def test_rules_of_both_sides_see_every_request(run, serve, way):
    """Also where only the backend makes the connection one of HTTP, though HAProxy warns that the frontend's are ignored."""
    front = """
    http-request set-header x-front %[path]
    http-response set-header x-front 1
    http-after-response set-header x-after 1
    """
    back = """
    http-request set-header x-back %[path]
    http-response set-header x-back 1
    """
    proxy = lead(run, front=WAYS[way] + front, back=back, s1=serve(echo))
    with proxy.connect() as client:
        for path in ("/a", "/b"):
            message = client.ask(get(path))
            assert f"x-front: {path}\r\nx-back: {path}\r\n".encode() in message.body
            assert (message.get("x-front"), message.get("x-back"), message.get("x-after")) == ("1", "1", "1")


@pytest.mark.parametrize("way", WAYS)
def test_content_rules_run_again_for_the_next_request(run, serve, sink, way):
    front = f"""
    log <sink> local0
    option tcplog
    tcp-request content accept if !HTTP
    tcp-request content reject if {{ path /b }}
    {WAYS[way]}
    """
    proxy = lead(run, front=front, s1=serve(hello), sink=sink)
    with proxy.connect() as client:
        assert client.ask(get("/a")).status == 200
        client.send(get("/b"))
        assert client.closed()
    assert " fe be/s1 " in plain(sink.take())
    assert plain(sink.take()) == "CLIENT [DATE] fe fe/<NOSRV> -1/-1/N 0 PR 1/1/0/0/0 0/0"


def test_rules_behind_the_switch_are_passed_over(run, serve):
    """For the first request, and for the next one."""
    front = f"""
    tcp-request content set-var(txn.before) path if HTTP
    {SWITCH}
    tcp-request content set-var(txn.behind) path
    tcp-request content reject
    http-request set-header x-seen "%[var(txn.before)] %[var(txn.behind)]"
    """
    proxy = lead(run, front=front, s1=serve(echo))
    with proxy.connect() as client:
        for path in ("/a", "/b"):
            assert f"x-seen: {path} \r\n".encode() in client.ask(get(path)).body


def test_the_switch_waits_for_a_whole_head(run, serve):
    proxy = lead(run, front=SWITCH, s1=serve(echo))
    with proxy.connect() as client:
        client.send(b"GET /a HT")
        client.send(b"TP/1.1\r\nHost: a.te")
        client.send(b"st\r\nX-Late: 1\r\n")
        assert b"x-late: 1" in client.ask(b"\r\n", "GET").body.lower()


@pytest.mark.parametrize("back", ["chosen", "switched"])
@pytest.mark.parametrize(
    "request_head",
    [
        "POST /up HTTP/1.1\r\nHost: a.test\r\nContent-Length: 300000\r\n\r\n",
        "POST /up HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["length", "chunked"],
)
def test_bodies_of_both_directions(run, serve, back, request_head):
    body = bytes(range(256)) * 1172
    body = body[:300000]
    sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if "chunked" in request_head else body
    proxy = lead(run, front=WAYS[back], s1=serve(echo))
    with proxy.connect() as client:
        client.send(request_head.encode() + sent[:10])
        message = client.ask(sent[10:], "POST")
        assert message.status == 200
        assert message.body.endswith(body)
        assert client.ask(get("/next")).status == 200


def test_a_response_without_a_length_ends_the_connection(run, serve):
    proxy = lead(run, front=SWITCH, s1=serve(reply(http("HTTP/1.0 200 OK", body=b"x" * 100000), close=True)))
    assert proxy.raw(get()).endswith(b"x" * 100000)


def test_tcp_and_http_in_one_frontend(run, serve, sink):
    front = f"""
    log <sink> local0
    option tcplog
    {SWITCH}
    tcp-request content accept if {{ req.len gt 0 }}
    use_backend raw if !HTTP
    """
    rest = "backend raw\n    server s2 <s2>\n"
    proxy = lead(run, front=front, rest=rest, s1=serve(echo), s2=serve(name_then_pump, "s2"), sink=sink)
    with proxy.connect() as client:
        client.send(b"\x01\x02hello\r\n\r\n")
        assert client.exactly(3 + 11) == b"s2\n\x01\x02hello\r\n\r\n"
        assert proxy.ask(get("/a")).body.startswith(b"GET /a ")
        assert " fe be/s1 " in sink.take()
        client.send(b"more")
        assert client.exactly(4) == b"more"
        client.shut()
        assert client.rest() == b""
    assert " fe raw/s2 " in sink.take()


@pytest.mark.parametrize("way", WAYS)
def test_each_request_chooses_its_backend(run, serve, way):
    front = f"""
    tcp-request content accept if !HTTP
    {WAYS[way] or "tcp-request content accept if HTTP"}
    use_backend other if {{ path_beg /o }}
    """
    rest = "backend other\n    mode http\n    server s2 <s2>\n"
    proxy = lead(run, front=front, rest=rest, s1=serve(hello, "s1"), s2=serve(hello, "s2"))
    with proxy.connect() as client:
        assert [client.ask(get(path)).body for path in ("/a", "/o", "/b", "/o")] == [b"s1", b"s2", b"s1", b"s2"]


def test_the_backend_of_tcp_is_no_way_for_http(run, serve, sink):
    """Neither for a connection that was switched, nor for the second request of one that chose a backend of HTTP first."""
    front = """
    log <sink> local0
    option tcplog
    tcp-request content accept if HTTP
    use_backend raw if { path /raw }
    """
    rest = f"""
frontend sw
    bind <sw>
    log <sink> local0
    option tcplog
    tcp-request inspect-delay 20s
    {SWITCH}
    use_backend raw if {{ path /raw }}
backend raw
    server s2 <s2>
"""
    proxy = lead(run, front=front, rest=rest, s1=serve(hello), s2=serve(name_then_pump, "s2"), sink=sink)
    with proxy.connect() as client:
        assert client.ask(get("/a")).status == 200
        client.send(get("/raw"))
        assert client.closed()
    assert " fe be/s1 " in sink.take()
    assert plain(sink.take()).startswith("CLIENT [DATE] fe raw/<NOSRV> -1/-1/N 0 IR ")
    assert proxy.raw(get("/raw"), "sw") == b""
    assert plain(sink.take()).startswith("CLIENT [DATE] sw raw/<NOSRV> -1/-1/N 0 IR ")
    # There is no backend at all for this one.
    assert proxy.raw(get("/a"), "sw") == b""
    assert plain(sink.take()).startswith("CLIENT [DATE] sw sw/<NOSRV> -1/-1/N 0 IR ")


def test_a_name_that_a_request_gives_may_be_of_tcp(run, serve, sink):
    """What can't be checked before is found then, also for a frontend in mode http."""
    proxy = run(
        "frontend fe\n    bind <fe>\n    log <sink> local0\n    option httplog\n    use_backend %[path,field(2,/)]\n"
        "backend raw\n    mode tcp\n    server s1 <s1>\n",
        s1=serve(hello),
        sink=sink,
    )
    assert proxy.raw(get("/raw")) == b""
    assert " fe raw/<NOSRV> -1/-1/-1/-1/" in (line := sink.take())
    assert " 500 0 - - IR-- " in line


@pytest.mark.parametrize("what", [b"hello\r\n\r\n", b"GET / HTTP/1.1\r\nbad name: x\r\n\r\n"])
@pytest.mark.parametrize("requests", [0, 1])
def test_what_is_no_request(run, serve, sink, what, requests):
    """400, as from a frontend in mode http; its line is that of a session that ended early, without a backend."""
    proxy = lead(run, front="    log <sink> local0\n    option tcplog", s1=serve(hello), sink=sink)
    with proxy.connect() as client:
        for _ in range(requests):
            assert client.ask(get()).status == 200
            sink.take()
        client.send(what)
        assert client.response().status == 400
        assert client.closed()
    assert plain(sink.take()) == "CLIENT [DATE] fe fe/<NOSRV> -1/-1/N 0 PR 1/1/0/0/0 0/0"


def test_a_head_that_is_cut(run, serve, sink):
    server = serve(hello)
    proxy = lead(run, front="    log <sink> local0\n    option tcplog", s1=server, sink=sink)
    with proxy.connect() as client:
        client.send(b"GET / HT")
        client.shut()
        assert client.response().status == 400
    assert plain(sink.take()) == "CLIENT [DATE] fe fe/<NOSRV> -1/-1/N 0 PR 1/1/0/0/0 0/0"
    assert server.connections == 0


@pytest.mark.parametrize("said", [b"", b"GET / HT"])
def test_a_head_that_does_not_come_in_time(run, serve, sink, said):
    """Bytes are there when the connection is taken: to a client whose first bytes come later HAProxy says nothing, and logs nothing."""
    front = "    log <sink> local0\n    option tcplog\n    timeout client 1s"
    proxy = lead(run, front=front, bind="defer-accept" if said else "", s1=serve(hello), sink=sink)
    with proxy.connect() as client:
        client.send(said)
        assert client.response().status == 408
    assert plain(sink.take()) == "CLIENT [DATE] fe fe/<NOSRV> -1/-1/N 0 PR 1/1/0/0/0 0/0"


def test_no_request_within_the_time_between_two(run, serve):
    proxy = lead(run, front="    timeout http-keep-alive 200ms", s1=serve(hello))
    with proxy.connect() as client:
        assert client.ask(get()).status == 200
        assert client.closed()


def test_rules_refuse_and_answer(run, serve, sink):
    front = f"""
    log <sink> local0
    option tcplog
    {SWITCH}
    http-request deny if {{ path /deny }}
    http-request return status 200 content-type text/plain string here if {{ path /here }}
    """
    proxy = lead(run, front=front, back="    http-request deny if { path /back }", rest=STATS, s1=serve(hello), sink=sink)
    with proxy.connect() as client:
        assert client.ask(get("/deny")).status == 403
        assert plain(sink.take()).startswith("CLIENT [DATE] fe fe/<NOSRV> -1/-1/N 1")
        assert client.ask(get("/here")).body == b"here"
        assert " fe fe/<NOSRV> -1/-1/" in (line := sink.take())
        assert " LR 1/1/0/0/0 " in line
        assert client.ask(get("/back")).status == 403
        assert " fe be/<NOSRV> -1/-1/" in (line := sink.take())
        assert " PR 1/1/0/0/0 " in line
    rows = table(proxy)
    assert (rows["fe", "FRONTEND"]["dreq"], rows["be", "BACKEND"]["dreq"]) == ("2", "1")


def test_counters(run, serve):
    """The frontend counts sessions and requests, but no statuses; the backend's are those of HTTP."""
    proxy = lead(run, rest=STATS, s1=serve(hello))
    with proxy.connect() as client:
        for _ in range(3):
            assert client.ask(get()).status == 200
    rows = table(proxy)
    front, back = rows["fe", "FRONTEND"], rows["be", "BACKEND"]
    assert (front["stot"], front["conn_tot"], front["req_tot"], front["hrsp_2xx"] or "0") == ("1", "1", "3", "0")
    assert (back["stot"], back["hrsp_2xx"], back["lbtot"], back["reuse"]) == ("3", "3", "3", "2")
    assert (int(front["bin"]) > 0, front["bin"], front["bout"]) == (True, back["bin"], back["bout"])


@pytest.mark.parametrize("way", WAYS)
def test_what_content_rules_have_kept_holds_for_the_first_request(run, serve, sink, way):
    front = f"""
    log <sink> local0
    log-format "%ci [%[var(txn.path)]] %hr"
    tcp-request content accept if !HTTP
    tcp-request content set-var(txn.path) path
    tcp-request content set-src ipv4(9.9.9.9) if {{ path /a }}
    tcp-request content capture req.hdr(host) len 10
    tcp-request content set-log-level warning if {{ path /a }}
    {WAYS[way]}
    """
    proxy = lead(run, front=front, back="    option forwardfor\n    http-request set-header x-path %[var(txn.path)]",
                 s1=serve(echo), sink=sink)  # fmt: skip
    with proxy.connect() as client:
        body = client.ask(get("/a")).body.lower()
        assert b"x-forwarded-for: 9.9.9.9\r\n" in body
        assert b"x-path: /a\r\n" in body
        assert (line := sink.take()) == "9.9.9.9 [/a] {a.test}"
        assert line.severity == 4
        assert b"x-forwarded-for: 127.0.0.1\r\n" in client.ask(get("/b")).body.lower()
        assert (line := sink.take()) == "127.0.0.1 [/b] {a.test}"
        assert line.severity == 6


def test_statuses_in_a_format_of_the_frontend(run, serve, sink):
    """`%ST` is the answer's; nothing where there was no request, -1 where one got no answer."""
    front = """
    log <sink> local0
    log-format "%b/%s %ST %ts"
    """
    proxy = lead(run, front=front, back="    tcp-request content reject if { path /back }", s1=serve(hello), sink=sink)
    assert proxy.ask(get()).status == 200
    assert sink.take() == "be/s1 200 --"
    proxy.raw(b"hello\r\n\r\n")
    assert sink.take() == "fe/<NOSRV> 0 PR"
    assert proxy.raw(get("/back")) == b""
    assert sink.take() == "be/<NOSRV> -1 PR"


def test_captures_have_their_places_in_both_modes(run, serve, sink):
    front = """
    log <sink> local0
    log-format "%hr %hs"
    capture request header host len 10
    capture response header x-server len 10
    tcp-request content capture str(rule) len 10 if { req.len gt 0 }
    use_backend raw if !HTTP
    """
    rest = "backend raw\n    server s2 <s2>\n"
    proxy = lead(run, front=front, rest=rest, s1=serve(echo), s2=serve(name_then_pump, "s2"), sink=sink)
    with proxy.connect() as client:
        for _ in range(2):
            assert client.ask(get()).status == 200
            assert sink.take() == "{a.test|rule} {s1}"
    with proxy.connect() as client:
        client.send(b"hello\r\n\r\n")
        assert client.exactly(3) == b"s2\n"
        client.shut()
        client.rest()
    assert sink.take().startswith("{|rule} ")


def test_tracked_requests(run, serve, sink):
    front = f"""
    log <sink> local0
    log-format "%[sc0_sess_cnt] %[sc0_http_req_cnt]"
    stick-table type ip size 100 expire 1m store sess_cnt,http_req_cnt
    tcp-request session track-sc0 src
    {SWITCH}
    """
    proxy = lead(run, front=front, s1=serve(hello), sink=sink)
    with proxy.connect() as client:
        for count in (1, 2, 3):
            assert client.ask(get()).status == 200
            assert sink.take() == f"1 {count}"


def test_a_client_behind_a_proxy_header(run, serve):
    proxy = lead(run, front=SWITCH, back="    option forwardfor", bind="accept-proxy", s1=serve(echo))
    with proxy.connect() as client:
        client.send(b"PROXY TCP4 1.2.3.4 5.6.7.8 11 22\r\n")
        for _ in range(2):
            assert b"x-forwarded-for: 1.2.3.4\r\n" in client.ask(get()).body.lower()


def test_a_websocket(run, serve):
    asked = http("GET /ws HTTP/1.1", "Host: a.test", "Connection: Upgrade", "Upgrade: websocket",
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13")  # fmt: skip
    proxy = lead(run, front=SWITCH, s1=serve(upgrade))
    with proxy.connect() as client:
        message = client.ask(asked)
        assert message.status == 101
        assert message.get("sec-websocket-accept") == ACCEPT.partition(": ")[2]
        client.send(b"\0ping")
        assert client.exactly(5) == b"\0ping"


def test_options_of_the_frontend_hold(run, serve):
    """`option httpclose`, `monitor-uri` and a unique id, which HAProxy takes without a word where there is a switch."""
    front = f"""
    {SWITCH}
    option httpclose
    unique-id-header x-id
    unique-id-format %rt
    """
    proxy = lead(run, front=front, s1=serve(echo))
    with proxy.connect() as client:
        message = client.ask(get())
        assert b"x-id: 0\r\n" in message.body
        assert client.closed()


def test_a_server_that_is_not_there(run, sink):
    front = "    log <sink> local0\n    option tcplog\n    option dontlog-normal"
    back = "    retries 0"
    proxy = lead(run, front=front, back=back, s1="127.0.0.1:1", sink=sink)
    assert proxy.ask(get()).status == 503
    assert " fe be/s1 " in (line := sink.take())
    assert " SC 1/1/0/0/0 " in line


def test_an_error_page_of_the_frontend(run, serve, tmp_path):
    since(run, 3, 0)
    page = tmp_path / "400.http"
    page.write_bytes(b"HTTP/1.1 400 Mine\r\nContent-Length: 5\r\n\r\nmine\n")
    proxy = lead(run, front=f"    errorfile 400 {page}", s1=serve(hello))
    assert proxy.raw(b"hello\r\n\r\n").endswith(b"mine\n")
