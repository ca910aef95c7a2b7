"""What `explain` says of a request is what happens to it, step by step.

Each request of `sites` is sent to a running balancer that traces it, then played without sockets, and the two documents are
compared: rules, tests with their values, changes, choices, the request as the server gets it, the response as the client gets it,
the end, the log line."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from steelyard.engine.simulation import Outcome
from steelyard.explain.ask import Ask
from steelyard.explain.document import document
from steelyard.explain.player import Player
from tests.explain.sites import FILES, REPLIES, SITES, TOP, Site
from tests.kit import Closed, Late, Message, Ports, Proxy, Runner, Server, Syslog
from tests.kit.program import Program, find_steelyard
from tests.kit.server import Conn

HEADER = "X-Steelyard-Trace"


def answer(conn: Conn) -> None:
    """Replies as the request asks, and keeps for the test what it said."""
    while True:
        request = conn.request()
        reply = REPLIES[request.get("x-reply") or ""]
        if request.method == "HEAD":
            reply = reply[: reply.index(b"\r\n\r\n") + 4]
        conn.send(reply)
        if b"Connection: close" in reply or b"HTTP/1.0" in reply or "x-reply: garbage" in request.head.decode("latin-1").lower():
            return


def site_text(number: int, site: Site) -> str:
    servers = "\n".join(f"server s{n} <s{n}> {words}" for n, words in enumerate(site.servers, 1))
    start = f"from {site.defaults}" if site.defaults else "from plain"
    text = (
        f"frontend f@ {start}\nbind <f{number}>\n{site.front}\n{site.listen}\nbackend be@ from plain\n{site.back}\n{servers}\n"
        "backend other@ from plain\nserver o1 <s1>\nbackend nobody@ from plain\nserver n1 <s1> disabled\n"
        "backend empty@ from plain\n"
    )
    return text.replace("@", str(number)) + "\n"


def raw(written: str, number: int, identity: str | None = None) -> bytes:
    """`METHOD target|Field: value|!1.0|reply:NAME|+body`, in bytes; with the field that asks for a trace."""
    start, *words = written.replace("@", str(number)).split("|")
    version, body, fields = "1.1", b"", []
    for word in words:
        if word == "!1.0":
            version = "1.0"
        elif word.startswith("reply:"):
            fields.append(f"X-Reply: {word.removeprefix('reply:')}")
        elif word.startswith("+"):
            body = word[1:].encode()
        else:
            fields.append(word)
    if not any(each.startswith("Host:") for each in fields):
        fields.insert(0, "Host: a.test")
    if body and not any(each.startswith("Transfer-Encoding") for each in fields):
        fields.append(f"Content-Length: {len(body)}")
    line = start if "HTTP/" in start else f"{start} HTTP/{version}"
    if identity:
        fields.insert(0, f"{HEADER}: {identity}")
    return "\r\n".join([line, *fields, "", ""]).encode("latin-1") + body


@dataclass
class Running:
    proxy: Proxy
    traces: Path
    config: Path
    told: dict[str, dict[str, Any]] = field(default_factory=dict)

    def trace(self, identity: str) -> dict[str, Any]:
        end = time.monotonic() + 15
        while identity not in self.told:
            assert time.monotonic() < end, f"no trace {identity}"
            for line in self.traces.read_text().splitlines(keepends=True):
                if line.endswith("\n"):
                    made = json.loads(line)
                    self.told[made["id"]] = made
        return self.told[identity]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("truth")
    ports, sink = Ports(), Syslog()
    servers: dict[str, Any] = {f"s{number}": Server(answer, f"s{number}") for number in (1, 2, 3)}
    runner = Runner(Program("steelyard", find_steelyard()), folder, ports)
    parts = [TOP.replace("defaults\n", "defaults plain\n", 1)]
    for number, site in enumerate(SITES.values()):
        (folder / str(number)).mkdir()
        for name, text in FILES.items():
            (folder / str(number) / name).write_text(text.replace("@", str(number)), newline="")
        parts.append(site_text(number, site).replace("<dir>", str(folder / str(number))))
    parts[0] = parts[0].replace("<dir>", str(folder / "0"))
    traces = folder / "traces"
    words = ("-db", "--trace-to", str(traces), "--trace-format", "json", "--trace-secrets")
    proxy = runner("".join(parts), bare=True, words=words, sink=sink, **servers)
    yield Running(proxy, traces, folder / "1.cfg")
    runner.close()
    ports.close()
    sink.close()
    for server in servers.values():
        server.close()


@pytest.fixture(scope="module")
def player(running: Running) -> Player:
    return Player(running.config)


# Of the connection: they have run before there was a header to ask with.
EARLY = ("tcp-request connection", "tcp-request session")


def normal(told: dict[str, Any], of: dict[str, Any]) -> dict[str, Any]:
    """What both can know: a trace knows the connection to the server and time, `of` is that of the trace."""
    steps, early = [], False
    for step in told["steps"]:
        if step["step"] == "set":
            early = step["set"] in EARLY
        if early and step["step"] != "choice":
            continue
        if step["step"] == "choice" and step["kind"] == "server":
            step = {**step, "what": re.sub(r", on a (new connection|connection that was open).*", "", step["what"])}
        if step["step"] == "verdict" and step["what"].startswith("waits for"):
            continue
        steps.append(step)
    shown = dict(told, steps=steps)
    shown = {
        key: shown[key] for key in ("steps", "end", "why", "backend", "server", "status", "request", "response", "termination")
    }
    if told["response"]:
        # A trace knows them where there was an answer.
        shown["variables"] = [list(pair) for pair in told["variables"]]
    log = told["log"]
    if shown["response"]:
        fields = [pair for pair in shown["response"]["headers"] if pair[0].lower() != HEADER.lower()]
        shown["response"] = {"line": shown["response"]["line"], "headers": [list(pair) for pair in fields]}
    if shown["request"]:
        shown["request"] = {**shown["request"], "headers": [list(pair) for pair in shown["request"]["headers"]]}
    if shown["why"].startswith(("not a valid response", "the response is not valid")):
        shown["why"] = "a bad response"
    if told is of and log is not None and told["response"]:
        # The client of a trace gets its id, which counts as bytes.
        extra = sum(len(f"{name}: {value}\r\n") for name, value in told["response"]["headers"] if name == HEADER)
        log = re.sub(r"^(\S+ \S+ \S+ \+?)(\d+)", lambda found: f"{found[1]}{int(found[2]) - extra}", log)
    if log is not None:
        # How many connections there are is not the same where clients come one after the other.
        log = re.sub(r" (\d+/){3}", " ", log)
        log = re.sub(r"^((?:\S+ ){4})(\d+)", r"\1U", log)
    return {**shown, "log": log}


@pytest.mark.parametrize("name", SITES)
def test_what_is_told_is_what_happens(running: Running, player: Player, name: str):
    number = list(SITES).index(name)
    for place, group in enumerate(SITES[name].requests):
        written = group if isinstance(group, list) else [group]
        with running.proxy.connect(f"f{number}") as client:
            source = "{}:{}".format(*client.sock.getsockname()[:2])
            for index, each in enumerate(written):
                identity = f"{number}.{place}.{index}"
                client.send(raw(each, number, identity))
                answered = read(client, each)
                if answered is not None and answered.status == 101:
                    client.close()  # a tunnel is told when it is over
                outcome = play(player, running, number, each, source, index > 0, answered, identity)
                if outcome.why.startswith("not a valid request"):
                    # Nobody can ask for a trace of what is no request.
                    assert outcome.response is not None and answered is not None
                    fields = [(key.lower(), value) for key, value in outcome.response.headers]
                    assert (outcome.response.line, fields) == (answered.start, answered.lowered), each
                    continue
                trace = running.trace(identity)
                assert normal(document(outcome, player.plan.files), trace) == normal(trace, trace), (name, each)


def read(client: Any, each: str) -> Message | None:
    """The head of the answer, and its body read away; None: closed without one."""
    try:
        while True:
            message: Message = client.head()
            if message.status >= 200 or message.status == 101:
                break
        if not each.startswith("HEAD") and message.status not in (204, 304, 101):
            client.read_body(message, until_close=True)
    except (Closed, Late):
        return None
    return message


def play(
    player: Player, running: Running, number: int, each: str, source: str, reused: bool, answered: Message | None, identity: str
) -> Outcome:
    request = raw(each, number)
    found = re.search(r"\|reply:([a-z0-9-]+)", each)
    reply = REPLIES[found[1] if found else ""]
    if each.startswith("HEAD"):
        reply = reply[: reply.index(b"\r\n\r\n") + 4]
    now = None
    if answered is not None and answered.get(HEADER):
        now = datetime.fromisoformat(running.trace(identity)["time"]).timestamp()
    address = running.proxy.address(f"f{number}")
    return player.play(
        Ask(
            request=request,
            frontend=f"f{number}",
            src=source,
            dst="{}:{}".format(*address),
            response=reply,
            now=now,
            reused=reused,
        )
    )
