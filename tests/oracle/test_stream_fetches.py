"""Fetches about connections and streams that need a header, a log line or a queue to be seen."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import hello, reply
from tests.oracle.common import GET, get, site

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def value(kind: int, data: bytes) -> bytes:
    return bytes([kind]) + len(data).to_bytes(2, "big") + data


def header(*values: bytes) -> bytes:
    """PROXY, version 2, of a client 192.0.2.1:1000 to 192.0.2.2:80."""
    body = bytes([192, 0, 2, 1, 192, 0, 2, 2]) + (1000).to_bytes(2, "big") + (80).to_bytes(2, "big") + b"".join(values)
    return SIGNATURE + b"\x21\x11" + len(body).to_bytes(2, "big") + body


PROXY_CASES = {
    "all": (header(value(2, b"a.test"), value(5, b"id-1")), "1 192.0.2.1 127.0.0.1 a.test id-1"),
    "no values": (header(), "1 192.0.2.1 127.0.0.1 - -"),
    "text": (b"PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n", "1 192.0.2.1 127.0.0.1 - -"),
}


@pytest.mark.parametrize("case", PROXY_CASES)
def test_values_of_a_proxy_header(run, serve, sink, case):
    sent, want = PROXY_CASES[case]
    proxy = run(
        "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
        "frontend fe\n    bind <fe> accept-proxy\n    log <sink> local0\n"
        '    log-format "%[fc_rcvd_proxy] %[src] %[fc_src] %[fc_pp_authority] %[fc_pp_unique_id]"\n'
        "    default_backend be\nbackend be\n    server s1 <s1>\n",
        bare=True,
        s1=serve(hello),
        sink=sink,
    )
    with proxy.connect() as client:
        client.send(sent + GET)
        assert client.response().status == 200
    assert sink.take() == want


ERRORS = {
    b"GET / HTTP/1.1\r\n\r\n": "15 Received something which does not look like a PROXY protocol header",
    b"PROXY TCP4 x\r\n": "16 Received an invalid PROXY protocol header",
    b"PROXY FOO\r\n": "17 Received an unhandled protocol in the PROXY protocol header",
}


@pytest.mark.parametrize("sent", ERRORS)
def test_errors_of_a_connection(run, sink, sent):
    proxy = run(
        "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
        'frontend fe\n    bind <fe> accept-proxy\n    log <sink> local0\n    error-log-format "%[fc_err] %[fc_err_str]"\n',
        bare=True,
        sink=sink,
    )
    with proxy.connect() as client:
        client.send(sent)
        assert sink.take() == ERRORS[sent]


def test_numbers_are_those_of_the_aliases(run, serve, sink, program):
    """Fetches that HAProxy has since 2.9 to 3.3, beside the aliases that the manual says they equal."""
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 has no fetches for these")
    pairs = {
        "%TR": "var(txn.hdr)",
        "%Ti": "var(txn.idle)",
        "%Tq": "var(txn.tq)",
        "%Tw": "req.timer.queue",
        "%Tc": "bc.timer.connect",
        "%Tr": "var(txn.answer)",
        "%Td": "res.timer.data",
        "%Ta": "txn.timer.total",
        "%Tu": "txn.timer.user",
        "%Tt": "fc.timer.total",
        "%Th": "fc.timer.handshake",
        "%B": "bytes_out",
        "%U": "bytes_in",
        "%ST": "txn.status",
        "%bq": "bc_be_queue",
        "%sq": "bc_srv_queue",
        "%rc": "txn.conn_retries",
        "%si": "bc_dst",
        "%sp": "bc_dst_port",
        "%bi": "bc_src",
        "%bp": "bc_src_port",
        "%s": "srv_name",
        "%Ts": "accept_date",
        "%ci": "src",
    }
    form = ";".join(f"{alias} %[{fetch}]" for alias, fetch in pairs.items())
    server = serve(hello)
    proxy = site(
        run,
        front=f'log <sink> local0\nlog-format "{form}"\nhttp-request set-var(txn.hdr) req.timer.hdr\n'
        "http-request set-var(txn.idle) req.timer.idle\nhttp-request set-var(txn.tq) req.timer.tq\n"
        "http-response set-var(txn.answer) res.timer.hdr",
        top="defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s",
        s1=server,
        sink=sink,
    )
    proxy.ask(get("/a?b=c"))
    found = [each.split(" ") for each in sink.take().split(";")]
    assert [alias for alias, (one, other) in zip(pairs, found, strict=True) if one != other] == []
    assert dict(zip(pairs, (one for one, _ in found), strict=True))["%sp"] == str(server.port)


def test_the_rest_of_what_a_log_may_say(run, serve, sink, program):
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 has no fetches for these")
    answer = http("HTTP/1.1 404 Gone", "Content-Length: 3", body="abc")
    form = (
        "%[server_status] %[status] %[txn.redispatched] %[bc_reused] %[bc_nb_streams] %[fc_nb_streams] %[bc_settings_streams_limit] "
        "%[fc_settings_streams_limit] %[req.bytes_in] %[res.bytes_in] %[be_max_retries] %[cur_max_retries] %[be_connect_timeout] "
        "%[cur_connect_timeout] %[be_queue_timeout] %[cur_queue_timeout] %[be_tarpit_timeout] %[cur_tarpit_timeout] "
        "%[fe_tarpit_timeout] %[cur_client_timeout] %[tgroup] %[fc_err_name] %[txn.id32,length,bool] %[request_date(us),bool]"
    )
    proxy = site(
        run,
        front=f'log <sink> local0\nlog-format "{form}"\nhttp-response set-status 503\ntimeout tarpit 3s',
        back="retries 5\ntimeout queue 4s\ntimeout tarpit 6s",
        top="defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 8s",
        s1=serve(reply(answer)),
        sink=sink,
    )
    sent = get("/")
    with proxy.connect() as client:
        client.ask(sent)
        want = f"404 503 0 0 1 1 1 1 {len(sent)} {len(answer)} 5 5 8000 8000 4000 4000 6000 6000 3000 20000 0 - 1 1"
        assert sink.take() == want
        client.ask(sent)
        assert sink.take().split(" ")[3] == "1"


def test_a_torn_value_of_a_proxy_header_is_an_error(run, sink):
    proxy = run(
        "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
        'frontend fe\n    bind <fe> accept-proxy\n    log <sink> local0\n    error-log-format "%[fc_err]"\n',
        bare=True,
        sink=sink,
    )
    with proxy.connect() as client:
        client.send(header(value(2, b"a.test"), b"\x05\x00\x09x"))
        assert sink.take() == "16"
