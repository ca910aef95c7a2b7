"""The configuration as text again: `check --dump`, `-dC` and its hidden form, `-dK`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from steelyard.config.anonymous import hashed
from steelyard.config.compare import same
from steelyard.config.grammar import actions, supported
from steelyard.config.keyword_lists import HELP, render
from steelyard.config.listing import Listing, Tokens
from steelyard.config.model import Config
from steelyard.config.read import read
from tests.config.test_cases import CASES, DASHES, ENVIRON
from tests.kit.program import find_haproxy

HAPROXY = find_haproxy()


def listed(text: str, where: Path) -> tuple[str, Config | None]:
    shown = Listing()
    path = where / "a.cfg"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    model, _ = read([str(path)], environ=ENVIRON, language=True, tap=shown)
    return shown.text(), model


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name + "/" + path.stem)
def test_what_is_dumped_reads_back_to_the_same_model(path: Path, tmp_path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "surrogateescape").partition(DASHES)[0].replace("FILE/", f"{path.parent}/")
    dumped, model = listed(text, tmp_path)
    if model is not None:
        again, same_model = listed(dumped, tmp_path)
        assert again == dumped
        assert same_model is not None
        assert same(same_model, model)


def test_a_dump(tmp_path: Path) -> None:
    (tmp_path / "part.inc").write_text("timeout client 1s\n")
    text = """\
# comment
global
.if streq("$HOME",/home/me)
 setenv  A  "b  c"   # another
.else
 garbage
.endif
frontend f
   bind "127.0.0.1:${PORT}" name 'it''s'
   acl a path_beg "/x\\"y" "$A" 'z#' \\x41\\ "${LIST[*]}"
   .include part.inc
   .notice "not shown"
"""
    assert (
        listed(text, tmp_path)[0]
        == """\
global
    setenv A 'b  c'

frontend f
    bind 127.0.0.1:8080 name its
    acl a path_beg '/x"y' 'b  c' 'z#' 'A one' two
    timeout client 1s
"""
    )


def tokens(text: str, where: Path, key: int = 0, numbers: bool = False) -> str:
    shown = Tokens(key, numbers)
    path = where / "a.cfg"
    path.write_text(text)
    read([str(path)], environ=ENVIRON, tap=shown)
    return shown.text()


def test_tokens_in_the_form_of_haproxy(tmp_path: Path) -> None:
    text = "# x\nglobal # y\n  maxconn  5\n.if 0\n  nbthread 'a b'\n.endif\n\nlisten a\n"
    assert tokens(text, tmp_path) == "\t\nglobal \n\tmaxconn 5 \n\t.if 0 \n\tnbthread a b \n\t.endif \n\t\nlisten a \n"
    assert tokens("global\n maxconn 5\n", tmp_path, numbers=True) == "1\tglobal \n2\t\tmaxconn 5 \n"


def test_hidden_names_are_those_of_haproxy(tmp_path: Path) -> None:
    """What `haproxy -dC123` 2.8 showed for the same words."""
    shown = {"web": "0e3352", "b1": "87f219", "10.0.0.1": "00fdaf", "admin:pass": "54e530", "/tmp/x.sock": "270720"}
    assert {word: hashed(word, 123) for word in shown} == shown
    assert hashed("a name that is longer than sixteen bytes", 0) != hashed("a name that is longer than sixteen bytes", 1)


def test_nothing_of_a_secret_is_shown(tmp_path: Path) -> None:
    text = """\
global
  log 192.0.2.7:514 local0
  setenv PASSWORD secret
userlist secret
  user secret insecure-password secret
frontend secret from secret
  bind 192.0.2.1:80,[2001:db8::1]:80 name secret
  bind /run/secret.sock
  bind :8080
  acl secret path_beg /secret
  http-request set-header X-Secret secret if secret
  http-request set-var(txn.secret) str(secret)
  secretword secret
.if streq(secret,secret)
.endif
  timeout client 30s
  use_backend secret if secret
  server secret secret.example.com:80 check
  no option httplog
"""
    shown = tokens(text, tmp_path, 77).replace("secretword", "")
    assert "secret" not in shown.lower()
    assert "192.0.2" not in shown
    assert "2001:" not in shown
    assert "\tbind :8080 \n" in shown
    assert "\ttimeout client 30s \n" in shown
    assert "\thttp-request set-var [...] \n" in shown
    assert f"use_backend ID({hashed('secret', 77)}) [...]" in shown


def test_every_class_of_keywords_has_its_heading() -> None:
    assert render(["all"]) == "".join(render([line.partition(":")[0]]) or "" for line in HELP.splitlines()[2:])
    assert render(["acl", "nope"]) is None


def test_lists_hold_what_works() -> None:
    lines = (render(["smp", "cnv", "cfg"]) or "").splitlines()
    assert "\toption logasap [ FE ]" in lines
    assert "\tserver <name> <addr> weight +1" in lines
    assert sum(" => " in line for line in lines) == len(supported.CONVERTERS)
    for ruleset in actions.NAMES:
        for action in actions.names(ruleset):
            assert (f"\t{ruleset} {action}" in lines) == (action in actions.SHAPES and actions.SHAPES[action].ready)


@pytest.mark.skipif(HAPROXY is None, reason="no haproxy is installed")
def test_lists_are_laid_out_as_haproxys() -> None:
    """The same headings and columns, and for most words the same line; some words have changed since the version at hand."""
    command = [str(HAPROXY), "-dKall", "-q", "-c", "-f", "/dev/null"]
    theirs = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout.splitlines()
    ours = (render(["all"]) or "").splitlines()
    assert [line for line in ours if line.startswith("#")] == [line for line in theirs if line.startswith("#")]
    known = set(theirs)
    plain = [line for line in ours if line[:1] in "[" or " => " in line or " = " in line]
    assert sum(line in known for line in plain) / len(plain) > 0.7
    matrix = {line.partition("] ")[2].partition(":")[0]: line.partition("] ")[0] for line in theirs if line.startswith("[")}
    for line in plain:
        if line.endswith((" src: addr", " path: str", " status: sint", " fe_conn(frontend): sint", " srv_conn(server): sint")):
            places, _, rest = line.partition("] ")
            assert matrix[rest.partition(":")[0]] == places
