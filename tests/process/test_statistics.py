"""The statistics through the engine, as browsers and scripts ask for them. Proved on HAProxy where it agrees."""

from __future__ import annotations

import base64
import os
import re

import pytest

from tests.kit.behaviours import hello
from tests.kit.client import connect
from tests.kit.wire import http
from tests.process.conftest import alive, eventually, read_pids

SITE = "frontend f\n bind <fe>\n stats uri /st\n{more}default_backend b\nbackend b\n server s1 <s1> check inter 100ms\n"


def rows(text: str) -> dict[tuple[str, str], dict[str, str]]:
    lines = text.strip().split("\n")
    names = lines[0].removeprefix("# ").split(",")
    found = [dict(zip(names, line.split(","), strict=False)) for line in lines[1:]]
    return {(row["pxname"], row["svname"]): row for row in found}


def test_csv_counts(run, serve):
    proxy = run(SITE.format(more=""), s1=serve(hello))
    for _ in range(3):
        proxy.ask(http("GET / HTTP/1.1", "Host: a"))
    proxy.ask(http("BAD"))
    eventually(
        "a check", lambda: rows(proxy.ask(http("GET /st;csv HTTP/1.1", "Host: a")).text)["b", "s1"]["check_status"] == "L4OK"
    )
    got = proxy.ask(http("GET /st;csv HTTP/1.1", "Host: a"))
    assert got.status == 200
    assert (got.get("content-type") or "").startswith("text/plain")
    assert got.get("cache-control") == "no-cache"
    found = rows(got.text)
    assert list(found) == [("f", "FRONTEND"), ("b", "s1"), ("b", "BACKEND")]
    server, front = found["b", "s1"], found["f", "FRONTEND"]
    assert (server["status"], server["stot"], server["hrsp_2xx"], server["act"]) == ("UP", "3", "3", "1")
    assert (front["status"], front["ereq"], front["hrsp_4xx"], front["type"]) == ("OPEN", "1", "1", "0")
    assert int(server["bin"]) > 0 and int(server["bout"]) > 0


def test_the_page(run, serve):
    proxy = run(SITE.format(more=" stats refresh 5s\n"), s1=serve(hello))
    got = proxy.ask(http("GET /st HTTP/1.1", "Host: a"))
    assert got.status == 200
    assert (got.get("content-type") or "").startswith("text/html")
    assert got.get("refresh") == "5"
    assert "s1" in got.text


def test_a_password(run, serve):
    proxy = run(SITE.format(more=" stats realm Here\n stats auth ann:pw\n"), s1=serve(hello))
    got = proxy.ask(http("GET /st HTTP/1.1", "Host: a"))
    assert (got.status, got.get("www-authenticate")) == (401, 'Basic realm="Here"')
    word = base64.b64encode(b"ann:pw").decode()
    assert proxy.ask(http("GET /st HTTP/1.1", "Host: a", f"Authorization: Basic {word}")).status == 200
    # Other paths are not behind it.
    assert proxy.ask(http("GET / HTTP/1.1", "Host: a")).status == 200


def test_head_and_post(run, serve):
    proxy = run(SITE.format(more=""), s1=serve(hello))
    with proxy.connect() as client:
        client.send(http("HEAD /st HTTP/1.1", "Host: a"))
        assert client.response("HEAD").status == 200
    assert proxy.ask(http("POST /st HTTP/1.1", "Host: a", "Content-Length: 3", body="a=b")).get("location") == "/st;st=DENY"


def test_everything_works_in_an_empty_root(steelyard, serve, ports, pids, tmp_path):
    """After chroot nothing can be imported, read or looked up any more."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    jail = tmp_path / "jail"
    jail.mkdir()
    port = ports.lend()
    config = (
        f"global\n chroot {jail}\n uid 200\n gid 200\n nbproc 2\n daemon\n"
        + SITE.format(more="").replace("<fe>", f"127.0.0.1:{port}")
        + " option httpchk GET /\n http-check expect rstring ^s1$\n"
        + f"listen odd\n bind 127.0.0.1:{ports.lend()}\n server nobody 127.0.0.1:1 check inter 100ms\n"
    )
    done = steelyard.run(config, "-p", str(pids), s1=serve(hello))
    assert done.status == 0, done.err

    def page(path: str) -> str:
        with connect(("127.0.0.1", port)) as client:
            return client.ask(http(f"GET {path} HTTP/1.1", "Host: a", "Connection: close")).text

    eventually("verdicts", lambda: re.search(r"nobody,.*,DOWN,", page("/st;csv")) and ",L7OK,200," in page("/st;csv"))
    assert "<html" in page("/st")
    assert page("/st;json").startswith("JSON statistics are not supported yet")
    assert all(alive(pid) for pid in read_pids(pids))
