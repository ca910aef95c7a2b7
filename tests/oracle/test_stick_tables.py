"""Stick tables: what is counted of whom, and when."""

from __future__ import annotations

import time

import pytest

from tests.kit import http
from tests.kit.behaviours import close_at_once, hello, pump, raw, reply, stall_before_head
from tests.kit.wire import DEADLINE
from tests.oracle import common
from tests.oracle.common import GET, get

ALL = (
    "conn_cnt,conn_cur,sess_cnt,http_req_cnt,http_err_cnt,bytes_in_cnt,bytes_out_cnt,http_req_rate(10s),http_err_rate(10s),"
    "conn_rate(10s),sess_rate(10s),bytes_in_rate(10s),bytes_out_rate(10s),gpc0,gpc0_rate(10s),gpc1,gpc1_rate(10s),gpt0,"
    "http_fail_cnt,http_fail_rate(10s)"
)
COUNTS = ("conn_cnt", "sess_cnt", "http_req_cnt", "http_err_cnt", "http_fail_cnt")


def site(run, rules, *, table=f"type ip size 100 expire 60s store {ALL}", back="", key="src", show=(), mode="http", **given):
    """A frontend with a table `t`, and a frontend `look` that tells what the table holds, without counting."""
    wanted = "|".join(f"%[{each}]" for each in show) or "nothing"
    return run(
        f"""
frontend fe
    mode {mode}
    bind <fe>
    {rules}
    default_backend be
backend t
    stick-table {table}
backend be
    mode {mode}
    {back}
    server s1 <s1>
frontend look
    bind <look>
    http-request return status 200 content-type text/plain lf-string "{wanted}"
""",
        **given,
    )


def look(proxy, *fields):
    """What the frontend `look` says."""
    text = proxy.ask(get("/", *fields), "look").text
    return [int(each) if each.lstrip("-").isdigit() else each for each in text.split("|")]


def settled(proxy, wanted, *fields):
    """As `look`, but waits for what may come a moment after the reply: the end of a stream or connection."""
    end = time.monotonic() + DEADLINE
    while (found := look(proxy, *fields)) != wanted and time.monotonic() < end:
        pass
    assert found == wanted


def table(*names, key="src"):
    return tuple(f"{key},table_{name}(t)" for name in names)


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        # conn_cnt, sess_cnt, http_req_cnt after two requests on one connection and one on another
        ("tcp-request connection track-sc0 src table t", [2, 2, 3]),
        ("tcp-request session track-sc0 src table t", [2, 2, 3]),
        ("tcp-request content track-sc0 src table t", [3, 0, 3]),
        ("http-request track-sc0 src table t", [3, 0, 3]),
        ("http-response track-sc0 src table t", [3, 0, 3]),
    ],
)
def test_what_each_rule_set_counts(run, serve, rule, wanted):
    proxy = site(run, rule, show=table("conn_cnt", "sess_cnt", "http_req_cnt"), s1=serve(hello))
    with proxy.connect() as client:
        client.ask(GET)
        client.ask(GET)
    proxy.ask(GET)
    settled(proxy, wanted)


@pytest.mark.parametrize(
    ("rule", "wanted"), [("tcp-request content track-sc0 src table t", [2, 2]), ("http-request track-sc0 src table t", [2, 2])]
)
def test_rules_of_a_backend_count_requests(run, serve, rule, wanted):
    proxy = site(run, "", back=rule, show=table("conn_cnt", "http_req_cnt"), s1=serve(hello))
    proxy.ask(GET)
    proxy.ask(GET)
    settled(proxy, wanted)


@pytest.mark.parametrize("rule", ["tcp-request connection", "tcp-request session", "tcp-request content", "http-request"])
@pytest.mark.parametrize(
    ("status", "errors", "failures"),
    [
        (200, 0, 0),
        (302, 0, 0),
        (400, 1, 0),
        (404, 1, 0),
        (429, 1, 0),
        (499, 1, 0),
        (500, 0, 1),
        (501, 0, 0),
        (503, 0, 1),
        (505, 0, 0),
    ],
)
def test_status_of_the_server(run, serve, rule, status, errors, failures):
    answer = reply(http(f"HTTP/1.1 {status} X", "Content-Length: 0"))
    proxy = site(run, f"{rule} track-sc0 src table t", show=table("http_err_cnt", "http_fail_cnt"), s1=serve(answer))
    proxy.ask(GET)
    settled(proxy, [errors, failures])


@pytest.mark.parametrize("status", [404, 503, 501])
def test_a_response_that_is_tracked_counts_for_what_it_was(run, serve, status):
    answer = reply(http(f"HTTP/1.1 {status} X", "Content-Length: 0"))
    rule = "http-response track-sc0 src table t"
    proxy = site(run, rule, show=table("http_req_cnt", "http_err_cnt", "http_fail_cnt"), s1=serve(answer))
    proxy.ask(GET)
    settled(proxy, [1, int(status == 404), int(status == 503)])


@pytest.mark.parametrize(
    ("rule", "errors"),
    [
        ("http-request deny", 1),
        ("http-request deny deny_status 429", 1),
        ("http-request tarpit", 1),
        ("http-request auth realm x", 1),
        ("http-request reject", 0),
        ("http-request return status 403", 0),
        ("http-request return status 500", 0),
        ("http-request redirect location /x", 0),
        ("http-response deny", 0),
        ("http-response return status 404", 0),
    ],
)
def test_answers_made_here(run, serve, rule, errors):
    rules = f"timeout tarpit 10ms\n    http-request track-sc0 src table t\n    {rule}"
    proxy = site(run, rules, show=table("http_req_cnt", "http_err_cnt", "http_fail_cnt"), s1=serve(hello))
    proxy.raw(get("/", "Connection: close"))
    settled(proxy, [1, errors, 0])


@pytest.mark.parametrize(
    ("server", "failures"),
    [(raw(b"NOT HTTP\r\n\r\n"), 1), (close_at_once, 1), (stall_before_head, 1), (None, 0)],
    ids=["junk", "empty", "timeout", "refused"],
)
def test_failures_of_the_server(run, serve, ports, server, failures):
    given = {} if server is None else {"s1": serve(server)}
    back = "timeout server 100ms\n    retries 0"
    proxy = site(run, "http-request track-sc0 src table t", back=back, show=table("http_err_cnt", "http_fail_cnt"), **given)
    assert proxy.ask(GET).status in (502, 503, 504)
    settled(proxy, [0, failures])


@pytest.mark.parametrize(
    ("request_", "requests", "errors"),
    [(b"GET\r\n\r\n", 1, 1), (b"GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", 1, 1), (b"X" * 20000, 1, 1), (b"", 1, 1)],
    ids=["line", "field", "long", "nothing"],
)
def test_what_is_no_request(run, serve, request_, requests, errors):
    rule = "tcp-request connection track-sc0 src table t"
    proxy = site(run, rule, show=table("conn_cnt", "http_req_cnt", "http_err_cnt"), s1=serve(hello))
    with proxy.connect() as client:
        client.send(request_)
        if len(request_) < 100:
            client.shut()
        client.rest()
    settled(proxy, [1, requests, errors])


def test_a_request_that_never_comes(run, serve):
    rule = "timeout http-request 100ms\n    tcp-request connection track-sc0 src table t"
    proxy = site(run, rule, show=table("conn_cnt", "http_req_cnt", "http_err_cnt"), s1=serve(hello))
    with proxy.connect() as client:
        assert client.response().status == 408
    settled(proxy, [1, 1, 0])


@pytest.mark.parametrize("rule", ["tcp-request connection track-sc0 src table t", "http-request track-sc0 src table t"])
def test_connections_at_once(run, serve, rule):
    proxy = site(run, rule, show=table("conn_cur"), back="option abortonclose", s1=serve(stall_before_head))
    with proxy.connect() as one, proxy.connect() as two:
        one.send(GET)
        two.send(GET)
        settled(proxy, [2])
    settled(proxy, [0])


def test_an_idle_client_is_tracked_by_its_connection_only(run, serve):
    rules = "tcp-request connection track-sc0 src table t\n    http-request track-sc1 hdr(x) table u"
    text = "src,table_conn_cur(t)", "str(k),table_conn_cur(u)", "str(k),table_conn_cnt(u)"
    proxy = site(
        run,
        rules,
        back="server s2 <s1>\nbackend u\n    stick-table type string size 10 expire 60s store conn_cur,conn_cnt\n   ",
        show=text,
        s1=serve(hello),
    )
    with proxy.connect() as client:
        client.ask(get("/", "X: k"))
        settled(proxy, [1, 0, 1])
    settled(proxy, [0, 0, 1])


def test_bytes_count_heads_and_bodies(run, serve):
    body = b"x" * 30_000
    answer = reply(http("HTTP/1.1 200 OK", "Content-Length: 50000", body=b"y" * 50_000))
    show = table("kbytes_in", "kbytes_out", "bytes_in_rate", "bytes_out_rate")
    proxy = site(run, "http-request track-sc0 src table t", show=show, s1=serve(answer))
    proxy.ask(http("POST / HTTP/1.1", "Host: a", f"Content-Length: {len(body)}", body=body))
    # All four are looked at together: bytes are counted a moment after the reply, and rates fade.
    end = time.monotonic() + DEADLINE
    while (found := look(proxy))[:2] != [29, 48] and time.monotonic() < end:
        pass
    kb_in, kb_out, in_rate, out_rate = found
    assert (kb_in, kb_out) == (29, 48)
    assert 30_000 <= in_rate < 30_200
    assert 50_000 <= out_rate < 50_200


def test_rates_over_their_period(run, serve):
    rules = "http-request track-sc0 src table t\n    http-request sc-inc-gpc0(0)\n    http-request deny if { path /no }"
    show = table("http_req_rate", "conn_rate", "gpc0_rate", "http_err_rate", "sess_rate")
    proxy = site(run, rules, show=show, s1=serve(hello))
    for path in ("/", "/", "/no", "/", "/no"):
        proxy.ask(get(path))
    settled(proxy, [5, 5, 5, 2, 0])


def test_actions_on_counters(run, serve):
    rules = """http-request track-sc0 src table t
    http-request sc-inc-gpc0(0)
    http-request sc-inc-gpc0(0)
    http-request sc-inc-gpc1(0) if { path /one }
    http-request sc-set-gpt0(0) 5
    http-request sc-set-gpt0(0) hdr(x) if { hdr(x) -m found }
    http-response sc-inc-gpc0(0)
    http-after-response sc-inc-gpc1(0)
    http-request sc-inc-gpc0(1)
    http-request sc-inc-gpc(3,0)"""
    proxy = site(run, rules, show=table("gpc0", "gpc1", "gpt0"), s1=serve(hello))
    proxy.ask(GET)
    settled(proxy, [3, 1, 5])
    proxy.ask(get("/one", "X: 77"))
    settled(proxy, [6, 3, 77])
    proxy.ask(get("/", "X: -1"))
    settled(proxy, [9, 4, 4294967295])


def test_actions_on_arrays(run, serve):
    rules = """http-request track-sc1 src table t
    http-request sc-inc-gpc(2,1)
    http-request sc-inc-gpc0(1)
    http-request sc-inc-gpc1(1)
    http-request sc-inc-gpc(7,1)
    http-request sc-set-gpt(1,1) 8
    http-request sc-set-gpt0(1) 3
    http-request sc-add-gpc(2,1) 10
    http-request sc-add-gpc(2,1) hdr(x),length"""
    stored = "type ip size 10 expire 60s store gpc(3),gpc_rate(3,10s),gpt(2)"
    show = tuple(f"src,table_{name}" for name in ("gpc(0,t)", "gpc(1,t)", "gpc(2,t)", "gpt(0,t)", "gpt(1,t)", "gpc_rate(2,t)"))
    show += ("src,table_gpc0(t)", "src,table_gpc1_rate(t)", "src,table_gpt0(t)", "src,table_gpc(3,t)")
    proxy = site(run, rules, table=stored, show=show, s1=serve(hello))
    proxy.ask(get("/", "X: abc"))
    settled(proxy, [1, 1, 14, 3, 8, 14, 1, 1, 3, ""])


def seen(run, serve, expression, *, rules="", stored=f"type ip size 100 expire 60s store {ALL}", more=""):
    """A proxy whose responses tell what an expression gives in the client's own request."""
    return site(
        run,
        f'http-request track-sc0 src table t\n    {rules}\n    http-after-response set-header x-seen "{expression}"',
        table=stored,
        back=more,
        s1=serve(hello),
    )


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        # Read after the request was counted, in the second request of a client.
        ("%[sc0_conn_cnt]", "2"),
        ("%[sc_conn_cnt(0)]", "2"),
        ("%[sc0_conn_cnt(t)]", "2"),
        ("%[sc_conn_cnt(0,t)]", "2"),
        ("%[sc0_conn_cur]", "1"),
        ("%[sc0_http_req_cnt]", "2"),
        ("%[sc0_http_req_rate]", "2"),
        ("%[sc0_sess_cnt]", "0"),
        ("%[sc0_get_gpc0]", "0"),
        ("%[sc0_inc_gpc0]", "2"),
        ("%[sc0_inc_gpc0]%[sc0_inc_gpc0]%[sc0_clr_gpc0]%[sc0_get_gpc0]", "1220"),
        ("%[sc0_inc_gpc1]%[sc0_gpc1_rate]", "22"),
        ("%[sc_get_gpt0(0)]", "0"),
        ("%[sc0_trackers]", "1"),
        ("%[sc0_tracked]%[sc1_tracked]%[sc_tracked(2)]", "100"),
        ("[%[sc1_conn_cnt]][%[sc_http_req_cnt(2)]]", "[][]"),
        ("[%[sc_get_gpc(0,0)]]", "[]"),
        ("%[src_conn_cnt(t)]", "2"),
        ("%[src_inc_gpc0(t)]", "2"),
        ("%[src_inc_gpc0(t)]%[src_clr_gpc0(t)]%[src_get_gpc0(t)]", "110"),
        ("%[src_updt_conn_cnt(t)]", "4"),
        ("%[src,table_conn_cnt(t)]", "2"),
        ("%[src,in_table(t)]%[str(1.2.3.4),in_table(t)]", "10"),
        ("%[str(1.2.3.4),table_conn_cnt(t)]", "0"),
        ("[%[str(x),table_conn_cnt(t)]]", "[]"),
        ("%[str(1.2.3.4),table_server_id(t)]", "0"),
        ("[%[src,table_server_id(t)]]", "[]"),
        ("%[table_cnt(t)]", "1"),
        ("%[table_avl(t)]", "99"),
        ("%[src,table_trackers(t)]", "2"),  # it counts its own look,
    ],
)
def test_fetches_and_converters(run, serve, expression, wanted):
    proxy = seen(run, serve, expression)
    with proxy.connect() as client:
        client.ask(GET)
        assert client.ask(GET).get("x-seen") == wanted


def test_what_each_counter_tracks(run, serve):
    rules = """tcp-request connection track-sc1 str(session) table u
    http-request track-sc0 hdr(x) table u
    http-request track-sc0 hdr(y) table u
    http-request track-sc1 hdr(y) table u
    http-after-response set-header x-seen "[%[sc0_http_req_cnt]] [%[sc0_trackers]] %[sc1_http_req_cnt]\""""
    back = "server s2 <s1>\nbackend u\n    stick-table type string len 7 size 10 expire 60s store http_req_cnt,conn_cnt\n   "
    show = tuple(f"str({key}),table_http_req_cnt(u)" for key in ("session", "abcdefg", "other"))
    proxy = site(run, rules, back=back, show=show, s1=serve(hello))
    with proxy.connect() as client:
        # The first rule whose key is there holds, that of the session for all requests; keys are cut to their length.
        assert client.ask(GET).get("x-seen") == "[] [] 1"
        assert client.ask(get("/", "X: abcdefghi")).get("x-seen") == "[1] [1] 2"
        assert client.ask(get("/", "X: abcdefgz", "Y: other")).get("x-seen") == "[2] [1] 3"
        assert client.ask(get("/", "Y: other")).get("x-seen") == "[1] [1] 4"
        assert client.ask(GET).get("x-seen") == "[] [] 5"
    settled(proxy, [5, 2, 1])


@pytest.mark.parametrize(
    ("kind", "key", "other"),
    [
        ("ip", "str(192.0.2.7)", "ipv4(192.0.2.7)"),
        ("ipv6", "str(2001:db8::1)", "ipv6(2001:db8::1)"),
        ("integer", "str(258)", "int(258)"),
        ("integer", "int(4294967297)", "int(1)"),
        ("string len 4", "str(abcdef)", "str(abcd)"),
        ("string", "str(12)", "int(12)"),
        ("string len 20", "src", "str(127.0.0.1)"),
        ("binary len 4", "str(abcdef)", "str(abcd)"),
        ("binary len 4", "bin(6162)", "bin(61620000)"),
        ("binary len 4", "src", "bin(7f000001)"),
    ],
)
def test_keys_of_every_type(run, serve, kind, key, other):
    stored = f"type {kind} size 10 expire 60s store gpc0"
    rules = f"http-request track-sc0 {key} table t\n    http-request sc-inc-gpc0(0)"
    proxy = site(run, rules, table=stored, show=(f"{other},table_gpc0(t)", "table_cnt(t)"), s1=serve(hello))
    proxy.ask(GET)
    settled(proxy, [1, 1])


@pytest.mark.parametrize(
    ("kind", "key"), [("ip", "str(fe80::1)"), ("ip", "str(x)"), ("string", "str()"), ("integer", "str(x)"), ("ip", "hdr(none)")]
)
def test_samples_that_are_no_keys(run, serve, kind, key):
    stored = f"type {kind} size 10 expire 60s store conn_cnt"
    rules = f"http-request track-sc0 {key} table t"
    proxy = site(run, rules, table=stored, show=("table_cnt(t)",), s1=serve(hello))
    proxy.ask(GET)
    # What is no number is 0, and an empty string is a string.
    settled(proxy, [int(kind == "integer" or key == "str()")])


@pytest.mark.parametrize("nopurge", ["", "nopurge"])
def test_a_full_table(run, serve, nopurge):
    rules = "http-request track-sc0 hdr(x) table t"
    stored = f"type string size 2 expire 60s {nopurge} store conn_cnt"
    show = tuple(f"str({key}),in_table(t)" for key in "abc")
    proxy = site(run, rules, table=stored, show=show, s1=serve(hello))
    with proxy.connect() as client:
        for key in "abac":
            client.ask(get("/", f"X: {key}"))
            # Which entry is the oldest is told in milliseconds.
            asked = time.monotonic()
            while time.monotonic() < asked + 0.005:
                pass
    settled(proxy, [1, 1, 0] if nopurge else [1, 0, 1])


def test_entries_expire(run, serve):
    rules = "http-request track-sc0 hdr(x) table t"
    stored = "type string size 10 expire 300ms store conn_cnt"
    proxy = site(run, rules, table=stored, show=("str(a),in_table(t)", "table_cnt(t)"), s1=serve(hello))
    proxy.ask(get("/", "X: a"))
    assert look(proxy) == [1, 1]
    settled(proxy, [0, 0])


def test_an_entry_lives_while_it_is_tracked(run, serve):
    rules = "tcp-request connection track-sc0 src table t"
    stored = "type ip size 10 expire 100ms store conn_cnt"
    show = ("src,in_table(t)", "str(1.1.1.1),table_conn_cnt(t)")
    proxy = site(run, rules, table=stored, show=show, s1=serve(hello))
    with proxy.connect() as client:
        end = time.monotonic() + 0.4
        while time.monotonic() < end:
            client.ask(GET)
            assert look(proxy) == [1, 0]
    settled(proxy, [0, 0])


def test_the_age_of_an_entry(run, serve):
    rules = "http-request track-sc0 src table t"
    show = ("src,table_expire(t)", "src,table_idle(t)", "str(1.1.1.1),table_expire(t,7)", "str(1.1.1.1),table_idle(t)")
    proxy = site(run, rules, show=show, s1=serve(hello))
    proxy.ask(GET)
    left, idle, default, none = look(proxy)
    assert 55_000 < left <= 60_000
    assert 0 <= idle < 5_000
    assert (default, none) == (7, "")


def test_a_limit_on_requests(run, serve):
    rules = """http-request track-sc0 src table t
    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 3 }"""
    proxy = site(run, rules, s1=serve(hello), show=("int(1)",))
    assert [proxy.ask(GET).status for _ in range(5)] == [200, 200, 200, 429, 429]


def test_the_abuse_example_of_the_manual(run, serve):
    """Section 7.3.1, `table_inc_gpc0`, in the words of 2.8: a client that was too fast once is marked."""
    rules = """tcp-request connection track-sc0 src table t
    acl abuse src_http_req_rate(t) gt 2
    acl kill src_inc_gpc0(t) gt 0
    http-request deny if abuse kill
    http-request return status 200 if { path /marked } { src_get_gpc0(t) gt 0 }
    http-request return status 404"""
    proxy = site(run, rules, s1=serve(hello), show=table("gpc0"))
    assert [proxy.ask(get("/marked")).status for _ in range(2)] == [404, 404]
    assert [proxy.ask(get("/marked")).status for _ in range(2)] == [403, 403]
    settled(proxy, [2])


def test_a_backend_by_what_is_known_of_the_client(run, serve):
    proxy = run(
        """
frontend fe
    bind <fe>
    stick-table type ip size 10 expire 60s store conn_cnt
    tcp-request content track-sc1 src
    use_backend slow if { sc1_conn_cnt gt 2 }
    default_backend be
backend be
    server s1 <s1>
backend slow
    server s2 <s2>
""",
        s1=serve(hello, "s1"),
        s2=serve(hello, "s2"),
    )
    assert [proxy.ask(GET).text for _ in range(4)] == ["s1", "s1", "s2", "s2"]


def test_connections_are_refused_by_their_number(run, serve):
    rules = """tcp-request connection track-sc0 src table t
    tcp-request connection reject if { sc0_conn_cur gt 1 }"""
    proxy = site(run, rules, show=table("conn_cur", "conn_cnt", "sess_cnt"), s1=serve(hello))
    with proxy.connect() as client:
        client.ask(GET)
        assert proxy.turned_away()
        settled(proxy, [1, 2, 1])
    settled(proxy, [0, 2, 1])


def test_tcp_sessions_count_bytes(run, serve):
    rules = "tcp-request content track-sc0 src table t"
    show = table("conn_cnt", "http_req_cnt", "kbytes_in", "kbytes_out")
    proxy = site(run, rules, show=show, mode="tcp", s1=serve(pump))
    with proxy.connect() as client:
        client.send(b"x" * 4096)
        assert client.exactly(4096) == b"x" * 4096
    settled(proxy, [1, 0, 4, 4])


def test_counters_that_a_table_does_not_store(run):
    """What raises one gives 0, what reads or clears one gives nothing."""
    fetches = (
        "sc_inc_gpc0(0) sc0_inc_gpc1 sc_inc_gpc(2,0) src_inc_gpc0(t) sc_get_gpc0(0) sc_clr_gpc0(0) src_clr_gpc0(t) sc_inc_gpc0(1)"
    )
    rules = f"""http-request track-sc0 src table t
    http-request return content-type text/plain lf-string "{"|".join(f"%[{each}]" for each in fetches.split())}\""""
    proxy = site(run, rules, table="type ip size 10 store conn_cnt", s1="127.0.0.1:1")
    assert [proxy.ask(GET).text for _ in range(2)] == ["0|0|0|0||||"] * 2


@pytest.mark.parametrize(
    ("kind", "key", "tracked"),
    [
        ("ipv6", "str(1.2.3.4)", 0),
        ("ip", "str(::ffff:1.2.3.4)", 0),
        ("ipv6", "str(::ffff:1.2.3.4)", 1),
        ("ipv6", "ipv4(1.2.3.4)", 1),
        ("ip", "ipv6(::ffff:1.2.3.4)", 1),
    ],
)
def test_a_text_is_a_key_of_its_own_family(run, kind, key, tracked):
    """Only what is an address already becomes one of the other family."""
    front = f"""
        stick-table type {kind} size 10 store http_req_cnt
        http-request track-sc0 {key}
        http-request return content-type text/plain lf-string "%[sc_tracked(0)]"
    """
    assert common.site(run, front=front, s1="127.0.0.1:1").ask(GET).text == str(tracked)
