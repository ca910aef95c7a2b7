"""Servers that one line makes."""

from __future__ import annotations

from tests.kit.behaviours import echo
from tests.oracle.common import GET


def test_a_template_makes_so_many_servers(run, serve):
    back = "balance roundrobin\n http-response set-header X-Server %s\n server-template app 2-4 <s1> weight 10"
    proxy = run(f"frontend fe\n bind <fe>\n default_backend be\nbackend be\n {back}\n", s1=serve(echo))
    names = [proxy.ask(GET).get("x-server") for _ in range(6)]
    assert names == ["app2", "app3", "app4", "app2", "app3", "app4"]


def test_a_template_can_be_named_by_its_members(run, serve):
    back = "http-response set-header X-Server %s\n server-template app 3 <s1>\n use-server app3 if TRUE"
    proxy = run(f"frontend fe\n bind <fe>\n default_backend be\nbackend be\n {back}\n", s1=serve(echo))
    assert [proxy.ask(GET).get("x-server") for _ in range(2)] == ["app3", "app3"]
