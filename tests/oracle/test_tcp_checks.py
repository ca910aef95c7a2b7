"""Checks by `tcp-check`: what each step finds, and how the log tells it."""

from __future__ import annotations

import re

import pytest

from tests.kit.server import Conn

ANSWERS = {b"PING": b"+PONG\r\n", b"info": b"$10\r\nrole:master\r\n", b"QUIT": b"+OK\r\n"}


def redis(conn: Conn) -> None:
    """Answers lines as Redis would."""
    data = b""
    while True:
        got = conn.sock.recv(4096)
        if not got:
            return
        data += got
        while b"\r\n" in data:
            line, _, data = data.partition(b"\r\n")
            conn.send(ANSWERS.get(line.split()[0] if line.split() else b"", b"-ERR\r\n"))
            if line == b"QUIT":
                return


def silent(conn: Conn) -> None:
    while conn.sock.recv(4096):
        pass


def banner(conn: Conn) -> None:
    """Says what it is, in two pieces."""
    conn.send(b"22")
    conn.send(b"0 hi\r\n")
    silent(conn)


def goes(conn: Conn) -> None:
    conn.send(b"go on\r\n")


def closes(conn: Conn) -> None:
    conn.sock.recv(4096)


def resets(conn: Conn) -> None:
    conn.sock.recv(4096)
    conn.reset()


PASSED = 'succeeded, reason: Layer7 check passed, code: 0, info: "(tcp-check)"'
LATE = "failed, reason: Layer7 timeout, info: "
WRONG = "failed, reason: Layer7 invalid response, info: "
REFUSED = "failed, reason: Layer4 connection problem, info: "
PING = "send PING\\r\\n"

# server, steps, what the log says of the check
CASES = [
    (redis, ["connect", PING, "expect string +PONG", "send info\\ x\\r\\n", "expect string role:master"], PASSED),
    (redis, [PING, "expect string +PONG", "send QUIT\\r\\n", "expect string +OK"], PASSED),
    (redis, [PING, "expect string PONG", "expect string ONG"], PASSED),
    (redis, [PING, "expect rstring ^.PO"], PASSED),
    (redis, ["send-binary 50494e470d0a", "expect binary 2b504f4e47"], PASSED),
    (redis, ["send-binary 50494e470d0a", "expect rbinary ^2B50"], PASSED),
    (redis, [PING, "expect min-recv 5 ! string PANG"], PASSED),
    (redis, ["connect send-proxy", PING, "expect string -ERR"], PASSED),
    (banner, ["expect string 220", "expect string hi"], PASSED),
    (banner, ["expect min-recv 4 string 220"], PASSED),
    (banner, ["connect", "expect string hi", "connect linger", "expect string hi"], PASSED),
    (banner, ["send x"], PASSED),
    (goes, ["expect ! string x"], PASSED),
    (goes, ["expect min-recv 100 string go"], PASSED),
    (banner, ["connect"], 'succeeded, reason: Layer4 check passed, info: "(tcp-check)"'),
    (redis, [PING, "expect ok-status L4OK string PONG"], 'succeeded, reason: Layer4 check passed, info: "(tcp-check)"'),
    (
        redis,
        [PING, "expect ok-status L7OKC string PONG"],
        'conditionally succeeded, reason: Layer7 check conditionally passed, code: 0, info: "(tcp-check)"',
    ),
    (redis, [PING, "expect string +PANG"], f"{LATE}\" at step 2 of tcp-check (expect string '+PANG')\""),
    (redis, [PING, "expect ! string PANG"], f"{LATE}\" at step 2 of tcp-check (expect string 'PANG')\""),
    (redis, [PING, "expect rstring ^PO"], f'{LATE}" at step 2 of tcp-check (expect regex)"'),
    (redis, [PING, "expect binary 2a2a"], f"{LATE}\" at step 2 of tcp-check (expect binary '2A2A')\""),
    (redis, [PING, "expect rbinary ^2b"], f'{LATE}" at step 2 of tcp-check (expect binary regex)"'),
    (
        silent,
        ['comment "a b"', "send x comment c", 'expect string y comment "d e"'],
        f"{LATE}\" at step 3 of tcp-check (expect string 'y') comment: 'd e'\"",
    ),
    (
        silent,
        [PING, "expect tout-status L6TOUT string y"],
        "failed, reason: Layer6 timeout, info: \" at step 2 of tcp-check (expect string 'y')\"",
    ),
    (redis, [PING, "expect ! string PONG"], f"{WRONG}\"TCPCHK matched unwanted content 'PONG' at step 2\""),
    (redis, [PING, "expect ! rstring PONG"], f'{WRONG}"TCPCHK matched unwanted content (regex) at step 2"'),
    (redis, [PING, "expect ! binary 2b"], f'{WRONG}"TCPCHK matched unwanted content (binary) at step 2"'),
    (redis, [PING, "expect ! rbinary ^2B"], f'{WRONG}"TCPCHK matched unwanted content (binary regex) at step 2"'),
    (redis, [PING, "expect min-recv 5 string PANG"], f"{WRONG}\"TCPCHK did not match content 'PANG' at step 2\""),
    (goes, ["expect string x"], f"{WRONG}\"TCPCHK did not match content 'x' at step 1\""),
    (goes, ["expect min-recv 100 string x"], f"{WRONG}\"TCPCHK did not match content 'x' at step 1\""),
    (closes, [PING, "expect string x"], f'{WRONG}"TCPCHK got an empty response at step 2"'),
    (
        redis,
        ["comment one", PING, "comment two", "expect ! string PONG"],
        f"{WRONG}\"TCPCHK matched unwanted content 'PONG' at step 4 comment: two\"",
    ),
    (redis, ["comment one", PING, "expect ! string PONG"], f"{WRONG}\"TCPCHK matched unwanted content 'PONG' at step 3\""),
    (
        redis,
        [PING, "expect error-status L7STS ! string PONG"],
        "failed, reason: Layer7 wrong status, code: 0, info: \"TCPCHK matched unwanted content 'PONG' at step 2\"",
    ),
    (
        redis,
        [PING, "expect error-status L6RSP ! string PONG"],
        "failed, reason: Layer6 invalid response, info: \"TCPCHK matched unwanted content 'PONG' at step 2\"",
    ),
    (
        resets,
        [PING, "expect string x"],
        "failed, reason: Socket error, info: \"Connection reset by peer at step 2 of tcp-check (expect string 'x')\"",
    ),
    (None, ["expect string hi"], f'{REFUSED}"Connection refused at initial connection step of tcp-check"'),
    (None, ["connect", "expect string hi"], f'{REFUSED}"Connection refused at step 1 of tcp-check (connect)"'),
    (
        banner,
        ["connect addr 127.0.0.9 comment c"],
        f"{REFUSED}\"Connection refused at step 1 of tcp-check (connect) comment: 'c'\"",
    ),
    (
        banner,
        ["connect", "send x", "connect port 1"],
        f'{REFUSED}"Connection refused at step 3 of tcp-check (connect port 1)"',
    ),
]


@pytest.mark.parametrize(
    ("behaviour", "steps", "want"), CASES, ids=[f"{number}-{case[1][-1]}" for number, case in enumerate(CASES)]
)
def test_what_a_check_finds(run, serve, sink, behaviour, steps, want):
    server = serve(behaviour or silent)
    address = f"127.0.0.1:{server.port}"
    if behaviour is None:
        server.stop_listening()
    lines = "\n".join(f"    tcp-check {step}" for step in steps)
    run(
        "global\n    log <sink> local0\ndefaults\n    mode tcp\n    log global\n    timeout client 20s\n    timeout server 20s\n"
        "    timeout connect 20s\n    timeout check 400ms\n    option log-health-checks\nfrontend fe\n    bind <fe>\n"
        f"    default_backend be\nbackend be\n    option tcp-check\n{lines}\n    server s1 <s1> check inter 2s rise 1 fall 1\n",
        bare=True,
        wait_for="fe",
        sink=sink,
        s1=address,
    )
    line = sink.take("Health check for server be/s1")
    assert (
        re.sub(r", check duration: \d+ms, status: [01]/1 (UP|DOWN)\.$", "", str(line)) == f"Health check for server be/s1 {want}"
    )


def test_own_steps_take_the_place_of_those_of_defaults(run, serve, sink):
    run(
        "global\n    log <sink> local0\ndefaults\n    mode tcp\n    log global\n    timeout client 20s\n    timeout server 20s\n"
        "    timeout connect 20s\n    timeout check 400ms\n    option log-health-checks\n    option tcp-check\n"
        "    tcp-check send x\n    tcp-check expect string never\nfrontend fe\n    bind <fe>\n    default_backend be\n"
        "backend be\n    tcp-check expect string 220\n    server s1 <s1> check inter 2s rise 1 fall 1\n",
        bare=True,
        wait_for="fe",
        sink=sink,
        s1=serve(banner),
    )
    assert PASSED in str(sink.take("Health check for server be/s1"))


def test_a_step_with_a_comment_in_the_words_of_the_file(run, serve, sink):
    run(
        "global\n    log <sink> local0\ndefaults\n    mode tcp\n    log global\n    timeout client 20s\n    timeout server 20s\n"
        "    timeout connect 20s\n    timeout check 400ms\n    option log-health-checks\nfrontend fe\n    bind <fe>\n"
        "    default_backend be\nbackend be\n    option tcp-check\n    tcp-check connect\n    tcp-check send-binary 50494e470d0a\n"
        "    tcp-check comment 'is it there'\n    tcp-check expect ! string PONG\n    server s1 <s1> check inter 2s rise 1 fall 1\n",
        bare=True,
        wait_for="fe",
        sink=sink,
        s1=serve(redis),
    )
    assert "TCPCHK matched unwanted content 'PONG' at step 4 comment: is it there" in str(sink.take("Health check for server"))
