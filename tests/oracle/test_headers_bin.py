"""Fields that stand in one sample: `add-headers-bin`, `set-headers-bin`, `del-headers-bin` (HAProxy 3.4)."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import echo, reply
from tests.oracle.common import get, since, site

KEEP = "http-request set-var(txn.h) req.hdrs_bin\n"
SENT = ("X-A: 1", "X-B: 2", "X-A: 3", "Y-C: 4")
LONG = "v" * 5000


def hexed(*texts: str) -> str:
    return "".join(f"{len(text):02x}{text.encode().hex()}" for text in texts)


CASES = {
    "add": ("http-request add-headers-bin var(txn.h) prefix x-", ["1", "3", "1", "3"], ["2", "2"], ["4"]),
    "add all": (
        "http-request del-header host\nhttp-request add-headers-bin var(txn.h)",
        ["1", "3", "1", "3"],
        ["2", "2"],
        ["4", "4"],
    ),
    "add back": (
        "http-request del-header X- -m beg\nhttp-request add-headers-bin var(txn.h) prefix x-a",
        ["1", "3"],
        [],
        ["4"],
    ),
    "add in another case": ("http-request add-headers-bin var(txn.h) prefix X-A", ["1", "3"], ["2"], ["4"]),
    "add none": ("http-request add-headers-bin var(txn.none)", ["1", "3"], ["2"], ["4"]),
    "del": (f"http-request del-headers-bin bin({hexed('x-a', '')})", [], ["2"], ["4"]),
    "del some": (f"http-request del-headers-bin bin({hexed('x-b', 'Y-C', '')})", ["1", "3"], [], []),
    "del beg": (f"http-request del-headers-bin bin({hexed('x-', '')}) -m beg", [], [], ["4"]),
    "del end": (f"http-request del-headers-bin bin({hexed('-c', '')}) -m end", ["1", "3"], ["2"], []),
    "del sub": (f"http-request del-headers-bin bin({hexed('-', '')}) -m sub", [], [], []),
    "set": (
        "http-request set-header X-A 9\nhttp-request set-headers-bin var(txn.h) prefix X-B",
        ["9"],
        ["2"],
        ["4"],
    ),
    "set new": (
        f"http-request set-headers-bin bin({hexed('X-B', 'n', '', '')})",
        ["1", "3"],
        ["n"],
        ["4"],
    ),
    "set twice": (
        f"http-request set-headers-bin bin({hexed('X-A', 'n', 'x-a', 'm', '', '')})",
        ["m"],
        ["2"],
        ["4"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_fields_of_requests(run, serve, case):
    since(run, 3, 4)
    rules, *want = CASES[case]
    proxy = site(run, front=KEEP + rules, s1=serve(echo))
    echoed = proxy.ask(get("/", *SENT)).echoed
    assert [echoed.all(name) for name in ("x-a", "x-b", "y-c")] == want


BROKEN = {
    "a name is cut off": "05616263",
    "a value is cut off": "0178056162",
    "a value has no name": "0001610000",
    "a length is cut off": "f0",
}


@pytest.mark.parametrize("mode", ["on", "off"])
@pytest.mark.parametrize("case", BROKEN)
def test_a_sample_that_is_no_list(run, serve, case, mode):
    since(run, 3, 4)
    rules = f"http-request strict-mode {mode}\nhttp-request add-headers-bin bin({BROKEN[case]})"
    assert site(run, front=rules, s1=serve(echo)).ask(get()).status == (500 if mode == "on" else 200)


@pytest.mark.parametrize("rules", ["http-response", "http-after-response"])
def test_fields_of_responses(run, serve, rules):
    since(run, 3, 4)
    back = (
        "http-response set-var(txn.h) res.hdrs_bin\nhttp-response del-header X-A\n"
        f"{rules} add-headers-bin var(txn.h) prefix x-a\n{rules} del-headers-bin bin({hexed('x-b', '')})"
    )
    server = serve(reply(http("HTTP/1.1 200 OK", f"X-A: {LONG}", "X-B: 2", "Content-Length: 2", body=b"hi")))
    answer = site(run, back=back, s1=server).ask(get())
    assert (answer.all("x-a"), answer.get("x-b"), answer.text) == ([LONG], None, "hi")
