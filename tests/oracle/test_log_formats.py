"""Custom formats of log lines: each alias, its flags, and the shape of dates and times."""

from __future__ import annotations

import re

import pytest

from tests.kit.behaviours import echo, hello
from tests.oracle.common import GET, get
from tests.oracle.logged import logged

FORMATS = [
    # format, what HAProxy logs
    ("%ci %fi %ft %b %s", "127.0.0.1 127.0.0.1 fe be s1"),
    ("%ft %b/%s %ST %ts %tsc", "fe be/s1 200 -- ----"),
    ("%HM %HP %HPO %HQ %HU %HV", "GET /p /p ?q=1 /p?q=1 HTTP/1.1"),
    ("%r", "GET /p?q=1 HTTP/1.1"),
    ("%{+Q}r", '"GET /p?q=1 HTTP/1.1"'),
    ("%{+Q}o %ft %b", '"fe" "be"'),
    ("%{+X}o %ST %ci", "200 7F000001"),
    ("%{+E}HU", "/p?q=1"),
    ("%fc/%bc/%sc/%rc", "1/0/0/0"),
    ("%sq/%bq", "0/0"),
    ("%ID", "0-1"),
    ("%[src] %[var(txn.p)]", "127.0.0.1 /p"),
    ("%[var(txn.missing)] %[dst]", "- 127.0.0.1"),
    ("a%%b", "a%b"),
    ("%{-Q}[src]%[dst]", "127.0.0.1127.0.0.1"),
    ("%lc", "0"),
]

CAPTURES = """\
    capture request header Host len 20
    capture request header User-Agent len 2
    capture response header X-Server len 9
    capture cookie C= len 9
"""

CAPTURE_FORMATS = [
    ("%hr|%hs|%hrl|%hsl", "{a.test|Me}|{s1}|a.test Me|s1"),
    ("%CC|%CS", "C=one|-"),
    ("%[capture.res.hdr(0)] %[capture.req.hdr(0)]", "s1 a.test"),
]


@pytest.mark.parametrize("captures", [False, True])
def test_custom_formats(run, serve, sink, captures):
    """Each format on its own frontend, all in one configuration."""
    formats = CAPTURE_FORMATS if captures else FORMATS
    fronts = "".join(
        f"frontend f{n}\n    bind <f{n}>\n    log <sink> local0\n{CAPTURES if captures else ''}"
        f"    unique-id-format %rc-1\n    http-request set-var(txn.p) path\n    log-format '{fmt}'\n    default_backend be\n"
        for n, (fmt, _) in enumerate(formats)
    )
    proxy = run(fronts + "backend be\n    server s1 <s1>\n", sink=sink, s1=serve(echo))
    wrong = []
    for n, (fmt, want) in enumerate(formats):
        proxy.ask(get("/p?q=1", "User-Agent: Mee", "Cookie: C=one"), f"f{n}")
        want = want.replace('"fe"', f'"f{n}"')
        want = re.sub(r"\bfe\b", f"f{n}", want)
        line = sink.take()
        if line != want:
            wrong.append((fmt, str(line), want))
    assert not wrong


def test_timers_and_dates_have_the_right_shape(run, serve, sink):
    shapes = {
        "%t": r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\.\d{3}",
        "%tr": r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\.\d{3}",
        "%T": r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000",
        "%Tl": r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}",
        "%trg": r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000",
        "%Ts": r"\d{10}",
        "%ms": r"\d{3}",
        "%Ta/%Tc/%Td/%Th/%Ti/%Tq/%TR/%Tr/%Tt/%Tu/%Tw": r"\d+(/\d+){10}",
        "%cp %fp %ac": r"\d+ \d+ \d+",
        "%bi %bp %si %sp": r"127\.0\.0\.1 \d+ 127\.0\.0\.1 \d+",
        "%H %pid %rt": r"\S+ \d+ \d+",
    }
    fronts = "".join(
        f"frontend f{n}\n    bind <f{n}>\n    log <sink> local0\n    log-format '{fmt}'\n    default_backend be\n"
        for n, fmt in enumerate(shapes)
    )
    proxy = run(fronts + "backend be\n    server s1 <s1>\n", sink=sink, s1=serve(hello))
    wrong = []
    for n, (fmt, shape) in enumerate(shapes.items()):
        proxy.ask(GET, f"f{n}")
        line = sink.take()
        if not re.fullmatch(shape, line):
            wrong.append((fmt, str(line)))
    assert not wrong


def test_lines_of_a_frontend_are_counted(run, serve, sink):
    # HAProxy 2.8 writes lines that tell of nothing but the request twice: %ST keeps it from that.
    proxy = logged(run, sink, front="log-format '%lc %ST %HP'\nerror-log-format 'bad %lc'", kind="", s1=serve(hello))
    proxy.ask(get("/a"))
    first = int(sink.take(" /a").split()[0])
    proxy.ask(get("/b"))
    assert sink.take() == f"{first + 1} 200 /b"
    proxy.raw(b"junk\r\n\r\n")
    assert sink.take() == f"bad {first + 2}"
    proxy.ask(get("/c"))
    assert sink.take() == f"{first + 3} 200 /c"


def test_an_id_is_made_with_the_request(run, serve, sink):
    """Its format may look at the request, also where it is told first when the request is gone."""
    front = "unique-id-format %[req.hdr(x-a)]:%[path]\nhttp-after-response set-header x-id %[unique-id]"
    proxy = logged(run, sink, front=f"log-format %ID\n{front}", kind="", s1=serve(hello))
    assert proxy.ask(get("/p", "X-A: one")).get("x-id") == "one:/p"
    assert sink.take() == "one:/p"


def test_an_empty_query_stands_between_two_spaces(run, serve, sink):
    proxy = logged(run, sink, front="log-format '%HP %HQ %hr %ST'", kind="", s1=serve(hello))
    proxy.ask(get("/a"))
    assert sink.take() == "/a  200"
    proxy.ask(get("/a?b"))
    assert sink.take() == "/a ?b 200"
