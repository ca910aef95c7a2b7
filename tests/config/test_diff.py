"""`diff`: every change of the meaning is told, by object, and nothing else is."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from steelyard.cli.diff import _lines
from steelyard.config import loads, model
from steelyard.config.compare import same_meaning
from steelyard.config.diff import diff
from steelyard.config.model import Bind, Config, Endpoint, Global, Inet, Proxy, Said, Server, Stats
from steelyard.config.read import read
from steelyard.config.span import NOWHERE
from tests.config.test_cases import CASES, DASHES, ENVIRON

HEAD = "defaults\n  mode http\n  timeout client 5s\n  timeout connect 5s\n  timeout server 5s\n"


def changes(old: str, new: str) -> list[str]:
    return list(_lines(diff(loads(HEAD + old, environ={}), loads(HEAD + new, environ={}))))


CHANGES: dict[str, tuple[str, str, list[str]]] = {
    "a setting": (
        "global\n  maxconn 100\n",
        "global\n  maxconn 200\n  daemon\n",
        ["global", "  ~ maxconn 100 -> 200", "  + daemon"],
    ),
    "a time": (
        "backend b\n  timeout queue 90s\n",
        "backend b\n  timeout queue 1500\n  timeout check 2m\n",
        ["backend b", "  ~ timeout queue 90s -> 1500ms", "  + timeout check 2m"],
    ),
    "a time of the defaults": ("backend b\n", "backend b\n  timeout server 6s\n", ["backend b", "  ~ timeout server 5s -> 6s"]),
    "a server": (
        "backend b\n  server s 10.0.0.1:80 weight 1 check\n  server gone 10.0.0.2:80\n",
        "backend b\n  server s 10.0.0.1:81 weight 2\n  server new [::1]:80 backup inter 3s\n",
        [
            "backend b",
            "  ~ server s: endpoint 10.0.0.1:80 -> 10.0.0.1:81",
            "  ~ server s: weight 1 -> 2",
            "  - server s: check",
            "  + server new [::1]:80 backup inter 3s",
            "  - server gone 10.0.0.2:80",
        ],
    ),
    "the order of servers": (
        "backend b\n  server s 10.0.0.1:80\n  server t 10.0.0.2:80\n",
        "backend b\n  server t 10.0.0.2:80\n  server s 10.0.0.1:80\n",
        ["backend b", "  > order of servers s t -> t s"],
    ),
    "an address": (
        "frontend f\n  bind :80,:81\n",
        "frontend f\n  bind :80 maxconn 5\n  bind /run/x mode 600\n",
        ["frontend f", "  + bind *:80: maxconn 5", "  + bind /run/x mode 600", "  - bind *:81"],
    ),
    "rules": (
        "frontend f\n  bind :80\n  http-request set-header A 1\n  http-request deny if { path /x }\n"
        "  http-request set-header B 1\n",
        "frontend f\n  bind :80\n  http-request deny if { path /x }\n  http-request set-header A 2\n"
        "  http-request set-header B 1\n  http-request del-header C\n",
        [
            "frontend f",
            "  ~ http-request 2: set-header A 1 -> set-header A 2",
            "  + http-request 4: del-header C",
        ],
    ),
    "a rule that moved": (
        "frontend f\n  bind :80\n  http-request del-header A\n  http-request del-header B\n  http-request del-header C\n",
        "frontend f\n  bind :80\n  http-request del-header B\n  http-request del-header C\n  http-request del-header A\n",
        ["frontend f", "  > http-request 3: del-header A"],
    ),
    "ACLs": (
        "frontend f\n  bind :80\n  acl a path /a\n  acl b path /b\n  acl b path /c\n",
        "frontend f\n  bind :80\n  acl b path /c\n  acl b path /d\n  acl a path /a\n  acl n src 1.1.1.1\n",
        ["frontend f", "  ~ acl b path /b -> path /d", "  + acl n src 1.1.1.1"],
    ),
    "options": (
        "listen l\n  bind :80\n  option httpclose\n  option http-server-close\n  option nolinger\n",
        "listen l\n  bind :80\n  option http-server-close\n  option httpclose\n  no option nolinger\n  option logasap\n",
        [
            "listen l",
            "  ~ option nolinger on -> off",
            "  + option logasap",
            "  > order of options option httpclose, option http-server-close -> option http-server-close, option httpclose",
        ],
    ),
    "sections": (
        "backend old\n  server s 10.0.0.1:80\nbackend gone\nuserlist u\n  user a insecure-password x\n",
        "backend new\n  server s 10.0.0.1:80\nbackend came\n  server t 10.0.0.2:80\n"
        "userlist u\n  user a insecure-password y\n  user b insecure-password y\n",
        [
            "= backend old -> backend new",
            "+ backend came (1 server)",
            "- backend gone",
            "userlist u",
            "  ~ user a: password",
            "  + user b",
        ],
    ),
    "passwords of the page": (
        "listen l\n  bind :80\n  stats auth a:secret\n",
        "listen l\n  bind :80\n  stats auth a:other\n  stats realm x\n",
        ["listen l", "  + stats realm x", "  ~ stats auth a: password"],
    ),
    "tables": (
        "peers p\n  peer a 127.0.0.1:1024\n  table t type ip size 1k\nlisten l\n  bind :80\n"
        "  stick-table type ip size 1k expire 30s store gpc0\n  stick on src\n",
        "peers p\n  peer a 127.0.0.1:1025\n  table t type ip size 2k\nlisten l\n  bind :80\n"
        "  stick-table type ip size 1k expire 1m store gpc0,http_req_rate(10s)\n  stick on dst\n",
        [
            "listen l",
            "  ~ stick-table expire 30s -> 1m",
            "  + stick-table store 2: data http_req_rate period 10s",
            "  ~ stick 1: on src -> on dst",
            "peers p",
            "  ~ line 1: peer a 127.0.0.1:1024 -> peer a 127.0.0.1:1025",
            "table p/t",
            "  ~ size 1024 -> 2048",
        ],
    ),
    "words without a field": (
        "global\n  tune.ssl.cachesize 5\n  tune.h2.header-table-size 4097\n",
        "global\n  tune.h2.header-table-size 4097\n  tune.ssl.cachesize 6\n",
        ["global", "  ~ tune.ssl.cachesize 1: 5 -> 6"],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes(name: str) -> None:
    old, new, expected = CHANGES[name]
    assert changes(old, new) == expected
    assert changes(old, old) == changes(new, new) == []


def test_what_is_no_change() -> None:
    old = """\
defaults d
  mode http
  timeout server 5000
  acl bad src 10.0.0.0/8
  http-request deny if bad
frontend f from d
  bind :80
  acl x path /x
  acl y path /y
  use_backend b if x !y
defaults e
  mode http
  timeout server 5000
  acl bad src 10.0.0.0/8
  http-request deny if bad
backend b from e
  server s 10.0.0.1:80
"""
    new = """\
# comment
backend b
  server s "10.0.0.1:80" # comment
  mode http
  timeout server 5s
  acl bad src 10.0.0.0/8
  http-request deny if bad

frontend f
  mode http
  timeout server 5s
  acl y path /y
  acl x path /x
  acl bad src 10.0.0.0/255.0.0.0
  http-request deny if bad
  use_backend b  if x !y
  bind :80
"""
    assert diff(loads(old), loads(new)) == []


def test_places_are_told() -> None:
    old, new = (
        "listen l\n  bind :80\n  server s 1.1.1.1:1\n",
        "listen l\n  bind :80\n\n  server s 1.1.1.1:1 weight 5\n  log stdout local0\n",
    )
    weight, log = diff(loads(old, name="old"), loads(new, name="new"))
    assert (weight.object, weight.field, weight.old, weight.new) == (("listen l", "server s"), "weight", "", "5")
    assert (log.field, log.at, log.new_span.file, log.new_span.line) == ("log", 1, "new", 5)


# --- nothing is passed over ---------------------------------------------------------------------------------------------------

ODD: dict[str, Any] = {
    "servers": (Server("zz", Endpoint(Inet("9.9.9.9", 4), 9, 9)),),
    "binds": (Bind(Endpoint(Inet("9.9.9.9", 4), 9, 9)),),
    "options": {"zz": True},
    "rules": {"zz": (Said("zz"),)},
    "stats": Stats(uri="zz"),
    "timeouts": model.Timeouts(client=99),
    "users": (("zz", "zz"),),
    "acls": loads("frontend f\n  acl a path /x\n").proxies[0].acls,
    "endpoint": Endpoint(Inet("9.9.9.9", 4), 9, 9),
}
NOT_COMPARED = {
    "Proxy.kind": "the name of the object",
    "Proxy.name": "the name of the object",
    "Proxy.inherits": "what it gives is compared",
    "Proxy.default_server": "its words are in the servers",
    "Server.name": "the name of the object",
    "Bind.endpoint": "the name of the object",
}


def whole(kind: type, value: Any) -> Config:
    bind = Bind(Endpoint(Inet("", 4), 80, 80))
    proxy = Proxy("listen", "l", NOWHERE, binds=(bind,), servers=(Server("s"),))
    match value:
        case Global():
            return Config((), value, (proxy,))
        case Proxy():
            return Config((), Global(), (value,))
        case Bind():
            return Config((), Global(), (replace(proxy, binds=(value,)),))
        case _:
            return Config((), Global(), (replace(proxy, servers=(value,)),))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (kind, field.name)
        for kind in (Global, Proxy, Bind, Server)
        for field in fields(kind)
        if "span" not in field.name and f"{kind.__name__}.{field.name}" not in NOT_COMPARED
    ],
)
def test_every_field_makes_a_change(kind: Any, name: str) -> None:
    bare = {"Proxy": lambda: Proxy("listen", "l", NOWHERE), "Bind": lambda: Bind(Endpoint(Inet("", 4), 80, 80))}
    value = bare.get(kind.__name__, kind)()
    if kind is Server:
        value = replace(value, name="s")
    old = getattr(value, name)
    odd = ODD.get(name, (Said("zz"),) if isinstance(old, tuple) else not old if isinstance(old, bool) else "zz")
    found = diff(whole(kind, value), whole(kind, replace(value, **{name: odd})))
    assert found
    assert all(list(_lines([change])) for change in found)


def test_the_parts_of_a_configuration_are_known() -> None:
    """A new one needs its line in `diff`, or a reason here."""
    how_it_was_written = {"files", "blocks", "extensions"}
    compared = {
        "global_",
        "proxies",
        "userlists",
        "log_profiles",
        "jwt_certificates",
        "peer_tables",
        "rings",
        "pattern_files",
        "sections",
        "variables",
    }
    assert {field.name for field in fields(Config)} == how_it_was_written | compared


def test_all_cases(tmp_path: Path) -> None:
    """Two files are without a change exactly where they mean the same."""
    models = []
    for path in CASES:
        file = tmp_path / "case.cfg"
        text = path.read_bytes().decode("utf-8", "surrogateescape").partition(DASHES)[0]
        file.write_bytes(text.replace("FILE/", f"{path.parent}/").encode("utf-8", "surrogateescape"))
        config, _ = read([str(file)], environ=ENVIRON, language=True, look_up=False)
        if config is not None:
            assert diff(config, config) == []
            models.append(config)
    for old, new in pairwise(models):
        assert bool(diff(old, new)) is not same_meaning(old, new)
        assert all(line.isprintable() for line in _lines(diff(old, new)))
