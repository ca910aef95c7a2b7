"""Where the proxy listens and connects: address forms, unix sockets, the PROXY protocol, sources, signals."""

from __future__ import annotations

import signal
import socket
import struct

import pytest

from tests.kit import connect, http
from tests.kit.behaviours import echo, hello, pump, stall_before_head
from tests.oracle.common import GET, site

V2 = b"\r\n\r\n\0\r\nQUIT\n"


def test_unix_bind(run, serve, tmp_path):
    proxy = run("listen fe\n bind unix@<sock> mode 600\n server s1 <s1>\n", wait_for="sock", sock=tmp_path / "s", s1=serve(hello))
    assert connect(str(tmp_path / "s")).ask(GET).text == "s1"
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o600
    assert proxy.process.poll() is None


def test_unix_bind_by_path(run, serve, tmp_path):
    run("listen fe\n bind <sock>\n server s1 <s1>\n", wait_for="sock", sock=tmp_path / "s", s1=serve(hello))
    assert connect(str(tmp_path / "s")).ask(GET).text == "s1"


def test_abstract_bind(run, serve, tmp_path):
    name = "abns@steelyard-test-" + tmp_path.name[-60:]
    run("listen fe\n bind <sock>\n bind <fe>\n server s1 <s1>\n", wait_for="fe", sock=name, s1=serve(hello))
    # HAProxy fills the abstract name with zeros up to the size of the address.
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(("\0" + name[5:]).ljust(108, "\0"))
        sock.sendall(GET)
        assert sock.recv(1000).endswith(b"s1")


@pytest.mark.parametrize("form", ["unix@{}", "{}"])
def test_unix_server(run, serve, tmp_path, form):
    server = serve(hello, path=str(tmp_path / "s"))
    proxy = site(run, s1=form.format(server))
    assert proxy.ask(GET).text == "s1"


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "ipv4@127.0.0.1:{}", "*:{}", ":{}", "0.0.0.0:{}", "localhost:{}"])
def test_bind_forms(run, serve, ports, form):
    port = ports.lend("0.0.0.0")  # free on all addresses, since other tests bind clients to some of 127.0.0.0/8
    run(f"listen fe\n bind {form.format(port)}\n server s1 <s1>\n", wait_for="there", there=f"127.0.0.1:{port}", s1=serve(hello))
    assert connect(("127.0.0.1", port)).ask(GET).text == "s1"


@pytest.mark.parametrize("form", ["ipv6@::1:{}", "[::1]:{}", ":::{} v6only", "::1:{}"])
def test_bind_forms_of_ipv6(run, serve, ports, form):
    port = ports.lend("::1")
    run(f"listen fe\n bind {form.format(port)}\n server s1 <s1>\n", wait_for="there", there=f"[::1]:{port}", s1=serve(hello))
    assert connect(("::1", port)).ask(GET).text == "s1"


def test_port_range_and_several_addresses(run, serve, ports):
    first = ports.lend_range(3)
    proxy = run(
        f"listen fe\n bind 127.0.0.1:{first}-{first + 2},<other>\n http-request set-header X-Port %[dst_port]\n server s1 <s1>\n",
        wait_for="other",
        s1=serve(echo),
    )
    for port in range(first, first + 3):
        assert connect(("127.0.0.1", port)).ask(GET).echoed.get("x-port") == str(port)
    assert proxy.ask(GET, "other").status == 200


def test_inherited_descriptor(run, serve):
    import os
    import subprocess

    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    os.set_inheritable(sock.fileno(), True)
    server = serve(hello)
    path = run.write(
        f"defaults\n mode http\n timeout client 9s\n timeout server 9s\n timeout connect 9s\nlisten fe\n bind fd@{sock.fileno()}\n server s1 {server}\n"
    )
    process = subprocess.Popen(run.command("-f", str(path), "-db"), pass_fds=[sock.fileno()], stderr=subprocess.DEVNULL)
    try:
        assert connect(sock.getsockname()).ask(GET).text == "s1"
    finally:
        process.terminate()
        process.wait(15)
        sock.close()


def test_server_port_offset(run, serve, ports):
    """`server x addr:+n` connects to the client's destination port plus n."""
    server = serve(hello)
    front = ports.lend()
    run(
        f"listen fe\n bind 127.0.0.1:{front}\n server s1 127.0.0.1:{server.port - front:+d}\n",
        wait_for="there",
        there=f"127.0.0.1:{front}",
    )
    assert connect(("127.0.0.1", front)).ask(GET).text == "s1"


def test_source_of_server_connections(run, serve):
    seen = []

    def behave(conn):
        seen.append(conn.sock.getpeername()[0])
        hello(conn)

    proxy = site(run, server="source 127.0.0.9", s1=serve(behave))
    assert proxy.ask(GET).text == "s1"
    assert seen == ["127.0.0.9"]


def v2(source="1.2.3.4", sport=1111, target="5.6.7.8", tport=2222, extra=b""):
    body = socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!HH", sport, tport) + extra
    return V2 + b"\x21\x11" + struct.pack("!H", len(body)) + body


ACCEPTED = {
    "v1": b"PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222\r\n",
    "v2": v2(),
    "v2-tlv": v2(extra=b"\x04\x00\x01a"),
}


@pytest.mark.parametrize("kind", ACCEPTED)
def test_accept_proxy(run, serve, kind):
    proxy = run(
        "frontend fe\n bind <fe> accept-proxy\n http-request set-header X-Who %[src]:%[src_port]-%[dst]:%[dst_port]\n"
        " default_backend be\nbackend be\n server s1 <s1>\n",
        s1=serve(echo),
    )
    with proxy.connect() as client:
        got = client.ask(ACCEPTED[kind] + GET, "GET").echoed
        assert got.get("x-who") == "1.2.3.4:1111-5.6.7.8:2222"


@pytest.mark.parametrize(("data", "who"), [(b"PROXY UNKNOWN\r\n", "127.0.0.1"), (V2 + b"\x20\x00\x00\x00", "127.0.0.1")])
def test_accept_proxy_unknown_and_local(run, serve, data, who):
    proxy = run(
        "frontend fe\n bind <fe> accept-proxy\n http-request set-header X-Who %[src]\n default_backend be\nbackend be\n server s1 <s1>\n",
        s1=serve(echo),
    )
    with proxy.connect() as client:
        assert client.ask(data + GET, "GET").echoed.get("x-who") == who


def test_accept_proxy_in_pieces_and_ipv6(run, serve):
    proxy = run(
        "frontend fe\n bind <fe> accept-proxy\n http-request set-header X-Who %[src]\n default_backend be\nbackend be\n server s1 <s1>\n",
        s1=serve(echo),
    )
    body = socket.inet_pton(socket.AF_INET6, "2001:db8::1") + socket.inet_pton(socket.AF_INET6, "::2") + struct.pack("!HH", 1, 2)
    with proxy.connect() as client:
        got = client.ask(V2 + b"\x21\x21" + struct.pack("!H", len(body)) + body + GET, "GET")
        assert got.echoed.get("x-who") == "2001:db8::1"


@pytest.mark.parametrize(
    "data",
    [GET, b"PROXY TCP4 1.2.3.4\r\n" + GET, b"PROXY TCP9 1.2.3.4 5.6.7.8 1 2\r\n" + GET, V2 + b"\x31\x11\0\x0c" + b"x" * 12],
)
def test_accept_proxy_refuses_others(run, serve, data):
    server = serve(echo)
    proxy = run("listen fe\n bind <fe> accept-proxy\n server s1 <s1>\n", s1=server)
    assert proxy.raw(data) == b""
    assert server.connections == 0


def test_send_proxy(run, serve):
    server = serve(pump)
    proxy = run("listen fe\n mode tcp\n bind <fe>\n server s1 <s1> send-proxy\n", s1=server)
    with proxy.connect() as client:
        client.send(b"hello")
        _, port = client.sock.getsockname()
        want = f"PROXY TCP4 127.0.0.1 127.0.0.1 {port} {proxy.address()[1]}\r\nhello".encode()
        assert client.exactly(len(want)) == want


def test_send_proxy_v2(run, serve):
    proxy = run("listen fe\n mode tcp\n bind <fe>\n server s1 <s1> send-proxy-v2\n", s1=serve(pump))
    with proxy.connect() as client:
        client.send(b"hello")
        want = v2("127.0.0.1", client.sock.getsockname()[1], "127.0.0.1", proxy.address()[1]) + b"hello"
        assert client.exactly(len(want)) == want


def test_send_proxy_and_http(run, serve):
    def behave(conn):
        conn.until(b"\r\n")
        echo(conn)

    server = serve(behave)
    proxy = site(run, server="send-proxy", s1=server)
    got = proxy.ask(GET)
    assert got.echoed.target == "/"
    assert server.received.startswith(b"PROXY TCP4 127.0.0.1 127.0.0.1 ")


def test_sigterm_stops_at_once(run, serve):
    server = serve(stall_before_head)
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        client.send(GET)
        server.wait_requests(1)
        proxy.kill(signal.SIGTERM)
        proxy.wait()
        assert client.rest() == b""


def test_sigusr1_ends_after_the_last_session(run, serve):
    server = serve(stall_before_head)
    proxy = site(run, s1=server)
    with proxy.connect() as client:
        client.send(GET)
        server.wait_requests(1)
        proxy.kill(signal.SIGUSR1)
        import select
        import time

        from tests.kit.ports import listening

        end = time.monotonic() + 15
        # The lender holds the port without listening, so the proxy's own listener is the only one that can be seen.
        while listening(int(proxy.address()[1])) and time.monotonic() < end:
            select.select([], [], [], 0.01)
        with pytest.raises(ConnectionRefusedError):
            proxy.connect()
        server.release()
        got = client.response()
        assert (got.text, got.get("connection")) == ("s1", "close")
    assert proxy.wait() == 0


REUSE = [("never", 2), ("safe", 2), ("aggressive", 2), ("always", 1)]


@pytest.mark.parametrize(("mode", "connections"), REUSE)
def test_http_reuse(run, serve, mode, connections):
    """Two client connections, a request each: may the second one's first request use the first one's server connection?"""
    server = serve(hello)
    # One thread: Steelyard's idle connections belong to a thread, HAProxy's threads lend them to each other.
    proxy = run(
        "global\n nbthread 1\ndefaults\n mode http\n timeout client 20s\n timeout server 20s\n timeout connect 20s\n"
        f"listen fe\n bind <fe>\n http-reuse {mode}\n server s1 <s1>\n",
        bare=True,
        s1=server,
    )
    with proxy.connect() as first:
        assert first.ask(GET).status == 200
        first.close()
        with proxy.connect() as second:
            assert second.ask(GET).status == 200
    assert server.connections == connections


URLS = {
    "http://10.9.8.7:81/x": "10.9.8.7:81",
    "HTTP://10.9.8.7/x": "10.9.8.7:80",
    "https://10.9.8.7/x": "10.9.8.7:443",
    "http://a.test:81/x": ":",
    "http://[::1]:81/x": ":",
    "http://u:p@10.9.8.7:81/x": ":",
    "ftp://10.9.8.7:81/x": ":",
    "/http://10.9.8.7:81/x": ":",
}


def test_the_address_in_a_url(run, serve):
    """A request sees it through url_ip and url_port, where it is one of IPv4."""
    proxy = site(run, front="http-request set-header X-Url %[url_ip]:%[url_port]", s1=serve(echo))
    found = {}
    for url in URLS:
        host = "a.test" if url.startswith("/") else url.split("//")[1].split("/")[0].split("@")[-1]
        found[url] = proxy.ask(http(f"GET {url} HTTP/1.1", f"Host: {host}")).echoed.get("x-url")
    assert found == URLS
