"""`force-persist` and `ignore-persist`: when what binds a client to a server counts."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import echo, hello, name_then_pump, reply
from tests.oracle.common import get
from tests.oracle.test_retries_of_requests import Flaky, status

LINES = """
    force-persist if { path_end /force }
    ignore-persist if { path_end /ignore }
    ignore-persist if { path_end /force }
    use-server s2 if { path_beg /rule2 }
    use-server s1 if { path_beg /rule1 }
"""


def farm(run, sink, servers, cookie="cookie S insert", lines=LINES, options=""):
    text = (
        f'frontend fe\n    bind <fe>\n    log <sink> local0\n    log-format "%ST %tsc %s"\n    default_backend be\n'
        f"backend be\n    balance first\n    {cookie}\n{lines}\n    {options}\n"
        "    server s1 <s1> cookie one disabled\n    server s2 <s2> cookie two\n    server s3 <s3> cookie three\n"
    )
    return run(text, sink=sink, **servers)


@pytest.fixture
def servers(serve):
    return {name: serve(echo, name) for name in ("s1", "s2", "s3")}


# Path, cookie of the request, server, letters of the log, whether a cookie is given.
CASES = {
    "a server that is down is not used": ("/", "S=one", "s2", "--DI", True),
    "but where it is forced": ("/force", "S=one", "s1", "--DN", False),
    "a server that is up is forced as well": ("/force", "S=three", "s3", "--VN", False),
    "without a cookie there is nothing to force": ("/force", "", "s2", "--NI", True),
    "a rule chooses a server that is down": ("/rule1/force", "", "s1", "--NN", False),
    "and not, where it is not forced": ("/rule1", "", "s2", "--NI", True),
    "a server that is up is ignored": ("/ignore", "S=three", "s2", "--UN", False),
    "a name of no server too": ("/ignore", "S=nobody", "s2", "--UN", False),
    "none is given": ("/ignore", "", "s2", "--NN", False),
    "rules are not ignored": ("/rule2/ignore", "S=three", "s2", "--UN", False),
    "a rule goes before a cookie": ("/rule2", "S=three", "s2", "--UN", False),
    "whatever the cookie says": ("/rule2", "S=nobody", "s2", "--UN", False),
    "who is sent by a rule gets no cookie": ("/rule2", "", "s2", "--NN", False),
}


@pytest.mark.parametrize("case", CASES)
def test_cookies(run, sink, servers, case):
    path, cookie, server, letters, given = CASES[case]
    proxy = farm(run, sink, servers)
    got = proxy.ask(get(path, f"Cookie: {cookie}") if cookie else get(path))
    assert got.get("x-server") == server
    assert bool(got.all("set-cookie")) == given
    assert sink.take() == f"200 {letters} {server}"


@pytest.mark.parametrize("mode", ["rewrite", "prefix", "insert", "insert indirect", "insert preserve", "indirect"])
def test_cookies_that_are_ignored_stay_the_servers_own(run, serve, sink, mode):
    setting = reply(http("HTTP/1.1 200 OK", "Set-Cookie: S=app; path=/", "Content-Length: 0"))
    proxy = farm(run, sink, {name: serve(setting, name) for name in ("s1", "s2", "s3")}, f"cookie S {mode}")
    assert proxy.ask(get("/ignore", "Cookie: S=three")).all("set-cookie") == ["S=app; path=/"]
    assert sink.take() == "200 --UN s2"


@pytest.mark.parametrize(("mode", "seen"), [("insert", "S=three~x"), ("insert indirect", None), ("prefix", "S=x")])
def test_cookies_that_are_ignored_are_hidden_as_ever(run, sink, servers, mode, seen):
    proxy = farm(run, sink, servers, f"cookie S {mode}")
    assert proxy.ask(get("/ignore", "Cookie: S=three~x")).echoed.get("cookie") == seen


def test_tables_are_not_ignored(run, sink, servers):
    lines = "    stick-table type string size 10\n    stick on hdr(k)\n" + LINES.replace("rule2", "ignore")
    proxy = farm(run, sink, servers, "", lines.replace("use-server s2 if", "use-server s3 if").replace("beg /ignore", "beg /put"))
    assert proxy.ask(get("/put", "k: a")).get("x-server") == "s3"
    assert [proxy.ask(get(path, "k: a")).get("x-server") for path in ("/", "/ignore")] == ["s3", "s3"]


def test_tables_name_a_server_that_is_down(run, sink, servers):
    lines = (
        "    stick-table type string size 10\n    stick on hdr(k)\n    force-persist unless { hdr(f) no }\n"
        "    use-server s1 if { path /put }\n"
    )
    proxy = farm(run, sink, servers, "", lines)
    assert proxy.ask(get("/put", "k: a")).get("x-server") == "s1"
    assert proxy.ask(get("/", "k: a")).get("x-server") == "s1"
    assert proxy.ask(get("/", "k: a", "f: no")).get("x-server") == "s2"


def test_conditions_see_the_request_before_rules_of_the_backend(run, sink, servers):
    proxy = farm(run, sink, servers, options="http-request set-path /gone")
    assert proxy.ask(get("/force", "Cookie: S=one")).get("x-server") == "s1"


@pytest.mark.parametrize("forced", [True, False])
def test_a_forced_server_is_never_left(run, serve, sink, forced):
    dead = serve(hello, "s1")
    given = {"s1": dead, "s2": serve(echo, "s2"), "s3": serve(echo, "s3")}
    word = "force-persist if { path / }" if forced else "option persist"
    proxy = farm(run, sink, given, lines=f"    {word}\n", options="option redispatch 1\n    retries 1\n    timeout connect 100ms")
    dead.stop_listening()
    got = proxy.ask(get("/", "Cookie: S=one"))
    assert got.status == (503 if forced else 200)
    assert sink.take() == ("503 SCDN s1" if forced else "200 --DI s2")


@pytest.mark.parametrize("forced", [True, False])
def test_nor_when_it_fails_a_request(run, serve, sink, forced):
    server = Flaky(*[status(503)] * 2)
    given = {"s1": serve(server, "s1"), "s2": serve(echo, "s2"), "s3": serve(echo, "s3")}
    word = "force-persist if { path / }" if forced else "option persist"
    proxy = farm(run, sink, given, lines=f"    {word}\n", options="option redispatch 1\n    retry-on 503")
    assert proxy.ask(get("/", "Cookie: S=one")).get("x-server") == (None if forced else "s2")
    assert len(server.seen) == (3 if forced else 1)


def test_connections_of_tcp(run, serve):
    proxy = run(
        "listen fe\n    mode tcp\n    bind <fe>\n    balance first\n    force-persist if { dst_port gt 0 }\n"
        "    use-server s2 if TRUE\n    server s1 <s1>\n    server s2 <s2> disabled\n",
        s1=serve(name_then_pump, "s1"),
        s2=serve(name_then_pump, "s2"),
    )
    with proxy.connect() as client:
        assert client.until(b"\n") == b"s2\n"


@pytest.mark.parametrize("mode", ["http", "tcp"])
@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ("use-server s1 if TRUE\nuse-server s3 if TRUE", ["s3"] * 3),
        ("option persist\nuse-server s1 if TRUE\nuse-server s3 if TRUE", ["s1"] * 3),
        ("use-server %[str(s1)] if TRUE\nuse-server s3 if TRUE", ["s3"] * 3),
        ("use-server none%[str()] if TRUE\nuse-server s3 if TRUE", ["s2", "s3", "s2"]),
    ],
)
def test_a_rule_that_names_a_server_that_is_down_leaves_it_to_the_next(run, servers, mode, lines, wanted):
    proxy = run(
        f"frontend fe\n mode {mode}\n bind <fe>\n default_backend be\nbackend be\n mode {mode}\n{lines}\n"
        " server s1 <s1> disabled\n server s2 <s2>\n server s3 <s3>\n",
        **servers,
    )
    assert [proxy.ask(get("/")).get("x-server") for _ in wanted] == wanted
