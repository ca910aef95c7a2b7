"""`stick` rules: which server a key goes to."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import echo, greet, name_then_pump, reply
from tests.oracle.common import GET, get

TABLE = "stick-table type string len 20 size 100 expire 60s"


def farm(run, serve, lines, behaviour=echo, *, mode="http", more="", options=("", "")):
    return run(
        f"""
frontend fe
    mode {mode}
    bind <fe>
    default_backend be
backend be
    mode {mode}
    balance roundrobin
    {lines}
    server s1 <s1> {options[0]}
    server s2 <s2> {options[1]}
{more}
""",
        s1=serve(behaviour, "s1"),
        s2=serve(behaviour, "s2"),
    )


def who(proxy, *fields, path="/"):
    return proxy.ask(get(path, *fields)).get("x-server")


def test_a_key_stays_on_its_server(run, serve):
    proxy = farm(run, serve, f"{TABLE}\n    stick on hdr(x)")
    first = {key: who(proxy, f"X: {key}") for key in "abcd"}
    assert set(first.values()) == {"s1", "s2"}
    for _ in range(3):
        assert {key: who(proxy, f"X: {key}") for key in "dcba"} == first
    # Without the key the algorithm chooses.
    assert {who(proxy) for _ in range(2)} == {"s1", "s2"}


def test_the_address_of_the_client(run, serve):
    proxy = farm(run, serve, "stick-table type ip size 100 expire 60s\n    stick on src")
    assert len({who(proxy) for _ in range(4)}) == 1


def test_match_alone_remembers_nothing(run, serve):
    proxy = farm(run, serve, f"{TABLE}\n    stick match hdr(x)")
    assert {who(proxy, "X: a") for _ in range(2)} == {"s1", "s2"}


def test_what_is_stored_under_one_key_is_matched_by_another(run, serve):
    proxy = farm(run, serve, f"{TABLE}\n    stick match hdr(y)\n    stick store-request hdr(x)")
    server = who(proxy, "X: a")
    assert [who(proxy, "Y: a") for _ in range(3)] == [server] * 3


def test_conditions(run, serve):
    proxy = farm(run, serve, f"{TABLE}\n    stick on hdr(x) if {{ path_beg /app }}")
    server = who(proxy, "X: a", path="/app")
    assert [who(proxy, "X: a", path="/app/2") for _ in range(3)] == [server] * 3
    assert {who(proxy, "X: a", path="/other") for _ in range(2)} == {"s1", "s2"}


def test_the_first_key_of_a_table_is_stored(run, serve):
    lines = f"{TABLE}\n    stick store-request hdr(x)\n    stick store-request hdr(y)\n    stick match hdr(m)"
    proxy = farm(run, serve, lines)
    server = who(proxy, "X: a", "Y: b")
    assert [who(proxy, "M: a") for _ in range(3)] == [server] * 3
    assert {who(proxy, "M: b") for _ in range(2)} == {"s1", "s2"}


def test_keys_of_the_response(run, serve):
    answers = {
        name: http("HTTP/1.1 200 OK", f"X-Session: {name}", f"X-Server: {name}", "Content-Length: 0") for name in ("s1", "s2")
    }

    def own(conn):
        reply(answers[conn.server.name])(conn)

    proxy = farm(run, serve, f"{TABLE}\n    stick store-response res.hdr(x-session)\n    stick match hdr(x)", own)
    assert {who(proxy), who(proxy)} == {"s1", "s2"}
    assert [who(proxy, "X: s2") for _ in range(3)] == ["s2"] * 3
    assert [who(proxy, "X: s1") for _ in range(3)] == ["s1"] * 3


def test_a_table_of_another_backend(run, serve):
    more = f"backend keys\n    {TABLE} store gpc0"
    proxy = farm(run, serve, "stick on hdr(x) table keys", more=more)
    server = who(proxy, "X: a")
    assert [who(proxy, "X: a") for _ in range(3)] == [server] * 3


def test_servers_are_found_by_name_in_other_backends(run, serve):
    proxy = run(
        f"""
frontend fe
    bind <fe>
    use_backend other if {{ path /other }}
    default_backend be
backend be
    {TABLE}
    stick on hdr(x)
    server s1 <s1> id 5
    server s2 <s2> id 6
backend other
    stick match hdr(x) table be
    server s2 <s2> id 5
    server s1 <s1> id 6
""",
        s1=serve(echo, "s1"),
        s2=serve(echo, "s2"),
    )
    for key in "abcd":
        server = who(proxy, f"X: {key}")
        assert [who(proxy, f"X: {key}", path="/other") for _ in range(2)] == [server] * 2


def test_cookies_go_before(run, serve):
    lines = f"{TABLE}\n    cookie SRV insert indirect\n    stick on hdr(x)"
    proxy = farm(run, serve, lines, options=("cookie one", "cookie two"))
    server = who(proxy, "X: a")
    other = {"s1": "two", "s2": "one"}[server]
    assert who(proxy, "X: a", f"Cookie: SRV={other}") != server
    # The key went with it.
    assert who(proxy, "X: a") != server


@pytest.mark.parametrize(
    ("options", "more"), [(("", "non-stick"), ""), (("stick", ""), "    default-server non-stick")], ids=["non-stick", "stick"]
)
def test_a_server_that_is_not_remembered(run, serve, options, more):
    proxy = farm(run, serve, f"{TABLE}\n    stick on hdr(x)\n{more}", options=options)
    first = {key: who(proxy, f"X: {key}") for key in "abcdef"}
    assert set(first.values()) == {"s1", "s2"}
    for key in first:
        # Keys of s2 are not held there: their turn at s1 comes, and they stay.
        assert "s1" in [who(proxy, f"X: {key}") for _ in range(3)]
        assert [who(proxy, f"X: {key}") for _ in range(3)] == ["s1"] * 3


def test_the_number_of_the_server_is_stored(run, serve):
    more = "frontend look\n    bind <look>\n    http-request return status 200 content-type text/plain lf-string "
    more += '"%[str(a),table_server_id(be)] %[str(b),table_server_id(be)]"'
    proxy = farm(run, serve, f"{TABLE}\n    stick on hdr(x)", options=("id 11", "id 12"), more=more)
    server = who(proxy, "X: a")
    assert proxy.ask(GET, "look").text == f"{ {'s1': 11, 's2': 12}[server] } 0"


def test_a_server_that_has_gone_is_replaced(run, serve):
    lines = f"{TABLE}\n    stick on hdr(x)\n    option redispatch 1\n    retries 2"
    proxy = run(
        f"""
frontend fe
    bind <fe>
    default_backend be
backend be
    {lines}
    server s1 <s1>
    server s2 <s2> disabled
""",
        s1=serve(echo, "s1"),
        s2=serve(echo, "s2"),
    )
    assert [who(proxy, f"X: {key}") for key in "abc"] == ["s1"] * 3


@pytest.mark.parametrize("rule", ["stick on src", "stick store-request src\n    stick match src"])
def test_tcp(run, serve, rule):
    proxy = farm(run, serve, f"stick-table type ip size 10 expire 60s\n    {rule}", name_then_pump, mode="tcp")
    names = set()
    for _ in range(4):
        with proxy.connect() as client:
            names.add(client.exactly(2))
    assert len(names) == 1


def test_tcp_keys_of_the_server(run, serve):
    lines = """stick-table type string len 2 size 10 expire 60s
    tcp-response inspect-delay 5s
    acl greeted res.payload(0,2) -m found
    tcp-response content accept if greeted
    stick store-response res.payload(0,2) if greeted
    tcp-request inspect-delay 5s
    tcp-request content accept if { req.len gt 1 }
    stick match req.payload(0,2)"""

    def named(conn):
        greet(conn.server.name.encode())(conn)

    proxy = farm(run, serve, lines, named, mode="tcp")

    def first(data):
        with proxy.connect() as client:
            client.send(data)
            return client.exactly(2)

    assert {first(b"--"), first(b"--")} == {b"s1", b"s2"}
    assert [first(b"s1") for _ in range(3)] == [b"s1"] * 3
    assert [first(b"s2") for _ in range(3)] == [b"s2"] * 3
