"""Words whose effect is an option of a socket: the test asks the kernel for the options of the proxy's own sockets."""

from __future__ import annotations

import select
import socket
from pathlib import Path

import pytest

from tests.kit.behaviours import hello, name_then_pump
from tests.kit.descriptors import IP_TRANSPARENT, TCP_USER_TIMEOUT, backlog, connected, listening, option
from tests.kit.wire import DEADLINE
from tests.oracle.common import get, since, site

TCP, SOL, IP = socket.IPPROTO_TCP, socket.SOL_SOCKET, socket.IPPROTO_IP
MSS = option(TCP, socket.TCP_MAXSEG)
KEEPALIVE = option(SOL, socket.SO_KEEPALIVE)

# words of the `bind` line, what is asked, whether the answer is as wanted
BINDS = {
    "defer-accept": (option(TCP, socket.TCP_DEFER_ACCEPT), lambda value: value > 0),
    "mss 1400": (MSS, lambda value: value == 1400),
    "tcp-ut 10s": (option(TCP, TCP_USER_TIMEOUT), lambda value: value == 10_000),
    "tfo": (option(TCP, socket.TCP_FASTOPEN), lambda value: value > 0),
    "transparent": (option(IP, IP_TRANSPARENT), lambda value: value == 1),
    "backlog 10": (backlog, lambda value: value == 10),
}


@pytest.mark.parametrize("words", BINDS)
def test_options_of_a_listener(run, serve, words):
    ask, wanted = BINDS[words]
    proxy = run(f"listen fe\n    bind <fe> {words}\n    bind <plain>\n    server s1 <s1>\n", s1=serve(hello))
    pid = proxy.process.pid
    assert all(wanted(value) for value in listening(pid, proxy.address()[1], ask))
    assert not any(wanted(value) for value in listening(pid, proxy.address("plain")[1], ask))
    assert proxy.ask(get("/")).text == "s1"


def test_the_backlog_of_a_proxy(run, serve):
    proxy = run("listen fe\n    bind <fe>\n    backlog 77\n    server s1 <s1>\n", s1=serve(hello))
    assert set(listening(proxy.process.pid, proxy.address()[1], backlog)) == {77}


@pytest.mark.parametrize("word", ["", "noreuseport"])
def test_ports_are_shared_unless_the_file_says_no(run, word):
    proxy = run(
        f"global\n    {word}\ndefaults\n    mode http\n    timeout client 20s\nfrontend fe\n    bind <fe>\n"
        "    http-request return status 200\n",
        bare=True,
    )
    found = listening(proxy.process.pid, proxy.address()[1], option(SOL, socket.SO_REUSEPORT))
    assert set(found) == {0 if word else 1}


@pytest.mark.parametrize("word", ["", "option clitcpka", "option tcpka", "option srvtcpka"])
def test_keep_alive_of_tcp(run, serve, word):
    server = serve(name_then_pump)
    proxy = run(f"listen fe\n    mode tcp\n    bind <fe>\n    {word}\n    server s1 <s1>\n", s1=server)
    with proxy.connect() as client:
        client.until(b"\n")
        pid = proxy.process.pid
        to_client = connected(pid, client.sock.getsockname()[1], KEEPALIVE)
        to_server = connected(pid, server.port, KEEPALIVE)
    assert to_client == [int(word in ("option clitcpka", "option tcpka"))]
    assert to_server == [int(word in ("option srvtcpka", "option tcpka"))]


PROBES = [option(TCP, name) for name in (socket.TCP_KEEPCNT, socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL)]
# What is not said is as the system has it.
OWN = [int(Path(f"/proc/sys/net/ipv4/tcp_keepalive_{name}").read_text()) for name in ("probes", "time", "intvl")]


@pytest.mark.parametrize(
    ("words", "to_client", "to_server"),
    [
        ("option tcpka", OWN, OWN),
        ("option tcpka\n    clitcpka-cnt 4", [4, *OWN[1:]], OWN),
        ("option clitcpka\n    clitcpka-cnt 4\n    clitcpka-idle 61\n    clitcpka-intvl 1500ms", [4, 61, 2], OWN),
        ("option srvtcpka\n    srvtcpka-cnt 5\n    srvtcpka-idle 2m\n    srvtcpka-intvl 7s", OWN, [5, 120, 7]),
        ("option tcpka\n    srvtcpka-idle 1001ms\n    clitcpka-intvl 1", [*OWN[:2], 1], [OWN[0], 2, OWN[2]]),
        ("clitcpka-idle 61\n    srvtcpka-idle 61", OWN, OWN),
    ],
)
def test_probes_of_keep_alive(run, serve, words, to_client, to_server):
    server = serve(name_then_pump)
    proxy = run(f"listen fe\n    mode tcp\n    bind <fe>\n    {words}\n    server s1 <s1>\n", s1=server)
    with proxy.connect() as client:
        client.until(b"\n")
        pid, port = proxy.process.pid, client.sock.getsockname()[1]
        assert [connected(pid, port, each) for each in PROBES] == [[value] for value in to_client]
        assert [connected(pid, server.port, each) for each in PROBES] == [[value] for value in to_server]


def test_more_than_a_socket_takes_is_the_most(run, serve):
    if run.program.is_haproxy:
        pytest.skip("HAProxy has the system's own values then: docs/differences.md")
    server = serve(name_then_pump)
    words = "option tcpka\n    clitcpka-idle 1d\n    srvtcpka-cnt 300\n    srvtcpka-intvl 1d"
    proxy = run(f"listen fe\n    mode tcp\n    bind <fe>\n    {words}\n    server s1 <s1>\n", s1=server)
    with proxy.connect() as client:
        client.until(b"\n")
        assert connected(proxy.process.pid, client.sock.getsockname()[1], PROBES[1]) == [32_767]
        assert [connected(proxy.process.pid, server.port, each) for each in PROBES] == [[127], [OWN[1]], [32_767]]


def test_the_user_timeout_of_a_server(run, serve):
    server = serve(name_then_pump)
    proxy = run("listen fe\n    mode tcp\n    bind <fe>\n    server s1 <s1> tcp-ut 10s\n", s1=server)
    with proxy.connect() as client:
        client.until(b"\n")
        assert connected(proxy.process.pid, server.port, option(TCP, TCP_USER_TIMEOUT)) == [10_000]


ENDS = {
    "the client is silent": ("mode tcp\n    timeout client 100ms", name_then_pump, b""),
    "the last response": ("option httpclose", hello, get("/")),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_connection_ends_with_a_reset_where_nothing_is_to_linger(run, serve, how):
    words, behave, data = ENDS[how]
    proxy = run(f"listen fe\n    bind <fe>\n    {words}\n    option nolinger\n    server s1 <s1>\n", s1=serve(behave))
    with proxy.connect() as client:
        client.send(data)
        while client.sock.recv(1000):
            pass
        # The end of the stream came; a reset follows, though this side is still open.
        watch = select.poll()
        watch.register(client.sock, 0)
        assert watch.poll(1000 * DEADLINE)


MARK, TOS = option(SOL, socket.SO_MARK), option(IP, socket.IP_TOS)
PACKETS = {
    "set-fc-mark 7": (True, MARK, 7),
    "set-fc-mark int(8)": (True, MARK, 8),
    "set-fc-tos 0x20": (True, TOS, 0x20),
    "set-fc-tos int(16)": (True, TOS, 16),
    "set-bc-mark 7": (False, MARK, 7),
    "set-bc-mark int(8)": (False, MARK, 8),
    "set-bc-tos 0x20": (False, TOS, 0x20),
    "set-bc-tos int(16)": (False, TOS, 16),
}


@pytest.mark.parametrize("rules", ["http-request", "tcp-request content"])
@pytest.mark.parametrize("action", PACKETS)
def test_marks_and_classes_of_packets(run, serve, action, rules):
    since(run, 3, 0)
    client_side, ask, wanted = PACKETS[action]
    server = serve(hello)
    proxy = site(run, front=f"{rules} {action}", s1=server)
    with proxy.connect() as client:
        assert client.ask(get("/")).text == "s1"
        port = client.sock.getsockname()[1] if client_side else server.port
        assert connected(proxy.process.pid, port, ask) == [wanted]
