"""Log lines as documents: the encodings of 3.x, compared with those of HAProxy 3.4, and `option httplog json`, an extension."""

from __future__ import annotations

import json

from tests.kit.behaviours import hello
from tests.kit.wire import http

SITE = """
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend f
 bind <fe>
 log <sink> len 4096 local0
 {more}
 default_backend b
backend b
 server s1 <s1>
"""
GET = http('GET /p?q="1" HTTP/1.1', "Host: a", "X-Odd: caf\xe9")


def test_httplog_json_is_one_object_with_typed_fields(steelyard, serve, sink):
    more = "option httplog json\n capture request header x-odd len 20"
    proxy = steelyard(SITE.format(more=more), s1=serve(hello), sink=sink)
    proxy.ask(GET)
    found = json.loads(sink.take())
    assert found | {"method": "GET", "uri": "/p?q=#221#22", "status_code": 200, "backend_name": "b", "server_name": "s1"} == found
    assert found | {"captured_request_cookie": "", "actconn": 1, "termination_state": "----"} == found
    assert isinstance(found["Ta"], int) and isinstance(found["client_port"], int)
    assert found["captured_request_headers"] == ["caf#E9"]


def test_named_items_of_a_format_make_the_object(steelyard, serve, sink):
    more = 'log-format "%{+json}o text %(request)r %(custom_expr)[str(custom)] %(port:str)[int(7)] %ci"'
    proxy = steelyard(SITE.format(more=more), s1=serve(hello), sink=sink)
    proxy.ask(GET)
    assert sink.take() == '{"request": "GET /p?q=#221#22 HTTP/1.1", "custom_expr": "custom", "port": "7"}'


def test_an_item_by_itself_can_be_a_value(steelyard, serve, sink):
    more = 'log-format \'{"ua": %{+json}[var(txn.none)], "path": %{+json}[capture.req.uri]}\''
    proxy = steelyard(SITE.format(more=more), s1=serve(hello), sink=sink)
    proxy.ask(GET)
    assert json.loads(sink.take()) == {"ua": "", "path": '/p?q="1"'}


PROFILE = """
log-profile mine
 log-tag custom
 on error format "%ci: error"
 on any sd "[x@1 a=1]"
log-profile quiet
 on close drop
"""


def test_a_profile_makes_the_lines_of_one_target(steelyard, serve, sink):
    """The example of manual section 8.3.5."""
    more = "log-format 'body %ts'\n no log\n log <sink> format rfc5424 profile mine local0\n log <sink> profile quiet local1"
    proxy = steelyard(PROFILE + SITE.format(more=more), s1=serve(hello), sink=sink)
    proxy.ask(GET)
    line = sink.take("body")
    assert line.raw.decode().partition(" - ")[2] == f"custom {line.raw.split()[4].decode()} - [x@1 a=1] body --\n", line.raw
    assert not [each for each in sink.lines if each.raw.startswith(b"<142>")]


def test_what_is_missing_in_json_and_in_cbor(steelyard, serve, sink):
    """A text is empty in JSON and null in CBOR; a capture has its hyphen."""
    items = "%(CC)CC %(hrl)hrl %(hsl)hsl %(HQ)HQ %(si)si %(sp)sp %(none)[var(txn.none)] %(ci:sint)ci %(ST:bool)ST %(sc:str)sc"
    more = (
        "capture request header Host len 9\n capture request header None len 9\n capture response header None len 9\n"
        f' http-request deny\n log-format "%{{+json}}o {items}"'
    )
    steelyard(SITE.format(more=more), s1=serve(hello), sink=sink).ask(http("GET /p HTTP/1.1", "Host: a"))
    assert json.loads(sink.take()) == {
        "CC": "", "hrl": ["a", "-"], "hsl": ["-"], "HQ": "", "si": "", "sp": "", "none": "",
        "ci": "127.0.0.1", "ST": True, "sc": "0",
    }  # fmt: skip
    more = 'http-request deny\n log-format "%{+cbor}o %(CC)CC %(sp)sp %(none)[var(txn.none)] %(n)[int(-500)] %(t)[bool(1)]"'
    steelyard(SITE.format(more=more), s1=serve(hello), sink=sink).ask(GET)
    # A map without a length: CC null, sp null, none null, n -500, t true.
    assert sink.take() == "BF624343F6627370F6646E6F6E65F6616E3901F36174F5FF"


def test_of_no_request_documents_hold_what_lines_hold(steelyard, serve, sink):
    more = "capture request header Host len 9\n unique-id-format x\n"
    more += ' log-format "%{+json}o %(hr)hr %(hrl)hrl %(ID)ID %(r)r %(sp)sp %(OG)OG"'
    steelyard(SITE.format(more=more), s1=serve(hello), sink=sink).raw(b"junk\r\n\r\n")
    assert json.loads(sink.take()) == {"hr": None, "hrl": None, "ID": "", "r": "<BADREQ>", "sp": "", "OG": "sess_error"}
