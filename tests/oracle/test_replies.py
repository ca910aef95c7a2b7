"""Replies that the proxy makes itself: error pages, deny, return, redirect, auth, tarpit."""

from __future__ import annotations

import time
from base64 import b64encode

import pytest

from tests.kit import http
from tests.kit.behaviours import close_at_once, echo, reply, stall_before_head
from tests.oracle.common import GET, PAGES, get, site


def page(status: int, *extra: str, close: bool = False) -> bytes:
    """A built-in page as HAProxy sends it over HTTP/1.1."""
    reason, sentence = PAGES[status]
    body = f"<html><body><h1>{status} {reason}</h1>\n{sentence}\n</body></html>\n"
    head = [f"HTTP/1.1 {status} {reason}", f"content-length: {len(body)}", "cache-control: no-cache", "content-type: text/html"]
    return http(*head, *extra, *(["connection: close"] if close or status in (400, 408) else []), body=body)


def test_503_without_a_server(run):
    proxy = run("frontend fe\n bind <fe>\n default_backend be\nbackend be\n")
    with proxy.connect() as client:
        assert client.ask(GET).raw == page(503)
        assert client.ask(get("/", "Connection: close")).raw == page(503, close=True)
        assert client.closed()


def test_503_without_a_backend(run):
    proxy = run("frontend fe\n bind <fe>\n")
    assert proxy.ask(GET).raw == page(503)


def test_503_when_the_server_refuses(run):
    proxy = site(run, back="retries 0")
    assert proxy.ask(GET).raw == page(503)


def test_502_when_the_server_closes_without_an_answer(run, serve):
    proxy = site(run, s1=serve(close_at_once))
    assert proxy.ask(GET).raw == page(502)


def test_502_when_the_server_talks_nonsense(run, serve):
    proxy = site(run, s1=serve(reply(b"what is this\r\n\r\n", close=True)))
    assert proxy.ask(GET).raw == page(502)


def test_504_when_the_server_is_silent(run, serve):
    proxy = site(run, back="timeout server 150ms", s1=serve(stall_before_head))
    assert proxy.ask(GET).raw == page(504)


def test_408_when_the_request_does_not_end(run, serve):
    proxy = site(run, front="timeout http-request 150ms", s1=serve(echo))
    assert proxy.raw(b"GET / HTTP/1.1\r\nHost:").startswith(b"HTTP/1.1 408 Request Time-out\r\n")


def test_408_to_the_byte(run, serve):
    proxy = site(run, front="timeout http-request 150ms", s1=serve(echo))
    body = "<html><body><h1>408 Request Time-out</h1>\nYour browser didn't send a complete request in time.\n</body></html>\n"
    head = [
        "HTTP/1.1 408 Request Time-out",
        "Content-length: 110",
        "Cache-Control: no-cache",
        "Connection: close",
        "Content-Type: text/html",
    ]
    assert proxy.raw(b"GET / HTTP/1.1\r\nHost:") == http(*head, body=body)


def test_408_is_not_said_to_a_silent_client(run, serve):
    proxy = site(run, front="timeout http-request 150ms\noption http-ignore-probes", s1=serve(echo))
    assert proxy.raw(b"") == b""


def test_400_to_the_byte(run, serve):
    proxy = site(run, s1=serve(echo))
    body = "<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>\n"
    head = [
        "HTTP/1.1 400 Bad request",
        "Content-length: 90",
        "Cache-Control: no-cache",
        "Connection: close",
        "Content-Type: text/html",
    ]
    assert proxy.raw(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n") == http(*head, body=body)


def test_deny(run, serve):
    server = serve(echo)
    proxy = site(run, front="http-request deny if { path /no }", s1=server)
    with proxy.connect() as client:
        assert client.ask(get("/no")).raw == page(403)
        assert client.ask(get("/yes")).status == 200
    assert [request.target for request in server.requests] == ["/yes"]


@pytest.mark.parametrize("status", [400, 403, 408, 502, 503, 504])
def test_deny_with_a_status(run, status):
    proxy = run(f"frontend fe\n bind <fe>\n http-request deny deny_status {status}\n")
    assert proxy.ask(GET).raw == page(status)


def test_deny_with_content(run):
    rule = "http-request deny status 429 content-type text/plain string 'slow down' hdr X-Why too-fast"
    proxy = run(f"frontend fe\n bind <fe>\n {rule}\n")
    got = proxy.ask(GET)
    assert got.start == "HTTP/1.1 429 Too Many Requests"
    assert got.lowered == [("x-why", "too-fast"), ("content-length", "9"), ("content-type", "text/plain")]
    assert got.body == b"slow down"


def test_deny_of_a_head_request_has_no_body(run):
    proxy = run("frontend fe\n bind <fe>\n http-request deny\n")
    with proxy.connect() as client:
        got = client.ask(http("HEAD / HTTP/1.1", "Host: a"))
        assert (got.status, got.get("content-length")) == (403, "93")
        assert client.ask(GET).raw == page(403)


def test_response_deny(run, serve):
    proxy = site(run, back="http-response deny if { res.hdr(content-type) audio/mp3 }", s1=serve(
        reply(http("HTTP/1.1 200 OK", "Content-Type: audio/mp3", "Content-Length: 3", body="abc"))))  # fmt: skip
    assert proxy.ask(GET).raw == page(502)


def test_return_with_text(run):
    rule = 'http-request return status 200 content-type "text/plain" lf-string "hi %[src] %[path]" hdr X-A "%[method]"'
    proxy = run(f"frontend fe\n bind <fe>\n {rule}\n")
    got = proxy.ask(get("/p"))
    assert got.start == "HTTP/1.1 200 OK"
    assert got.lowered == [("x-a", "GET"), ("content-length", "15"), ("content-type", "text/plain")]
    assert got.body == b"hi 127.0.0.1 /p"


def test_return_of_a_file(run, tmp_path):
    (tmp_path / "page.txt").write_text("from a file %[path]\n")
    both = "frontend fe\n bind <fe>\n" + "".join(
        f" http-request return content-type text/x {word} <file> if {{ path /{word} }}\n" for word in ("file", "lf-file")
    )
    proxy = run(both, file=tmp_path / "page.txt")
    assert proxy.ask(get("/file")).body == b"from a file %[path]\n"
    assert proxy.ask(get("/lf-file")).body == b"from a file /lf-file\n"


def test_return_without_content(run):
    proxy = run("frontend fe\n bind <fe>\n http-request return status 204\n")
    got = proxy.ask(GET)
    assert (got.start, got.lowered) == ("HTTP/1.1 204 No Content", [])


def test_return_status_only(run):
    proxy = run("frontend fe\n bind <fe>\n http-request return status 200\n")
    got = proxy.ask(GET)
    assert (got.start, got.lowered, got.body) == ("HTTP/1.1 200 OK", [("content-length", "0")], b"")


def test_response_return(run, serve):
    proxy = site(
        run, back="http-response return status 404 content-type text/plain string gone if { status 200 }", s1=serve(echo)
    )
    got = proxy.ask(GET)
    assert (got.status, got.body) == (404, b"gone")


REDIRECTS = [
    # rule, request target, status, location
    ("redirect location http://b.test/x", "/a", 302, "http://b.test/x"),
    ("redirect location /x code 301", "/a", 301, "/x"),
    ("redirect location /x code 303", "/a", 303, "/x"),
    ("redirect location /x code 307", "/a", 307, "/x"),
    ("redirect location /x code 308", "/a", 308, "/x"),
    ("redirect location http://%[hdr(host)]%[path]", "/a?b", 302, "http://a.test/a"),
    ("redirect prefix http://b.test", "/a/b?c=d", 302, "http://b.test/a/b?c=d"),
    ("redirect prefix http://b.test/p", "/a", 302, "http://b.test/p/a"),
    ("redirect prefix /", "/a", 302, "/a"),
    ("redirect prefix http://b.test drop-query", "/a/b?c=d", 302, "http://b.test/a/b"),
    ("redirect prefix http://b.test drop-query append-slash", "/a/b?c=d", 302, "http://b.test/a/b/"),
    ("redirect prefix http://b.test drop-query append-slash", "/a/b/", 302, "http://b.test/a/b/"),
    ("redirect prefix http://b.test append-slash", "/a/b", 302, "http://b.test/a/b/"),
    ("redirect prefix http://b.test append-slash", "/a/b?c=d", 302, "http://b.test/a/b?c=d/"),
    ("redirect scheme https append-slash", "/a/b", 302, "https://a.test/a/b/"),
    ("redirect location /a append-slash", "/", 302, "/a"),
    ("redirect scheme https", "/a?b", 302, "https://a.test/a?b"),
    ("redirect scheme https code 301 if !{ ssl_fc }", "/a?b", 301, "https://a.test/a?b"),
]


def test_whether_a_client_is_known_is_not_known_of_one_that_says_nothing(run):
    users = "userlist people\n user joe insecure-password secret\n"
    proxy = run(
        f'{users}frontend fe\n bind <fe>\n http-request return lf-string "[%[http_auth(people)]]" content-type text/plain\n'
    )
    known, unknown = (f"Authorization: Basic {b64encode(text).decode()}" for text in (b"joe:secret", b"joe:other"))
    assert [proxy.ask(get("/", *fields)).text for fields in ((), (known,), (unknown,))] == ["[]", "[1]", "[0]"]


@pytest.mark.parametrize(("rule", "target", "status", "location"), REDIRECTS)
def test_redirect(run, rule, target, status, location):
    proxy = run(f"frontend fe\n bind <fe>\n http-request {rule}\n")
    got = proxy.ask(get(target))
    assert got.status == status
    # The name is written as HAProxy writes it here: small letters.
    cached = status in (301, 308)
    assert got.fields == [("content-length", "0"), ("location", location), *([] if cached else [("cache-control", "no-cache")])]


def test_redirect_reasons_and_cookies(run):
    proxy = run(
        "frontend fe\n bind <fe>\n redirect location /in set-cookie SEEN=1 if { path /set }\n"
        " redirect location /out clear-cookie SEEN= if { path /clear }\n"
        " redirect location /out clear-cookie SEEN if { path /bare }\n redirect location /301 code 301\n"
    )
    got = proxy.ask(get("/set"))
    assert got.start == "HTTP/1.1 302 Found"
    assert got.lowered == [
        ("content-length", "0"),
        ("location", "/in"),
        ("cache-control", "no-cache"),
        ("set-cookie", "SEEN=1; path=/;"),
    ]
    got = proxy.ask(get("/clear"))
    assert ("set-cookie", "SEEN=; path=/; Max-Age=0;") in got.lowered
    assert ("set-cookie", "SEEN; path=/; Max-Age=0;") in proxy.ask(get("/bare")).lowered
    assert proxy.ask(GET).start == "HTTP/1.1 301 Moved Permanently"


def test_response_redirect(run, serve):
    proxy = site(run, back="http-response redirect location /login if { status 200 }", s1=serve(echo))
    got = proxy.ask(GET)
    assert (got.status, got.get("location")) == (302, "/login")


def test_server_redir(run, serve):
    server = serve(echo)
    proxy = site(run, server="redir http://img.test", s1=server)
    got = proxy.ask(get("/a?b"))
    assert (got.status, got.get("location"), got.get("connection")) == (302, "http://img.test/a?b", "close")
    assert proxy.ask(http("POST /a HTTP/1.1", "Host: a", "Content-Length: 0")).status == 200


def test_auth_asks_and_lets_in(run, serve):
    server = serve(echo)
    proxy = site(
        run,
        top="userlist people\n group staff\n user joe insecure-password secret\n user ann insecure-password other groups staff\n",
        front="http-request auth realm Staff if !{ http_auth(people) }",
        s1=server,
    )
    asked = proxy.ask(GET)
    assert asked.raw == page(401).replace(
        b"content-type: text/html\r\n", b'content-type: text/html\r\nwww-authenticate: Basic realm="Staff"\r\n'
    )
    assert server.connections == 0
    assert proxy.ask(get("/", "Authorization: Basic am9lOnNlY3JldA==")).status == 200
    assert proxy.ask(get("/", "Authorization: Basic am9lOndyb25n")).status == 401
    assert proxy.ask(get("/", "Authorization: Bearer x")).status == 401


def test_auth_by_hash(run, serve):
    """`secret`, by `openssl passwd -6` and `-5`. The second right answer comes from memory and must be no other."""
    six = "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG."
    five = "$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM."
    proxy = site(
        run,
        top=f"userlist people\n user six password '{six}'\n user five password '{five}'\n",
        front="http-request auth if !{ http_auth(people) }",
        s1=serve(echo),
    )
    for user in ("six", "five"):
        for password, status in (("wrong", 401), ("secret", 200), ("secret", 200), ("wrong", 401), ("", 401)):
            token = b64encode(f"{user}:{password}".encode()).decode()
            assert proxy.ask(get("/", f"Authorization: Basic {token}")).status == status, (user, password)


def test_tarpit_waits_then_answers(run):
    proxy = run("frontend fe\n bind <fe>\n timeout tarpit 300ms\n http-request tarpit\n")
    start = time.monotonic()
    got = proxy.ask(GET)
    assert got.start == "HTTP/1.1 500 Internal Server Error"
    assert time.monotonic() - start >= 0.28


def test_tarpit_with_a_status(run):
    proxy = run("frontend fe\n bind <fe>\n timeout tarpit 50ms\n http-request tarpit deny_status 429\n")
    assert proxy.ask(GET).start == "HTTP/1.1 429 Too Many Requests"


def test_a_tarpitted_connection_lives_on(run):
    proxy = run("frontend fe\n bind <fe>\n timeout tarpit 50ms\n http-request tarpit deny_status 404\n")
    with proxy.connect() as client:
        assert client.ask(GET).all("connection") == []
        assert client.ask(get("/", "Connection: close")).all("connection") == ["close"]
        assert client.closed()


@pytest.mark.parametrize(
    ("status", "given", "page"),
    [
        (400, "Bad Request", "Bad request"),
        (407, "Proxy Authentication Required", "Unauthorized"),
        (413, "Request Entity Too Large", "Payload Too Large"),
        (502, "Bad Gateway or Proxy Error", "Bad Gateway"),
        (207, "Multi-Status", None),
        (226, "IM Used", None),
        (299, "Success", None),
        (399, "Redirection", None),
        (499, "client has closed connection", None),
        (498, "Client Error", None),
        (599, "Server Error", None),
    ],
)
def test_reason_phrases(run, status, given, page):
    rules = f"http-request return status {status} content-type a/b string x if {{ path /r }}\n "
    rules += f"http-after-response set-status {status} unless {{ status {status} }}\n "
    rules += f"http-request deny deny_status {status} if {{ path /p }}\n " if page else ""
    proxy = run(f"frontend fe\n bind <fe>\n {rules}http-request return status 200\n")
    assert proxy.ask(get("/r")).start == f"HTTP/1.1 {status} {given}"
    assert proxy.ask(get("/s")).start == f"HTTP/1.1 {status} {given}"
    if page:
        assert proxy.ask(get("/p")).start == f"HTTP/1.1 {status} {page}"


ERRORFILES = [
    # the file, what is sent, whether the connection closes then
    ("HTTP/1.0 503 Gone|X-Own: 1||soon", "HTTP/1.0 503 Gone|x-own: 1||soon", True),
    ("HTTP/1.1 503 Gone|X-Own: 1||soon", "HTTP/1.1 503 Gone|x-own: 1|connection: close||soon", True),
    ("HTTP/1.1 503 Gone|Content-Length: 4|X-Own: 1||soon", "HTTP/1.1 503 Gone|content-length: 4|x-own: 1||soon", False),
    (
        "HTTP/1.1 503 Gone|Content-Length: 4|Connection: close||soon",
        "HTTP/1.1 503 Gone|content-length: 4|connection: close||soon",
        True,
    ),
]


@pytest.mark.parametrize(("file", "sent", "closes"), ERRORFILES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_errorfile(run, tmp_path, file, sent, closes, end):
    (tmp_path / "503.http").write_text(file.replace("|", end), newline="")
    proxy = run("frontend fe\n bind <fe>\n default_backend be\nbackend be\n errorfile 503 <file>\n", file=tmp_path / "503.http")
    with proxy.connect() as client:
        client.send(GET)
        want = sent.replace("|", "\r\n").encode()
        got = client.exactly(len(want))
        assert got.lower() == want.lower()
        if closes:
            assert client.closed()
        else:
            assert client.ask(GET).status == 503


@pytest.mark.parametrize(("word", "status"), [("errorloc", 302), ("errorloc302", 302), ("errorloc303", 303)])
def test_errorloc(run, word, status):
    proxy = run(f"frontend fe\n bind <fe>\n {word} 503 http://sorry.test/\n")
    got = proxy.ask(GET)
    assert (got.status, got.get("location")) == (status, "http://sorry.test/")


def test_monitor_uri(run, serve):
    server = serve(echo)
    proxy = site(run, front="monitor-uri /alive\nmonitor fail if { path /never }", s1=server)
    with proxy.connect() as client:
        got = client.ask(get("/alive"))
        assert got.raw == http(
            "HTTP/1.1 200 OK", "content-length: 58", "cache-control: no-cache", "content-type: text/html",
            body="<html><body><h1>200 OK</h1>\nService ready.\n</body></html>\n",
        )  # fmt: skip
        assert client.ask(get("/alive?x")).status == 200
        assert client.ask(get("/other")).echoed.target == "/other"
    assert server.connections == 1
