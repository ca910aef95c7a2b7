"""The manual's own examples of section 4.4: what actions make of a request or a response.

Words that HAProxy has since a later version than the one here run on Steelyard alone."""

from __future__ import annotations

import time

import pytest

from tests.kit import http
from tests.kit.behaviours import echo, hello, reply, stall_before_head
from tests.oracle.common import get, site

# The rules of each example, what is sent, and the start line or the field that the server sees.
REQUESTS: dict[str, tuple[str, bytes, str | tuple[str, str]]] = {
    "replace-header": (
        "http-request replace-header Cookie foo=([^;]*);(.*) foo=\\1;ip=%bi;\\2",
        get("/", "Cookie: foo=foobar; expires=Tue, 14-Jun-2016 01:40:45 GMT;"),
        ("cookie", "foo=foobar;ip=; expires=Tue, 14-Jun-2016 01:40:45 GMT;"),  # no connection yet, so no address
    ),
    "replace-header-all": (
        "http-request replace-header User-Agent curl foo",
        get("/", "User-Agent: curl/7.47.0"),
        ("user-agent", "foo"),
    ),
    "replace-path-prefix": ("http-request replace-path (.*) /foo\\1", get("/bar?q=1"), "/foo/bar?q=1"),
    "replace-path-strip": ("http-request replace-path /foo/(.*) /\\1", get("/foo/bar?q=1"), "/bar?q=1"),
    "replace-path-if": ("http-request replace-path /foo/(.*) /\\1 if { url_beg /foo/ }", get("/foo/bar?q=1"), "/bar?q=1"),
    "replace-path-if-not": ("http-request replace-path /foo/(.*) /\\1 if { url_beg /foo/ }", get("/a/foo/b"), "/a/foo/b"),
    "replace-pathq": ("http-request replace-pathq ([^?]*)(\\?(.*))? \\1/foo\\2", get("/bar?q=1"), "/bar/foo?q=1"),
    "replace-uri-scheme": ("http-request replace-uri ^http://(.*) https://\\1", get("http://a.test/x?y"), "https://a.test/x?y"),
    "replace-uri-prefix": ("http-request replace-uri ([^/:]*://[^/]*)?(.*) \\1/foo\\2", get("/bar?q=1"), "/foo/bar?q=1"),
    "replace-uri-prefix-abs": (
        "http-request replace-uri ([^/:]*://[^/]*)?(.*) \\1/foo\\2",
        get("http://a.test/bar?q=1"),
        "http://a.test/foo/bar?q=1",
    ),
    "replace-value": (
        "http-request replace-value X-Forwarded-For ^192\\.168\\.(.*)$ 172.16.\\1",
        get("/", "X-Forwarded-For: 192.168.10.1, 192.168.13.24, 10.0.0.37"),
        ("x-forwarded-for", "172.16.10.1,172.16.13.24, 10.0.0.37"),
    ),
    "set-path": ("http-request set-path /%[hdr(host)]%[path]", get("/x?y"), "/a.test/x?y"),
    "set-query": ("http-request set-query %[query,regsub(%3D,=,g)]", get("/x?a%3D1&b%3D2"), "/x?a=1&b=2"),
    "de-duplicate": (
        "http-request set-header x-path \"%[hdr(x-path),regsub('/+','/','g')]\"",
        get("/", "X-Path: /////a///b/c/xzxyz/"),
        ("x-path", "/a/b/c/xzxyz/"),
    ),
    "copy-query": ("http-request set-header x-query \"%[query,regsub([?;&]*,'')]\"", get("/x?;&a=1&b"), ("x-query", "a=1&b")),
    "via": ("http-request add-header Via 1.1\\ %[env(STEELYARD_TEST_WORD)]", get("/"), ("via", "1.1 word")),
    "variables": (
        "http-request set-var(req.my_var) req.fhdr(user-agent),lower\n"
        "http-request set-var-fmt(txn.from) %[src]:%[dst]\nhttp-request set-header X-V %[var(req.my_var)]-%[var(txn.from)]",
        get("/", "User-Agent: Curl/7, X"),
        ("x-v", "curl/7, x-127.0.0.1:127.0.0.1"),
    ),
    "unset": (
        "http-request set-var(req.my_var) str(a)\nhttp-request unset-var(req.my_var)\nhttp-request set-header X-V <%[var(req.my_var)]>",
        get("/"),
        ("x-v", "<>"),
    ),
    "forwarded-proto": (
        "http-request set-header x-forwarded-proto %[ssl_fc,iif(https,http)]",
        get("/"),
        ("x-forwarded-proto", "http"),
    ),
    "no-tls": ("http-request set-header X-SSL %[ssl_fc]", get("/"), ("x-ssl", "0")),
    "concat": (
        "http-request set-var(txn.ip) src\n"
        "http-request set-var(txn.sig) str(),concat(<ip=,txn.ip,>),concat(<dn=,txn.dn,>)\n"
        "http-request set-var(txn.ipport) \"str(),concat('addr=(',txn.ip),concat(',',txn.port,')')\"\n"
        'http-request set-header x-hap-sig "%[var(txn.sig)] %[var(txn.ipport)]"',
        get("/"),
        ("x-hap-sig", "<ip=127.0.0.1><dn=> addr=(127.0.0.1,)"),
    ),
    "forwarded": (
        'http-request set-var-fmt(txn.forwarded) "for=\\"%[ipv6(::1)]\\";host=\\"haproxy.org\\";proto=http"\n'
        "http-request set-var(txn.test) var(txn.forwarded),rfc7239_is_valid\nhttp-request set-header X-Valid %[var(txn.test)]",
        get("/"),
        ("x-valid", "0"),  # an IPv6 address without its brackets
    ),
    "set-src": (
        "http-request set-src hdr(x-forwarded-for)\nhttp-request set-src src,ipmask(24)\nhttp-request set-header X-Src %[src]",
        get("/", "X-Forwarded-For: 10.1.2.3"),
        ("x-src", "10.1.2.0"),
    ),
    "set-src-port": (
        "http-request set-src-port hdr(x-port)\nhttp-request set-header X-A %[src_port]\n"
        "http-request set-src-port int(4000)\nhttp-request set-header X-Src %[req.hdr(x-a)]-%[src_port]",
        get("/", "X-Port: 81"),
        ("x-src", "81-4000"),
    ),
    "set-dst": (
        "http-request set-dst hdr(x-dst)\nhttp-request set-dst dst,ipmask(24)\nhttp-request set-dst-port int(4000)\n"
        "http-request set-header X-Dst %[dst]:%[dst_port]",
        get("/", "X-Dst: 10.1.2.3"),
        ("x-dst", "10.1.2.0:4000"),
    ),
    "date": (
        "http-request set-header X-Haproxy-Current-Date %T\nhttp-request set-header X-Same 1 if { req.hdr(x-haproxy-current-date) -m reg "
        r'"^[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9:]{8} [+]0000\$" }',
        get("/"),
        ("x-same", "1"),
    ),
    "secret": (
        "http-request set-var(txn.token) hdr(token)\nacl token_given str(my_secret_token),secure_memcmp(txn.token)\n"
        "http-request set-header X-Given %[hdr(token),length] if token_given",
        get("/", "Token: my_secret_token"),
        ("x-given", "15"),
    ),
}


@pytest.mark.parametrize("example", REQUESTS)
def test_requests(run, serve, example):
    rules, request, want = REQUESTS[example]
    environ = {"STEELYARD_TEST_WORD": "word", "TZ": "UTC"}
    seen = site(run, back=rules, s1=serve(echo), environ=environ).ask(request).echoed
    assert (seen.target if isinstance(want, str) else seen.get(want[0])) == (want if isinstance(want, str) else want[1])


ANSWER = http(
    "HTTP/1.1 200 OK",
    "Set-Cookie: C=1; expires=Tue, 14-Jun-2016 01:40:45 GMT",
    "Cache-Control: max-age=3600, public",
    "Content-Length: 0",
)
RESPONSES: dict[str, tuple[str, str | tuple[str, str]]] = {
    "replace-header": (
        "http-response replace-header Set-Cookie (C=[^;]*);(.*) \\1;ip=%bi;\\2",
        ("set-cookie", "C=1;ip=127.0.0.1; expires=Tue, 14-Jun-2016 01:40:45 GMT"),
    ),
    "replace-value": (
        "http-after-response replace-value Cache-control ^public$ private",
        ("cache-control", "max-age=3600,private"),
    ),
    "set-status": ("http-response set-status 431", "HTTP/1.1 431 Request Header Fields Too Large"),
    "set-status-reason": ('http-response set-status 503 reason "Slow Down".', "HTTP/1.1 503 Slow Down."),
    "expires": ("http-response set-header Expires %[int(1690192382),http_date]", ("expires", "Mon, 24 Jul 2023 09:53:02 GMT")),
    "expires-ms": (
        "http-response set-header Expires %[int(1690192382196),http_date(0,ms)]",
        ("expires", "Mon, 24 Jul 2023 09:53:02.196 GMT"),
    ),
    "bytes": (
        'http-request set-var(txn.input) str(012345)\nhttp-response set-header bytes_1_3 "%[var(txn.input),bytes(1,3)]"',
        ("bytes_1_3", "123"),
    ),
}


@pytest.mark.parametrize("example", RESPONSES)
def test_responses(run, serve, example):
    rules, want = RESPONSES[example]
    got = site(run, back=rules, s1=serve(reply(ANSWER))).ask(get("/"))
    assert (got.start if isinstance(want, str) else got.get(want[0])) == (want if isinstance(want, str) else want[1])


NORMALIZERS = {
    "fragment-encode": {"/#foo": "/%23foo"},
    "fragment-strip": {"/#foo": "/"},
    "path-strip-dot": {"/.": "/", "/./bar/": "/bar/", "/a/./a": "/a/a", "/.well-known/": "/.well-known/"},
    "path-strip-dotdot": {
        "/foo/../": "/",
        "/foo/../bar/": "/bar/",
        "/foo/bar/../": "/foo/",
        "/../bar/": "/../bar/",
        "/bar/../../": "/../",
        "/foo//../": "/foo/",
        "/foo/%2E%2E/": "/foo/%2E%2E/",
    },
    "path-strip-dotdot full": {"/../bar/": "/bar/", "/bar/../../": "/"},
    "path-merge-slashes": {"//": "/", "/foo//bar": "/foo/bar"},
    "percent-decode-unreserved": {
        "/%61dmin": "/admin",
        "/foo%3Fbar=baz": "/foo%3Fbar=baz",
        "/%%36%36": "/%66",
        "/%ZZ": "/%ZZ",
    },
    "percent-decode-unreserved strict": {"/%%36%36": "400", "/%ZZ": "400"},
    "percent-to-uppercase": {"/%6f": "/%6F", "/%zz": "/%zz"},
    "percent-to-uppercase strict": {"/%zz": "400"},
    "query-sort-by-name": {
        "/?c=3&a=1&b=2": "/?a=1&b=2&c=3",
        "/?aaa=3&a=1&aa=2": "/?a=1&aa=2&aaa=3",
        "/?a=3&b=4&a=1&b=5&a=2": "/?a=3&a=1&a=2&b=4&b=5",
    },
}


def test_normalizers(run, serve):
    """One frontend for each normalizer."""
    text = "global\n    expose-experimental-directives\ndefaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
    for number, words in enumerate(NORMALIZERS):
        text += (
            f"frontend f{number}\n    bind <f{number}>\n    option accept-invalid-http-request\n"
            f"    http-request normalize-uri {words}\n    http-request return hdr X-Url %[url]\n"
        )
    proxy = run(text, bare=True)
    got: dict[str, dict[str, str]] = {}
    for number, (words, cases) in enumerate(NORMALIZERS.items()):
        got[words] = {}
        for target in cases:
            answer = proxy.ask(get(target), f"f{number}")
            got[words][target] = "400" if answer.status == 400 else answer.get("x-url") or ""
    assert got == NORMALIZERS


def test_return(run, tmp_path):
    (tmp_path / "200.http").write_bytes(http("HTTP/1.0 200 OK", "X-Page: ping", "Content-Length: 4", body="pong"))
    (tmp_path / "favicon").write_bytes(b"\0\1icon")
    (tmp_path / "blacklist").write_text("127.0.0.2\n")
    proxy = site(
        run,
        front="""
        http-request return errorfile <ping> if { path /ping }
        http-request return content-type image/x-icon file <icon> if { path /favicon.ico }
        http-request return status 403 content-type text/plain lf-string "Access denied. IP %[src] is blacklisted." if { src -f <list> }
        """,
        ping=tmp_path / "200.http",
        icon=tmp_path / "favicon",
        list=tmp_path / "blacklist",
        s1="127.0.0.1:1",
    )
    got = proxy.ask(get("/ping"))
    assert (got.status, got.get("x-page"), got.body) == (200, "ping", b"pong")
    got = proxy.ask(get("/favicon.ico"))
    assert (got.status, got.get("content-type"), got.body) == (200, "image/x-icon", b"\0\1icon")
    got = proxy.ask(get("/"), source="127.0.0.2")
    assert (got.status, got.text) == (403, "Access denied. IP 127.0.0.2 is blacklisted.")
    assert got.get("content-type") == "text/plain"
    assert proxy.ask(get("/")).status == 503


def test_auth(run, serve):
    proxy = run(
        "userlist L1\n    group G1 users tiger,scott\n    group G2 users xdb,scott\n"
        "    user tiger insecure-password a\n    user scott insecure-password elgato\n    user xdb insecure-password hello\n"
        "frontend fe\n    bind <fe>\n    acl auth_ok http_auth_group(L1) G1\n    http-request auth unless auth_ok\n"
        "    default_backend be\nbackend be\n    server s1 <s1>\n",
        s1=serve(hello),
    )
    basic = {"scott:elgato": 200, "tiger:a": 200, "tiger:b": 401, "xdb:hello": 401}
    encoded = {
        "scott:elgato": "c2NvdHQ6ZWxnYXRv",
        "tiger:a": "dGlnZXI6YQ==",
        "tiger:b": "dGlnZXI6Yg==",
        "xdb:hello": "eGRiOmhlbGxv",
    }
    assert {who: proxy.ask(get("/", f"Authorization: Basic {encoded[who]}")).status for who in basic} == basic
    assert proxy.ask(get("/")).status == 401


TIMEOUTS = {
    "constant": "http-request set-timeout server 300ms",
    "map": "http-request set-timeout server req.hdr(host),map_str_int(<map>)",
}


@pytest.mark.parametrize("how", TIMEOUTS)
def test_timeouts(run, serve, tmp_path, how):
    (tmp_path / "host.lst").write_text("a.test 300\nb.test 20000\n")
    proxy = site(run, back=TIMEOUTS[how], s1=serve(stall_before_head), map=tmp_path / "host.lst")
    start = time.monotonic()
    assert proxy.ask(get("/")).status == 504
    assert 0.25 < time.monotonic() - start < 10


def test_a_body_is_waited_for(run):
    """`wait-for-body time 1s at-least 1k if METH_POST`: after a second the rules go on with what there is."""
    proxy = site(
        run,
        front="""
        http-request wait-for-body time 10s at-least 1k if METH_POST
        http-request return hdr X-Body %[req.body_len]
        """,
        s1="127.0.0.1:1",
    )
    with proxy.connect() as client:
        client.send(http("POST / HTTP/1.1", "Host: a.test", "Content-Length: 3000", body="x" * 600))
        client.send(b"y" * 600)
        assert int(client.response().get("x-body") or 0) == 1200
    assert proxy.ask(http("PUT / HTTP/1.1", "Host: a.test", "Content-Length: 3000")).get("x-body") == "0"


def test_a_header_tells_the_language(run, serve):
    text = """
frontend fe
    bind <fe>
    acl es req.fhdr(accept-language),language(es;fr;en) -m str es
    acl fr req.fhdr(accept-language),language(es;fr;en) -m str fr
    acl en req.fhdr(accept-language),language(es;fr;en) -m str en
    use_backend spanish if es
    use_backend french  if fr
    use_backend english if en
    default_backend choose_your_language
"""
    names = ("spanish", "french", "english", "choose_your_language")
    proxy = run(
        text + "".join(f"backend {name}\n    server s1 <{name}>\n" for name in names),
        **{name: serve(hello, name) for name in names},
    )
    answers = {"es": "spanish", "en;q=0.2, fr": "french", "en, fr;q=0.9": "english", "de": "choose_your_language"}
    assert {said: proxy.ask(get("/", f"Accept-Language: {said}")).text for said in answers} == answers


def test_a_map_of_names_turned_around(run, serve, tmp_path, program):
    if program.is_haproxy and program.version < (3, 5):
        pytest.skip("HAProxy has `reverse` since 3.5")
    (tmp_path / "hosts.map").write_text("moc.elpmaxe.ppa app1\nmoc.elpmaxe.bd dbcluster\n")
    (tmp_path / "domains.map").write_text("net.example. app1\n")
    proxy = run(
        "frontend fe\n    bind <fe>\n"
        "    acl example_net_sub req.hdr(Host),host_only,reverse_dom -m beg net.example.\n"
        "    acl example_net_apex req.hdr(Host),host_only,reverse_dom -i net.example\n"
        "    http-request set-var(txn.rev_host) req.hdr(Host),host_only,reverse_dom,concat(.)\n"
        "    http-request set-header X-Net sub if example_net_sub\n    http-request set-header X-Net apex if example_net_apex\n"
        "    use_backend %[var(txn.rev_host),map_beg(<domains>)] if { req.hdr(x-net) -m found }\n"
        "    use_backend %[req.hdr(host),lower,reverse,map_beg(<hosts>,default)]\n"
        "backend app1\n    http-response set-header X-Is app1-%[var(txn.rev_host)]\n    server s1 <s1>\n"
        "backend dbcluster\n    http-response set-header X-Is dbcluster\n    server s1 <s1>\n"
        "backend default\n    http-response set-header X-Is default\n    server s1 <s1>\n",
        hosts=tmp_path / "hosts.map",
        domains=tmp_path / "domains.map",
        s1=serve(hello),
    )
    answers = {
        "x.APP.example.com": "app1-com.example.app.x.",
        "db.example.com": "dbcluster",
        "example.com": "default",
        "a.example.net:81": "app1-net.example.a.",
        "example.net": "app1-net.example.",
    }
    assert {name: proxy.ask(http("GET / HTTP/1.1", f"Host: {name}")).get("x-is") for name in answers} == answers


def test_redirects_with_groups(run, serve):
    proxy = site(
        run,
        front="""
        http-request redirect location %[url,'regsub("(foo|bar)([0-9]+)?","\\2\\1",i)'] if { path_beg /foo }
        http-request redirect location %[url,regsub(\\"(foo|bar)([0-9]+)?\\",\\"\\2\\1\\",i)]
        """,
        s1=serve(hello),
    )
    assert proxy.ask(get("/foo12")).get("location") == "/12foo"
    assert proxy.ask(get("/x/BAR34/y")).get("location") == "/x/34BAR/y"
