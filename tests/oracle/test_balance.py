"""Which server is chosen: counts of the simple algorithms, and the same server as HAProxy for a hundred keys of the hashed ones.

The strings of letters were recorded on HAProxy 2.8: the letter at place n is the server that key n goes to."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.kit.behaviours import hello, stall_before_head
from tests.oracle.common import GET, get

WEIGHTS = {"a": 10, "b": 20, "c": 30, "d": 40}


def farm(run, serve, lines, weights=WEIGHTS, options=""):
    servers = {name: serve(hello, name) for name in weights}
    text = "\n".join(f"    server {name} <{name}> weight {weight} {options}" for name, weight in weights.items())
    lines = "\n".join("    " + line for line in lines.split("|"))
    return run(f"frontend fe\n    bind <fe>\n    default_backend be\nbackend be\n{lines}\n{text}\n", **servers)


def test_roundrobin_turns(run, serve):
    proxy = farm(run, serve, "balance roundrobin", {"a": 1, "b": 1, "c": 1})
    turn = [proxy.ask(GET).text for _ in range(9)]
    assert Counter(turn) == {"a": 3, "b": 3, "c": 3}
    assert turn[:3] == turn[3:6] == turn[6:]


@pytest.mark.parametrize("algorithm", ["roundrobin", "static-rr"])
def test_round_robin_obeys_weights(run, serve, algorithm):
    proxy = farm(run, serve, f"balance {algorithm}")
    with proxy.connect() as client:
        assert Counter(client.ask(GET).text for _ in range(100)) == WEIGHTS


def test_roundrobin_order_with_weights(run, serve):
    proxy = farm(run, serve, "balance roundrobin", {"a": 1, "b": 2, "c": 3})
    got = "".join(proxy.ask(GET).text for _ in range(12))
    assert got == "cbcacbcbcacb"


def test_static_rr_order_with_weights(run, serve):
    proxy = farm(run, serve, "balance static-rr", {"a": 1, "b": 2, "c": 3})
    got = "".join(proxy.ask(GET).text for _ in range(12))
    assert got == STATIC_RR


def test_weight_zero_gets_nothing(run, serve):
    proxy = farm(run, serve, "balance roundrobin", {"a": 0, "b": 1})
    assert {proxy.ask(GET).text for _ in range(6)} == {"b"}


def test_leastconn_goes_where_fewest_are(run, serve):
    busy, free = serve(stall_before_head, "busy"), serve(hello, "free")
    proxy = run(
        "global\n nbthread 1\ndefaults\n mode http\n timeout client 20s\n timeout server 20s\n timeout connect 20s\nfrontend fe\n bind <fe>\n default_backend be\nbackend be\n balance leastconn\n server busy <busy>\n server free <free>\n",
        bare=True,
        busy=busy,
        free=free,
    )
    with proxy.connect() as first:
        first.send(GET)
        busy.wait_requests(1)
        assert [proxy.ask(GET).text for _ in range(5)] == ["free"] * 5
        busy.release()
        assert first.response().text == "busy"


def test_first_fills_servers_in_order(run, serve):
    one, two = serve(stall_before_head, "one"), serve(hello, "two")
    proxy = run(
        "frontend fe\n bind <fe>\n default_backend be\nbackend be\n balance first\n server one <one> maxconn 2\n server two <two>\n",
        one=one,
        two=two,
    )
    with proxy.connect() as first, proxy.connect() as second:
        first.send(GET)
        second.send(GET)
        one.wait_requests(2)
        assert proxy.ask(GET).text == "two"
        one.release()
        assert (first.response().text, second.response().text) == ("one", "one")


def test_random_reaches_all(run, serve):
    proxy = farm(run, serve, "balance random", {"a": 1, "b": 1})
    with proxy.connect() as client:
        assert {client.ask(GET).text for _ in range(60)} == {"a", "b"}


def uri(n):
    return get(f"/path{n}/x{n % 3}?q={n}")


def param(n):
    return get(f"/?user=u{n}&x=1")


def header(n):
    return get("/", f"X-Key: k{n}")


def header_host(n):
    return get("/").replace(b"a.test", b"www.h%d.example.org" % n)


HASHED = {
    # name: (lines, how a key makes a request, the servers recorded)
    "uri": ("balance uri", uri),
    "uri-consistent": ("balance uri|hash-type consistent", uri),
    "uri-whole": ("balance uri whole", uri),
    "uri-len": ("balance uri len 6", uri),
    "uri-depth": ("balance uri depth 1", uri),
    "uri-path-only": ("balance uri path-only", uri),
    "url_param": ("balance url_param user", param),
    "url_param-consistent": ("balance url_param user|hash-type consistent", param),
    "hdr": ("balance hdr(x-key)", header),
    "hdr-consistent": ("balance hdr(x-key)|hash-type consistent", header),
    "hdr-host": ("balance hdr(host)", header_host),
    "hdr-host-domain": ("balance hdr(host) use_domain_only", header_host),
    "hdr-djb2": ("balance hdr(x-key)|hash-type map-based djb2", header),
    "hdr-wt6": ("balance hdr(x-key)|hash-type map-based wt6", header),
    "hdr-crc32": ("balance hdr(x-key)|hash-type map-based crc32", header),
    "hdr-sdbm-avalanche": ("balance hdr(x-key)|hash-type map-based sdbm avalanche", header),
    "hdr-consistent-djb2": ("balance hdr(x-key)|hash-type consistent djb2", header),
    "hdr-consistent-wt6-avalanche": ("balance hdr(x-key)|hash-type consistent wt6 avalanche", header),
    "hdr-consistent-crc32": ("balance hdr(x-key)|hash-type consistent crc32", header),
    "hash": ("balance hash req.hdr(x-key)", header),
}


@pytest.mark.parametrize("name", HASHED)
def test_hashed_choice(run, serve, name):
    lines, request = HASHED[name]
    proxy = farm(run, serve, lines)
    with proxy.connect() as client:
        got = "".join(client.ask(request(n)).text for n in range(100))
    assert got == RECORDED[name]


@pytest.mark.parametrize("kind", ["map-based", "consistent"])
def test_source_hash(run, serve, kind):
    proxy = farm(run, serve, f"balance source|hash-type {kind}")
    got = "".join(proxy.ask(GET, source=f"127.0.{n}.{n * 7 % 250 + 1}").text for n in range(60))
    assert got == RECORDED[f"source-{kind}"]


def test_hash_without_a_key_turns(run, serve):
    proxy = farm(run, serve, "balance url_param user", {"a": 1, "b": 1})
    assert Counter(proxy.ask(GET).text for _ in range(10)) == {"a": 5, "b": 5}


def test_backup_servers_wait(run, serve):
    proxy = run(
        "frontend fe\n bind <fe>\n default_backend be\nbackend be\n retries 1\n option redispatch 1\n"
        " server a <a>\n server b <b> backup\n server c <c> backup\n",
        **{name: serve(hello, name) for name in "abc"},
    )
    assert {proxy.ask(GET).text for _ in range(4)} == {"a"}


@pytest.mark.parametrize(("option", "wanted"), [("", {"b"}), ("option allbackups", {"b", "c"})])
def test_backups_serve_when_nothing_else_does(run, serve, option, wanted):
    proxy = run(
        f"frontend fe\n bind <fe>\n default_backend be\nbackend be\n {option}\n"
        " server a <a> disabled\n server b <b> backup\n server c <c> backup\n",
        **{name: serve(hello, name) for name in "abc"},
    )
    assert {proxy.ask(GET).text for _ in range(6)} == wanted


STATIC_RR = "acbcbcacbcbc"
RECORDED = {
    "uri": "bbbdddddcabbdcccccddbccccccdddcccccddddbccccddddbbcccddddbbbcdddddbbbddddddbbbddddddbbbddcddcbbbddcc",
    "uri-consistent": "bdacdaabcdadbbdcccddddbbdbaaccadaddcdcdccddaddbcdccacdcaabcddccdbdcdccbcbdccbdcbdadcdcaacdacdbbcbddd",
    "uri-whole": "ddcddcddcdcccbccbddcdcbdddacddddaaccdbcccccdccbdddddbdddacddddaaccdbcccccddcbdddddbdddaaddddaaccdbcc",
    "uri-len": "cdcdabdcdbddddddddddccccccccccddddddddddaaaaaaaaaabbbbbbbbbbddddddddddccccccccccddddddddddbbbbbbbbbb",
    "uri-depth": "cdcdabdcdbcdbcdcdabddcdbcdcdabbdcdbcdcdaabdcdbcdcddabdcdbcdccdabdcdbcddcdabdcdbccdcdabdcdbbcdcdabdcd",
    "uri-path-only": "bbbdddddcabbdcccccddbccccccdddcccccddddbccccddddbbcccddddbbbcdddddbbbddddddbbbddddddbbbddcddcbbbddcc",
    "url_param": "bdcdbcdcdadbcdcdabdccdbcdcdabddcdbcdcdabbdcdbcdcdaabdcdbcdcddabdcdbcdccdabdcdbcddcdabdcdbccdcdabdcdb",
    "url_param-consistent": "caddcbcbdcbccdcdccaccdaacdbacdbddabcdcdaadabbdcbcddaaddcddcddddbadddcddbcdcddddbdbbcacdcbcccdacaadbb",
    "hdr": "bdcdbcdcdadbcdcdabdccdbcdcdabddcdbcdcdabbdcdbcdcdaabdcdbcdcddabdcdbcdccdabdcdbcddcdabdcdbccdcdabdcdb",
    "hdr-consistent": "dcbbabccaccddcadabccddbcbabbcbdcdddccbcddcdaabddacbcbdbacddbbdccdbddbccacddbbbcddbccdbbddcddcacbdadd",
    "hdr-host": "dcbadcddbaadcddbadccddcdbabdcddcdbcbdcddccdcbddcdccdcbadcddbcdbaddcdbadbabdcddcbdcbdccdcbdcbadcdcbad",
    "hdr-host-domain": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "hdr-djb2": "cdabdcdbcdbcdcdabdcdcdabdcdbcdbdcdbcdcdadbcdcdabdcdcdabdcdbcabdcdbcdcdcdbcdcdabdcdcdabdcdbdabdcdbcdc",
    "hdr-wt6": "acadcdcddaccddccddccccddccddcccddccddcdcccdaccdadaacddacddddacddacddddacddacddddaddcaddcdcdcdcdcdcca",
    "hdr-crc32": "bcdbdaddbbddbbaccddcadaddcbdadbddddccabbdacdbbddcdddbddacabdcddaddbbadbdbdccacbbccccbccddabbbbcadccb",
    "hdr-sdbm-avalanche": "cacbcadadcccddcbdcddccbcdbcaddcccdbdbdbddadddcbdddcdddbbdcbbddcbcaddddccddccdcbdacdccdcbdcbaddcddddc",
    "hdr-consistent-djb2": "ddddddddddaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "hdr-consistent-wt6-avalanche": "bdbddcddddddcdaaaccdbcddbbaddddbcddcdacaacbccaadadbcccddddbaaddccaddbbccdcbddbdbbacddbcbddcbbcccddba",
    "hdr-consistent-crc32": "ddaddacadcdcadcddccdddadbdddbacbddbcbdddacbcbbdcaccdddcbbdbddbbdddcddcbccdccaccdddbdcccdcbcaaddcdadc",
    "hash": "bdcdbcdcdadbcdcdabdccdbcdcdabddcdbcdcdabbdcdbcdcdaabdcdbcdcddabdcdbcdccdabdcdbcddcdabdcdbccdcdabdcdb",
    "source-map-based": "ccddbcbddaccddbcbddaccddbcbddaccddbcbddaccddbcbddaccddbcbdda",
    "source-consistent": "ddcdccddbcdcdccbbcdddbddcbccccdddccccbcbdcbbbadbdacdcaccbadd",
}
