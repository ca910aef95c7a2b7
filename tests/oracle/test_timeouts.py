"""Every timeout acts; queues, retries and redispatch."""

from __future__ import annotations

import socket
import time

from tests.kit import http
from tests.kit.behaviours import (
    close_at_once,
    hello,
    name_then_pump,
    pump,
    reply,
    reset_at_once,
    stall_after,
    stall_at_once,
    stall_before_head,
    upgrade,
)
from tests.oracle.common import GET, get, site


def test_keep_alive_timeout_closes_an_idle_client(run, serve):
    proxy = site(run, front="timeout http-keep-alive 100ms", s1=serve(hello))
    with proxy.connect() as client:
        assert client.ask(GET).text == "s1"
        assert client.closed()


def test_http_request_timeout_counts_the_idle_time_too(run, serve):
    proxy = site(run, front="timeout http-request 100ms", s1=serve(hello))
    with proxy.connect() as client:
        assert client.ask(GET).text == "s1"
        assert client.rest() == b""


def test_request_that_trickles_is_ended(run, serve):
    server = serve(hello)
    proxy = site(run, front="timeout http-request 300ms", s1=server)
    with proxy.connect() as client:
        client.sock.settimeout(0.02)
        start = time.monotonic()
        data = b""
        client.sock.sendall(b"GET / HTTP/1.1\r\nX: ")
        while not data and time.monotonic() - start < 10:
            try:
                client.sock.sendall(b"a")
                data = client.sock.recv(1000)
            except TimeoutError:
                continue
        assert data.startswith(b"HTTP/1.1 408 ")
    assert server.connections == 0


def test_client_timeout_in_tcp_mode(run, serve):
    proxy = run("listen fe\n mode tcp\n bind <fe>\n timeout client 100ms\n server s1 <s1>\n", s1=serve(stall_at_once))
    with proxy.connect() as client:
        assert client.closed()


def test_server_timeout_in_tcp_mode(run, serve):
    server = serve(stall_at_once)
    proxy = run("listen fe\n mode tcp\n bind <fe>\n timeout server 100ms\n server s1 <s1>\n", s1=server)
    with proxy.connect() as client:
        assert client.closed()
    server.wait(lambda s: s.open == 0)


def test_tunnel_timeout_replaces_the_others(run, serve):
    proxy = site(run, front="timeout client 5s", back="timeout server 5s\ntimeout tunnel 150ms", s1=serve(upgrade))
    with proxy.connect() as client:
        client.send(
            http(
                "GET / HTTP/1.1",
                "Host: a",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            )
        )
        assert client.response().status == 101
        start = time.monotonic()
        assert client.closed()
        assert time.monotonic() - start < 4


def test_server_timeout_while_a_body_flows(run, serve):
    proxy = site(
        run, back="timeout server 150ms", s1=serve(stall_after(http("HTTP/1.1 200 OK", "Content-Length: 10", body="abc")))
    )
    with proxy.connect() as client:
        client.send(GET)
        assert client.rest().endswith(b"\r\n\r\nabc")


def test_client_fin_timeout(run, serve):
    server = serve(stall_at_once)
    proxy = run(
        "listen fe\n mode tcp\n bind <fe>\n timeout client-fin 100ms\n timeout server-fin 100ms\n server s1 <s1>\n",
        s1=serve(pump),
    )
    assert server.connections == 0
    with proxy.connect() as client:
        client.send(b"x")
        assert client.exactly(1) == b"x"
        client.shut()
        assert client.closed()


def test_connect_timeout_is_503(run):
    hole = socket.socket()
    hole.bind(("127.0.0.1", 0))
    hole.listen(0)
    with socket.create_connection(hole.getsockname()):
        proxy = site(run, back="retries 0\ntimeout connect 150ms", s1=f"127.0.0.1:{hole.getsockname()[1]}")
        assert proxy.ask(GET).status == 503
    hole.close()


def test_queue_serves_all(run, serve):
    server = serve(stall_before_head)
    proxy = site(run, server="maxconn 1", s1=server)
    clients = [proxy.connect() for _ in range(3)]
    clients[0].send(get("/0"))
    server.wait_requests(1)
    for n in (1, 2):
        clients[n].send(get(f"/{n}"))
    server.release()
    for client in clients:
        assert client.response().text == "s1"
        client.close()
    assert sorted(request.target for request in server.requests) == ["/0", "/1", "/2"]


def test_queue_timeout_is_503(run, serve):
    server = serve(stall_before_head)
    proxy = site(run, back="timeout queue 100ms", server="maxconn 1", s1=server)
    with proxy.connect() as first:
        first.send(GET)
        server.wait_requests(1)
        assert proxy.ask(GET).status == 503
        server.release()
        assert first.response().status == 200


def test_maxqueue_sends_elsewhere(run, serve):
    busy, other = serve(stall_before_head, "busy"), serve(hello, "other")
    proxy = run(
        "frontend fe\n bind <fe>\n default_backend be\nbackend be\n option redispatch\n cookie S insert\n"
        " server busy <busy> cookie b maxconn 1 maxqueue 1\n server other <other> cookie o\n",
        busy=busy,
        other=other,
    )
    with proxy.connect() as first, proxy.connect() as second:
        first.send(get("/", "Cookie: S=b"))
        busy.wait_requests(1)
        second.send(get("/", "Cookie: S=b"))
        with proxy.connect() as third:
            assert third.ask(get("/", "Cookie: S=b")).text in ("other", "busy") if busy.gate.is_set() else True
        busy.release()
        assert first.response().text == "busy"


def test_frontend_maxconn_holds_others_back(run, serve):
    server = serve(stall_before_head)
    proxy = site(run, front="maxconn 1", s1=server)
    with proxy.connect() as first, proxy.connect() as second:
        first.send(get("/1"))
        server.wait_requests(1)
        second.send(get("/2"))
        server.release()
        assert first.response().status == 200
        first.close()
        assert second.response().status == 200
    assert [request.target for request in server.requests] == ["/1", "/2"]


def test_refused_server_is_retried_then_redispatched(run, serve):
    proxy = run(
        "frontend fe\n bind <fe>\n default_backend be\nbackend be\n option redispatch\n retries 2\n"
        " server gone <gone>\n server s1 <s1>\n",
        wait_for="fe",
        s1=serve(hello),
    )
    assert [proxy.ask(GET).text for _ in range(4)] == ["s1"] * 4


def test_posts_are_redispatched_when_the_connection_fails(run, serve):
    proxy = run(
        "frontend fe\n bind <fe>\n default_backend be\nbackend be\n option redispatch\n retries 1\n server gone <gone>\n server s1 <s1>\n",
        wait_for="fe",
        s1=serve(hello),
    )
    request = http("POST / HTTP/1.1", "Host: a", "Content-Length: 5", body="abcde")
    assert [proxy.ask(request).text for _ in range(4)] == ["s1"] * 4


def test_a_request_that_was_sent_is_not_sent_twice(run, serve):
    server = serve(close_at_once)
    proxy = site(run, back="retries 3", s1=server)
    assert proxy.ask(http("POST / HTTP/1.1", "Host: a", "Content-Length: 0")).status == 502
    assert len(server.requests) == 1


def test_server_reset_is_502(run, serve):
    server = serve(reset_at_once)
    proxy = site(run, s1=server)
    assert proxy.ask(GET).status == 502
    assert len(server.requests) == 1


def test_truncated_reply_is_truncated_for_the_client(run, serve):
    proxy = site(run, s1=serve(reply(http("HTTP/1.1 200 OK", "Content-Length: 100", body="abc"), close=True)))
    with proxy.connect() as client:
        client.send(GET)
        assert client.rest().endswith(b"\r\n\r\nabc")


def test_tcp_retry_goes_to_another_server(run, serve):
    proxy = run(
        "listen fe\n mode tcp\n bind <fe>\n option redispatch\n retries 2\n server gone <gone>\n server s1 <s1>\n",
        wait_for="fe",
        s1=serve(name_then_pump),
    )
    for _ in range(3):
        with proxy.connect() as client:
            assert client.until(b"\n") == b"s1\n"
