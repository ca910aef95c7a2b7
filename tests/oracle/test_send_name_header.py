"""`http-send-name-header`: the request tells the server its name."""

from __future__ import annotations

from tests.kit.behaviours import echo
from tests.oracle.common import get, site
from tests.oracle.test_retries_of_requests import CLOSED, Flaky


def test_it_takes_the_place_of_what_the_client_said(run, serve):
    proxy = site(run, back="http-send-name-header X-Srv\nhttp-request set-header X-Was %[req.hdr(x-srv)]", s1=serve(echo))
    got = proxy.ask(get("/", "x-srv: a", "X-SRV: b", "Z: 1"))
    # In lower case, behind all others; rules still see the client's.
    assert got.echoed.all("x-srv") == ["s1"]
    assert got.echoed.get("x-was") == "b"
    assert got.text.rstrip().splitlines()[-1] == "x-srv: s1"


def test_each_server_is_told_its_own_name(run, serve):
    server = Flaky(CLOSED)
    back = "balance roundrobin\noption redispatch 1\nretry-on empty-response\nhttp-send-name-header X-Srv\nserver s2 <s1>"
    proxy = site(run, back=back, s1=serve(server))
    assert proxy.ask(get("/")).status == 200
    first, second = (request.all("x-srv") for request in server.seen)
    assert sorted(first + second) == ["s1", "s2"]


def test_a_server_that_does_not_answer_is_left(run, serve, ports):
    dead = serve(echo, "dead")
    port = dead.port
    dead.stop_listening()
    back = f"balance first\noption redispatch 1\nhttp-send-name-header X-Srv\nserver s0 127.0.0.1:{port}"
    proxy = site(run, back=back, s1=serve(echo))
    assert proxy.ask(get("/")).echoed.all("x-srv") == ["s1"]


def test_a_backend_that_is_one_address_has_no_name(run, serve):
    lines = "    bind <fe>\n    http-send-name-header X-Srv\n    dispatch <s1>\n"
    proxy = run(f"listen fe\n{lines}", s1=serve(echo))
    assert proxy.ask(get("/", "X-Srv: a")).echoed.all("x-srv") == []


def test_it_is_inherited_and_goes_with_each_request_of_a_connection(run, serve):
    proxy = run(
        "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n    http-send-name-header X-Srv\n"
        "listen fe\n    bind <fe>\n    server s1 <s1>\n",
        bare=True,
        s1=serve(echo),
    )
    with proxy.connect() as client:
        for _ in range(2):
            assert client.ask(get("/")).echoed.all("x-srv") == ["s1"]


def test_checks_say_it_too(run, serve):
    server = serve(echo)
    back = (
        "option httpchk\nhttp-check send meth GET uri /up ver HTTP/1.1 hdr Host www hdr X-Srv mine\nhttp-send-name-header X-Srv"
    )
    site(run, back=back, server="check inter 50ms", s1=server)
    server.wait_requests(1)
    assert server.requests[0].target == "/up"
    assert server.requests[0].all("x-srv") == ["s1"]
    assert server.requests[0].get("host") == "www"
