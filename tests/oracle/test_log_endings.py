"""The termination flags and times that the line of each ending has (manual 8.5)."""

from __future__ import annotations

import re

from tests.kit import http
from tests.kit.behaviours import close_at_once, echo, hello, reply, reset_after, stall_after, stall_before_head
from tests.oracle.common import GET, get
from tests.oracle.logged import endings, logged


def test_refused(run, sink):
    proxy = logged(run, sink, back="retries 1")
    proxy.ask(GET)
    line = sink.take()
    assert endings(line) == ("fe", "be/s1", "N/N/-1/-1/N", 503, "SC--")
    assert re.search(r" \d+/\d+/\d+/\d+/\+?1 0/0 ", line)


def test_no_server(run, serve, sink):
    proxy = run("frontend fe\n bind <fe>\n log <sink> local0\n option httplog\n default_backend be\nbackend be\n", sink=sink)
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "be/<NOSRV>", "N/-1/-1/-1/N", 503, "SC--")


def test_no_backend(run, sink):
    proxy = run("frontend fe\n bind <fe>\n log <sink> local0\n option httplog\n", sink=sink)
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "fe/<NOSRV>", "-1/-1/-1/-1/N", 503, "SC--")


def test_the_status_of_a_line_is_the_one_that_rules_gave(run, serve, sink, tmp_path):
    page = tmp_path / "page.http"
    page.write_bytes(b"HTTP/1.1 403 Nope\r\nContent-Length: 2\r\n\r\nno")
    rules = f"""
    http-response set-status 503 if {{ capture.req.uri /a }}
    http-after-response set-status 501 if {{ capture.req.uri /b }}
    http-request return status 499 errorfile {page} if {{ path /c }}
    http-request return errorfile {page} if {{ path /d }}
    errorfile 404 {page}
    http-request deny deny_status 404 if {{ path /e }}
    errorloc 401 /elsewhere
    http-request deny deny_status 401 if {{ path /f }}
    """
    proxy = logged(run, sink, front=rules, s1=serve(hello))
    wanted = {"/a": (503, 503), "/b": (501, 501), "/c": (403, 499), "/d": (403, 200), "/e": (403, 404), "/f": (302, 401)}
    for path, (sent, noted) in wanted.items():
        assert proxy.ask(get(path)).status == sent
        assert endings(sink.take())[3] == noted, path


def test_server_timeout_flags(run, serve, sink):
    proxy = logged(run, sink, back="timeout server 100ms", s1=serve(stall_before_head))
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/-1/N", 504, "sH--")


def test_server_timeout_in_the_body(run, serve, sink):
    part = http("HTTP/1.1 200 OK", "Content-Length: 100", body="abc")
    proxy = logged(run, sink, back="timeout server 100ms", s1=serve(stall_after(part)))
    with proxy.connect() as client:
        client.send(GET)
        client.rest()
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/N/N", 200, "sD--")


def test_server_closes_before_the_head(run, serve, sink):
    proxy = logged(run, sink, s1=serve(close_at_once))
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/-1/N", 502, "SH--")


def test_bad_reply_flags(run, serve, sink):
    proxy = logged(run, sink, s1=serve(reply(b"nonsense\r\n\r\n", close=True)))
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/-1/N", 502, "PH--")


def test_a_head_without_its_end_is_a_bad_reply(run, serve, sink):
    proxy = logged(run, sink, s1=serve(reply(b"HTTP/1.1 200 OK\r\nContent-", close=True)))
    assert proxy.ask(GET).status == 502
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/-1/N", 502, "PH--")


def test_a_body_that_is_wrong_from_its_start_leaves_nothing_of_the_reply(run, serve, sink):
    bad = http("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "X-Server: s1", body="3\r\nabc\r\nzz\r\n")
    proxy = logged(run, sink, front="capture response header X-Server len 9", s1=serve(reply(bad, close=True)))
    assert proxy.ask(GET).status == 502
    line = sink.take()
    assert endings(line) == ("fe", "be/s1", "N/N/N/-1/N", 502, "PH--")
    assert " 0/0 {} " in line


def test_client_resets_in_its_body(run, serve, sink):
    server = serve(stall_before_head)
    proxy = logged(run, sink, s1=server)
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a", "Content-Length: 100", body="abc"))
        server.wait(lambda server: b"abc" in server.received)
        client.reset()
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/-1/N", 400, "CH--")


def test_client_leaves_its_body_unfinished_when_all_is_answered(run, serve, sink):
    def behave(conn):
        conn.request_head()
        conn.send(http("HTTP/1.1 200 OK", "Content-Length: 2", body="hi"))
        conn.rest()

    proxy = logged(run, sink, s1=serve(behave))
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a", "Content-Length: 100", body="abc"))
        client.until(b"hi")
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/N/N", 200, "CL--")


def test_the_server_that_was_tried_has_its_address_in_the_line(run, sink):
    proxy = logged(run, sink, back="retries 0", front="log-format '%b/%s %si:%sp %ST'", kind="")
    proxy.ask(GET)
    assert re.fullmatch(r"be/s1 127\.0\.0\.1:\d+ 503", sink.take())


def test_server_resets_in_the_body(run, serve, sink):
    server = serve(reset_after(http("HTTP/1.1 200 OK", "Content-Length: 100", body="abc")))
    proxy = logged(run, sink, s1=server)
    with proxy.connect() as client:
        client.send(GET)
        client.until(b"abc")
        server.release()
        client.rest()
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/N/N", 200, "SD--")


def test_client_aborts_while_waiting(run, serve, sink):
    server = serve(stall_before_head)
    proxy = logged(run, sink, back="option abortonclose", s1=server)
    with proxy.connect() as client:
        client.send(GET)
        server.wait_requests(1)
        client.shut()
        assert client.response().status == 400
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/-1/N", 400, "CH--")


def test_client_resets_while_waiting(run, serve, sink):
    server = serve(stall_before_head)
    proxy = logged(run, sink, back="option abortonclose", s1=server)
    with proxy.connect() as client:
        client.send(GET)
        server.wait_requests(1)
        client.reset()
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/-1/N", 400, "CD--")


def test_client_aborts_in_the_body(run, serve, sink):
    size = 50_000_000

    def behave(conn):
        conn.request()
        conn.send(http("HTTP/1.1 200 OK", f"Content-Length: {size}", body="abc"))
        conn.server.gate.wait(15)
        for _ in range(size // 100_000):
            conn.send(b"x" * 100_000)

    server = serve(behave)
    proxy = logged(run, sink, s1=server)
    with proxy.connect() as client:
        client.send(GET)
        client.until(b"abc")
        client.reset()
    server.release()
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/N/N", 200, "CD--")


def test_client_timeout_in_the_request_body(run, serve, sink):
    proxy = logged(run, sink, front="timeout client 100ms", s1=serve(echo))
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a", "Content-Length: 100", body="abc"))
        assert client.rest()[:13] == b"HTTP/1.1 400 "
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/-1/N", 400, "cH--")


def test_408_flags(run, serve, sink):
    proxy = logged(run, sink, front="timeout http-request 100ms", s1=serve(hello))
    proxy.raw(b"GET / HT")
    line = sink.take()
    assert endings(line) == ("fe", "fe/<NOSRV>", "-1/-1/-1/-1/N", 408, "cR--")
    assert line.endswith('"<BADREQ>"')


def test_bad_request_flags(run, serve, sink):
    proxy = logged(run, sink, s1=serve(hello))
    proxy.raw(b"GET / HTTP/1.1\r\nbad header\r\n\r\n")
    line = sink.take()
    assert endings(line) == ("fe", "fe/<NOSRV>", "-1/-1/-1/-1/N", 400, "PR--")
    assert line.endswith('"<BADREQ>"')


def test_client_closes_without_a_request(run, serve, sink):
    proxy = logged(run, sink, s1=serve(hello))
    with proxy.connect() as client:
        client.send(b"GET")
        client.shut()
        client.rest()
    assert endings(sink.take()) == ("fe", "fe/<NOSRV>", "-1/-1/-1/-1/N", 400, "CR--")


def test_queue_timeout_flags(run, serve, sink):
    server = serve(stall_before_head)
    proxy = logged(run, sink, back="timeout queue 100ms", server="maxconn 1", s1=server)
    with proxy.connect() as first:
        first.send(GET)
        server.wait_requests(1)
        assert proxy.ask(GET).status == 503
        line = sink.take()
        assert endings(line) == ("fe", "be/<NOSRV>", "N/N/-1/-1/N", 503, "sQ--")
        server.release()
        first.response()


def test_connect_timeout_flags(run, serve, sink, ports):
    # A listening socket whose queue is full never answers: connections to it hang.
    import socket

    hole = socket.socket()
    hole.bind(("127.0.0.1", 0))
    hole.listen(0)
    held = [socket.create_connection(hole.getsockname()) for _ in range(1)]
    proxy = logged(run, sink, back="retries 0\ntimeout connect 200ms", s1=f"127.0.0.1:{hole.getsockname()[1]}")
    assert proxy.ask(GET).status == 503
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/-1/-1/N", 503, "sC--")
    for sock in held:
        sock.close()
    hole.close()


def test_persistence_flags(run, serve, sink):
    proxy = logged(run, sink, back="cookie SERVERID insert indirect", server="cookie one", s1=serve(hello))
    for cookie, flags in (("", "--NI"), ("SERVERID=one", "--VN"), ("SERVERID=zzz", "--II")):
        proxy.ask(get("/", *([f"Cookie: {cookie}"] if cookie else [])))
        assert f" - - {flags} " in sink.take()


def test_redispatch_shows_a_plus(run, serve, sink):
    proxy = run(
        "frontend fe\n bind <fe>\n log <sink> local0\n option httplog\n default_backend be\nbackend be\n option redispatch\n retries 1\n"
        " cookie S insert\n server gone <gone> cookie g\n server s1 <s1> cookie s\n",
        wait_for="fe",
        sink=sink,
        s1=serve(hello),
    )
    assert proxy.ask(get("/", "Cookie: S=g")).status == 200
    line = sink.take()
    assert "be/s1" in line
    assert re.search(r" - - --\w\w \d+/\d+/\d+/\d+/\+1 0/0 ", line)
