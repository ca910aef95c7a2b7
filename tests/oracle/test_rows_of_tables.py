"""All words that read a stick table: a counter's own (`sc1_...`), by number (`sc_...(1)`), by the client's address (`src_...`), and
by a key (`table_...`) tell the same of one entry."""

from __future__ import annotations

import time

import pytest

from tests.kit import Proxy, http
from tests.kit.behaviours import reply
from tests.kit.wire import DEADLINE
from tests.oracle.common import get

STORED = (
    "conn_cnt,conn_cur,sess_cnt,http_req_cnt,http_err_cnt,http_fail_cnt,bytes_in_cnt,bytes_out_cnt,gpc0,gpc1,gpt0,"
    "conn_rate(1h),sess_rate(1h),http_req_rate(1h),http_err_rate(1h),http_fail_rate(1h),bytes_in_rate(1h),bytes_out_rate(1h),"
    "gpc0_rate(1h),gpc1_rate(1h)"
)
GLITCHES = "glitch_cnt,glitch_rate(1h)"

# What is stored, after a request of 3,500 bytes that the server answered 404 and one that it answered 500 (also with a body of
# 3,500 bytes), each on a connection of its own; in a third connection.
COUNTS = {
    "conn_cnt": 3,
    "conn_cur": 1,
    "conn_rate": 3,
    "sess_cnt": 3,
    "sess_rate": 3,
    "http_req_cnt": 3,
    "http_req_rate": 3,
    "http_err_cnt": 1,
    "http_err_rate": 1,
    "http_fail_cnt": 1,
    "http_fail_rate": 1,
    "kbytes_in": 6,
    "kbytes_out": 6,
    "bytes_in_rate": 7,
    "bytes_out_rate": 7,
    "get_gpc0": 2,
    "gpc0_rate": 2,
    "get_gpc1": 4,
    "gpc1_rate": 4,
    "get_gpt0": 8,
}
YOUNGER = {"glitch_cnt": 0, "glitch_rate": 0}  # since 3.0

# By the manner of asking: how a word is made of the name of what is stored.
MANNERS = {
    "sc0": "sc0_{}",
    "sc1": "sc1_{}",
    "sc2": "sc2_{}",
    "sc": "sc_{}(1)",
    "sc of a table": "sc_{}(2,t2)",
    "src": "src_{}(t0)",
    "table": "src,table_{}(t1)",
}


def word(manner: str, name: str) -> str:
    if manner == "table":
        name = name.removeprefix("get_")
    said = MANNERS[manner].format(name)
    return f"{said},div(1000)" if name.startswith("bytes_") else said


def answers(proxy: Proxy, path: str) -> list[str]:
    return proxy.ask(get(path)).text.split(" ")


def started(run, serve, rules: str, stored: str = STORED) -> Proxy:
    body = "x" * 3500
    both = [
        http("HTTP/1.1 404 Not Found", f"Content-Length: {len(body)}", body=body),
        http("HTTP/1.1 500 Bad", f"Content-Length: {len(body)}", body=body),
    ]
    track = "".join(f"    tcp-request connection track-sc{number} src table t{number}\n" for number in range(3))
    tables = "".join(f"backend t{number}\n    stick-table type ip size 10 expire 1h store {stored}\n" for number in range(3))
    proxy: Proxy = run(
        f"frontend fe\n    bind <fe>\n{track}{rules}    use_backend two if {{ path /500 }}\n    default_backend one\n"
        f"backend one\n    server s1 <s1>\nbackend two\n    server s1 <s2>\n{tables}"
        "frontend idle\n    bind <idle>\n    http-request return content-type text/plain lf-string "
        "%[str(127.0.0.1),table_conn_cur(t2)]\n",
        s1=serve(reply(both[0])),
        s2=serve(reply(both[1])),
    )
    for path, status in (("/404", 404), ("/500", 500)):
        sent = http(f"POST {path} HTTP/1.1", "Host: a.test", f"Content-Length: {len(body)}", body=body)
        assert proxy.ask(sent).status == status
    end = time.monotonic() + DEADLINE
    while proxy.ask(get("/"), "idle").text != "0" and time.monotonic() < end:
        pass  # the end of a connection comes a moment after its reply
    return proxy


def test_what_is_stored(run, serve, program):
    counts, stored = dict(COUNTS), STORED
    if not program.is_haproxy or program.version >= (3, 0):
        counts, stored = counts | YOUNGER, f"{STORED},{GLITCHES}"
    rules = ""
    for number in range(3):
        rules += f"    http-request sc-inc-gpc0({number}) unless {{ path_beg /look }}\n"
        rules += f"    http-request sc-inc-gpc1({number}) unless {{ path_beg /look }}\n" * 2
        rules += f"    http-request sc-set-gpt0({number}) 8\n"
    wrong: dict[tuple[str, str], str] = {}
    for manner in MANNERS:
        said = " ".join(f"%[{word(manner, name)}]" for name in counts)
        answer = f'    http-request return content-type text/plain lf-string "{said}" if {{ path /look }}\n'
        found = answers(started(run, serve, rules + answer, stored), "/look")
        wrong |= {(manner, name): got for (name, want), got in zip(counts.items(), found, strict=True) if got != str(want)}
    assert wrong == {}


CHANGES = {
    # what changes it, and what one after the other gives
    "inc_gpc0 inc_gpc0 clr_gpc0 get_gpc0": "1 2 2 0",
    "inc_gpc1 inc_gpc1 clr_gpc1 get_gpc1": "1 2 2 0",
}
CHANGED_BY = {
    "sc0": "sc0_{}",
    "sc1": "sc1_{}",
    "sc2": "sc2_{}",
    "sc": "sc_{}(0)",
    "src": "src_{}(t0)",
    "table": "src,table_{}(t0)",
}


@pytest.mark.parametrize("names", CHANGES)
def test_counters_change(run, serve, names):
    rules = ""
    manners = CHANGED_BY
    if run.program.is_haproxy and run.program.version < (3, 0):
        manners = {manner: said for manner, said in manners.items() if manner != "table"}  # converters change tables since 3.0
    for number, (manner, said) in enumerate(manners.items()):
        each = [said.format(name.removeprefix("get_") if manner == "table" else name) for name in names.split()]
        text = " ".join(f"%[{one}]" for one in each)
        rules += f'    http-request return content-type text/plain lf-string "{text}" if {{ path /{number} }}\n'
    proxy = started(run, serve, rules)
    found = {manner: " ".join(answers(proxy, f"/{number}")) for number, manner in enumerate(manners)}
    assert found == dict.fromkeys(manners, CHANGES[names])


ARRAYS = {
    "sc": (
        "sc_inc_gpc(1,0)",
        "sc_inc_gpc(1,0,t0)",
        "sc_get_gpc(1,0)",
        "sc_gpc_rate(1,0)",
        "sc_clr_gpc(1,0)",
        "sc_get_gpc(1,0)",
        "sc_get_gpt(1,0)",
    ),
    "src": ("src_inc_gpc(1,t0)",) * 2
    + ("src_get_gpc(1,t0)", "src_gpc_rate(1,t0)", "src_clr_gpc(1,t0)", "src_get_gpc(1,t0)", "src_get_gpt(1,t0)"),
    "table": ("src,table_inc_gpc(1,t0)",) * 2
    + (
        "src,table_gpc(1,t0)",
        "src,table_gpc_rate(1,t0)",
        "src,table_clr_gpc(1,t0)",
        "src,table_gpc(1,t0)",
        "src,table_gpt(1,t0)",
    ),
}


@pytest.mark.parametrize("manner", ARRAYS)
def test_arrays_change(run, serve, manner):
    if manner == "table" and run.program.is_haproxy and run.program.version < (3, 0):
        pytest.skip("HAProxy's converters change tables since 3.0")
    text = " ".join(f"%[{each}]" for each in ARRAYS[manner])
    rules = f'    http-request sc-set-gpt(1,0) 9\n    http-request return content-type text/plain lf-string "{text}" if {{ path /look }}\n'
    proxy = started(run, serve, rules, "conn_cur,gpc(2),gpc_rate(2,1h),gpt(2)")
    assert answers(proxy, "/look") == ["1", "2", "2", "2", "2", "0", "9"]


def test_keys_and_trackers(run, serve, program):
    words = ["sc0_trackers", "sc1_trackers", "sc2_trackers", "sc_trackers(1)", "sc0_tracked", "sc2_tracked", "sc_tracked(1)"]
    words += ["src,table_trackers(t1),bool", "str(10.1.1.1),table_trackers(t1),bool"]
    wanted = ["1"] * 7 + ["1", "0"]
    if not program.is_haproxy or program.version >= (3, 1):
        words += ["sc0_key", "sc1_key", "sc2_key", "sc_key(1)"]
        wanted += ["127.0.0.1"] * 4
    text = " ".join(f"%[{each}]" for each in words)
    proxy = started(run, serve, f'    http-request return content-type text/plain lf-string "{text}" if {{ path /look }}\n')
    assert answers(proxy, "/look") == wanted
