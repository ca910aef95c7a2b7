"""Fetches and converters of HTTP that no other case asks for: those of the response, of authentication, and numbers of proxies,
servers and the process; and all maps. Rows with a third item are as old as that version of HAProxy."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import hello, reply
from tests.oracle.common import get, site

Row = tuple[str, str] | tuple[str, str, tuple[int, int]]

REQUEST: list[Row] = [
    ("http_auth_user", "ann"),
    ("http_auth_pass", "secret"),
    ("http_auth_type", "Basic"),
    ("capture.req.method", "GET"),
    ("capture.req.uri", "/a/b?c=d"),
    ("capture.req.ver", "HTTP/1.1"),
    ("req.cook_names", "one,two", (3, 0)),
    ("req.cook_names(-)", "one-two", (3, 0)),
    ("req.hdrs,length,bool", "1"),
    ("base32+src,hex", "212BB8D97F000001"),
    ("url32+src,hex", "2A1AEB277F000001"),
    ("baseq", "a.test/a/b?c=d"),
    ("req.hdrs,field(1,:)", "host"),
    ("act_conn", "1", (3, 0)),
    ("be_conn_free(be)", "7"),
    ("dst_conn", "1"),
    ("fe_req_rate,bool", "1"),
    ("fc_src,length", "9"),
    ("fc_dst_port,sub(txn.dport)", "0"),
    ("fc_src_port,sub(txn.sport)", "0"),
    ("so_name", "door"),
    ("srv_conn_free(be/s1)", "7"),
    ("srv_queue(be/s1)", "0"),
    ("srv_iweight(be/s1)", "5"),
    ("srv_uweight(be/s1)", "5"),
    ("srv_weight(be/s1)", "5"),
    ("str(be/s1),srv_queue", "0"),
    ("str(be),nbsrv", "1"),
    ("str(be/s1),srv_is_up", "1", (3, 2)),
    ("proc", "1"),
    ("thread,length", "1"),
    ("pid,bool", "1", (3, 0)),
    ("uptime,mul(0)", "0", (3, 0)),
    ("uuid,length", "36"),
    ("uuid(4),bytes(14,1)", "4"),
    ("uuid(7),bytes(14,1)", "7", (3, 0)),
    ("unique-id", "id-127.0.0.1"),
    ("date_us,bool", "1"),
    ("quic_enabled", "0", (99, 0)),
    ("http_auth_bearer", ""),
    ("str(a),cut_crlf", "a"),
    ("bin(610d0a62),cut_crlf", "a"),
    ("int(1),htonl,hex", "00000001"),
    ("str(a.test:81),port_only", "81"),
    ("str([::1]:82),port_only", "82"),
    ("str(a.test),port_only", "0"),
    ("bin(0a0b),base2", "0000101000001011", (3, 2)),
]

RESPONSE: list[Row] = [
    ("res.cook(a)", "1"),
    ("res.cook_cnt(a)", "1"),
    ("res.cook_val(a)", "1"),
    ("res.cook_names", "a,b", (3, 0)),
    ("res.fhdr(x-m)", "c"),
    ("res.fhdr(x-m,1)", "a, b"),
    ("res.fhdr_cnt(x-m)", "2"),
    ("res.hdr_cnt(x-m)", "3"),
    ("res.hdr(x-m)", "c"),
    ("res.hdr_ip(x-ip)", "10.1.2.3"),
    ("res.hdr_val(content-length)", "3"),
    ("res.hdr_names", "content-length,set-cookie,set-cookie,x-m,x-m,x-ip"),
    ("res.hdrs,field(1,:)", "content-length"),
    ("res.hdrs_bin,length,bool", "1"),
    ("res.ver", "1.1"),
    ("status", "404"),
    ("scook(b)", "2"),
    ("shdr_cnt(x-m)", "3"),
    ("srv_id", "1"),
    ("be_id", "77"),
    ("srv_name", "s1"),
]


def known(program, rows: list[Row]) -> list[Row]:
    return [row for row in rows if len(row) == 2 or not program.is_haproxy or program.version >= row[2]]


def test_requests(run, serve, program):
    rows = known(program, REQUEST)
    text = (
        "frontend fe\n    bind <fe> name door\n    unique-id-format id-%ci\n"
        "    http-request set-var(txn.dport) dst_port\n    http-request set-var(txn.sport) src_port\n"
        + "".join(
            f'    http-request return content-type t/t lf-string "%[{row[0]}]" if {{ hdr(x-case) {n} }}\n'
            for n, row in enumerate(rows)
        )
        + "    default_backend be\nbackend be\n    fullconn 10\n    server s1 <s1> weight 5 maxconn 7\n"
    )
    server = serve(hello)
    fields = ("Authorization: Basic YW5uOnNlY3JldA==", "Cookie: one=1; two=2")
    wrong = {}
    proxy = run(text, s1=server)
    with proxy.connect() as client:
        for number, (expression, want, *_) in enumerate(rows):
            got = client.ask(get("/a/b?c=d", *fields, f"X-Case: {number}")).text
            if got != want:
                wrong[expression] = (got, want)
    assert wrong == {}


ANSWER = http(
    "HTTP/1.1 404 Not Found",
    "Content-Length: 3",
    "Set-Cookie: a=1; Path=/",
    "Set-Cookie: b=2",
    "X-M: a, b",
    "X-M: c",
    "X-IP: 10.1.2.3",
    body="abc",
)


def test_responses(run, serve, program):
    rows = known(program, RESPONSE)
    sets = "\n".join(f"http-response set-var(txn.v{n}) {row[0]}" for n, row in enumerate(rows))
    shows = "\n".join(f'http-response set-header X-{n} "%[var(txn.v{n})]"' for n in range(len(rows)))
    got = site(run, back=f"id 77\n{sets}\n{shows}", s1=serve(reply(ANSWER))).ask(get("/"))
    wrong = {row[0]: (got.get(f"x-{n}"), row[1]) for n, row in enumerate(rows) if got.get(f"x-{n}") != row[1]}
    assert wrong == {}


MATCHES = {
    # the key in the file, a value that it matches, and one that it doesn't
    "str": ("abc", "abc", "abcd"),
    "beg": ("ab", "abc", "cab"),
    "sub": ("b", "abc", "ac"),
    "dir": ("b", "a/b/c", "a/bb/c"),
    "dom": ("b", "a.b.c", "a.bb.c"),
    "end": ("bc", "abc", "bcd"),
    "reg": ("^a.c$", "abc", "abcd"),
    "ip": ("10.0.0.0/8", "10.1.2.3", "11.1.2.3"),
    "int": ("10:20", "15", "25"),
}
OUTPUTS = {"": ("text", "text"), "_int": ("12", "12"), "_ip": ("10.9.8.7", "10.9.8.7"), "_key": ("text", None)}


@pytest.mark.parametrize("match", MATCHES)
def test_maps(run, serve, tmp_path, program, match):
    key, yes, no = MATCHES[match]
    rules, wanted = "", {}
    for output, (value, want) in OUTPUTS.items():
        if output == "_key" and program.is_haproxy and program.version < (3, 0):
            continue  # since 3.0
        (tmp_path / f"map{output}").write_text(f"{key} {value}\n")
        expression = f"req.hdr(x-in),map_{match}{output}({tmp_path}/map{output})"
        rules += f'http-request return hdr X-Out "%[{expression}]" content-type t/t string - if {{ path /{output or "plain"} }}\n'
        wanted[output or "plain"] = key if want is None else want
    proxy = site(run, front=rules, s1=serve(hello))
    assert {path: proxy.ask(get(f"/{path}", f"X-In: {yes}")).get("x-out") for path in wanted} == wanted
    assert {proxy.ask(get(f"/{path}", f"X-In: {no}")).get("x-out") for path in wanted} == {None}
