"""Rules that change how a stream is served: addresses, timeouts, waiting, hints, variables on conditions, normalized targets."""

from __future__ import annotations

import time

import pytest

from tests.kit import http
from tests.kit.behaviours import echo, hello, reply, stall_before_head
from tests.kit.wire import DEADLINE, Late
from tests.oracle.common import GET, get, since, site

SHOW = 'http-request return content-type text/plain lf-string "{}"'
EXPERIMENTAL = """
global
    expose-experimental-directives
defaults
    mode http
    timeout client 20s
    timeout server 20s
    timeout connect 20s
"""


def shown(run, rules: str, form: str, request: bytes = GET, **given):
    """What a format says after rules."""
    proxy = site(run, front=f"{rules}\n{SHOW.format(form)}", s1="127.0.0.1:1", **given)
    return proxy.ask(request)


NORMALIZERS: dict[str, list[tuple[str, str]]] = {
    "fragment-strip": [("/a#b", "/a"), ("/a?b#c", "/a?b"), ("/#", "/"), ("/a", "/a")],
    "fragment-encode": [("/a#b", "/a%23b"), ("/a?b#c#d", "/a?b%23c%23d"), ("/a", "/a")],
    "path-merge-slashes": [
        ("//", "/"),
        ("/a//b", "/a/b"),
        ("///a////b//", "/a/b/"),
        ("/a?b=//c", "/a?b=//c"),
        ("/a//b?//", "/a/b?//"),
    ],
    "path-strip-dot": [
        ("/.", "/"),
        ("/./bar/", "/bar/"),
        ("/a/./a", "/a/a"),
        ("/.well-known/", "/.well-known/"),
        ("/a/././b/.", "/a/b/"),
        ("/a./b", "/a./b"),
        ("/a/.?x=/./", "/a/?x=/./"),
    ],
    "path-strip-dotdot": [
        ("/foo/../", "/"),
        ("/foo/..", "/"),
        ("/foo/../bar/", "/bar/"),
        ("/foo/bar/../", "/foo/"),
        ("/../bar/", "/../bar/"),
        ("/bar/../../", "/../"),
        ("/foo//../", "/foo/"),
        ("/foo/%2E%2E/", "/foo/%2E%2E/"),
        ("/foo/../?../x", "/?../x"),
        ("/a/b/c/../../d", "/a/d"),
        ("/..", "/../"),
        ("/..a/b", "/..a/b"),
    ],
    "path-strip-dotdot full": [
        ("/../bar/", "/bar/"),
        ("/bar/../../", "/"),
        ("/..", "/"),
        ("/../../a", "/a"),
        ("/a/../../b", "/b"),
    ],
    "percent-decode-unreserved": [
        ("/%61dmin", "/admin"),
        ("/foo%3Fbar=baz", "/foo%3Fbar=baz"),
        ("/%%36%36", "/%66"),
        ("/%ZZ", "/%ZZ"),
        ("/%7e%2d?%41", "/~-?A"),
        ("/%", "/%"),
        ("/%4", "/%4"),
    ],
    "percent-to-uppercase": [("/%6f", "/%6F"), ("/%zz", "/%zz"), ("/%c3%a9?x=%c3", "/%C3%A9?x=%C3"), ("/%a", "/%a")],
    "query-sort-by-name": [
        ("/?c=3&a=1&b=2", "/?a=1&b=2&c=3"),
        ("/?aaa=3&a=1&aa=2", "/?a=1&aa=2&aaa=3"),
        ("/?a=3&b=4&a=1&b=5&a=2", "/?a=3&a=1&a=2&b=4&b=5"),
        ("/x", "/x"),
        ("/?b&a", "/?a&b"),
        ("/?b&a&", "/?a&b"),
        ("/?b&&a&&", "/?&&a&b"),
        ("/?&", "/?"),
    ],
}


@pytest.mark.parametrize("normalizer", NORMALIZERS)
def test_targets_are_normalized(run, normalizer):
    proxy = site(
        run,
        top=EXPERIMENTAL,
        bare=True,
        front=f"option accept-invalid-http-request\nhttp-request normalize-uri {normalizer}\n{SHOW.format('%[url]')}",
        s1="127.0.0.1:1",
    )
    with proxy.connect() as client:
        got = {target: client.ask(get(target)).text for target, _ in NORMALIZERS[normalizer]}
    assert got == dict(NORMALIZERS[normalizer])


@pytest.mark.parametrize("normalizer", ["percent-decode-unreserved strict", "percent-to-uppercase strict"])
def test_strict_normalizers_refuse_what_is_malformed(run, normalizer):
    rules = f"http-request normalize-uri {normalizer}"
    proxy = site(run, top=EXPERIMENTAL, bare=True, front=f"{rules}\n{SHOW.format('%[url]')}", s1="127.0.0.1:1")
    assert proxy.ask(get("/%zz")).status == 400
    assert proxy.ask(get("/%%36%36")).status == 400
    assert proxy.ask(get("/%6f?%7e")).status == 200


ADDRESSES = {
    "src": ("http-request set-src str(192.0.2.9)", "%[src] %[fc_src] %ci", "192.0.2.9 127.0.0.1 192.0.2.9"),
    "src of another family": ("http-request set-src str(::1)", "%[src]", "::1"),
    "src port": ("http-request set-src-port int(99)", "%[src] %[src_port] %cp", "127.0.0.1 99 99"),
    "dst": ("http-request set-dst str(192.0.2.8)", "%[dst] %[fc_dst] %fi", "192.0.2.8 127.0.0.1 192.0.2.8"),
    "dst port": ("http-request set-dst-port int(98)", "%[dst] %[dst_port] %fp", "127.0.0.1 98 98"),
    "nothing": ("http-request set-src req.hdr(none)", "%[src]", "127.0.0.1"),
    "no address": ("http-request set-src str(x)", "%[src]", "127.0.0.1"),
    "masked": ("http-request set-src src,ipmask(8)", "%[src]", "127.0.0.0"),
    "in a session": ("tcp-request session set-src str(192.0.2.7)", "%[src] %ci", "192.0.2.7 192.0.2.7"),
    "in a connection": ("tcp-request connection set-src str(192.0.2.7)", "%[src] %[fc_src]", "192.0.2.7 192.0.2.7"),
    "in content": ("tcp-request content set-src str(192.0.2.7)", "%[src] %[fc_src]", "192.0.2.7 127.0.0.1"),
    "in a condition": (
        "http-request set-src str(192.0.2.9)\nhttp-request set-var(txn.in) int(1) if { src 192.0.2.0/24 }",
        "%[var(txn.in)]",
        "1",
    ),
}


@pytest.mark.parametrize("case", ADDRESSES)
def test_addresses(run, case):
    rules, form, want = ADDRESSES[case]
    assert shown(run, rules, form).text == want


def test_an_address_is_that_of_one_request(run, serve):
    rules = "http-request set-src hdr(x-src)\noption forwardfor"
    proxy = site(run, front=rules, s1=serve(echo))
    with proxy.connect() as client:
        assert client.ask(get("/", "X-Src: 192.0.2.1")).echoed.get("x-forwarded-for") == "192.0.2.1"
        assert client.ask(get("/")).echoed.get("x-forwarded-for") == "127.0.0.1"


def test_a_server_gets_the_port_that_a_rule_sets(run, serve):
    server = serve(hello)
    proxy = run(
        "frontend fe\n    bind <fe>\n    http-request set-dst-port hdr_val(x-port)\n    default_backend be\n"
        "backend be\n    server s1 127.0.0.1\n",
        s1=server,
    )
    assert proxy.ask(get("/", f"X-Port: {server.port}")).status == 200


CONDITIONS = [
    # rules on txn.a (1 before), and what it is then
    ("set-var(txn.a,ifexists) int(2)", "2"),
    ("set-var(txn.a,ifset) int(2)", "2"),
    ("set-var(txn.a,ifnotexists) int(2)", "1"),
    ("set-var(txn.a,ifnotset) int(2)", "1"),
    ("set-var(txn.b,ifexists) int(2)", "1"),
    ("set-var(txn.a,ifempty) str()", ""),
    ("set-var(txn.a,ifempty) str(x)", "1"),
    ("set-var(txn.a,ifnotempty) str()", "1"),
    ("set-var(txn.a,ifnotempty) str(x)", "x"),
    ("set-var(txn.a,ifgt) int(0)", "0"),
    ("set-var(txn.a,ifgt) int(5)", "1"),
    ("set-var(txn.a,iflt) int(5)", "5"),
    ("set-var(txn.a,iflt) int(0)", "1"),
    ("set-var(txn.a,ifexists,ifnotempty) str(y)", "y"),
    ("set-var-fmt(txn.a,ifnotempty) '%[req.hdr(none)]'", "1"),
    ("set-var-fmt(txn.a,ifexists) 'x%[int(3)]'", "x3"),
    ("set-var(proc.q,ifnotexists) int(4)", "1"),
    # the converter of that name
    ("set-var(txn.x) str(2),set-var(txn.a,ifexists)", "2"),
    ("set-var(txn.x) str(2),set-var(txn.a,ifnotexists)", "1"),
    ("set-var(txn.x) str(),set-var(txn.a,ifnotempty)", "1"),
    ("set-var(txn.x) int(5),set-var(txn.a,iflt)", "5"),
    ("set-var(txn.x) int(5),set-var(txn.a,ifgt)", "1"),
    ("set-var(txn.x) str(),set-var(txn.a,ifempty)", ""),
]


@pytest.mark.parametrize(("rule", "want"), CONDITIONS)
def test_variables_on_conditions(run, rule, want):
    rules = f"http-request set-var(txn.a) int(1)\nhttp-request {rule}"
    assert shown(run, rules, "[%[var(txn.a)]]").text == f"[{want}]"


def test_a_variable_is_no_longer_than_a_buffer(run):
    """Formats that name the variable they set would double it each time."""
    rules = "http-request set-var(txn.a) str(x)\n" + 30 * 'http-request set-var-fmt(txn.a) "%[var(txn.a)]%[var(txn.a)]"\n'
    assert shown(run, rules, "%[var(txn.a),length]").text == "16383"


BODY = b"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\n"


def test_a_rule_waits_for_the_body(run):
    proxy = site(run, front=f"http-request wait-for-body time 20s\n{SHOW.format('[%[req.body]]')}", s1="127.0.0.1:1")
    with proxy.connect() as client:
        client.send(BODY + b"abc")
        client.send(b"defghij")
        assert client.response().text == "[abcdefghij]"
        assert client.ask(GET).text == "[]"


def test_a_rule_waits_for_enough_of_the_body(run):
    rules = f"http-request wait-for-body time 20s at-least 4\n{SHOW.format('[%[req.body]]')}"
    proxy = site(run, front=rules, s1="127.0.0.1:1")
    with proxy.connect() as client:
        client.send(BODY + b"abcd")
        assert client.response().text == "[abcd]"


def test_a_body_that_does_not_come_is_408(run):
    proxy = site(run, front=f"http-request wait-for-body time 200ms\n{SHOW.format('x')}", s1="127.0.0.1:1")
    with proxy.connect() as client:
        client.send(BODY + b"abc")
        assert client.response().status == 408
        assert client.closed()


def test_the_whole_body_reaches_the_server_after_a_wait(run, serve):
    proxy = site(run, front="http-request wait-for-body time 20s at-least 2", s1=serve(echo))
    with proxy.connect() as client:
        client.send(BODY + b"ab")
        client.send(b"cdefghij")
        assert client.response().echoed.body == b"abcdefghij"


HINTS = {
    "one": ('http-request early-hint Link "</a>; rel=%[str(x)]"', [[("link", "</a>; rel=x")]]),
    "in a row": (
        "http-request early-hint Link a\nhttp-request early-hint X-B two",
        [[("link", "a"), ("x-b", "two")]],
    ),
    "apart": (
        "http-request early-hint Link a\nhttp-request set-var(txn.a) int(1)\nhttp-request early-hint X-B two",
        [[("link", "a")], [("x-b", "two")]],
    ),
    "with a condition": (
        "http-request early-hint Link a\nhttp-request early-hint X-B two if TRUE\nhttp-request early-hint X-C three",
        [[("link", "a")], [("x-b", "two"), ("x-c", "three")]],
    ),
    "with one that is not met": (
        "http-request early-hint Link a\nhttp-request early-hint X-B two if FALSE\nhttp-request early-hint X-C three",
        [[("link", "a")], [("x-c", "three")]],
    ),
}


@pytest.mark.parametrize("case", HINTS)
def test_early_hints(run, serve, case):
    rules, want = HINTS[case]
    proxy = site(run, front=rules, s1=serve(hello))
    with proxy.connect() as client:
        client.send(GET)
        for fields in want:
            interim = client.response(interim=True)
            assert (interim.status, interim.lowered) == (103, fields)
        assert client.response().status == 200
        client.send(get(version="1.0"))
        assert client.response().status == 200


def test_a_handshake_that_is_over_is_not_waited_for(run):
    assert shown(run, "http-request wait-for-handshake", "on").text == "on"


TIMEOUTS = ["200ms", "int(200)", "req.hdr_val(x-ms)"]


@pytest.mark.parametrize("value", TIMEOUTS)
def test_the_timeout_of_the_server(run, serve, value):
    proxy = site(run, back=f"http-request set-timeout server {value}", s1=serve(stall_before_head))
    began = time.monotonic()
    assert proxy.ask(get("/", "X-Ms: 200")).status == 504
    assert time.monotonic() - began < 15


def test_the_current_timeout_is_what_a_rule_set(run, serve):
    back = (
        "timeout tunnel 9s\nhttp-request set-timeout server 7s\nhttp-request set-timeout tunnel int(8000)\n"
        'http-response set-header X-T "%[cur_server_timeout] %[cur_tunnel_timeout] %[be_server_timeout] %[be_tunnel_timeout]"'
    )
    assert site(run, back=back, s1=serve(hello)).ask(GET).get("x-t") == "7000 8000 20000 9000"


def test_priorities_are_seen(run):
    rules = (
        "http-request set-priority-class int(-5)\nhttp-request set-priority-offset int(300)\n"
        "http-request set-var(txn.c) prio_class\nhttp-request set-priority-class int(99999)"
    )
    assert shown(run, rules, "%[var(txn.c)] %[prio_class] %[prio_offset]").text == "-5 2047 300"


def test_marks_and_service_types_let_traffic_through(run, serve):
    rules = "http-request set-tos 0x10\nhttp-request set-mark 20\ntcp-request connection set-tos 8\nhttp-response set-tos 4"
    proxy = site(run, front=rules, s1=serve(hello))
    with proxy.connect() as client:
        assert client.ask(GET).status == 200
        assert client.ask(GET).status == 200


@pytest.mark.parametrize(
    "rules", ["tcp-request connection", "tcp-request session", "tcp-request content", "http-request", "http-response"]
)
def test_marks_and_service_types_by_side(run, serve, rules):
    since(run, 3, 0)
    sides = ("fc", "bc") if rules in ("tcp-request content", "http-request") else ("fc",)
    lines = [f"{rules} set-{side}-{what}" for side in sides for what in ("mark 20", "tos 0x10", "tos int(8)", "mark int(7)")]
    proxy = site(run, front="\n".join(lines), s1=serve(hello))
    with proxy.connect() as client:
        assert client.ask(GET).status == 200
        assert client.ask(GET).status == 200


def test_content_rules_of_http_wait_for_the_body(run):
    rules = (
        f"tcp-request inspect-delay 20s\ntcp-request content reject if {{ req.body -m sub zz }}\n{SHOW.format('[%[req.body]]')}"
    )
    proxy = site(run, front=rules, s1="127.0.0.1:1")
    for _ in range(20):  # the two halves come together or not, as it happens
        with proxy.connect() as client:
            client.send(BODY + b"abc")
            client.send(b"dezzhij")
            assert client.closed()
    with proxy.connect() as client:
        client.send(BODY + b"abc")
        client.send(b"defghij")
        assert client.response().status == 200


def test_content_rules_of_http_wait_no_longer_than_the_inspect_delay(run):
    rules = f"tcp-request inspect-delay 300ms\ntcp-request content reject if {{ req.body -m sub zz }}\n{SHOW.format('on')}"
    proxy = site(run, front=rules, s1="127.0.0.1:1")
    with proxy.connect() as client:
        client.send(BODY + b"abc")
        assert client.response().text == "on"


SEEN_BY_CONTENT_RULES = {
    "body": "req.body",
    "len": "req.body_len",
    "size": "req.body_size",
    "param": "req.body_param(a)",
    "payload": "req.payload(0,0)",
}


def test_what_content_rules_see_of_a_message(run):
    """Its body alone, as far as it came: setting a variable waits for no more. The bytes of the stream are not to be had."""
    names = SEEN_BY_CONTENT_RULES
    rules = "".join(f"tcp-request content set-var(txn.{name}) {fetch}\n" for name, fetch in names.items())
    show = SHOW.format(f"[{'|'.join(f'%[var(txn.{name})]' for name in names)}]")
    proxy = site(run, front=f"tcp-request inspect-delay 20s\n{rules}{show}", s1="127.0.0.1:1")
    with proxy.connect() as client:
        assert client.ask(BODY + b"a=1&bcdefg").text == "[a=1&bcdefg|10|10|1|]"
    with proxy.connect() as client:
        assert client.ask(BODY + b"a=1").text == "[a=1|3|10|1|]"


def test_silent_drop_of_a_later_request(run, serve):
    """It is acknowledged: a client that sent it again would be told that nobody is there."""
    proxy = site(run, front="http-request silent-drop if { path /x }", s1=serve(hello))
    with proxy.connect() as client:
        assert client.ask(get()).status == 200
        client.send(get("/x"))
        # A retransmission is answered within a third of a second.
        client.deadline = 1
        with pytest.raises(Late):
            client.fill()


def test_silent_drop_with_a_hop_limit(run):
    proxy = site(run, front="http-request silent-drop rst-ttl 64", s1="127.0.0.1:1")
    with proxy.connect() as client:
        client.send(GET)
        assert client.closed()


NEWER = {
    "keep-query": ("redirect location /x keep-query", "/?a=b", "location", "/x?a=b"),
    "keep-query behind a query": ("redirect location /x?y keep-query", "/?a=b", "location", "/x?y&a=b"),
    "keep-query of none": ("redirect location /x keep-query", "/", "location", "/x"),
    "set-cookie-fmt": ("redirect location /x set-cookie-fmt A=%[path]", "/p", "set-cookie", "A=/p; path=/;"),
    "clear-cookie-fmt": ("redirect location /x clear-cookie-fmt A%[int(1)]=", "/p", "set-cookie", "A1=; path=/; Max-Age=0;"),
}


@pytest.mark.parametrize("case", NEWER)
def test_redirects_of_newer_versions(run, program, case):
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 has no such words")
    rule, target, name, want = NEWER[case]
    assert site(run, front=f"http-request {rule}", s1="127.0.0.1:1").ask(get(target)).get(name) == want


def test_a_pause_of_newer_versions(run, program):
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 has no pause")
    began = time.monotonic()
    assert shown(run, "http-request pause 300ms\nhttp-request pause int(50)", "on").text == "on"
    assert time.monotonic() - began >= 0.35


def test_retries_of_newer_versions(run, program, ports):
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 has no set-retries")
    back = "retries 5\nhttp-request set-retries 0"
    began = time.monotonic()
    assert site(run, back=back, s1=f"127.0.0.1:{ports.lend()}").ask(GET).status == 503
    assert time.monotonic() - began < 3


def test_an_http_request_in_pieces_is_one(run):
    request = http("GET /a HTTP/1.1", "Host: a.test")
    proxy = site(
        run,
        front=f"tcp-request inspect-delay 20s\ntcp-request content accept if HTTP\n{SHOW.format('%[path]')}",
        s1="127.0.0.1:1",
    )
    with proxy.connect() as client:
        client.send(request[:10])
        client.send(request[10:])
        assert client.response().text == "/a"


QUEUES = {
    "class": "http-request set-priority-class req.hdr_val(x-rank)",
    "offset": "http-request set-priority-offset req.hdr_val(x-rank)",
}


@pytest.mark.parametrize("by", QUEUES)
def test_queues_are_left_by_priority(run, serve, by):
    server = serve(stall_before_head)
    waiting = 'http-request return content-type text/plain lf-string "%[queue(be)]" if { path /waiting }'
    proxy = site(run, front=waiting, back=QUEUES[by], server="maxconn 1", s1=server)
    with proxy.connect() as first, proxy.connect() as last, proxy.connect() as second:
        first.send(get("/first"))
        server.wait_requests(1)
        last.send(get("/last", "X-Rank: 9000"))
        second.send(get("/second", "X-Rank: -9000"))
        end = time.monotonic() + DEADLINE
        while proxy.ask(get("/waiting")).text != "2":
            assert time.monotonic() < end
        server.release()
        assert [each.response().status for each in (first, second, last)] == [200] * 3
    assert [request.target for request in server.requests] == ["/first", "/second", "/last"]


def test_declared_captures(run, serve, sink):
    """Places by number: of a frontend's rules and of a backend's, cut at their length, and none where the frontend has none."""
    answer = http("HTTP/1.1 200 OK", "X-R: response", "Content-Length: 0")
    proxy = run(
        "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n    log <sink> local0\n"
        "frontend fe\n    bind <fe>\n    declare capture request len 5\n    declare capture request len 9\n"
        "    declare capture response len 4\n    http-request capture req.hdr(x-a) id 1\n"
        '    log-format "%hr|%hs|%[capture.req.hdr(1)]|%[capture.res.hdr(0)]"\n    default_backend be\n'
        'frontend bare\n    bind <bare>\n    log-format "%hr|%hs|%[capture.req.hdr(1)]"\n    default_backend be\n'
        "backend be\n    http-request capture req.hdr(x-b) id 0\n    http-response capture res.hdr(x-r) id 0\n    server s1 <s1>\n",
        bare=True,
        s1=serve(reply(answer)),
        sink=sink,
    )
    proxy.ask(get("/", "X-A: one", "X-B: fourteen bytes"))
    assert sink.take() == "{fourt|one}|{resp}|one|resp"
    proxy.ask(get("/", "X-A: one", "X-B: b"), "bare")
    assert sink.take() == "||-"


def test_declared_captures_of_tcp(run, sink):
    proxy = run(
        "frontend fe\n    mode tcp\n    bind <fe>\n    log <sink> local0\n    declare capture request len 3\n"
        "    tcp-request inspect-delay 20s\n    tcp-request content capture req.payload(0,5) len 10\n    tcp-request content reject\n"
        '    log-format "[%hr]"\n',
        sink=sink,
    )
    with proxy.connect() as client:
        client.send(b"hello")
        assert sink.take() == "[{|hello}]"
