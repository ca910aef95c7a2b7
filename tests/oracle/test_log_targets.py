"""Where log lines go and what stands in front of them: each header format, lengths, and receivers that do not read."""

from __future__ import annotations

import re
import socket

import pytest

from tests.kit.behaviours import hello
from tests.kit.netns import add, network, unavailable
from tests.kit.wire import http
from tests.oracle.common import GET, get, site

TOP = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s"
BSD = r"\w{3} [ \d]\d \d\d:\d\d:\d\d"
ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d"
HEADERS = {
    "rfc3164": rf"<173>{BSD} \S+ tag\[\d+\]: ",
    "local": rf"<173>{BSD} tag\[\d+\]: ",
    "rfc5424": rf"<173>1 {ISO} \S+ tag \d+ - - ",
    "priority": r"<173>",
    "short": r"<5>",
    "timed": rf"<5>{ISO} ",
    "iso": rf"{ISO} ",
    "raw": "",
}


@pytest.mark.parametrize("form", HEADERS)
def test_each_header(run, serve, sink, form):
    """Facility local5 is 21 and level notice 5: 21 * 8 + 5 is 173."""
    front = f"log <sink> format {form} local5\nlog-tag tag\nlog-format 'body %ST %HP'\nhttp-request set-log-level notice"
    proxy = site(run, front=front, top=TOP, sink=sink, s1=serve(hello))
    proxy.ask(get("/x"))
    line = sink.take("body")
    assert re.fullmatch(HEADERS[form] + r"body 200 /x\n?", line.raw.decode()), line.raw


def test_levels_of_a_target(run, serve, sink):
    """The most verbose level that it takes, and the most urgent one that it is told."""
    front = (
        "log <sink> local5 notice warning\nlog-format 'body %ST %HP'\nhttp-request set-log-level info if { path /info }\n"
        "http-request set-log-level notice if { path /notice }\nhttp-request set-log-level alert if { path /alert }"
    )
    proxy = site(run, front=front, top=TOP, sink=sink, s1=serve(hello))
    for path in ("/info", "/notice", "/alert"):
        proxy.ask(get(path))
    assert [(line, line.severity) for line in (sink.take("body"), sink.take("body"))] == [
        ("body 200 /notice", 5),
        ("body 200 /alert", 4),
    ]


def test_a_log_server_that_cannot_be_reached_yet(run):
    """No route leads there at the start, which is no reason not to start; lines come as soon as there is one."""
    why = unavailable()
    if why is not None:
        pytest.skip(why)
    with network([]):
        proxy = site(run, front="log 192.0.2.1:5514 local0\nlog-format 'body %HP'\nhttp-request return status 200", top=TOP)
        assert proxy.ask(get("/lost")).status == 200
        add("192.0.2.1", 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("192.0.2.1", 5514))
            receiver.settimeout(10)
            assert proxy.ask(get("/there")).status == 200
            # A line is written after its answer: that of the first request may find the route too.
            line = receiver.recv(1000).rstrip()
            if line.endswith(b"body /lost"):
                line = receiver.recv(1000).rstrip()
            assert line.endswith(b"body /there")


@pytest.mark.parametrize(("length", "form"), [(80, "raw"), (80, "local"), (300, "priority"), (65535, "rfc5424")])
def test_lines_are_cut(run, serve, sink, length, form):
    """Manual 4.2, `log`: `len` counts the header; it is 80 to 65535."""
    proxy = site(
        run, front=f"log <sink> len {length} format {form} local0\nlog-format 'body %ST %HU'", top=TOP, sink=sink, s1=serve(hello)
    )
    proxy.ask(get("/" + "x" * 400))
    line = sink.take("body").raw.rstrip(b"\n")
    if length == 65535:
        assert line.endswith(b"body 200 /" + b"x" * 400)
    else:
        assert length - 2 <= len(line) <= length


def test_hostnames_in_headers(run, serve, sink):
    top = "global\n    log-send-hostname sender.test\n" + TOP
    proxy = site(run, front="log <sink> local0\nlog-format 'body %ST'", top=top, sink=sink, s1=serve(hello))
    proxy.ask(GET)
    assert re.match(rf"<134>{BSD} sender\.test haproxy\[\d+\]: body 200", sink.take("body").raw.decode())


def test_a_receiver_that_does_not_read_holds_nobody_up(run, serve, tmp_path):
    """A unix socket takes some lines and then no more."""
    path = str(tmp_path / "deaf")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(path)
        proxy = site(run, front=f"log {path} local0\noption httplog\nhttp-request return status 204", top=TOP, s1=serve(hello))
        with proxy.connect() as client:
            for _ in range(1500):
                assert client.ask(http("GET / HTTP/1.1", "Host: a")).status == 204


def test_a_receiver_that_is_started_again_gets_lines(run, serve, sink, tmp_path):
    """What was said before it came is lost. A second receiver tells when that was: targets get a line in their order."""
    path = str(tmp_path / "log")
    front = f"log {path} format raw local0\nlog <sink> format raw local0\nlog-format 'body %ST %HP'"
    proxy = site(run, front=front, top=TOP, sink=sink, s1=serve(hello))
    proxy.ask(get("/nobody"))
    sink.take("body 200 /nobody")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        sock.settimeout(10)
        proxy.ask(get("/somebody"))
        while b"/somebody" not in (line := sock.recv(999)):
            assert b"/nobody" not in line
