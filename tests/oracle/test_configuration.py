"""The command line and wrong files: exit statuses, the words scripts look for, the line numbers of messages."""

from __future__ import annotations

import re
import signal
import socket

import pytest

from tests.kit.behaviours import hello
from tests.kit.ports import listening
from tests.oracle.common import GET

GOOD = """
defaults
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 5s
frontend fe
    bind 127.0.0.1:8008
    default_backend be
backend be
    server s1 127.0.0.1:1
"""


def test_valid(run):
    done = run.run(GOOD, "-c", bare=True)
    assert (done.status, done.err) == (0, "")
    assert done.out == "Configuration file is valid\n"


def test_valid_said_with_V(run):
    done = run.run(GOOD, "-c", "-V", bare=True)
    assert done.status == 0
    assert "Configuration file is valid\n" in done.out + done.err


def test_nothing_to_listen_on_is_status_2(run):
    done = run.run("defaults\n mode http\n", "-c", bare=True)
    assert done.status == 2
    assert "Configuration file has no error but will not start (no listener) => exit(2)." in done.out + done.err


def test_quiet(run):
    done = run.run("frontend fe\n bnid :1\n", "-c", "-q", bare=True)
    assert (done.status, done.out) == (1, "")


WRONG = [
    # the file, [(line, the word, or one of the words, that the message must name)]
    ("frontend fe\n    bind <a>\n    bnid <b>\n", [(3, "bnid")]),
    ("defaults\n    mode htpp\n", [(2, "htpp")]),
    ("global\n    maxconn many\n", [(2, "many")]),
    ("backend b\n    balance rounrobin\n", [(2, "balance")]),
    ("backend b\n    server s1\n", [(2, "server")]),
    ("backend b\n    server s1 127.0.0.1:99999\n", [(2, "99999")]),
    ("backend b\n    server s1 127.0.0.1:1 wieght 3\n", [(2, "wieght")]),
    ("backend b\n    timeout server 5x\n", [(2, ("timeout server", "5x"))]),
    ("backend b\n    timeout sever 5s\n", [(2, "sever")]),
    ("frontend f\n    mode http\n    bind <a>\n    http-request deny if nosuch\n", [(4, "nosuch")]),
    ("frontend f\n    mode http\n    bind <a>\n    http-request dney\n", [(4, "dney")]),
    ("frontend f\n    mode http\n    bind <a>\n    acl x nofetch a\n", [(4, "nofetch")]),
    ("frontend f\n    mode http\n    bind <a>\n    http-request set-header X %[nofetch]\n", [(4, "nofetch")]),
    ("frontend f\n    mode http\n    bind <a>\n    http-request set-header X %[src,noconv]\n", [(4, "noconv")]),
    ("frontend f\n    mode http\n    bind <a>\n    acl x src 1.2.3.400\n", [(4, "1.2.3.400")]),
    ("frontend f\n    mode http\n    bind <a>\n    acl x path_reg [a\n", [(4, "[a")]),
    ("frontend f\n    bind <a>\n    option nosuchoption\n", [(3, "nosuchoption")]),
    ("frontend f\n    bind <a>\n    default_backend 'open\n", [(3, "")]),
    ("fronted f\n", [(1, "fronted")]),
    ("    mode http\n", [(1, "")]),
    ("frontend f\n    bind nonsense\n", [(2, "nonsense")]),
    ("backend b\n    errorfile 999 /x\n", [(2, "999")]),
    ("backend b\n    errorfile 503 /no/such/file\n", [(2, "/no/such/file")]),
    ("backend b\n    mode http\n    http-request redirect location\n", [(3, ("redirect", "location"))]),
    ("backend b\n    mode http\n    http-request return status 99\n", [(3, "99")]),
    ("global\n    log\n", [(2, "log")]),
    ("global\n    log 127.0.0.1 nofacility\n", [(2, "nofacility")]),
    ("frontend f\n    bnid :1\n    mode htpp\n\nbackend b\n    wrong\n", [(2, "bnid"), (3, "htpp"), (6, "wrong")]),
]


@pytest.mark.parametrize(("text", "places"), WRONG)
def test_wrong_files(run, text, places):
    done = run.run(text, "-c", bare=True)
    assert done.status == 1
    for line, word in places:
        words = "|".join(map(re.escape, (word,) if isinstance(word, str) else word))
        assert re.search(rf"^\[ALERT\].*\[[^\]]*:{line}\].*({words})", done.err, re.M), done.err


def test_wrong_references(run):
    for text, word in [
        ("frontend f\n bind <a>\n default_backend nobackend\n", "nobackend"),
        ("frontend f\n mode http\n bind <a>\n use_backend nobackend if TRUE\n", "nobackend"),
        ("frontend f\n mode http\n bind <a>\n default_backend b\nbackend b\n mode tcp\n", "b"),
        ("backend b\n use-server noserver if TRUE\n", "noserver"),
    ]:
        done = run.run("defaults\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n" + text, "-c", bare=True)
        assert done.status == 1, (text, done.err)
        assert re.search(rf"^\[ALERT\].*'{word}'", done.err, re.M), done.err


def test_a_wrong_file_does_not_start(run, ports):
    port = ports.lend()
    done = run.run(f"listen f\n    bind 127.0.0.1:{port}\n    nonsense\n", "-db", bare=True)
    assert done.status == 1
    assert not listening(port)


def test_missing_file(run):
    done = run.run(None, "-c", "-f", "/no/such/file.cfg")
    assert done.status == 1
    assert "/no/such/file.cfg" in done.err


def test_port_in_use(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run.run(f"listen fe\n bind 127.0.0.1:{port}\n", "-db")
    assert done.status == 1
    assert re.search(rf"^\[ALERT\].*127\.0\.0\.1:{port}", done.err, re.M), done.err


def test_missing_timeouts_are_a_warning(run):
    done = run.run("listen l\n mode http\n bind 127.0.0.1:8008\n server s 127.0.0.1:1\n", "-c", bare=True)
    assert done.status == 0
    assert re.search(r"^\[WARNING\].*(missing timeouts for proxy 'l'|'l' has no 'timeout client')", done.err, re.M)


def test_version(run):
    done = run.run(None, "-v")
    assert done.status == 0
    assert done.out


def test_several_files_and_a_directory(run, tmp_path):
    parts = tmp_path / "conf.d"
    parts.mkdir()
    (parts / "10-defaults.cfg").write_text(GOOD.partition("frontend")[0])
    (parts / "20-proxy.cfg").write_text("frontend" + GOOD.partition("frontend")[2])
    (parts / "ignored.txt").write_text("nonsense\n")
    assert run.run(None, "-c", "-f", str(parts)).status == 0
    assert run.run(None, "-c", "-f", str(parts / "10-defaults.cfg"), "-f", str(parts / "20-proxy.cfg")).status == 0
    assert run.run(None, "-c", "-f", str(parts), "-f", str(parts / "ignored.txt")).status == 1


@pytest.mark.parametrize(
    ("condition", "status"),
    [("1", 0), ("0", 1), ("defined(PATH)", 0), ("!defined(NO_SUCH_VARIABLE)", 0), ("streq(a,b)", 1), ("version_atleast(2.0)", 0)],
)
def test_cc(run, condition, status):
    assert run.run(None, "-cc", condition).status == status


def test_environment_and_quotes(run, serve):
    proxy = run(
        """
listen fe
    bind "${STEELYARD_TEST_HOST}":"<fe.port>"
    http-request return content-type text/plain string "a b"\\ c'${STEELYARD_TEST_HOST}'\\# if { path "/x" } # comment
    http-request return content-type text/plain lf-string 'say "%[path]"'
""",
        fe=f"127.0.0.1:{run.ports.lend()}",
        wait_for="fe",
        environ={"STEELYARD_TEST_HOST": "127.0.0.1"},
    )
    from tests.oracle.common import get

    assert proxy.ask(get("/x")).text == "a b c${STEELYARD_TEST_HOST}#"
    assert proxy.ask(get("/y")).text == 'say "/y"'


def test_conditional_blocks(run):
    proxy = run(
        """
.if defined(STEELYARD_NO_SUCH)
    nonsense here
.elif streq("$STEELYARD_TEST_WORD",yes)
listen fe
    bind <fe>
    http-request return content-type t/t string elif
.else
    nonsense
.endif
""",
        environ={"STEELYARD_TEST_WORD": "yes"},
    )
    assert proxy.ask(GET).text == "elif"


def test_defaults_are_inherited_and_named(run, serve):
    proxy = run(
        """
defaults one
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 5s
    errorloc 503 /one
defaults two from one
    errorloc 503 /two
frontend a from one
    bind <a>
frontend b from two
    bind <b>
frontend c
    bind <c>
    no option splice-auto
""",
        bare=True,
    )
    assert [proxy.ask(GET, name).get("location") for name in "abc"] == ["/one", "/two", "/two"]


def test_no_and_default_prefixes(run, serve):
    server = serve(hello)
    proxy = run(
        """
defaults
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 5s
    option httpclose
frontend a
    bind <a>
    no option httpclose
    default_backend be
frontend b
    bind <b>
    default_backend be
backend be
    server s1 <s1>
""",
        bare=True,
        s1=server,
    )
    assert proxy.ask(GET, "a").get("connection") is None
    assert proxy.ask(GET, "b").get("connection") == "close"


def test_pidfile_and_daemon(run, serve, tmp_path):
    import os
    import select
    import subprocess
    import time

    server = serve(hello)
    text, places, _ = run.fill(
        f"global\n pidfile {tmp_path}/pid\ndefaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n"
        "listen fe\n bind <fe>\n server s1 <s1>\n",
        {"s1": server},
    )
    path = run.write(text)
    done = subprocess.run(
        run.command("-f", str(path), "-D"), timeout=30, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert done.returncode == 0
    pid = int((tmp_path / "pid").read_text().split()[0])
    try:
        from tests.kit import connect

        host, port = places["fe"].split(":")
        assert connect((host, int(port))).ask(GET).text == "s1"
        assert pid != os.getpid()
    finally:
        watch = os.pidfd_open(pid)
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 15
        assert select.select([watch], [], [], max(0, end - time.monotonic()))[0]
        os.close(watch)
