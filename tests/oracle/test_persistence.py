"""Cookies that bind a client to a server, in every mode."""

from __future__ import annotations

import string
import time

import pytest

from tests.kit import http
from tests.kit.behaviours import echo, hello, reply
from tests.kit.syslog import plain
from tests.oracle.common import GET, get, site

SETTING = http("HTTP/1.1 200 OK", "Set-Cookie: SERVERID=app; path=/", "Content-Length: 0")


def farm(run, serve, line, behaviour=echo, options=""):
    return run(
        f"""
frontend fe
    bind <fe>
    default_backend be
backend be
    {line}
    {options}
    server s1 <s1> cookie one
    server s2 <s2> cookie two
""",
        s1=serve(behaviour, "s1"),
        s2=serve(behaviour, "s2"),
    )


def test_insert_gives_a_cookie_and_follows_it(run, serve):
    proxy = farm(run, serve, "cookie SERVERID insert")
    first = proxy.ask(GET)
    number = {"s1": "one", "s2": "two"}[first.get("x-server")]
    assert first.all("set-cookie") == [f"SERVERID={number}; path=/"]
    for server, value in (("s1", "one"), ("s2", "two"), ("s2", "two")):
        got = proxy.ask(get("/", f"Cookie: a=b; SERVERID={value}; c=d"))
        assert got.get("x-server") == server
        assert got.all("set-cookie") == []
        # Without `indirect` the server sees the cookie.
        assert got.echoed.get("cookie") == f"a=b; SERVERID={value}; c=d"


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("SERVERID=one", None),
        ("a=b; SERVERID=one", "a=b"),
        ("SERVERID=one; a=b", "a=b"),
        ("a=b; SERVERID=one; c=d", "a=b; c=d"),
        ("a=b;SERVERID=one;c=d", "a=b; c=d"),
    ],
)
def test_indirect_hides_the_cookie_from_the_server(run, serve, sent, seen):
    proxy = farm(run, serve, "cookie SERVERID insert indirect")
    got = proxy.ask(get("/", f"Cookie: {sent}"))
    assert got.get("x-server") == "s1"
    assert got.echoed.get("cookie") == seen


def test_insert_with_options(run, serve):
    proxy = farm(
        run, serve, "cookie SERVERID insert indirect nocache httponly secure domain .a.test domain .b.test attr SameSite=None"
    )
    got = proxy.ask(GET)
    value = {"s1": "one", "s2": "two"}[got.get("x-server")]
    assert got.all("set-cookie") == [f"SERVERID={value}; path=/; domain=.a.test; domain=.b.test; HttpOnly; Secure; SameSite=None"]
    assert got.all("cache-control") == []


@pytest.mark.parametrize("field", ["Cache-Control: no-store", "Cache-Control: private, max-age=5", "Pragma: no-cache", "Vary: x"])
def test_insert_nocache_adds_nothing_to_what_caches_would_not_keep(run, serve, field):
    proxy = farm(run, serve, "cookie SERVERID insert nocache", reply(http("HTTP/1.1 200 OK", field, "Content-Length: 0")))
    got = proxy.ask(GET)
    assert len(got.all("cache-control")) == (1 if field.startswith("Cache") else 0)
    assert len(got.all("set-cookie")) == 1


@pytest.mark.parametrize(
    "field",
    [
        "ETag: x",
        "Last-Modified: Thu, 29 Oct 2015 21:15:21 GMT",
        "Cache-Control: max-age=5",
        "Expires: Thu, 29 Oct 2015 21:15:21 GMT",
    ],
)
def test_insert_nocache_marks_what_caches_would_keep(run, serve, field):
    proxy = farm(run, serve, "cookie SERVERID insert nocache", reply(http("HTTP/1.1 200 OK", field, "Content-Length: 0")))
    got = proxy.ask(GET)
    assert got.all("cache-control")[-1:] == ["private"]
    assert len(got.all("set-cookie")) == 1


def test_insert_postonly(run, serve):
    proxy = farm(run, serve, "cookie SERVERID insert postonly")
    assert proxy.ask(GET).all("set-cookie") == []
    assert len(proxy.ask(http("POST / HTTP/1.1", "Host: a", "Content-Length: 0")).all("set-cookie")) == 1


def test_unknown_cookie_value_is_replaced(run, serve):
    proxy = farm(run, serve, "cookie SERVERID insert indirect")
    got = proxy.ask(get("/", "Cookie: SERVERID=three"))
    value = {"s1": "one", "s2": "two"}[got.get("x-server")]
    assert got.all("set-cookie") == [f"SERVERID={value}; path=/"]


def test_insert_replaces_what_the_server_sets(run, serve):
    proxy = farm(run, serve, "cookie SERVERID insert", reply(SETTING))
    got = proxy.ask(GET)
    assert len(got.all("set-cookie")) == 1
    assert got.all("set-cookie")[0] in ("SERVERID=one; path=/", "SERVERID=two; path=/")


def test_insert_preserve_keeps_what_the_server_sets(run, serve):
    proxy = farm(run, serve, "cookie SERVERID insert preserve", reply(SETTING))
    assert proxy.ask(GET).all("set-cookie") == ["SERVERID=app; path=/"]


def test_rewrite_changes_the_value_of_the_server(run, serve):
    proxy = farm(run, serve, "cookie SERVERID rewrite", reply(SETTING))
    assert proxy.ask(get("/", "Cookie: SERVERID=two")).all("set-cookie") == ["SERVERID=two; path=/"]


def test_rewrite_adds_nothing(run, serve):
    proxy = farm(run, serve, "cookie SERVERID rewrite", hello)
    assert proxy.ask(GET).all("set-cookie") == []
    assert {proxy.ask(get("/", "Cookie: SERVERID=two")).text for _ in range(4)} == {"s2"}


def test_prefix(run, serve):
    proxy = farm(run, serve, "cookie SERVERID prefix", reply(SETTING))
    assert proxy.ask(get("/", "Cookie: SERVERID=two~xyz")).all("set-cookie") == ["SERVERID=two~app; path=/"]


def test_prefix_is_taken_off_for_the_server(run, serve):
    proxy = farm(run, serve, "cookie SERVERID prefix")
    got = proxy.ask(get("/", "Cookie: a=b; SERVERID=two~xyz"))
    assert (got.get("x-server"), got.echoed.get("cookie")) == ("s2", "a=b; SERVERID=xyz")


def test_cookie_beats_balance_and_a_dead_server_is_left_with_redispatch(run, serve):
    config = """
frontend fe
    bind <fe>
    default_backend be
backend be
    option redispatch
    retries 1
    cookie SERVERID insert indirect
    server s1 <s1> cookie one
    server s2 <gone> cookie two
"""
    proxy = run(config, wait_for="fe", s1=serve(hello, "s1"))
    got = proxy.ask(get("/", "Cookie: SERVERID=two"))
    assert (got.text, got.all("set-cookie")) == ("s1", ["SERVERID=one; path=/"])


def test_without_redispatch_a_dead_server_is_503(run, serve):
    config = """
frontend fe
    bind <fe>
    default_backend be
backend be
    no option redispatch
    retries 1
    cookie SERVERID insert indirect
    server s1 <s1> cookie one
    server s2 <gone> cookie two
"""
    proxy = run(config, wait_for="fe", s1=serve(hello, "s1"))
    assert proxy.ask(get("/", "Cookie: SERVERID=two")).status == 503


def test_dynamic_cookies_are_refused_or_stable(run, serve):
    """`disabled` servers are not chosen by their cookie."""
    proxy = run(
        """
frontend fe
    bind <fe>
    default_backend be
backend be
    cookie SERVERID insert indirect
    server s1 <s1> cookie one
    server s2 <s2> cookie two disabled
""",
        s1=serve(hello, "s1"),
        s2=serve(hello, "s2"),
    )
    assert proxy.ask(get("/", "Cookie: SERVERID=two")).text == "s1"


def test_the_first_cookie_that_names_a_server_decides(run, serve):
    two = serve(echo)
    proxy = run(
        "frontend fe\n bind <fe>\n default_backend be\nbackend be\n cookie SRV insert\n"
        " server s1 <s1> cookie one\n server s2 <s2> cookie two\n",
        s1=serve(echo),
        s2=two,
    )
    for fields in (("Cookie: SRV=zz; SRV=two",), ("Cookie: SRV=", "Cookie: a=b; SRV=two; SRV=one")):
        assert proxy.ask(get("/", *fields)).all("set-cookie") == []
    assert len(two.requests) == 2


def test_a_server_without_a_cookie_takes_the_cookie_away(run, serve):
    proxy = site(run, back="cookie SRV insert attr SameSite=Lax", s1=serve(echo))
    gone = "SRV=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/; SameSite=Lax"
    assert proxy.ask(GET).all("set-cookie") == [gone]
    assert proxy.ask(get("/", "Cookie: SRV=x")).all("set-cookie") == [gone]


@pytest.mark.parametrize("indirect", ["", " indirect", " indirect preserve"])
def test_indirect_hides_the_cookie_of_the_server_from_who_has_it(run, serve, indirect):
    answer = http("HTTP/1.1 200 OK", "Set-Cookie: SRV=app; path=/", "Content-Length: 0")
    proxy = site(run, back=f"cookie SRV prefix{indirect}", server="cookie one", s1=serve(reply(answer)))
    app, written = "SRV=app; path=/", "SRV=one~app; path=/"
    assert proxy.ask(GET).all("set-cookie") == [app if "preserve" in indirect else written]
    kept = {"": [written], " indirect": [], " indirect preserve": [app]}[indirect]
    assert proxy.ask(get("/", "Cookie: SRV=one~x")).all("set-cookie") == kept


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("$Version=1; SERVERID=one; $Path=/; $Domain=y; a=b", "$Version=1; a=b"),
        ("a=b; $Path=/b; SERVERID=one; $Path=/; c=d; $Path=/c", "a=b; $Path=/b; c=d; $Path=/c"),
        ("$Version=1;SERVERID=one;$Path=/", None),
        ("a=b,SERVERID=one", "a=b"),
    ],
)
def test_indirect_hides_the_attributes_of_the_cookie_too(run, serve, sent, seen):
    got = farm(run, serve, "cookie SERVERID insert indirect").ask(get("/", f"Cookie: {sent}"))
    assert (got.get("x-server"), got.echoed.get("cookie")) == ("s1", seen)


@pytest.mark.parametrize("mode", ["insert indirect", "prefix"])
def test_what_looks_like_the_cookie_in_quotes_is_none(run, serve, mode):
    sent = 'a="x; SERVERID=two~y"; b=1'
    assert farm(run, serve, f"cookie SERVERID {mode}").ask(get("/", f"Cookie: {sent}")).echoed.get("cookie") == sent


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("a=1;SERVERID=two~y;b=2", "a=1;SERVERID=y;b=2"),
        ("a=1,SERVERID=two~x", "a=1,SERVERID=x"),
        (";SERVERID=two~x;;  b=2", ";SERVERID=x;;  b=2"),
        ("SERVERID=two", "SERVERID=two"),
        ("SERVERID=two~", "SERVERID="),
    ],
)
def test_prefix_leaves_the_rest_as_it_was_written(run, serve, sent, seen):
    """And a value without the separator names a server too."""
    got = farm(run, serve, "cookie SERVERID prefix").ask(get("/", f"Cookie: {sent}"))
    assert (got.get("x-server"), got.echoed.get("cookie")) == ("s2", seen)


DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"


def dated(seconds: float) -> str:
    """A date as cookies carry it: the fourth part of its seconds, in five digits of base 64."""
    number = int(time.time() + seconds) >> 2
    return "".join(DIGITS[number >> shift & 63] for shift in (24, 18, 12, 6, 0))


HOUR = 3600
# The `cookie` line, the dates that the client sends (seconds from now) behind the name of the server: letters of the log.
DATES = {
    "no date": ("maxidle 1h", "two", "VU"),
    "no date, for life": ("maxlife 1h", "two", "VU"),
    "an empty date": ("maxidle 1h maxlife 1h", "two|", "VU"),
    "a date of nothing": ("maxidle 1h", "two|AAAAA", "VU"),
    "half a date": ("maxidle 1h", "two|zz", "VU"),
    "nonsense": ("maxlife 1h", "two|!!!!!|!!!!!", "VU"),
    "a late date": ("maxidle 1h", ("two", -HOUR - 60), "EI"),
    "an old date": ("maxidle 1h", ("two", -HOUR + 60), "VU"),
    "a date of tomorrow": ("maxidle 1h", ("two", 23 * HOUR), "VN"),
    "a date of the day after": ("maxidle 1h", ("two", 25 * HOUR), "EI"),
    "a late life": ("maxlife 1h", ("two", -60, -HOUR - 60), "OI"),
    "a life of the day after": ("maxlife 1h", ("two", -60, 25 * HOUR), "OI"),
    "an old life": ("maxlife 1h", ("two", 60, -HOUR + 60), "VN"),
    "both are over": ("maxlife 1h maxidle 1h", ("two", -HOUR - 60, -HOUR - 60), "OI"),
    "a life that nobody asks for": ("maxidle 1h", ("two", 60, -9 * HOUR), "VU"),
    "dates that nobody asks for": ("", ("two", -9 * HOUR), "VU"),
    "a date of a server that is not there": ("maxidle 1h", "three", "II"),
    "a late date of one that is not there": ("maxidle 1h", ("three", -HOUR - 60), "EI"),
}


@pytest.mark.parametrize("name", DATES)
def test_dates_of_cookies(run, serve, sink, name):
    """One that is not there is as good as any, so nobody loses a server when a limit is set."""
    limits, cookie, letters = DATES[name]
    if isinstance(cookie, tuple):
        server, *dates = cookie
        cookie = "|".join([server, *map(dated, dates)])
    check_dates(run, serve, sink, limits, cookie, letters)


@pytest.mark.parametrize("digit", [0, 61, 62, 63])
def test_each_digit_of_a_date_is_read(run, serve, sink, digit):
    """The last one of a late date: with a digit that is not read it would be as good as no date."""
    now = int(time.time())
    late = next(ago for ago in range(HOUR + 60, HOUR + 360, 2) if (now - ago) >> 2 & 63 == digit)
    check_dates(run, serve, sink, "maxidle 1h", f"two|{dated(-late)}", "EI")


def check_dates(run, serve, sink, limits, cookie, letters):
    top = "defaults\n    mode http\n    log <sink> local0\n    log-format %tsc\n    timeout client 9s\n    timeout server 9s\n    timeout connect 9s"
    proxy = run(
        f"{top}\nfrontend fe\n    bind <fe>\n    default_backend be\nbackend be\n    cookie S insert {limits}\n"
        "    server s1 <s1> cookie one\n    server s2 <s2> cookie two\n",
        bare=True,
        s1=serve(echo, "s1"),
        s2=serve(echo, "s2"),
        sink=sink,
    )
    got = proxy.ask(get("/", f"Cookie: S={cookie}"))
    assert plain(sink.take()).endswith(f"--{letters}")
    if letters[0] == "V":
        assert got.get("x-server") == "s2"
    given = got.all("set-cookie")
    if letters[1] == "N":
        assert given == []
        return
    value = given[0].partition(";")[0].removeprefix("S=").split("|")
    assert len(value) == 1 + ("max" in limits) + ("maxlife" in limits)
