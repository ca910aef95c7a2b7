"""Maps and pattern files that change while the process runs."""

from __future__ import annotations

import pytest

from tests.kit.behaviours import hello
from tests.oracle.common import get, site


def file(tmp_path, name, *lines):
    path = tmp_path / name
    path.write_text("".join(line + "\n" for line in lines))
    return path


def value(proxy, key, path="/"):
    return proxy.ask(get(path, f"K: {key}")).get("x-value")


@pytest.mark.parametrize(
    ("how", "lines", "changes", "wanted"),
    [
        ("map", ("a 1", "b 2"), ("a=9", "c=3", "-b"), {"a": "9", "b": "none", "c": "3", "d": "none"}),
        ("map_beg", ("ab short", "abc long"), ("abcd=new", "-abc"), {"abcd": "new", "abcx": "short", "x": "none"}),
        ("map_end", (".test t", ".a.test at"), ("b.test=b", "-.test"), {"x.a.test": "at", "b.test": "b", "z.test": "none"}),
        ("map_sub", ("aa 1", "bb 2"), ("cc=3", "-aa"), {"xaabb": "2", "xcc": "3", "aa": "none"}),
        ("map_dom", ("a.test 1",), ("b.test=2",), {"www.a.test": "1", "b.test": "2", "xb.test": "none"}),
        (
            "map_ip",
            ("10.0.0.0/8 eight", "10.1.0.0/16 sixteen"),
            ("10.1.2.0/24=new", "-10.1.0.0/16"),
            {"10.1.2.3": "new", "10.1.9.9": "eight", "11.1.1.1": "none"},
        ),
        ("map_int", ("1 one", "2 two"), ("3=three", "-1"), {"1": "none", "2": "two", "3": "three"}),
        ("map_reg", ("^a 1", "b$ 2"), ("^c=3", "-^a"), {"ab": "2", "cx": "3", "ax": "none"}),
        ("map_regm", ("^a(.) <\\1>",), ("^b(.)={\\1}",), {"ax": "<x>", "by": "{y}"}),
    ],
)
def test_entries_of_a_map(run, serve, tmp_path, how, lines, changes, wanted):
    path = file(tmp_path, "names.map", *lines)
    proxy = site(
        run,
        front=f"""
        http-request set-map({path}) %[req.hdr(k)] %[req.hdr(v)] if {{ path /set }}
        http-request del-map({path}) %[req.hdr(k)] if {{ path /del }}
        http-after-response set-header x-value %[var(txn.v)]
        http-request set-var(txn.v) req.hdr(k),{how}({path},none)
        """,
        s1=serve(hello),
    )
    for change in changes:
        key, equals, new = change.partition("=")
        if equals:
            proxy.ask(get("/set", f"K: {key}", f"V: {new}"))
        else:
            proxy.ask(get("/del", f"K: {key[1:]}"))
    assert {key: value(proxy, key) for key in wanted} == wanted


@pytest.mark.parametrize("flags", ["", "-i", "-m beg", "-m dom"])
def test_entries_of_an_acl(run, serve, tmp_path, flags):
    path = file(tmp_path, "keys.acl", "a.test", "b.test")
    proxy = site(
        run,
        front=f"""
        http-request add-acl({path}) %[req.hdr(k)] if {{ path /add }}
        http-request del-acl({path}) %[req.hdr(k)] if {{ path /del }}
        http-after-response set-header x-value %[var(txn.v)]
        http-request set-var(txn.v) str(no)
        http-request set-var(txn.v) str(yes) if {{ req.hdr(k) {flags} -f {path} }}
        """,
        s1=serve(hello),
    )
    assert [value(proxy, key) for key in ("a.test", "b.test", "c.test")] == ["yes", "yes", "no"]
    value(proxy, "c.test", "/add")
    value(proxy, "c.test", "/add")
    value(proxy, "a.test", "/del")
    assert [value(proxy, key) for key in ("a.test", "b.test", "c.test")] == ["no", "yes", "yes"]
    value(proxy, "c.test", "/del")
    value(proxy, "a.test", "/add")
    assert [value(proxy, key) for key in ("a.test", "b.test", "c.test")] == ["yes", "yes", "no"]


def test_a_value_is_no_longer_than_a_buffer(run, serve, tmp_path):
    path = file(tmp_path, "values.map", "a x")
    proxy = site(
        run,
        front=f"""
        http-request set-map({path}) a %[str(a),map({path})]%[str(a),map({path})]
        http-after-response set-header x-value %[str(a),map({path}),length]
        """,
        s1=serve(hello),
    )
    assert [value(proxy, "a") for _ in range(18)][-3:] == ["16383"] * 3


def test_all_that_name_a_file_see_its_changes(run, serve, tmp_path):
    path = file(tmp_path, "names.map", "a 1")
    proxy = site(
        run,
        front=f"""
        http-request set-map({path}) %[req.hdr(k)] 2 if {{ path /set }}
        http-after-response set-header x-value "%[var(txn.a)]|%[var(txn.b)]|%[var(txn.c)]"
        http-request set-var(txn.a) req.hdr(k),map({path})
        http-request set-var(txn.b) req.hdr(k),map_beg({path})
        http-request set-var(txn.c) bool(1) if {{ req.hdr(k) -M -f {path} }}
        """,
        s1=serve(hello),
    )
    assert value(proxy, "bc") == "||"
    value(proxy, "b", "/set")
    assert value(proxy, "b") == "2|2|1"
    assert value(proxy, "bc") == "|2|"


def test_what_is_no_address_has_not_even_the_default_value(run, serve, tmp_path):
    nets, numbers = file(tmp_path, "nets.map", "10.0.0.0/8 ten"), file(tmp_path, "numbers.map", "0 zero")
    proxy = site(
        run,
        front=f"""
        http-request return status 200 hdr ip "[%[req.hdr(k),map_ip({nets},none)]]" hdr int "[%[req.hdr(k),map_int({numbers},none)]]"
        """,
        s1=serve(hello),
    )
    wanted = {"10.1.1.1": ("[ten]", "[none]"), "11.1.1.1": ("[none]", "[none]"), "far": ("[]", "[zero]"), "": ("[]", "[]")}
    found = {key: proxy.ask(get("/", f"K: {key}")) for key in wanted}
    assert {key: (answer.get("ip"), answer.get("int")) for key, answer in found.items()} == wanted
