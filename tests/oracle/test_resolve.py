"""`do-resolve`: names that a name server knows, does not know, answers late, or never."""

from __future__ import annotations

import socket
import struct
import threading
from collections import Counter

import pytest

from tests.kit import http
from tests.kit.behaviours import hello
from tests.oracle.common import get, site

A, AAAA, CNAME = 1, 28, 5
RECORDS = {
    "a.test": [(A, "192.0.2.1")],
    "both.test": [(A, "192.0.2.2"), (AAAA, "2001:db8::2")],
    "six.test": [(AAAA, "2001:db8::6")],
    "alias.test": [(CNAME, "a.test")],
    "mixed.test": [(A, "192.0.2.5")],
}


class NameServer:
    """Answers over UDP from a table; what is asked of it is counted."""

    def __init__(self, silent: int = 0, code: int = 3, forged: bool = False, at: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(at)
        self.latest = b""
        self.silent, self.code, self.forged = silent, code, forged
        self.asked: Counter[tuple[str, int]] = Counter()
        threading.Thread(target=self._run, daemon=True).start()

    def __str__(self) -> str:
        return f"127.0.0.1:{self.sock.getsockname()[1]}"

    def close(self) -> None:
        self.sock.close()

    def _run(self) -> None:
        while True:
            try:
                data, client = self.sock.recvfrom(4096)
            except OSError:
                return
            self.latest = data
            labels, at = [], 12
            while data[at]:
                labels.append(data[at + 1 : at + 1 + data[at]].decode())
                at += 1 + data[at]
            question = data[12 : at + 5]
            name, kind = ".".join(labels).lower(), int.from_bytes(data[at + 1 : at + 3], "big")
            self.asked[name, kind] += 1
            if self.silent:
                self.silent -= 1
                continue
            records = [record for record in self._records(name) if record[1] in (kind, CNAME)]
            known = name in RECORDS
            head = data[:2] + struct.pack("!5H", 0x8180 | (0 if known else self.code), 1, len(records), 0, 0)
            body = b"".join(wire(owner) + struct.pack("!HHIH", kind, 1, 60, len(value)) + value for owner, kind, value in records)
            if self.forged:
                self.sock.sendto(bytes([data[0] ^ 1]) + head[1:] + question + body.replace(b"\xc0\0\2", b"\xc6\0\2"), client)
            self.sock.sendto(head + question + body, client)

    def _records(self, name: str) -> list[tuple[str, int, bytes]]:
        found = []
        for kind, value in RECORDS.get(name, []):
            if kind == CNAME:
                found += [(name, kind, wire(value)), *self._records(value)]
            else:
                found.append((name, kind, socket.inet_pton(socket.AF_INET if kind == A else socket.AF_INET6, value)))
        return found


def wire(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


@pytest.fixture
def name_server():
    made: list[NameServer] = []

    def make(**given) -> NameServer:
        made.append(NameServer(**given))
        return made[-1]

    yield make
    for server in made:
        server.close()


def dns(*servers: NameServer, lines: str = "") -> str:
    named = "\n".join(f"    nameserver n{number} {server}" for number, server in enumerate(servers))
    return f"resolvers dns\n{named}\n    timeout retry 300ms\n{lines}\n"


SHOW = '\nhttp-request return content-type text/plain lf-string "[%[var(txn.ip)]]"'


def ask(run, name: str, top: str, family: str = "", rules: str = "http-request"):
    front = f"{rules} do-resolve(txn.ip,dns{family}) req.hdr(x-name)" + SHOW
    proxy = site(run, top=top, front=front, s1="127.0.0.1:1")
    return proxy.ask(get("/", f"X-Name: {name}")).text


NAMES = [
    ("a.test", "", "[192.0.2.1]"),
    ("A.TEST", "", "[192.0.2.1]"),
    ("a.test", ",ipv4", "[192.0.2.1]"),
    ("a.test", ",ipv6", "[192.0.2.1]"),
    ("both.test", "", "[2001:db8::2]"),
    ("both.test", ",ipv4", "[192.0.2.2]"),
    ("both.test", ",ipv6", "[2001:db8::2]"),
    ("six.test", ",ipv4", "[2001:db8::6]"),
    ("alias.test", ",ipv4", "[192.0.2.1]"),
    ("none.test", "", "[]"),
    ("", "", "[]"),
    ("bad name", "", "[]"),
    ("a..test", "", "[]"),
    ("x" * 64 + ".test", "", "[]"),
]


@pytest.mark.parametrize(("name", "family", "want"), NAMES)
def test_names(run, name_server, name, family, want):
    assert ask(run, name, dns(name_server()), family) == want


def test_content_rules_look_names_up(run, name_server):
    rules = "tcp-request inspect-delay 10s\ntcp-request content"
    assert ask(run, "a.test", dns(name_server()), rules=rules) == "[192.0.2.1]"


def test_a_name_server_that_loses_a_question_is_asked_again(run, name_server):
    server = name_server(silent=1)
    assert ask(run, "a.test", dns(server), ",ipv4") == "[192.0.2.1]"
    assert server.asked["a.test", A] == 2


def test_a_name_server_that_never_answers_gives_nothing(run, name_server):
    assert ask(run, "a.test", dns(name_server(silent=100))) == "[]"


def test_one_of_several_name_servers_answers(run, name_server):
    assert ask(run, "a.test", dns(name_server(silent=100), name_server()), ",ipv4") == "[192.0.2.1]"


def test_an_answer_to_another_question_is_passed_over(run, name_server):
    assert ask(run, "a.test", dns(name_server(forged=True)), ",ipv4") == "[192.0.2.1]"


@pytest.mark.parametrize("code", [2, 5])
def test_errors_of_name_servers_give_nothing(run, name_server, code):
    assert ask(run, "none.test", dns(name_server(code=code), lines="    resolve_retries 1")) == "[]"


def test_an_answer_holds(run, name_server):
    server = name_server()
    front = "http-request do-resolve(txn.ip,dns,ipv4) req.hdr(x-name)" + SHOW
    proxy = site(run, top=dns(server, lines="    hold valid 1h"), front=front, s1="127.0.0.1:1")
    with proxy.connect() as client:
        for _ in range(5):
            assert client.ask(get("/", "X-Name: a.test")).text == "[192.0.2.1]"
    assert server.asked["a.test", A] == 1


def test_a_request_goes_to_the_address_that_was_found(run, name_server, serve):
    RECORDS["here.test"] = [(A, "127.0.0.1")]
    server = serve(hello)
    back = (
        "http-request do-resolve(txn.ip,dns,ipv4) req.hdr(host)\nhttp-request set-dst var(txn.ip)\n"
        f"http-request set-dst-port int({server.port})"
    )
    proxy = site(run, top=dns(name_server()), back=back, s1="0.0.0.0:0")
    assert proxy.ask(http("GET / HTTP/1.1", "Host: here.test")).text == "s1"


def test_streams_of_tcp_go_to_the_address_that_was_found(run, name_server, serve):
    RECORDS["here.test"] = [(A, "127.0.0.1")]
    server = serve(hello)
    front = (
        "mode tcp\ntcp-request inspect-delay 10s\ntcp-request content do-resolve(sess.ip,dns,ipv4) str(here.test)\n"
        f"tcp-request content set-dst var(sess.ip)\ntcp-request content set-dst-port int({server.port})"
    )
    proxy = site(run, top=dns(name_server()), front=front, back="mode tcp", s1="0.0.0.0:0")
    assert proxy.ask(get()).text == "s1"
