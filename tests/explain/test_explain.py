"""`steelyard explain`: rules, tests, changes and choices of a request, without a socket."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from steelyard.engine import simulation
from steelyard.explain.text import render
from steelyard.plan.schema import At

CONFIGURATION = """\
defaults
  mode http
  log 127.0.0.1:514 local0
  option httplog
  timeout client 1s
  timeout server 1s
  timeout connect 1s
frontend web
  bind 127.0.0.1:8080
  option forwardfor
  acl bad path_beg /admin /secret
  acl inside src 10.0.0.0/8
  acl is_api path_beg /api
  http-request deny if bad !inside
  http-request set-var(txn.host) req.hdr(host),lower
  http-request set-header X-Host %[var(txn.host)] if is_api
  use_backend api if is_api
  default_backend pages
frontend raw
  mode tcp
  bind 127.0.0.1:8081
  tcp-request inspect-delay 1s
  tcp-request content reject if { req.payload(0,3) -m str BAD }
  default_backend stream
backend api
  cookie SRV insert indirect
  http-response set-header X-Served-By %s
  server s1 127.0.0.1:8001 cookie a
  server s2 127.0.0.1:8002 cookie b
backend pages
  server p1 127.0.0.1:8003
backend stream
  mode tcp
  server t1 127.0.0.1:8004
"""


@pytest.fixture
def explain(tmp_path: Path):
    path = tmp_path / "site.cfg"
    path.write_text(CONFIGURATION)

    def run(*words: str, input: bytes = b""):
        command = [sys.executable, "-m", "steelyard", "explain", "site.cfg", *words]
        return subprocess.run(command, cwd=tmp_path, input=input, capture_output=True, timeout=30)

    return run


def test_rules_tests_changes_and_choices_are_told_in_order(explain):
    done = explain("GET", "http://Shop.example:8080/api/x", "-H", "Cookie: SRV=b; k=v")
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stdout.decode().splitlines()]
    wanted = [
        "site.cfg:14  no  http-request deny if bad !inside",
        "false bad: path_beg /admin /secret   it is '/api/x'",
        "variable txn.host: nothing -> 'shop.example:8080'",
        "true  is_api: path_beg /api   '/api/x' matches '/api'",
        "request header x-host: nothing -> 'shop.example:8080'",
        "=> backend api, by use_backend api if is_api",
        "=> server s2, by cookie SRV",
        "response header x-served-by: nothing -> 's2'",
        "Forwarded to api/s2; the client gets 200.",
        "Cookie: k=v",
        "X-Forwarded-For: 192.0.2.1",
    ]
    positions = [lines.index(line) for line in wanted]
    assert positions == sorted(positions)


def test_json_names_the_places(explain):
    done = explain("GET", "/admin", "--frontend", "web", "--src", "10.1.2.3", "--json")
    outcome = json.loads(done.stdout)
    rule = next(step for step in outcome["steps"] if step["step"] == "rule")
    assert rule == {
        "step": "rule",
        "at": {"file": "site.cfg", "line": 14},
        "text": "http-request deny if bad !inside",
        "taken": False,
    }
    assert (outcome["end"], outcome["backend"], outcome["server"]) == ("forwarded", "pages", "p1")
    denied = json.loads(explain("GET", "/admin", "--frontend", "web", "--json").stdout)
    assert (denied["end"], denied["status"], denied["why"]) == ("replied", 403, "http-request deny")
    assert '403 189 - - PR-- 1/1/0/0/0 0/0 "GET /admin HTTP/1.1"' in denied["log"]


UPGRADED = """\
defaults
  log 127.0.0.1:514 local0
  timeout client 1s
  timeout server 1s
  timeout connect 1s
frontend fe
  mode tcp
  bind 127.0.0.1:8080
  option tcplog
  tcp-request inspect-delay 1s
  tcp-request content accept if { path_beg /chosen }
  tcp-request content switch-mode http if HTTP
  tcp-request content reject if HTTP
  http-request deny if { path /deny }
  use_backend plain if { path_end /raw }
  use_backend plain if !HTTP
  default_backend be
backend be
  mode http
  http-request set-header X-Be yes
  server s1 127.0.0.1:8001
backend plain
  mode tcp
  server t1 127.0.0.1:8002
"""


@pytest.mark.parametrize(
    ("data", "end", "server", "why"),
    [
        ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "forwarded", "s1", ""),
        ("GET /chosen HTTP/1.1\r\nHost: a\r\n\r\n", "forwarded", "s1", ""),
        ("GET /deny HTTP/1.1\r\nHost: a\r\n\r\n", "replied", None, "http-request deny"),
        ("GET /raw HTTP/1.1\r\nHost: a\r\n\r\n", "closed", None, "the backend is not in mode http"),
        ("GET /chosen/raw HTTP/1.1\r\nHost: a\r\n\r\n", "forwarded", "t1", ""),
        ("hello\r\n\r\n", "forwarded", "t1", ""),
    ],
)
def test_connections_that_go_on_as_http(explain, tmp_path, data, end, server, why):
    (tmp_path / "site.cfg").write_text(UPGRADED)
    outcome = json.loads(explain("--data", data, "--json").stdout)
    assert (outcome["end"], outcome["server"], outcome["why"]) == (end, server, why)
    headers = dict((outcome["request"] or {"headers": []})["headers"])
    assert headers.get("X-Be") == ("yes" if server == "s1" else None)


def test_states_of_servers_are_what_the_balancing_sees(explain):
    one = json.loads(explain("GET", "/api", "--frontend", "web", "--server", "api/s1=down", "--json").stdout)
    assert one["server"] == "s2"
    none = explain("GET", "/", "--frontend", "web", "--server", "pages/p1=down")
    assert b"Answered here with 503: no server is usable: p1 is down." in none.stdout


def test_raw_messages_and_bytes_of_tcp(explain):
    raw = explain("--frontend", "web", "--request", "-", "--json", input=b"GET /api HTTP/1.1\nHost: a\n\n")
    assert json.loads(raw.stdout)["backend"] == "api"
    good = json.loads(explain("--frontend", "raw", "--data", "GOOD", "--json").stdout)
    assert (good["end"], good["server"]) == ("forwarded", "t1")
    bad = json.loads(explain("--frontend", "raw", "--data", "BAD", "--json").stdout)
    assert (bad["end"], bad["why"]) == ("closed", "tcp-request content reject")


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["GET", "/"], 2, "there are several frontends: say which with --frontend (web, raw)"),
        (["GET", "/", "--frontend", "wep"], 2, "there is no frontend 'wep': did you mean 'web'?"),
        (["GET", "x", "--frontend", "web"], 2, "'x' is not a path: it begins with '/'"),
        (["GET", "/", "--frontend", "web", "--src", "here"], 2, "'here' is not an address"),
        (["GET", "/", "--frontend", "web", "--server", "api/s3=down"], 2, "backend 'api' has no server 's3'"),
        (["GET", "/", "--frontend", "web", "--server", "api/s1=dwn"], 2, "'dwn' is not a state"),
        (["GET", "/", "--frontend", "web", "-H", "nonsense"], 2, "'nonsense' is not a header"),
        (["GET"], 2, "which request?"),
        (["", "/", "--frontend", "web"], 2, "is not a request: write GET /path"),
        (["GET", "/a b", "--frontend", "web"], 2, "spaces in it as %20"),
        (["GET", "/a\nb", "--frontend", "web"], 2, "'GET /a\\nb' is not a request"),
        (["GET", "http://[::1/x"], 2, "'http://[::1/x' is not a URL"),
        (["GET", "/", "--frontend", "api"], 2, "'api' is a backend, to which no client connects (frontends: web, raw)"),
        (["GET", "/", "--frontend", "web", "--now", "nan"], 2, "'nan' is not a time"),
        (["GET", "/", "--frontend", "web", "--now", "-5"], 2, "'-5' is not a time"),
        (["--frontend", "web", "--request", "-"], 2, "there is no message in it"),
    ],
)
def test_a_wrong_question_is_answered_with_what_to_write(explain, words, status, told):
    done = explain(*words)
    assert done.returncode == status
    assert told in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_the_environment_is_that_of_the_file(explain, tmp_path):
    """What counts is what the last line of the file left, in rules and in log formats."""
    (tmp_path / "site.cfg").write_text(
        "defaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\n"
        'frontend fe\n  bind :80\n  log 127.0.0.1:514 local0\n  log-format "%[env(STEEL_A)]-%[env(STEEL_B)]"\n'
        "  http-request return status 200 hdr X-Env %[env(STEEL_A)] if { env(STEEL_B) -m found }\n"
        "global\n  setenv STEEL_A one\n  setenv STEEL_B two\n  unsetenv STEEL_B\n  setenv STEEL_B three\n"
    )
    outcome = json.loads(explain("GET", "/", "--json").stdout)
    assert dict(outcome["response"]["headers"])["X-Env"] == "one"
    assert outcome["log"] == "one-three"


def test_a_wrong_configuration_is_reported(explain, tmp_path):
    (tmp_path / "site.cfg").write_text("frontend f\n  nonsense\n")
    done = explain("GET", "/")
    assert done.returncode == 1
    assert b"nonsense" in done.stderr


def test_a_path_that_is_also_a_directory_is_the_path(explain):
    """Not a directory whose configurations are read."""
    done = explain("/etc", "--frontend", "web", "--json")
    assert (done.returncode, json.loads(done.stdout)["request"]["line"]) == (0, "GET /etc HTTP/1.1")


def test_a_server_that_was_wanted_and_is_down_is_told(explain):
    done = explain("GET", "/api", "--frontend", "web", "-H", "Cookie: SRV=b", "--server", "api/s2=down")
    assert b"=> server s1, by balance roundrobin; cookie SRV names a server that is down" in done.stdout


def test_a_hash_without_a_value_is_told(explain, tmp_path):
    text = CONFIGURATION.replace("backend api\n", "backend api\n  balance hdr(x-user)\n")
    (tmp_path / "site.cfg").write_text(text)
    found = [explain("GET", "/api", "--frontend", "web", *more).stdout.decode() for more in ([], ["-H", "X-User: a"])]
    assert "=> server s1, by balance hdr, which finds no value: in turn" in found[0]
    assert "by balance hdr, key " in found[1]


def test_lines_about_persistence_and_names_of_servers_are_carried_out(explain, tmp_path):
    lines = "  force-persist if { path_end /force }\n  ignore-persist if { path_end /ignore }\n  http-send-name-header X-Srv\n"
    (tmp_path / "site.cfg").write_text(CONFIGURATION.replace("  http-response set-header", f"{lines}  http-response set-header"))
    ask = ["--frontend", "web", "-H", "Cookie: SRV=b", "--server", "api/s2=down"]
    forced = explain("GET", "/api/force", *ask).stdout
    assert b"yes ignore" not in forced and b"force-persist if { path_end /force }" in forced
    assert b"=> server s2, by cookie SRV" in forced
    assert b"x-srv: s2" in forced
    ignored = explain("GET", "/api/ignore", "--frontend", "web", "-H", "Cookie: SRV=b").stdout
    assert b"=> server s1, by balance roundrobin" in ignored
    assert b"set-cookie" not in ignored.lower()


def test_a_use_server_rule_whose_server_is_down_says_that_the_next_one_has_its_turn(explain, tmp_path):
    lines = "  use-server s1 if { path_beg /api }\n  use-server s2 if { path_beg /api/x }\n"
    (tmp_path / "site.cfg").write_text(CONFIGURATION.replace("  http-response set-header", f"{lines}  http-response set-header"))
    told = explain("GET", "/api/x", "--frontend", "web", "--server", "api/s1=down").stdout
    assert b"s1 is down: the next rule has its turn" in told
    assert b"=> server s2, by use-server s2 if { path_beg /api/x }" in told
    assert b"is down" not in explain("GET", "/api/x", "--frontend", "web").stdout


def test_requests_of_one_connection_follow_each_other(explain):
    """What a file holds is played to its end, or it is said why not."""
    two = b"GET /api/1 HTTP/1.1\nHost: a\n\nGET /2 HTTP/1.1\nHost: a\nConnection: close\n\nGET /3 HTTP/1.1\n\n"
    done = explain("--frontend", "web", "--request", "-", input=two)
    assert done.stdout.count(b"of the connection\n") == 2
    assert b"Forwarded to api/s1" in done.stdout and b"Forwarded to pages/p1" in done.stdout
    assert b"the connection is closed, and 17 bytes behind the request are not read" in done.stderr
    outcomes = json.loads(explain("--frontend", "web", "--request", "-", "--json", input=two).stdout)
    assert [(each["backend"], each["keeps"]) for each in outcomes] == [("api", True), ("pages", False)]


def test_bytes_of_mode_tcp_are_taken_as_they_are(explain):
    raw = explain("--frontend", "raw", "--request", "-", "--json", input=b"\r\nBAD")
    assert json.loads(raw.stdout)["end"] == "forwarded"


def test_a_body_that_is_cut_is_told(explain):
    cut = b"POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"
    done = explain("--frontend", "web", "--request", "-", input=cut)
    assert b"; the body of the request is shorter than its head says.\n" in done.stdout


def test_what_waits_has_no_log_line(explain):
    done = explain("--frontend", "web", "--data", "GET / HT")
    assert b"Not decided: the head of the request is not complete." in done.stdout
    assert b"The log gets" not in done.stdout


def test_connect_names_an_authority(explain):
    outcome = json.loads(explain("CONNECT", "a.test:443", "--frontend", "web", "--json").stdout)
    assert outcome["request"]["line"] == "CONNECT a.test:443 HTTP/1.1"


def test_the_choice_of_a_rule_is_told_once(explain, tmp_path):
    lines = "  use-server s2 if { path_beg /api }\n"
    (tmp_path / "site.cfg").write_text(CONFIGURATION.replace("  http-response set-header", f"{lines}  http-response set-header"))
    told = explain("GET", "/api", "--frontend", "web").stdout
    assert told.count(b"=> server s2") == 1
    assert b"=> server s2, by use-server s2 if { path_beg /api }" in told


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_streams_that_are_closed_lead_nowhere(explain, tmp_path, closed):
    command = f"{sys.executable} -m steelyard explain site.cfg GET /api --frontend web {closed}{'<' if closed == 0 else '>'}&-"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, timeout=30, check=False)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    assert (b"Forwarded" in done.stdout) is (closed != 1)


def test_a_full_disk_is_told(explain, tmp_path):
    command = [sys.executable, "-m", "steelyard", "explain", "site.cfg", "GET", "/api", "--frontend", "web"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (1, b"steelyard: can't write: no space left on device\n")


def test_brief_shows_what_was_carried_out(explain):
    told = explain("GET", "/api/x", "--frontend", "web", "--brief").stdout.decode()
    assert "http-request set-header X-Host" in told and "use_backend api if is_api" in told
    assert "http-request deny" not in told and "path_beg /admin" not in told
    assert "(1 rule was not carried out, and not shown)" in told


def test_a_terminal_gets_long_values_without_their_middle():
    long = "a" * 200 + "z"
    step = simulation.ChangeStep(at=At(file=0, line=1), what="variable txn.x", before=None, after=long)
    outcome = simulation.Outcome(
        steps=[step], end="forwarded", why="", backend="b", server="s", request=None, status=200, response=None, body="",
        termination="----", log=None, variables=[], keeps=True, unread=0,
    )  # fmt: skip
    assert f"nothing -> '{long}'\n" in render(outcome, ["site.cfg"])
    shown = render(outcome, ["site.cfg"], width=60)
    assert "nothing -> 'aaaaaaaaaa...aaaaaaaaaz'\n" in shown
