"""The manual's own examples of section 7.3: expressions, on what the manual (or a line beside it) gives them, and their value.

Rows of words that HAProxy has since a later version than the one here run on Steelyard alone: the third item says since when."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.oracle.common import answers, bare, wrong_values

Row = tuple[str, str] | tuple[str, str, tuple[int, int]]


def field(number: int, value: bytes | int) -> bytes:
    """A field of a protocol buffer: a number, or bytes with their length in front."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def corner(latitude: int, longitude: int) -> bytes:
    return field(59, field(1, latitude) + field(2, longitude))


# A Rectangle, whose corners lo (48) and hi (49) hold a point in field 59, in a frame of gRPC.
RECTANGLE = field(48, corner(400000000, 750000000)) + field(49, corner(420000000, 730000000))
FRAME = (b"\0" + len(RECTANGLE).to_bytes(4, "big") + RECTANGLE).decode("latin-1")

# subject -> (fields of the request, its body, rows)
TABLE: dict[str, tuple[tuple[str, ...], str, list[Row]]] = {
    "chunks": (
        (),
        "",
        [
            ("bin(01020304050607),be2dec(:,2)", "258:772:1286:7"),
            ("bin(01020304050607),be2dec(-,2,1)", "258-772-1286"),
            ("bin(01020304050607),be2dec(,2,1)", "2587721286"),
            ("bin(7f000001),be2dec(.,1)", "127.0.0.1"),
            ("bin(01020304050607),le2dec(:,2)", "513:1027:1541:7", (3, 2)),
            ("bin(01020304050607),le2dec(-,2,1)", "513-1027-1541", (3, 2)),
            ("bin(01020304050607),le2dec(,2,1)", "51310271541", (3, 2)),
            ("bin(7f000001),le2dec(.,1)", "127.0.0.1", (3, 2)),
            ("bin(01020304050607),be2hex", "01020304050607"),
            ("bin(01020304050607),be2hex(:,2)", "0102:0304:0506:07"),
            ("bin(01020304050607),be2hex(--,2,1)", "0102--0304--0506"),
            ("bin(0102030405060708),be2hex(,3,1)", "010203040506"),
        ],
    ),
    "bytes": (
        ("Input: 012345",),
        "",
        [
            ("var(txn.input),bytes(0)", "012345"),
            ("var(txn.input),bytes(1,3)", "123"),
            ("var(txn.input),bytes(txn.var_start,txn.var_length)", "123", (2, 9)),
        ],
    ),
    "fields-and-words": (
        (),
        "",
        [
            ("str(f1_f2_f3__f5),field(4,_)", ""),
            ("str(f1_f2_f3__f5),field(5,_)", "f5"),
            ("str(f1_f2_f3__f5),field(2,_,0)", "f2_f3__f5"),
            ("str(f1_f2_f3__f5),field(2,_,2)", "f2_f3"),
            ("str(f1_f2_f3__f5),field(-2,_,3)", "f2_f3_"),
            ("str(f1_f2_f3__f5),field(-3,_,0)", "f1_f2_f3"),
            ("str(f1_f2_f3__f5),word(4,_)", "f5"),
            ("str(f1_f2_f3__f5),word(5,_)", ""),
            ("str(f1_f2_f3__f5),word(2,_,0)", "f2_f3__f5"),
            ("str(f1_f2_f3__f5),word(3,_,2)", "f3__f5"),
            ("str(f1_f2_f3__f5),word(-2,_,3)", "f1_f2_f3"),
            ("str(f1_f2_f3__f5),word(-3,_,0)", "f1_f2"),
            ("str(/f1/f2/f3/f4),word(1,/)", "f1"),
            ("str(/f1////f2/f3/f4),word(1,/)", "f1"),
            ("str(/f1////f2/f3/f4),word(2,/)", "f2"),
        ],
    ),
    "param": (
        (),
        "",
        [
            ("str(a=b&c=d&a=r),param(a)", "b"),
            ("str(a&b=c),param(a)", ""),
            ("str(a=&b&c=a),param(b)", ""),
            ("str(a=1;b=2;c=4),param(b,;)", "2"),
            ("query,param(redirect_uri),url_dec()", "http://a.test/"),
        ],
    ),
    "add_item": (
        (),
        "",
        [
            ("str(),add_item(',',txn.score1,'(site1)')", "5(site1)", (2, 9)),
            ("str(),add_item(',',txn.score1,'(site1)'),add_item(',',txn.score2,'(site2)')", "5(site1),7(site2)", (2, 9)),
            ("str(),add_item(',',txn.score1),add_item(',',txn.score2)", "5,7", (2, 9)),
            ("str(5),add_item(',',,'(site1)')", "5,(site1)", (2, 9)),
            ("str(),add_item(',',txn.none)", "", (2, 9)),
            ("str(5),add_item(',',txn.none,'(site1)')", "5,(site1)", (2, 9)),
            ("str(),add_item(',',txn.none,'(site1)')", "(site1)", (2, 9)),
        ],
    ),
    "dates": (
        (),
        "",
        [
            ("str('Sun, 06 Nov 1994 08:49:37 GMT'),date", "784111777", (3, 2)),
            ("int(1690192382196),ms_utime('%Y/%m/%d/%H:%M:%S.%3N %z')", "2023/07/24/09:53:02.196 +0000", (2, 9)),
            ("int(1690192382196234),us_utime('%Y/%m/%d/%H:%M:%S.%6N %z')", "2023/07/24/09:53:02.196234 +0000", (2, 9)),
            ("int(1690192382),utime(%Y%m%d%H%M%S)", "20230724095302"),
            ("int(1690192382),http_date", "Mon, 24 Jul 2023 09:53:02 GMT"),
            ("int(1690192382196),http_date(0,ms)", "Mon, 24 Jul 2023 09:53:02.196 GMT"),
            ("int(1690192382),ltime(%Y%m%d%H%M%S)", "20230724095302"),
            ("int(1690192382196),ms_ltime('%Y/%m/%d/%H:%M:%S.%3N %z')", "2023/07/24/09:53:02.196 +0000", (2, 9)),
            ("int(1690192382196234),us_ltime('%Y/%m/%d/%H:%M:%S.%6N %z')", "2023/07/24/09:53:02.196234 +0000", (2, 9)),
        ],
    ),
    "json": (
        (),
        '{"integer":4,"my.key":"myvalue","boolean-false":false}',
        [
            ("req.body,json_query('$.integer','int'),add(1)", "5"),
            ("req.body,json_query('$.my\\.key')", "myvalue"),
            ("req.body,json_query('$.boolean-false')", "0"),
        ],
    ),
    "tokens": (
        # {"alg":"HS256","typ":"JWT"}.{"iss":"me"}, signed with `secret`
        (
            "Authorization: Bearer "
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSJ9.uZbkrfZ2VDBoaDTQTXtzZj13JGXD5qX-EBQZ2Kpz6Ww",
        ),
        "",
        [
            ("req.hdr(Authorization),word(2,.),ub64dec,json_query('$.iss')", "me"),
            ("req.hdr(Authorization),word(2,.),ub64dec", '{"iss":"me"}'),
            ("http_auth_bearer,jwt_header_query('$.alg')", "HS256"),
            ("http_auth_bearer,jwt_payload_query('$.iss')", "me"),
        ],
    ),
    "control characters": (
        ("Referer: tab\there",),
        "",
        [
            ("req.fhdr(referer),has_ctl(0x100002401)", "0", (3, 4)),
            ("req.fhdr(referer),has_ctl", "0", (3, 4)),
            ("bin(610a62),has_ctl(0x100002401)", "1", (3, 4)),
            ("bin(617f62),has_ctl(0x100002401)", "1", (3, 4)),
            ("bin(610162),has_ctl(0x100002401)", "0", (3, 4)),
            ("bin(610162),has_ctl", "1", (3, 4)),
        ],
    ),
    "one of two": (
        (),
        "",
        [
            ("ssl_fc,iif(https,http)", "http"),
            ("env(STEELYARD_TEST_WORD)", "word"),
            ("str('fe'),fe_exists", "1", (3, 4)),
            ("str('other'),fe_exists", "0", (3, 4)),
        ],
    ),
    "languages": (
        ("Accept-Language: en;q=0.3, fr;q=0.9, de",),
        "",
        [
            ("req.fhdr(accept-language),language(es;fr;en)", "fr"),
            ("req.fhdr(accept-language),language(es;it,none)", "none"),
        ],
    ),
    "substitutions": (
        ("X-Path: /////a///b/c/xzxyz/",),
        "",
        [
            ("hdr(x-path),regsub('/+','/','g')", "/a/b/c/xzxyz/"),
            ("query,regsub([?;&]*,'')", "redirect_uri=http%3A%2F%2Fa.test%2F&foo12=1"),
            ("query,regsub(%3A,:,g)", "redirect_uri=http:%2F%2Fa.test%2F&foo12=1"),
        ],
    ),
    "turned around": (
        ("Host: mail.Example.com",),
        "",
        [
            ("str(example.com),reverse", "moc.elpmaxe", (3, 5)),
            ("str('ab cd'),reverse", "dc ba", (3, 5)),
            ("req.hdr(host),lower,reverse", "moc.elpmaxe.liam", (3, 5)),
            ("str(example.com),reverse_dom", "com.example", (3, 5)),
            ("str(mail.example.com),reverse_dom", "com.example.mail", (3, 5)),
            ("str(example.com.),reverse_dom", "com.example", (3, 5)),
            ("req.hdr(Host),host_only,reverse_dom,concat(.)", "com.example.mail.", (3, 5)),
            ("str(mail..com),reverse_dom", "", (3, 5)),
            ("str(.com),reverse_dom", "", (3, 5)),
            ("str(com..),reverse_dom", "", (3, 5)),
        ],
    ),
    "forwarded": (
        ('Forwarded: proto=https;host="haproxy.org:80";for="127.0.0.1:9999"',),
        "",
        [
            ("req.hdr(forwarded),rfc7239_field(host)", "haproxy.org:80"),
            ("req.hdr(forwarded),rfc7239_field(for)", "127.0.0.1:9999"),
            ("req.hdr(forwarded),rfc7239_field(for),rfc7239_n2nn", "127.0.0.1"),
            ("req.hdr(forwarded),rfc7239_field(for),rfc7239_n2np", "9999"),
            ("str(for=127.0.0.1;proto=http),rfc7239_is_valid", "1"),
            ("str(proto=custom),rfc7239_is_valid", "0"),
            ("str(127.0.0.1:9999),rfc7239_n2nn", "127.0.0.1"),
            ("str([ab:cd:ff:ff:ff:ff:ff:ff]:9998),rfc7239_n2nn", "ab:cd:ff:ff:ff:ff:ff:ff"),
            ("str(_name:_port),rfc7239_n2nn", "_name"),
            ("str(127.0.0.1:9999),rfc7239_n2np", "9999"),
            ("str([ab:cd:ff:ff:ff:ff:ff:ff]:9998),rfc7239_n2np", "9998"),
            ("str(_name:_port),rfc7239_n2np", "_port"),
            ("ipv6(ab:cd:ff:ff:ff:ff:ff:ff),rfc7239_nn", "[ab:cd:ff:ff:ff:ff:ff:ff]", (2, 9)),
            ("str(test),rfc7239_nn", "_test", (2, 9)),
            ("str(),rfc7239_nn", "unknown", (2, 9)),
            ("int(12),rfc7239_np", "12", (2, 9)),
            ("str(test),rfc7239_np", "_test", (2, 9)),
        ],
    ),
    "comparisons": (
        ("Token: my_secret_token", "Host: a.test"),
        "",
        [
            ("str(my_secret_token),secure_memcmp(txn.token)", "1"),
            ("str(my_secret_tokem),secure_memcmp(txn.token)", "0"),
            ("str(my_secret),secure_memcmp(txn.token)", "0"),
            ("str(a.test),strcmp(txn.host)", "0"),
        ],
    ),
    "grpc": (
        (),
        FRAME,
        [
            ("req.body,ungrpc(48.59.1,int32)", "400000000"),
            ("req.body,ungrpc(48.59.2,int32)", "750000000"),
            ("req.body,ungrpc(49.59.1,int32)", "420000000"),
            ("req.body,ungrpc(49.59.2,int32)", "730000000"),
            ("req.body,ungrpc(48.59),hex", corner(400000000, 750000000)[3:].hex().upper()),
            ("req.body,ungrpc(48.59),protobuf(1,int32)", "400000000"),
            ("req.body,ungrpc(48),protobuf(59.1,int32)", "400000000"),
            ("req.body,ungrpc(48),protobuf(59),protobuf(1,int32)", "400000000"),
        ],
    ),
}

RULES = """\
    option http-buffer-request
    http-request set-var(txn.input) req.hdr(input)
    http-request set-var(txn.var_start) int(1)
    http-request set-var(txn.var_length) int(3)
    http-request set-var(txn.score1) int(5)
    http-request set-var(txn.score2) int(7)
    http-request set-var(txn.token) hdr(token)
    http-request set-var(txn.host) hdr(host)
"""


@pytest.mark.parametrize("subject", TABLE)
def test_values(run, serve, program, subject):
    fields, body, rows = TABLE[subject]
    known = [row for row in rows if len(row) == 2 or not program.is_haproxy or program.version >= row[2]]
    rules = RULES + answers(expression for expression, *_ in known)
    proxy = bare(run, serve, rules, environ={"STEELYARD_TEST_WORD": "word", "TZ": "UTC"})
    host = [] if any(field.startswith("Host:") for field in fields) else ["Host: a.test"]
    line = "POST /item?redirect_uri=http%3A%2F%2Fa.test%2F&foo12=1 HTTP/1.1"
    length = f"Content-Length: {len(body)}"
    asked = (
        (expression, want, http(line, *host, *fields, f"X-Case: {number}", length, body=body))
        for number, (expression, want, *_) in enumerate(known)
    )
    assert not wrong_values(proxy, asked)
