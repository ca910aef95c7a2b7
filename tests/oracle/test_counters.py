"""What the statistics count: how requests ended, as the log tells it, and what each server said."""

from __future__ import annotations

import contextlib
import time

import pytest

from tests.kit import Runner, http
from tests.kit.behaviours import close_at_once, hello, replies, reply
from tests.kit.wire import DEADLINE, Closed
from tests.oracle.common import GET, STATS, get, site, table

NAMES = "dreq dresp ereq econ hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other req_tot cli_abrt lbtot conn_tot intercepted dcon dses stot"


PLACES = {"front": ("fe", "FRONTEND"), "server": ("be", "s1"), "back": ("be", "BACKEND")}


def counted(proxy) -> dict[str, set[str]]:
    """What is not 0: a word a counter, `2xx=1` for `hrsp_2xx`."""
    rows = table(proxy)
    return {
        name: {f"{each.removeprefix('hrsp_')}={row[each]}" for each in NAMES.split() if row[each] not in ("", "0")}
        for name, row in ((name, rows[place]) for name, place in PLACES.items())
    }


def counts(proxy, **expected: str) -> None:
    """Holds as soon as this is counted: a request counts when it is over, which its client may know before."""
    wanted = {name: set(words.split()) for name, words in expected.items()}
    end = time.monotonic() + DEADLINE
    while True:
        found = {name: words for name, words in counted(proxy).items() if name in expected}
        if found == wanted or time.monotonic() > end:
            break
    assert found == wanted


SERVED = "req_tot=1 lbtot=1 stot=1"

# Rules: what the frontend, the server and the backend count of one request, to which the server says 200.
RULES = {
    "back:http-response set-status 404": ("4xx=1 req_tot=1", f"2xx=1 {SERVED}", f"4xx=1 {SERVED}"),
    "front:http-response set-status 404": ("4xx=1 req_tot=1", f"2xx=1 {SERVED}", f"4xx=1 {SERVED}"),
    "back:http-after-response set-status 503": ("5xx=1 req_tot=1", f"2xx=1 {SERVED}", f"5xx=1 {SERVED}"),
    "back:http-response return status 418": ("4xx=1 req_tot=1", f"2xx=1 {SERVED}", f"4xx=1 {SERVED}"),
    "back:http-response deny": ("dresp=1 5xx=1 req_tot=1", f"dresp=1 2xx=1 {SERVED}", f"dresp=1 5xx=1 {SERVED}"),
    "back:tcp-response content reject": (
        "dresp=1 other=1 req_tot=1",
        "dresp=1 lbtot=1 stot=1",
        f"dresp=1 other=1 {SERVED}",
    ),
    "back:http-request return status 404": ("4xx=1 req_tot=1", "", "4xx=1 req_tot=1 stot=1"),
    "back:http-request redirect location /y": ("3xx=1 req_tot=1", "", "3xx=1 req_tot=1 stot=1"),
    "back:http-request deny": ("dreq=1 4xx=1 req_tot=1", "", "dreq=1 4xx=1 req_tot=1 stot=1"),
    "back:http-request reject": ("dreq=1 other=1 req_tot=1", "", "dreq=1 other=1 req_tot=1 stot=1"),
    "front:http-request reject": ("dreq=1 other=1 req_tot=1", "", ""),
    "front:http-request deny": ("dreq=1 4xx=1 req_tot=1", "", ""),
    "front:http-request return status 404": ("4xx=1 req_tot=1 intercepted=1", "", ""),
    "front:monitor-uri /": ("2xx=1 req_tot=1 intercepted=1", "", ""),
    # There is no request yet for these.
    "front:tcp-request content reject": ("dreq=1 other=1", "", ""),
    "front:monitor-uri /\ntcp-request content reject": ("dreq=1 other=1", "", ""),
    "front:tcp-request session reject": ("dses=1", "", ""),
    "front:tcp-request connection reject": ("dcon=1", "", ""),
}


@pytest.mark.parametrize("rule", RULES)
def test_of_a_rule(run: Runner, serve, rule):
    where, _, line = rule.partition(":")
    proxy = site(run, **{where: line}, top=STATS, s1=serve(hello))
    with contextlib.suppress(OSError, Closed):
        proxy.raw(get("/", "Connection: close"))
    # A session is what no rule has turned away.
    session = "conn_tot=1" if "session" in rule or "connection" in rule else "conn_tot=1 stot=1"
    front, server, back = RULES[rule]
    counts(proxy, front=f"{front} {session}", server=server, back=back)


# What a client sends before it leaves: what the frontend counts.
CLIENTS = {
    "nothing": ((), "ereq=1 4xx=1 req_tot=1"),
    "a piece": ((b"GET / HT",), "ereq=1 4xx=1 req_tot=1"),
    "nonsense": ((b"what is this\r\n\r\n",), "ereq=1 4xx=1 req_tot=1"),
    "a request, nothing": ((GET,), "2xx=1 req_tot=1"),
    "a request, nonsense": ((GET, b"what is this\r\n\r\n"), "ereq=1 2xx=1 4xx=1 req_tot=2"),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_of_a_client_that_leaves(run: Runner, serve, name):
    said, expected = CLIENTS[name]
    proxy = site(run, top=STATS, s1=serve(hello))
    with proxy.connect() as client:
        for each in said:
            client.send(each)
            if each == GET:
                client.response()
        client.shut()
        client.rest()
    counts(proxy, front=f"{expected} conn_tot=1 stot=1")


def test_of_a_probe(run: Runner, serve):
    proxy = site(run, front="option http-ignore-probes", top=STATS, s1=serve(hello))
    with proxy.connect() as client:
        client.shut()
        client.rest()
    counts(proxy, front="conn_tot=1 stot=1")


def test_of_a_slow_client(run: Runner, serve):
    proxy = site(run, front="timeout http-request 100ms", top=STATS, s1=serve(hello))
    with proxy.connect() as client:
        client.send(b"GET / HT")
        assert client.response().status == 408
        client.rest()
    counts(proxy, front="ereq=1 4xx=1 req_tot=1 conn_tot=1 stot=1")


def test_interim_responses_are_the_servers(run: Runner, serve):
    """HAProxy also counts a request of the server for each; here a request is one."""
    hints = http("HTTP/1.1 103 Early Hints", "Link: </a>") + http("HTTP/1.1 200 OK", "Content-Length: 0")
    proxy = site(run, top=STATS, s1=serve(reply(hints)))
    with proxy.connect() as client:
        client.send(GET)
        assert [client.response(interim=True).status, client.response().status] == [103, 200]
    requests = 2 if run.program.is_haproxy else 1
    counts(
        proxy,
        front="2xx=1 req_tot=1 conn_tot=1 stot=1",
        server=f"1xx=1 2xx=1 req_tot={requests} lbtot=1 stot=1",
        back=f"2xx=1 {SERVED}",
    )


def test_of_failures(run: Runner, serve):
    proxy = site(run, back="retries 0", top=STATS)
    assert proxy.ask(GET).status == 503
    counts(
        proxy,
        front="5xx=1 req_tot=1 conn_tot=1 stot=1",
        server="econ=1 lbtot=1 stot=1",
        back="econ=1 5xx=1 req_tot=1 lbtot=1 stot=1",
    )


def test_of_a_server_that_says_nothing(run: Runner, serve):
    proxy = site(run, top=STATS, s1=serve(close_at_once))
    assert proxy.ask(GET).status == 502
    counts(proxy, front="5xx=1 req_tot=1 conn_tot=1 stot=1", server="lbtot=1 stot=1", back=f"5xx=1 {SERVED}")


def test_of_a_body_that_a_backend_waits_for(run: Runner, serve):
    """A client that leaves meanwhile is one that the backend has lost."""
    proxy = site(run, back="option http-buffer-request", top=STATS, s1=serve(hello))
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a.test", "Content-Length: 5", body="ab"))
        client.shut()
        client.rest()
    counts(proxy, front="4xx=1 req_tot=1 conn_tot=1 stot=1", back="4xx=1 req_tot=1 cli_abrt=1 stot=1")


def test_the_time_for_a_body_is_that_of_the_proxy_that_waits(run: Runner, serve):
    """`timeout http-request` beside the option."""
    front, back = "timeout http-request 20s", "option http-buffer-request\ntimeout http-request 100ms"
    proxy = site(run, front=front, back=back, s1=serve(hello))
    assert proxy.ask(http("POST / HTTP/1.1", "Host: a.test", "Content-Length: 5", body="ab")).status == 408


def test_of_requests_one_after_the_other(run: Runner, serve):
    each = [http(f"HTTP/1.1 {status} X", "Content-Length: 0") for status in (200, 404, 500, 302)]
    proxy = site(run, top=STATS, s1=serve(replies(*each)))
    with proxy.connect() as client:
        assert [client.ask(get(f"/{number}")).status for number in range(4)] == [200, 404, 500, 302]
    statuses = "2xx=1 3xx=1 4xx=1 5xx=1 req_tot=4"
    counts(proxy, front=f"{statuses} conn_tot=1 stot=1", server=f"{statuses} lbtot=4 stot=4", back=f"{statuses} lbtot=4 stot=4")
