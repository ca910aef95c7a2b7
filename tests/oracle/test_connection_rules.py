"""`Connection` as rules see and set it: what a peer said of its own connection is gone before, what a rule says is done."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import echo, reply
from tests.oracle.common import GET, get, site


@pytest.mark.parametrize("rule", ["http-response set-header", "http-response add-header", "http-after-response set-header"])
@pytest.mark.parametrize("value", ["close", "Close, x"])
def test_a_rule_of_the_response_closes_the_client(run, serve, rule, value):
    named = f'{rule} Connection "{value}" if {{ var(txn.p) -m str /c }}'
    proxy = site(run, front=f"http-request set-var(txn.p) path\n{named}", s1=serve(echo))
    with proxy.connect() as client:
        assert client.ask(GET).all("connection") == []
        assert client.ask(get("/c")).all("connection")[-1] == "close"
        assert client.closed()


@pytest.mark.parametrize("place", ["http-response", "http-after-response"])
@pytest.mark.parametrize(("value", "said"), [("keep-alive", []), ("x-own", ["x-own"]), ("x-own, keep-alive", ["x-own"])])
def test_other_words_of_a_rule(run, serve, place, value, said):
    proxy = site(run, front=f'{place} set-header Connection "{value}"', s1=serve(echo))
    with proxy.connect() as client:
        assert client.ask(GET).all("connection") == said
        assert client.ask(get("/", "Connection: close")).all("connection") == [*said, "close"]
        assert client.closed()


def test_a_rule_of_the_request_closes_the_server(run, serve):
    server = serve(echo)
    proxy = site(run, front="http-request set-header Connection close if { path /c }", s1=server)
    with proxy.connect() as client:
        assert client.ask(GET).echoed.all("connection") == []
        assert client.ask(get("/c")).echoed.all("connection") == ["close"]
        assert client.ask(GET).echoed.all("connection") == []
    assert server.connections == 2


def test_a_rule_of_the_request_asks_for_an_upgrade(run, serve):
    proxy = site(run, front="http-request set-header Connection Upgrade\nhttp-request set-header Upgrade own", s1=serve(echo))
    seen = proxy.ask(GET).echoed
    assert (seen.all("connection"), seen.all("upgrade")) == (["Upgrade"], ["own"])


@pytest.mark.parametrize(
    ("said", "seen"),
    [("close", ""), ("Keep-Alive", ""), ("keep-alive, x-own", "x-own"), ("x-own, close", "x-own"), ("x-own", "x-own")],
)
def test_rules_do_not_see_whether_the_connection_stays(run, serve, said, seen):
    answer = http("HTTP/1.1 200 OK", f"Connection: {said}", "Content-Length: 0")
    proxy = site(
        run,
        front='http-request set-var-fmt(txn.c) "%[req.fhdr(connection)]"\nhttp-response set-header X-Q "<%[var(txn.c)]>"\n'
        'http-response set-header X-S "<%[res.fhdr(connection)]>"',
        s1=serve(reply(answer)),
    )
    got = proxy.ask(get("/", f"Connection: {said}"))
    assert (got.all("x-q"), got.all("x-s")) == ([f"<{seen}>"], [f"<{seen}>"])
