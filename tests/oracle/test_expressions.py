"""Fetches and converters: each expression, evaluated on one request by a `return` rule, and its value in HAProxy."""

from __future__ import annotations

import socket
import struct

import pytest

from tests.kit import http
from tests.kit.behaviours import hello
from tests.oracle.common import answers, bare, wrong_values

REQUEST = http(
    "POST /shop/item.php;x=1?id=42&name=J%C3%A9r&name=two&empty= HTTP/1.1",
    "Host: www.Example.com:8080",
    "User-Agent: Test/1.0",
    "Cookie: SERVERID=s1; lang=fr; lang=de; num=12",
    "Accept-Language: fr;q=0.8, en-gb;q=0.9, de;q=0.1",
    "X-Forwarded-For: 10.1.2.3, 192.168.1.9",
    "X-Num: 7",
    "X-Multi: a,b",
    "X-Multi: c",
    "Content-Length: 11",
    "X-Case: CASE",
    body="a=1&b=two+x",
)

# subject -> [(expression, value)]
TABLE: dict[str, list[tuple[str, str]]] = {
    "address-and-connection": [
        ("src", "127.0.0.1"),
        ("src,ipmask(8)", "127.0.0.0"),
        ("dst", "127.0.0.1"),
        ("src_is_local", "1"),
        ("dst_is_local", "1"),
        ("fe_name", "fe"),
        ("fe_id", "1"),
        ("fe_conn", "1"),
        ("be_conn(be)", "0"),
        ("nbsrv(be)", "1"),
        ("srv_is_up(be/s1)", "1"),
        ("connslots(be)", "-1"),
        ("queue(be)", "0"),
        ("avg_queue(be)", "0"),
        ("srv_conn(be/s1)", "0"),
        ("ssl_fc", "0"),
        ("always_true", "1"),
        ("always_false", "0"),
        ("so_id", "1"),
    ],
    "request-line": [
        ("method", "POST"),
        ("path", "/shop/item.php;x=1"),
        ("pathq", "/shop/item.php;x=1?id=42&name=J%C3%A9r&name=two&empty="),
        ("url", "/shop/item.php;x=1?id=42&name=J%C3%A9r&name=two&empty="),
        ("url_param(id)", "42"),
        ("urlp(name)", "J%C3%A9r"),
        ("urlp(name),url_dec", "JÃ©r"),
        ("urlp(empty)", ""),
        ("urlp(missing)", ""),
        ("urlp_val(id)", "42"),
        ("url_param(ID,,i)", "42"),
        ("query", "id=42&name=J%C3%A9r&name=two&empty="),
        ("base", "www.Example.com:8080/shop/item.php;x=1"),
        ("base32,hex", "0000000057F6FC80"),
        ("url32,hex", "00000000692D3225"),
        ("req.ver", "1.1"),
        ("url_port", ""),
    ],
    "headers": [
        ("req.hdr(host)", "www.Example.com:8080"),
        ("req.hdr(HOST)", "www.Example.com:8080"),
        ("hdr(x-multi)", "c"),
        ("req.hdr(x-multi,1)", "a"),
        ("req.hdr(x-multi,2)", "b"),
        ("req.hdr(x-multi,-1)", "c"),
        ("req.hdr(x-multi,-3)", "a"),
        ("req.hdr(x-multi,4)", ""),
        ("req.fhdr(x-multi)", "c"),
        ("req.fhdr(x-multi,1)", "a,b"),
        ("req.hdr_cnt(x-multi)", "3"),
        ("req.fhdr_cnt(x-multi)", "2"),
        ("req.hdr_cnt(missing)", "0"),
        ("req.hdr_val(x-num)", "7"),
        ("req.hdr_ip(x-forwarded-for)", "192.168.1.9"),
        ("req.hdr_ip(x-forwarded-for,-1)", "192.168.1.9"),
        ("req.hdr_ip(x-forwarded-for,2)", "192.168.1.9"),
        ("req.hdr(missing)", ""),
        ("req.hdr(missing),length", ""),
        ("hdr(user-agent),lower", "test/1.0"),
        ("req.hdr_names", "host,user-agent,cookie,accept-language,x-forwarded-for,x-num,x-multi,x-multi,content-length,x-case"),
        (
            "req.hdr_names(:)",
            "host:user-agent:cookie:accept-language:x-forwarded-for:x-num:x-multi:x-multi:content-length:x-case",
        ),
    ],
    "cookies": [
        ("req.cook(SERVERID)", "s1"),
        ("req.cook(lang)", "de"),
        ("req.cook_cnt(lang)", "2"),
        ("req.cook_cnt", "4"),
        ("req.cook_val(num)", "12"),
        ("req.cook(missing)", ""),
        ("cook(num)", "12"),
    ],
    "body": [
        ("req.body", "a=1&b=two+x"),
        ("req.body_len", "11"),
        ("req.body_size", "11"),
        ("req.body_param(a)", "1"),
        ("req.body_param(b)", "two+x"),
        ("req.body_param(b),url_dec(1)", "two x"),
    ],
    "constants": [
        ("str(abc)", "abc"),
        ("int(12)", "12"),
        ("int(-3)", "-3"),
        ("bool(true)", "1"),
        ("bool(0)", "0"),
        ("ipv4(1.2.3.4)", "1.2.3.4"),
        ("ipv6(::1)", "::1"),
        ("bin(61626364)", "abcd"),
        ("bin(61626364),hex", "61626364"),
        ("meth(GET)", "GET"),
    ],
    "strings": [
        ("str(Hello),lower", "hello"),
        ("str(Hello),upper", "HELLO"),
        ("str(Hello),length", "5"),
        ("str(Hello),bytes(1)", "ello"),
        ("str(Hello),bytes(1,3)", "ell"),
        ("str(Hello),bytes(9)", ""),
        ("str(a.b.c.d),field(2,.)", "b"),
        ("str(a.b.c.d),field(-1,.)", "d"),
        ("str(a.b.c.d),field(2,.,2)", "b.c"),
        ("str(a.b.c.d),field(2,.,0)", "b.c.d"),
        ("str(a.b.c.d),field(9,.)", ""),
        ("str(a..b),field(2,.)", ""),
        ("str(a..b),word(2,.)", "b"),
        ("str(a.b.c.d),word(-1,.)", "d"),
        ("str(a.b.c.d),word(2,.,0)", "b.c.d"),
        ("str(10000000000000001),hex2i", "1"),
        ("str(),hex2i", "0"),
        ("str(..a..b..),word(1,.,2)", "a..b"),
        ("str(..a..b..),word(1,.,3)", "a..b.."),
        ("str(..a..b..),word(-1,.,3)", "..a..b"),
        ("bin(ffffffffffffffff01),be2dec(.,8)", "18446744073709551615.1"),
        ("str(a b c),word(2,' ')", "b"),
        ("str(foo/bar/foo),regsub(foo,x)", "x/bar/foo"),
        ("str(foo/bar/foo),regsub(foo,x,g)", "x/bar/x"),
        ("str(FOO/bar),regsub(foo,x,i)", "x/bar"),
        ('str(abc123),regsub("([a-z]+)([0-9]+)","\\2-\\1")', "123-abc"),
        ("str(a),concat(b)", "ab"),
        ("str(a),concat(-,txn.v,+)", "a-vv+"),
        ("str(a%20b+c),url_dec", "a b+c"),
        ("str(a%20b+c),url_dec(1)", "a b c"),
        ("str(a b/c?d),url_enc", "a%20b%2Fc%3Fd"),
        ("str(abc),hex", "616263"),
        ("str(616263),hex2i", "6382179"),
        ("str(ff),hex2i", "255"),
        ("int(10),hex2i", "16"),
        ("str(abc),base64", "YWJj"),
        ("str(YWJj),b64dec", "abc"),
        ("str(abc?>),base64", "YWJjPz4="),
        ("str(-_8),ub64dec,hex", "FBFF"),
        ("str(abc?>),ub64enc", "YWJjPz4"),
        ("str( abc ),ltrim(' ')", "abc "),
        ("str(xxabcxx),rtrim(x)", "xxabc"),
        ("str(xxabcxx),ltrim(x)", "abcxx"),
    ],
    "numbers": [
        ("int(10),add(5)", "15"),
        ("int(10),sub(3)", "7"),
        ("int(10),mul(4)", "40"),
        ("int(10),div(3)", "3"),
        ("int(10),div(0)", "9223372036854775807"),
        ("int(-10),div(3)", "-3"),
        ("int(10),mod(3)", "1"),
        ("int(10),mod(0)", "0"),
        ("int(10),neg", "-10"),
        ("int(12),and(10)", "8"),
        ("int(12),or(3)", "15"),
        ("int(12),xor(10)", "6"),
        ("int(12),cpl", "-13"),
        ("int(12),not", "0"),
        ("int(0),not", "1"),
        ("int(12),bool", "1"),
        ("int(0),bool", "0"),
        ("int(3),odd", "1"),
        ("int(3),even", "0"),
        ("int(10),add(txn.n)", "17"),
        ("int(10),mul(txn.n)", "70"),
        ("str(42),add(1)", "43"),
        ("str(0x1f),add(0)", "0"),
        ("str(abc),add(1)", "1"),
        ("int(255),hex", "00000000000000FF"),
        ("int(9223372036854775807),add(1)", "9223372036854775807"),
        ("int(-9223372036854775807),sub(5)", "-9223372036854775808"),
    ],
    "hashes": [
        ("str(hello),crc32", "907060870"),
        ("str(hello),crc32(1)", "3902247103"),
        ("str(hello),crc32c", "2591144780"),
        ("str(hello),djb2", "261238937"),
        ("str(hello),djb2(1)", "1119739105"),
        ("str(hello),sdbm", "684824882"),
        ("str(hello),sdbm(1)", "2061535398"),
        ("str(hello),wt6", "3538347703"),
        ("str(hello),wt6(1)", "140457739"),
        ("str(hello),xxh32", "4211111929"),
        ("str(hello),xxh64", "2794345569481354659"),
        ("str(hello),xxh3", "-7685981735718036227"),
        ("str(hello),sha1,hex", "AAF4C61DDCC5E8A2DABEDE0F3B482CD9AEA9434D"),
        ("str(hello),sha2,hex", "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824"),
        (
            "str(hello),sha2(512),hex",
            "9B71D224BD62F3785D96D46AD3EA3D73319BFBC2890CAADAE2DFF72519673CA72323C3D99BA5C11D7C7ACC6E14B8C5DA0C4663475C2E5C3ADEF46F73BCDEC043",
        ),
        ("src,djb2", "2091037605"),
    ],
    "addresses": [
        ("ipv4(10.1.2.3),ipmask(24)", "10.1.2.0"),
        ("ipv4(10.1.2.3),ipmask(255.255.0.0)", "10.1.0.0"),
        ("ipv6(2001:db8::ff),ipmask(24,32)", "2001:db8::"),
        ("ipv4(10.1.2.3),ipmask(8,64)", "10.0.0.0"),
        ("str(10.1.2.3),ipmask(24)", "10.1.2.0"),
        ("req.hdr_ip(x-forwarded-for),ipmask(16)", "192.168.0.0"),
    ],
    "dates-and-others": [
        ("int(1446153321),ltime(%Y-%m-%d)", "2015-10-29"),
        ("int(1446153321),utime(%Y%m%dT%H%M%S)", "20151029T211521"),
        ("int(1446153321),http_date", "Thu, 29 Oct 2015 21:15:21 GMT"),
        ("int(1446153321500),http_date(0,ms)", "Thu, 29 Oct 2015 21:15:21.500 GMT"),
        ("hostname,length,bool", "1"),
        ("date,bool", "1"),
        ("rand(1)", "0"),
        ("env(STEELYARD_TEST_WORD)", "word"),
        ("var(txn.v)", "vv"),
        ("var(txn.missing)", ""),
        ("var(txn.missing,fallback)", "fallback"),
        ("req.fhdr(accept-language),language(en-gb;fr;de)", "en-gb"),
        ("req.fhdr(accept-language),language(es,de)", "de"),
        ("req.fhdr(accept-language),language(es;it,none)", "none"),
        ("str(abc),iif(yes,no)", "no"),
        ("bool(1),iif(yes,no)", "yes"),
        ("bool(0),iif(yes,no)", "no"),
        ("str(a=1&b=2),param(b,&)", "2"),
        ("req.hdr(x-num),mul(6)", "42"),
        ("var(proc.p)", "pp"),
        ("var(sess.s)", "ss"),
        ("http_first_req", "0"),
    ],
    "connection-and-stream": [
        ("fc_rtt(us),bool", "1"),
        ("fc_rttvar(us),bool", "1"),
        ("fc_unacked", "0"),
        ("fc_sacked", "0"),
        ("fc_lost", "0"),
        ("fc_retrans", "0"),
        ("fc_fackets", "0"),
        ("bc_rtt", ""),
        ("fc_err", "0"),
        ("fc_err_str", "Success"),
        ("fc_rcvd_proxy", "0"),
        ("fc_pp_authority", ""),
        ("fc_pp_unique_id", ""),
        ("fc_src_is_local", "1"),
        ("fc_dst_is_local", "1"),
        ("fe_client_timeout", "20000"),
        ("fe_defbe", "be"),
        ("prio_class", "0"),
        ("prio_offset", "0"),
        ("stopping", "0"),
        ("last_rule_line", ""),
        ("last_rule_file", ""),
        ("fc_http_major", "1"),
        ("wait_end", "1"),
    ],
}

PROC = "    set-var proc.p str(pp)"
RULES = """\
    option http-buffer-request
    http-request set-var(txn.v) str(vv)
    http-request set-var(txn.n) int(7)
    http-request set-var(sess.s) str(ss)
"""


@pytest.mark.parametrize("subject", TABLE)
def test_expressions(run, serve, subject):
    rows = TABLE[subject]
    rules = RULES + answers(expression for expression, _ in rows)
    proxy = bare(run, serve, rules, top=PROC, environ={"STEELYARD_TEST_WORD": "word"})
    asked = ((*row, REQUEST.replace(b"CASE", str(number).encode())) for number, row in enumerate(rows))
    assert not wrong_values(proxy, asked)


def test_what_the_kernel_knows_of_the_connection(run, serve):
    """Round trips and reordering are the machine's own: the kernel remembers them between connections to one address."""
    rule = 'http-request return content-type text/plain lf-string "%[fc_rtt] %[fc_rtt(us)] %[fc_reordering]"'
    proxy = bare(run, serve, f"{RULES}    {rule}")
    with proxy.connect() as client:
        milliseconds, microseconds, reordering = map(int, client.ask(REQUEST).text.split())
        info = client.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    assert milliseconds == microseconds // 1000
    assert 0 < microseconds < 60_000_000
    # tcpi_reordering: word 20 after the 8 bytes at the beginning of struct tcp_info (linux/tcp.h). Both ends are this machine.
    assert reordering == struct.unpack_from("=I", info, 8 + 4 * 20)[0]


def test_what_is_known_after_the_response(run, serve):
    """Fetches of the server's side, in a response rule and none of them in a request."""
    answers = {
        "bc_dst": "127.0.0.1",
        "bc_src": "127.0.0.1",
        "bc_dst_port": "PORT",
        "bc_http_major": "1",
        "bc_rtt(us),bool": "1",
        "be_server_timeout": "7000",
        "be_tunnel_timeout": "9000",
        "cur_server_timeout": "7000",
        "cur_tunnel_timeout": "9000",
        "be_name": "be",
        "srv_name": "s1",
        "last_rule_line": "RULE",
        "fe_defbe": "be",
        "prio_class": "0",
        "fc_rtt(us),bool": "1",
    }
    rules = "".join(f'    http-response set-header X-{number} "[%[{fetch}]]"\n' for number, fetch in enumerate(answers))
    server = serve(hello)
    config = (
        "defaults\n    mode http\n    timeout client 20s\n    timeout connect 20s\n"
        "frontend fe\n    bind <fe>\n    http-request allow\n    default_backend be\n"
        f"backend be\n    timeout server 7s\n    timeout tunnel 9s\n{rules}    server s1 <s1>\n"
    )
    proxy = run(config, bare=True, s1=server)
    line = str(config.split("\n").index("    http-request allow") + 1)
    got = proxy.ask(REQUEST.replace(b"CASE", b"none"))
    wanted = {"PORT": str(server.port), "RULE": line}
    found = {fetch: got.get(f"x-{number}") for number, fetch in enumerate(answers)}
    assert found == {fetch: f"[{wanted.get(value, value)}]" for fetch, value in answers.items()}


OF_THE_REQUEST = (
    "path pathq url base baseq query url_ip url_port base32 url32 req.ver req.hdr(host) hdr(host) req.fhdr(host) req.hdr_names"
    " req.hdrs req.hdr_cnt(host) cook(lang) req.cook_cnt(lang) urlp(id) req.body req.body_len req.proto_http"
).split()


def test_conditions_of_responses_know_nothing_of_the_request_but_its_method(run, serve):
    """HAProxy warns of them and goes on: such a test is never true."""
    rules = "".join(
        f"    {rules} set-header {prefix}-{number} on if {{ {fetch} -m found }}\n"
        for rules, prefix in (("http-response", "x-r"), ("http-after-response", "x-a"))
        for number, fetch in enumerate(["method", *OF_THE_REQUEST])
    )
    proxy = bare(run, serve, RULES + rules)
    with proxy.connect() as client:
        answer = client.ask(REQUEST)
    known = [name for name, _ in answer.lowered if name.startswith(("x-r-", "x-a-"))]
    assert known == ["x-r-0", "x-a-0"]
