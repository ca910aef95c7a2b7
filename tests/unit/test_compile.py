"""The compiler on small models made by hand."""

from __future__ import annotations

import pytest

from steelyard.config.expr import AclTest, Action, Call, Condition, Expr, LogText, ReplySpec, Rule, Term, TextPattern
from steelyard.config.model import Bind, Config, Endpoint, Global, Inet, LogTarget, Proxy, Server, Timeouts, UseBackend
from steelyard.config.span import Span
from steelyard.plan import schema
from steelyard.plan.build.context import Machine
from steelyard.plan.compile import CompileError, compile

HERE = Span("a.cfg", 3, 1, 1)
MACHINE = Machine("box", 4, 10_000)


def refuse(host: str, family: int) -> str:
    raise OSError(host)


def frontend(**more: object) -> Proxy:
    values: dict[str, object] = {
        "kind": "frontend",
        "name": "fe",
        "span": HERE,
        "mode": "http",
        "binds": (Bind(Endpoint(Inet("127.0.0.1"), 8080, 8081), span=HERE),),
        "default_backend": "be",
        "default_backend_span": HERE,
    }
    return Proxy(**(values | more))  # type: ignore[arg-type]


def backend(**more: object) -> Proxy:
    values: dict[str, object] = {
        "kind": "backend",
        "name": "be",
        "span": HERE,
        "mode": "http",
        "servers": (Server("s1", Endpoint(Inet("127.0.0.1"), 9000, 9000)),),
    }
    return Proxy(**(values | more))  # type: ignore[arg-type]


def config(*proxies: Proxy, **more: object) -> Config:
    return Config(("a.cfg",), Global(), proxies, **more)  # type: ignore[arg-type]


def path_is(value: str, name: str = "") -> AclTest:
    return AclTest(name, Expr(Call("path")), "str", False, (TextPattern(value),), (), f"path {value}", HERE)


def test_thin_path() -> None:
    plan = compile(config(frontend(timeouts=Timeouts(client=5000)), backend()), machine=MACHINE)
    assert schema.decode(schema.encode(plan)) == plan
    fe, be = plan.proxies
    assert fe.frontend is not None and fe.backend is None
    assert [bind.address for bind in fe.frontend.binds] == [
        schema.server.AddressInet(ip="127.0.0.1", port=8080),
        schema.server.AddressInet(ip="127.0.0.1", port=8081),
    ]
    assert fe.frontend.default_backend == 1
    assert fe.timeouts.client == 5000
    assert be.backend is not None and be.backend.servers[0].name == "s1"
    assert plan.global_.nbthread == 4 and plan.global_.hostname == "box"
    assert fe.log_format == []


def test_listen_sends_to_itself() -> None:
    plan = compile(config(frontend(kind="listen", default_backend=None)), machine=MACHINE)
    assert plan.proxies[0].frontend is not None and plan.proxies[0].frontend.default_backend == 0


def test_named_acls_accumulate_and_anonymous_ones_are_shared() -> None:
    named = Term("p", False, HERE)
    anonymous = Term(path_is("/x"), True, HERE)
    cond = Condition(False, ((named, anonymous), (anonymous,)), "if p !{ path /x } or ...", HERE)
    rule = Rule(Action("deny", (("reply", ReplySpec(status=429)),)), cond, "deny", HERE)
    fe = frontend(acls=(path_is("/a", "p"), path_is("/b", "p")), rules={"http-request": (rule, rule)})
    plan = compile(config(fe, backend()), machine=MACHINE)
    assert [len(acl.tests) for acl in plan.acls] == [2, 1]
    compiled = plan.proxies[0].rules.http_request[0]
    assert compiled.cond is not None
    assert [[(term.acl, term.not_) for term in product] for product in compiled.cond.any] == [
        [(0, False), (1, True)],
        [(1, True)],
    ]
    empty = schema.reply.BodyEmpty()
    assert compiled.action == schema.rule.Deny(reply=schema.reply.Reply(status=429, body=empty))


def test_mistakes_are_told_together() -> None:
    lost = Server("s1", Endpoint(Inet("nowhere.invalid"), 80, 80, span=HERE))
    jump = UseBackend((LogText("gone"),), None, "gone", HERE)
    with pytest.raises(CompileError) as caught:
        compile(config(frontend(use_backend=(jump,)), backend(servers=(lost,))), resolve_host=refuse, machine=MACHINE)
    assert [item.code for item in caught.value.report] == ["SY0602", "SY0601"]


def test_log_global_and_the_default_lines() -> None:
    both = Config(
        ("a.cfg",),
        Global(log=(LogTarget(host="127.0.0.1", facility=16),)),
        (frontend(log=(LogTarget(use_global=True),), options={"httplog": True}), backend()),
    )
    plan = compile(both, machine=MACHINE)
    assert [target.facility for target in plan.proxies[0].logs] == [16]
    names = [item.name for item in plan.proxies[0].log_format if isinstance(item, schema.expr.LogAlias)]
    assert names[:4] == ["ci", "cp", "tr", "ft"] and names[-1] == "r"
