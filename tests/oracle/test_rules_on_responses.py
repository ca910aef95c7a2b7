"""`tcp-response content` rules of HTTP, which come before the response unless they wait for it, and `silent-drop` of responses."""

from __future__ import annotations

import pytest

from tests.kit.behaviours import hello
from tests.kit.wire import Late
from tests.oracle.common import GET, get, site
from tests.oracle.logged import endings, logged

DELAY = "tcp-response inspect-delay 20s\n"
CONDITIONS = ("status 200", "res.ver 1.1", "res.len gt 0", "res.hdr(content-length) -m found", "res.cook_cnt eq 0")


@pytest.mark.parametrize("condition", CONDITIONS)
def test_without_a_delay_there_is_no_response_yet(run, serve, condition):
    """HAProxy looks at these rules when the connection stands. A condition on the response is not met then."""
    rules = f"tcp-response content reject if {{ {condition} }}\ntcp-response content set-var(txn.seen) int(1)"
    show = "http-response set-header X-Seen %[var(txn.seen)]"
    proxy = site(run, back=f"{rules}\n{show}", s1=serve(hello))
    answer = proxy.ask(GET)
    assert (answer.status, answer.get("x-seen")) == (200, "1")


@pytest.mark.parametrize("condition", CONDITIONS)
def test_with_a_delay_they_wait_for_it(run, serve, condition):
    proxy = site(run, back=f"{DELAY}tcp-response content reject if {{ {condition} }}", s1=serve(hello))
    assert proxy.raw(GET) == b""


def test_an_action_does_not_wait(run, serve):
    """Nothing is there to put into the variable, and no rule behind it waits."""
    back = f"{DELAY}tcp-response content set-var(txn.a) status\nhttp-response set-header X-A <%[var(txn.a)]>"
    assert site(run, back=back, s1=serve(hello)).ask(GET).get("x-a") == "<>"


def test_a_server_that_is_closed_before_it_answers_has_failed(run, serve, sink):
    proxy = logged(run, sink, back="tcp-response content close", s1=serve(hello))
    assert proxy.ask(GET).status == 502
    assert endings(sink.take())[3:] == (502, "SH--")


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ("tcp-response content reject", -1),
        (f"{DELAY}tcp-response content reject if {{ status 200 }}", 200),
        (f"{DELAY}tcp-response content accept if {{ status 404 }}\ntcp-response content reject", 200),
    ],
)
def test_the_log_has_the_status_that_was_looked_at(run, serve, sink, rules, status):
    proxy = logged(run, sink, back=rules, s1=serve(hello))
    assert proxy.raw(GET) == b""
    assert endings(sink.take())[3:] == (status, "PD--")


DROPS = {
    "http-response of a backend": ("back", "http-response silent-drop if { status 200 }", 200),
    "http-response of a frontend": ("front", "http-response silent-drop", 200),
    "a status that a rule has set": ("back", "http-response set-status 418\nhttp-response silent-drop if { status 418 }", 418),
    "before the response": ("back", "tcp-response content silent-drop", -1),
    "tcp-response content": ("back", f"{DELAY}tcp-response content silent-drop if {{ status 200 }}", 200),
}


@pytest.mark.parametrize("case", DROPS)
def test_a_response_is_dropped_in_silence(run, serve, sink, case):
    """The client hears of nothing, not even of an end."""
    place, rules, status = DROPS[case]
    proxy = logged(run, sink, **{place: rules}, s1=serve(hello))
    with proxy.connect() as client:
        client.send(get())
        assert endings(sink.take())[3:] == (status, "PR--")
        client.deadline = 1
        with pytest.raises(Late):
            client.fill()
