"""Words of packets and ciphers, which HAProxy has since versions later than 2.8: on Steelyard alone there (tried on 3.4)."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import greet, hello, name_then_pump
from tests.oracle.common import get, site

# A SYN as `tcp-ss 2` keeps it: Ethernet with a VLAN or without, IPv4, TCP with all usual options.
ETHERNET = "020000000002020000000001"
IPV4 = "4502003CC9B7400040067302" + "7F000001" + "7F000002"
TCP = "ABC2" + "115D" + "01020304" + "00000000" + "A002" + "FFD7" + "FE30" + "0000" + "0204FFD70402080A01DC0D410000000001030307"
FRAME = f"{ETHERNET}0800{IPV4}{TCP}"
TAGGED = f"{ETHERNET}8100000A0800{IPV4}{TCP}"

PACKETS = {
    f"bin({FRAME}),eth.dst,hex": "020000000002",
    f"bin({FRAME}),eth.src,hex": "020000000001",
    f"bin({FRAME}),eth.hdr,hex": f"{ETHERNET}0800",
    f"bin({TAGGED}),eth.hdr,hex": f"{ETHERNET}8100000A0800",
    f"bin({FRAME}),eth.proto": str(0x800),
    f"bin({FRAME}),eth.vlan": "",
    f"bin({TAGGED}),eth.vlan": "10",
    f"bin({TAGGED}),eth.data,hex": f"{IPV4}{TCP}",
    f"bin({IPV4}{TCP}),ip.src": "127.0.0.1",
    f"bin({IPV4}{TCP}),ip.dst": "127.0.0.2",
    f"bin({IPV4}{TCP}),ip.ver": "4",
    f"bin({IPV4}{TCP}),ip.df": "1",
    f"bin({IPV4}{TCP}),ip.ttl": "64",
    f"bin({IPV4}{TCP}),ip.tos": "2",
    f"bin({IPV4}{TCP}),ip.proto": "6",
    f"bin({IPV4}{TCP}),ip.hdr,hex": IPV4,
    f"bin({IPV4}{TCP}),ip.data,hex": TCP,
    f"bin({IPV4}{TCP}),ip.fp,hex,bytes(0,2)": "02",
    f"bin({TCP}),tcp.src": "43970",
    f"bin({TCP}),tcp.dst": "4445",
    f"bin({TCP}),tcp.seq": str(0x01020304),
    f"bin({TCP}),tcp.win": "65495",
    f"bin({TCP}),tcp.flags": "2",
    f"bin({TCP}),tcp.options.mss": "65495",
    f"bin({TCP}),tcp.options.sack": "1",
    f"bin({TCP}),tcp.options.tsopt": "1",
    f"bin({TCP}),tcp.options.tsval": str(0x01DC0D41),
    f"bin({TCP}),tcp.options.wscale": "7",
    f"bin({TCP}),tcp.options.wsopt": "1",
    f"bin({TCP}),tcp.options_list,hex": "0204080103",
}
KEY, NONCE = "Zm9vb2Zvb29mb29wZm9vbw==", "MTIzNDU2Nzg5MDEyMzQ1Ng=="
SHORT = "MTIzNDU2Nzg5MDEy"
CIPHERS = {
    f"str(a secret text),aes_cbc_enc(128,txn.nonce,{KEY}),aes_cbc_dec(128,txn.nonce,{KEY})": "a secret text",
    f"str(a secret text),aes_cbc_enc(128,txn.nonce,{KEY}),length": "16",
    f"str(a secret text),aes_gcm_enc(128,txn.short,{KEY},txn.tag),aes_gcm_dec(128,txn.short,{KEY},txn.tag)": "a secret text",
    f"str(a secret text),aes_gcm_enc(128,txn.short,{KEY},txn.tag),length": "13",
}


@pytest.mark.parametrize("table", [PACKETS, CIPHERS], ids=["packets", "ciphers"])
def test_values(run, serve, program, table):
    if program.is_haproxy and program.version < (3, 4):
        pytest.skip("HAProxy has these since 3.2 and 3.4")
    front = f"http-request set-var(txn.nonce) str({NONCE})\nhttp-request set-var(txn.short) str({SHORT})\n"
    for number, expression in enumerate(table):
        front += f'http-request return content-type t/t lf-string "[%[{expression}]]" if {{ path /{number} }}\n'
    proxy = site(run, front=front, s1=serve(hello))
    got = {expression: proxy.ask(get(f"/{number}")).text for number, expression in enumerate(table)}
    assert {each: text for each, text in got.items() if text != f"[{table[each]}]"} == {}


ANSWERS = {
    "res.payload_lv(0,1) -m str abc": (b"\x03abc", b"\x03abd"),
    "res.len ge 4": (b"abcd", b""),
    "res.ssl_hello_type 2": (
        b"\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03" + bytes(36),
        b"no hello of any kind, and long enough to tell" * 2,
    ),
}


@pytest.mark.parametrize("condition", ANSWERS)
def test_first_bytes_of_the_server(run, serve, condition):
    yes, no = ANSWERS[condition]
    text = (
        f"listen fe\n    mode tcp\n    bind <fe>\n    tcp-response inspect-delay 500ms\n"
        f"    tcp-response content accept if {{ {condition} }}\n    tcp-response content reject\n    server s1 <s1>\n"
    )
    for answer, passes in ((yes, True), (no, False)):
        proxy = run(text, s1=serve(greet(answer)))
        with proxy.connect() as client:
            assert (client.rest() == answer and answer != b"") == passes


def test_a_response_of_http_has_a_length(run, serve):
    proxy = site(run, front="http-response set-header X-Len %[res.len,bool]", s1=serve(hello))
    assert proxy.ask(http("GET / HTTP/1.1", "Host: a")).get("x-len") == "1"


def test_a_session_of_tcp_has_a_name(run, serve):
    proxy = run("listen fe\n    mode tcp\n    bind <fe>\n    server s1 <s1>\n", s1=serve(name_then_pump))
    with proxy.connect() as client:
        assert client.until(b"\n") == b"s1\n"
