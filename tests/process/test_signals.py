"""How processes end. Traffic that is under way has its own tests beside the engine."""

from __future__ import annotations

import re
import signal

import pytest

from tests.kit.behaviours import hello, name_then_pump
from tests.kit.ports import listening
from tests.kit.wire import http
from tests.process.conftest import eventually

ONE = "frontend f\n bind <fe>\n default_backend b\nbackend b\n server s <s1>\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_hard_stop(run, serve, number):
    proxy = run(ONE, s1=serve(hello))
    proxy.kill(number)
    proxy.wait()
    assert not listening(proxy.address()[1])


def test_soft_stop_of_an_idle_process(run, serve):
    proxy = run(ONE, s1=serve(hello))
    proxy.kill(signal.SIGUSR1)
    assert proxy.wait() == 0
    assert "Proxy f stopped (cumulated conns: FE: 0, BE: 0)." in proxy.stderr


def test_soft_stop_lets_a_connection_end(run, serve):
    proxy = run(
        "frontend f\n mode tcp\n bind <fe>\n default_backend b\nbackend b\n mode tcp\n server s <s1>\n", s1=serve(name_then_pump)
    )
    with proxy.connect() as client:
        assert client.until(b"\n") == b"s1\n"
        proxy.kill(signal.SIGUSR1)
        eventually("the port is given up", lambda: not listening(proxy.address()[1]))
        assert proxy.process.poll() is None
        client.send(b"still here")
        assert client.exactly(10) == b"still here"
    assert proxy.wait() == 0


def test_hangup_dumps_states(run, serve):
    proxy = run(ONE, s1=serve(hello))
    proxy.ask(http("GET / HTTP/1.1", "Host: a"))
    proxy.kill(signal.SIGHUP)
    eventually("the dump", lambda: "SIGHUP: Proxy b has 1 active servers and 0 backup servers available." in proxy.stderr)
    assert "SIGHUP received, dumping servers states." in proxy.stderr
    # The client may have its reply before the session is over.
    assert re.search(r"SIGHUP: Server b/s is UP\. Conn: [01] act, 0 pend, 1 tot\.", proxy.stderr)


def test_signals_that_ask_for_nothing_here_do_not_kill(steelyard, serve):
    proxy = steelyard(ONE, s1=serve(hello))
    for number in (signal.SIGTTOU, signal.SIGTTIN, signal.SIGUSR2, signal.SIGPIPE, signal.SIGQUIT):
        proxy.kill(number)
    eventually("the last one is dealt with", lambda: "SIGQUIT received" in proxy.stderr)
    assert proxy.process.poll() is None
