"""Runs of `steelyard test`: the clock, connections that go on, coverage in CI, places of mistakes, what a failure shows."""

from __future__ import annotations

import pytest

from tests.explain.test_cases import CONFIGURATION, folder, pytest_in, steelyard

__all__ = ["folder"]

SITE = 'config = "site.cfg"\n'
ONE = '[[case]]\nrequest = "GET /"\n'


def test_several_files_of_cases_cover_one_configuration_together(folder):
    (folder / "more.toml").write_text(SITE + ONE + 'headers = { User-Agent = "bot" }\n')
    done = steelyard(folder, "cases.toml", "more.toml", "--coverage")
    assert done.stdout.splitlines()[-2:] == ["7 of 7 rules and ACLs were true in some case (100.0 %)", "3 passed, 0 failed"]
    assert "never true" not in done.stdout


@pytest.mark.parametrize(("least", "status"), [("71.4", 0), ("72", 1), ("0", 0)])
def test_a_least_coverage_is_a_status(folder, least, status):
    done = steelyard(folder, "cases.toml", "--min", least)
    assert done.returncode == status
    assert ("71.4 % of rules and ACLs are less than 72 %" in done.stderr) is (status == 1)
    assert "rules and ACLs were true" in done.stdout


def test_a_least_coverage_is_a_percentage(folder):
    done = steelyard(folder, "cases.toml", "--min", "all")
    assert (done.returncode, "'all' is not a number from 0 to 100" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{ONE}\n{ONE}expekt = 1\n", "cases.toml:7: case 2: unknown 'expekt'"),
        ("[[case]]\nname = 'a'\nrequest = 'GET'\n", "cases.toml:2: case 1 (a): 'GET' is not a request"),
        (
            f"{ONE}expect = {{ end = 'forwrded' }}\n",
            "case 1: 'expect.end' can't be 'forwrded': did you mean 'forwarded'?",
        ),
        (f"{ONE}expect = {{ log = '(' }}\n", "'log' is not a regular expression"),
        (f"{ONE}expect = {{ rules = [2] }}\n", "no rule stands at 2"),
        (f"{ONE}expect = {{ rules = ['x'] }}\n", "'x' is not a rule: write its line"),
        (f"{ONE}random = -1\n", "cases.toml:4: case 1: 'random' is a number >= 0"),
        (f"{ONE}now = true\n", "'now' is not a time"),
        (f"{ONE}now = -1\n", "'-1' is not a time"),
        (f"{ONE}after = 'soon'\n", "'soon' is not a time: write after = \"10s\""),
        ("[[case]]\nrequest = 'GET /a b'\n", "is not a request: write GET /path, and spaces in it as %20"),
        ("[[case]]\nname = '''\n[[case]]\n'''\nrequest = 1\n", "cases.toml: case 1"),
    ],
)
def test_wrong_words_are_told_with_their_line(folder, text, told):
    (folder / "cases.toml").write_text(SITE + text)
    done = steelyard(folder, "cases.toml")
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr


def test_what_decided_is_named(folder):
    (folder / "cases.toml").write_text(
        f'{SITE}[[case]]\nrequest = "GET /admin"\nexpect.status = 200\n[[case]]\nrequest = "GET /cart"\nexpect.status = 404\n'
    )
    done = steelyard(folder, "cases.toml")
    assert "FAILED cases.toml:2: case 1\n" in done.stdout
    assert "    decided by site.cfg:10: http-request deny if bad\n" in done.stdout
    assert "    decided by site.cfg:13: use_backend shop if { path_beg /cart }\n" in done.stdout


def test_of_many_rules_those_are_shown_that_were_carried_out(folder):
    deny = "  http-request deny if bad\n"
    rules = "".join(f"  http-request set-header X-{n} 1 if {{ path /{n} }}\n" for n in range(300))
    (folder / "site.cfg").write_text(CONFIGURATION.replace(deny, rules + deny))
    (folder / "cases.toml").write_text(f'{SITE}[[case]]\nrequest = "GET /7"\nexpect.status = 404\n')
    done = steelyard(folder, "cases.toml")
    assert "yes http-request set-header X-7 1 if { path /7 }" in done.stdout
    assert "(302 rules were not carried out, and not shown)" in done.stdout
    assert len(done.stdout.splitlines()) < 40


LIMITED = """\
defaults
  mode http
  timeout client 1s
  timeout server 1s
  timeout connect 1s
frontend web
  bind 127.0.0.1:8080
  stick-table type ip size 10 expire 1m store http_req_rate(10s),conn_cur
  tcp-request connection track-sc1 src
  tcp-request session set-var(sess.count) int(0)
  http-request track-sc0 src
  http-request set-var(sess.count) var(sess.count),add(1)
  http-request deny deny_status 429 if { sc0_http_req_rate gt 4 }
  http-request return status 200 hdr X-Count %[var(sess.count)] hdr X-Conns %[sc1_conn_cur] hdr X-First %[http_first_req]
"""


def test_the_clock_moves_when_a_case_says_so_and_rates_expire(folder):
    """Each request counts twice here: for the connection, and for itself."""
    (folder / "site.cfg").write_text(LIMITED)
    cases = [(200, ""), (200, ""), (429, ""), (429, 'after = "5s"'), (200, 'after = "40s"'), (200, "after = 30.5")]
    text = "".join(f"{ONE}expect.status = {status}\n{after}\n" for status, after in cases)
    (folder / "cases.toml").write_text(SITE + text)
    done = steelyard(folder, "cases.toml")
    assert done.stdout == "6 passed, 0 failed\n", done.stdout


def test_requests_of_one_connection_share_it(folder):
    (folder / "site.cfg").write_text(LIMITED)
    cases = [("false", 1, 1), ("true", 2, 0), ("true", 3, 0), ("false", 1, 1)]
    text = "".join(
        f'{ONE}after = "1m"\nreused = {reused}\nexpect.headers = {{ X-Count = "{count}", X-Conns = "2", X-First = "{first}" }}\n'
        for reused, count, first in cases
    )
    (folder / "cases.toml").write_text(SITE + text)
    done = steelyard(folder, "cases.toml")
    assert done.stdout == "4 passed, 0 failed\n", done.stdout


def test_long_values_are_compared_whole(folder):
    long = "v" * 700
    (folder / "cases.toml").write_text(
        f'{SITE}[[case]]\nrequest = "GET /cart"\nheaders = {{ X-Long = "{long}" }}\n'
        f'response = {{ headers = {{ X-Back = "{long}" }}, body = "{long}end" }}\n'
        f'expect = {{ request_headers = {{ X-Long = "{long}" }}, headers = {{ X-Back = "{long}" }}, body = "end$" }}\n'
    )
    assert steelyard(folder, "cases.toml").stdout == "1 passed, 0 failed\n"


@pytest.mark.parametrize("words", [(), ("-n", "2")])
def test_the_plugin_holds_a_run_to_its_coverage(folder, words):
    """With pytest-xdist, what each worker saw counts."""
    (folder / "test_site.py").write_text(
        "def test_cart(steelyard_configuration):\n"
        "    assert steelyard_configuration('site.cfg').send('GET', '/cart').backend == 'shop'\n"
        "def test_admin(steelyard_configuration):\n"
        "    assert steelyard_configuration('site.cfg').send('GET', '/admin').status == 403\n"
    )
    short = pytest_in(folder, "--steelyard-coverage-min", "80", *words)
    assert short.returncode == 1, short.stdout + short.stderr
    assert "5 of 7 rules and ACLs were true in some test (71.4 %)" in short.stdout
    assert "less than 80 % of rules and ACLs" in short.stdout
    assert pytest_in(folder, "--steelyard-coverage-min", "71.4", *words).returncode == 0


def test_variables_are_those_at_the_end_however_they_were_set(folder):
    """By a converter, by the request before on the connection, long, or gone again."""
    rules = (
        "  http-request set-var(txn.a) path,set-var(txn.seen)\n"
        "  http-request set-var(sess.first) path if { http_first_req }\n"
        "  http-request set-var(txn.gone) path\n  http-request unset-var(txn.gone)\n  http-request set-var(req.early) path\n"
    )
    deny = "  http-request deny if bad\n"
    (folder / "site.cfg").write_text(CONFIGURATION.replace(deny, rules + deny))
    long = "/" + "v" * 500
    wanted = f'"txn.seen" = "{long}", "sess.first" = "/one", "txn.gone" = false, "req.early" = true'
    (folder / "cases.toml").write_text(
        f'{SITE}[[case]]\nrequest = "GET /one"\n'
        f'[[case]]\nrequest = "GET {long}"\nreused = true\nexpect.variables = {{ {wanted} }}\n'
    )
    done = steelyard(folder, "cases.toml")
    assert done.stdout == "2 passed, 0 failed\n", done.stdout
