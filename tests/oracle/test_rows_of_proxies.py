"""Words of proxies, servers, sockets and the process that no other case has; each with what it changes. Words without an effect that
a client or a server could see stand in `test_words_that_leave_traffic_as_it_is`."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.kit.behaviours import echo, hello, reply
from tests.oracle.common import get, site

TIMES = "    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"


def test_defaults_of_servers(run, serve):
    front = "http-request return hdr X-W %[srv_weight(be/s1)]-%[srv_weight(be/s2)]"
    proxy = site(run, front=front, back="default-server weight 5 maxconn 9\nserver s2 <s1> weight 7", s1=serve(hello))
    assert proxy.ask(get("/")).get("x-w") == "5-7"


def test_a_backend_that_is_one_address(run, serve):
    proxy = run("listen fe\n    bind <fe>\n    dispatch <s1>\n", s1=serve(hello))
    assert proxy.ask(get("/")).text == "s1"


def test_the_unique_id_goes_on(run, serve):
    assert site(run, front="unique-id-header X-Id", s1=serve(echo)).ask(get()).echoed.get("x-id") is None
    proxy = site(run, front="unique-id-format id-%ci-%fi\nunique-id-header X-Id", s1=serve(echo))
    assert proxy.ask(get("/")).echoed.get("x-id") == "id-127.0.0.1-127.0.0.1"


def test_the_environment_of_a_file(run):
    proxy = run(
        "global\n    setenv STEEL_A one\n    presetenv STEEL_B two\n    presetenv STEEL_C three\n    unsetenv STEEL_D\n"
        f'defaults\n    mode http\n{TIMES}frontend fe\n    bind <fe>\n    http-request return hdr X-Env "$STEEL_A-$STEEL_B-$STEEL_C-$STEEL_D"\n',
        bare=True,
        environ={"STEEL_A": "not", "STEEL_C": "kept", "STEEL_D": "gone"},
    )
    assert proxy.ask(get("/")).get("x-env") == "one-two-kept-"


def test_an_environment_of_chosen_names(run):
    proxy = run(
        f'global\n    resetenv STEEL_A\ndefaults\n    mode http\n{TIMES}frontend fe\n    bind <fe>\n    http-request return hdr X-Env "$STEEL_A-$STEEL_B"\n',
        bare=True,
        environ={"STEEL_A": "one", "STEEL_B": "two"},
    )
    assert proxy.ask(get("/")).get("x-env") == "one-"


ASKED = "%[env(STEEL_A)]-%[env(STEEL_B)]-%[env(STEEL_C),length]-%[env(STEEL_D)]-%[env(STEEL_E)]"


def test_the_environment_that_rules_ask_for(run):
    """What counts is what the last line left, also for rules above it; what is not set has no value."""
    proxy = run(
        f'defaults\n    mode http\n{TIMES}frontend fe\n    bind <fe>\n    http-request return hdr X-Env "{ASKED}" if {{ env(STEEL_A) two }}\n'
        "global\n    setenv STEEL_A one\n    presetenv STEEL_A no\n    setenv STEEL_A two\n    presetenv STEEL_B no\n"
        '    setenv STEEL_C "é"\n    unsetenv STEEL_D\n',
        bare=True,
        environ={"STEEL_A": "zero", "STEEL_B": "kept", "STEEL_D": "gone", "STEEL_E": "still"},
    )
    assert proxy.ask(get("/")).get("x-env") == "two-kept-2--still"
    proxy = run(
        f'global\n    resetenv STEEL_E PATH\ndefaults\n    mode http\n{TIMES}frontend fe\n    bind <fe>\n    http-request return hdr X-Env "{ASKED}"\n',
        bare=True,
        environ={"STEEL_A": "zero", "STEEL_E": "still"},
    )
    assert proxy.ask(get("/")).get("x-env") == "----still"


def test_variables_of_the_process_are_set_at_once(run):
    proxy = run(
        "global\n    setenv STEEL_A one\n    set-var proc.a env(STEEL_A)\n    set-var-fmt proc.b %[env(STEEL_A)]\n"
        f"    setenv STEEL_A two\ndefaults\n    mode http\n{TIMES}frontend fe\n    bind <fe>\n"
        "    http-request return hdr X-Env %[var(proc.a)]-%[var(proc.b)]-%[env(STEEL_A)]\n",
        bare=True,
    )
    assert proxy.ask(get("/")).get("x-env") == "one-one-two"


LIMITS = {
    "tune.http.maxhdr 20": (get("/", *(f"X-{n}: 1" for n in range(30))), get("/", *(f"X-{n}: 1" for n in range(10)))),
    "tune.bufsize 4096": (get("/", "X: " + "a" * 5000), get("/", "X: " + "a" * 1000)),
    "tune.bufsize 8192\n    tune.maxrewrite 4000": (get("/", "X: " + "a" * 8000), get("/", "X: " + "a" * 1000)),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_limits_of_a_head(run, serve, limit):
    no, yes = LIMITS[limit]
    proxy = run(
        f"global\n    {limit}\ndefaults\n    mode http\n{TIMES}listen fe\n    bind <fe>\n    server s1 <s1>\n",
        bare=True,
        s1=serve(hello),
    )
    assert proxy.ask(yes).status == 200
    assert proxy.ask(no).status in (400, 431)


def test_invalid_responses_may_pass(run, serve):
    odd = http("HTTP/1.1 200 OK", "Content-Length: 0", b"X-Od(d: 1")
    for option, status in (("", 502), ("option accept-invalid-http-response", 200)):
        assert site(run, back=option, s1=serve(reply(odd))).ask(get("/")).status == status


def test_errors_have_a_level_of_their_own(run, serve, sink):
    proxy = site(
        run,
        front="log <sink> local0\noption httplog\noption log-separate-errors\nhttp-request deny if { path /no }",
        s1=serve(hello),
        sink=sink,
    )
    proxy.ask(get("/"))
    assert sink.take().severity == 6
    proxy.ask(get("/no"))
    assert sink.take().severity == 3


def test_the_page_of_statistics(run, serve):
    lines = """
    stats enable
    stats uri /s
    stats hide-version
    stats show-node the-node
    stats show-desc what-it-does
    stats show-legends
    stats scope be
    stats http-request deny if { hdr(x) 1 }
    stats admin if LOCALHOST
    """
    proxy = site(run, front=lines, s1=serve(hello))
    page = proxy.ask(get("/s"))
    assert page.status == 200
    assert "the-node" in page.text and "what-it-does" in page.text and "version 2." not in page.text
    assert proxy.ask(get("/s", "X: 1")).status == 403
    rows = [line.split(",")[:2] for line in proxy.ask(get("/s;csv")).text.splitlines() if line and line[0] != "#"]
    assert {row[0] for row in rows} == {"be"}


OLD = (
    "    clitimeout 3s\n    contimeout 5s\n    srvtimeout 4s\n",
    "    timeout clitimeout 3s\n    timeout contimeout 5s\n    timeout srvtimeout 4s\n",
)


@pytest.mark.parametrize("words", OLD, ids=["words", "options"])
def test_old_names_of_timeouts(run, program, words):
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 has dropped them")
    text = "listen fe\n    bind <fe>\n    block if { path /no }\n    http-request return hdr X-T "
    proxy = run(
        f"defaults\n    mode http\n{words}{text}%[fe_client_timeout]-%[be_server_timeout]-%[be_connect_timeout]\n", bare=True
    )
    assert proxy.ask(get("/")).get("x-t") == "3000-4000-5000"
    assert proxy.ask(get("/no")).status == 403


CLOSED = {"option http-server-close": 2, "option httpclose": 2, "option http-keep-alive": 1}


@pytest.mark.parametrize("option", CLOSED)
def test_connections_to_the_server(run, serve, option):
    server = serve(hello)
    proxy = site(
        run, front=option, back=f"{option}\nhttp-reuse always\nhttp-response set-header X-Port %[bc_src_port]", s1=server
    )
    if option == "option httpclose":
        ports = [proxy.ask(get("/")).get("x-port") for _ in range(2)]
    else:
        with proxy.connect() as client:
            ports = [client.ask(get("/")).get("x-port") for _ in range(2)]
    assert len(set(ports)) == CLOSED[option]


@pytest.mark.parametrize("option", ["", "option http-pretend-keepalive"])
def test_the_server_is_told_that_connections_stay(run, serve, option):
    seen = site(run, back=f"option http-server-close\n{option}", s1=serve(echo)).ask(get("/")).echoed
    assert (seen.get("connection") or "").lower() == ("" if option else "close")


def test_words_that_leave_traffic_as_it_is(run, serve):
    """What they change can't be seen from outside, with HAProxy neither: when small packets go, when a check comes, and what the
    kernel does with a packet. They are read, and the file runs and serves."""
    front = """
    option http-no-delay
    option independent-streams
    option socket-stats
    """
    top = f"global\n    spread-checks 5\ndefaults\n    mode http\n{TIMES}"
    proxy = site(run, front=front, back="option independent-streams", top=top, bare=True, s1=serve(hello))
    assert proxy.ask(get("/")).text == "s1"


def test_names_of_proxies_in_log_lines(run, serve, sink):
    proxy = site(run, front='log <sink> local0\nlog-format "%f %sslc %sslv %[str(x)] %trl"', s1=serve(hello), sink=sink)
    proxy.ask(get("/"))
    line = sink.take().split(" ")
    assert line[:4] == ["fe", "-", "-", "x"]
    assert len(" ".join(line[4:])) == len("23/Nov/2026:12:14:14 +0000")
