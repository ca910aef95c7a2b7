"""Log lines: formats to the byte (but for dates, ports and times), and the termination flags of each ending."""

from __future__ import annotations

import re

import pytest

from tests.kit import Syslog, http
from tests.kit.behaviours import close_at_once, echo, hello, name_then_pump, reply, reset_after, stall_after, stall_before_head
from tests.kit.syslog import plain
from tests.oracle.common import GET, get, site


def logged(run, sink, front="", back="", server="", kind="httplog", **given):
    top = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s"
    option = f"option {kind}" if kind else ""
    return site(run, front=f"log <sink> local0\n{option}\n{front}", back=back, server=server, top=top, sink=sink, **given)


def test_httplog(run, serve, sink):
    proxy = logged(run, sink, s1=serve(hello))
    proxy.ask(get("/p?q=1"))
    line = sink.take()
    assert (line.facility, line.severity) == (16, 6)
    assert re.fullmatch(
        r"127\.0\.0\.1:\d+ \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\.\d{3}\] fe be/s1 \d+/\d+/\d+/\d+/\d+ 200 \d+ - - ---- 1/1/0/0/0 0/0 "
        r'"GET /p\?q=1 HTTP/1\.1"',
        line,
    )


def test_bytes_are_those_of_the_wire(run, serve, sink, program):
    """Manual 8.2.3: bytes sent to the client, headers and all. HAProxy 2.8 counts its own form of them, so it is not asked."""
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 counts the internal form of the message")
    proxy = logged(run, sink, s1=serve(hello))
    got = proxy.ask(GET)
    assert f" 200 {len(got.raw)} - - " in sink.take()


def test_each_request_of_a_connection_has_a_line(run, serve, sink):
    proxy = logged(run, sink, s1=serve(hello))
    with proxy.connect() as client:
        for n in range(3):
            client.ask(get(f"/{n}"))
            assert f'"GET /{n} HTTP/1.1"' in sink.take()


def test_a_request_that_content_rules_reject_is_none(run, serve, sink):
    rules = "tcp-request inspect-delay 20s\ntcp-request content reject if { path /no }"
    proxy = logged(run, sink, front=rules, s1=serve(hello))
    with proxy.connect() as client:
        client.send(get("/no"))
        assert client.closed()
    assert re.search(r' fe/<NOSRV> -1/-1/-1/-1/\d+ -1 0 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"$', sink.take())
    assert proxy.ask(get("/yes")).status == 200


def test_httplog_clf(run, serve, sink):
    proxy = logged(run, sink, kind="httplog clf", s1=serve(hello))
    proxy.ask(get("/c"))
    assert re.fullmatch(
        r'127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET /c HTTP/1\.1" 200 \d+ "" "" \d+ \d{3} '
        r'"fe" "be" "s1" \d+ \d+ \d+ \d+ \d+ ---- 1 1 0 0 0 0 0 "" "" ',
        sink.take(),
    )


def test_tcplog_line(run, serve, sink):
    proxy = run(
        "defaults\n timeout client 20s\n timeout server 20s\n timeout connect 20s\n"
        "frontend fe\n mode tcp\n bind <fe>\n log <sink> local1\n option tcplog\n default_backend be\n"
        "backend be\n mode tcp\n server s1 <s1>\n",
        bare=True,
        sink=sink,
        s1=serve(name_then_pump),
    )
    with proxy.connect() as client:
        client.send(b"x")
        client.until(b"x")
        client.shut()
        assert client.closed()
    line = sink.take()
    assert line.facility == 17
    assert plain(line) == "CLIENT [DATE] fe be/s1 N/N/N 4 -- 1/1/0/0/0 0/0"


def test_default_log_without_an_option(run, serve, sink):
    proxy = logged(run, sink, kind="", s1=serve(hello))
    proxy.ask(GET)
    line = sink.take()
    assert re.fullmatch(r"Connect from 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+ \(fe/HTTP\)", line)


FORMATS = [
    # format, what HAProxy logs
    ("%ci %fi %ft %b %s", "127.0.0.1 127.0.0.1 fe be s1"),
    ("%ft %b/%s %ST %ts %tsc", "fe be/s1 200 -- ----"),
    ("%HM %HP %HPO %HQ %HU %HV", "GET /p /p ?q=1 /p?q=1 HTTP/1.1"),
    ("%r", "GET /p?q=1 HTTP/1.1"),
    ("%{+Q}r", '"GET /p?q=1 HTTP/1.1"'),
    ("%{+Q}o %ft %b", '"fe" "be"'),
    ("%{+X}o %ST %ci", "200 7F000001"),
    ("%{+E}HU", "/p?q=1"),
    ("%fc/%bc/%sc/%rc", "1/0/0/0"),
    ("%sq/%bq", "0/0"),
    ("%ID", "0-1"),
    ("%[src] %[var(txn.p)]", "127.0.0.1 /p"),
    ("%[var(txn.missing)] %[dst]", "- 127.0.0.1"),
    ("a%%b", "a%b"),
    ("%{-Q}[src]%[dst]", "127.0.0.1127.0.0.1"),
    ("%lc", "0"),
]


CAPTURES = """\
    capture request header Host len 20
    capture request header User-Agent len 2
    capture response header X-Server len 9
    capture cookie C= len 9
"""
CAPTURE_FORMATS = [
    ("%hr|%hs|%hrl|%hsl", "{a.test|Me}|{s1}|a.test Me|s1"),
    ("%CC|%CS", "C=one|-"),
    ("%[capture.res.hdr(0)] %[capture.req.hdr(0)]", "s1 a.test"),
]


@pytest.mark.parametrize("captures", [False, True])
def test_custom_formats(run, serve, sink, captures):
    """Each format on its own frontend, all in one configuration."""
    formats = CAPTURE_FORMATS if captures else FORMATS
    fronts = "".join(
        f"frontend f{n}\n    bind <f{n}>\n    log <sink> local0\n{CAPTURES if captures else ''}"
        f"    unique-id-format %rc-1\n    http-request set-var(txn.p) path\n    log-format '{fmt}'\n    default_backend be\n"
        for n, (fmt, _) in enumerate(formats)
    )
    proxy = run(fronts + "backend be\n    server s1 <s1>\n", sink=sink, s1=serve(echo))
    wrong = []
    for n, (fmt, want) in enumerate(formats):
        proxy.ask(get("/p?q=1", "User-Agent: Mee", "Cookie: C=one"), f"f{n}")
        want = want.replace('"fe"', f'"f{n}"')
        want = re.sub(r"\bfe\b", f"f{n}", want)
        line = sink.take()
        if line != want:
            wrong.append((fmt, str(line), want))
    assert not wrong


def test_timers_and_dates_have_the_right_shape(run, serve, sink):
    shapes = {
        "%t": r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\.\d{3}",
        "%tr": r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\.\d{3}",
        "%T": r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000",
        "%Tl": r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}",
        "%trg": r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000",
        "%Ts": r"\d{10}",
        "%ms": r"\d{3}",
        "%Ta/%Tc/%Td/%Th/%Ti/%Tq/%TR/%Tr/%Tt/%Tu/%Tw": r"\d+(/\d+){10}",
        "%cp %fp %ac": r"\d+ \d+ \d+",
        "%bi %bp %si %sp": r"127\.0\.0\.1 \d+ 127\.0\.0\.1 \d+",
        "%H %pid %rt": r"\S+ \d+ \d+",
    }
    fronts = "".join(
        f"frontend f{n}\n    bind <f{n}>\n    log <sink> local0\n    log-format '{fmt}'\n    default_backend be\n"
        for n, fmt in enumerate(shapes)
    )
    proxy = run(fronts + "backend be\n    server s1 <s1>\n", sink=sink, s1=serve(hello))
    wrong = []
    for n, (fmt, shape) in enumerate(shapes.items()):
        proxy.ask(GET, f"f{n}")
        line = sink.take()
        if not re.fullmatch(shape, line):
            wrong.append((fmt, str(line)))
    assert not wrong


def test_captures_in_httplog(run, serve, sink):
    proxy = logged(
        run,
        sink,
        front="capture request header Host len 32\ncapture request header User-Agent len 4\n"
        "capture response header X-Server len 8\ncapture cookie SID len 6",
        s1=serve(echo),
    )
    proxy.ask(get("/", "User-Agent: Mozilla", "Cookie: SID=12345678"))
    assert " SID=12 - ---- 1/1/0/0/0 0/0 {a.test|Mozi} {s1} " in sink.take()


def test_odd_bytes_are_escaped(run, serve, sink):
    proxy = logged(run, sink, front="capture request header X-Odd len 50", s1=serve(hello))
    proxy.ask(get("/a\\b", 'X-Odd: a"b{c|d}\t\xe9'))
    line = sink.take()
    assert line.endswith('{a#22b#7Bc#7Cd#7D#09#E9} "GET /a\\b HTTP/1.1"')


def endings(line):
    found = re.search(r" (\S+) (\S+) (\S{5,}|[\d/+-]+) (-?\d+) \+?\d+ - - (\S{4}) ", line)
    assert found, line
    return found[1], found[2], re.sub(r"\d+", lambda m: m[0], re.sub(r"(?<!-)\d+", "N", found[3])), int(found[4]), found[5]


def test_refused(run, sink):
    proxy = logged(run, sink, back="retries 1")
    proxy.ask(GET)
    line = sink.take()
    assert endings(line) == ("fe", "be/s1", "N/N/-1/-1/N", 503, "SC--")
    assert re.search(r" \d+/\d+/\d+/\d+/\+?1 0/0 ", line)


def test_no_server(run, serve, sink):
    proxy = run("frontend fe\n bind <fe>\n log <sink> local0\n option httplog\n default_backend be\nbackend be\n", sink=sink)
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "be/<NOSRV>", "N/-1/-1/-1/N", 503, "SC--")


def test_no_backend(run, sink):
    proxy = run("frontend fe\n bind <fe>\n log <sink> local0\n option httplog\n", sink=sink)
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "fe/<NOSRV>", "-1/-1/-1/-1/N", 503, "SC--")


def test_deny_flags(run, serve, sink):
    proxy = logged(run, sink, front="http-request deny", s1=serve(hello))
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "fe/<NOSRV>", "N/-1/-1/-1/N", 403, "PR--")


def test_deny_in_the_backend(run, serve, sink):
    proxy = logged(run, sink, back="http-request deny", s1=serve(hello))
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "be/<NOSRV>", "N/-1/-1/-1/N", 403, "PR--")


def test_tarpit_flags(run, serve, sink, program):
    """The manual (8.5) and HAProxy 2.6 say PT; HAProxy 2.8 writes PR."""
    proxy = logged(run, sink, front="timeout tarpit 50ms\nhttp-request tarpit", s1=serve(hello))
    proxy.ask(GET)
    name, place, _, status, flags = endings(sink.take())
    assert (name, place, status) == ("fe", "fe/<NOSRV>", 500)
    assert flags in (("PT--", "PR--") if program.is_haproxy else ("PT--",))


def test_response_deny_flags(run, serve, sink):
    proxy = logged(run, sink, back="http-response deny", s1=serve(hello))
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/N/N", 502, "PH--")


def test_redirect_flags(run, serve, sink):
    proxy = logged(run, sink, front="http-request redirect location /x", s1=serve(hello))
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "fe/<NOSRV>", "N/-1/-1/-1/N", 302, "LR--")


def test_return_flags(run, serve, sink):
    proxy = logged(run, sink, front="http-request return status 200", s1=serve(hello))
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "fe/<NOSRV>", "N/-1/-1/-1/N", 200, "LR--")


def test_monitor_is_not_logged(run, serve, sink):
    proxy = logged(run, sink, front="monitor-uri /m", s1=serve(hello))
    proxy.ask(get("/m"))
    proxy.ask(get("/other"))
    assert '"GET /other HTTP/1.1"' in sink.take()


def test_server_timeout_flags(run, serve, sink):
    proxy = logged(run, sink, back="timeout server 100ms", s1=serve(stall_before_head))
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/-1/N", 504, "sH--")


def test_server_timeout_in_the_body(run, serve, sink):
    part = http("HTTP/1.1 200 OK", "Content-Length: 100", body="abc")
    proxy = logged(run, sink, back="timeout server 100ms", s1=serve(stall_after(part)))
    with proxy.connect() as client:
        client.send(GET)
        client.rest()
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/N/N", 200, "sD--")


def test_server_closes_before_the_head(run, serve, sink):
    proxy = logged(run, sink, s1=serve(close_at_once))
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/-1/N", 502, "SH--")


def test_bad_reply_flags(run, serve, sink):
    proxy = logged(run, sink, s1=serve(reply(b"nonsense\r\n\r\n", close=True)))
    proxy.ask(GET)
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/-1/N", 502, "PH--")


def test_server_resets_in_the_body(run, serve, sink):
    server = serve(reset_after(http("HTTP/1.1 200 OK", "Content-Length: 100", body="abc")))
    proxy = logged(run, sink, s1=server)
    with proxy.connect() as client:
        client.send(GET)
        client.until(b"abc")
        server.release()
        client.rest()
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/N/N", 200, "SD--")


def test_client_aborts_while_waiting(run, serve, sink):
    server = serve(stall_before_head)
    proxy = logged(run, sink, back="option abortonclose", s1=server)
    with proxy.connect() as client:
        client.send(GET)
        server.wait_requests(1)
        client.shut()
        assert client.response().status == 400
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/-1/N", 400, "CH--")


def test_client_resets_while_waiting(run, serve, sink):
    server = serve(stall_before_head)
    proxy = logged(run, sink, back="option abortonclose", s1=server)
    with proxy.connect() as client:
        client.send(GET)
        server.wait_requests(1)
        client.reset()
    *rest, flags = endings(sink.take())
    assert rest == ["fe", "be/s1", "N/N/N/-1/N", 400]
    assert flags in ("CD--", "CH--")


def test_client_aborts_in_the_body(run, serve, sink):
    size = 50_000_000

    def behave(conn):
        conn.request()
        conn.send(http("HTTP/1.1 200 OK", f"Content-Length: {size}", body="abc"))
        conn.server.gate.wait(15)
        for _ in range(size // 100_000):
            conn.send(b"x" * 100_000)

    server = serve(behave)
    proxy = logged(run, sink, s1=server)
    with proxy.connect() as client:
        client.send(GET)
        client.until(b"abc")
        client.reset()
    server.release()
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/N/N/N", 200, "CD--")


def test_client_timeout_in_the_request_body(run, serve, sink):
    proxy = logged(run, sink, front="timeout client 100ms", s1=serve(echo))
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a", "Content-Length: 100", body="abc"))
        assert client.rest()[:13] in (b"HTTP/1.1 400 ", b"HTTP/1.1 408 ")
    assert endings(sink.take())[4] == "cH--"


def test_408_flags(run, serve, sink):
    proxy = logged(run, sink, front="timeout http-request 100ms", s1=serve(hello))
    proxy.raw(b"GET / HT")
    line = sink.take()
    assert endings(line) == ("fe", "fe/<NOSRV>", "-1/-1/-1/-1/N", 408, "cR--")
    assert line.endswith('"<BADREQ>"')


def test_bad_request_flags(run, serve, sink):
    proxy = logged(run, sink, s1=serve(hello))
    proxy.raw(b"GET / HTTP/1.1\r\nbad header\r\n\r\n")
    line = sink.take()
    assert endings(line) == ("fe", "fe/<NOSRV>", "-1/-1/-1/-1/N", 400, "PR--")
    assert line.endswith('"<BADREQ>"')


def test_client_closes_without_a_request(run, serve, sink):
    proxy = logged(run, sink, s1=serve(hello))
    with proxy.connect() as client:
        client.send(b"GET")
        client.shut()
        client.rest()
    assert endings(sink.take()) == ("fe", "fe/<NOSRV>", "-1/-1/-1/-1/N", 400, "CR--")


def test_dontlognull(run, serve, sink):
    proxy = logged(run, sink, front="option dontlognull", s1=serve(hello))
    proxy.connect().close()
    proxy.ask(get("/seen"))
    assert '"GET /seen HTTP/1.1"' in sink.take()


def test_connection_without_data_is_logged(run, serve, sink):
    proxy = logged(run, sink, s1=serve(hello))
    proxy.connect().close()
    assert endings(sink.take())[1:] == ("fe/<NOSRV>", "-1/-1/-1/-1/N", 400, "CR--")


def test_queue_timeout_flags(run, serve, sink):
    server = serve(stall_before_head)
    proxy = logged(run, sink, back="timeout queue 100ms", server="maxconn 1", s1=server)
    with proxy.connect() as first:
        first.send(GET)
        server.wait_requests(1)
        assert proxy.ask(GET).status == 503
        line = sink.take()
        assert endings(line) == ("fe", "be/<NOSRV>", "N/N/-1/-1/N", 503, "sQ--")
        server.release()
        first.response()


def test_connect_timeout_flags(run, serve, sink, ports):
    # A listening socket whose queue is full never answers: connections to it hang.
    import socket

    hole = socket.socket()
    hole.bind(("127.0.0.1", 0))
    hole.listen(0)
    held = [socket.create_connection(hole.getsockname()) for _ in range(1)]
    proxy = logged(run, sink, back="retries 0\ntimeout connect 200ms", s1=f"127.0.0.1:{hole.getsockname()[1]}")
    assert proxy.ask(GET).status == 503
    assert endings(sink.take()) == ("fe", "be/s1", "N/N/-1/-1/N", 503, "sC--")
    for sock in held:
        sock.close()
    hole.close()


def test_persistence_flags(run, serve, sink):
    proxy = logged(run, sink, back="cookie SERVERID insert indirect", server="cookie one", s1=serve(hello))
    for cookie, flags in (("", "--NI"), ("SERVERID=one", "--VN"), ("SERVERID=zzz", "--II")):
        proxy.ask(get("/", *([f"Cookie: {cookie}"] if cookie else [])))
        assert f" - - {flags} " in sink.take()


def test_redispatch_shows_a_plus(run, serve, sink):
    proxy = run(
        "frontend fe\n bind <fe>\n log <sink> local0\n option httplog\n default_backend be\nbackend be\n option redispatch\n retries 1\n"
        " cookie S insert\n server gone <gone> cookie g\n server s1 <s1> cookie s\n",
        wait_for="fe",
        sink=sink,
        s1=serve(hello),
    )
    assert proxy.ask(get("/", "Cookie: S=g")).status == 200
    line = sink.take()
    assert "be/s1" in line
    assert re.search(r" - - --\w\w \d+/\d+/\d+/\d+/\+1 0/0 ", line)


def test_set_log_level(run, serve, sink):
    proxy = logged(
        run,
        sink,
        front="http-request set-log-level silent if { path /quiet }\nhttp-request set-log-level err if { path /loud }",
        s1=serve(hello),
    )
    proxy.ask(get("/quiet"))
    proxy.ask(get("/loud"))
    line = sink.take()
    assert "/loud" in line
    assert line.severity == 3


def test_log_levels_and_several_targets(run, serve, sink):
    second = Syslog()
    try:
        proxy = site(
            run,
            front="log <sink> local3 err\nlog <second> daemon info warning\noption httplog",
            sink=sink,
            second=second,
            s1=serve(hello),
        )
        proxy.ask(get("/1"))
        line = second.take('"GET /1')
        assert (line.facility, line.severity) == (3, 6)
        assert not [line for line in sink.lines if "GET /1" in line]
    finally:
        second.close()


def test_log_over_a_unix_socket(run, serve, tmp_path):
    local = Syslog(str(tmp_path / "log"))
    try:
        proxy = site(run, front="log <local> local0\noption httplog", local=local, s1=serve(hello))
        proxy.ask(get("/unix"))
        assert '"GET /unix HTTP/1.1"' in local.take("GET")
    finally:
        local.close()


def test_log_global_and_tag(run, serve, sink):
    config = (
        "global\n log <sink> local0\n log-tag weigher\n"
        "defaults\n mode http\n log global\n option httplog\n timeout client 20s\n timeout server 20s\n timeout connect 20s\n"
        "frontend fe\n bind <fe>\n default_backend be\nbackend be\n server s1 <s1>\n"
    )
    proxy = run(config, bare=True, sink=sink, s1=serve(hello))
    proxy.ask(get("/g"))
    assert sink.take('"GET /g').tag == "weigher"


def test_logasap(run, serve, sink):
    server = serve(stall_after(http("HTTP/1.1 200 OK", "Content-Length: 100", body="abc")))
    proxy = logged(run, sink, front="option logasap", s1=server)
    with proxy.connect() as client:
        client.send(GET)
        client.until(b"abc")
        line = sink.take()
        assert re.search(r" \d+/\d+/\d+/\d+/\+\d+ 200 \+[1-9]\d* - - ---- ", line), "the head is counted"
        server.release()


def test_logasap_of_what_is_no_answer_of_a_server(run, serve, sink):
    """The plus is of the option: a line at the end has it as well. Td has none."""
    front = "option logasap\nhttp-request deny if { path /no }\nlog-format '%ST %B %Ta %Tt %Tu %Td %Tw'"
    proxy = logged(run, sink, front=front, kind="", s1=serve(hello))
    proxy.ask(get("/no"))
    assert re.fullmatch(r"403 \+\d+ \+\d+ \+\d+ \+\d+ -?\d+ -1", sink.take())
    proxy.ask(get("/yes"))
    assert re.fullmatch(r"200 \+\d+ \+\d+ \+\d+ \+\d+ \d+ \d+", sink.take())


def test_lines_of_a_frontend_are_counted(run, serve, sink):
    # HAProxy 2.8 writes lines that tell of nothing but the request twice: %ST keeps it from that.
    proxy = logged(run, sink, front="log-format '%lc %ST %HP'\nerror-log-format 'bad %lc'", kind="", s1=serve(hello))
    proxy.ask(get("/a"))
    first = int(sink.take(" /a").split()[0])
    proxy.ask(get("/b"))
    assert sink.take() == f"{first + 1} 200 /b"
    proxy.raw(b"junk\r\n\r\n")
    assert sink.take() == f"bad {first + 2}"
    proxy.ask(get("/c"))
    assert sink.take() == f"{first + 3} 200 /c"


def test_what_is_no_request_has_the_format_of_errors(run, serve, sink):
    """Manual 8.2.5: a request that came and was answered with an error is no such error."""
    proxy = logged(
        run,
        sink,
        front="log-format 'usual %ST %tsc'\nerror-log-format 'error %ci %ST %tsc'",
        kind="",
        s1=serve(reply(b"junk\r\n\r\n")),
    )
    proxy.raw(b"\x01\x02\r\n\r\n")
    assert sink.take() == "error 127.0.0.1 400 PR--"
    with proxy.connect() as client:
        client.send(b"GET / HT")
    assert sink.take() == "error 127.0.0.1 400 CR--"
    proxy.ask(GET)
    assert sink.take() == "usual 502 PH--"


def test_of_no_request_there_are_no_captures_and_no_id(run, serve, sink):
    front = (
        "unique-id-format id\ncapture request header Host len 9\ncapture response header X len 9\n"
        "log-format '%ST [%ID] [%hr] [%hs] [%hrl] [%hsl] %{-M}hsl'"
    )
    proxy = logged(run, sink, front=front, kind="", s1=serve(hello))
    proxy.ask(GET)
    assert sink.take() == "200 [id] [{a.test}] [{}] [a.test] [-] -"
    proxy.raw(b"junk\r\n\r\n")
    assert sink.take().rstrip() == "400 [-] [] [] [] []"


def test_dontlog_normal(run, serve, sink):
    proxy = logged(run, sink, front="option dontlog-normal\nhttp-request deny if { path /no }", s1=serve(hello))
    proxy.ask(get("/yes"))
    proxy.ask(get("/no"))
    assert "/no" in sink.take()


@pytest.mark.parametrize("word", ["stdout", "stderr", "fd@2"])
def test_log_to_a_stream(run, serve, word):
    proxy = site(run, front=f"log {word} format raw local0\noption httplog", s1=serve(hello))
    proxy.ask(get("/stream"))
    assert proxy.wait_said('"GET /stream HTTP/1.1"\n')


def test_sample_takes_one_line_of_each_round(run, serve, sink):
    """Manual 4.2, `log`: ranges count lines from 1, in rounds of the size. HAProxy counts the line that tells of its start."""
    proxy = logged(run, sink, front="no log\nlog <sink> sample 1:3 local0", s1=serve(hello))
    with proxy.connect() as client:
        for number in range(9):
            client.ask(get(f"/{number}"))
    found = [int(sink.take().split('"GET /')[1][0]) for _ in range(3)]
    assert [each - found[0] for each in found] == [0, 3, 6]


def test_sample_takes_ranges_of_lines(run, serve, sink, program):
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 with several ranges takes other lines than the manual says")
    proxy = logged(run, sink, front="no log\nlog <sink> sample 2-3,5:5 local0", s1=serve(hello))
    with proxy.connect() as client:  # lines of several connections may change places
        for number in range(10):
            client.ask(get(f"/{number}"))
    assert [sink.take().split('"GET /')[1][0] for _ in range(6)] == ["1", "2", "4", "6", "7", "9"]


def test_structured_data_of_rfc5424(run, serve, sink):
    front = (
        "no log\nlog <sink> format rfc5424 local0\n"
        "log-format-sd '%{+Q,+E}o [exampleSDID@1234 header=%[capture.req.uri]]'\nlog-format body"
    )
    proxy = logged(run, sink, front=front, kind="", s1=serve(hello))
    proxy.ask(get('/a]b"c'))
    line = sink.take()
    assert re.fullmatch(r'1 \S+ - haproxy \d+ - \[exampleSDID@1234 header="/a\\]b\\"c"\] body', plain_head(line)), line.raw


def plain_head(line) -> str:
    """The datagram behind its priority."""
    text: str = line.raw.decode()
    return text.rstrip("\n").partition(">")[2]
