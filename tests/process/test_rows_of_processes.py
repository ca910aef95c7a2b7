"""Words of `global`, and of proxies when a process ends, each with what it changes. Proved on HAProxy where it knows them."""

from __future__ import annotations

import os
import re
import select
import signal
import time

import pytest

from tests.kit import http
from tests.kit.behaviours import echo, hello, name_then_pump, stall_before_head
from tests.kit.program import Program
from tests.kit.proxy import Runner
from tests.oracle.common import get, since, site
from tests.oracle.test_resolve import NameServer, ask, dns
from tests.process.conftest import alive, children, eventually

TIMES = "    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
SAYS = '    http-request return content-type text/plain lf-string "{}"\n'


def process(words: str, proxy: str = "") -> str:
    """`words` in `global`, and a frontend `fe` with lines of its own."""
    rules = proxy or "    http-request return status 200"
    return f"global\n    {words}\ndefaults\n    mode http\n{TIMES}frontend fe\n    bind <fe>\n{rules}\n"


def test_how_many_descriptors_a_process_may_have(run):
    """Where no `maxconn` is said it follows from them."""
    proxy = run(process("fd-hard-limit 400"), bare=True)
    clients = []
    for _ in range(200):
        clients.append(proxy.connect())
        clients[-1].send(get("/"))
    *first, last = clients
    assert first[0].response().status == 200
    assert not select.select([last.sock], [], [], 0.3)[0]
    for client in first:
        client.close()
    assert last.response().status == 200


def test_a_soft_stop_has_an_end(run, serve):
    server = serve(stall_before_head)
    proxy = site(run, top=f"global\n    hard-stop-after 200ms\ndefaults\n    mode http\n{TIMES}", bare=True, s1=server)
    with proxy.connect() as client:
        client.send(get("/"))
        server.wait_requests(1)
        proxy.kill(signal.SIGUSR1)
        proxy.wait()


@pytest.mark.parametrize("word", ["", "option idle-close-on-response"])
def test_idle_connections_at_a_soft_stop(run, serve, word):
    proxy = site(run, front=word, s1=serve(hello))
    with proxy.connect() as client:
        assert client.ask(get("/")).text == "s1"
        proxy.kill(signal.SIGUSR1)
        if not word:
            assert client.closed()
            return
        eventually("the stop", lambda: "Proxy fe stopped" in proxy.stderr or "Stopping frontend fe" in proxy.stderr)
        last = client.ask(get("/"))
        assert (last.text, last.get("connection")) == ("s1", "close")
        assert client.closed()
    assert proxy.wait() == 0


def test_connections_a_second_of_the_process(run):
    proxy = run(process("maxconnrate 1"), bare=True)
    began = time.monotonic()
    for _ in range(3):
        assert proxy.ask(get("/")).status == 200
    assert time.monotonic() - began > 0.5


def test_sessions_a_second_of_a_frontend(run):
    proxy = run("frontend fe\n    bind <fe>\n    rate-limit sessions 1\n    http-request return status 200\n")
    began = time.monotonic()
    for _ in range(3):
        assert proxy.ask(get("/")).status == 200
    assert time.monotonic() - began > 0.5


@pytest.mark.parametrize(("words", "status"), [("", 0), ("zero-warning", 1)])
def test_warnings_may_keep_a_file_from_starting(run, words, status):
    # A rule of connections below one of requests is worth a warning.
    rules = "    http-request deny if FALSE\n    tcp-request content accept\n    http-request return status 200"
    text = process(words, rules)
    done = run.run(text, "-c", bare=True)
    assert "arn" in done.err.lower()
    assert done.status == status


def test_the_name_of_this_process_among_peers(run):
    proxy = run(process("localpeer it-is-me", SAYS.format("$HAPROXY_LOCALPEER")), bare=True)
    assert proxy.ask(get("/")).text == "it-is-me"


@pytest.mark.parametrize("word", ["config", "origin <folder>", "parent"])
def test_where_names_of_files_start(run, tmp_path, word):
    """The process runs in a folder where there is no such file."""
    folder = tmp_path / "sub"
    folder.mkdir()
    (tmp_path / "1.map").unlink(missing_ok=True)
    at = {"config": tmp_path, "origin <folder>": folder, "parent": tmp_path.parent}[word]
    name = "steelyard-default-path.map"
    (at / name).write_text("/x found\n")
    try:
        proxy = run(process(f"default-path {word}", SAYS.format(f"%[path,map({name},none)]")), bare=True, folder=folder)
        assert proxy.ask(get("/x")).text == "found"
    finally:
        (at / name).unlink()


def test_a_master_starts_the_workers(run):
    proxy = run(process("master-worker"), bare=True, words=())
    pid = proxy.process.pid
    assert proxy.ask(get("/")).status == 200
    eventually("a worker", lambda: children(pid))
    (worker,) = children(pid)
    proxy.kill(signal.SIGTERM)
    proxy.wait()
    assert not alive(worker)


def test_a_name_server_hears_how_long_answers_may_be(run, serve):
    server = NameServer()
    try:
        assert ask(run, "a.test", dns(server, lines="    accepted_payload_size 1234")) == "[192.0.2.1]"
        # An OPT record: the root's name, type 41, and the size where other records have their class.
        assert b"\0\0\x29\x04\xd2" in server.latest
    finally:
        server.close()


@pytest.mark.skipif(os.getuid() != 0, reason="a file of the machine has to be another one for the proxy")
def test_the_name_servers_of_the_machine(program, tmp_path, ports):
    """`/etc/resolv.conf` is another file for the proxy, and names an address that only this test listens on."""
    address = f"127.{os.getpid() >> 8 & 255}.{os.getpid() & 255}.{53 + program.is_haproxy}"
    server = NameServer(at=(address, 53))
    (tmp_path / "resolv.conf").write_text(f"search a.test\nnameserver {address}\n")
    wrapper = tmp_path / "wrapped"
    mount = f'mount --bind {tmp_path}/resolv.conf /etc/resolv.conf && exec "$0" "$@"'
    wrapper.write_text(f"#!/bin/sh\nexec unshare -m sh -c '{mount}' {program.path} \"$@\"\n")
    wrapper.chmod(0o755)
    runner = Runner(Program(program.name, str(wrapper), program.version), tmp_path, ports)
    try:
        assert ask(runner, "a.test", "resolvers dns\n    parse-resolv-conf\n    timeout retry 300ms\n") == "[192.0.2.1]"
        assert server.asked
    finally:
        runner.close()
        server.close()


def test_bytes_are_counted_while_they_go(run, serve):
    text = (
        "listen fe\n    mode tcp\n    bind <fe>\n    option contstats\n    server s1 <s1>\n"
        "frontend st\n    mode http\n    bind <st>\n    stats enable\n    stats uri /s\n"
    )
    proxy = run(text, s1=serve(name_then_pump))
    with proxy.connect() as client:
        client.until(b"\n")
        client.send(b"a" * 1000)
        client.exactly(1000)

        def counted() -> bool:
            rows = [line.split(",") for line in proxy.ask(get("/s;csv"), "st").text.splitlines()]
            return any(row[:2] == ["fe", "FRONTEND"] and int(row[8]) >= 1000 and int(row[9]) >= 1003 for row in rows)

        eventually("the count", counted)


def test_proxies_in_front_of_proxies_ask_for_other_credentials(run, serve):
    text = (
        "userlist l\n    user a insecure-password b\nfrontend fe\n    bind <fe>\n    option http-use-proxy-header\n"
        "    http-request auth unless { http_auth(l) }\n    default_backend be\nbackend be\n    server s1 <s1>\n"
    )
    proxy = run(text, s1=serve(hello))

    def send(target: str, *fields: str):
        return proxy.ask(http(f"GET {target} HTTP/1.1", "Host: a.test", *fields))

    assert (send("/").status, send("/", "Authorization: Basic YTpi").status) == (401, 200)
    proxied = send("http://a.test/")
    assert (proxied.status, proxied.get("proxy-authenticate") is not None) == (407, True)
    assert send("http://a.test/", "Authorization: Basic YTpi").status == 407
    assert send("http://a.test/", "Proxy-Authorization: Basic YTpi").status == 200


def test_what_is_captured_of_a_cookie(run, serve, sink):
    """`tune.http.cookielen` with the byte that ends a text."""
    text = (
        f"global\n    tune.http.cookielen 11\ndefaults\n    mode http\n{TIMES}frontend fe\n    bind <fe>\n    log <sink> local0\n"
        '    log-format "[%CC]"\n    capture cookie a len 10\n    default_backend be\nbackend be\n    server s1 <s1>\n'
    )
    proxy = run(text, bare=True, sink=sink, s1=serve(hello))
    proxy.ask(get("/", "Cookie: a=0123456789abcdef"))
    assert sink.take().startswith("[a=01234567]")


def test_more_counters_may_be_tracked(run):
    lines = "    http-request track-sc3 src table t\n" + SAYS.format("%[sc_http_req_cnt(3,t)]")
    table = "backend t\n    stick-table type ip size 10 store http_req_cnt\n"
    proxy = run(process("tune.stick-counters 4", lines) + table, bare=True)
    assert proxy.ask(get("/")).text == "1"
    assert run.run(process("maxconn 10", lines) + table, "-c", bare=True).status == 1


def test_the_description_of_a_process(run):
    lines = "    stats enable\n    stats uri /s\n    description of the proxy\n{}"
    words = "description what it is for\n    node its-name"
    shown = []
    for more in ("", "    stats show-desc\n    stats show-node\n", "    stats show-desc own text\n    stats show-node other\n"):
        page = run(process(words, lines.format(more)), bare=True).ask(get("/s")).text
        texts = ("of the proxy", "what it is for", "its-name", "own text", "on other")
        shown.append([text for text in texts if text in page])
    assert shown == [["of the proxy"], ["of the proxy", "what it is for", "its-name"], ["of the proxy", "own text", "on other"]]


@pytest.mark.parametrize("word", ["", "nosplice"])
def test_bulk_data_passes_with_and_without_splice(run, serve, word):
    proxy = run(
        f"global\n    {word}\ndefaults\n    mode tcp\n{TIMES}listen fe\n    bind <fe>\n    option splice-auto\n"
        "    option splice-request\n    option splice-response\n    server s1 <s1>\n",
        bare=True,
        s1=serve(name_then_pump),
    )
    with proxy.connect() as client:
        client.until(b"\n")
        data = os.urandom(100_000)
        client.send(data)
        assert client.exactly(len(data)) == data


OLD = {"option forceclose": 2, "no option forceclose": 1}


@pytest.mark.parametrize("word", OLD)
def test_the_old_name_of_httpclose(steelyard, serve, word):
    """HAProxy has refused it since 2.0."""
    proxy = site(steelyard, front=word, back="http-reuse always", s1=serve(echo))
    with proxy.connect() as client:
        first = client.ask(get("/"))
        assert (first.get("connection") == "close") is (OLD[word] == 2)


@pytest.mark.parametrize("word", ["", "option accept-unsafe-violations-in-http-request"])
def test_violations_in_requests(run, program, serve, word):
    if word:
        since(run, 3, 1)
    proxy = site(run, front=word, s1=serve(hello))
    assert proxy.ask(http("GET /\x80 HTTP/1.1", "Host: a.test")).status == (200 if word else 400)


@pytest.mark.parametrize("word", ["", "option accept-unsafe-violations-in-http-response"])
def test_violations_in_responses(run, serve, word):
    from tests.kit.behaviours import reply

    if word:
        since(run, 3, 1)
    odd = http("HTTP/1.1 200 OK", "Content-Length: 0", b"X-Od(d: 1")
    assert site(run, back=word, s1=serve(reply(odd))).ask(get("/")).status == (200 if word else 502)


def test_the_version_is_shown_where_a_file_asks_for_it(run):
    since(run, 3, 1)
    page = "    stats enable\n    stats uri /s\n    stats hide-version\n"
    heads = [
        run(process("maxconn 100", page + more), bare=True).ask(get("/s")).text.partition("</h1>")[0].rpartition("<h1>")[2]
        for more in ("", "    stats show-version\n")
    ]
    assert [bool(re.search(r"\d\.\d", head)) for head in heads] == [False, True]


def test_the_old_name_of_a_store_rule(run, serve):
    lines = (
        "balance roundrobin\nstick-table type string len 20 size 10\nstick match hdr(x-k)\nstick store hdr(x-k)\nserver s2 <s2>"
    )
    proxy = site(run, back=lines, s1=serve(hello, "s1"), s2=serve(hello, "s2"))
    assert len({proxy.ask(get("/", "X-K: a")).text for _ in range(4)}) == 1
    assert len({proxy.ask(get("/")).text for _ in range(4)}) == 2


def test_a_saved_first_packet(run):
    since(run, 3, 2)
    for mode, start in ((1, "45"), (2, "")):
        proxy = run(
            f"frontend fe\n    bind <fe> tcp-ss {mode}\n    tcp-request connection set-var(sess.syn) fc_saved_syn\n"
            + SAYS.format("%[var(sess.syn),hex]")
        )
        packet = proxy.ask(get("/")).text
        assert packet.startswith(start) and packet[28 if mode == 2 else 0 :].startswith("45")
    proxy = run("frontend fe\n    bind <fe>\n" + SAYS.format("[%[fc_saved_syn,hex]]"))
    assert proxy.ask(get("/")).text == "[]"
