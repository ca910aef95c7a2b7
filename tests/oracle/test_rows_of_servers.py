"""Words of backends and servers that decide who gets a request, and what stays of its connection."""

from __future__ import annotations

import threading
import time

import pytest

from tests.kit import Client, Proxy, http
from tests.kit.behaviours import echo, hello, stall_before_head
from tests.kit.server import Conn
from tests.oracle.common import get, site

TIMES = "    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
STATS = "    stats enable\n    stats uri /s\n"


def column(proxy: Proxy, server: str, name: str) -> str:
    lines = proxy.ask(get("/s;csv")).text.splitlines()
    names = lines[0].removeprefix("# ").split(",")
    return next(dict(zip(names, line.split(",")))[name] for line in lines[1:] if line.split(",")[:2] == ["be", server])


@pytest.mark.parametrize(
    ("words", "servers"),
    [
        ("http-reuse never", 2),
        ("http-reuse never\noption prefer-last-server", 1),
        # The connection to the last server is closed, or is not the client's own any more.
        ("http-reuse never\noption prefer-last-server\noption http-server-close", 2),
        ("http-reuse safe\noption prefer-last-server", 2),
        ("http-reuse always\noption prefer-last-server", 2),
    ],
)
def test_the_last_server_of_a_client(run, serve, words, servers):
    back = f"{words}\nbalance roundrobin\nserver s2 <s2>"
    proxy = site(run, back=back, s1=serve(hello, "s1"), s2=serve(hello, "s2"))
    with proxy.connect() as client:
        found = {client.ask(get("/")).text for _ in range(4)}
    assert len(found) == servers


@pytest.mark.parametrize(
    ("word", "served"),
    [
        ("", "s1 s1"),
        ("max-keep-alive-queue -1", "s1 s1"),
        ("max-keep-alive-queue 0", "s2 s2"),
        ("max-keep-alive-queue 1", "s1 s2"),
        ("max-keep-alive-queue 2", "s1 s1"),
    ],
)
def test_clients_leave_a_server_that_others_wait_for(run, serve, word, served):
    """Two had a connection to it before somebody else took its only place."""
    over = threading.Event()

    def may_stay(conn: Conn) -> None:
        while True:
            if conn.request().target == "/first?stay":
                assert over.wait(20)
            conn.send(http("HTTP/1.1 200 OK", "content-length: 2", body=b"s1"))

    first = serve(may_stay)
    words = f"{word}\nhttp-reuse never\noption prefer-last-server\nbalance roundrobin"
    back = f"{words}\nuse-server s1 if {{ path /first }}\nserver s2 <s2>"
    proxy = site(
        run,
        front=STATS,
        back=back,
        server="maxconn 1",
        top=f"defaults\n    mode http\n{TIMES}",
        s1=first,
        s2=serve(hello, "s2"),
    )
    clients = [proxy.connect(), proxy.connect()]
    for client in clients:
        assert client.ask(get("/first")).text == "s1"
    busy = proxy.connect()
    busy.send(get("/first?stay"))
    first.wait_requests(3)
    found, waiting = {}, []
    for number, (client, server) in enumerate(zip(clients, served.split(), strict=True)):
        client.send(get("/"))
        if server == "s2":
            found[number] = client.response().text
        else:
            waiting.append(number)
            wait_for(proxy, "s1", "qcur", str(len(waiting)))
    over.set()
    found |= {number: clients[number].response().text for number in waiting}
    assert [found[number] for number in range(2)] == served.split()
    assert busy.response().text == "s1"


def wait_for(proxy: Proxy, server: str, name: str, value: str) -> None:
    end = time.monotonic() + 15
    while column(proxy, server, name) != value:
        assert time.monotonic() < end


@pytest.mark.parametrize("word", ["", "option persist"])
def test_a_cookie_of_a_server_that_is_down(run, serve, ports, word):
    back = f"{word}\ncookie W\nretries 0\nserver dead 127.0.0.1:{ports.lend()} cookie d check inter 50ms fall 1"
    proxy = site(run, front=STATS, back=back, server="cookie s", s1=serve(hello))
    end = time.monotonic() + 15
    while "DOWN" not in column(proxy, "dead", "status"):
        assert time.monotonic() < end
    assert proxy.ask(get("/", "Cookie: W=d")).status == (503 if word else 200)


def hold(proxy: Proxy, count: int, *fields: str) -> list[Client]:
    """Requests that stay, each on a connection of its own, one after the other."""
    clients = []
    for _ in range(count):
        clients.append(proxy.connect())
        clients[-1].send(get("/", *fields))
    return clients


@pytest.mark.parametrize(
    ("word", "shares"), [("", [0, 6]), ("hash-balance-factor 150", [2, 4]), ("hash-balance-factor 110", [3, 3])]
)
def test_a_hash_gives_way_to_load(run, serve, word, shares):
    servers = [serve(stall_before_head, "s1"), serve(stall_before_head, "s2")]
    back = f"balance hdr(x-key)\nhash-type consistent\n{word}\nserver s2 <s2>"
    proxy = site(run, back=back, s1=servers[0], s2=servers[1])
    clients = []
    for count in range(1, 7):
        clients += hold(proxy, 1, "X-Key: a")
        end = time.monotonic() + 15
        while sum(len(server.requests) for server in servers) < count:
            assert time.monotonic() < end
    assert sorted(len(server.requests) for server in servers) == shares
    for server in servers:
        server.release()
    for client in clients:
        assert client.response().status == 200


@pytest.mark.parametrize(("words", "most"), [("minconn 1 maxconn 4", 1), ("maxconn 4", 3)])
def test_a_server_takes_few_connections_while_the_load_is_low(run, serve, words, most):
    server = serve(stall_before_head)
    proxy = site(run, front=STATS, back="fullconn 100", server=words, s1=server)
    clients = hold(proxy, 3)
    server.wait_requests(most)
    end = time.monotonic() + 15
    while column(proxy, "BACKEND", "qcur") != str(3 - most):
        assert time.monotonic() < end
    assert server.most_open == most
    server.release()
    for client in clients:
        assert client.response().status == 200


@pytest.mark.parametrize("words", ["", "slowstart 600s"])
def test_a_server_that_came_back_starts_slowly(run, serve, words):
    """The new server is as good as the other, and gets few requests at first."""
    healthy = threading.Event()

    def wakes(conn: Conn) -> None:
        while True:
            request = conn.request()
            ok = request.target != "/health" or healthy.is_set()
            conn.send(http("HTTP/1.1 200 OK" if ok else "HTTP/1.1 503 No", "content-length: 2", body=b"s2"))

    back = f"balance roundrobin\ntimeout check 15s\noption httpchk GET /health\nserver s2 <s2> weight 100 check inter 20ms fall 1 rise 1 {words}"
    proxy = site(run, front=STATS, back=back, server="weight 100", s1=serve(hello, "s1"), s2=serve(wakes, "s2"))

    def wait(word: str) -> None:
        end = time.monotonic() + 15
        while not column(proxy, "s2", "status").startswith(word):
            assert time.monotonic() < end

    wait("DOWN")
    healthy.set()
    wait("UP")
    with proxy.connect() as client:
        count = [client.ask(get("/")).text for _ in range(40)].count("s2")
    assert 1 <= count <= 12 if words else count > 12


def begins(conn: Conn) -> None:
    """Answers whatever its first bytes are."""
    conn.fill()
    conn.send(http("HTTP/1.1 200 OK", "content-length: 2", "connection: close", body=b"s1"))


PROXY = (b"PROXY", b"\r\n\r\n\0\r\nQUIT")


@pytest.mark.parametrize(
    ("word", "no"),
    [("send-proxy", ""), ("send-proxy", "no-send-proxy"), ("send-proxy-v2", ""), ("send-proxy-v2", "no-send-proxy-v2")],
)
def test_headers_of_the_proxy_protocol_are_taken_back(run, serve, word, no):
    server = serve(begins)
    proxy = site(run, back=f"default-server {word}", server=no, s1=server)
    assert proxy.ask(get("/")).text == "s1"
    assert server.received.startswith(PROXY) is not bool(no)


@pytest.mark.parametrize("no", ["", "no-check-send-proxy"])
def test_headers_of_checks_are_taken_back(run, serve, no):
    server = serve(begins)
    site(run, back="option httpchk\ndefault-server check check-send-proxy inter 20ms", server=no, s1=server)
    server.wait(lambda server: server.received)
    assert server.received.startswith(PROXY) is not bool(no)


def test_checks_go_without_a_header_unless_asked(run, serve):
    """A port of its own for checks: the server's `send-proxy` does not count there."""
    server, checked = serve(begins), serve(begins)
    words = f"send-proxy check port {checked.port} inter 20ms"
    site(run, back="option httpchk", server=words, s1=server)
    checked.wait(lambda server: server.received)
    assert not checked.received.startswith(PROXY)


@pytest.mark.parametrize(("no", "status"), [("", "DOWN"), ("no-check", "no check")])
def test_checks_are_taken_back(run, ports, no, status):
    proxy = site(run, front=STATS, back="default-server check inter 20ms fall 1", server=no, s1=f"127.0.0.1:{ports.lend()}")
    end = time.monotonic() + 15
    while not column(proxy, "s1", "status").startswith(status):
        assert time.monotonic() < end


@pytest.mark.parametrize("no", ["", "no-backup"])
def test_a_backup_is_taken_back(run, serve, no):
    back = "balance roundrobin\nserver s2 <s2>\ndefault-server backup"
    proxy = site(run, back=back, server=no, s1=serve(hello, "s1"), s2=serve(hello, "s2"))
    with proxy.connect() as client:
        found = {client.ask(get("/")).text for _ in range(4)}
    assert found == ({"s1", "s2"} if no else {"s2"})


@pytest.mark.parametrize(("words", "connections"), [("", 1), ("pool-max-conn 5", 1), ("pool-max-conn 0", 2)])
def test_how_many_idle_connections_are_kept(run, serve, words, connections):
    server = serve(hello)
    proxy = site(
        run,
        top="global\n    nbthread 1\ndefaults\n    mode http\n" + TIMES,
        bare=True,
        back="http-reuse always",
        server=words,
        s1=server,
    )
    for _ in range(2):
        assert proxy.ask(get("/")).status == 200
    assert server.connections == connections


def test_idle_connections_are_closed_after_a_time(run, serve):
    """Five seconds, if nothing is said."""
    server = serve(echo)
    proxy = site(run, back="http-reuse always", server="pool-purge-delay 100ms", s1=server)
    assert proxy.ask(get("/")).status == 200
    began = time.monotonic()
    server.wait(lambda server: server.open == 0)
    assert time.monotonic() - began < 4
