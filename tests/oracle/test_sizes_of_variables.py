"""`tune.vars.*-max-size`: what does not fit is not set. A variable takes 80 bytes (HAProxy 2.8; 88 in 3.4), and those of its text."""

from __future__ import annotations

import pytest

from tests.kit.behaviours import hello
from tests.oracle.common import get, site

TOP = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s"
WORD = {
    "global": "tune.vars.global-max-size",
    "proc": "tune.vars.proc-max-size",
    "sess": "tune.vars.sess-max-size",
    "txn": "tune.vars.txn-max-size",
    "reqres": "tune.vars.reqres-max-size",
}
TEN, FIFTY = "x" * 10, "x" * 50


def found(run, limits: str, rules: str, *names: str) -> dict[str, str]:
    """Values of variables once the rules are through; those that are not set are left out."""
    top = "global\n" + "".join(f"    {line}\n" for line in limits.splitlines()) + TOP
    shown = [
        f"http-request set-header x-{number} %[var({name})] if {{ var({name}) -m found }}" for number, name in enumerate(names)
    ]
    back = "|".join(f"%[req.hdr(x-{number})]" for number in range(len(names)))
    front = "\n".join([rules, *shown, f'http-request return hdr X-Text "<{back}>"'])
    said = site(run, front=front, top=top, s1="127.0.0.1:1").ask(get("/")).get("x-text") or ""
    return {name: value for name, value in zip(names, said[1:-1].split("|"), strict=True) if value}


@pytest.mark.parametrize("scope, limit", [("txn", "txn"), ("req", "reqres"), ("req", "txn"), ("sess", "sess"), ("txn", "sess")])
@pytest.mark.parametrize("size, fits", [(79, False), (90, True), (0, True), (-1, True), (1000, True), ("", True)])
def test_a_variable_needs_room(run, scope, limit, size, fits):
    got = found(run, f"{WORD[limit]} {size}", f"http-request set-var({scope}.a) int(5)", f"{scope}.a")
    assert got == ({f"{scope}.a": "5"} if fits else {})


@pytest.mark.parametrize("limit", ["proc", "global", "sess", "txn"])
def test_a_second_one_needs_as_much(run, limit):
    rules = f"http-request set-var(txn.a) str({TEN})\nhttp-request set-var(txn.b) int(7)"
    assert found(run, f"{WORD[limit]} 150", rules, "txn.a", "txn.b") == {"txn.a": TEN}
    assert found(run, f"{WORD[limit]} 200", rules, "txn.a", "txn.b") == {"txn.a": TEN, "txn.b": "7"}


@pytest.mark.parametrize("limit", ["proc", "global"])
def test_variables_of_the_process_count(run, limit):
    """HAProxy counts those that are set below the limit; here the order of the lines does not matter."""
    for size, fits in ((150, False), (200, True)):
        limits = f"{WORD[limit]} {size}\nset-var proc.a int(5)"
        got = found(run, limits, f"http-request set-var(txn.b) str({TEN})", "proc.a", "txn.b")
        assert got == ({"proc.a": "5", "txn.b": TEN} if fits else {"proc.a": "5"})


def test_a_scope_counts_those_within_it_alone(run):
    outer = "http-request set-var(sess.a) int(1)\nhttp-request set-var(txn.a) int(2)\nhttp-request set-var(req.a) int(3)"
    names = ("sess.a", "txn.a", "req.a")
    every = {"sess.a": "1", "txn.a": "2", "req.a": "3"}
    for limit, size, missing in [
        ("reqres", 90, ""),
        ("txn", 90, "req.a"),
        ("txn", 180, ""),
        ("sess", 180, "req.a"),
        ("sess", 270, ""),
    ]:
        got = found(run, f"{WORD[limit]} {size}", outer, *names)
        assert got == {name: value for name, value in every.items() if name != missing}, (limit, size)


def test_what_is_unset_makes_room(run):
    limits = "tune.vars.txn-max-size 120"
    rules = f"http-request set-var(txn.a) str({TEN})\nhttp-request unset-var(txn.a)\nhttp-request set-var(txn.b) str({TEN})"
    assert found(run, limits, rules, "txn.a", "txn.b") == {"txn.b": TEN}
    again = f"http-request set-var(txn.a) str({TEN})\n" * 3 + "http-request set-var(txn.a) str(y)"
    assert found(run, limits, again, "txn.a") == {"txn.a": "y"}


def test_a_text_that_does_not_fit(run):
    """It is not set here."""
    if run.program.is_haproxy:
        pytest.skip("HAProxy keeps the variable with a value that nobody gave it (the manual says corrupted)")
    limits = "tune.vars.txn-max-size 100"
    assert found(run, limits, f"http-request set-var(txn.a) str({FIFTY})", "txn.a") == {}
    over = f"http-request set-var(txn.a) str(y)\nhttp-request set-var(txn.a) str({FIFTY})"
    assert found(run, limits, over, "txn.a") == {}
    assert found(run, limits, f"{over}\nhttp-request set-var(txn.a) str({TEN})", "txn.a") == {"txn.a": TEN}


def test_a_converter_gives_nothing_then(run):
    for size, text in ((79, "[]"), (120, "[10]")):
        front = f'http-request return hdr X-Text "[%[str({TEN}),set-var(txn.a),length]]"'
        proxy = site(run, front=front, top=f"global\n    tune.vars.txn-max-size {size}\n{TOP}", s1="127.0.0.1:1")
        assert proxy.ask(get("/")).get("x-text") == text


def test_room_comes_back_with_the_end_of_a_request(run, serve):
    """For the transaction, the session and the whole process."""
    # A client may be back before everything of its last connection is gone.
    sizes = {"txn": 120, "sess": 120, "proc": 400}
    limits = "".join(f"    {WORD[scope]} {size}\n" for scope, size in sizes.items())
    front = f'http-request set-var(txn.a) str({TEN})\nhttp-after-response set-header x-text "<%[var(txn.a)]>"'
    proxy = site(run, front=front, top=f"global\n{limits}{TOP}", s1=serve(hello))
    for _ in range(3):
        with proxy.connect() as client:
            assert [client.ask(get("/")).get("x-text") for _ in range(3)] == [f"<{TEN}>"] * 3
