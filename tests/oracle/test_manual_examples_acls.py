"""The manual's own examples of sections 7.1, 7.2 and 7.4: which conditions hold for which request."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import hello, name_then_pump
from tests.oracle.common import get, site


def held(run, serve, acls: dict[str, str], **given):
    """A proxy that answers with the names of the ACLs that hold."""
    front = "".join(f"acl {name} {line}\n" for name, lines in acls.items() for line in lines.split("\n"))
    front += "".join(f'http-request set-var-fmt(txn.held) "%[var(txn.held)]{name} " if {name}\n' for name in acls)
    front += 'http-request return content-type text/plain lf-string "%[var(txn.held)]"'
    return site(run, front=front, s1=serve(hello), **given)


def wrong_answers(proxy, acls: dict[str, str], cases: list[tuple[str, bytes, bool]]) -> list[tuple[str, bytes, bool]]:
    """The cases (the ACL, a request, does it hold?) that the proxy does not answer as they say."""
    with proxy.connect() as client:
        return [case for case in cases if (case[0] in client.ask(case[1]).text.split()) != case[2]]


def host(name: str) -> bytes:
    return http("GET / HTTP/1.1", f"Host: {name}")


FLAGS = {
    "files": "hdr(user-agent) -f <exact> -i -f <generic> test",
    "cookie": "req.cook(JSESSIONID) -m found",
    "short_form": "hdr_beg(host) www.",
    "alternate1": "hdr_beg(host) -m beg www.",
    "alternate2": "hdr_dom(host) -m beg www.",
    "alternate3": "hdr(host) -m beg www.",
    "no_flag": "hdr(x) -- -i",
    "second": "hdr(x) a -i",
    "overloaded": "path_beg /static\npath_end .gif",
}
FLAG_CASES = [
    ("files", get("/", "User-Agent: Exact/1"), True),
    ("files", get("/", "User-Agent: exact/1"), False),
    ("files", get("/", "User-Agent: Generic/1"), True),
    ("files", get("/", "User-Agent: gENERIC/1"), True),
    ("files", get("/", "User-Agent: TEST"), True),
    ("files", get("/", "User-Agent: other"), False),
    ("files", get("/", "User-Agent: # no comment"), True),
    ("files", get("/", "User-Agent: # a comment"), False),
    ("cookie", get("/", "Cookie: JSESSIONID=1"), True),
    ("cookie", get("/", "Cookie: b=2; JSESSIONID="), True),
    ("cookie", get("/", "Cookie: jsessionid=1"), False),
    *[(name, host("www.a"), True) for name in ("short_form", "alternate1", "alternate2", "alternate3")],
    *[(name, host("a.www.b"), False) for name in ("short_form", "alternate1", "alternate2", "alternate3")],
    ("no_flag", get("/", "X: -i"), True),
    ("no_flag", get("/", "X: -I"), False),
    ("second", get("/", "X: -i"), True),
    ("second", get("/", "X: A"), False),
    ("overloaded", get("/static/x"), True),
    ("overloaded", get("/x.gif"), True),
    ("overloaded", get("/x.png"), False),
]


def test_flags(run, serve, tmp_path):
    (tmp_path / "exact").write_text("# a comment\n\n   Exact/1\n # no comment\n")
    (tmp_path / "generic").write_text("generic/1\n")
    proxy = held(run, serve, FLAGS, exact=tmp_path / "exact", generic=tmp_path / "generic")
    assert wrong_answers(proxy, FLAGS, FLAG_CASES) == []


NUMBERS = {
    "high": "hdr_val(x) 1024:65535",
    "open": "hdr_val(x) 1024:",
    "low": "hdr_val(x) 0:1023",
    "upto": "hdr_val(x) :1023",
    "eq": "hdr_val(x) eq 5 7",
    "ge": "hdr_val(x) ge 5",
    "gt": "hdr_val(x) gt 5",
    "le": "hdr_val(x) le 5",
    "lt": "hdr_val(x) lt 5",
    "negative": "req.hdr_val(x) lt 0",
    "truth": "hdr_val(x) -m bool",
    "number": "http_first_req -m int 1",
    "local": "src_is_local",
}


@pytest.mark.parametrize(
    "value, names",
    {
        "-1": "negative le lt truth",
        "0": "low upto le lt",
        "5": "low upto eq ge le truth",
        "7": "low upto eq ge gt truth",
        "1023": "low upto ge gt truth",
        "1024": "high open ge gt truth",
        "65535": "high open ge gt truth",
        "65536": "open ge gt truth",
    }.items(),
)
def test_numbers(run, serve, value, names):
    # ":1023" has no lower bound; "-1" is one of it.
    wanted = {*names.split(), "number", "local"} | ({"upto"} if value == "-1" else set())
    assert set(held(run, serve, NUMBERS).ask(get("/", f"X: {value}")).text.split()) == wanted


DIRS = {
    "/images": True,
    "/images/png": True,
    "images/png": True,
    "/png/logo": True,
    "logo/32x32.png": True,
    "32x32.png": True,
    "png": True,
    "32x32": False,
    "mages": False,
}
DOMAINS = {
    "http": True,
    "www1": True,
    ".www1": True,
    "dc-eu": True,
    "example": True,
    "com": True,
    "80": True,
    "dc-eu.example": True,
    "blah": True,
    ":www1:": True,
    "dc-eu.example:80": False,  # the manual says that it matches; HAProxy does not, since "com" stands between
    "eu": False,
    "dc": False,
}


@pytest.mark.parametrize(
    "method, value, patterns",
    [("dir", "/images/png/logo/32x32.png", DIRS), ("dom", "http://www1.dc-eu.example.com:80/blah", DOMAINS)],
    ids=["dir", "dom"],
)
def test_delimited_strings(run, serve, method, value, patterns):
    acls = {f"p{number}": f"hdr(x) -m {method} -- {pattern}" for number, pattern in enumerate(patterns)}
    met = held(run, serve, acls).ask(get("/", f"X: {value}")).text.split()
    assert {pattern: f"p{number}" in met for number, pattern in enumerate(patterns)} == patterns


NETWORKS = {
    "full": "hdr_ip(x) 192.168.0.1",
    "short3": "hdr_ip(x) 192.168.1",
    "net3": "hdr_ip(x) 192.168.1/22",
    "full2": "hdr_ip(x) 10.0.0.12",
    "short2": "hdr_ip(x) 10.12",
    "net2": "hdr_ip(x) 10.12/8",
    "loop": "hdr_ip(x) 127.1",
    "loopnet": "hdr_ip(x) 127.1/8",
    "six": "hdr_ip(x) 2001:db8::/32",
    "mapped": "hdr_ip(x) ::ffff:10.0.0.0/104",
}
NETWORK_CASES = {
    "192.168.0.1": "full short3 net3",
    "192.168.1.0": "net3",
    "192.168.3.255": "net3",
    "192.168.4.0": "",
    "10.0.0.12": "full2 short2 net2 mapped",
    "10.12.0.0": "net2 mapped",
    "127.0.0.1": "loop loopnet",
    "127.9.9.9": "loopnet",
    "2001:db8::1": "six",
    "2001:db9::1": "",
    # an IPv6 address that holds an IPv4 one, on IPv4 patterns
    "2002:a00:c::": "full2 short2 net2",
    "::ffff:10.0.0.12": "full2 short2 net2 mapped",
    "::10.0.0.12": "full2 short2 net2",
}


def test_addresses(run, serve):
    proxy = held(run, serve, NETWORKS)
    with proxy.connect() as client:
        met = {address: client.ask(get("/", f"X: {address}")).text.strip() for address in NETWORK_CASES}
    assert met == NETWORK_CASES


CONTENT = {
    "script_tag": ("req.payload(0,16) -m reg -i <(script)>", b"<html><SCRIPT>..", b"<html><scrap>..."),
    "lowered": ("req.payload(0,16),lower -m reg <(script)>", b"<html><SCRIPT>..", b"<html><scrap>..."),
    "tag_found": ("req.payload(0,0),hex -m sub 3C7461673E", b"a\0b<tag>..", b"a\0b<tog>.."),
    "hello": ("req.payload(0,6) -m bin 48656c6c6f0a", b"Hello\n....", b"Hello.\n..."),
    "hello-in-lower-case": ("req.payload(0,6) -m bin 48656C6C6F0A", b"Hello\n....", b"hello\n...."),
    "sslv3": ("req.ssl_ver 3:3.1", b"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x01" + bytes(39), b"........"),
}


@pytest.mark.parametrize("name", CONTENT)
def test_first_bytes(run, serve, name):
    condition, yes, no = CONTENT[name]
    proxy = run(
        f"frontend fe\n    mode tcp\n    bind <fe>\n    tcp-request inspect-delay 300ms\n    acl it {condition}\n"
        "    tcp-request content reject unless it\n    default_backend be\nbackend be\n    mode tcp\n    server s1 <s1>\n",
        s1=serve(name_then_pump),
    )
    with proxy.connect() as client:
        client.send(yes)
        assert client.exactly(2) == b"s1"
    with proxy.connect() as client:
        client.send(no)
        assert client.closed()


def test_methods_and_lengths(run, serve, program):
    """`missing_cl`, named and anonymous, and the predefined ACLs of the same example."""
    lines = """
    acl missing_cl req.hdr_cnt(Content-length) eq 0
    http-request deny deny_status 401 if HTTP_URL_STAR !METH_OPTIONS || METH_POST missing_cl
    http-request deny deny_status 413 if METH_GET HTTP_CONTENT
    http-request deny deny_status 405 unless METH_GET or METH_POST or METH_OPTIONS
    """
    short = lines.replace(
        "missing_cl\n    http-request deny deny_status 413",
        "{ req.hdr_cnt(Content-length) eq 0 }\n    http-request deny deny_status 413",
    )
    assert lines != short
    answers = {
        # Steelyard takes "*" from OPTIONS only, as RFC 9112 says.
        http("TRACE * HTTP/1.1", "Host: a.test"): 401 if program.is_haproxy else 400,
        http("OPTIONS * HTTP/1.1", "Host: a.test"): 200,
        http("POST / HTTP/1.1", "Host: a.test", "Transfer-Encoding: chunked", body="0\r\n\r\n"): 401,
        http("POST / HTTP/1.1", "Host: a.test", "Content-Length: 1", body="x"): 200,
        http("GET / HTTP/1.1", "Host: a.test", "Content-Length: 1", body="x"): 413,
        http("GET / HTTP/1.1", "Host: a.test", "Content-Length: 0"): 200,
        http("GET / HTTP/1.1", "Host: a.test"): 200,
        http("PUT / HTTP/1.1", "Host: a.test", "Content-Length: 1", body="x"): 405,
    }
    for front in (lines, short):
        proxy = site(run, front=front, s1=serve(hello))
        assert {request: proxy.ask(request).status for request in answers} == answers


def test_static_content(run, serve):
    proxy = run(
        "frontend fe\n    bind <fe>\n"
        "    acl url_static  path_beg         /static /images /img /css\n"
        "    acl url_static  path_end         .gif .png .jpg .css .js\n"
        "    acl host_www    hdr_beg(host) -i www\n"
        "    acl host_static hdr_beg(host) -i img. video. download. ftp.\n"
        "    use_backend static if host_static or host_www url_static\n"
        "    use_backend www    if host_www\n"
        "    default_backend other\n"
        "backend static\n    server s1 <static>\nbackend www\n    server s1 <www>\nbackend other\n    server s1 <other>\n",
        static=serve(hello, "static"),
        www=serve(hello, "www"),
        other=serve(hello, "other"),
    )
    answers = {
        ("WWW.a", "/index.html"): "www",
        ("www.a", "/css/x"): "static",
        ("www.a", "/x.js"): "static",
        ("Img.a", "/"): "static",
        ("a", "/x.js"): "other",
    }
    got = {(name, path): proxy.ask(http(f"GET {path} HTTP/1.1", f"Host: {name}")).text for name, path in answers}
    assert got == answers


@pytest.mark.parametrize(
    "words",
    [
        "acl site_dead nbsrv(dynamic) lt 2\n    acl site_dead nbsrv(static) lt 2\n    monitor fail if site_dead",
        "monitor fail if { nbsrv(dynamic) lt 2 } || { nbsrv(static) lt 2 }",
    ],
    ids=["named", "anonymous"],
)
def test_a_dead_site(run, serve, words):
    def monitored(more):
        proxy = run(
            f"frontend fe\n    bind <fe>\n    monitor-uri /live\n    {words}\n"
            f"backend dynamic\n    server s1 <s1>\n    server s2 <s1>\nbackend static\n    server s1 <s1>\n    {more}\n",
            s1=serve(hello),
        )
        return proxy.ask(get("/live")).status

    assert monitored("") == 503
    assert monitored("server s2 <s1>") == 200


def test_methods(run, serve):
    proxy = site(run, front="acl valid_method method GET HEAD\nhttp-request deny if ! valid_method", s1=serve(hello))
    answers = {"GET": 200, "HEAD": 200, "DELETE": 403, "get": 403, "PURGE": 403}
    assert {method: proxy.ask(http(f"{method} / HTTP/1.1", "Host: a")).status for method in answers} == answers


PREDEFINED = {
    "FALSE": [],
    "TRUE": [get("/")],
    "HTTP": [get("/")],
    "HTTP_1.0": [get("/", version="1.0")],
    "HTTP_1.1": [get("/"), get("/x")],
    "HTTP_2.0": [],
    "HTTP_CONTENT": [http("POST / HTTP/1.1", "Host: a", "Content-Length: 1", body="x")],
    "HTTP_URL_ABS": [http("GET http://a/ HTTP/1.1", "Host: a")],
    "HTTP_URL_SLASH": [get("/")],
    "HTTP_URL_STAR": [http("OPTIONS * HTTP/1.1", "Host: a")],
    "LOCALHOST": [get("/")],
    "METH_CONNECT": [],
    "METH_DELETE": [http("DELETE / HTTP/1.1", "Host: a")],
    "METH_GET": [get("/"), http("HEAD / HTTP/1.1", "Host: a")],
    "METH_HEAD": [http("HEAD / HTTP/1.1", "Host: a")],
    "METH_OPTIONS": [http("OPTIONS * HTTP/1.1", "Host: a")],
    "METH_POST": [http("POST / HTTP/1.1", "Host: a", "Content-Length: 0")],
    "METH_PUT": [http("PUT / HTTP/1.1", "Host: a", "Content-Length: 0")],
    "METH_TRACE": [http("TRACE / HTTP/1.1", "Host: a")],
    "RDP_COOKIE": [],
    "REQ_CONTENT": [get("/")],
    "WAIT_END": [get("/")],
}
# One request for each method, and no two alike.
EVERY = list(dict.fromkeys(request for requests in PREDEFINED.values() for request in requests))
ALWAYS = {"TRUE", "HTTP", "LOCALHOST", "REQ_CONTENT", "WAIT_END"}


def test_predefined(run, serve):
    """Each predefined ACL of section 7.4 on requests for which it holds, and on others."""
    front = "".join(f'http-request set-header X-Held "%[req.hdr(x-held)]{name}+" if {name}\n' for name in PREDEFINED)
    front += 'http-request return hdr X-Held "%[req.hdr(x-held)]"'
    proxy = site(run, front=front, s1=serve(hello))
    for request in EVERY:
        method, target, version = request.split(b"\r\n")[0].decode().split(" ")
        wanted = set(ALWAYS) | {f"METH_{method}", f"HTTP_{version[5:]}"}
        wanted |= {"METH_GET"} if method == "HEAD" else set()
        wanted |= {"HTTP_URL_STAR"} if target == "*" else {"HTTP_URL_SLASH"} if target[0] == "/" else {"HTTP_URL_ABS"}
        wanted |= {"HTTP_CONTENT"} if request.endswith(b"x") else set()
        assert set((proxy.ask(request).get("x-held") or "").split("+")) - {""} == wanted, request
