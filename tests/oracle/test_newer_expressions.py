"""Fetches and converters that came after 2.8, by the examples of the manual; older ones beside them on both programs."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import hello, reply, reset_after, stall_after
from tests.oracle.common import get, site
from tests.oracle.test_stream_fetches import header, value

TOP = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s"


@pytest.fixture
def newer(program):
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 does not know these words")


def test_acls_as_values(run, serve, newer):
    front = """acl static path_beg /static
        acl host req.hdr(host) a.test
        acl both acl(static,host)
        http-request set-var(txn.both) acl(static,host)
        http-request set-var(txn.not) acl(!static,METH_GET)
        http-request set-var(txn.named) bool(true) if both
        acl static path_end .css
        http-after-response set-header x-both "%[var(txn.both)] %[var(txn.not)] %[var(txn.named)]" """
    proxy = site(run, front=front, top=TOP, s1=serve(hello))
    assert proxy.ask(get("/static/a")).get("x-both") == "1 0 1"
    assert proxy.ask(get("/a")).get("x-both") == "0 1"
    # the line below the rules belongs to the ACL as well
    assert proxy.ask(get("/a.css")).get("x-both") == "1 0 1"


def test_acls_of_a_defaults_section(run, newer):
    proxy = run(
        f"{TOP.replace('defaults', 'defaults d')}\n    acl named path_beg /a\n    http-request return status 204 if {{ acl(named) }}\n"
        "frontend fe from d\n    bind <fe>\n    acl named path_beg /b\n    http-request return status 200 if { acl(named) }\n",
        bare=True,
    )
    assert [proxy.ask(get(path)).status for path in ("/a", "/b", "/c")] == [204, 200, 503]


def test_all_variables(run, serve, newer):
    front = """http-request set-var(txn.name) req.hdr(x-name)
        http-request set-var(txn.data) bin(48656c6c6f)
        http-request set-var(txn.count) int(42)
        http-request set-var(txn.active) bool(true)
        http-request set-var(txn.client) src
        http-request set-var(req.method) method
        http-request set-var(sess.user_id) int(1)
        http-request set-var(sess.user_six) ipv6(::1)
        http-request set-header x-txn "%[dump_all_vars(txn)]"
        http-request set-header x-user "%[dump_all_vars(sess,user,|)]"
        http-request set-header x-semi "%[dump_all_vars(txn,c,'; ')]"
        http-request set-header x-req "%[dump_all_vars(req)]"
        http-request set-header x-none "<%[dump_all_vars(res)]>"
        http-request set-header x-all "%[dump_all_vars(,,|)]" """
    seen = []

    def behave(conn):
        seen.append(conn.request().head.decode())
        conn.send(http("HTTP/1.1 200 OK", "Content-Length: 0"))

    site(run, front=front, top=TOP, s1=serve(behave)).ask(get("/", 'X-Name: John "Doe" \\'))
    found = dict(line.split(": ", 1) for line in seen[0].split("\r\n")[1:] if ": " in line)
    txn = r'txn.name="John \"Doe\" \\", txn.data=x48656c6c6f, txn.count=42, txn.active=true, txn.client=127.0.0.1'
    assert found["x-txn"] == txn
    assert found["x-user"] == "sess.user_id=1|sess.user_six=::1"
    assert found["x-semi"] == "txn.count=42; txn.client=127.0.0.1"
    assert found["x-req"] == 'req.method="GET"'
    assert found["x-none"] == "<>"
    assert found["x-all"] == f"{found['x-user']}|{txn.replace(', ', '|')}|{found['x-req']}"


def test_variables_that_do_not_fit_are_not_cut(run, serve, newer):
    front = """http-request set-var(txn.a) req.hdr(x-a)
        http-request set-var(txn.b) req.hdr(x-a)
        http-request set-var(txn.c) req.hdr(x-a)
        http-after-response set-header x-there yes if { dump_all_vars(txn) -m found }"""
    proxy = site(run, front=front, top=TOP, s1=serve(hello))
    assert proxy.ask(get("/", "X-A: short")).get("x-there") == "yes"
    assert proxy.ask(get("/", "X-A: " + "x" * 8000)).get("x-there") is None


LOGGED = (
    "e=%[int(1),when(error)] n=%[int(1),when(normal)] ne=%[int(1),when(!error)] f=%[int(1),when(forwarded)] "
    "p=%[int(1),when(processed)] t=%[int(1),when(toapplet)] s=%[int(1),when(stopping)] a=%[int(1),when(acl,slow)] "
    "na=%[int(1),when(!acl,slow)] last=%[last_entity] wait=%[waiting_entity] te=%[term_events] "
    "bc=%[bc_err] %[bc_err_name] %[bc_err_str] gl=%[fc_glitches] %[bc_glitches] id=%[fs.id] %[bs.id] "
    "ab=%[fs.aborted] %[bs.aborted] rst=%[fs.rst_code] %[bs.rst_code]"
)
FINE = "last=- wait=- te=- bc=0 - Success gl=0 0 id={0} {1} ab=0 0 rst=- -"


def logged(run, sink, server, front=""):
    front = f"log <sink> local0\nacl slow capture.req.uri /slow\nlog-format '{LOGGED}'\n{front}"
    return site(run, front=front, back="retries 0", top=TOP, s1=server, sink=sink)


def test_what_a_log_says_when_all_is_well(run, serve, sink, newer):
    proxy = logged(run, sink, serve(hello))
    with proxy.connect() as client:
        client.ask(get("/"))
        assert sink.take() == "e=- n=1 ne=1 f=1 p=1 t=- s=- a=- na=1 " + FINE.format(0, 0)
        client.ask(get("/slow"))
        assert sink.take() == "e=- n=1 ne=1 f=1 p=1 t=- s=- a=1 na=- " + FINE.format(1, 1)


def test_what_a_log_says_of_a_refusal_here(run, serve, sink, newer):
    proxy = logged(run, sink, serve(hello), "http-request deny")
    proxy.ask(get("/"))
    line = sink.take()
    assert line.startswith("e=1 n=- ne=- f=- p=- t=- s=- a=- na=1 last=/")
    assert line.partition("last=")[2].partition(" ")[0].rpartition(":")[2].isdigit()
    assert line.endswith("wait=- te=- bc=- - - gl=0 - id=0 - ab=0 0 rst=- -")


def test_what_a_log_says_of_a_server_that_refuses(run, ports, sink, newer):
    proxy = logged(run, sink, f"127.0.0.1:{ports.lend()}")
    proxy.ask(get("/"))
    assert "bc=46 EREFUSED ECONNREFUSED returned by OS" in (line := sink.take())
    assert line.startswith("e=1 n=- ne=- f=1 p=1 t=- ")


def test_glitches(run, serve, sink, newer):
    server = serve(reply(b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n", close=True))
    proxy = logged(run, sink, server)
    proxy.ask(get("/"))
    assert " gl=0 1 " in sink.take()
    with proxy.connect() as client:
        client.send(b"GET / HTTP/1.1\r\nBad Header\r\n\r\n")
        client.response()
    assert " gl=1 - id=- - " in sink.take()


def test_the_rule_that_waited(run, serve, sink, newer):
    proxy = logged(run, sink, serve(hello), "http-request wait-for-body time 100ms\nhttp-after-response set-header a b")
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a.test", "Content-Length: 5", body="abc"))
        assert client.response().status == 408
    line = sink.take()
    assert line.partition("wait=/")[2].partition(" ")[0].rpartition(":")[2].isdigit()
    proxy.ask(http("POST / HTTP/1.1", "Host: a.test", "Content-Length: 5", body="abcde"))
    assert " wait=- " in sink.take()


def test_states_of_lower_layers(run, serve, sink, newer):
    """The example of the manual: a log line with both at its end. What they say may change, that they say something does not."""
    form = "fs=<%[fs.debug_str]> bs=<%[bs.debug_str,when(normal)]> one=<%[fs.debug_str(1)]> two=<%[fs.debug_str(24)]>"
    proxy = site(run, front=f"log <sink> local0\nlog-format '{form}'", top=TOP, s1=serve(hello), sink=sink)
    proxy.ask(get("/"))
    line = sink.take()
    assert line.startswith("fs=<h1s.id=0 .status=200 ")
    assert "> bs=<h1s.id=0 .status=200 " in line
    assert "conn.dst=127.0.0.1:" in line.partition("two=<")[2]
    assert "h1s" not in line.partition("two=<")[2]
    assert "conn" not in line.partition("one=<")[2].partition(">")[0]


def test_there_is_one_process(run, serve):
    proxy = site(run, front='http-after-response set-header x-n "%[nbproc]"', top=TOP, s1=serve(hello))
    assert proxy.ask(get("/")).get("x-n") == "1"


def test_the_version_of_a_response_is_kept(run, serve, sink):
    front = 'log <sink> local0\nlog-format "%[capture.res.ver]"'
    for version in ("1.0", "1.1"):
        server = serve(reply(http(f"HTTP/{version} 200 OK", "Content-Length: 0"), close=True))
        site(run, front=front, top=TOP, s1=server, sink=sink).ask(get("/"))
        assert sink.take() == f"HTTP/{version}"


def test_names_of_certificate_errors(run, serve):
    front = "".join(
        f"http-after-response set-header x-{number} %[int({number}),x509_v_err_str]\n" for number in (0, 10, 23, 94, 999)
    )
    response = site(run, front=front, top=TOP, s1=serve(hello)).ask(get("/"))
    assert [response.get(f"x-{number}") for number in (0, 10, 23, 94, 999)] == [
        "X509_V_OK",
        "X509_V_ERR_CERT_HAS_EXPIRED",
        "X509_V_ERR_CERT_REVOKED",
        "X509_V_ERR_EC_KEY_EXPLICIT_PARAMS",
        "999",
    ]


def test_captures_by_converters(run, serve, sink):
    front = """declare capture request len 5
        declare capture response len 3
        log <sink> local0
        log-format "%hr %hs %[capture.req.hdr(0)] %[capture.res.hdr(0)]"
        http-request set-header x-a %[path,capture-req(0)]
        http-request set-header x-b %[path,capture-req(7)]
        http-response set-header x-c %[status,capture-res(0)]
        http-response set-header x-d %[str(over),capture-res(1)]"""
    proxy = site(run, front=front, top=TOP, s1=serve(hello), sink=sink)
    response = proxy.ask(get("/longer"))
    assert (response.get("x-c"), response.get("x-d")) == ("200", "")
    assert sink.take() == "{/long} {200} /long 200"


COSTS = "%[cpu_calls] %[cpu_ns_tot] %[cpu_ns_avg] %[lat_ns_tot] %[lat_ns_avg]"


def test_what_a_stream_costs(run, serve, sink, program):
    """Averages are totals by calls. HAProxy times calls on demand only, Steelyard where an expression asks."""
    front = f'log <sink> local0\nlog-format "{COSTS} %[var(txn.early)]"\nhttp-request set-var(txn.early) cpu_calls'
    proxy = site(run, front=front, top=f"global\n    profiling.tasks on\n{TOP}", s1=serve(hello), sink=sink)
    with proxy.connect() as client:
        for _ in range(3):
            client.ask(get("/"))
            calls, cpu, cpu_average, latency, latency_average, early = map(int, sink.take().split(" "))
            assert 1 <= early <= calls <= 50
            assert (cpu_average, latency_average) == (cpu // calls, latency // calls)
            assert 0 < latency < 10**10
            if not program.is_haproxy:
                assert 0 < cpu < 10**10


def test_what_a_tcp_stream_costs(run, serve, sink):
    front = f'mode tcp\nlog <sink> local0\nlog-format "{COSTS}"'
    proxy = site(run, front=front, back="mode tcp", top=TOP, s1=serve(hello), sink=sink)
    proxy.ask(get("/", "Connection: close"))
    calls, cpu, cpu_average, latency, latency_average = map(int, sink.take().split(" "))
    assert calls >= 1
    assert (cpu_average, latency_average) == (cpu // calls, latency // calls)


def test_how_busy_threads_are(run, serve, newer):
    front = 'http-after-response set-header x-busy "%[cpu_usage_thr] %[cpu_usage_grp] %[cpu_usage_proc]"'
    proxy = site(run, front=front, top=TOP, s1=serve(hello))
    busy = proxy.ask(get("/")).get("x-busy") or ""
    assert len(busy.split(" ")) == 3
    assert all(0 <= int(percent) <= 100 for percent in busy.split(" "))


DEBUGGED = {
    "path,debug(p,stderr)": "[debug] p: type=str </a>",
    "src,debug(track-sc,stderr)": "[debug] track-sc: type=ipv4 <127.0.0.1>",
    "int(5),debug(,stderr)": "[debug] : type=sint <5>",
    "bool(true),debug(t,stderr)": "[debug] t: type=bool <1>",
    "ipv6(::1),debug(six,stderr)": "[debug] six: type=ipv6 <::1>",
    "method,debug(m,stderr)": "[debug] m: type=meth <GET>",
    "req.hdr(x-a),debug(h,stderr)": "[debug] h: type=str <a b...c>",
    "path,length,debug(l,stderr),add(1),debug(l2,stderr)": "[debug] l: type=sint <2>\n[debug] l2: type=sint <3>",
}


def test_samples_for_people_to_look_at(run, serve):
    lines = "\n".join(f"http-request set-var(txn.v{number}) {words}" for number, words in enumerate(DEBUGGED))
    front = (
        f"{lines}\nhttp-request set-header x-none %[req.hdr(none),debug(none,stderr)]\nhttp-request set-header x-p %[path,debug]"
    )
    proxy = site(run, front=front, top=TOP, s1=serve(hello))
    proxy.ask(b"GET /a HTTP/1.1\r\nHost: a.test\r\nX-A: a b\t\xe9\tc\r\n\r\n")
    said = proxy.wait_said("[debug] l2: type=sint <3>\n")
    assert [line for line in said.splitlines() if line.startswith("[debug]")] == "\n".join(DEBUGGED.values()).splitlines()


RESETS = {
    # whose end is reset, and what the log says of the client's connection and of the server's
    "client": "47 ERESET 0 -",
    "server": "0 - 47 ERESET",
}


@pytest.mark.parametrize("mode", ["http", "tcp"])
@pytest.mark.parametrize("who", RESETS)
def test_connections_that_are_reset(run, serve, sink, newer, mode, who):
    head = http("HTTP/1.1 200 OK", "Content-Length: 100", body="abc")
    front = f'mode {mode}\nlog <sink> local0\nlog-format "%[fc_err] %[fc_err_name] %[bc_err] %[bc_err_name]"'
    server = serve(reset_after(head) if who == "server" else stall_after(head))
    proxy = site(run, front=front, back=f"mode {mode}", top=TOP, s1=server, sink=sink)
    with proxy.connect() as client:
        client.send(get("/"))
        client.until(b"\r\n\r\n")
        if who == "client":
            client.reset()
        else:
            server.release()
        assert sink.take() == RESETS[who]


@pytest.mark.parametrize("mode", ["http", "tcp"])
def test_the_kernel_is_asked_of_both_connections(run, serve, sink, newer, mode):
    front = f'mode {mode}\nlog <sink> local0\nlog-format "%[fc_rtt(us)] %[bc_rtt(us)] %[bc_rttvar(us)]"'
    proxy = site(run, front=front, back=f"mode {mode}", top=TOP, s1=serve(hello), sink=sink)
    proxy.ask(get("/", "Connection: close"))
    assert all(int(time) > 0 for time in sink.take().split(" "))


def test_bytes_of_both_connections(run, serve, sink, newer):
    received = []

    def behave(conn):
        request = conn.request()
        received.append(len(request.head) + len(request.body))
        conn.send(http("HTTP/1.1 200 OK", "Content-Length: 3", body="abc"))

    front = 'log <sink> local0\nlog-format "%[req.bytes_out] %[res.bytes_out] %B"\nhttp-request set-header x-more added'
    proxy = site(run, front=front, top=TOP, s1=serve(behave), sink=sink)
    response = proxy.ask(http("POST / HTTP/1.1", "Host: a.test", "Content-Length: 5", body="hello"))
    assert sink.take() == f"{received[0]} {len(response.raw)} {len(response.raw)}"


def test_values_of_a_proxy_header_by_number(run, serve, sink, newer):
    proxy = run(
        f"{TOP}\nfrontend fe\n    bind <fe> accept-proxy\n    log <sink> local0\n"
        '    log-format "%[fc_pp_tlv(AUTHORITY)] %[fc_pp_tlv(234)] %[fc_pp_tlv(5)]"\n'
        "    default_backend be\nbackend be\n    server s1 <s1>\n",
        bare=True,
        s1=serve(hello),
        sink=sink,
    )
    with proxy.connect() as client:
        client.send(header(value(2, b"a.test"), value(234, b"own")) + get("/"))
        assert client.response().status == 200
    assert sink.take() == "a.test own -"
