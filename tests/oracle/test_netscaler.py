"""The header of NetScaler in front of a connection: both of its forms, and what is not one."""

from __future__ import annotations

import socket
import struct

import pytest

from tests.kit import http
from tests.oracle.common import GET

MAGIC = 1234
TOP = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
ANSWER = "    http-request return hdr X-Who %[src]:%[src_port]-%[dst]:%[dst_port] hdr X-Own %[fc_src]-%[fc_rcvd_proxy]\n"


def tcp() -> bytes:
    return struct.pack("!HHIIBBHHH", 1111, 2222, 0, 0, 0x50, 2, 1000, 0, 0)


def ipv4(options: int = 0, protocol: int = 6) -> bytes:
    """Headers of a packet with so many words of IP options."""
    addresses = socket.inet_aton("192.0.2.1") + socket.inet_aton("198.51.100.2")
    ip = struct.pack("!BBHHHBBH", 0x45 + options, 0, 40, 0, 0, 64, protocol, 0) + addresses
    return ip + b"\0" * 4 * options + tcp()


def ipv6(protocol: int = 6) -> bytes:
    addresses = socket.inet_pton(socket.AF_INET6, "2001:db8::1") + socket.inet_pton(socket.AF_INET6, "2001:db8::2")
    return struct.pack("!IHBB", 0x60000000, 20, protocol, 64) + addresses + tcp()


def old(packet: bytes, magic: int = MAGIC) -> bytes:
    return struct.pack("!II", magic, len(packet)) + packet


def new(packet: bytes, kind: int = 0, total: int | None = None) -> bytes:
    return struct.pack("!IIHH", MAGIC, len(packet) + 12 if total is None else total, kind, len(packet)) + packet


IPV4 = "192.0.2.1:1111-198.51.100.2:2222"
IPV6 = "2001:db8::1:1111-2001:db8::2:2222"
HEADERS = {
    "old": (old(ipv4()), IPV4),
    "old, options": (old(ipv4(options=2)), IPV4),
    "old, more behind": (old(ipv4() + b"more"), IPV4),
    "old, version 6": (old(ipv6()), IPV6),
    "new": (new(ipv4()), IPV4),
    "new, options": (new(ipv4(options=10)), IPV4),
    "new, its length is not looked at": (new(ipv4(), total=0), IPV4),
    "new, half of its kind is not": (new(ipv4(), kind=7), IPV4),
    "new, more behind": (new(ipv4() + b"more"), IPV4),
    "new, version 6": (new(ipv6()), IPV6),
}


def listen(run, bind="accept-netscaler-cip 1234", rules="", **given):
    return run(f"{TOP}frontend fe\n    bind <fe> {bind}\n{rules}{ANSWER}", bare=True, **given)


@pytest.mark.parametrize("header", HEADERS)
def test_addresses_of_a_header(run, header):
    sent, who = HEADERS[header]
    proxy = listen(run)
    with proxy.connect() as client:
        got = client.ask(sent + GET, "GET")
        assert got.get("x-who") == who
        assert got.get("x-own") == "127.0.0.1-0"
        assert client.ask(GET, "GET").get("x-who") == who


BAD_MAGIC = "22 Received an invalid NetScaler Client IP magic number"
BAD_PROTOCOL = "23 Received an unhandled protocol in the NetScaler Client IP header"
TRUNCATED = "21 Truncated NetScaler Client IP header received"
REFUSED = {
    "a request": (GET, BAD_MAGIC),
    "another number": (old(ipv4(), magic=1235) + GET, BAD_MAGIC),
    "UDP": (old(ipv4(protocol=17)) + GET, BAD_PROTOCOL),
    "UDP over version 6": (new(ipv6(protocol=17)) + GET, BAD_PROTOCOL),
    "version 5": (new(b"\x55" + ipv4()[1:]) + GET, BAD_PROTOCOL),
    "kind 256": (new(ipv4(), kind=256) + GET, BAD_PROTOCOL),
    "neither form": (old(b"\x50" + ipv4()[1:]) + GET, BAD_PROTOCOL),
    "a length of many": (struct.pack("!II", MAGIC, 1 << 31) + ipv4() + GET, TRUNCATED),
}


def turned_away(run, sink, sent: bytes, bind: str = "accept-netscaler-cip 1234", rules: str = "") -> str:
    log = '    log <sink> local0\n    error-log-format "%[fc_err] %[fc_err_str] %ci"\n'
    proxy = listen(run, bind, rules=log + rules, sink=sink)
    with proxy.connect() as client:
        client.send(sent)
        if not sent:
            client.sock.shutdown(socket.SHUT_WR)
        line = sink.take()
        assert client.closed()
    return str(line.removesuffix(" 127.0.0.1"))


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_header(run, sink, case):
    sent, told = REFUSED[case]
    assert turned_away(run, sink, sent) == told


def test_a_client_that_says_nothing(run, sink):
    assert turned_away(run, sink, b"") == "18 Connection closed while waiting for NetScaler Client IP header"


def test_nothing_is_logged_of_one_that_says_nothing(run, sink):
    proxy = listen(run, rules="    log <sink> local0\n    option dontlognull\n    log-format %ci\n", sink=sink)
    with proxy.connect() as client:
        client.sock.shutdown(socket.SHUT_WR)
        assert client.closed()
    with proxy.connect() as client:
        assert client.ask(old(ipv4()) + GET, "GET").get("x-who") == IPV4
    assert sink.take() == "192.0.2.1"


CUT = {
    "no room for ports": struct.pack("!II", MAGIC, 20) + ipv4(),
    "no packet": struct.pack("!IIHH", MAGIC, 12, 0, 0) + ipv4(),
    "an IP header shorter than any": new(b"\x44" + ipv4()[1:]),
    "an IP header longer than all": new(b"\x4f" + ipv4()[1:]),
}


@pytest.mark.parametrize("case", CUT)
def test_headers_that_go_over_their_length(run, sink, case):
    """HAProxy takes the addresses, or what lies there, and what is left of the packet for a request."""
    if run.program.is_haproxy:
        proxy = listen(run)
        with proxy.connect() as client:
            client.send(CUT[case] + GET)
            got = client.response()
            assert got.status == 400 or got.get("x-who") != IPV4
    else:
        assert turned_away(run, sink, CUT[case] + GET) == BAD_PROTOCOL


def test_a_header_in_pieces(run, sink):
    """HAProxy waits for the first bytes alone, and they must be the whole header."""
    header = new(ipv4())
    if run.program.is_haproxy:
        assert turned_away(run, sink, header[:30]) == TRUNCATED
        return
    with listen(run).connect() as client:
        for at in range(0, len(header), 13):
            client.send(header[at : at + 13])
        assert client.ask(GET, "GET").get("x-who") == IPV4


def test_it_comes_before_a_proxy_header(run):
    proxy = listen(run, bind="accept-netscaler-cip 1234 accept-proxy")
    with proxy.connect() as client:
        got = client.ask(old(ipv4()) + b"PROXY TCP4 203.0.113.1 203.0.113.2 1 2\r\n" + GET, "GET")
        assert got.get("x-who") == "203.0.113.1:1-203.0.113.2:2"
        assert got.get("x-own") == "127.0.0.1-1"


def test_the_rule_takes_the_number_of_the_listener(run, sink):
    rule = "    tcp-request connection expect-netscaler-cip layer4 if { src 127.0.0.1 }\n"
    proxy = listen(run, bind="", rules=rule)
    with proxy.connect() as client:
        assert client.ask(old(ipv4(), magic=0) + GET, "GET").get("x-who") == IPV4
    with proxy.connect(source="127.0.0.2") as client:
        assert client.ask(http("GET / HTTP/1.1", "Host: a.test"), "GET").get("x-who").startswith("127.0.0.2:")
    with listen(run, rules=rule).connect() as client:
        assert client.ask(old(ipv4()) + GET, "GET").get("x-who") == IPV4
    assert turned_away(run, sink, old(ipv4()) + GET, bind="", rules=rule) == BAD_MAGIC


def test_rules_of_the_session_see_its_addresses(run):
    rules = "    tcp-request connection reject if { src 192.0.2.1 }\n    tcp-request session reject if { src 2001:db8::1 }\n"
    proxy = listen(run, rules=rules)
    with proxy.connect() as client:
        assert client.ask(old(ipv4()) + GET, "GET").get("x-who") == IPV4
    with proxy.connect() as client:
        client.send(old(ipv6()) + GET)
        assert client.closed()
