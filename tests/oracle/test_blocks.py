"""Messages as the blocks that HAProxy keeps them in (`internal.htx.*`), and bodies of responses."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import hello, reply, stall_after
from tests.oracle.common import get, site

TOP = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s"

# What is asked of a message with the fields `Host: a.test` and `Foo: bar`, or of the response below.
REQUEST = {
    "internal.strm.is_htx": "1",
    "internal.htx.nbblks": "4",
    "internal.htx.has_eom": "1",
    "internal.htx.data": str(20 + 17 + 10 + 6 + 1),
    "internal.htx.used": str(20 + 17 + 10 + 6 + 1 + 4 * 8),
    "internal.htx_blk.type(0)": "HTX_BLK_REQ_SL",
    "internal.htx_blk.type(first)": "HTX_BLK_REQ_SL",
    "internal.htx_blk.type(1)": "HTX_BLK_HDR",
    "internal.htx_blk.type(tail)": "HTX_BLK_EOH",
    "internal.htx_blk.type(4)": "HTX_BLK_UNUSED",
    "internal.htx_blk.type(999999999)": "HTX_BLK_UNUSED",
    "internal.htx_blk.start_line(head)": "GET /a?b=c HTTP/1.1",
    "internal.htx_blk.start_line(1)": "",
    "internal.htx_blk.hdrname(1)": "host",
    "internal.htx_blk.hdrval(2)": "bar",
    "internal.htx_blk.hdrname(0)": "",
    "internal.htx_blk.hdrval(3)": "",
    "internal.htx_blk.data(1)": "",
    "internal.htx_blk.size(0)": "37",
    "internal.htx_blk.size(2)": "6",
    "internal.htx_blk.size(3)": "1",
    "internal.htx_blk.size(9)": "0",
}
RESPONSE = {
    "internal.htx.nbblks": "5",
    "internal.htx.has_eom": "1",
    "internal.htx_blk.type(0)": "HTX_BLK_RES_SL",
    "internal.htx_blk.start_line(0)": "HTTP/1.1 404 Not Found",
    "internal.htx_blk.size(0)": str(20 + 8 + 3 + 9),
    "internal.htx_blk.hdrname(1)": "x-one",
    "internal.htx_blk.type(tail)": "HTX_BLK_DATA",
    "internal.htx_blk.data(tail)": "hello",
    "internal.htx_blk.size(tail)": "5",
    "res.body": "hello",
    "res.body_len": "5",
    "res.body_size": "5",
}


def answers(ruleset: str, asked: dict[str, str]) -> str:
    lines = [f"{ruleset} set-var(sess.v{number}) {name}" for number, name in enumerate(asked)]
    shown = [f'http-after-response set-header x-v{number} "<%[var(sess.v{number})]>"' for number in range(len(asked))]
    return "\n".join([*lines, *shown])


def values(response, asked: dict[str, str]) -> dict[str, str]:
    return {name: response.get(f"x-v{number}")[1:-1] for number, name in enumerate(asked)}


def test_blocks_of_a_request(run, serve):
    proxy = site(run, front=answers("http-request", REQUEST), top=TOP, s1=serve(hello))
    assert values(proxy.ask(get("/a?b=c", "Foo: bar")), REQUEST) == REQUEST


def test_what_is_free_is_what_is_not_used(run, serve, program):
    asked = {"internal.htx.size": "", "internal.htx.used": "", "internal.htx.free": "", "internal.htx.free_data": ""}
    proxy = site(run, front=answers("http-request", asked), top=TOP, s1=serve(hello))
    size, used, free, data = map(int, values(proxy.ask(get("/")), asked).values())
    assert (free, data) == (size - used, size - used - 8)
    # HAProxy keeps a few bytes of a buffer for itself, 2.8 eight more than later versions.
    assert size in (16384 - 40, 16384 - 48)


def test_a_body_that_was_waited_for(run, serve):
    asked = {"internal.htx_blk.data(tail)": "hello", "internal.htx.has_eom": "1", "internal.htx_blk.type(tail)": "HTX_BLK_DATA"}
    front = "option http-buffer-request\n" + answers("http-request", asked)
    proxy = site(run, front=front, top=TOP, s1=serve(hello))
    assert values(proxy.ask(http("POST / HTTP/1.1", "Host: a.test", "Content-Length: 5", body="hello")), asked) == asked


def test_blocks_of_a_response(run, serve):
    server = serve(reply(http("HTTP/1.1 404 Not Found", "X-One: 1", "Content-Length: 5", body="hello")))
    proxy = site(run, front=answers("http-response", RESPONSE), top=TOP, s1=server)
    assert values(proxy.ask(get("/")), RESPONSE) == RESPONSE


BODIES = {
    # what the server sends, and: bytes that are there, length that was told
    "chunks": (http("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body="3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), "abcde", "5"),
    "none": (http("HTTP/1.1 204 No Content"), "", "0"),
    "empty": (http("HTTP/1.1 200 OK", "Content-Length: 0"), "", "0"),
    "binary": (http("HTTP/1.1 200 OK", "Content-Length: 4", body=b"\x00a\xffb"), "\x00a\xffb", "4"),
}


@pytest.mark.parametrize("case", BODIES)
def test_bodies_of_responses(run, serve, case):
    data, want, size = BODIES[case]
    front = (
        "http-response set-header x-hex %[res.body,hex]\nhttp-response set-header x-len %[res.body_len]\n"
        "http-response set-header x-size %[res.body_size]\nhttp-response set-header x-acl yes if { res.body -m sub cd }"
    )
    response = site(run, front=front, top=TOP, s1=serve(reply(data))).ask(get("/"))
    assert response.get("x-hex") == want.encode("latin-1").hex().upper()
    assert (response.get("x-len"), response.get("x-size")) == (str(len(want)), size)
    assert response.get("x-acl") == ("yes" if "cd" in want else None)


def test_a_body_that_comes_later_is_not_waited_for(run, serve, sink):
    server = serve(stall_after(http("HTTP/1.1 200 OK", "Content-Length: 5", body="he")))
    front = (
        'log <sink> local0\nlog-format "%[var(txn.size)] %[var(txn.len)]"\n'
        "http-response set-var(txn.size) res.body_size\nhttp-response set-var(txn.len) res.body_len"
    )
    proxy = site(run, front=front, back="timeout server 200ms", top=TOP, s1=server, sink=sink)
    with proxy.connect() as client:
        client.send(get("/"))
        # HAProxy may see the head before the two bytes behind it.
        assert sink.take() in ("5 2", "5 0")


def test_the_body_of_a_reply_made_here(run):
    front = (
        'http-request return status 200 content-type text/plain string "made here"\n'
        "http-after-response set-header x-body %[res.body]\nhttp-after-response set-header x-size %[res.body_size]"
    )
    proxy = run(f"{TOP}\nfrontend fe\n    bind <fe>\n    " + front.replace("\n", "\n    ") + "\n", bare=True)
    response = proxy.ask(get("/"))
    assert (response.get("x-body"), response.get("x-size")) == ("made here", "9")


def test_a_tcp_stream_has_no_blocks(run, serve, sink):
    proxy = site(
        run,
        front="mode tcp\nlog <sink> local0\nlog-format %[internal.strm.is_htx]",
        back="mode tcp",
        top=TOP,
        s1=serve(hello),
        sink=sink,
    )
    proxy.ask(get("/", "Connection: close"))
    assert sink.take() == "0"
