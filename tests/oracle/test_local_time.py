"""Times of day where clocks are put forward and back: they are those of the date, not of the day on which it is shown."""

from __future__ import annotations

from tests.oracle.common import answers, get, site

TOP = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s"
BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"

DATES = {
    1690192382: "2023-07-24 11:53:02 +0200",
    1700000000: "2023-11-14 23:13:20 +0100",
    1711846799: "2024-03-31 01:59:59 +0100",
    1711846800: "2024-03-31 03:00:00 +0200",
    1729990799: "2024-10-27 02:59:59 +0200",
    1729990800: "2024-10-27 02:00:00 +0100",
    0: "1970-01-01 01:00:00 +0100",
}


def test_dates_have_the_offset_of_their_day(run):
    expressions = [f"int({seconds}),ltime('%Y-%m-%d %H:%M:%S %z')" for seconds in DATES]
    expressions += [f"int({seconds}),add(3600),ltime('%Y-%m-%d %H:%M:%S %z',-3600)" for seconds in DATES]
    front = answers(expressions)
    proxy = site(run, front=front, top=TOP, s1="127.0.0.1:1", environ={"TZ": BERLIN})
    with proxy.connect() as client:
        found = [client.ask(get("/", f"X-Case: {number}"), "GET").text for number in range(len(expressions))]
    assert found == [f"[{date}]" for date in DATES.values()] * 2
