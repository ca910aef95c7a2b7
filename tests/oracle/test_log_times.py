"""Times and dates of log lines (manual 8.4) on connections that carry several requests, and of what is no request."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tests.kit.behaviours import hello
from tests.oracle.common import get
from tests.oracle.logged import logged

FORMAT = "log-format '%HP %Th %Ti %TR %Tw %Tc %Tr %Ta %Tt %Tu [%t] [%tr]'"
NAMES = "handshake idle request queue connect response active total user".split()
# A request to /wait takes that long, on whatever connection: others are idle meanwhile.
FRONT = f"timeout tarpit 60ms\nhttp-request tarpit if {{ path /wait }}\n{FORMAT}"
IDLE = 55
MILLISECOND = timedelta(milliseconds=1)


class Times:
    """What one line of that format says, in milliseconds."""

    def __init__(self, line: str) -> None:
        found = re.fullmatch(r"(\S+) ([-\d ]+) \[(.+)\] \[(.+)\]", line)
        assert found, line
        self.path = found[1]
        self.of = dict(zip(NAMES, map(int, found[2].split()), strict=True))
        self.accepted, self.began = (datetime.strptime(text, "%d/%b/%Y:%H:%M:%S.%f") for text in found.group(3, 4))
        assert all(value >= -1 for value in self.of.values()), line
        assert self.of["total"] == self.of["handshake"] + self.of["idle"] + self.of["active"], line
        assert self.of["total"] == self.of["idle"] + self.of["user"], line
        apart = self.began - self.accepted - timedelta(milliseconds=self.of["handshake"] + self.of["idle"])
        assert abs(apart) <= 3 * MILLISECOND, line


def test_each_request_of_a_connection_has_its_times(run, serve, sink):
    proxy = logged(run, sink, front=FRONT, kind="", s1=serve(hello))
    with proxy.connect() as client:
        proxy.ask(get("/wait"))
        client.ask(get("/first"))
        first = Times(sink.take("/first"))
        proxy.ask(get("/wait"))
        client.ask(get("/second"))
        second = Times(sink.take("/second"))
    for each in (first, second):
        assert each.of["idle"] >= IDLE, (first.of, second.of)
        assert each.of["active"] >= each.of["request"] + each.of["queue"] + each.of["connect"] + each.of["response"]
    assert second.accepted >= first.began, "a further request has been waited for since the end of the one before"


def test_what_is_no_request_has_the_times_of_its_connection(run, serve, sink):
    proxy = logged(run, sink, front=FRONT, kind="", s1=serve(hello))
    with proxy.connect() as client:
        client.ask(get("/first"))
        Times(sink.take("/first"))
        proxy.ask(get("/wait"))
        client.send(b"junk\r\n\r\n")
        client.rest()
    bad = Times(sink.take(lambda line: line.startswith("<BADREQ>")))
    assert (bad.of["idle"] >= IDLE, bad.of["request"]) == (True, -1)


def test_a_client_that_says_nothing_was_never_idle(run, serve, sink):
    proxy = logged(run, sink, front=f"timeout http-request 80ms\n{FORMAT}", kind="", s1=serve(hello))
    proxy.raw(b"")
    silent = Times(sink.take())
    assert (silent.of["idle"], silent.of["active"] >= 79) == (0, True)
