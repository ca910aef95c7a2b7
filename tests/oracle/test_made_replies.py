"""Replies put together in the configuration for errors, and those that a named section holds."""

from __future__ import annotations

import pytest

from tests.kit.behaviours import hello
from tests.oracle.common import GET, get, site


def test_an_error_has_the_reply_that_is_put_together_for_it(run):
    front = """
 http-error status 503 content-type text/plain string "not now" hdr X-Why "maintenance of %[req.hdr(host)]"
 http-error status 403 content-type text/plain lf-string "no %[path]"
"""
    proxy = run(f"frontend fe\n bind <fe>\n{front} http-request deny if {{ path /no }}\n")
    answer = proxy.ask(GET)
    assert sorted(answer.lowered) == [
        ("content-length", "7"),
        ("content-type", "text/plain"),
        ("x-why", "maintenance of a.test"),
    ]
    assert (answer.status, answer.body) == (503, b"not now")
    assert proxy.ask(get("/no")).body == b"no /no"


def test_the_last_reply_for_a_status_holds(run, tmp_path):
    page = tmp_path / "page.http"
    page.write_bytes(b"HTTP/1.0 503 Gone\r\ncontent-length: 4\r\n\r\npage")
    made = 'http-error status 503 content-type text/plain string "made"'
    first = run(f"frontend fe\n bind <fe>\n errorfile 503 {page}\n {made}\n")
    assert first.ask(GET).body == b"made"
    second = run(f"frontend fe\n bind <fe>\n {made}\n errorfile 503 {page}\n")
    assert second.ask(GET).body == b"page"
    third = run(f"frontend fe\n bind <fe>\n {made}\n http-error status 503 default-errorfiles\n")
    assert b"No server is available" in third.ask(GET).body


def test_a_rule_answers_with_the_page_of_a_named_section(run, tmp_path):
    page = tmp_path / "page.http"
    page.write_bytes(b"HTTP/1.0 404 Gone\r\ncontent-length: 4\r\n\r\npage")
    rules = """
 http-request return status 404 errorfiles pages if { path /a }
 http-request deny status 404 errorfiles pages if { path /b }
 http-request deny errorfiles pages
"""
    proxy = run(f"http-errors pages\n errorfile 404 {page}\nfrontend fe\n bind <fe>\n{rules}")
    assert (proxy.ask(get("/a")).status, proxy.ask(get("/a")).body) == (404, b"page")
    assert (proxy.ask(get("/b")).status, proxy.ask(get("/b")).body) == (404, b"page")
    assert (proxy.ask(GET).status, proxy.ask(GET).body) == (403, b"")


def test_a_reply_of_the_backend_goes_before_that_of_the_frontend(run):
    front = 'http-error status 503 content-type text/plain string "front"'
    back = 'http-error status 503 content-type text/plain string "back"'
    both = run(f"frontend fe\n bind <fe>\n {front}\n default_backend be\nbackend be\n {back}\n")
    assert both.ask(GET).body == b"back"
    one = run(f"frontend fe\n bind <fe>\n {front}\n default_backend be\nbackend be\n")
    assert one.ask(GET).body == b"front"


def test_a_page_of_the_frontend_stands_in_for_one_that_the_backend_has_not(run, tmp_path):
    page = tmp_path / "page.http"
    page.write_bytes(b"HTTP/1.0 503 Gone\r\ncontent-length: 4\r\n\r\npage")
    proxy = run(f"frontend fe\n bind <fe>\n errorfile 503 {page}\n default_backend be\nbackend be\n")
    assert proxy.ask(GET).body == b"page"


@pytest.mark.parametrize("fields", ["", "connection: keep-alive\r\n"])
def test_a_page_of_the_old_version_leaves_the_connection_open(run, tmp_path, fields):
    page = tmp_path / "page.http"
    page.write_text(f"HTTP/1.0 403 No\r\n{fields}content-length: 2\r\n\r\nno", newline="")
    proxy = run(f"frontend fe\n bind <fe>\n errorfile 403 {page}\n http-request deny\n")
    with proxy.connect() as client:
        first, second = client.ask(GET), client.ask(GET)
    assert (first.body, first.get("connection"), second.body) == (b"no", "keep-alive", b"no")


def test_a_reply_names_its_own_status(run, serve):
    """`%ST` is the status of what is being made, whoever makes it."""
    page = 'content-type text/plain lf-string "%ST"'
    front = f"""
        http-error status 404 {page}
        http-request return status 299 {page} hdr X-Status %ST if {{ path /return }}
        http-request deny status 429 {page} if {{ path /deny }}
        http-request deny deny_status 404 if {{ path /page }}
        http-response return status 503 {page} if {{ status 200 }}
    """
    proxy = site(run, front=front, s1=serve(hello))
    for path, status in (("/return", 299), ("/deny", 429), ("/page", 404), ("/", 503)):
        answer = proxy.ask(get(path))
        assert (answer.status, answer.text) == (status, str(status))
    assert proxy.ask(get("/return")).get("x-status") == "299"


def test_a_304_of_a_rule_has_no_body(run):
    front = "http-request return status 304 hdr ETag x"
    proxy = site(run, front=front, s1="127.0.0.1:1")
    with proxy.connect() as client:
        for _ in range(2):
            answer = client.ask(GET)
            assert (answer.status, answer.get("content-length"), answer.get("etag")) == (304, "0", "x")
