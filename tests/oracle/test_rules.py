"""Rules that change messages, choose backends and servers, and the conditions they stand under."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import echo, hello, reply
from tests.oracle.common import GET, get, site


def fields(message, *names):
    return [(key, value) for key, value in message.lowered if key in names]


def test_header_rules_of_a_request(run, serve):
    proxy = site(
        run,
        front="""
        http-request set-header X-Set one
        http-request set-header X-Old "was %[req.hdr(x-old)]"
        http-request add-header X-Add 1
        http-request add-header X-Add 2
        http-request del-header X-Gone
        http-request del-header X-Pre -m beg
        http-request replace-header X-Rep "(.*)b(.*)" "\\2-\\1"
        http-request replace-value X-List "^a(.)" "z\\1"
        """,
        s1=serve(echo),
    )
    got = proxy.ask(
        get("/", "X-Old: o", "X-Old: p", "X-Gone: 1", "X-Gone: 2", "X-Prefix: 1", "X-Pre: 2", "X-Rep: 1b2,3", "X-List: a1, b, a2")
    ).echoed
    assert got.lowered == [
        ("host", "a.test"),
        ("x-rep", "2,3-1"),
        ("x-list", "z1, b,z2"),
        ("x-set", "one"),
        ("x-old", "was p"),
        ("x-add", "1"),
        ("x-add", "2"),
    ]


def test_header_rules_of_a_response(run, serve):
    answer = http("HTTP/1.1 200 OK", "Server: x", "X-A: 1", "Set-Cookie: a=b; path=/", "Content-Length: 0")
    proxy = site(
        run,
        back="""
        http-response del-header Server
        http-response set-header X-A "%[res.hdr(x-a)]%[status]"
        http-response add-header X-B two if { status 200 }
        http-response add-header X-C no unless { status 200 }
        http-response replace-header Set-Cookie (.*) "\\1; Secure"
        """,
        s1=serve(reply(answer)),
    )
    assert proxy.ask(GET).lowered == [
        ("set-cookie", "a=b; path=/; Secure"),
        ("content-length", "0"),
        ("x-a", "1200"),
        ("x-b", "two"),
    ]


def test_frontend_rules_run_before_backend_rules(run, serve):
    proxy = site(
        run,
        front="http-request add-header X-Order front\nhttp-response add-header X-Order front",
        back="http-request add-header X-Order back\nhttp-response add-header X-Order back",
        s1=serve(echo),
    )
    got = proxy.ask(GET)
    assert got.echoed.all("x-order") == ["front", "back"]
    assert got.all("x-order") == ["back", "front"]


URI_RULES = [
    # rule, target, what the server gets
    ("set-path /new", "/old?q=1", "/new?q=1"),
    ("set-path /p%[path]", "/old", "/p/old"),
    ("set-pathq /new?x=2", "/old?q=1", "/new?x=2"),
    ("set-query %[query,regsub(3D,=,g)]", "/p?a3D1", "/p?a=1"),
    ("set-query x=y", "/p", "/p?x=y"),
    ("set-uri /u?v", "/p?q", "/u?v"),
    ("set-uri http://b.test/u", "/p", "http://b.test/u"),
    ("replace-path (.*)/x(.*) \\1/y\\2", "/a/x/b?c=/x", "/a/y/b?c=/x"),
    ("replace-pathq /a(.*) /b\\1", "/a?x", "/b?x"),
    ("replace-uri ^/(.*) /pre/\\1", "/a?x", "/pre/a?x"),
    ("set-path /new", "http://a.test/old?q", "http://a.test/new?q"),
]


@pytest.mark.parametrize(("rule", "target", "wanted"), URI_RULES)
def test_uri_rules(run, serve, rule, target, wanted):
    proxy = site(run, front=f"http-request {rule}", s1=serve(echo))
    assert proxy.ask(get(target)).echoed.target == wanted


def test_set_method(run, serve):
    proxy = site(run, front="http-request set-method PUT if METH_POST", s1=serve(echo))
    assert proxy.ask(http("POST / HTTP/1.1", "Host: a", "Content-Length: 0")).echoed.method == "PUT"
    assert proxy.ask(GET).echoed.method == "GET"


def test_set_status(run, serve):
    proxy = site(
        run,
        back="""
        http-response set-status 431 reason "Too Long" if { var(txn.p) -m str /r }
        http-response set-status 404 if { var(txn.p) -m str /n }
        """,
        front="http-request set-var(txn.p) path",
        s1=serve(echo),
    )
    assert proxy.ask(get("/r")).start == "HTTP/1.1 431 Too Long"
    assert proxy.ask(get("/n")).start == "HTTP/1.1 404 Not Found"


def test_variables(run, serve):
    proxy = site(
        run,
        front="""
        http-request set-var(txn.host) req.hdr(host),lower
        http-request set-var(req.n) int(5)
        http-request set-var-fmt(txn.both) "%[var(txn.host)]/%[var(req.n),add(1)]"
        http-request unset-var(req.n)
        http-request set-header X-Both %[var(txn.both)]
        http-request set-header X-N "[%[var(req.n)]]"
        http-request set-header X-If yes if { var(txn.host) -m str a.test }
        """,
        back="http-response set-header X-Host %[var(txn.host)]",
        s1=serve(echo),
    )
    got = proxy.ask(http("GET / HTTP/1.1", "Host: A.test"))
    assert fields(got.echoed, "x-both", "x-n", "x-if") == [("x-both", "a.test/6"), ("x-n", "[]"), ("x-if", "yes")]
    assert got.get("x-host") == "a.test"


def test_session_variables_live_from_request_to_request(run, serve):
    proxy = site(
        run,
        front="http-request set-header X-Seen %[var(sess.n)]\nhttp-request set-var(sess.n) path",
        s1=serve(echo),
    )
    with proxy.connect() as client:
        assert client.ask(get("/1")).echoed.get("x-seen") == ""
        assert client.ask(get("/2")).echoed.get("x-seen") == "/1"


def test_allow_ends_the_rules(run, serve):
    proxy = site(run, front="http-request allow if { path /in }\nhttp-request deny", s1=serve(echo))
    assert proxy.ask(get("/in")).status == 200
    assert proxy.ask(get("/out")).status == 403


MATCHERS = [
    # condition, a request that meets it, one that doesn't
    ("path /a", get("/a"), get("/a/b")),
    ("path -i /A", get("/a"), get("/b")),
    ("path /a /b", get("/b"), get("/c")),
    ("path_beg /a", get("/ab"), get("/b/a")),
    ("path_end .png", get("/x.png"), get("/x.pngs")),
    ("path_end -i .PNG .jpg", get("/x.png"), get("/x.gif")),
    ("path_sub bc", get("/abcd"), get("/acbd")),
    ("path_dir b/c", get("/a/b/c/d"), get("/a/bb/c")),
    ("path_dir b", get("/a/b"), get("/a/bc")),
    ("path_dir / b", get("/a/b/"), get("/a/")),
    ("path_dir / b c d e f g h i j k l m n", get("/a/b/"), get("/a/")),
    ("path_reg ^/[0-9]+$", get("/12"), get("/1a")),
    ("path -m reg -i ^/A+$", get("/aAa"), get("/ab")),
    ("path_len 2:4", get("/ab"), get("/abcdef")),
    ("path -m len 3", get("/ab"), get("/abc")),
    ("path -m beg /x", get("/xy"), get("/y")),
    ("path,length gt 4", get("/abcd"), get("/abc")),
    ("hdr_dom(host) a.test", http("GET / HTTP/1.1", "Host: www.a.test"), http("GET / HTTP/1.1", "Host: aa.test")),
    ("hdr_dom(host) -i A.test", http("GET / HTTP/1.1", "Host: a.test:80"), http("GET / HTTP/1.1", "Host: a.testy")),
    ("hdr(host) a.test", GET, http("GET / HTTP/1.1", "Host: b.test")),
    ("hdr_beg(host) www.", http("GET / HTTP/1.1", "Host: www.a"), GET),
    ("hdr_end(host) .org", http("GET / HTTP/1.1", "Host: b.org"), GET),
    ("hdr_reg(x) ^a.c$", get("/", "X: abc"), get("/", "X: abcd")),
    ("hdr_sub(x) b", get("/", "X: abc"), get("/", "X: ac")),
    ("hdr(x) c", get("/", "X: a, c"), get("/", "X: a, b")),
    ("hdr_cnt(x) 2", get("/", "X: a, c"), get("/", "X: a")),
    ("hdr_cnt(x) gt 1", get("/", "X: a, c"), get("/", "X: a")),
    ("hdr_val(x) ge 10", get("/", "X: 10"), get("/", "X: 9")),
    ("hdr_val(x) lt 10", get("/", "X: 9"), get("/", "X: 10")),
    ("hdr_val(x) 1:3 7", get("/", "X: 7"), get("/", "X: 5")),
    ("hdr_val(x) 100:", get("/", "X: 1000"), get("/", "X: 99")),
    ("hdr_val(x) :5", get("/", "X: 5"), get("/", "X: 6")),
    ("hdr_ip(x) 10.0.0.0/8", get("/", "X: 10.2.3.4"), get("/", "X: 11.2.3.4")),
    ("hdr_ip(x) 10.0.0.1 192.168.0.0/255.255.0.0", get("/", "X: 192.168.9.9"), get("/", "X: 10.0.0.2")),
    ("hdr_ip(x) 2001:db8::/32", get("/", "X: 2001:db8::1"), get("/", "X: 2001:db9::1")),
    ("req.hdr(x) -m ip 10.0.0.0/24", get("/", "X: 10.0.0.7"), get("/", "X: 10.0.1.7")),
    ("req.hdr(x) -m int 5", get("/", "X: 5"), get("/", "X: 6")),
    ("req.hdr(x) -m found", get("/", "X: "), GET),
    ("req.hdr(x) -m bool", get("/", "X: 1"), get("/", "X: 0")),
    ("req.hdr(x) -m bin 6162", get("/", "X: ab"), get("/", "X: abc")),
    ("req.hdr(x) -m dom b.c", get("/", "X: a.b.c"), get("/", "X: a.bb.c")),
    ("req.hdr(x) -m end -- -i", get("/", "X: z-i"), get("/", "X: z")),
    ("src 127.0.0.0/8", GET, None),
    ("src 10.0.0.0/8 127.0.0.1", GET, None),
    ("src 10.0.0.0/8", None, GET),
    ("dst 127.0.0.1", GET, None),
    ("method GET HEAD", GET, http("PUT / HTTP/1.1", "Host: a", "Content-Length: 0")),
    ("method PURGE", http("PURGE / HTTP/1.1", "Host: a"), GET),
    ("req.ver 1.0", get("/", version="1.0"), GET),
    ("url_beg http://", get("http://a.test/"), get("/http://")),
    ("url_param(a) 1", get("/?a=1"), get("/?a=2")),
    ("urlp_val(a) gt 4", get("/?a=5"), get("/?a=4")),
    (
        "url_ip 10.1.0.0/16",
        http("GET http://10.1.2.3/ HTTP/1.1", "Host: 10.1.2.3"),
        http("GET http://10.2.2.3/ HTTP/1.1", "Host: 10.2.2.3"),
    ),
    (
        "url_port 8080",
        http("GET http://10.1.2.3:8080/ HTTP/1.1", "Host: 10.1.2.3:8080"),
        http("GET http://10.2.2.3/ HTTP/1.1", "Host: 10.2.2.3"),
    ),
    ("cook(a) 1", get("/", "Cookie: b=1; a=1"), get("/", "Cookie: b=1")),
    ("cook_beg(a) x", get("/", "Cookie: a=xy"), get("/", "Cookie: a=yx")),
    ("req.cook_cnt(a) 2", get("/", "Cookie: a=1; a=2"), get("/", "Cookie: a=1")),
    ("always_true", GET, None),
    ("always_false", None, GET),
    ("ssl_fc", None, GET),
    ("nbsrv(be) ge 1", GET, None),
    ("nbsrv(be) 0", None, GET),
    ("fe_conn gt 100", None, GET),
    ("path,lower,field(2,/) abc", get("/ABC/d"), get("/x/abc")),
    ("str(a),strcmp(txn.x) eq 0", None, GET),
    ("HTTP_1.1", GET, get("/", version="1.0")),
    ("LOCALHOST", GET, None),
    ("HTTP_CONTENT", http("POST / HTTP/1.1", "Host: a", "Content-Length: 1", body="x"), GET),
    ("METH_HEAD", http("HEAD / HTTP/1.1", "Host: a"), http("PUT / HTTP/1.1", "Host: a", "Content-Length: 0")),
    ("HTTP_URL_SLASH", get("/x"), http("OPTIONS * HTTP/1.1", "Host: a.test")),
]


def test_matchers(run, serve):
    """Each condition both named and anonymous: `when` answers with the numbers of the rules that hold."""
    rules = []
    for number, (condition, _, _) in enumerate(MATCHERS):
        named = not condition[0].isupper()
        if named:
            rules.append(f"acl c{number} {condition}")
            rules.append(f"http-request return status 200 if {{ req.hdr(x-case) a{number} }} c{number}")
        words = f"{{ {condition} }}" if named else condition
        rules.append(f"http-request return status 200 if {{ req.hdr(x-case) b{number} }} {words}")
        rules.append(f"http-request return status 204 if {{ req.hdr(x-case) b{number} }} !{words}")
    proxy = site(run, front="\n".join(rules), s1=serve(hello))
    wrong = []
    for number, (condition, yes, no) in enumerate(MATCHERS):
        for request, want in ((yes, True), (no, False)):
            if request is None:
                continue
            for kind in "ab":
                if kind == "a" and condition[0].isupper():
                    continue
                mark = f"x-case: {kind}{number}\r\n\r\n".encode()
                got = proxy.ask(request.replace(b"\r\n\r\n", b"\r\n" + mark, 1))
                met = got.status == 200 and not got.body
                if met != want:
                    wrong.append((condition, kind, want, got.status))
    assert not wrong


def test_conditions_join_with_and_or_not(run, serve):
    proxy = site(
        run,
        front="""
        acl a path_beg /a
        acl a path_beg /alt
        acl b path_end b
        acl c hdr(x) c
        http-request return status 200 string 1 content-type t/t if a b
        http-request return status 200 string 2 content-type t/t if a !c || c !a
        http-request return status 200 string 3 content-type t/t unless a or b or c
        """,
        s1=serve(hello),
    )
    answers = {"/a/b": "1", "/a": "2", "/z": "3", "/zb": "s1"}
    assert {target: proxy.ask(get(target)).text for target in answers} == answers
    assert proxy.ask(get("/zb", "X: c")).text == "2"
    assert proxy.ask(get("/a", "X: c")).text == "s1"


def test_patterns_from_a_file(run, serve, tmp_path):
    (tmp_path / "hosts").write_text("# a comment\nfirst.test\n\n  second.test\n")
    (tmp_path / "nets").write_text("10.0.0.0/8\n192.168.0.0/16\n")
    proxy = site(
        run,
        front="""
        http-request return status 201 if { hdr(host) -i -f <hosts> }
        http-request return status 202 if { hdr_ip(x) -f <nets> 1.2.3.4 }
        """,
        hosts=tmp_path / "hosts",
        nets=tmp_path / "nets",
        s1=serve(hello),
    )
    for request, status in (
        (http("GET / HTTP/1.1", "Host: SECOND.test"), 201),
        (http("GET / HTTP/1.1", "Host: third.test"), 200),
        (get("/", "X: 10.9.9.9"), 202),
        (get("/", "X: 1.2.3.4"), 202),
        (get("/", "X: 1.2.3.5"), 200),
    ):
        assert proxy.ask(request).status == status


def test_maps(run, serve, tmp_path):
    maps = {
        "str": "a.test one\nb.test two words\n",
        "beg": "/img static\n/img/big large\n/ rest\n",
        "ip": "127.0.0.0/8 home\n10.0.0.0/8 ten\n10.1.0.0/16 ten-one\n",
        "reg": "^/(a|b)[0-9]+ ab-\\1\n",
        "int": "1 first\n2 second\n",
        "dom": "test tst\n",
        "end": ".png picture\n",
        "sub": "lo found\n",
    }
    for name, text in maps.items():
        (tmp_path / name).write_text(text)
    proxy = site(
        run,
        front="""
        http-request set-header X-Str %[req.hdr(host),lower,map(<str>,none)]
        http-request set-header X-Missing "[%[str(zzz),map(<str>)]]"
        http-request set-header X-Default %[str(zzz),map_str(<str>,dflt)]
        http-request set-header X-Beg %[path,map_beg(<beg>)]
        http-request set-header X-Ip %[src,map_ip(<ip>)]
        http-request set-header X-Ip2 %[req.hdr_ip(x),map_ip(<ip>)]
        http-request set-header X-Reg %[path,map_reg(<reg>,no)]
        http-request set-header X-Regm %[path,map_regm(<reg>,no)]
        http-request set-header X-Int %[int(2),map_int(<int>)]
        http-request set-header X-Dom %[req.hdr(host),map_dom(<dom>,no)]
        http-request set-header X-End %[path,map_end(<end>,no)]
        http-request set-header X-Sub %[path,map_sub(<sub>,no)]
        """,
        s1=serve(echo),
        **{name: tmp_path / name for name in maps},
    )
    got = proxy.ask(http("GET /img/big/lo.png HTTP/1.1", "Host: B.test", "X: 10.1.2.3")).echoed
    assert dict(got.lowered[2:]) == {
        "x-str": "two words",
        "x-missing": "[]",
        "x-default": "dflt",
        "x-beg": "large",
        "x-ip": "home",
        "x-ip2": "ten-one",
        "x-reg": "no",
        "x-regm": "no",
        "x-int": "second",
        "x-dom": "tst",
        "x-end": "picture",
        "x-sub": "found",
    }
    got = proxy.ask(get("/b12")).echoed
    assert (got.get("x-reg"), got.get("x-regm")) == ("ab-\\1", "ab-b")


def test_use_backend(run, serve):
    one, two, rest = serve(hello, "one"), serve(hello, "two"), serve(hello, "rest")
    proxy = run(
        """
frontend fe
    bind <fe>
    acl is_one path_beg /one
    use_backend one if is_one
    use_backend two if { path_beg /two }
    use_backend %[req.hdr(x-backend),lower] if { req.hdr(x-backend) -m found }
    default_backend rest
backend one
    server s <one>
backend two
    server s <two>
backend rest
    server s <rest>
""",
        one=one,
        two=two,
        rest=rest,
    )
    assert proxy.ask(get("/one/x")).text == "one"
    assert proxy.ask(get("/two")).text == "two"
    assert proxy.ask(get("/")).text == "rest"
    assert proxy.ask(get("/", "X-Backend: TWO")).text == "two"
    assert proxy.ask(get("/", "X-Backend: nowhere")).text == "rest"


def test_use_server(run, serve):
    proxy = run(
        """
frontend fe
    bind <fe>
    default_backend be
backend be
    use-server two if { path /two }
    use-server one if { path /one }
    server one <one>
    server two <two>
    server three <three> disabled
""",
        one=serve(hello, "one"),
        two=serve(hello, "two"),
    )
    assert [proxy.ask(get("/two")).text for _ in range(3)] == ["two"] * 3
    assert [proxy.ask(get("/one")).text for _ in range(3)] == ["one"] * 3
    assert {proxy.ask(get("/")).text for _ in range(4)} == {"one", "two"}


FORWARD = [
    ("option forwardfor", "", ["127.0.0.1"]),
    ("option forwardfor", "X-Forwarded-For: 1.2.3.4", ["1.2.3.4", "127.0.0.1"]),
    ("option forwardfor if-none", "X-Forwarded-For: 1.2.3.4", ["1.2.3.4"]),
    ("option forwardfor if-none", "", ["127.0.0.1"]),
    ("option forwardfor except 127.0.0.0/8", "", []),
    ("option forwardfor except 10.0.0.0/8", "", ["127.0.0.1"]),
]


@pytest.mark.parametrize(("option", "sent", "wanted"), FORWARD)
def test_forwardfor(run, serve, option, sent, wanted):
    proxy = site(run, front=option, s1=serve(echo))
    got = proxy.ask(get("/", *([sent] if sent else []))).echoed
    assert got.all("x-forwarded-for") == wanted


def test_forwardfor_names_and_sides(run, serve):
    proxy = site(run, front="option forwardfor header X-Client", back="option originalto header X-Dst", s1=serve(echo))
    got = proxy.ask(GET).echoed
    assert fields(got, "x-client", "x-dst", "x-forwarded-for") == [("x-client", "127.0.0.1"), ("x-dst", "127.0.0.1")]


def test_forwardfor_in_the_backend_wins(run, serve):
    proxy = site(run, front="option forwardfor header X-Front", back="option forwardfor header X-Back", s1=serve(echo))
    assert fields(proxy.ask(GET).echoed, "x-front", "x-back") == [("x-back", "127.0.0.1")]


def test_tcp_request_connection_reject(run, serve):
    server = serve(hello)
    proxy = site(run, front="tcp-request connection reject if { src 127.0.0.2 }", s1=server)
    assert proxy.turned_away(source="127.0.0.2")
    assert proxy.ask(GET).text == "s1"


def test_tcp_request_session_and_vars(run, serve):
    proxy = site(
        run,
        front="""
        tcp-request connection accept if { src 127.0.0.3 }
        tcp-request session set-var(sess.who) src
        tcp-request session reject if { src 127.0.0.2 }
        http-request set-header X-Who %[var(sess.who)]
        """,
        s1=serve(echo),
    )
    assert proxy.turned_away(source="127.0.0.2")
    assert proxy.ask(GET, source="127.0.0.3").echoed.get("x-who") == "127.0.0.3"


def test_tcp_request_content_waits_for_data(run, serve):
    server = serve(hello)
    proxy = run(
        """
listen fe
    mode tcp
    bind <fe>
    tcp-request inspect-delay 15s
    tcp-request content accept if { req.payload(0,4) -m str GET\\  }
    tcp-request content reject if { req.len ge 4 }
    server s1 <s1>
""",
        s1=server,
    )
    with proxy.connect() as client:
        client.send(b"GE")
        client.send(GET[2:])
        assert client.response().text == "s1"
    with proxy.connect() as client:
        client.send(b"POST")
        assert client.closed()
    assert server.connections == 1


def test_tcp_request_content_delay_ends(run, serve):
    server = serve(hello)
    proxy = run(
        """
listen fe
    mode tcp
    bind <fe>
    tcp-request inspect-delay 100ms
    tcp-request content accept if { req.len ge 4 }
    tcp-request content reject
    server s1 <s1>
""",
        s1=server,
    )
    with proxy.connect() as client:
        client.send(b"ab")
        assert client.closed()
    assert server.connections == 0


def test_http_buffer_request_waits_for_the_body(run, serve):
    server = serve(echo)
    proxy = site(run, front="option http-buffer-request\nhttp-request deny if { req.body -m sub bad }", s1=server)
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a", "Content-Length: 6"))
        client.send(b"bbb")
        client.send(b"ad.")
        assert client.response().status == 403
    assert server.connections == 0
    assert proxy.ask(http("POST / HTTP/1.1", "Host: a", "Content-Length: 4", body="good")).status == 200


def test_request_rules_see_changed_values(run, serve):
    proxy = site(
        run,
        front="http-request set-path /new\nhttp-request set-header X-P %[path]\nhttp-request deny if { path /old }",
        s1=serve(echo),
    )
    assert proxy.ask(get("/old")).echoed.get("x-p") == "/new"


def test_capture_slots_in_later_rules(run, serve):
    proxy = site(
        run,
        front="http-request capture req.hdr(x) len 5\nhttp-request set-header X-Cap %[capture.req.hdr(0)]",
        s1=serve(echo),
    )
    assert proxy.ask(get("/", "X: abcdefgh")).echoed.get("x-cap") == "abcde"


def test_quotes_of_a_flag_stay_out_of_fields(run, serve):
    """`%{+Q}` quotes aliases everywhere, expressions only where no field or path is made of them."""
    proxy = site(
        run,
        front="""
        http-request set-var-fmt(txn.v) "%{+Q}[str(a)]%{+Q}HM"
        http-request set-header X-Var "%[var(txn.v)]"
        http-request set-header X-Expr "<%{+Q}[str(a)]%{+Q}[int(5)]%{+Q}[var(txn.none)]>"
        http-request set-header X-Alias "%{+Q}HM"
        http-request redirect location "/%{+Q}[str(a)]" if { path /r }
        """,
        s1=serve(echo),
    )
    assert fields(proxy.ask(GET).echoed, "x-var", "x-expr", "x-alias") == [
        ("x-var", '"a""GET"'),
        ("x-expr", "<a5>"),
        ("x-alias", '"GET"'),
    ]
    assert proxy.ask(get("/r")).get("location") == "/a"


def test_rules_see_the_body_that_came_with_the_head(run, serve):
    proxy = site(
        run,
        front="""
        http-request set-header X-Body "%[req.body_len] %[req.body_param] %[req.body_param(b)]"
        http-request set-header X-Two y if { req.body_param(b) -m str 2 }
        """,
        back='http-request set-header X-Back "%[req.body,lower]"',
        s1=serve(echo),
    )
    asked = http("POST /?b=9 HTTP/1.1", "Host: a.test", "Content-Length: 7", body=b"A=1&b=2")
    names = ("x-body", "x-two", "x-back")
    assert fields(proxy.ask(asked).echoed, *names) == [("x-body", "7 1 2"), ("x-two", "y"), ("x-back", "a=1&b=2")]


def test_names_of_headers_are_in_lower_case_to_a_regex(run, serve):
    front = """
        http-request del-header ^X-A -m reg
        http-request del-header ^x-[b-d]$ -m reg
        http-request del-header X-E -m beg
    """
    proxy = site(run, front=front, s1=serve(echo))
    got = proxy.ask(get("/", "X-Aa: 1", "x-ab: 1", "X-B: 1", "x-c: 1", "x-Dd: 1", "X-Ee: 1", "x-ef: 1")).echoed
    assert [name for name, _ in got.lowered if name.startswith("x-")] == ["x-aa", "x-ab", "x-dd"]
