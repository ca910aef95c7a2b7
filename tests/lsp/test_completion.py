"""What may come next, place by place."""

from __future__ import annotations

import pytest

from steelyard.lsp.analysis import analyse
from steelyard.lsp.completion import propose
from steelyard.lsp.cursor import cursor_at
from steelyard.lsp.expressions import spot_in

NAMES = """\
defaults d
userlist people
  user bob insecure-password x
  group g1 users bob
peers friends
  table far type ip size 1k
resolvers dns
cache small
frontend www
  acl static path_beg /s
  http-request set-var(txn.seen) str(1)
backend app
  stick-table type ip size 1k
  server s1 10.0.0.1:80
  server s2 10.0.0.2:80
backend files
  acl other path /
  server f1 10.0.0.3:80
"""
FOUND = analyse("names.cfg", NAMES)


def labels(section: str, line: str) -> list[str]:
    lines = [section, line]
    cursor = cursor_at(lines, 1, len(line))
    assert cursor is not None
    return [each.label for each in propose(cursor, FOUND.index)]


@pytest.mark.parametrize(
    ("section", "line", "some", "none"),
    [
        ("frontend www", "  ", "bind use_backend option http-request backend", "server balance chroot user"),
        ("backend app", "  ", "server balance stick-table", "bind use_backend chroot"),
        ("global", "  ", "chroot maxconn log", "bind server acl"),
        ("userlist people", "  ", "user group", "bind"),
        ("", "", "global frontend", "bind maxconn"),
        ("frontend www", "  .", ".if .include .alert", "bind"),
        ("frontend www", "  option ", "httplog forwardfor", "option log-health-checks"),
        ("backend app", "  option ", "log-health-checks", "dontlognull"),
        ("frontend www", "  no ", "option log", "bind use_backend"),
        ("frontend www", "  no option ", "dontlognull", "httpchk"),
        ("frontend www", "  timeout ", "client http-request", "server queue"),
        ("frontend www", "  mode ", "http tcp", "if"),
        ("backend app", "  balance ", "roundrobin leastconn", "if"),
        ("backend app", "  http-reuse ", "never always", ""),
        ("frontend www", "  use_backend ", "app files", "www s1"),
        ("frontend www", "  default_backend ", "app files", "if"),
        ("frontend www", "  use_backend app ", "if unless", "app static"),
        ("frontend www", "  use_backend app if ", "static METH_GET {", "other or"),
        ("frontend www", "  use_backend app if !", "static", "other"),
        ("frontend www", "  use_backend app if static ", "static or", "other if"),
        ("frontend www", "  use_backend app if { ", "path_beg src hdr ssl_fc", "res.hdr status static"),
        ("frontend www", "  use_backend app if { path ", "-i -m", "static"),
        ("frontend www", "  use_backend app if { path -m ", "beg reg", "-i"),
        ("frontend www", "  use_backend app if { path /x } ", "static {", "-m"),
        ("backend app", "  use-server ", "s1 s2", "f1 app"),
        ("frontend www", "  http-request ", "deny set-header track-sc0", "set-status"),
        ("frontend www", "  http-response ", "set-status", "tarpit"),
        ("frontend www", "  tcp-request connection ", "reject accept", "deny set-header"),
        ("frontend www", "  http-request deny ", "status hdr if", "static"),
        ("frontend www", "  http-request deny if ", "static", "status"),
        ("frontend www", "  http-request redirect ", "location scheme code", "deny"),
        ("frontend www", "  http-request set-log-level ", "silent err", "if"),
        ("frontend www", "  http-request set-var(", "txn.seen", "deny"),
        ("frontend www", "  http-request set-var(txn.x) ", "path src", "res.hdr if"),
        ("frontend www", "  http-request set-header X %", "ci ft", "path"),
        ("frontend www", "  http-request set-header X %[", "path src", "res.hdr"),
        ("frontend www", "  http-response set-header X %[", "res.hdr", ""),
        ("frontend www", "  http-request set-header X %[src,", "ipmask", "path src"),
        ("frontend www", "  http-request set-header X %[path,", "lower", "path src"),
        ("frontend www", "  http-request set-header X %[nbsrv(", "app files", "www path"),
        ("frontend www", "  http-request set-header X %[srv_is_up(app/", "s1 s2", "f1 app"),
        ("frontend www", "  http-request set-header X %[var(", "txn.seen", ""),
        ("frontend www", '  log-format "%ci %[', "src", "path"),
        ("frontend www", '  log-format "%ci %[path] %{+Q}', "r ST", "path"),
        ("frontend www", "  acl x ", "path_beg src hdr_beg", "static"),
        ("frontend www", "  acl x http_auth(", "people", "bob"),
        ("frontend www", "  bind :80 ", "name interface", "check"),
        ("backend app", "  server x 10.0.0.9:80 ", "check weight backup", "crt-list name"),
        ("backend app", "  server x 10.0.0.9:80 track ", "s1 files", "check"),
        ("backend app", "  server x 10.0.0.9:80 track files/", "f1", "s1 check"),
        ("backend app", "  server x 10.0.0.9:80 resolvers ", "dns", "check"),
        ("backend app", "  server x ", "", "check"),
        ("backend app", "  stick-table peers ", "friends", "app"),
        ("backend app", "  stick on src table ", "app friends/far", "www files"),
        ("frontend www", "frontend x ", "from", "d"),
        ("frontend www", "frontend x from ", "d", "app"),
        ("userlist people", "  user x groups ", "g1", "bob"),
        ("frontend www", "  .if ", "defined feature streq", "bind"),
        ("frontend www", "  .if !fea", "feature", ""),
        ("frontend www", "  .if feature(", "EPOLL", "defined"),
    ],
)
def test_proposals(section: str, line: str, some: str, none: str) -> None:
    found = set(labels(section, line))
    assert set(some.split()) <= found
    assert not set(none.split()) & found


def test_nothing_in_comments() -> None:
    assert cursor_at(["  # use_backend "], 0, 16) is None


@pytest.mark.parametrize(
    ("line", "label", "start"),
    [
        ("  use_backend ap", "app", 14),
        ("  acl x path,lo", "lower", 13),
        ('  log-format "%[src,ip', "ipmask", 20),
        ("  use_backend a if !st", "static", 20),
    ],
)
def test_what_is_typed_is_replaced(line: str, label: str, start: int) -> None:
    cursor = cursor_at(["frontend www", line], 1, len(line))
    assert cursor is not None
    assert [each.start for each in propose(cursor, FOUND.index) if each.label == label] == [start]


@pytest.mark.parametrize(
    ("text", "partial", "type_", "call", "argument", "done"),
    [
        ("", "", "", "", 0, False),
        ("pa", "pa", "", "", 0, False),
        ("path,", "", "str", "", 0, False),
        ("path,lower,fi", "fi", "str", "", 0, False),
        ("src,ipmask(24),", "", "addr", "", 0, False),
        ("path,field(1,/", "/", "str", "field", 1, False),
        ("path,field(1,',", "',", "str", "field", 1, False),
        ("hdr(host)", "", "str", "", 0, True),
        ("nope(x),lo", "lo", "any", "", 0, False),
    ],
)
def test_where_an_expression_stands(text: str, partial: str, type_: str, call: str, argument: int, done: bool) -> None:
    spot = spot_in(text)
    found = (spot.partial, spot.type, spot.row.name if spot.row else "", spot.argument, spot.done)
    assert found == (partial, type_, call, argument, done)
