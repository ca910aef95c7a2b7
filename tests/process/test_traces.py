"""Traces of real requests: `--trace-header`, `--trace-from`, `--trace-to`. HAProxy has nothing like them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.kit.behaviours import echo
from tests.kit.wire import http
from tests.process.conftest import eventually

SITE = """\
frontend web
 bind <fe>
 log stderr format raw local0
 option httplog
 acl bad path_beg /admin
 acl vip req.cook(user) -m str alice-the-great
 http-request deny if bad
 http-request return status 204 if { path /health }
 http-request set-var(txn.sid) req.cook(sid)
 http-request set-header X-Vip yes if vip
 use_backend shop if { path_beg /cart }
 default_backend pages
backend shop
 server s1 <s1> disabled
backend pages
 balance roundrobin
 cookie SRV insert indirect
 http-response set-header X-Page yes
 server p1 <s1> cookie p1
 server p2 <s1> cookie p2
"""


class Traced:
    """A running balancer whose traces go to a file."""

    def __init__(self, steelyard, serve, tmp_path: Path, *words: str, text: str = SITE) -> None:
        self.file = tmp_path / "traces"
        self.server = serve(echo)
        self.proxy = steelyard(
            text, s1=self.server, words=("-db", "--trace-to", str(self.file), "--trace-format", "json", *words)
        )

    def ask(self, *lines: str, line: str = "GET / HTTP/1.1", source: str | None = None):
        return self.proxy.ask(http(line, "Host: a", *lines), source=source)

    def read(self, count: int) -> list[dict[str, Any]]:
        eventually(f"{count} traces", lambda: self.file.read_text().count("\n") >= count)
        return [json.loads(line) for line in self.file.read_text().splitlines()]


@pytest.fixture
def traced(steelyard, serve, tmp_path):
    return Traced(steelyard, serve, tmp_path)


def steps(trace: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [step for step in trace["steps"] if step["step"] == kind]


def test_a_request_is_told_as_explain_tells_it(traced):
    reply = traced.ask("X-Steelyard-Trace: mine.1", "Cookie: user=alice-the-great")
    assert (reply.status, reply.get("x-steelyard-trace")) == (200, "mine.1")
    assert b"x-steelyard-trace" not in reply.body.lower(), "the header must not reach the server"
    (trace,) = traced.read(1)
    assert (trace["id"], trace["frontend"], trace["end"]) == ("mine.1", "web", "forwarded")
    assert (trace["backend"], trace["server"], trace["status"]) == ("pages", "p1", 200)
    assert trace["src"].startswith("127.0.0.1:")
    assert [(each["proxy"], each["set"]) for each in steps(trace, "set")] == [
        ("web", "http-request"),
        ("web", "use_backend"),
        ("pages", "http-response"),
    ]
    first = steps(trace, "rule")[0]
    assert (first["text"], first["taken"]) == ("http-request deny if bad", False)
    assert first["at"]["file"].endswith(".cfg") and first["at"]["line"] == 14
    assert steps(trace, "test")[0]["values"] == ["/"]
    assert any(each["what"] == "request header x-vip" and each["after"] == "yes" for each in steps(trace, "change"))
    choices = {each["kind"]: each["what"] for each in steps(trace, "choice")}
    assert choices["backend"] == "default_backend"
    assert choices["server"].startswith("balance roundrobin, on a new connection")
    assert ["X-Vip", "yes"] in trace["request"]["headers"]
    assert ["X-Page", "yes"] in trace["response"]["headers"]
    assert '"GET / HTTP/1.1"' in trace["log"]
    assert trace["times"]["total"] >= trace["times"]["response"] >= 0


def test_a_rule_that_answers_is_named(traced):
    denied = traced.ask("X-Steelyard-Trace: 1", line="GET /admin HTTP/1.1")
    made = traced.ask("X-Steelyard-Trace: 1", line="GET /health HTTP/1.1")
    assert denied.get("x-steelyard-trace") != made.get("x-steelyard-trace"), "each has an id of its own"
    # Two connections may be served by two threads.
    one, two = sorted(traced.read(2), key=lambda trace: -trace["status"])
    assert one["id"] == denied.get("x-steelyard-trace")
    assert (one["end"], one["why"], one["status"], one["backend"]) == ("replied", "http-request deny", 403, None)
    assert "Request forbidden" in one["body"] and one["termination"] == "PR--"
    assert (two["why"], two["status"], two["termination"]) == ("http-request return", 204, "LR--")


def test_why_no_server_takes_it(traced):
    assert traced.ask("X-Steelyard-Trace: 1", line="GET /cart HTTP/1.1").status == 503
    (trace,) = traced.read(1)
    assert (trace["end"], trace["backend"], trace["server"]) == ("replied", "shop", None)
    assert trace["why"] == "no server is usable: s1 is in maintenance"


def test_persistence_is_a_reason(traced):
    traced.ask("X-Steelyard-Trace: 1", "Cookie: SRV=p2")
    (trace,) = traced.read(1)
    assert trace["server"] == "p2"
    assert [each["what"].partition(",")[0] for each in steps(trace, "choice") if each["kind"] == "server"] == ["cookie SRV"]


def test_who_does_not_ask_gets_none(traced):
    assert traced.ask().get("x-steelyard-trace") is None
    traced.ask("X-Steelyard-Trace: after")
    assert [trace["id"] for trace in traced.read(1)] == ["after"]


def test_other_sources_get_none_and_the_header_goes_no_further(steelyard, serve, tmp_path):
    traced = Traced(steelyard, serve, tmp_path, "--trace-from", "127.0.0.7,2001:db8::/32", "--trace-header", "X-Why")
    foreign = traced.ask("X-Why: foreign", source="127.0.0.8")
    assert foreign.get("x-why") is None and b"x-why" not in foreign.body.lower()
    assert traced.ask("X-Why: ours", source="127.0.0.7").get("x-why") == "ours"
    assert [trace["id"] for trace in traced.read(1)] == ["ours"]


def test_without_the_option_the_header_is_a_header(steelyard, serve):
    reply = steelyard(SITE, s1=serve(echo)).ask(http("GET / HTTP/1.1", "Host: a", "X-Steelyard-Trace: 1"))
    assert b"X-Steelyard-Trace: 1" in reply.body and reply.get("x-steelyard-trace") is None


def test_ids_of_clients_are_harmless(traced):
    for value in ("a" * 65, "x\x1b[31m", "a b", "../../x"):
        assert traced.ask(f"X-Steelyard-Trace: {value}").get("x-steelyard-trace") != value
    assert all(trace["id"].replace("-", "").isalnum() for trace in traced.read(4))


SECRETS = ("topsecrettoken", "s3cr3t-session-of-mine", "alice-the-great")


def test_secrets_are_not_shown(traced):
    traced.ask(
        "X-Steelyard-Trace: 1", "Authorization: Bearer topsecrettoken", "Cookie: sid=s3cr3t-session-of-mine; user=alice-the-great"
    )
    (trace,) = traced.read(1)
    changed = [each for each in steps(trace, "change") if each["what"] == "variable txn.sid"]
    assert [each["after"] for each in changed] == ["***"], "a variable may hold a cookie"
    assert ["Authorization", "***"] in trace["received"]["headers"]
    text = traced.file.read_text()
    assert not [secret for secret in SECRETS if secret in text]


def test_secrets_are_shown_on_request(steelyard, serve, tmp_path):
    traced = Traced(steelyard, serve, tmp_path, "--trace-secrets")
    traced.ask("X-Steelyard-Trace: 1", "Authorization: Bearer topsecrettoken")
    assert "topsecrettoken" in str(traced.read(1)[0]["received"])


def test_text_on_stderr(steelyard, serve):
    proxy = steelyard(SITE, s1=serve(echo), words=("-db", "--trace-header=X-Why"))
    proxy.ask(http("GET /admin?a=1 HTTP/1.1", "Host: a", "X-Why: 7"))
    said = proxy.wait_said("Termination state PR--.")
    assert "--- trace 7, " in said
    assert "yes http-request deny if bad\n" in said
    assert "true  bad: path_beg /admin   '/admin' matches '/admin'" in said
    assert "Answered here with 403: http-request deny." in said


def test_requests_of_one_connection_have_traces_of_their_own(traced):
    with traced.proxy.connect() as client:
        client.ask(http("GET /one HTTP/1.1", "Host: a", "X-Steelyard-Trace: one"))
        assert client.ask(http("GET /two HTTP/1.1", "Host: a")).get("x-steelyard-trace") is None
        client.ask(http("GET /three HTTP/1.1", "Host: a", "X-Steelyard-Trace: three"))
    one, three = traced.read(2)
    assert (one["received"]["line"], three["received"]["line"]) == ("GET /one HTTP/1.1", "GET /three HTTP/1.1")
    assert three["received"]["line"] not in str(one)


def test_a_reader_that_stalls_holds_up_nobody(steelyard, serve, tmp_path):
    """The traces go to a pipe that nobody reads: requests go on, and what does not fit is dropped and counted."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        proxy = steelyard(SITE, s1=serve(echo), words=("-db", "--trace-to", str(pipe)))
        with proxy.connect() as client:
            for _ in range(400):
                assert client.ask(http("GET /health HTTP/1.1", "Host: a", "X-Steelyard-Trace: 1")).status == 204
        proxy.kill(signal.SIGQUIT)
        said = proxy.wait_said("traces of requests dropped")
        dropped = int(said.partition(" traces of requests dropped")[0].rpartition(" ")[2])
        assert 0 < dropped < 400
        proxy.kill(signal.SIGTERM)
        assert proxy.wait() == 0, "nor does the end wait for it"
    finally:
        os.close(reader)


def test_in_the_background_a_file_is_needed(steelyard):
    done = steelyard.run(SITE, "-D", "--trace-header", "X-Why", s1="127.0.0.1:9")
    assert done.status == 1
    assert "nobody sees stderr in the background: name a file with --trace-to" in done.err


def test_a_file_that_cannot_be_opened_stops_the_start(steelyard, tmp_path):
    done = steelyard.run(SITE, "-db", "--trace-to", str(tmp_path / "no" / "file"), s1="127.0.0.1:9")
    assert done.status == 1 and "No such file or directory" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--trace-from", "10.0.0.0/33"), "'10.0.0.0/33' is not a network"),
        (("--trace-header", "X Why"), "'X Why' is not the name of a header"),
        (("--trace-format", "xml"), "--trace-format takes text or json, not 'xml'"),
        (("--trace-too", "x"), "there is no option '--trace-too'"),
        (("--trace-to",), "--trace-to needs a value after it"),
    ],
)
def test_wrong_options(steelyard, words, said):
    done = steelyard.run(SITE, "-db", *words, s1="127.0.0.1:9")
    assert done.status == 1 and said in done.err


def test_the_word_run_takes_the_options(steelyard, serve, tmp_path):
    done = subprocess.run(
        steelyard.command("run", "--trace-from", "x", "a.cfg"), capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 2 and "'x' is not a network" in done.stderr


def test_a_trace_has_an_end(steelyard, serve, tmp_path):
    """Tests of a long list of values, again and again, are told up to a bound, and how many are not."""
    rules = "".join(f" http-request set-header X-{n} 1 if {{ hdr(x-list) -m str none }}\n" for n in range(600))
    text = SITE.replace(" http-request deny if bad\n", f" http-request deny if bad\n{rules}")
    traced = Traced(steelyard, serve, tmp_path, text=text)
    values = ",".join(f"{n:0190}" for n in range(60))
    assert traced.ask("X-Steelyard-Trace: long", f"X-List: {values}").status == 200
    (trace,) = traced.read(1)
    assert trace["steps"][-1]["what"].endswith(" further steps are not shown")
    assert 1 << 20 < traced.file.stat().st_size < 3 << 20
    assert (trace["end"], trace["status"]) == ("forwarded", 200)
