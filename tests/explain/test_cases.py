"""`steelyard test`, its files, its coverage, and the pytest plugin."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from steelyard.config import nearest
from steelyard.explain.cases import CasesError, read

CONFIGURATION = """\
defaults
  mode http
  timeout client 1s
  timeout server 1s
  timeout connect 1s
frontend web
  bind 127.0.0.1:8080
  acl bad path_beg /admin
  acl robot hdr_sub(user-agent) bot
  http-request deny if bad
  http-request tarpit if robot
  http-request set-var(txn.path) path
  use_backend shop if { path_beg /cart }
  default_backend pages
backend shop
  http-response set-header X-Shop yes
  server s1 127.0.0.1:8001
  server s2 127.0.0.1:8002
backend pages
  server p1 127.0.0.1:8003
"""
CASES = """\
config = "site.cfg"

[defaults]
src = "192.0.2.9"

[[case]]
name = "carts go to the shop"
request = "GET http://a.example:8080/cart"
servers = { "shop/s1" = "down" }

[case.expect]
end = "forwarded"
backend = "shop"
server = "s2"
status = 200
headers = { x-shop = "yes", Server = false }
request_headers = { Host = "a.example:8080" }
variables = { "txn.path" = "/cart" }
rules = [12, "site.cfg:13"]
skipped = [10]

[[case]]
name = "admin is closed"
request = "GET /admin"
expect = { status = 403, body = "Request forbidden" }
"""


def steelyard(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "steelyard", "test", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site.cfg").write_text(CONFIGURATION)
    (tmp_path / "cases.toml").write_text(CASES)
    return tmp_path


def test_cases_that_hold(folder):
    done = steelyard(folder, "cases.toml", "-v")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "ok     cases.toml:6: carts go to the shop",
        "ok     cases.toml:22: admin is closed",
        "2 passed, 0 failed",
    ]


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("status = 200", "status: expected '200', got '403'"),
        ('backend = "shop"', "backend: expected 'shop', got none"),
        ('end = "forwarded"', "end: expected 'forwarded', got 'replied'"),
        ("headers = { X-None = true }", "header X-None: expected, but it is not there"),
        ("headers = { content-type = false }", "header content-type: not expected, but it is 'text/html'"),
        ('headers = { content-type = "text/plain" }', "header content-type: expected 'text/plain', got 'text/html'"),
        ('body = "nothing"', "body: expected /nothing/, got "),
        ('log = "x"', "log line: expected /x/, got none"),
        ('variables = { "txn.path" = "/" }', "variable txn.path: expected '/', got none"),
        ("rules = [11]", "rule 11: expected to be carried out"),
        ('skipped = ["site.cfg:10"]', "rule site.cfg:10: not expected to be carried out"),
        ('request_line = "GET / HTTP/1.1"', "request line: expected 'GET / HTTP/1.1', got none"),
    ],
)
def test_what_is_not_as_expected_is_told(folder, expect, told):
    (folder / "cases.toml").write_text(f'config = "site.cfg"\n[[case]]\nrequest = "GET /admin"\nexpect = {{ {expect} }}\n')
    done = steelyard(folder, "cases.toml")
    assert done.returncode == 1
    assert told in done.stdout
    assert "site.cfg:10  yes http-request deny if bad" in done.stdout
    assert done.stdout.endswith("0 passed, 1 failed\n")


def test_coverage_lists_what_no_case_took(folder):
    done = steelyard(folder, "cases.toml", "--coverage")
    assert done.stdout.splitlines() == [
        "site.cfg:9: never true: acl robot hdr_sub(user-agent) bot",
        "site.cfg:11: never true: http-request tarpit if robot",
        "site.cfg:13: never false: use_backend shop if { path_beg /cart }",
        "5 of 7 rules and ACLs were true in some case (71.4 %)",
        "2 passed, 0 failed",
    ]
    document = json.loads(steelyard(folder, "cases.toml", "--coverage", "--json").stdout)
    assert [line["line"] for line in document["coverage"]["missing"]] == [9, 11]
    assert document["coverage"]["percent"] == 71.4
    (admin,) = [line for line in document["coverage"]["rules"] if line["line"] == 10]
    assert (admin["kind"], admin["never"], admin["true"], admin["false"]) == ("rule", "", 1, 1)
    assert [case["differences"] for case in document["cases"]] == [[], []]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("case = 1", "write each case as [[case]]"),
        ("[[case]]\nname = 'a'", "case 1 (a): which request?"),
        ("[[case]]\nrequest = 'GET'", "is not a request"),
        ("[[case]]\nrequest = 'GET /'\nwrong = 1", "unknown 'wrong' in a case"),
        ("[[case]]\nrequest = 'GET /'\nnow = 'noon'", "'noon' is not a time"),
        ("[[case]]\nrequest = 'GET /'\nservers = { 'shop/s9' = 'down' }", "backend 'shop' has no server 's9'"),
        ("[[case]]\nrequest = 'GET /'\nexpect.backend = 'shpo'", "there is no backend 'shpo': did you mean 'shop'?"),
        ("[[case]]\nrequest = 'GET /'\nexpect.server = 's9'", "there is no server 's9'"),
        ("[[case]]\nrequest = 'GET /'\nexpect = { backend = 'shop', server = 'p1' }", "there is no server 'p1'"),
        ("wrong = 1", "unknown 'wrong'"),
        ("config = 'nowhere.cfg'\n[[case]]\nrequest = 'GET /'", "nowhere.cfg"),
        ("= 1", "not TOML"),
        ("", "no case"),
    ],
)
def test_wrong_files_are_told(folder, text, told):
    config = "" if "config" in text else 'config = "site.cfg"\n'
    (folder / "cases.toml").write_text(config + text + "\n")
    done = steelyard(folder, "cases.toml")
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_turns_go_on_until_a_case_is_fresh(folder):
    case = '[[case]]\nrequest = "GET /cart"\nexpect.server = "{}"\nfresh = {}\n'
    cases = "".join(case.format(*each) for each in [("s1", "false"), ("s2", "false"), ("s1", "true")])
    (folder / "cases.toml").write_text('config = "site.cfg"\n' + cases)
    done = steelyard(folder, "cases.toml")
    assert done.stdout == "3 passed, 0 failed\n"


def test_the_plugin_gives_players_and_coverage(folder):
    (folder / "test_site.py").write_text(
        "def test_cart(steelyard_configuration):\n"
        "    site = steelyard_configuration('site.cfg')\n"
        "    assert site.send('GET', '/cart').backend == 'shop'\n"
    )
    done = pytest_in(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "site.cfg:8: never true: acl bad path_beg /admin" in done.stdout
    assert "3 of 7 rules and ACLs were true in some test" in done.stdout


def test_the_plugin_shows_what_happened(folder):
    """And a configuration that can't run, without the code that reads it."""
    (folder / "test_site.py").write_text(
        "def test_cart(steelyard_configuration):\n"
        "    site = steelyard_configuration('site.cfg')\n"
        "    assert site.send('GET', '/cart').backend == 'other'\n"
        "def test_none(steelyard_configuration):\n"
        "    steelyard_configuration('none.cfg')\n"
    )
    done = pytest_in(folder)
    assert done.returncode == 1
    assert "what happened to the last request" in done.stdout
    assert "\nsite.cfg:8" in done.stdout.replace("\n  ", "\n")
    assert "Forwarded to shop/" in done.stdout
    assert "none.cfg': no such file or directory" in done.stdout
    assert "api.py" not in done.stdout


def pytest_in(folder, *words):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--steelyard-coverage", "test_site.py", *words]
    if not _installed():
        command += ["-p", "steelyard.pytest_plugin"]
    return subprocess.run([*command, "--rootdir", str(folder)], cwd=folder, capture_output=True, text=True, timeout=60)


def _installed() -> bool:
    from importlib.metadata import entry_points

    return any(each.value == "steelyard.pytest_plugin" for each in entry_points(group="pytest11"))


def test_rules_see_the_body_of_a_response(folder):
    site = CONFIGURATION.replace("http-response set-header X-Shop yes", "http-response set-header X-Shop %[res.body]")
    (folder / "site.cfg").write_text(site + "  http-after-response set-header X-Size %[res.body_len]\n")
    (folder / "cases.toml").write_text(
        'config = "site.cfg"\n[[case]]\nrequest = "GET /cart"\nresponse = { body = "sold out" }\n'
        'expect = { headers = { X-Shop = "sold out" } }\n'
        '[[case]]\nrequest = "GET /"\nresponse = { body = "page" }\nexpect = { headers = { X-Size = "4" } }\n'
    )
    done = steelyard(folder, "cases.toml")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "2 passed, 0 failed"), done.stdout


@pytest.mark.parametrize(
    "text, said",
    [
        ('[[case]]\nrequest = "GET /"\nexpekt = {}\n', "unknown 'expekt' in a case: did you mean 'expect'?"),
        ('[[case]]\nrequest = "GET /"\nexpect = { statuss = 200 }\n', "unknown 'statuss' in expect: did you mean 'status'?"),
        ('[[case]]\nrequest = "GET /"\nexpect = { status = "abc" }\n', "'expect.status' is a number, not a text"),
        ("[[case]]\nrequest = 5\n", "'request' is a text, not a number"),
    ],
)
def test_wrong_cases_are_told_in_their_own_words(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "cases.toml").write_text(text)
    with pytest.raises(CasesError, match=re.escape(said)):
        read(str(tmp_path / "cases.toml"))


def test_a_file_of_cases_may_be_guessed_at_after_one_of_nothing_but_mistakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work of guessing is bounded for a run, and the next run begins anew."""
    monkeypatch.setattr(nearest._Budget, "left", 0)
    (tmp_path / "cases.toml").write_text('[[case]]\nrequest = "GET /"\nexpekt = {}\n')
    with pytest.raises(CasesError, match="did you mean 'expect'"):
        read(str(tmp_path / "cases.toml"))


def test_variables_of_the_process_are_set_before_the_first_case(folder):
    site = (
        "global\n  set-var proc.release str(r42)\n"
        + CONFIGURATION
        + "  http-response set-header X-Release %[var(proc.release)]\n"
    )
    (folder / "site.cfg").write_text(site)
    case = '[[case]]\nrequest = "GET /"\nexpect.headers = { X-Release = "r42" }\n'
    (folder / "cases.toml").write_text('config = "site.cfg"\n' + case + case + case.replace("expect", "fresh = true\nexpect"))
    assert steelyard(folder, "cases.toml").stdout == "3 passed, 0 failed\n"
