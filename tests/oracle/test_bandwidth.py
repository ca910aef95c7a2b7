"""Bandwidth limits (`filter bwlim-in`, `bwlim-out`, `set-bandwidth-limit`): how long bodies and streams take."""

from __future__ import annotations

import threading
import time

import pytest

from tests.kit import http
from tests.kit.behaviours import hello, name_then_pump, reply, upgrade
from tests.oracle.common import GET, get, site

BODY = bytes(range(250)) * 400  # 100,000 bytes
# The first period lets a whole limit through, so two limits take one period, and three two.
HALF = "default-limit 50k default-period 1s"


def big(head: str = f"Content-Length: {len(BODY)}", body: bytes = BODY):
    return reply(http("HTTP/1.1 200 OK", head, body=body))


def timed(proxy, request: bytes = GET) -> tuple[float, bytes]:
    began = time.monotonic()
    answer = proxy.ask(request)
    assert answer.status == 200
    return time.monotonic() - began, answer.body


@pytest.mark.parametrize("rules", ["http-request", "http-response", "tcp-request content"])
def test_what_a_client_gets_is_limited(run, serve, rules):
    front = f"filter bwlim-out slow {HALF}\n{rules} set-bandwidth-limit slow"
    seconds, body = timed(site(run, front=front, s1=serve(big())))
    assert body == BODY
    assert 0.9 <= seconds < 5


@pytest.mark.parametrize("side", ["front", "back"])
@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_bodies_of_all_framings_are_limited(run, serve, framing, side):
    rules = f"filter bwlim-out slow {HALF}\nhttp-response set-bandwidth-limit slow"
    chunks = b"".join(b"1388\r\n" + BODY[at : at + 5000] + b"\r\n" for at in range(0, len(BODY), 5000)) + b"0\r\n\r\n"
    server = big("Transfer-Encoding: chunked", chunks) if framing == "chunked" else None
    closing = reply(http("HTTP/1.1 200 OK", body=BODY), close=True)
    seconds, body = timed(site(run, **{side: rules}, s1=serve(server or closing)))
    assert body == BODY
    assert 0.9 <= seconds < 5


def test_what_a_client_sends_is_limited(run, serve):
    proxy = site(run, front=f"filter bwlim-in slow {HALF}\nhttp-request set-bandwidth-limit slow", s1=serve(hello))
    post = http("POST / HTTP/1.1", "Host: a.test", f"Content-Length: {len(BODY)}", body=BODY)
    seconds, _ = timed(proxy, post)
    assert 0.9 <= seconds < 5
    assert timed(proxy)[0] < 0.8


def test_a_filter_that_no_rule_turns_on_does_nothing(run, serve):
    front = f"filter bwlim-out slow {HALF}\nhttp-request set-bandwidth-limit slow if {{ path /slow }}"
    proxy = site(run, front=front, s1=serve(big()))
    with proxy.connect() as client:
        began = time.monotonic()
        assert client.ask(GET).body == BODY
        assert time.monotonic() - began < 0.8
        began = time.monotonic()
        assert client.ask(get("/slow")).body == BODY
        assert time.monotonic() - began >= 0.9
        began = time.monotonic()
        assert client.ask(GET).body == BODY
        assert time.monotonic() - began < 0.8


CUSTOM = {
    "limit": ("default-limit 1k default-period 1s", "limit 50k"),
    "period": ("default-limit 50k default-period 1h", "period 1s"),
    "expressions": ("default-limit 1 default-period 1h", "limit int(50000) period req.hdr_val(x-ms)"),
    "the last rule": (
        "default-limit 1 default-period 1h",
        "limit 1 period 1h\nhttp-request set-bandwidth-limit slow limit 50k period 1s",
    ),
    "no number": (HALF, "limit req.hdr(none) period req.hdr(none)"),
}


@pytest.mark.parametrize("case", CUSTOM)
def test_rules_have_limits_of_their_own(run, serve, case):
    filter, words = CUSTOM[case]
    front = f"filter bwlim-out slow {filter}\nhttp-request set-bandwidth-limit slow {words}"
    seconds, body = timed(site(run, front=front, s1=serve(big())), get("/", "X-Ms: 1000"))
    assert body == BODY
    assert 0.9 <= seconds < 5


def test_the_lowest_of_several_limits_holds(run, serve):
    front = (
        f"filter bwlim-out wide default-limit 10m default-period 1s\nfilter bwlim-out slow {HALF}\n"
        "http-request set-bandwidth-limit wide\nhttp-request set-bandwidth-limit slow"
    )
    seconds, body = timed(site(run, front=front, s1=serve(big())))
    assert body == BODY
    assert 0.9 <= seconds < 5


def test_streams_of_one_key_share_a_limit(run, serve):
    front = "filter bwlim-out slow limit 100k key src table t\nhttp-request set-bandwidth-limit slow if { path /slow }"
    top = "backend t\n    stick-table type ip size 100 expire 1h store bytes_out_rate(1s)"
    proxy = site(run, front=front, top=top, s1=serve(big()))
    took: list[float] = []

    def ask() -> None:
        took.append(timed(proxy, get("/slow"))[0])

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    # 300,000 bytes at 100,000 a second, the first 100,000 at once.
    assert len(took) == 3
    assert 1.8 <= max(took) < 8


def test_time_that_a_limit_takes_is_nobodys_fault(run, serve):
    front = "filter bwlim-out slow default-limit 50k default-period 2s\nhttp-request set-bandwidth-limit slow"
    proxy = site(run, front="timeout client 700ms\n" + front, back="timeout server 700ms", s1=serve(big()))
    seconds, body = timed(proxy)
    assert body == BODY
    assert 1.8 <= seconds < 8


def test_streams_of_tcp_are_limited(run, serve):
    front = f"mode tcp\nfilter bwlim-out slow {HALF}\ntcp-request content set-bandwidth-limit slow"
    proxy = site(run, front=front, back="mode tcp", s1=serve(name_then_pump))
    with proxy.connect() as client:
        began = time.monotonic()
        client.send(BODY)
        assert client.exactly(len(BODY) + 3).endswith(BODY)
        assert 0.9 <= time.monotonic() - began < 5


def test_streams_of_tcp_are_limited_by_rules_of_responses(run, serve):
    back = f"mode tcp\nfilter bwlim-out slow {HALF}\ntcp-response content set-bandwidth-limit slow"
    proxy = site(run, front="mode tcp", back=back, s1=serve(name_then_pump))
    with proxy.connect() as client:
        began = time.monotonic()
        client.send(BODY)
        assert client.exactly(len(BODY) + 3).endswith(BODY)
        assert 0.9 <= time.monotonic() - began < 5


def test_tunnels_are_limited(run, serve):
    front = f"filter bwlim-out slow {HALF}\nhttp-request set-bandwidth-limit slow"
    proxy = site(run, front=front, s1=serve(upgrade))
    with proxy.connect() as client:
        client.send(get("/", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
        assert client.response(interim=True).status == 101
        began = time.monotonic()
        client.send(BODY)
        assert client.exactly(len(BODY)) == BODY
        assert 0.9 <= time.monotonic() - began < 5
