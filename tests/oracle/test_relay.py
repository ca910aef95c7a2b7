"""TCP mode: bytes both ways, half-closes, resets."""

from __future__ import annotations

from tests.kit import http
from tests.kit.behaviours import close_at_once, collect, echo, greet, name_then_pump, pump

CONFIG = """
listen fe
    mode tcp
    bind <fe>
    server s1 <s1>
"""


def test_relay_echo(run, serve):
    proxy = run(CONFIG, s1=serve(pump))
    with proxy.connect() as client:
        for size in (1, 100, 70_000, 1_000_000):
            data = bytes(range(256)) * (size // 256 + 1)
            client.sock.settimeout(15)
            import threading

            sender = threading.Thread(target=client.send, args=(data,))
            sender.start()
            assert client.exactly(len(data)) == data
            sender.join(15)


def test_client_half_close_reaches_server_and_answer_comes_back(run, serve):
    proxy = run(CONFIG, s1=serve(collect))
    with proxy.connect() as client:
        client.send(b"x" * 100_000)
        client.shut()
        assert client.rest() == b"got 100000"


def test_server_half_close_leaves_the_other_direction_open(run, serve):
    server = serve(greet(b"hello"))
    proxy = run(CONFIG, s1=server)
    with proxy.connect() as client:
        assert client.exactly(5) == b"hello"
        assert client.closed()
        client.send(b"still here")
        server.wait(lambda s: s.received == b"still here")


def test_server_speaks_first(run, serve):
    proxy = run(CONFIG, s1=serve(name_then_pump, "alpha"))
    with proxy.connect() as client:
        assert client.until(b"\n") == b"alpha\n"
        client.send(b"ping")
        assert client.exactly(4) == b"ping"


def test_http_bytes_pass_untouched(run, serve):
    proxy = run(CONFIG, s1=serve(echo))
    odd = http("GET /x HTTP/1.1", "HoSt:   a", "X-Weird:\tb  ", "Connection: close")
    assert proxy.ask(odd).body == odd


def test_client_reset_ends_the_server_side(run, serve):
    server = serve(pump)
    proxy = run(CONFIG, s1=server)
    client = proxy.connect()
    client.send(b"x")
    assert client.exactly(1) == b"x"
    client.reset()
    server.wait(lambda s: s.open == 0)


def test_refused_server_closes_the_client(run):
    proxy = run(CONFIG + "    retries 0\n")
    with proxy.connect() as client:
        assert client.rest() == b""


def test_no_server_closes_the_client(run):
    proxy = run("listen fe\n mode tcp\n bind <fe>\n")
    with proxy.connect() as client:
        assert client.rest() == b""


def test_server_that_closes_at_once(run, serve):
    proxy = run(CONFIG, s1=serve(close_at_once))
    with proxy.connect() as client:
        client.send(http("GET / HTTP/1.1"))
        assert client.rest() == b""
