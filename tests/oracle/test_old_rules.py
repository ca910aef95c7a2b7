"""Rules on whole lines, which HAProxy dropped with 2.1: Steelyard reads them, HAProxy what `steelyard upgrade` makes of them."""

from __future__ import annotations

from steelyard.config.source import RawFile
from steelyard.config.upgrade import upgrade
from tests.kit import http
from tests.kit.behaviours import echo, reply
from tests.oracle.common import get

FRONT = r"""
    acl local src 127.0.0.1
    acl admin path_beg /admin
    reqdel ^X-One:
    reqidel ^(X-Two|X-Three):.* if local
    reqrep ^([^\ :]*)\ /static/(.*)  \1\ /\2
    reqirep ^(GET|POST)\ /a/(.*)\ (.*)  \1\ /b/\2\ \3 if local or admin
    reqrep ^([^\ ]*\ )/old/(.*)  \1/new/\2
    reqirep ^Host:\ (.*)\.OLD  Host:\ \1.new
    reqdeny ^User-Agent:\ bad
    reqideny ^[^:\ ]*\ .*\.(exe|dll)
    reqdeny ^[^:\ ]*\ /closed unless local
    reqideny nimda
    reqadd X-Proto:\ 100%
    reqadd X-Local:\ yes if local !admin
    rspdel ^X-Server:.*
    rspirep ^Location:\ http://(.*)  Location:\ https://\1
    rspideny ^X-Secret:\ y
    rspirep ^(Set-Cookie:\ .*)  \1;\ Secure
    rspadd X-Out:\ yes
"""


def started(run, server):
    text = f"frontend fe\n    bind <fe>\n{FRONT}    default_backend be\nbackend be\n    server s1 <s1>\n"
    if run.program.is_haproxy:
        made = upgrade(
            [RawFile("old.cfg", f"defaults\n    mode http\n{text.replace('<fe>', ':1').replace('<s1>', '127.0.0.1:2')}")]
        )
        lines = made.texts[0].replace(":1\n", "<fe>\n", 1).replace("127.0.0.1:2\n", "<s1>\n").split("\n")
        text = "\n".join(lines[2:])
        assert "req" not in {line.split()[0][:3] for line in lines if line.split()}, made.texts[0]
    return run(text, s1=server)


def test_requests_are_changed(run, serve):
    proxy = started(run, serve(echo))
    fields = ["X-One: 1", "x-one: 2", "X-Two: 2", "X-Three: 3", "X-Four: 4"]
    seen = proxy.ask(get("/static/x?y=1", *fields)).echoed
    assert seen.target == "/x?y=1"
    assert [(name, value) for name, value in seen.lowered if name.startswith("x-")] == [
        ("x-four", "4"),
        ("x-proto", "100%"),
        ("x-local", "yes"),
    ]
    assert proxy.ask(get("/a/1/2")).echoed.target == "/b/1/2"
    assert proxy.ask(http("PUT /a/1 HTTP/1.1", "Host: a.test")).echoed.target == "/a/1"
    assert proxy.ask(get("/old/1")).echoed.target == "/new/1"
    assert proxy.ask(http("GET / HTTP/1.1", "Host: www.Old")).echoed.get("host") == "www.new"
    assert proxy.ask(get("/admin")).echoed.get("x-local") is None


def test_requests_are_refused(run, serve):
    proxy = started(run, serve(echo))
    assert proxy.ask(get("/", "User-Agent: bad one")).status == 403
    assert proxy.ask(get("/", "User-Agent: not bad")).status == 200
    assert proxy.ask(get("/a/run.EXE?x")).status == 403
    assert proxy.ask(get("/", "Referer: /run.exe")).status == 200
    assert proxy.ask(get("/NIMDA")).status == 403
    assert proxy.ask(get("/", "X-Four: Nimda")).status == 403
    assert proxy.ask(get("/closed")).status == 200


def test_responses_are_changed_and_refused(run, serve):
    answer = http("HTTP/1.1 302 Found", "Content-Length: 0", "X-Server: s1", "Location: http://a.test/x", "Set-Cookie: a=b")
    proxy = started(run, serve(reply(answer)))
    seen = proxy.ask(get("/"))
    assert [(name, value) for name, value in seen.lowered if name in ("x-server", "location", "set-cookie", "x-out")] == [
        ("location", "https://a.test/x"),
        ("set-cookie", "a=b; Secure"),
        ("x-out", "yes"),
    ]
    secret = started(run, serve(reply(http("HTTP/1.1 200 OK", "Content-Length: 0", "X-Secret: Yes")), "s2"))
    assert secret.ask(get("/")).status == 502


def test_clients_of_a_monitoring_network_are_answered_at_once(run, serve):
    today = "http-request return status 200 if { src 127.0.0.1 }"
    front = today if run.program.is_haproxy else "http-request deny\n monitor-net 127.0.0.0/8"
    proxy = run(f"frontend fe\n bind <fe>\n {front}\n")
    assert (proxy.ask(get("/")).status, proxy.ask(get("/")).body) == (200, b"")
    today = "tcp-request connection reject if { src 127.0.0.1 }"
    front = today if run.program.is_haproxy else "monitor-net 127.0.0.0/8"
    assert run(f"frontend fe\n mode tcp\n bind <fe>\n {front}\n").turned_away()
