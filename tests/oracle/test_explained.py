"""What `steelyard explain` says of a request is what happens to it: the same configuration is played without sockets, and run, by
HAProxy and by Steelyard. Status, backend, server, headers and variables are compared, request after request."""

from __future__ import annotations

from pathlib import Path

import pytest

from steelyard.engine.simulation import Outcome
from steelyard.explain.player import Player
from tests.kit import Message, Runner, http
from tests.kit.behaviours import hello

TOP = "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
SERVERS = "server s1 <s1>\nserver s2 <s2>\nserver s3 <s3>"
KEYS = [f"/k{number}?id={number * 7}" for number in range(12)]

Case = tuple[str, str, list[tuple[str, ...]]]  # lines of the frontend, of the backend `be`, requests: target and fields


def hashed(balance: str, *more: str) -> Case:
    return "default_backend be", "\n".join([balance, *more, SERVERS]), [(key, f"X-Key: {key}") for key in KEYS]


CASES: dict[str, Case] = {
    "turns": ("default_backend be", SERVERS, [("/",)] * 7),
    "weights": ("default_backend be", "server s1 <s1> weight 3\nserver s2 <s2> weight 1\nserver s3 <s3> weight 2", [("/",)] * 12),
    "static": ("default_backend be", "balance static-rr\n" + SERVERS, [("/",)] * 7),
    "first": ("default_backend be", "balance first\nserver s1 <s1> disabled\nserver s2 <s2>\nserver s3 <s3>", [("/",)] * 3),
    "least": ("default_backend be", "balance leastconn\n" + SERVERS, [("/",)] * 7),
    "backups": ("default_backend be", "server s1 <s1> disabled\nserver s2 <s2> backup\nserver s3 <s3> backup", [("/",)] * 3),
    "connections": (
        'http-request set-header X-Seen "[%[req.hdr(connection)]]"\nhttp-request return status 404 if { req.hdr(connection) -m sub close }\n'
        'http-response set-header X-Seen "[%[res.hdr(connection)]]"\ndefault_backend be',
        SERVERS,
        [("/",), ("/", "Connection: keep-alive"), ("/", "Connection: close")],
    ),
    "content before monitoring": (
        "monitor-uri /\nmonitor fail if { var(txn.a) -m found }\ntcp-request content set-var(txn.a) req.hdr(x-a)\ndefault_backend be",
        SERVERS,
        [("/",), ("/a",), ("/", "X-A: 1")],
    ),
    "nobody": ("default_backend be", "server s1 <s1> disabled", [("/",)]),
    "source": hashed("balance source"),
    "uri": hashed("balance uri"),
    "uri whole": hashed("balance uri whole", "hash-type map-based djb2 avalanche"),
    "parameter": hashed("balance url_param id", "hash-type consistent wt6"),
    "header": hashed("balance hdr(x-key)", "hash-type consistent crc32 avalanche"),
    "expression": hashed("balance hash req.hdr(x-key),lower", "hash-type map-based sdbm"),
    "hash, one disabled": (
        "default_backend be",
        "balance hdr(x-key)\nhash-type consistent\nserver s1 <s1>\nserver s2 <s2> disabled\nserver s3 <s3> weight 5",
        [(key, f"X-Key: {key}") for key in KEYS],
    ),
    "cookies": (
        "default_backend be",
        "cookie W insert indirect\nserver s1 <s1> cookie a\nserver s2 <s2> cookie b disabled\nserver s3 <s3> cookie c",
        [("/", "Cookie: W=a"), ("/", "Cookie: W=b"), ("/", "Cookie: W=c"), ("/", "Cookie: W=x"), ("/",)],
    ),
    "servers by rule": (
        "default_backend be",
        "use-server s3 if { path_beg /three }\nuse-server s2 unless { path_beg /any }\n" + SERVERS,
        [("/three",), ("/other",), ("/any",), ("/any",)],
    ),
    "tables": (
        "default_backend be",
        "stick-table type string len 20 size 100\nstick on hdr(x-key)\n" + SERVERS,
        [("/", f"X-Key: {key}") for key in ("a", "b", "a", "c", "b", "a", "c")] + [("/",), ("/",)],
    ),
    "counters": (
        "stick-table type string len 9 size 9 store http_req_cnt,gpc0\nhttp-request track-sc0 hdr(x-key)\n"
        "http-request sc-inc-gpc0(0) if { path /count }\nhttp-request set-var(txn.v) sc0_http_req_cnt\n"
        "http-request deny status 429 if { sc0_http_req_cnt gt 2 }\ndefault_backend be",
        SERVERS,
        [("/count", f"X-Key: {key}") for key in "aabaab"],
    ),
    "rules": (
        "acl admin path_beg /admin\nacl inside src 10.0.0.0/8\nacl robot hdr_sub(user-agent) -i bot\nacl long path_len gt 20\n"
        "http-request set-var(txn.v) req.hdr(host),lower,field(1,:)\nhttp-request deny if admin !inside\n"
        "http-request return status 418 content-type text/plain string no if robot\n"
        "http-request redirect prefix https://b.test code 301 if { path_end .html } or long\n"
        "http-request replace-path /old/(.*) /new/\\1\nhttp-request set-header X-V %[path]-%[var(txn.v)]\n"
        "http-request set-var(txn.v) req.hdr(x-v)\nuse_backend other if { hdr(host) -i other.test } || { path_reg ^/o[0-9]+$ }\n"
        "default_backend be",
        SERVERS,
        [
            ("/admin/x",),
            ("/", "User-Agent: A Bot"),
            ("/a.html?b",),
            ("/" + "a" * 30,),
            ("/old/x",),
            ("/o12",),
            ("/o1x",),
            ("/",),
        ],
    ),
    "responses": (
        "http-request set-var(txn.p) path\nhttp-response set-header X-V front\nhttp-after-response set-header X-A %[status]\n"
        "http-request deny if { path /no }\ndefault_backend be",
        "http-response set-header X-V back\nhttp-response set-status 203 if { var(txn.p) -m str /three }\n"
        f"http-response deny if {{ var(txn.p) -m str /never }}\n{SERVERS}",
        [("/",), ("/no",), ("/three",), ("/never",)],
    ),
}


def told(outcome: Outcome) -> tuple[object, ...]:
    fields = {name.lower(): value for name, value in outcome.response.headers} if outcome.response else {}
    server = outcome.server if outcome.end == "forwarded" and outcome.status not in (502, 503) else None
    return (
        outcome.status,
        outcome.backend if server else None,
        server,
        fields.get("x-v"),
        fields.get("x-a"),
        fields.get("location"),
    )


def seen(answer: Message) -> tuple[object, ...]:
    server = answer.text if answer.text in ("s1", "s2", "s3", "o1") else None
    fields = [answer.get(name) for name in ("x-v", "x-a", "location")]
    return answer.status, answer.get("x-be") if server else None, server, *fields


@pytest.mark.parametrize("name", CASES)
def test_what_is_told_is_what_happens(run: Runner, serve, name):
    front, back, requests = CASES[name]
    servers = {each: serve(hello, each) for each in ("s1", "s2", "s3", "o1")}
    shown = "http-response set-header X-V %[var(txn.v)] if { var(txn.v) -m found }\nhttp-response set-header X-Be %[be_name]"
    text = f"{TOP}frontend fe\nbind <fe>\n{front}\nbackend be\n{shown}\n{back}\nbackend other\n{shown}\nserver o1 <o1>\n"
    proxy = run(text, bare=True, **servers)
    site = Player(str(_file(run)))
    for target, *fields in requests:
        if not any(field.startswith("Host:") for field in fields):
            fields = ["Host: A.test:80", *fields]
        pairs = [(name, value) for name, _, value in (field.partition(": ") for field in fields)]
        outcome = site.send("GET", target, headers=pairs, frontend="fe", src="127.0.0.1")
        answer = proxy.ask(http(f"GET {target} HTTP/1.1", *fields))
        assert told(outcome) == seen(answer), (target, fields)


def _file(run: Runner) -> Path:
    """The configuration that was started last."""
    return max(run.directory.glob("*.cfg"), key=lambda path: int(path.stem))
